#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "api/testing/api_world.hpp"

namespace colibri::api {
namespace {

using http::Method;
using instances::testing::eventually;
using testing::ApiWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::messagesOf;

/// Takes everything; remembers the events' ids.
class TakingSink final : public delivery::Sink {
 public:
  explicit TakingSink(delivery::Dispatcher& dispatcher) : dispatcher_(dispatcher) {}
  void deliver(events::EventPtr event, const delivery::Attempt& attempt) override {
    {
      const std::scoped_lock lock(mutex_);
      taken_.push_back(event->data().eventId + " " + event->data().body);
    }
    delivery::Outcome outcome;
    outcome.httpStatus = 200;
    outcome.response = "thanks";
    dispatcher_.done(attempt.token, std::move(outcome));
  }
  void revoke(std::uint64_t, InstanceKey) override {}
  std::vector<std::string> taken() const {
    const std::scoped_lock lock(mutex_);
    return taken_;
  }

 private:
  delivery::Dispatcher& dispatcher_;
  mutable std::mutex mutex_;  // guards taken_
  std::vector<std::string> taken_;
};

class DeliveriesApi : public ::testing::Test {
 protected:
  DeliveriesApi() : keyA(api.create("a")) {
    instance = api.world.registry.findByName("a")->row.key;
    delivery::SubscriptionSpec spec;
    spec.pluginAlias = "webhook";
    spec.name = "events";
    const auto id = api.dispatcher.subscribe(spec, sink);
    api.dispatcher.enable(*id, instance);
  }

  void letter(std::uint64_t sequence, const std::string& type = "messages.upsert",
              const std::string& body = "{\"n\":1}") {
    store::DeadLetterRow row;
    row.subscription = "webhook/events";
    row.instance = instance;
    row.sequence = sequence;
    row.reason = "HTTP 400";
    row.attempts = 3;
    row.firstAttemptAtUs = 1'700'000'000'000'000;
    row.deadAtUs = 1'700'000'000'000'000 + static_cast<std::int64_t>(sequence) * 1'000'000;
    auto& event = row.event.emplace();
    event.instance = instance;
    event.sequence = sequence;
    event.eventId = "id-" + std::to_string(sequence);
    event.typeName = type;
    event.chatId = "chat@s.whatsapp.net";
    event.body = body;
    std::promise<void> committed;
    api.world.store->submit({store::AddDeadLetter{row}},
                            [&](Result<store::Committed>) { committed.set_value(); });
    committed.get_future().wait();
  }
  boost::json::value get(const std::string& target) {
    const auto answer = api.ask(Method::get, target, "", ApiWorld::Headers{}, keyA);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return boost::json::parse(answer.body);
  }
  boost::json::value post(const std::string& action, const std::string& body) {
    const auto answer =
        api.ask(Method::post, "/a/deliveries/" + action, body, ApiWorld::Headers{}, keyA);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return boost::json::parse(answer.body);
  }
  std::vector<std::string> refusal(Method method, const std::string& target,
                                   const std::string& body = "") {
    const auto answer = api.ask(method, target, body, ApiWorld::Headers{}, keyA);
    EXPECT_EQ(answer.status, 400) << answer.body;
    return messagesOf(answer);
  }
  std::vector<std::int64_t> listed(const std::string& query = "") {
    std::vector<std::int64_t> ids;
    const auto page = get("/a/deliveries/deadLetters" + query);
    for (const auto& row : page.at("deadLetters").as_array())
      ids.push_back(row.at("sequence").as_int64());
    return ids;
  }

  ApiWorld api;
  TakingSink sink{api.dispatcher};
  std::string keyA;
  InstanceKey instance = 0;
};

TEST_F(DeliveriesApi, ShowsTheLanes) {
  letter(1);
  const auto lane = get("/a/deliveries/lanes").at("lanes").at(0);
  EXPECT_EQ(lane.at("lane"), "webhook/events");
  EXPECT_EQ(lane.at("state"), "active");
  EXPECT_TRUE(lane.at("reason").is_null());
  EXPECT_TRUE(lane.at("nextProbeAt").is_null());
  EXPECT_EQ(lane.at("deadLetters"), 1);
  EXPECT_EQ(lane.at("replaying"), 0);
  EXPECT_EQ(get("/v2/deliveries/lanes/a"), get("/a/deliveries/lanes"));
}

TEST_F(DeliveriesApi, ListsDeadLettersPageByPageAndFiltered) {
  for (std::uint64_t n = 1; n <= 3; ++n) letter(n, n == 2 ? "call" : "messages.upsert");
  EXPECT_THAT(listed(), ElementsAre(1, 2, 3));
  EXPECT_THAT(listed("?type=call"), ElementsAre(2));
  EXPECT_THAT(listed("?lane=webhook/other"), ElementsAre());
  EXPECT_THAT(listed("?from=2023-11-14T22:13:22Z&to=2023-11-14T22:13:23Z"), ElementsAre(2));
  EXPECT_THAT(listed("?chat=chat%40s.whatsapp.net&limit=2"), ElementsAre(1, 2));
  const auto next = get("/a/deliveries/deadLetters?limit=2").at("next").as_int64();
  EXPECT_THAT(listed("?after=" + std::to_string(next)), ElementsAre(3));
}

TEST_F(DeliveriesApi, ShowsOneWithItsData) {
  letter(7);
  const auto one = get("/a/deliveries/deadLetters?id=1");
  EXPECT_EQ(one.at("data").at("n"), 1);
  EXPECT_EQ(one.at("eventId"), "id-7");
  EXPECT_EQ(one.at("reason"), "HTTP 400");
  EXPECT_EQ(one.at("diedAt"), "2023-11-14T22:13:27.000Z");
  EXPECT_TRUE(one.at("replayAt").is_null());
  EXPECT_EQ(one.at("bodyBytes"), 7);
  const auto none =
      api.ask(Method::get, "/a/deliveries/deadLetters?id=2", "", ApiWorld::Headers{}, keyA);
  EXPECT_EQ(none.status, 404);
  const auto keyB = api.create("b");
  EXPECT_EQ(
      api.ask(Method::get, "/b/deliveries/deadLetters?id=1", "", ApiWorld::Headers{}, keyB).status,
      404);
}

TEST_F(DeliveriesApi, ReplaysWhatIsChosenUnderItsEventId) {
  for (std::uint64_t n = 1; n <= 4; ++n) letter(n, n == 3 ? "call" : "messages.upsert");
  EXPECT_EQ(post("replay", R"({"id":2})").at("replaying"), 1);
  EXPECT_TRUE(eventually([&] { return sink.taken().size() == 1; }));
  EXPECT_EQ(post("replay", R"({"type":"call"})").at("replaying"), 1);
  EXPECT_TRUE(eventually([&] { return sink.taken().size() == 2; }));
  EXPECT_EQ(
      post("replay", R"({"to":"2023-11-14T22:13:23Z","lane":"webhook/events"})").at("replaying"),
      1);
  EXPECT_TRUE(eventually([&] { return sink.taken().size() == 3; }));
  EXPECT_EQ(post("replay", R"({"all":true})").at("replaying"), 1);
  EXPECT_TRUE(eventually([&] { return sink.taken().size() == 4; }));
  EXPECT_THAT(sink.taken(),
              ElementsAre("id-2 {\"n\":1}", "id-3 {\"n\":1}", "id-1 {\"n\":1}", "id-4 {\"n\":1}"));
  EXPECT_TRUE(eventually([&] { return listed().empty(); }));
  const auto attempt =
      get("/a/deliveries/attempts?lane=webhook/events&limit=1").at("attempts").at(0);
  EXPECT_EQ(attempt.at("outcome"), "delivered");
  EXPECT_EQ(attempt.at("status"), 200);
  EXPECT_EQ(attempt.at("response"), "thanks");
  EXPECT_EQ(attempt.at("replay"), true);
  EXPECT_EQ(attempt.at("attempt"), 1);
  EXPECT_EQ(attempt.at("eventId"), "id-4");
}

TEST_F(DeliveriesApi, SaysWhatCannotBeReplayed) {
  letter(900, "call", "");
  const auto answer = post("replay", R"({"ids":[1,99]})");
  EXPECT_EQ(answer.at("replaying"), 0);
  EXPECT_EQ(answer.at("notes").at(0),
            "1 dead letter cannot be delivered again: the body is not kept any more, in the dead "
            "letter or in the event log");
  EXPECT_EQ(answer.at("notes").at(1), "1 dead letter cannot be found");
  EXPECT_TRUE(get("/a/deliveries/deadLetters?id=1").at("data").is_null());
}

TEST_F(DeliveriesApi, PurgesWhatIsChosen) {
  for (std::uint64_t n = 1; n <= 3; ++n) letter(n, n == 2 ? "call" : "messages.upsert");
  EXPECT_EQ(post("purge", R"({"type":"call"})").at("purged"), 1);
  EXPECT_THAT(listed(), ElementsAre(1, 3));
  EXPECT_EQ(post("purge", R"({"all":true})").at("purged"), 2);
  EXPECT_THAT(listed(), ElementsAre());
  EXPECT_TRUE(sink.taken().empty());
}

TEST_F(DeliveriesApi, ResumesALane) {
  EXPECT_EQ(post("resume", R"({"lane":"webhook/events"})").at("resumed"), true);
  EXPECT_EQ(api.ask(Method::post, "/a/deliveries/resume", R"({"lane":"nobody/x"})",
                    ApiWorld::Headers{}, keyA)
                .status,
            404);
}

TEST_F(DeliveriesApi, RefusesWithASentenceForEachFault) {
  EXPECT_THAT(
      refusal(Method::get, "/a/deliveries/deadLetters?id=x&limit=0&from=yesterday&after=-1"),
      ElementsAre("id: cannot be read, allowed: an integer of 1 or more",
                  "limit: is too small, allowed: an integer from 1 to 200",
                  "from must be a time like 2026-01-31T23:59:59Z",
                  "after: is too small, allowed: an integer of 0 or more"));
  EXPECT_THAT(refusal(Method::get, "/a/deliveries/deadLetters?from=2026-13-31T23:59:59Z"),
              ElementsAre("from: is not a time, allowed: one like 2026-01-31T23:59:59Z"));
  EXPECT_THAT(refusal(Method::get, "/a/deliveries/attempts?limit=51"),
              ElementsAre("limit: is too large, allowed: an integer from 1 to 50"));
  for (const std::string action : {"replay", "purge"}) {
    const auto refused = [&](const std::string& body) {
      return refusal(Method::post, "/a/deliveries/" + action, body);
    };
    EXPECT_THAT(refused("{}"), ElementsAre(HasSubstr("say which dead letters")));
    EXPECT_THAT(refused(R"({"all":false})"), ElementsAre(HasSubstr("all: is not one of")));
    EXPECT_THAT(refused(R"({"after":7})"), ElementsAre(HasSubstr("say which dead letters")));
    EXPECT_THAT(refused(R"({"ids":[]})"), ElementsAre(HasSubstr("a list of 1 to 1000 items")));
    EXPECT_THAT(refused(R"({"ids":[1,"2"]})"), ElementsAre(HasSubstr("ids[1]: is a string")));
    EXPECT_THAT(refused(R"({"id":0})"), ElementsAre(HasSubstr("id: is too small")));
    EXPECT_THAT(refused(R"({"id":1,"all":true})"),
                ElementsAre(HasSubstr("either id or ids; or some of")));
    EXPECT_THAT(refused(R"({"form":"2023-11-14T22:13:22Z","all":true})"),
                ElementsAre(HasSubstr("form: is not a known key, did you mean from?")));
    EXPECT_THAT(refused(R"({"chat":")" + std::string(129, 'x') + "\"}"),
                ElementsAre(HasSubstr("chat: is too long")));
    EXPECT_THAT(refused(R"({"to":"2023"})"),
                ElementsAre("to must be a time like 2026-01-31T23:59:59Z"));
    EXPECT_THAT(refused("[]"), ElementsAre("the body must be a JSON object"));
  }
  EXPECT_THAT(refusal(Method::post, "/a/deliveries/resume", "{}"),
              ElementsAre(HasSubstr("lane: is missing")));
}

}  // namespace
}  // namespace colibri::api
