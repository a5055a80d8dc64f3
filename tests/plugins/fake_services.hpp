#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fake_store.hpp"
#include "plugin/ports.hpp"

/// The core, as plugins meet it: in memory, recording, and obedient to the test.
namespace colibri::plugin::testing {

/// Wakes whoever waits for something to have happened. [Threading] any thread.
class Bell {
 public:
  void ring() {
    const std::scoped_lock lock(mutex_);
    ++rung_;
    bell_.notify_all();
  }
  /// Until `done()`, at most `within`. Looks at least at every ring.
  template <class Done>
  bool wait(Done done, std::chrono::milliseconds within = std::chrono::seconds(20)) {
    const auto until = std::chrono::steady_clock::now() + within;
    std::unique_lock lock(mutex_);
    while (true) {
      const auto seen = rung_;
      lock.unlock();
      if (done()) return true;
      lock.lock();
      const auto slice =
          std::min(until, std::chrono::steady_clock::now() + std::chrono::milliseconds(5));
      bell_.wait_until(lock, slice, [&] { return rung_ != seen; });
      if (std::chrono::steady_clock::now() >= until) return lock.unlock(), done();
    }
  }

 private:
  std::mutex mutex_;  // guards rung_
  std::condition_variable bell_;
  std::uint64_t rung_ = 0;
};

class FakeLanes final : public Lanes {
 public:
  explicit FakeLanes(Bell& bell) : bell_(bell) {}
  Result<std::uint64_t> subscribe(delivery::SubscriptionSpec spec, delivery::Sink& sink) override {
    const std::scoped_lock lock(mutex_);
    sink_ = &sink;
    specs_.push_back(std::move(spec));
    return specs_.size();
  }
  Result<void> setFilter(std::uint64_t subscription, InstanceKey instance,
                         std::optional<events::Filter>) override {
    note("filter " + std::to_string(subscription) + " " + std::to_string(instance));
    return {};
  }
  void enable(std::uint64_t subscription, InstanceKey instance,
              std::optional<std::uint64_t> after) override {
    note("enable " + std::to_string(subscription) + " " + std::to_string(instance) +
         (after ? " after " + std::to_string(*after) : ""));
  }
  void disable(std::uint64_t subscription, InstanceKey instance) override {
    note("disable " + std::to_string(subscription) + " " + std::to_string(instance));
  }
  std::uint64_t head(InstanceKey) const override { return head_; }
  void setHead(std::uint64_t head) { head_ = head; }
  void done(std::uint64_t token, delivery::Outcome outcome) override {
    {
      const std::scoped_lock lock(mutex_);
      outcomes_[token].push_back(std::move(outcome));
    }
    bell_.ring();
  }

  delivery::Sink& sink() {
    const std::scoped_lock lock(mutex_);
    return *sink_;
  }
  std::vector<delivery::SubscriptionSpec> specs() const {
    const std::scoped_lock lock(mutex_);
    return specs_;
  }
  std::vector<std::string> calls() const {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }
  std::vector<delivery::Outcome> outcomes(std::uint64_t token) const {
    const std::scoped_lock lock(mutex_);
    const auto found = outcomes_.find(token);
    return found == outcomes_.end() ? std::vector<delivery::Outcome>{} : found->second;
  }

 private:
  void note(std::string call) {
    {
      const std::scoped_lock lock(mutex_);
      calls_.push_back(std::move(call));
    }
    bell_.ring();
  }
  Bell& bell_;
  std::atomic<std::uint64_t> head_{41};
  mutable std::mutex mutex_;  // guards the rest
  delivery::Sink* sink_ = nullptr;
  std::vector<delivery::SubscriptionSpec> specs_;
  std::vector<std::string> calls_;
  std::map<std::uint64_t, std::vector<delivery::Outcome>> outcomes_;
};

/// An event log that commits through the fake store, so that operations and events are one commit.
class FakeEvents final : public PluginLog {
 public:
  FakeEvents(store::Store& store, Bell& bell) : store_(store), bell_(bell) {}
  Result<void> append(InstanceKey instance, std::vector<events::Draft> drafts,
                      store::Batch operations, Done done) override {
    std::uint64_t first = 0;
    {
      const std::scoped_lock lock(mutex_);
      ++asked_;
      bell_.ring();
      if (busy_) return Error{Errc::busy, "the disk is full"};
      first = drafts_[instance].size() + 1;
      for (auto& draft : drafts) drafts_[instance].push_back(std::move(draft));
    }
    store_.submit(std::move(operations),
                  [first, done = std::move(done)](Result<store::Committed> committed) mutable {
                    if (!committed) return done(committed.error());
                    done(events::EventLog::Appended{first, 1});
                  });
    return {};
  }
  void busy(bool busy) {
    const std::scoped_lock lock(mutex_);
    busy_ = busy;
  }
  /// What read() finds; null: the store fails.
  void keep(std::optional<std::vector<events::EventPtr>> log) {
    const std::scoped_lock lock(mutex_);
    log_ = std::move(log);
  }
  Result<std::vector<events::EventPtr>> read(InstanceKey instance, std::uint64_t after,
                                             std::uint32_t limit, std::size_t) override {
    const std::scoped_lock lock(mutex_);
    if (!log_) return Error{Errc::unavailable, "the disk is gone"};
    std::vector<events::EventPtr> found;
    for (const auto& event : *log_)
      if (event->instance() == instance && event->sequence() > after && found.size() < limit)
        found.push_back(event);
    return found;
  }
  unsigned asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }
  std::vector<events::Draft> drafts(InstanceKey instance) const {
    const std::scoped_lock lock(mutex_);
    const auto found = drafts_.find(instance);
    return found == drafts_.end() ? std::vector<events::Draft>{} : found->second;
  }

 private:
  store::Store& store_;
  Bell& bell_;
  mutable std::mutex mutex_;  // guards the rest
  bool busy_ = false;
  std::optional<std::vector<events::EventPtr>> log_ = std::vector<events::EventPtr>();
  unsigned asked_ = 0;
  std::map<InstanceKey, std::vector<events::Draft>> drafts_;
};

class FakeHttp final : public net::HttpClient {
 public:
  explicit FakeHttp(Bell& bell) : bell_(bell) {}
  Result<Id> send(net::HttpRequest request, Done done) override {
    const std::scoped_lock lock(mutex_);
    if (busy_) return Error{Errc::busy, "too many requests"};
    requests_.push_back(request);
    open_.emplace(requests_.size(), std::move(done));
    bell_.ring();
    return requests_.size();
  }
  void cancel(Id id) override { answer(id, failed({Errc::cancelled, "cancelled"})); }
  static net::HttpAnswer failed(Error why) {
    net::HttpAnswer answer{std::move(why), 0, {}, {}};
    return answer;
  }
  void answer(Id id, net::HttpAnswer answer) {
    Done done;
    {
      const std::scoped_lock lock(mutex_);
      const auto open = open_.find(id);
      if (open == open_.end()) return;
      done = std::move(open->second);
      open_.erase(open);
    }
    done(std::move(answer));
  }
  void busy(bool busy) {
    const std::scoped_lock lock(mutex_);
    busy_ = busy;
  }
  std::vector<net::HttpRequest> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  Bell& bell_;
  mutable std::mutex mutex_;  // guards the rest
  bool busy_ = false;
  std::vector<net::HttpRequest> requests_;
  std::map<Id, Done> open_;
};

/// Lets any JSON object pass; a body's `number` is the chat, in texts as tests write them.
class FakeOperations final : public Operations {
 public:
  Result<CheckedCommand> check(std::string_view name, std::string body) const override {
    if (name == "no.such") return Error{Errc::unsupported, "there is no operation no.such"};
    if (!body.starts_with('{')) return Error{Errc::invalidArgument, "the body is no JSON object"};
    const std::string_view member = R"("number":")";
    const auto at = body.find(member);
    std::string chat;
    if (at != body.npos) {
      const auto begin = at + member.size();
      chat = body.substr(begin, body.find('"', begin) - begin);
    }
    return CheckedCommand{std::string(name), std::move(body), commands::Effect::message, chat};
  }
};

/// Commands as plugins ask for them, answered by the test.
class FakeCommandPort final : public CommandPort {
 public:
  struct Ordered {
    InstanceKey instance = 0;
    CheckedCommand command;
    std::string key, origin;
  };
  explicit FakeCommandPort(Bell& bell) : bell_(bell) {}
  void submit(InstanceKey instance, CheckedCommand command, std::string key, std::string origin,
              commands::CommandDone done) override {
    {
      const std::scoped_lock lock(mutex_);
      if (!failing_) open_.emplace(orders_.size(), std::move(done));
      orders_.push_back({instance, std::move(command), std::move(key), std::move(origin)});
    }
    bell_.ring();
    if (done) done({Error{Errc::unavailable, "not connected"}, {}});
  }
  void answer(std::size_t order, commands::CommandAnswer answer) {
    commands::CommandDone done;
    {
      const std::scoped_lock lock(mutex_);
      const auto at = open_.find(order);
      if (at == open_.end()) return;
      done = std::move(at->second);
      open_.erase(at);
    }
    done(std::move(answer));
  }
  /// From now on every command fails at once, within its call.
  void fail() {
    const std::scoped_lock lock(mutex_);
    failing_ = true;
  }
  std::vector<Ordered> orders() const {
    const std::scoped_lock lock(mutex_);
    return orders_;
  }

 private:
  Bell& bell_;
  mutable std::mutex mutex_;  // guards the rest
  bool failing_ = false;
  std::vector<Ordered> orders_;
  std::map<std::size_t, commands::CommandDone> open_;
};

/// Questions about instances, answered by the test.
class FakeInstancePort final : public InstancePort {
 public:
  using Done = Function<void(Result<InstanceView>)>;
  explicit FakeInstancePort(Bell& bell) : bell_(bell) {}
  void ask(InstanceKey instance, Question what, Done done) override {
    {
      const std::scoped_lock lock(mutex_);
      asked_.emplace_back(instance, static_cast<std::uint32_t>(what));
      open_.push_back(std::move(done));
    }
    bell_.ring();
  }
  void answer(std::size_t question, Result<InstanceView> view) {
    Done done;
    {
      const std::scoped_lock lock(mutex_);
      done = std::move(open_.at(question));
    }
    done(std::move(view));
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  Bell& bell_;
  mutable std::mutex mutex_;  // guards the rest
  std::vector<std::pair<std::uint64_t, std::uint32_t>> asked_;
  std::vector<Done> open_;
};

class FakeReports final : public instances::ReportSink {
 public:
  explicit FakeReports(Bell& bell) : bell_(bell) {}
  void report(const std::string& alias, instances::StateReport report) override {
    {
      const std::scoped_lock lock(mutex_);
      reports_.emplace_back(alias, std::move(report));
    }
    bell_.ring();
  }
  std::vector<std::pair<std::string, instances::StateReport>> all() const {
    const std::scoped_lock lock(mutex_);
    return reports_;
  }

 private:
  Bell& bell_;
  mutable std::mutex mutex_;  // guards reports_
  std::vector<std::pair<std::string, instances::StateReport>> reports_;
};

/// Keeps settings as the lifecycle does, and tells `observer` of them.
class FakeSettings final : public instances::SettingsKeeper {
 public:
  std::function<void(InstanceKey, const std::string&, const instances::KeptSettings&)> observer;
  bool failing = false;

  /// As if the instance had been created with them.
  void keep(InstanceKey instance, const std::string& alias, instances::KeptSettings kept) {
    const std::scoped_lock lock(mutex_);
    kept_[{instance, alias}] = std::move(kept);
  }
  void putSettings(InstanceKey instance, instances::SettingsChange change) override {
    if (failing) return change.done(Error{Errc::unavailable, "the disk is gone"});
    instances::KeptSettings kept{.json = change.json,
                                 .enabled = instances::saysEnabled(change.json)};
    kept.from = change.head();
    kept.createdAtUs = kept.updatedAtUs = 7;
    keep(instance, change.alias, kept);
    observer(instance, change.alias, kept);
    change.done(kept);
  }
  std::optional<instances::KeptSettings> settingsOf(InstanceKey instance,
                                                    const std::string& alias) const override {
    const std::scoped_lock lock(mutex_);
    const auto at = kept_.find({instance, alias});
    return at == kept_.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  mutable std::mutex mutex_;  // guards kept_
  std::map<std::pair<InstanceKey, std::string>, instances::KeptSettings> kept_;
};

class FakeCompletions final : public commands::CompletionSink {
 public:
  explicit FakeCompletions(Bell& bell) : bell_(bell) {}
  void complete(std::uint64_t token, Result<std::string> outcome) override {
    {
      const std::scoped_lock lock(mutex_);
      outcomes_.emplace(token, std::move(outcome));
    }
    bell_.ring();
  }
  std::optional<Result<std::string>> of(std::uint64_t token) const {
    const std::scoped_lock lock(mutex_);
    const auto found = outcomes_.find(token);
    return found == outcomes_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  Bell& bell_;
  mutable std::mutex mutex_;  // guards outcomes_
  std::map<std::uint64_t, Result<std::string>> outcomes_;
};

}  // namespace colibri::plugin::testing
