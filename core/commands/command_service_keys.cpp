#include <utility>

#include "commands/command_service_impl.hpp"
#include "commands/sent_messages.hpp"
#include "crypto/digest.hpp"

namespace colibri::commands {
namespace {

constexpr int kAnswered = 201;

bool isById(const CommandRequest& request) {
  return request.idempotencyKey == request.messageId;
}

/// What makes it the same request. The id is no part of the body, which is one JSON value.
std::string hashOf(const CommandRequest& request) {
  auto seed = request.name + '\n' + request.body;
  if (!request.messageId.empty() && !isById(request)) seed += '\n' + request.messageId;
  return crypto::sha256(seed);
}

Error usedOtherwise(const CommandRequest& request) {
  return {Errc::conflict, std::string("this ") +
                              (isById(request) ? "messageId" : "Idempotency-Key") +
                              " was used with another request in the last 24 hours"};
}

}  // namespace

/// One at a time per key: whoever comes while its record is read or written is looked at again
/// after.
void CommandService::Impl::submitKeyed(CommandRequest request, Done done) {
  OpenCommand open;
  open.instance = request.instance->row.key;
  open.effect = request.effect;
  open.key = request.idempotencyKey;
  open.origin = request.origin;
  open.requestHash = hashOf(request);
  const auto claimed = commands.claim(open.requestHash, request, done);
  if (claimed.claim == OpenCommands::Claim::waits) return;
  if (claimed.claim == OpenCommands::Claim::joined) return arm(claimed.token);
  if (claimed.claim == OpenCommands::Claim::conflicts) return done({usedOtherwise(request), {}});
  if (auto answer = known(request, open.requestHash, open.madeRecord)) {
    done(std::move(*answer));
    return release(open.instance, open.key);
  }
  open.messageId = idFor(request);
  open.waiting.push_back(std::move(done));
  startKeyed(std::move(open), std::move(request));
}

/// What can be said without the connector. [Blocking] it reads the key's record.
std::optional<CommandAnswer> CommandService::Impl::known(const CommandRequest& request,
                                                         const std::string& requestHash,
                                                         bool& madeRecord) {
  const InstanceKey instance = request.instance->row.key;
  auto stored = store.read(store::ask::Idempotency{instance, request.idempotencyKey});
  if (!stored) return CommandAnswer{stored.error(), {}};
  madeRecord = !*stored;
  if (auto& record = *stored) {
    if (record->requestHash != requestHash) return CommandAnswer{usedOtherwise(request), {}};
    if (record->status != 0)
      return CommandAnswer{std::move(record->answer), std::move(record->messageId)};
    if (record->messageId.empty())  // nobody would know it again
      return CommandAnswer{
          Error{Errc::timeout,
                "outcome unknown: an earlier request with this Idempotency-Key may "
                "have been carried out, so it is not repeated"},
          {}};
  }
  if (auto refused = whyNot(request)) return CommandAnswer{std::move(*refused), {}};
  if (!madeRecord) return std::nullopt;
  const auto room = allowance.take(instance);
  if (!room) return CommandAnswer{room.error(), {}};
  return std::nullopt;
}

/// The record is durable before the command is handed over, which releases the key.
void CommandService::Impl::startKeyed(OpenCommand open, CommandRequest request) {
  store::IdempotencyRow row{open.instance, open.key, open.requestHash, open.messageId, 0, {},
                            clock.keptUs()};
  store.submit(
      {store::PutIdempotency{std::move(row)}},
      [self = shared_from_this(), instance = open.instance, key = open.key, open = std::move(open),
       request = std::move(request)](const Result<store::Committed>& stored) mutable {
        if (stored) return self->handOver(std::move(open), std::move(request));
        if (open.madeRecord) self->allowance.giveBack(instance);
        answer(open, stored.error());
        self->release(instance, key);
      });
}

/// The key's record is settled for now: those who came meanwhile get their look at it.
void CommandService::Impl::release(InstanceKey instance, const std::string& key) {
  if (key.empty()) return;
  for (auto& one : commands.release(instance, key)) {
    executor.post({this, instance}, "idempotency look-up",
                  [self = shared_from_this(), request = std::move(one.request),
                   done = std::move(one.done)]() mutable {
                    self->submitKeyed(std::move(request), std::move(done));
                  });
  }
}

/// The key is free again before the caller hears of the refusal.
void CommandService::Impl::takeBack(OpenCommand refused, const Error& why) {
  if (!refused.madeRecord) {
    answer(refused, why);
    return release(refused.instance, refused.key);
  }
  allowance.giveBack(refused.instance);
  store::RemoveIdempotency record{refused.instance, refused.key};
  store.submit({std::move(record)}, [self = shared_from_this(), why, refused = std::move(refused)](
                                        const Result<store::Committed>& removed) mutable {
    ignore(removed, "it goes by itself after a day");
    answer(refused, why);
    self->release(refused.instance, refused.key);
  });
}

/// The events, if there are any, and the idempotency record are durable before the caller hears of
/// the success.
void CommandService::Impl::keep(OpenCommand finished, std::string result) {
  SentMessages sent;
  if (finished.effect == Effect::message) sent = sentMessages(result, finished.messageId);
  for (auto& draft : sent.drafts) draft.origin = finished.origin;
  if (finished.messageId.empty()) finished.messageId = std::move(sent.messageId);
  const InstanceKey instance = finished.instance;
  store::Batch ops;
  if (!finished.key.empty()) {
    ops.push_back(store::PutIdempotency{{instance, finished.key, finished.requestHash,
                                         finished.messageId, kAnswered, result, clock.keptUs()}});
    allowance.answered(instance, result.size());
  }
  if (ops.empty() && sent.drafts.empty()) return answer(finished, std::move(result));
  // It was done, whatever becomes of the events and the record.
  auto done = [self = shared_from_this(), result = std::move(result),
               finished = std::move(finished)](const auto&) mutable {
    answer(finished, std::move(result));
    self->release(finished.instance, finished.key);
  };
  if (sent.drafts.empty())
    store.submit(std::move(ops), std::move(done));
  else
    events.publish(instance, std::move(sent.drafts), std::move(ops), std::move(done));
}

}  // namespace colibri::commands
