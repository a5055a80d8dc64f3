#include "events/event.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace colibri::events {
namespace {

EventPtr example() {
  EventData data;
  data.instance = 7;
  data.sequence = 3;
  data.type = COLIBRI_EVENT_MESSAGES_UPSERT;
  data.typeName = "messages.upsert";
  data.eventId = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  data.body = R"({"a":1})";
  return Event::make(std::move(data));
}

std::string_view view(colibri_str s) {
  return {s.data, s.size};
}

TEST(Event, TheAbiSeesWhatTheEventSays) {
  const auto event = example();
  const auto* abi = event->abi();
  EXPECT_EQ(abi->struct_size, sizeof(colibri_event));
  EXPECT_EQ(abi->sequence, 3u);
  EXPECT_EQ(abi->instance_key, 7u);
  EXPECT_EQ(view(abi->type_name), "messages.upsert");
  EXPECT_EQ(view(abi->event_id), event->data().eventId);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(abi->body->data), abi->body->size),
            R"({"a":1})");
}

TEST(Event, LivesAsLongAsAPluginHoldsIt) {
  auto event = example();
  std::weak_ptr<const Event> watch = event;
  const auto* abi = event->abi();
  abi->retain(abi);
  event.reset();
  ASSERT_FALSE(watch.expired());
  EXPECT_EQ(view(abi->type_name), "messages.upsert");
  abi->release(abi);
  EXPECT_TRUE(watch.expired());
}

TEST(Event, LivesAsLongAsAPluginHoldsItsBody) {
  auto event = example();
  std::weak_ptr<const Event> watch = event;
  const auto* body = event->abi()->body;
  body->retain(body);
  event.reset();
  EXPECT_FALSE(watch.expired());
  body->release(body);
  EXPECT_TRUE(watch.expired());
}

TEST(Event, ManyThreadsMayHoldAndLetGo) {
  auto event = example();
  std::weak_ptr<const Event> watch = event;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([abi = event->abi()] {
      for (int n = 0; n < 2000; ++n) {
        abi->retain(abi);
        abi->release(abi);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  event.reset();
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace colibri::events
