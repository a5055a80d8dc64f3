#include "commands/command_service.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "commands/message_id.hpp"
#include "crypto/digest.hpp"
#include "log/log.hpp"

namespace colibri::commands {
namespace {

constexpr int kAnswered = 201;
/// How long a command whose caller has gone may still complete and be published.
constexpr std::chrono::hours kLate{24};

/// Whether a command that failed so may have been carried out all the same.
bool isInDoubt(Errc failure) {
  return failure == Errc::timeout || failure == Errc::internal || failure == Errc::shuttingDown;
}

}  // namespace

struct CommandService::Impl : std::enable_shared_from_this<Impl> {
  Impl(instances::Lifecycle& l, instances::HostEvents& e, store::Store& s, exec::Executor& x,
       exec::Timers& t, const Clock& c, Options o)
      : lifecycle(l),
        events(e),
        store(s),
        executor(x),
        timers(t),
        clock(c),
        options(o),
        allowance(s, c, o.records) {}

  struct Pending {
    CommandRequest request;
    std::string messageId, requestHash;
    bool madeRecord = false;  ///< of its key, which nobody else had one for
    SteadyTime submitted{};
    std::vector<Done> waiting;  ///< empty once the deadline has passed
  };
  using Key = std::pair<InstanceKey, std::string>;
  struct Deferred {
    CommandRequest request;
    Done done;
  };

  void submitKeyed(CommandRequest request, Done done);
  void startKeyed(Pending open);
  std::optional<Error> whyNot(const CommandRequest& request) const;
  void handOver(Pending open);
  void expire(std::uint64_t token);
  void finish(std::uint64_t token, Result<std::string> outcome, bool refused);
  void keep(Pending finished, std::string result);
  void takeBack(Pending refused, const Error& why);
  static void answer(Pending& finished, const Result<std::string>& outcome);
  void release(const Key& key);

  instances::Lifecycle& lifecycle;
  instances::HostEvents& events;
  store::Store& store;
  exec::Executor& executor;
  exec::Timers& timers;
  const Clock& clock;
  const Options options;
  RecordAllowance allowance;

  mutable std::mutex mutex;  // guards the rest
  std::unordered_map<std::uint64_t, Pending> pending;
  std::map<Key, std::uint64_t> tokenByKey;
  /// Keys whose record is being read or written, with the requests that came meanwhile.
  std::map<Key, std::vector<Deferred>> busy;
  std::uint64_t lastToken = 0;
  bool stopped = false;
};

CommandService::CommandService(instances::Lifecycle& lifecycle, instances::HostEvents& events,
                               store::Store& store, exec::Executor& executor, exec::Timers& timers,
                               const Clock& clock, Options options)
    : impl_(std::make_shared<Impl>(lifecycle, events, store, executor, timers, clock, options)) {}

CommandService::~CommandService() {
  stop();
}

void CommandService::submit(CommandRequest request, Done done) {
  if (request.effect == Effect::safe) request.idempotencyKey.clear();
  if (request.idempotencyKey.empty()) {
    const bool sends = request.effect == Effect::message;
    auto id = sends ? messageIdFor(request.instance->row.id, newUlid(impl_->clock)) : std::string();
    Impl::Pending open;
    open.request = std::move(request);
    open.messageId = std::move(id);
    open.waiting.push_back(std::move(done));
    return impl_->handOver(std::move(open));
  }
  // Looking the key up may read the disk.
  const InstanceKey instance = request.instance->row.key;
  impl_->executor.post(
      {impl_.get(), instance}, "idempotency look-up",
      [impl = impl_, request = std::move(request), done = std::move(done)]() mutable {
        impl->submitKeyed(std::move(request), std::move(done));
      });
}

/// One at a time per key: whoever comes while its record is read or written is looked at again
/// after.
void CommandService::Impl::submitKeyed(CommandRequest request, Done done) {
  const Key key{request.instance->row.key, request.idempotencyKey};
  auto hash = crypto::sha256(request.name + '\n' + request.body);
  const Error another{Errc::conflict,
                      "this Idempotency-Key was used with another request in the last 24 hours"};
  std::optional<Error> refusal;
  {
    const std::scoped_lock lock(mutex);
    if (const auto at = busy.find(key); at != busy.end()) {
      at->second.push_back({std::move(request), std::move(done)});
      return;
    }
    if (const auto at = tokenByKey.find(key); at != tokenByKey.end()) {
      auto& open = pending.at(at->second);
      if (open.requestHash == hash) return open.waiting.push_back(std::move(done));
      refusal = another;
    } else {
      busy.try_emplace(key);
    }
  }
  if (refusal) return done({*refusal, {}});

  auto stored = store.idempotency(key.first, key.second);
  std::optional<CommandAnswer> known;
  if (!stored) {
    known = CommandAnswer{stored.error(), {}};
  } else if (*stored && (*stored)->requestHash != hash) {
    known = CommandAnswer{another, {}};
  } else if (*stored && (*stored)->status != 0) {
    known = CommandAnswer{std::move((*stored)->answer), std::move((*stored)->messageId)};
  } else if (*stored && request.effect == Effect::once) {
    known = CommandAnswer{Error{Errc::timeout,
                                "outcome unknown: an earlier request with this Idempotency-Key may "
                                "have been carried out, so it is not repeated"},
                          {}};
  } else if (auto refused = whyNot(request)) {
    known = CommandAnswer{std::move(*refused), {}};
  } else if (auto room = *stored ? Result<void>() : allowance.take(key.first); !room) {
    known = CommandAnswer{room.error(), {}};
  }
  if (known) {
    done(std::move(*known));
    return release(key);
  }
  Pending open;
  if (request.effect == Effect::message)
    open.messageId = messageIdFor(request.instance->row.id, request.idempotencyKey);
  open.requestHash = std::move(hash);
  open.madeRecord = !*stored;
  open.request = std::move(request);
  open.waiting.push_back(std::move(done));
  startKeyed(std::move(open));
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
  if (!request.idempotencyKey.empty() && instance.api != instances::ApiState::open)
    return Error{Errc::unavailable, "not connected"};
  const std::scoped_lock lock(mutex);
  if (stopped) return Error{Errc::shuttingDown, "the gateway is stopping"};
  return std::nullopt;
}

/// The record is durable before the command is handed over.
void CommandService::Impl::startKeyed(Pending open) {
  const Key key{open.request.instance->row.key, open.request.idempotencyKey};
  store::IdempotencyRow row{key.first, key.second, open.requestHash, open.messageId,
                            0,         {},         clock.keptUs()};
  store.submit({store::PutIdempotency{std::move(row)}},
               [self = shared_from_this(), key,
                open = std::move(open)](const Result<store::Committed>& stored) mutable {
                 if (stored)
                   self->handOver(std::move(open));
                 else
                   answer(open, stored.error());
                 self->release(key);
               });
}

/// The key's record is settled for now: those who came meanwhile get their look at it.
void CommandService::Impl::release(const Key& key) {
  std::vector<Deferred> deferred;
  {
    const std::scoped_lock lock(mutex);
    auto node = busy.extract(key);
    if (node) deferred = std::move(node.mapped());
  }
  for (auto& one : deferred) {
    executor.post({this, key.first}, "idempotency look-up",
                  [self = shared_from_this(), request = std::move(one.request),
                   done = std::move(one.done)]() mutable {
                    self->submitKeyed(std::move(request), std::move(done));
                  });
  }
}

void CommandService::Impl::handOver(Pending open) {
  const auto& request = open.request;
  auto* const connector = lifecycle.connectorOf(*request.instance);
  auto refusal = whyNot(request);
  instances::Command command;
  command.instance = request.instance->row.key;
  command.deadlineUs =
      clock.nowUs() +
      std::chrono::duration_cast<std::chrono::microseconds>(options.deadline).count();
  command.name = request.name;
  command.messageId = open.messageId;
  command.idempotencyKey = request.idempotencyKey;
  command.body = request.body;
  if (!refusal) {
    const std::scoped_lock lock(mutex);
    command.token = ++lastToken;
    if (!command.idempotencyKey.empty())
      tokenByKey[{command.instance, command.idempotencyKey}] = command.token;
    open.submitted = clock.steady();
    pending.emplace(command.token, std::move(open));
  }
  if (refusal) return takeBack(std::move(open), *refusal);
  const auto token = command.token;
  timers.after(options.deadline, [weak = weak_from_this(), token] {
    if (const auto self = weak.lock()) self->expire(token);
  });
  connector->submit(std::move(command), [weak = weak_from_this(), token](Error refused) {
    if (const auto self = weak.lock()) self->finish(token, std::move(refused), true);
  });
}

/// The caller is told that the outcome is unknown; the command stays open for a late completion.
void CommandService::Impl::expire(std::uint64_t token) {
  Pending late;
  {
    const std::scoped_lock lock(mutex);
    const auto at = pending.find(token);
    if (at == pending.end()) return;
    late.messageId = at->second.messageId;
    late.waiting = std::exchange(at->second.waiting, {});
    const auto tooOld = clock.steady() - kLate;
    std::erase_if(pending, [&](const auto& entry) { return entry.second.submitted < tooOld; });
    std::erase_if(tokenByKey, [&](const auto& entry) { return !pending.contains(entry.second); });
  }
  answer(late, Error{Errc::timeout, "outcome unknown: the message may or may not have been sent"});
}

void CommandService::complete(std::uint64_t token, Result<std::string> outcome) {
  impl_->finish(token, std::move(outcome), false);
}

/// `refused`: by submit() itself.
void CommandService::Impl::finish(std::uint64_t token, Result<std::string> outcome, bool refused) {
  Pending finished;
  bool isKept = false, leavesNoRecord = false;
  {
    const std::scoped_lock lock(mutex);
    auto node = pending.extract(token);
    if (!node) return;  // answered before, or its instance is gone
    finished = std::move(node.mapped());
    const auto& request = finished.request;
    const bool hasKey = !request.idempotencyKey.empty();
    isKept = outcome && (hasKey || request.effect == Effect::message);
    if (!outcome) {
      const auto why = outcome.error().code;
      leavesNoRecord = refused || why == Errc::unavailable ||
                       (request.effect == Effect::once && !isInDoubt(why));
    }
    if (hasKey) {
      const Key key{request.instance->row.key, request.idempotencyKey};
      tokenByKey.erase(key);
      // Until its record is settled.
      if (isKept || (leavesNoRecord && finished.madeRecord)) busy.try_emplace(key);
    }
  }
  if (isKept) return keep(std::move(finished), std::move(*outcome));
  if (leavesNoRecord) return takeBack(std::move(finished), outcome.error());
  answer(finished, outcome);
}

/// The key is free again before the caller hears of the refusal.
void CommandService::Impl::takeBack(Pending refused, const Error& why) {
  if (!refused.madeRecord) return answer(refused, why);
  const Key key{refused.request.instance->row.key, refused.request.idempotencyKey};
  allowance.giveBack(key.first);
  store.submit({store::RemoveIdempotency{key.first, key.second}},
               [self = shared_from_this(), key, why,
                refused = std::move(refused)](const Result<store::Committed>& removed) mutable {
                 ignore(removed, "it goes by itself after a day");
                 answer(refused, why);
                 self->release(key);
               });
}

/// The event, if there is one, and the idempotency record are durable before the caller hears of
/// the success.
void CommandService::Impl::keep(Pending finished, std::string result) {
  const InstanceKey instance = finished.request.instance->row.key;
  const bool isMessage = finished.request.effect == Effect::message;
  store::Batch ops;
  if (!finished.request.idempotencyKey.empty()) {
    ops.push_back(
        store::PutIdempotency{{instance, finished.request.idempotencyKey, finished.requestHash,
                               finished.messageId, kAnswered, result, clock.keptUs()}});
    allowance.answered(instance, result.size());
  }
  auto sent = isMessage ? instances::messageSent(result, finished.messageId) : events::Draft();
  // It was done, whatever becomes of the event and the record.
  auto done = [self = shared_from_this(), result = std::move(result),
               finished = std::move(finished)](const auto&) mutable {
    answer(finished, std::move(result));
    const auto& request = finished.request;
    if (request.idempotencyKey.empty()) return;
    self->release({request.instance->row.key, request.idempotencyKey});
  };
  if (isMessage)
    events.publish(instance, {std::move(sent)}, std::move(ops), std::move(done));
  else
    store.submit(std::move(ops), std::move(done));
}

void CommandService::Impl::answer(Pending& finished, const Result<std::string>& outcome) {
  for (auto& done : finished.waiting) done({outcome, finished.messageId});
}

void CommandService::stop() {
  std::unordered_map<std::uint64_t, Impl::Pending> open;
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopped = true;
    open.swap(impl_->pending);
    impl_->tokenByKey.clear();
  }
  for (auto& [token, one] : open) {
    Impl::answer(one, Error{Errc::timeout, "outcome unknown: the gateway is stopping"});
  }
}

std::size_t CommandService::pending() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->pending.size();
}

std::uint64_t CommandService::recordsRefused() const {
  return impl_->allowance.refused();
}

void CommandService::onTransition(const instances::Transition& transition) {
  if (transition.state != instances::State::deleted) return;
  impl_->allowance.forget(transition.instance);
  std::vector<Impl::Pending> open;
  {
    const std::scoped_lock lock(impl_->mutex);
    for (auto at = impl_->pending.begin(); at != impl_->pending.end();) {
      if (at->second.request.instance->row.key != transition.instance) {
        ++at;
        continue;
      }
      open.push_back(std::move(at->second));
      at = impl_->pending.erase(at);
    }
    std::erase_if(impl_->tokenByKey,
                  [&](const auto& entry) { return entry.first.first == transition.instance; });
  }
  for (auto& one : open)
    Impl::answer(one, Error{Errc::timeout, "outcome unknown: the instance was deleted"});
}

}  // namespace colibri::commands
