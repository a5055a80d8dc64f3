#include "api/answer.hpp"

#include <boost/json.hpp>

#include "http/error_body.hpp"
#include "log/log.hpp"

namespace colibri::api {
namespace {

int statusOf(Errc code) {
  switch (code) {
    case Errc::invalidArgument:
    case Errc::unsupported:
    case Errc::rejected:
      return 400;
    case Errc::forbidden:
    case Errc::conflict:
      return 403;
    case Errc::notFound:
      return 404;
    case Errc::timeout:
      return 504;
    case Errc::overLimit:
      return 429;
    case Errc::unavailable:
    case Errc::busy:
    case Errc::cancelled:
    case Errc::shuttingDown:
      return 503;
    case Errc::internal:
      break;
  }
  return 500;
}

}  // namespace

Answer ok(const boost::json::value& body, int status) {
  return {status, boost::json::serialize(body)};
}

Answer failure(int status, std::vector<std::string> messages) {
  return {status, http::errorBody(status, messages)};
}

Answer failure(int status, std::string message) {
  return failure(status, std::vector<std::string>{std::move(message)});
}

Answer unauthorized(std::optional<std::chrono::seconds> wait) {
  if (!wait) return failure(401, "Unauthorized");
  auto answer = failure(429, "Too many requests with a wrong key");
  answer.headers.emplace_back("Retry-After", std::to_string(wait->count()));
  return answer;
}

Answer noSuchInstance(std::string_view name) {
  return failure(404, "The \"" + std::string(name) + "\" instance does not exist");
}

Answer failure(const Error& error) {
  const int status = statusOf(error.code);
  if (status == 500) {
    log::write(log::Level::error, "api", "internal error", {{"what", error.message}});
    return failure(500, "Internal error; the gateway's log says more");
  }
  auto answer = failure(status, error.message);
  if (status == 503) answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

}  // namespace colibri::api
