#include "log/redaction.hpp"

#include <algorithm>
#include <mutex>

namespace colibri::log {

bool RedactionSet::add(std::string_view secret) {
  if (secret.size() < kShortestSecret) return false;
  const std::unique_lock lock(mutex_);
  if (std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end()) return true;
  const auto longer = [](const std::string& known, std::size_t size) {
    return known.size() > size;
  };
  secrets_.emplace(std::lower_bound(secrets_.begin(), secrets_.end(), secret.size(), longer),
                   secret);
  return true;
}

std::string RedactionSet::apply(std::string_view text) const {
  std::string out(text);
  const std::shared_lock lock(mutex_);
  for (const auto& secret : secrets_) {
    for (auto at = out.find(secret); at != std::string::npos; at = out.find(secret, at + 3)) {
      out.replace(at, secret.size(), "***");
    }
  }
  return out;
}

}  // namespace colibri::log
