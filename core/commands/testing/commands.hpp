#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "commands/command_service.hpp"
#include "instances/testing/world.hpp"

namespace colibri::commands::testing {

inline constexpr auto* kResult =
    R"({"key":{"remoteJid":"2@s.whatsapp.net","fromMe":true,"id":"X"}})";

/// What the caller hears; a failure in words if that is nothing.
inline CommandAnswer answerOf(std::future<CommandAnswer>& answer) {
  if (answer.wait_for(std::chrono::seconds(20)) == std::future_status::ready) return answer.get();
  ADD_FAILURE() << "nobody answered: the command was handed over, and waits for its completion";
  return {Error{Errc::internal, "nobody answered"}, {}};
}
inline CommandAnswer answerOf(std::future<CommandAnswer>&& answer) {
  return answerOf(answer);
}
/// The result, or why there is none.
inline std::string resultOf(const CommandAnswer& answer) {
  return answer.outcome ? *answer.outcome : "refused: " + answer.outcome.error().message;
}

/// Why there is none; nothing: there is one.
inline std::optional<Errc> codeOf(const CommandAnswer& answer) {
  return answer.outcome ? std::nullopt : std::optional(answer.outcome.error().code);
}

/// A world with a command service; the tests create and open the instance `key`.
struct Commands {
  explicit Commands(CommandService::Options options = {}, std::filesystem::path reuse = {})
      : world(instances::testing::World::patient(), std::move(reuse)),
        service(*world.lifecycle, *world.hostEvents, *world.store, world.executor, world.timers,
                world.clock, options) {}
  /// The service's time is the test's.
  Commands(exec::Timers& timers, const Clock& clock)
      : world(instances::testing::World::patient()),
        service(*world.lifecycle, *world.hostEvents, *world.store, world.executor, timers, clock,
                {}) {}
  ~Commands() { service.stop(); }

  std::future<CommandAnswer> send(const std::string& body, const std::string& idempotencyKey = "",
                                  Effect effect = Effect::message,
                                  const std::string& messageId = "") {
    auto promise = std::make_shared<std::promise<CommandAnswer>>();
    auto future = promise->get_future();
    service.submit({.instance = world.registry.get(key),
                    .name = "message.sendText",
                    .effect = effect,
                    .body = body,
                    .idempotencyKey = idempotencyKey,
                    .messageId = messageId},
                   [promise](CommandAnswer answer) { promise->set_value(std::move(answer)); });
    return future;
  }
  std::future<CommandAnswer> sendAs(const std::string& messageId, const std::string& body,
                                    const std::string& idempotencyKey = "") {
    return send(body, idempotencyKey, Effect::message, messageId);
  }
  std::future<CommandAnswer> once(const std::string& body, const std::string& idempotencyKey) {
    return send(body, idempotencyKey, Effect::once);
  }
  instances::Command taken(std::size_t index) {
    EXPECT_TRUE(
        instances::testing::eventually([&] { return world.connector.submitted().size() > index; }));
    return world.connector.submitted().at(index);
  }

  instances::testing::World world;
  InstanceKey key = 0;
  CommandService service;
};

/// Of one open instance.
struct CommandServiceTest : ::testing::Test {
  void SetUp() override {
    commands.key = commands.world.create("a");
    commands.world.open(commands.key);
  }
  Commands commands;
};

}  // namespace colibri::commands::testing
