#include "config/json_text.hpp"

#include <string>

namespace colibri::config {

namespace json = boost::json;

Result<json::value> parseJson(std::string_view text) {
  if (text.size() > kMaxDocumentBytes) return Error{Errc::invalidArgument, "is larger than 1 MB"};
  auto parsed = shared::parseJson(text, kDocument);
  if (parsed) return std::move(parsed.value);
  return Error{Errc::invalidArgument,
               parsed.fault->what + ", at character " + std::to_string(parsed.fault->at + 1)};
}

}  // namespace colibri::config
