#include "http/body_budget.hpp"

#include <utility>

namespace colibri::http {
namespace {

using Accounts = std::unordered_map<std::uint64_t, std::size_t>;

// Of the total: a fourth, an eighth, a sixteenth.
constexpr std::size_t kOwnersPart = 4, kOnesPart = 8, kKeylessHostsPart = 16;

std::size_t heldBy(const Accounts& accounts, std::uint64_t who) {
  const auto found = accounts.find(who);
  return found == accounts.end() ? 0 : found->second;
}

void giveBackTo(Accounts& accounts, std::uint64_t who, std::size_t bytes) noexcept {
  const auto found = accounts.find(who);
  if ((found->second -= bytes) == 0) accounts.erase(found);
}

}  // namespace

std::size_t BodyBudget::ofOneKeylessHost(std::size_t total) noexcept {
  return total / kKeylessHostsPart;
}

std::size_t BodyBudget::mostOf(Limit limit) const {
  switch (limit) {
    case Limit::all:
      return total_ - total_ / kOwnersPart;
    case Limit::owner:
      return total_ / kOwnersPart;
    case Limit::tenant:
    case Limit::strangers:
    case Limit::keyless:
    case Limit::host:
      return total_ / kOnesPart;
    case Limit::keylessHost:
      return ofOneKeylessHost(total_);
    case Limit::none:
      break;
  }
  return total_;
}

std::size_t BodyBudget::held() const {
  const std::lock_guard lock(mutex_);
  return owner_ + common_;
}

std::size_t* BodyBudget::sharedBy(const Payer& payer) noexcept {
  switch (payer.kind) {
    case Payer::Kind::stranger:
      return &strangers_;
    case Payer::Kind::keyless:
      return &keyless_;
    case Payer::Kind::tenant:
    case Payer::Kind::owner:
      break;
  }
  return nullptr;
}

BodyBudget::Limit BodyBudget::take(const Payer& payer, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto over = [&](std::size_t held, Limit limit) { return held + bytes > mostOf(limit); };
  if (payer.kind == Payer::Kind::owner) {
    if (over(owner_, Limit::owner)) return Limit::owner;
    owner_ += bytes;
    return Limit::none;
  }
  using Kind = Payer::Kind;
  auto* const shared = sharedBy(payer);
  auto& hosts = hostsOf(payer);
  const bool keyless = payer.kind == Kind::keyless;
  const auto ones = keyless ? Limit::keyless : Limit::strangers;
  const auto hostsLimit = keyless ? Limit::keylessHost : Limit::host;
  if (shared == nullptr && over(heldBy(tenants_, payer.tenant), Limit::tenant))
    return Limit::tenant;
  if (shared != nullptr && over(*shared, ones)) return ones;
  if (payer.host != 0 && over(heldBy(hosts, payer.host), hostsLimit)) return hostsLimit;
  if (over(common_, Limit::all)) return Limit::all;
  // What may throw comes first, so that nothing is counted by half.
  auto* const ofHost = payer.host == 0 ? nullptr : &hosts[payer.host];
  auto& account = shared == nullptr ? tenants_[payer.tenant] : *shared;
  account += bytes;
  if (ofHost != nullptr) *ofHost += bytes;
  common_ += bytes;
  return Limit::none;
}

void BodyBudget::giveBack(const Payer& payer, std::size_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  if (payer.kind == Payer::Kind::owner) {
    owner_ -= bytes;
    return;
  }
  if (auto* const shared = sharedBy(payer))
    *shared -= bytes;
  else
    giveBackTo(tenants_, payer.tenant, bytes);
  if (payer.host != 0) giveBackTo(hostsOf(payer), payer.host, bytes);
  common_ -= bytes;
}

BodyBudget::Share& BodyBudget::Share::operator=(Share&& other) noexcept {
  if (this == &other) return *this;
  release();
  budget_ = other.budget_;
  payer_ = other.payer_;
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

BodyBudget::Limit BodyBudget::Share::grow(std::size_t bytes) {
  const auto limit = budget_->take(payer_, bytes);
  if (limit == Limit::none) bytes_ += bytes;
  return limit;
}

void BodyBudget::Share::release() noexcept {
  if (bytes_ > 0) budget_->giveBack(payer_, std::exchange(bytes_, 0));
}

}  // namespace colibri::http
