#include "json.hpp"

#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>

#include <sstream>

#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr std::size_t kDepth = 100;
constexpr bool kInOrder = true;

std::string serialized(const Var& value) {
  std::ostringstream out;
  Poco::JSON::Stringifier::stringify(value, out, 0, -1);
  return std::move(out).str();
}

}  // namespace

Result<Var> parseJson(const std::string& text) try {
  Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(kInOrder));
  parser.setDepth(kDepth);
  return parser.parse(text);
} catch (const Poco::Exception& e) {
  return Error{Errc::rejected, "is not JSON: " + safe(e.message())};
}

std::string jsonLine(const Var& value) {
  return safeJson(serialized(value));
}

Object::Ptr objectOf(const Var& value) {
  if (value.type() == typeid(Object::Ptr)) return value.extract<Object::Ptr>();
  return new Object(kInOrder);
}

Object::Ptr objectAt(const Object& parent, const std::string& member) {
  return objectOf(parent.get(member));
}

Array::Ptr arrayOf(const Var& value) {
  if (value.type() == typeid(Array::Ptr)) return value.extract<Array::Ptr>();
  return new Array;
}

Array::Ptr arrayAt(const Object& parent, const std::string& member) {
  return arrayOf(parent.get(member));
}

std::string stringAt(const Object& object, const std::string& member) {
  const auto value = object.get(member);
  return value.isString() ? value.extract<std::string>() : std::string();
}

std::string shownAt(const Object& object, const std::string& member) {
  const auto value = object.get(member);
  if (value.isEmpty()) return "-";
  return value.isString() ? safe(value.extract<std::string>()) : jsonLine(value);
}

bool isNullAt(const Object& object, const std::string& member) {
  return object.get(member).isEmpty();
}

}  // namespace colibri::ctl
