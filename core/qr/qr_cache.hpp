#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "qr/png.hpp"

namespace colibri::qr {

/// The data URLs of the last codes, so that an event and the request that waits for it draw the
/// same code once.
///
/// [Threading] any thread; locked, also while a code is drawn: whoever asks for the same one
/// meanwhile gets the finished picture. [Errors] as pngDataUrl(); failures are not remembered.
class QrCache {
 public:
  explicit QrCache(std::size_t capacity = 64, Color dark = {}) : capacity_(capacity), dark_(dark) {}

  Result<std::string> pngDataUrl(std::string_view text);
  std::size_t drawn() const;  ///< how many were not found in the cache

 private:
  struct Entry {
    std::string text, dataUrl;
  };

  const std::size_t capacity_;
  const Color dark_;
  mutable std::mutex mutex_;  // guards the rest
  std::list<Entry> entries_;  // the latest used first
  std::size_t drawn_ = 0;
};

}  // namespace colibri::qr
