#include "feeds.hpp"

namespace colibri::websocket {
namespace {

int hexValue(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// RFC 3986, 2.1; what is no escape stays as it is.
std::string percentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hexValue(text[i + 1]) >= 0 &&
                        hexValue(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

}  // namespace

InstanceFeed* Feeds::find(std::uint64_t instanceKey) const {
  const auto found = feeds_.find(instanceKey);
  return found == feeds_.end() ? nullptr : found->second.get();
}

InstanceFeed* Feeds::findByName(std::string_view name) const {
  auto found = names_.find(std::string(name));
  if (found == names_.end()) found = names_.find(percentDecoded(name));
  return found == names_.end() ? nullptr : find(found->second);
}

void Feeds::add(std::uint64_t instanceKey, std::unique_ptr<InstanceFeed> feed) {
  names_[feed->name()] = instanceKey;
  feeds_[instanceKey] = std::move(feed);
}

std::unique_ptr<InstanceFeed> Feeds::remove(std::uint64_t instanceKey) {
  auto node = feeds_.extract(instanceKey);
  if (!node) return nullptr;
  const auto name = names_.find(node.mapped()->name());
  if (name != names_.end() && name->second == instanceKey) names_.erase(name);
  return std::move(node.mapped());
}

void Feeds::tick(Clock::time_point now) {
  if (global_) {
    global_->expire(now);
    global_->retry();
  }
  for (const auto& [key, feed] : feeds_) feed->retry();
}

}  // namespace colibri::websocket
