#include "http/body_budget.hpp"

#include <utility>

namespace colibri::http {
namespace {

using Accounts = std::unordered_map<std::uint64_t, std::size_t>;

constexpr std::size_t kOwnersPart = 4, kOnesPart = 8;  // of the total, a fourth and an eighth

std::size_t heldBy(const Accounts& accounts, std::uint64_t who) {
  const auto found = accounts.find(who);
  return found == accounts.end() ? 0 : found->second;
}

void giveBackTo(Accounts& accounts, std::uint64_t who, std::size_t bytes) noexcept {
  const auto found = accounts.find(who);
  if ((found->second -= bytes) == 0) accounts.erase(found);
}

}  // namespace

std::size_t BodyBudget::mostOf(Limit limit) const {
  switch (limit) {
    case Limit::all:
      return total_ - total_ / kOwnersPart;
    case Limit::owner:
      return total_ / kOwnersPart;
    case Limit::tenant:
    case Limit::strangers:
    case Limit::host:
      return total_ / kOnesPart;
    case Limit::none:
      break;
  }
  return total_;
}

std::size_t BodyBudget::held() const {
  const std::lock_guard lock(mutex_);
  return owner_ + common_;
}

BodyBudget::Limit BodyBudget::take(const Payer& payer, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto over = [&](std::size_t held, Limit limit) { return held + bytes > mostOf(limit); };
  if (payer.kind == Payer::Kind::owner) {
    if (over(owner_, Limit::owner)) return Limit::owner;
    owner_ += bytes;
    return Limit::none;
  }
  const bool tenant = payer.kind == Payer::Kind::tenant;
  if (tenant && over(heldBy(tenants_, payer.tenant), Limit::tenant)) return Limit::tenant;
  if (!tenant && over(strangers_, Limit::strangers)) return Limit::strangers;
  if (payer.host != 0 && over(heldBy(hosts_, payer.host), Limit::host)) return Limit::host;
  if (over(common_, Limit::all)) return Limit::all;
  // What may throw comes first, so that nothing is counted by half.
  auto* const ofHost = payer.host == 0 ? nullptr : &hosts_[payer.host];
  auto& account = tenant ? tenants_[payer.tenant] : strangers_;
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
  if (payer.kind == Payer::Kind::tenant)
    giveBackTo(tenants_, payer.tenant, bytes);
  else
    strangers_ -= bytes;
  if (payer.host != 0) giveBackTo(hosts_, payer.host, bytes);
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
