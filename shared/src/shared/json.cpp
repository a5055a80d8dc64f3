#include "shared/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace colibri::shared {
namespace {

namespace json = boost::json;
using Code = json::error_code;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr JsonLimits kUncounted{.members = static_cast<std::size_t>(-1),
                                .allMembers = static_cast<std::size_t>(-1)};

/// 1234567 as "1,234,567".
std::string grouped(std::size_t number) {
  auto text = std::to_string(number);
  for (auto at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

/// Counts members, keeps nothing. The signatures are Boost.JSON's.
class MemberCounter {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  explicit MemberCounter(const JsonLimits& limits) : limits_(limits) {}

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    objects_.push_back({});
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    objects_.pop_back();
    return true;
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_key(json::string_view key, std::size_t size, Code& error) {
    auto& object = objects_.back();
    if (object.named == 0 && size == key.size() && isNumber(key, object.numbered)) {
      ++object.numbered;
      return true;
    }
    if (++object.named > limits_.members)
      refusal_ = "has an object of more than " + grouped(limits_.members) + " members";
    else if (++all_ > limits_.allMembers)
      refusal_ =
          "has more than " + grouped(limits_.allMembers) + " members in all its objects together";
    return refusal_.empty() || refuse(json::error::object_too_large, error);
  }
  bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_string(json::string_view, std::size_t, Code&) { return true; }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, Code&) { return true; }
  bool on_double(double number, json::string_view, Code& error) {
    if (std::isfinite(number)) return true;
    refusal_ = "has a number that is too large";  // it would be written as Infinity or NaN
    return refuse(json::error::exponent_overflow, error);
  }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

  std::string why(const Code& error) const {
    if (!refusal_.empty()) return refusal_;
    if (error == json::error::too_deep)
      return "is nested more than " + std::to_string(limits_.depth) + " levels deep";
    return "is not JSON: " + error.message();
  }

 private:
  static bool refuse(json::error with, Code& error) {
    error = with;
    return false;
  }
  static bool isNumber(std::string_view text, std::size_t number) {
    char digits[20];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    return text == std::string_view(digits, static_cast<std::size_t>(end - digits));
  }

  struct Object {
    std::size_t numbered = 0;  ///< members "0", "1", … from its beginning
    std::size_t named = 0;     ///< others
  };
  const JsonLimits limits_;
  std::vector<Object> objects_;  ///< the open ones
  std::size_t all_ = 0;
  std::string refusal_;
};

/// Builds the value as Boost's own parser does, of what is within the limits.
class ValueBuilder : public MemberCounter {
 public:
  explicit ValueBuilder(const JsonLimits& limits)
      : MemberCounter(limits), stack_({}, room_, sizeof(room_)) {
    stack_.reset();
  }

  bool on_object_end(std::size_t size, Code& error) {
    stack_.push_object(size);
    return MemberCounter::on_object_end(size, error);
  }
  bool on_array_end(std::size_t size, Code&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, Code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view key, std::size_t size, Code& error) {
    if (!MemberCounter::on_key(key, size, error)) return false;
    stack_.push_key(key);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view text, std::size_t, Code&) {
    stack_.push_string(text);
    return true;
  }
  bool on_int64(std::int64_t number, json::string_view, Code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, Code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view text, Code& error) {
    stack_.push_double(number);
    return MemberCounter::on_double(number, text, error);
  }
  bool on_bool(bool value, Code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(Code&) {
    stack_.push_null();
    return true;
  }

  json::value release() { return stack_.release(); }

 private:
  unsigned char room_[4096];  ///< most texts need no more
  json::value_stack stack_;
};

/// Takes strings from their places, keeps nothing else and counts nothing.
class PlaceFinder : public MemberCounter {
 public:
  using MemberCounter::MemberCounter;
  void look(std::span<JsonPlace> places) {
    places_ = places;
    matched_.resize(places.size());
  }

  bool on_object_begin(Code&) {
    ++depth_;
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    --depth_;
    return true;
  }
  bool on_array_begin(Code&) {
    atEach([](JsonPlace& place) { place.isArray = true; });
    ++depth_;
    return true;
  }
  bool on_array_end(std::size_t, Code&) {
    --depth_;
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, Code&) {
    if (depth_ <= kDeepest) parts_ += part;
    return true;
  }
  bool on_key(json::string_view key, std::size_t, Code&) {
    if (depth_ > kDeepest) return true;
    const auto name = whole(key);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      auto& place = places_[i];
      if (matched_[i] >= depth_) matched_[i] = depth_ - 1;  // the member before has ended
      const bool isLast = depth_ == namesOf(place);
      if (matched_[i] != depth_ - 1 || depth_ > namesOf(place) ||
          name != (isLast ? place.member : place.object))
        continue;
      matched_[i] = depth_;
      place.text.reset();
      place.isArray = false;
    }
    parts_.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Code&) {
    atEach([&](JsonPlace&) { parts_ += part; });
    return true;
  }
  bool on_string(json::string_view text, std::size_t, Code&) {
    atEach([&](JsonPlace& place) { place.text = std::string(whole(text)); });
    parts_.clear();
    return true;
  }

 private:
  static constexpr std::size_t kDeepest = 2;
  static std::size_t namesOf(const JsonPlace& place) { return place.object.empty() ? 1 : 2; }
  /// The place that the value which begins or ends here is at, if it is one.
  template <class Act>
  void atEach(Act&& act) {
    if (depth_ > kDeepest) return;
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (matched_[i] == depth_ && depth_ == namesOf(places_[i])) return act(places_[i]);
  }
  std::string_view whole(json::string_view last) {
    if (parts_.empty()) return last;
    return parts_ += last;
  }

  std::span<JsonPlace> places_;
  std::vector<std::size_t> matched_;  ///< of each place: how many of its names the way here has
  std::size_t depth_ = 0;
  std::string parts_;  ///< of a text that comes in several
};

template <class Handler>
std::optional<JsonFault> read(json::basic_parser<Handler>& parser, std::string_view text) {
  Code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  if (error) return JsonFault{parser.handler().why(error), used};
  const auto extra = text.find_first_not_of(kBlanks, used);
  if (extra == text.npos) return std::nullopt;
  return JsonFault{"is not JSON: something follows the value", extra};
}

template <class Handler>
json::basic_parser<Handler> parserOf(const JsonLimits& limits) {
  json::parse_options options;
  options.max_depth = limits.depth;
  return json::basic_parser<Handler>(options, limits);
}

}  // namespace

ParsedJson parseJson(std::string_view text, const JsonLimits& limits) {
  auto parser = parserOf<ValueBuilder>(limits);
  ParsedJson parsed{nullptr, read(parser, text)};
  if (parsed) parsed.value = parser.handler().release();
  return parsed;
}

std::optional<JsonFault> findInJson(std::string_view text, std::size_t depth,
                                    std::span<JsonPlace> places) {
  auto limits = kUncounted;
  limits.depth = depth;
  auto parser = parserOf<PlaceFinder>(limits);
  parser.handler().look(places);
  return read(parser, text);
}

bool isJson(std::string_view text, std::size_t depth) {
  auto limits = kUncounted;
  limits.depth = depth;
  auto parser = parserOf<MemberCounter>(limits);
  return !read(parser, text);
}

}  // namespace colibri::shared
