#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/response.hpp"

namespace colibri::http {

/// The Date header's value, made once a second. [Threading] confined.
class DateText {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t made_ = 0;
  std::string text_;
};

/// What of the request decides how its answer is written.
struct Framing {
  bool headOnly = false;  ///< the answer to HEAD: lengths, no body
  bool http10 = false;
  bool keepAlive = true;
};

/// Appends a whole answer, so that it leaves in one write.
void appendResponse(std::string& out, const Response& response, Framing framing,
                    std::string_view date);

}  // namespace colibri::http
