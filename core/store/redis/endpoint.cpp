#include "store/redis/endpoint.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <charconv>

namespace colibri::store::redis {
namespace {

constexpr unsigned kMostDatabases = 65'536;

Error wrong(const std::string& what) {
  return {Errc::invalidArgument, what + "; it is redis://user:password@host:port/database"};
}

Result<unsigned> databaseOf(std::string path) {
  if (!path.empty()) path.erase(0, 1);
  if (path.empty()) return 0u;
  unsigned number = 0;
  const auto* end = path.data() + path.size();
  const auto [last, error] = std::from_chars(path.data(), end, number);
  if (error != std::errc() || last != end || number >= kMostDatabases)
    return wrong("the part behind the last / has to be the number of a database");
  return number;
}

}  // namespace

std::string Endpoint::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port) + "/" +
         std::to_string(database);
}

Result<Endpoint> parseEndpoint(const std::string& text) try {
  if (std::ranges::any_of(text, [](char c) { return c <= ' ' || c > '~'; }))
    return wrong("the address of Redis has a blank or another strange character");
  const Poco::URI uri(text);
  if (uri.getScheme() == "rediss") {
    return Error{Errc::unsupported,
                 "rediss:// (TLS) is not supported: reach Redis over a private network or a "
                 "tunnel, and write redis://"};
  }
  if (uri.getScheme() != "redis") return wrong("the address of Redis begins with redis://");
  if (uri.getHost().empty()) return wrong("the address of Redis names no host");
  if (!uri.getRawQuery().empty() || !uri.getFragment().empty())
    return wrong("the address of Redis has something behind the number of the database");
  auto database = databaseOf(uri.getPath());
  if (!database) return database.error();
  Endpoint endpoint;
  endpoint.host = uri.getHost();
  if (uri.getPort() != 0) endpoint.port = uri.getPort();
  endpoint.database = *database;
  const auto& who = uri.getUserInfo();
  const auto colon = who.find(':');
  Poco::URI::decode(who.substr(0, colon), endpoint.user);
  if (colon != std::string::npos) Poco::URI::decode(who.substr(colon + 1), endpoint.password);
  if (endpoint.password.empty() && !endpoint.user.empty())
    return wrong("the address of Redis has a user without a password");
  return endpoint;
} catch (const Poco::Exception&) {
  return wrong("the address of Redis cannot be read");
}

}  // namespace colibri::store::redis
