#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/answer.hpp"
#include "http/request.hpp"

namespace colibri::api {

/// Which web pages may read our answers (Fetch Standard, "CORS protocol"). It protects users of
/// browsers, not the gateway: whoever has a key gets in from anywhere else.
///
/// [Threading] any thread; immutable.
class Cors {
 public:
  struct Options {
    std::vector<std::string> origins{"*"};  ///< as browsers send them; `*` = every page
    std::vector<std::string> methods{"POST", "GET", "PUT", "DELETE"};
    bool credentials = false;
  };
  using Fields = std::vector<std::pair<std::string, std::string>>;

  Cors() : Cors(Options()) {}
  explicit Cors(Options options);

  /// What every answer to this request carries; nothing for a page that is not allowed, and for
  /// requests that come from no page.
  Fields fieldsFor(const http::Headers& request) const;
  /// The answer to OPTIONS, on any path and for any caller: 204.
  Answer preflight(const http::Headers& request) const;

 private:
  bool allows(std::string_view origin) const;

  const Options options_;
  const bool everyOrigin_;
  const std::string methods_;
};

}  // namespace colibri::api
