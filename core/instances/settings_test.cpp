#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "instances/testing/world.hpp"
#include "store/kv_sealing.hpp"

namespace colibri::instances {
namespace {

using testing::answerOf;
using ::testing::ElementsAre;
using testing::World;

/// What plugins would hear.
struct Heard final : Observer {
  void onTransition(const Transition&) override {}
  void onSettings(InstanceKey, const std::string& alias, const KeptSettings& settings) override {
    const std::scoped_lock lock(mutex);
    lines.push_back(alias + " '" + settings.inForce() + "' from " + std::to_string(settings.from));
  }
  std::vector<std::string> all() {
    const std::scoped_lock lock(mutex);
    return lines;
  }
  std::mutex mutex;  // guards lines
  std::vector<std::string> lines;
};

struct ChangingSettings : ::testing::Test {
  ChangingSettings() { world.lifecycle->use(heard); }
  Result<KeptSettings> put(InstanceKey key, const std::string& json, std::uint64_t head) {
    return answerOf<KeptSettings>([&](auto done) {
      world.lifecycle->putSettings(key, {"hook", json, [head] { return head; }, std::move(done)});
    });
  }
  Heard heard;
  World world;
};

TEST_F(ChangingSettings, EnablingCountsFromTheHeadAndOtherChangesFromThereToo) {
  const auto key = world.create("a");
  EXPECT_FALSE(world.lifecycle->settingsOf(key, "hook"));
  ASSERT_TRUE(put(key, R"({"n":1})", 10));
  ASSERT_TRUE(put(key, R"({"n":2})", 20));
  ASSERT_TRUE(put(key, R"({"enabled":false})", 30));
  ASSERT_TRUE(put(key, R"({"n":3})", 40));
  EXPECT_THAT(heard.all(), ElementsAre(R"(hook '{"n":1}' from 10)", R"(hook '{"n":2}' from 10)",
                                       "hook '' from 10", R"(hook '{"n":3}' from 40)"));
  const auto kept = world.lifecycle->settingsOf(key, "hook").value();
  EXPECT_GT(kept.createdAtUs, 0);
  EXPECT_GE(kept.updatedAtUs, kept.createdAtUs);
}

TEST_F(ChangingSettings, AttackBySettingsWithoutEndStopsAtTheLimitWhichIsNamed) {
  const auto key = world.create("a");
  const auto text = [](std::size_t bytes) {
    return "{\"n\":\"" + std::string(bytes - 8, 'x') + "\"}";
  };
  const auto puts = [&](const std::string& alias, std::size_t bytes) {
    return answerOf<KeptSettings>([&](auto done) {
      world.lifecycle->putSettings(
          key, {alias, text(bytes), [] { return std::uint64_t{1}; }, std::move(done)});
    });
  };
  ASSERT_TRUE(puts("hook", 200'000));
  EXPECT_TRUE(puts("queue", 62'144)) << "256 KB, and not a byte more";
  const auto refused = puts("queue", 62'145);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::overLimit);
  EXPECT_NE(refused.error().message.find("limits.settings_bytes"), std::string::npos);
  EXPECT_EQ(world.lifecycle->settingsRefused(), 1U);
  EXPECT_EQ(world.lifecycle->settingsOf(key, "queue")->json.size(), 62'144U) << "as it was";
  EXPECT_TRUE(puts("hook", 100)) << "less is always taken";
  EXPECT_TRUE(puts("queue", 62'145));
}

TEST_F(ChangingSettings, ARestartFindsThemAsTheyWereAnswered) {
  const auto key = world.create("a");
  ASSERT_TRUE(put(key, R"({"n":1})", 10));
  const auto off = put(key, R"({"enabled":false,"n":2})", 20).value();
  const auto rows = world.store->read(store::ask::Settings{key}).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].json.find("enabled"), std::string::npos) << "sealed";
  const auto text = world.sealer.open(
      rows[0].json, store::settingsPlaceOf(world.registry.get(key)->row.id, "hook"));
  const auto read = readSettings(text.value(), 0).value();
  EXPECT_EQ(read.json, off.json);
  EXPECT_FALSE(read.enabled);
  EXPECT_EQ(read.from, 10U);
  EXPECT_EQ(read.createdAtUs, off.createdAtUs);
  EXPECT_EQ(read.updatedAtUs, off.updatedAtUs);
}

TEST_F(ChangingSettings, ManyAtOnceHappenOneAfterTheOther) {
  const auto key = world.create("a");
  std::atomic<int> answered = 0;
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    const auto json = "{\"n\":" + std::to_string(i) + "}";
    expected.push_back("hook '" + json + "' from 5");
    world.lifecycle->putSettings(key, {"hook", json, [] { return std::uint64_t{5}; },
                                       [&](Result<KeptSettings> kept) {
                                         EXPECT_TRUE(kept);
                                         ++answered;
                                       }});
  }
  testing::eventually([&] { return answered == 50; });
  EXPECT_EQ(heard.all(), expected);
}

TEST_F(ChangingSettings, AnInstanceThatIsGoneHasNone) {
  const auto key = world.create("a");
  ASSERT_TRUE(
      answerOf<InstancePtr>([&](auto done) { world.lifecycle->remove(key, std::move(done)); }));
  EXPECT_EQ(put(key, "{}", 1).error().code, Errc::notFound);
  EXPECT_EQ(put(12345, "{}", 1).error().code, Errc::notFound);
}

TEST_F(ChangingSettings, AnInstanceThatGoesWhileTheyAreStoredHasNoneAndNobodyHearsOfThem) {
  const auto key = world.create("a");
  ASSERT_TRUE(testing::eventually([&] { return world.published_("instance.create"); }));
  const auto before = world.disk->submitted();
  world.disk->hold();
  std::promise<Result<KeptSettings>> answer;
  world.lifecycle->putSettings(
      key, {"hook", "{}", [] { return std::uint64_t{1}; },
            [&](Result<KeptSettings> kept) { answer.set_value(std::move(kept)); }});
  ASSERT_TRUE(testing::eventually([&] { return world.disk->submitted() == before + 1; }));
  world.registry.remove(key);  // as at the end of a deletion
  world.disk->letGo();
  EXPECT_EQ(answer.get_future().get().error().code, Errc::notFound);
  EXPECT_TRUE(heard.all().empty());
}

TEST(KeptSettingsForm, AnObjectAloneIsFromTheInstancesCreation) {
  const auto old = readSettings(R"({"url":"x"})", 77).value();
  EXPECT_EQ(old.json, R"({"url":"x"})");
  EXPECT_TRUE(old.enabled);
  EXPECT_EQ(old.from, 0U);
  EXPECT_EQ(old.createdAtUs, 77);
}

TEST(KeptSettingsForm, AnotherVersionsFormIsRefused) {
  for (const auto* text :
       {"", "settings/2 1 0 0 0\n{}", "settings/1 1 0\n{}", "settings/1 1 0 0 0"})
    EXPECT_FALSE(readSettings(text, 0)) << text;
}

}  // namespace
}  // namespace colibri::instances
