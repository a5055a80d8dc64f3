#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace colibri::store::postgres {

/// Which database, and which schema in it, as a connection URI says:
/// `postgresql://user:password@host:port/database?schema=name&sslmode=require`.
///
/// The URI is that of PostgreSQL's manual (34.1.1.2, Connection URIs), so `postgres://`, several
/// hosts, sockets as `%2Fvar%2Frun%2Fpostgresql` and libpq's parameters (34.1.2) are taken.
/// `schema` is ours, as in the URIs of other programs; without it: public.
///
/// [Threading] immutable; any thread.
struct Target {
  std::vector<std::pair<std::string, std::string>> parameters;  ///< libpq's keywords
  std::string schema;                                           ///< as it is, not quoted
  std::string password;                                         ///< in `parameters`, too

  /// [Errors] invalidArgument: what is wrong with it, without showing anything of it but names of
  /// parameters.
  static Result<Target> parse(const std::string& uri);
};

}  // namespace colibri::store::postgres
