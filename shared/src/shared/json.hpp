#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace colibri::shared {

/// What a JSON text may hold. The texts' sizes are the callers' to bound.
///
/// Boost.JSON finds the members of an object of more than 18 by a hash that whoever chooses the
/// keys can make collide, so that building it takes the square of their number; so both numbers of
/// members are limits of time. Keys that count "0", "1", "2", … from an object's beginning are not
/// chosen and not counted: bytes used to be written that way.
struct JsonLimits {
  std::size_t depth = 32;
  std::size_t members = 256;        ///< of one object
  std::size_t allMembers = 10'000;  ///< of all objects together
};

/// For bodies of events and answers of a gateway, which are up to 64 MB and whose keys no stranger
/// chooses; the limits hold for the connector or gateway that errs.
inline constexpr JsonLimits kLargeJson{.depth = 100, .members = 256, .allMembers = 1'000'000};

/// Why a text was not taken.
struct JsonFault {
  std::string what;    ///< what is to be said of the text: "is not JSON: syntax error"
  std::size_t at = 0;  ///< bytes before the place
};

struct ParsedJson {
  boost::json::value value;  ///< null if there is a fault
  std::optional<JsonFault> fault;

  explicit operator bool() const noexcept { return !fault; }
};

/// The one value in `text`, in UTF-8, with nothing but blanks around it. All JSON that the project
/// reads is read here (ADR 13); limits are judged before an object is built.
///
/// [Threading] pure. [Errors] the fault; throws only std::bad_alloc.
ParsedJson parseJson(std::string_view text, const JsonLimits& limits = {});

/// A member of the root object of a text, or of an object that is one of its members.
struct JsonPlace {
  std::string_view object;  ///< the root's member; empty = the root itself
  std::string_view member;

  std::optional<std::string> text = {};  ///< the string that is there
  bool isArray = false;                  ///< an array is there
};

/// Fills in what is at `places` of the one value in `text`, of which it builds nothing else; so
/// members are not limited, and a member that comes twice counts as parseJson() counts it.
///
/// [Threading] pure. [Errors] the fault; what was found before it stays.
std::optional<JsonFault> findInJson(std::string_view text, std::size_t depth,
                                    std::span<JsonPlace> places);

/// Whether `text` is one JSON value in UTF-8, nested at most `depth` deep, with nothing but blanks
/// around it. Builds nothing, so members are not limited. [Threading] pure.
bool isJson(std::string_view text, std::size_t depth);

}  // namespace colibri::shared
