#include "store/reader/reader.hpp"

namespace colibri::store {
namespace {

std::string next(std::vector<Value>& values, Value value) {
  values.push_back(std::move(value));
  return "?" + std::to_string(values.size());
}

}  // namespace

std::string Query::bind(std::uint64_t number) {
  return next(values, static_cast<std::int64_t>(number));
}
std::string Query::bind(std::string_view text) {
  return next(values, std::string(text));
}
std::string Query::bindBytes(std::string_view bytes) {
  return next(values, BytesValue{std::string(bytes)});
}

std::string RowCells::bytes() {
  std::string taken;
  bytes(taken);
  return taken;
}

}  // namespace colibri::store
