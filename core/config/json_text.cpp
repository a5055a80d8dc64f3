#include "config/json_text.hpp"

#include <boost/json/parser.hpp>
#include <string>

namespace colibri::config {

namespace json = boost::json;

Result<json::value> parseJson(std::string_view text) {
  if (text.size() > kMaxDocumentBytes) return Error{Errc::invalidArgument, "is larger than 1 MB"};
  json::parse_options options;
  options.max_depth = kMaxDocumentDepth;
  json::parser parser({}, options);
  json::error_code error;
  const auto used = parser.write(text, error);
  if (!error) return parser.release();
  return Error{Errc::invalidArgument, "is not valid JSON at character " + std::to_string(used + 1) +
                                          ": " + error.message()};
}

}  // namespace colibri::config
