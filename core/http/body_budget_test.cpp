#include "http/body_budget.hpp"

#include <gtest/gtest.h>

namespace colibri::http {
namespace {

using Limit = BodyBudget::Limit;
using Kind = Payer::Kind;

Payer tenant(std::uint64_t which, std::uint64_t host = 0) {
  return {.kind = Kind::tenant, .tenant = which, .host = host};
}

struct BodyBudgets : ::testing::Test {
  BodyBudget budget{800};  // one may have 100, the owner 200, all others 600
  BodyBudget::Share of(const Payer& payer) { return {budget, payer}; }
};

TEST_F(BodyBudgets, OneTenantHasItsShareAndLeavesTheOthersTheirs) {
  auto greedy = of(tenant(1));
  EXPECT_EQ(greedy.grow(100), Limit::none);
  EXPECT_EQ(greedy.grow(1), Limit::tenant);
  EXPECT_EQ(of(tenant(1)).grow(1), Limit::tenant) << "with another request, too";
  EXPECT_EQ(of(tenant(2)).grow(100), Limit::none);
  EXPECT_EQ(budget.held(), 100U) << "what was refused is not counted, what is over is given back";
}

TEST_F(BodyBudgets, StrangersHaveOneShareTogether) {
  auto first = of({.host = 1});
  EXPECT_EQ(first.grow(60), Limit::none);
  EXPECT_EQ(of({.host = 2}).grow(41), Limit::strangers);
  EXPECT_EQ(of(tenant(1)).grow(100), Limit::none);
}

TEST_F(BodyBudgets, WhoNeedsNoKeyHasAnAccountOfItsOwnAndOneHostHalfOfThat) {
  const auto keyless = [&](std::uint64_t host) {
    return of({.kind = Kind::keyless, .host = host});
  };
  auto stranger = of({.host = 1});
  EXPECT_EQ(stranger.grow(100), Limit::none);
  auto first = keyless(1);
  EXPECT_EQ(first.grow(50), Limit::none) << "what strangers hold at mounts is another account";
  EXPECT_EQ(first.grow(1), Limit::keylessHost);
  EXPECT_EQ(keyless(1).grow(1), Limit::keylessHost) << "with another request, too";
  auto second = keyless(2);
  EXPECT_EQ(second.grow(50), Limit::none);
  EXPECT_EQ(keyless(3).grow(1), Limit::keyless);
  EXPECT_EQ(of(tenant(1, 1)).grow(100), Limit::host) << "what its host holds as a stranger";
  EXPECT_EQ(of(tenant(1, 2)).grow(100), Limit::none) << "a key is not troubled by them";
  first.release();
  EXPECT_EQ(keyless(3).grow(50), Limit::none);
  EXPECT_EQ(budget.mostOf(Limit::keylessHost), BodyBudget::ofOneKeylessHost(budget.total()));
}

TEST_F(BodyBudgets, OneHostCannotTakeMoreWithManyKeys) {
  auto first = of(tenant(1, 7));
  EXPECT_EQ(first.grow(60), Limit::none);
  EXPECT_EQ(of(tenant(2, 7)).grow(41), Limit::host);
  EXPECT_EQ(of(tenant(2, 8)).grow(41), Limit::none);
  auto behindAProxy = of(tenant(3));
  EXPECT_EQ(behindAProxy.grow(100), Limit::none);
}

TEST_F(BodyBudgets, TheOwnersPartIsThereWhenAllElseIsTaken) {
  std::vector<BodyBudget::Share> tenants;
  for (std::uint64_t i = 1; i <= 6; ++i) {
    tenants.push_back(of(tenant(i)));
    EXPECT_EQ(tenants.back().grow(100), Limit::none);
  }
  EXPECT_EQ(of(tenant(7)).grow(1), Limit::all);
  auto owner = of({.kind = Kind::owner});
  EXPECT_EQ(owner.grow(200), Limit::none);
  EXPECT_EQ(owner.grow(1), Limit::owner);
  tenants.clear();
  EXPECT_EQ(budget.held(), 200U);
  EXPECT_EQ(owner.grow(1), Limit::owner) << "nor does he take the others'";
}

TEST_F(BodyBudgets, AShareThatMovesIsGivenBackOnce) {
  auto share = of(tenant(1));
  EXPECT_EQ(share.grow(50), Limit::none);
  BodyBudget::Share moved = std::move(share);
  EXPECT_EQ(budget.held(), 50U);
  moved = of(tenant(1));
  EXPECT_EQ(budget.held(), 0U);
  EXPECT_EQ(moved.grow(100), Limit::none);
  moved.release();
  moved.release();
  EXPECT_EQ(budget.held(), 0U);
}

}  // namespace
}  // namespace colibri::http
