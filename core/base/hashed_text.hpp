#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace colibri {

/// A hash for containers of texts that are searched by views, without a copy of the key.
struct HashedText {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace colibri
