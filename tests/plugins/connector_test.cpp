#include <colibri/sdk/message_id.hpp>

#include "commands/message_id.hpp"
#include "host_fixture.hpp"

namespace colibri::plugin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Connecting : public PluginHostTest {
 protected:
  void SetUp() override {
    PluginHostTest::SetUp();
    run({"probe"});
    introduce(1);
  }
  instances::Connector& connector() { return *host_->connectors().at(0); }
};

TEST_F(Connecting, OpenReportsItsStateToTheHost) {
  connector().open({1, "uuid", "shop", {}, R"({"number":"55"})"}, {});
  ASSERT_TRUE(bell_.wait([&] { return reports_.all().size() == 1; }));
  const auto [alias, report] = reports_.all()[0];
  EXPECT_EQ(alias, "probe");
  EXPECT_EQ(report.state, instances::State::open);
  EXPECT_THAT(report.infoJson, HasSubstr("ownerJid"));
  EXPECT_THAT(trace(), HasSubstr(R"(open shop {"number":"55"})"));
}

TEST_F(Connecting, ARefusalOfOpenComesBackWithItsText) {
  std::optional<Error> refused;
  std::mutex mutex;
  connector().open({1, "uuid", "shop", {}, "refuse"}, [&](Error why) {
    const std::scoped_lock lock(mutex);
    refused = std::move(why);
  });
  ASSERT_TRUE(bell_.wait([&] {
    const std::scoped_lock lock(mutex);
    return refused.has_value();
  }));
  EXPECT_EQ(refused->code, Errc::conflict);
  EXPECT_EQ(refused->message, "not now");
}

TEST_F(Connecting, ACommandIsRefusedOrCompleted) {
  EXPECT_TRUE(command("trace"));
  const auto refused = command("refuse");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unsupported);
  EXPECT_EQ(refused.error().message, "nobody can do that");
}

TEST_F(Connecting, ACommandArrivesWhole) {
  EXPECT_EQ(command("told", R"({ "a" : 1 })").value(), R"(id-1 key-1 0 { "a" : 1 })");
  EXPECT_EQ(command("told", "{}", 1, true).value(), "id-2 key-2 1 {}");
}

TEST_F(PluginHostTest, AConnectorSaysWhoChoosesTheIdsOfItsMessages) {
  run({"probe", "cloud"});
  for (const auto* connector : host_->connectors())
    EXPECT_EQ(connector->hasNetworkIds(), connector->alias() == "cloud") << connector->alias();
  EXPECT_THAT(host_->connectors(), SizeIs(2));
}

TEST(MessageIds, HostAndConnectorsDeriveTheSame) {
  for (const std::string id : {"3EB0C0FFEE0123456789AB", "any text", ""})
    for (const std::size_t index : {0U, 1U, 2U, 10U, 999U})
      EXPECT_EQ(commands::messageIdAt(id, index), sdk::messageIdAt(id, index)) << id << index;
}

TEST_F(Connecting, ACommandInFlightAtStopIsAnsweredAndALaterOneIsRefused) {
  const auto held = begin("hold");
  trace();  // it has arrived
  host_->stop();
  ASSERT_TRUE(completions_.of(held));
  EXPECT_EQ(completions_.of(held)->error().code, Errc::shuttingDown);
  const auto late = command("trace");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unavailable) << "never handed over";
}

TEST_F(Connecting, ACancelReachesThePlugin) {
  connector().cancel(begin("hold"));
  EXPECT_TRUE(bell_.wait([&] { return trace().find("cancel\n") != std::string::npos; }));
}

TEST_F(Connecting, APublicationIsOneCommitWithItsOperations) {
  const auto published = command("publish.put", R"({"id":"1"})");
  ASSERT_TRUE(published) << published.error().message;
  EXPECT_EQ(*published, "1");
  ASSERT_THAT(events_.drafts(1), SizeIs(1));
  const auto draft = events_.drafts(1)[0];
  EXPECT_EQ(draft.typeName, "call");
  EXPECT_EQ(draft.body, R"({"id":"1"})");
  EXPECT_EQ(draft.chatId, "chat");
  EXPECT_EQ(draft.flags, COLIBRI_EVENT_F_DURABLE);
  ASSERT_THAT(store_.puts(), SizeIs(1));
  EXPECT_EQ(store_.puts()[0].plugin, "org.example.probe")
      << "the namespace is the id, not the alias";
  EXPECT_EQ(store_.puts()[0].instance, 1u);
}

TEST_F(Connecting, PublishedSaysWhenTheCommitFailed) {
  store_.fail(true);
  const auto failed = command("publish", "{}");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::unavailable);
}

TEST_F(Connecting, ABodyThatIsNoJsonIsRefused) {
  const auto refused = command("publish", "{\"a\":");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalidArgument);
  EXPECT_THAT(events_.drafts(1), IsEmpty());
}

TEST_F(Connecting, AnUnknownInstanceHasNoLog) {
  const auto refused = command("publish", "{}", 99);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::notFound);
}

TEST_F(Connecting, ABusyLogIsToldAtOnceAndResumeFollows) {
  events_.busy(true);
  const auto busy = command("publish", "{}");
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, Errc::busy);
  EXPECT_THAT(trace(), ::testing::Not(HasSubstr("resume")));
  events_.busy(false);
  host_->onRoom();
  EXPECT_TRUE(bell_.wait([&] { return trace().find("resume\n") != std::string::npos; }));
  EXPECT_TRUE(command("publish", "{}"));
  host_->onRoom();  // nobody waits: no second resume
  const auto traced = trace();
  EXPECT_EQ(traced.find("resume"), traced.rfind("resume"));
}

TEST_F(Connecting, APublicationBehindAReadWaitsForItAndThenForRoom) {
  store_.hold();
  const auto write = begin("kv.put", "k=1");
  ASSERT_TRUE(bell_.wait([&] { return store_.held() == 1; }));
  const auto read = begin("kv.get", "k");
  const auto publish = begin("publish.put", R"("later")");
  trace();  // all three have been called
  EXPECT_EQ(events_.asked(), 0u) << "the read before it is not over";
  events_.busy(true);
  store_.release();
  ASSERT_TRUE(bell_.wait([&] { return events_.asked() >= 1; }));
  EXPECT_FALSE(completions_.of(publish)) << "PENDING was said: a busy log is waited for";
  events_.busy(false);
  host_->onRoom();
  ASSERT_TRUE(bell_.wait([&] { return completions_.of(publish).has_value(); }));
  EXPECT_TRUE(*completions_.of(publish));
  // The next call may start, and end, before the plugin has handled the answer of the read.
  ASSERT_TRUE(bell_.wait([&] { return completions_.of(read) && completions_.of(write); }));
  EXPECT_EQ(**completions_.of(read), "1");
  EXPECT_TRUE(*completions_.of(write));
}

TEST_F(Connecting, AfterForgetNothingIsWrittenForTheInstance) {
  std::atomic<bool> forgotten = false;
  connector().forget(1, [&] { forgotten = true; });
  ASSERT_TRUE(bell_.wait([&] { return forgotten.load(); }));
  introduce(2);
  EXPECT_THAT(trace(2), HasSubstr("forget 1"));
  for (const auto* name : {"kv.put", "kv.get"}) {
    const auto refused = command(name, "k=v", 1);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, Errc::notFound) << name;
  }
  EXPECT_EQ(command("publish", "{}", 1).error().code, Errc::notFound);
  EXPECT_THAT(store_.puts(), IsEmpty());
}

}  // namespace
}  // namespace colibri::plugin::testing
