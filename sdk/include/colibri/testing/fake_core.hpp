// colibri/testing/fake_core.hpp -- what all capabilities of the fake host share: the life of the object, the
// lock, the clock, tokens, what is due, what was broken. A capability's part (capabilities/) derives from it,
// virtually, and FakeHost is the sum of the parts. Threads: "locked" = by mutex_, which is held by whoever is
// in called(). No lock is held while the plugin runs.
#pragma once

#include <colibri/testing/builders.hpp>
#include <colibri/testing/fake_store.hpp>
#include <colibri/testing/records.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colibri::testing {

class FakeCore {
 public:
  struct Options {
    int64_t nowUs = 1'700'000'000'000'000;
    std::string serverUrl = "https://gateway.test";
    std::shared_ptr<FakeStore> store = {};          ///< null = an empty one of its own
    std::vector<std::string> without = {};          ///< host extensions this host does not have
    colibri_log_level logFrom = COLIBRI_LOG_TRACE;  ///< what log_enabled() says
  };
  virtual ~FakeCore() = default;
  FakeCore(const FakeCore&) = delete;
  FakeCore& operator=(const FakeCore&) = delete;

  // --- the life of the object ---
  /// Checks the descriptor as a host does, then create() and init(). A refusal's text is in error().
  colibri_status load(std::string_view configJson = "{}");
  colibri_status start();
  colibri_status stop(std::chrono::milliseconds deadline = std::chrono::seconds(5));
  void destroy();
  std::string error() const { return error_; }  ///< text of the last refusal by the plugin (or of load())
  colibri_plugin* plugin() const noexcept { return plugin_; }
  const colibri_descriptor& descriptor() const noexcept { return *descriptor_; }
  /// Null if the object lacks it.
  template <class Table>
  const Table* extension(const char* id) const {
    return plugin_ == nullptr ? nullptr : static_cast<const Table*>(plugin_->get_extension(plugin_, id));
  }

  // --- driving ---
  /// Runs the answers that are due. True if there were any.
  bool pump();
  /// Pumps until `done()` or until `within` of real time is over; returns done(). For threaded plugins.
  template <class Done>
  bool waitFor(Done done, std::chrono::milliseconds within = std::chrono::seconds(10));
  void advance(std::chrono::microseconds by);
  int64_t nowUs() const { return copy(nowUs_); }
  /// Of published(), a kv write, put() of settings. Schemas are the real host's to check.
  void failCommits(colibri_status status) { set(failCommits_, status); }

  // --- what the plugin did ---
  std::vector<LogLine> logs() const { return copy(logs_); }
  std::vector<std::string> restartRequests() const { return copy(restartRequests_); }
  std::vector<std::string> violations() const { return copy(violations_); }
  const std::shared_ptr<FakeStore>& store() const noexcept { return store_; }

 protected:
  using Task = std::function<void()>;
  /// Answers that are due, or wait for the test to let them go; dropped when the object stops.
  class Held {
   public:
    explicit Held(FakeCore& core) { core.held_.push_back(this); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    friend class FakeCore;
    bool on_ = false;
    std::vector<Task> tasks_;
  };

  FakeCore(const colibri_descriptor& descriptor, Options options);
  /// What this host gives under an id. Null: nothing.
  virtual const void* hostTable(std::string_view id) const noexcept = 0;

  /// The part that a function of the host was called on.
  template <class Part>
  static Part& of(const colibri_host* host) noexcept {
    return dynamic_cast<Part&>(*static_cast<FakeCore*>(host->ctx));
  }
  /// Another part of the same host.
  template <class Part>
  Part& part() noexcept {
    return dynamic_cast<Part&>(*this);
  }
  template <class T>
  T copy(const T& what) const {
    const std::scoped_lock lock(mutex_);
    return what;
  }
  template <class T>
  void set(T& what, T to) {
    const std::scoped_lock lock(mutex_);
    what = to;
  }
  template <class Key, class T>
  std::optional<T> find(const std::map<Key, T>& in, const Key& key) const {
    const std::scoped_lock lock(mutex_);
    const auto it = in.find(key);
    return it == in.end() ? std::nullopt : std::optional<T>(it->second);
  }
  /// Runs `body` under the lock, after noting a call at the wrong time, and wakes waitFor().
  template <class Body>
  auto called(const char* function, Body body) {
    const std::scoped_lock lock(mutex_);
    if (phase_ == Phase::creating) violations_.push_back(std::string(function) + " called inside create()");
    if (phase_ == Phase::stopped)
      violations_.push_back(std::string(function) + " called after stop() had returned");
    ++changes_;
    changed_.notify_all();
    return body();
  }
  static colibri_status refuse(colibri_error* err, colibri_status code, std::string_view why) noexcept {
    return sdk::detail::fill(err, code, why);
  }
  template <class Call>
  colibri_status call(Call call_);  // of the plugin, with a fresh colibri_error; keeps its text
  void owe(Held& held, Task task);  // locked
  void owe(Task task) { due_.push_back(std::move(task)); }  // locked
  void hold(Held& held, bool to);
  uint64_t newToken() { return ++lastToken_; }                                 // locked
  void violated(std::string rule) { violations_.push_back(std::move(rule)); }  // locked
  void shutdown();  // the last thing of whoever has all parts

  const colibri_descriptor* descriptor_;
  std::shared_ptr<FakeStore> store_;
  colibri_plugin* plugin_ = nullptr;

  mutable std::mutex mutex_;  // guards all below, and what the parts say it does
  int64_t nowUs_;
  colibri_status failCommits_ = COLIBRI_OK;

 private:
  enum class Phase { none, creating, created, running, stopping, stopped };
  std::string refusal() const;  // of the descriptor; empty = fine

  static const void* getExtension(const colibri_host* h, const char* id) noexcept;
  static int32_t logEnabled(const colibri_host* h, colibri_log_level level) noexcept;
  static void log(const colibri_host* h, colibri_log_level level, colibri_str message,
                  const colibri_field* fields, size_t count) noexcept;
  static int64_t hostNowUs(const colibri_host* h) noexcept;
  static void requestRestart(const colibri_host* h, colibri_str reason) noexcept;

  const Options options_;
  colibri_host table_{};
  std::string error_;
  std::vector<Held*> held_;

  std::condition_variable changed_;  // from here on mutex_ guards as well
  uint64_t changes_ = 0, lastToken_ = 0;
  Phase phase_ = Phase::none;
  std::deque<Task> due_;
  std::vector<LogLine> logs_;
  std::vector<std::string> restartRequests_, violations_;
};

/// A host of these capabilities. One has kId, and kTable if the host gives something.
template <class... Parts>
class FakeHostWith : public Parts... {
 public:
  using Options = FakeCore::Options;
  explicit FakeHostWith(const colibri_descriptor& descriptor) : FakeHostWith(descriptor, Options{}) {}
  FakeHostWith(const colibri_descriptor& descriptor, Options options)
      : FakeCore(descriptor, std::move(options)) {}
  ~FakeHostWith() override { this->shutdown(); }

 private:
  const void* hostTable(std::string_view id) const noexcept final {
    const void* found = nullptr;
    ((id == Parts::kId ? void(found = tableOf<Parts>()) : void()), ...);
    return found;
  }
  template <class Part>
  static const void* tableOf() noexcept {
    if constexpr (requires { Part::kTable; })
      return &Part::kTable;
    else
      return nullptr;
  }
};

}  // namespace colibri::testing

#include <colibri/testing/fake_core_impl.hpp>
