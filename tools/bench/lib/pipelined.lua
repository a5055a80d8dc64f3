-- Eight requests in one write: the driver costs less than the server, so that the server is what is measured.
local requests

init = function()
  requests = string.rep(wrk.format(), 8)
end

request = function()
  return requests
end
