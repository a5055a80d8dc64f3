#include "link_page/link_tokens.hpp"

#include <algorithm>

#include "crypto/digest.hpp"

namespace colibri::link_page {
namespace {

constexpr std::size_t kBytes = 32;

std::string base64url(std::string_view bytes) {
  auto text = crypto::base64(bytes);
  text.erase(std::min(text.find('='), text.size()));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

}  // namespace

Result<LinkTokens::Issued> LinkTokens::issue(InstanceKey instance) {
  auto token = base64url(randomBytes(kBytes));
  const std::scoped_lock lock(mutex_);
  drop(instance);
  if (entries_.size() >= options_.most) dropExpired();
  if (entries_.size() >= options_.most)
    return Error{Errc::overLimit, "There are too many addresses for linking (" +
                                      std::to_string(options_.most) + "), try again later"};
  Entry entry;
  entry.hash = crypto::sha256(token);
  entry.until = clock_.steady() + options_.life;
  entry.expiresAtUs =
      clock_.nowUs() + std::chrono::duration_cast<std::chrono::microseconds>(options_.life).count();
  byHash_.emplace(entry.hash, instance);
  Issued issued{std::move(token), entry.expiresAtUs};
  entries_.emplace(instance, std::move(entry));
  return issued;
}

std::optional<LinkTokens::Link> LinkTokens::find(std::string_view token) {
  const auto hash = crypto::sha256(token);
  const std::scoped_lock lock(mutex_);
  const auto at = byHash_.find(hash);
  if (at == byHash_.end()) return std::nullopt;
  const auto instance = at->second;
  const auto& entry = entries_.at(instance);
  if (clock_.steady() >= entry.until) {
    drop(instance);
    return std::nullopt;
  }
  return Link{instance, entry.done, entry.expiresAtUs};
}

void LinkTokens::finish(InstanceKey instance) {
  const std::scoped_lock lock(mutex_);
  const auto at = entries_.find(instance);
  if (at == entries_.end() || at->second.done) return;
  at->second.done = true;
  at->second.until = std::min(at->second.until, clock_.steady() + kSaidFor);
}

std::size_t LinkTokens::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

void LinkTokens::onTransition(const instances::Transition& transition) {
  using enum instances::State;
  if (transition.state == open) return finish(transition.instance);
  if (transition.state != loggedOut && transition.state != deleted) return;
  const std::scoped_lock lock(mutex_);
  drop(transition.instance);
}

void LinkTokens::drop(InstanceKey instance) {
  const auto at = entries_.find(instance);
  if (at == entries_.end()) return;
  byHash_.erase(at->second.hash);
  entries_.erase(at);
}

void LinkTokens::dropExpired() {
  const auto now = clock_.steady();
  std::erase_if(entries_, [&](const auto& row) {
    if (now < row.second.until) return false;
    byHash_.erase(row.second.hash);
    return true;
  });
}

}  // namespace colibri::link_page
