#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <string>
#include <string_view>

#include "base/result.hpp"

/// JSON of this program: what the gateway answers and is asked (ADR 24).
namespace colibri::ctl {

/// The value in `text`, an object or an array nested at most 100 deep; members keep their order.
/// [Errors] rejected: what is wrong with it.
Result<Poco::Dynamic::Var> parseJson(const std::string& text);

/// On one line, safe for a terminal.
std::string jsonLine(const Poco::Dynamic::Var& value);

/// The object, or an empty one if the value is none.
Poco::JSON::Object::Ptr objectOf(const Poco::Dynamic::Var& value);
Poco::JSON::Object::Ptr objectAt(const Poco::JSON::Object& parent, const std::string& member);
/// The array, or an empty one.
Poco::JSON::Array::Ptr arrayOf(const Poco::Dynamic::Var& value);
Poco::JSON::Array::Ptr arrayAt(const Poco::JSON::Object& parent, const std::string& member);

/// The string that is there, as it came; empty if there is none.
std::string stringAt(const Poco::JSON::Object& object, const std::string& member);
/// What is there, for a person to read: "-" if it is null or missing. Safe for a terminal.
std::string shownAt(const Poco::JSON::Object& object, const std::string& member);
bool isNullAt(const Poco::JSON::Object& object, const std::string& member);

}  // namespace colibri::ctl
