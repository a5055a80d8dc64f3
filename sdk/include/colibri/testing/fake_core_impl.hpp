// colibri/testing/fake_core_impl.hpp -- FakeCore's functions. Included by fake_core.hpp.
// Threads: the test's thread, but for what says "locked". No lock is held while the plugin runs.
#pragma once

#include <colibri/testing/fake_core.hpp>

namespace colibri::testing {

inline FakeCore::FakeCore(const colibri_descriptor& descriptor, Options options)
    : descriptor_(&descriptor),
      store_(options.store ? options.store : std::make_shared<FakeStore>()),
      nowUs_(options.nowUs),
      options_(std::move(options)) {
  table_ = {sizeof(colibri_host),
            COLIBRI_ABI_MAJOR,
            COLIBRI_ABI_MINOR,
            this,
            sdk::str("fake-host"),
            sdk::str("0"),
            sdk::str(options_.serverUrl),
            &getExtension,
            &logEnabled,
            &log,
            &hostNowUs,
            &requestRestart};
}

inline void FakeCore::shutdown() {
  if (copy(phase_) == Phase::running) stop();
  destroy();
}

// --- life ---

template <class Call>
colibri_status FakeCore::call(Call call_) {
  auto err = sdk::sized<colibri_error>();
  const colibri_status status = call_(&err);
  if (status < 0) error_ = err.message;
  return status;
}

inline std::string FakeCore::refusal() const {
  const auto& d = *descriptor_;
  if (d.struct_size < sizeof d || d.create == nullptr) return "the descriptor is too small or has no create";
  if (d.abi_major != COLIBRI_ABI_MAJOR || d.abi_minor != COLIBRI_ABI_MINOR) return "built for another ABI";
  if (d.id.size == 0 || d.alias.size == 0) return "no id or no alias";
  for (auto id = d.requires_; *id != nullptr; ++id)
    if (table_.get_extension(&table_, *id) == nullptr) return std::string("host lacks ") + *id;
  return {};
}

inline colibri_status FakeCore::load(std::string_view configJson) {
  error_ = refusal();
  if (!error_.empty()) return COLIBRI_E_ABI;
  set(phase_, Phase::creating);
  auto status = call([&](colibri_error* err) { return descriptor_->create(&table_, &plugin_, err); });
  set(phase_, Phase::created);
  if (status < 0) return status;
  status = call([&](colibri_error* err) { return plugin_->init(plugin_, sdk::str(configJson), err); });
  if (status < 0) {
    destroy();
    return status;
  }
  for (auto id = descriptor_->provides; *id != nullptr; ++id) {
    if (plugin_->get_extension(plugin_, *id) != nullptr) continue;
    error_ = std::string("promises ") + *id + " and does not have it";
    return COLIBRI_E_ABI;
  }
  return status;
}

inline colibri_status FakeCore::start() {
  set(phase_, Phase::running);
  const auto status = call([&](colibri_error* err) { return plugin_->start(plugin_, err); });
  if (status < 0) set(phase_, Phase::created);
  return status;
}

inline colibri_status FakeCore::stop(std::chrono::milliseconds deadline) {
  set(phase_, Phase::stopping);
  const auto status = call([&](colibri_error* err) {
    return plugin_->stop(plugin_, static_cast<uint32_t>(deadline.count()), err);
  });
  const std::scoped_lock lock(mutex_);
  phase_ = Phase::stopped;
  due_.clear();  // what is unanswered now is never answered
  for (auto* held : held_) held->tasks_.clear();
  return status;
}

inline void FakeCore::destroy() {
  if (auto* plugin = std::exchange(plugin_, nullptr)) plugin->destroy(plugin);
}

// --- driving ---

inline bool FakeCore::pump() {
  bool any = false;
  for (;;) {
    Task task;
    {
      const std::scoped_lock lock(mutex_);
      if (due_.empty()) return any;
      task = std::move(due_.front());
      due_.pop_front();
    }
    task();
    any = true;
  }
}

template <class Done>
bool FakeCore::waitFor(Done done, std::chrono::milliseconds within) {
  const auto end = std::chrono::steady_clock::now() + within;
  for (;;) {
    const auto seen = copy(changes_);
    pump();
    if (done()) return true;
    const auto now = std::chrono::steady_clock::now();
    if (now >= end) return false;
    // Woken by the next host call; the slice is for conditions that no host call announces.
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, std::min(end, now + std::chrono::milliseconds(5)),
                        [&] { return changes_ != seen; });
  }
}

inline void FakeCore::advance(std::chrono::microseconds by) {
  const std::scoped_lock lock(mutex_);
  nowUs_ += by.count();
}

inline void FakeCore::owe(Held& held, Task task) {
  if (held.on_)
    held.tasks_.push_back(std::move(task));
  else
    due_.push_back(std::move(task));
}

inline void FakeCore::hold(Held& held, bool to) {
  const std::scoped_lock lock(mutex_);
  held.on_ = to;
  if (to) return;
  for (auto& task : held.tasks_) due_.push_back(std::move(task));
  held.tasks_.clear();
}

// --- colibri_host ---

inline const void* FakeCore::getExtension(const colibri_host* h, const char* id) noexcept {
  const auto& host = of<FakeCore>(h);
  const auto& without = host.options_.without;
  const bool lacks = std::find(without.begin(), without.end(), id) != without.end();
  return lacks ? nullptr : host.hostTable(id);
}
inline int32_t FakeCore::logEnabled(const colibri_host* h, colibri_log_level level) noexcept {
  return level >= of<FakeCore>(h).options_.logFrom ? 1 : 0;
}
inline void FakeCore::log(const colibri_host* h, colibri_log_level level, colibri_str message,
                          const colibri_field* fields, size_t count) noexcept {
  auto& host = of<FakeCore>(h);
  host.called("log", [&] {
    LogLine line{level, text(message)};
    for (size_t i = 0; i < count; ++i) line.fields[text(fields[i].key)] = text(fields[i].value);
    host.logs_.push_back(std::move(line));
  });
}
inline int64_t FakeCore::hostNowUs(const colibri_host* h) noexcept {
  return of<FakeCore>(h).nowUs();
}
inline void FakeCore::requestRestart(const colibri_host* h, colibri_str reason) noexcept {
  auto& host = of<FakeCore>(h);
  host.called("request_restart", [&] { host.restartRequests_.push_back(text(reason)); });
}

}  // namespace colibri::testing
