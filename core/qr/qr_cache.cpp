#include "qr/qr_cache.hpp"

#include <algorithm>

#include "qr/data_url.hpp"

namespace colibri::qr {

Result<std::string> QrCache::pngDataUrl(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.text == text; });
  if (known != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, known);
    return entries_.front().dataUrl;
  }
  ++drawn_;
  auto dataUrl = qr::pngDataUrl(text, dark_);
  if (!dataUrl) return dataUrl;
  entries_.push_front({std::string(text), *dataUrl});
  if (entries_.size() > capacity_) entries_.pop_back();
  return dataUrl;
}

std::size_t QrCache::drawn() const {
  const std::lock_guard lock(mutex_);
  return drawn_;
}

}  // namespace colibri::qr
