#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <span>
#include <string_view>

namespace colibri::event_settings {

/// A member's name with other gateways, and with us.
struct Spelling {
  std::string_view theirs, ours;
};

/// How one plugin's settings are spoken of by POST <alias>/set and GET <alias>/find.
struct Form {
  std::string_view alias;
  std::span<const std::string_view> members;  ///< of the instance schema
  /// Those of them that stay as they are when a v2 caller does not name them.
  std::span<const std::string_view> upserted = {};
  std::span<const Spelling> spellings = {};
  /// Members whose null means something; that of others counts as absent.
  std::span<const std::string_view> nullable = {};
  /// Completes the wished settings from those `before`, which a caller cannot send back, and may
  /// refuse them. Null: nothing.
  void (*carryOver)(boost::json::object& wished, const boost::json::object& before,
                    std::int64_t nowUs) = nullptr;
  /// Puts what is kept into the words of v2 clients, and back, where the two differ. Null: nowhere.
  void (*toV2)(boost::json::object& settings) = nullptr;
  void (*fromV2)(boost::json::object& settings) = nullptr;
  /// What find shows natively, of settings with all defaults. Null: all of it.
  boost::json::object (*shown)(boost::json::object settings) = nullptr;
  /// The middle of v2's row, what lies between `id` and `createdAt`. Null: `enabled` and `events`.
  boost::json::object (*row)(boost::json::object shown, bool enabled) = nullptr;
};

}  // namespace colibri::event_settings
