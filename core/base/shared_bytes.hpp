#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace colibri {

/// Immutable bytes that live as long as somebody holds them, whoever allocated them.
///
/// [Threading] immutable; any thread. [Ownership] shared: `owner` keeps `bytes` alive.
struct SharedBytes {
  std::shared_ptr<const void> owner = {};
  std::string_view bytes = {};

  static SharedBytes of(std::string text) {
    auto kept = std::make_shared<const std::string>(std::move(text));
    const std::string_view view = *kept;
    return {std::move(kept), view};
  }
};

}  // namespace colibri
