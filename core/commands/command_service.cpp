#include "commands/command_service.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "commands/message_id.hpp"
#include "crypto/digest.hpp"
#include "log/log.hpp"

namespace colibri::commands {
namespace {

constexpr std::string_view kSend = "message.send";
constexpr int kAnswered = 201;
/// How long a command whose caller has gone may still complete and be published.
constexpr std::int64_t kLateUs = std::int64_t{24} * 3600 * 1'000'000;

}  // namespace

struct CommandService::Impl : std::enable_shared_from_this<Impl> {
  Impl(instances::Lifecycle& l, instances::HostEvents& e, store::Store& s, exec::Executor& x,
       exec::Timers& t, const Clock& c, Options o)
      : lifecycle(l), events(e), store(s), executor(x), timers(t), clock(c), options(o) {}

  struct Pending {
    CommandRequest request;
    std::string messageId, requestHash;
    std::int64_t submittedAtUs = 0;
    std::vector<Done> waiting;  ///< empty once the deadline has passed
  };
  using Key = std::pair<InstanceKey, std::string>;
  struct Deferred {
    CommandRequest request;
    Done done;
  };

  void submitKeyed(CommandRequest request, Done done);
  void startKeyed(CommandRequest request, std::string hash, std::string messageId, Done done);
  void handOver(CommandRequest request, std::string hash, const std::string& messageId,
                std::vector<Done> waiting);
  void expire(std::uint64_t token);
  void finish(std::uint64_t token, Result<std::string> outcome);
  void publishSent(Pending finished, std::string result);
  static void answer(Pending& finished, const Result<std::string>& outcome);
  void release(const Key& key);

  instances::Lifecycle& lifecycle;
  instances::HostEvents& events;
  store::Store& store;
  exec::Executor& executor;
  exec::Timers& timers;
  const Clock& clock;
  const Options options;

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
  if (request.idempotencyKey.empty()) {
    const bool sends = request.name == kSend;
    auto id = sends ? messageIdFor(request.instance->row.id, newUlid(impl_->clock)) : std::string();
    std::vector<Done> waiting;
    waiting.push_back(std::move(done));
    return impl_->handOver(std::move(request), {}, id, std::move(waiting));
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
  }
  if (known) {
    done(std::move(*known));
    return release(key);
  }
  auto messageId = messageIdFor(request.instance->row.id, request.idempotencyKey);
  startKeyed(std::move(request), std::move(hash), std::move(messageId), std::move(done));
}

/// The record is durable before the command is handed over.
void CommandService::Impl::startKeyed(CommandRequest request, std::string hash,
                                      std::string messageId, Done done) {
  const Key key{request.instance->row.key, request.idempotencyKey};
  store::IdempotencyRow row{key.first, key.second, hash, messageId, 0, {}, clock.nowUs()};
  store.submit({store::PutIdempotency{std::move(row)}},
               [self = shared_from_this(), key, request = std::move(request),
                hash = std::move(hash), messageId = std::move(messageId),
                done = std::move(done)](const Result<store::Committed>& stored) mutable {
                 if (!stored) {
                   done({stored.error(), {}});
                 } else {
                   std::vector<Done> waiting;
                   waiting.push_back(std::move(done));
                   self->handOver(std::move(request), std::move(hash), messageId,
                                  std::move(waiting));
                 }
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

void CommandService::Impl::handOver(CommandRequest request, std::string hash,
                                    const std::string& messageId, std::vector<Done> waiting) {
  const auto& row = request.instance->row;
  auto* connector = lifecycle.connectorOf(*request.instance);
  std::optional<Error> refusal;
  if (connector == nullptr) {
    refusal = Error{Errc::unavailable, "no plugin for " + row.integration + " is running"};
  } else if (const auto& known = connector->commands();
             std::find(known.begin(), known.end(), request.name) == known.end()) {
    refusal = Error{Errc::unsupported, row.integration + " cannot do " + request.name};
  }
  instances::Command command;
  command.instance = row.key;
  command.deadlineUs =
      clock.nowUs() +
      std::chrono::duration_cast<std::chrono::microseconds>(options.deadline).count();
  command.name = request.name;
  command.messageId = messageId;
  command.idempotencyKey = request.idempotencyKey;
  command.body = request.body;
  if (!refusal) {
    const std::scoped_lock lock(mutex);
    if (stopped) {
      refusal = Error{Errc::shuttingDown, "the gateway is stopping"};
    } else {
      command.token = ++lastToken;
      if (!request.idempotencyKey.empty())
        tokenByKey[{row.key, request.idempotencyKey}] = command.token;
      pending.emplace(command.token, Pending{std::move(request), messageId, std::move(hash),
                                             clock.nowUs(), std::move(waiting)});
    }
  }
  if (refusal) {
    // Not moved: there was a refusal.  NOLINTNEXTLINE(bugprone-use-after-move)
    for (auto& done : waiting) done({*refusal, messageId});
    return;
  }
  const auto token = command.token;
  timers.after(options.deadline, [weak = weak_from_this(), token] {
    if (const auto self = weak.lock()) self->expire(token);
  });
  connector->submit(std::move(command), [weak = weak_from_this(), token](Error refused) {
    if (const auto self = weak.lock()) self->finish(token, std::move(refused));
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
    const auto tooOld = clock.nowUs() - kLateUs;
    std::erase_if(pending, [&](const auto& entry) { return entry.second.submittedAtUs < tooOld; });
    std::erase_if(tokenByKey, [&](const auto& entry) { return !pending.contains(entry.second); });
  }
  answer(late, Error{Errc::timeout, "outcome unknown: the message may or may not have been sent"});
}

void CommandService::complete(std::uint64_t token, Result<std::string> outcome) {
  impl_->finish(token, std::move(outcome));
}

void CommandService::Impl::finish(std::uint64_t token, Result<std::string> outcome) {
  Pending finished;
  {
    const std::scoped_lock lock(mutex);
    auto node = pending.extract(token);
    if (!node) return;  // answered before, or its instance is gone
    finished = std::move(node.mapped());
    if (!finished.request.idempotencyKey.empty()) {
      const Key key{finished.request.instance->row.key, finished.request.idempotencyKey};
      tokenByKey.erase(key);
      if (outcome && finished.request.name == kSend) busy.try_emplace(key);  // until published
    }
  }
  if (outcome && finished.request.name == kSend) {
    return publishSent(std::move(finished), std::move(*outcome));
  }
  answer(finished, outcome);
}

/// The event and the idempotency record are durable before the caller hears of the success.
void CommandService::Impl::publishSent(Pending finished, std::string result) {
  const InstanceKey instance = finished.request.instance->row.key;
  store::Batch ops;
  if (!finished.request.idempotencyKey.empty()) {
    ops.push_back(
        store::PutIdempotency{{instance, finished.request.idempotencyKey, finished.requestHash,
                               finished.messageId, kAnswered, result, clock.nowUs()}});
  }
  auto sent = instances::messageSent(result, finished.messageId);
  auto shared = std::make_shared<Pending>(std::move(finished));
  events.publish(instance, {std::move(sent)}, std::move(ops),
                 [self = shared_from_this(), shared,
                  result = std::move(result)](const Result<events::EventLog::Appended>&) {
                   answer(*shared, result);  // it was sent, whatever became of the event
                   const auto& request = shared->request;
                   if (request.idempotencyKey.empty()) return;
                   self->release({request.instance->row.key, request.idempotencyKey});
                 });
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

void CommandService::onTransition(const instances::Transition& transition) {
  if (transition.state != instances::State::deleted) return;
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
