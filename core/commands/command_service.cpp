#include "commands/command_service.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "commands/command_service_impl.hpp"
#include "commands/message_id.hpp"

namespace colibri::commands {
namespace {

/// How long a command whose caller has gone may still complete and be published.
constexpr std::chrono::hours kLate{24};

/// Whether a command that failed so may have been carried out all the same.
bool isInDoubt(Errc failure) {
  return failure == Errc::timeout || failure == Errc::internal || failure == Errc::shuttingDown;
}

}  // namespace

void answer(std::vector<CommandDone>& waiting, const std::string& messageId,
            const Result<std::string>& outcome) {
  for (auto& done : waiting) done({outcome, messageId});
}

void answer(OpenCommand& finished, const Result<std::string>& outcome) {
  answer(finished.waiting, finished.messageId, outcome);
}

CommandService::CommandService(instances::Lifecycle& lifecycle, instances::HostEvents& events,
                               store::Store& store, exec::Executor& executor, exec::Timers& timers,
                               const Clock& clock, Options options)
    : impl_(std::make_shared<Impl>(lifecycle, events, store, executor, timers, clock, options)) {}

CommandService::~CommandService() {
  stop();
}

void CommandService::submit(CommandRequest request, Done done) {
  if (request.effect != Effect::message) request.messageId.clear();
  if (request.effect == Effect::safe) request.idempotencyKey.clear();
  if (request.idempotencyKey.empty()) request.idempotencyKey = request.messageId;
  const InstanceKey instance = request.instance->row.key;
  if (request.idempotencyKey.empty()) {
    OpenCommand open;
    open.instance = instance;
    open.effect = request.effect;
    open.origin = request.origin;
    open.messageId = impl_->idFor(request);
    open.waiting.push_back(std::move(done));
    return impl_->handOver(std::move(open), std::move(request));
  }
  // Looking the key up may read the disk.
  impl_->executor.post(
      {impl_.get(), instance}, "idempotency look-up",
      [impl = impl_, request = std::move(request), done = std::move(done)]() mutable {
        impl->submitKeyed(std::move(request), std::move(done));
      });
}

/// Why a command would be refused before it is handed over, as far as that is known without the
/// connector.
std::optional<Error> CommandService::Impl::whyNot(const CommandRequest& request) const {
  const auto& instance = *request.instance;
  auto* const connector = lifecycle.connectorOf(instance);
  if (connector == nullptr)
    return Error{Errc::unavailable, "no plugin for " + instance.row.integration + " is running"};
  const auto& known = connector->commands();
  if (std::find(known.begin(), known.end(), request.name) == known.end())
    return Error{Errc::unsupported, instance.row.integration + " cannot do " + request.name};
  if (!request.messageId.empty() && connector->hasNetworkIds())
    return Error{Errc::unsupported,
                 instance.row.integration +
                     " cannot send under a messageId of the caller's: its network chooses them"};
  const auto needed =
      request.whileLinking ? instances::ApiState::connecting : instances::ApiState::open;
  if (instance.api != needed)
    return Error{Errc::unavailable, request.whileLinking ? "not connecting" : "not connected"};
  if (commands.isStopped()) return Error{Errc::shuttingDown, "the gateway is stopping"};
  return std::nullopt;
}

/// The id of the message that it sends; empty: it sends none, or the network chooses.
std::string CommandService::Impl::idFor(const CommandRequest& request) const {
  if (request.effect != Effect::message || !request.messageId.empty()) return request.messageId;
  const auto& instance = *request.instance;
  const auto* const connector = lifecycle.connectorOf(instance);
  if (connector != nullptr && connector->hasNetworkIds()) return {};
  const auto& key = request.idempotencyKey;
  return messageIdFor(instance.row.id, key.empty() ? newUlid(clock) : key);
}

void CommandService::Impl::handOver(OpenCommand open, CommandRequest request) {
  auto* const connector = lifecycle.connectorOf(*request.instance);
  if (auto refusal = whyNot(request)) return takeBack(std::move(open), *refusal);
  instances::Command command;
  command.instance = open.instance;
  command.deadlineUs =
      clock.nowUs() +
      std::chrono::duration_cast<std::chrono::microseconds>(options.deadline).count();
  command.isSafe = open.effect == Effect::safe;
  command.name = std::move(request.name);
  command.messageId = open.messageId;
  command.idempotencyKey = open.key;
  command.body = std::move(request.body);
  const auto token = commands.add(open, clock.steady());
  if (!token)
    return takeBack(std::move(open), Error{Errc::shuttingDown, "the gateway is stopping"});
  command.token = *token;
  release(command.instance, command.idempotencyKey);
  arm(*token);
  connector->submit(std::move(command), [weak = weak_from_this(), token = *token](Error refused) {
    if (const auto self = weak.lock()) self->finish(token, std::move(refused), true);
  });
}

void CommandService::Impl::arm(std::uint64_t token) {
  const auto timer = timers.after(options.deadline, [weak = weak_from_this(), token] {
    if (const auto self = weak.lock()) self->expire(token);
  });
  if (!commands.arm(token, timer)) timers.cancel(timer);
}

/// The callers are told that the outcome is unknown; the command stays open for a late completion.
void CommandService::Impl::expire(std::uint64_t token) {
  const Error unknown{Errc::timeout, "outcome unknown: it may or may not have been carried out"};
  if (auto late = commands.expire(token)) answer(late->waiting, late->messageId, unknown);
  giveUp(commands.takeOlder(clock.steady() - kLate), unknown.message.c_str());
}

void CommandService::complete(std::uint64_t token, Result<std::string> outcome) {
  impl_->finish(token, std::move(outcome), false);
}

/// `refused`: by submit() itself.
void CommandService::Impl::finish(std::uint64_t token, Result<std::string> outcome, bool refused) {
  const auto leavesNoRecord = [&](const OpenCommand& command) {
    if (outcome) return false;
    const auto why = outcome.error().code;
    return refused || why == Errc::unavailable || (command.messageId.empty() && !isInDoubt(why));
  };
  auto finished = commands.take(token);
  if (!finished) return;  // answered before, or its instance is gone
  if (finished->timer != 0) timers.cancel(finished->timer);
  if (leavesNoRecord(*finished)) return takeBack(std::move(*finished), outcome.error());
  if (outcome && (!finished->key.empty() || finished->effect == Effect::message))
    return keep(std::move(*finished), std::move(*outcome));
  answer(*finished, outcome);  // its record, if it has one, stays as it is: nobody knows
  release(finished->instance, finished->key);
}

void CommandService::Impl::giveUp(std::vector<OpenCommand> open, const char* why) {
  for (auto& one : open) {
    if (one.timer != 0) timers.cancel(one.timer);
    answer(one, Error{Errc::timeout, why});
  }
}

void CommandService::stop() {
  impl_->giveUp(impl_->commands.stop(), "outcome unknown: the gateway is stopping");
}

std::size_t CommandService::pending() const {
  return impl_->commands.size();
}

std::uint64_t CommandService::recordsRefused() const {
  return impl_->allowance.refused();
}

void CommandService::onTransition(const instances::Transition& transition) {
  if (transition.state != instances::State::deleted) return;
  impl_->allowance.forget(transition.instance);
  impl_->giveUp(impl_->commands.takeOf(transition.instance),
                "outcome unknown: the instance was deleted");
}

}  // namespace colibri::commands
