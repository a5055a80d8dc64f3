// colibri/testing/fake_host_impl.hpp -- FakeHost's own functions. Included by fake_host.hpp.
// Threads: the test's thread, but for what says "locked". No lock is held while the plugin runs.
#pragma once

#include <colibri/testing/fake_host.hpp>
#include <colibri/testing/fake_host_tables.hpp>

namespace colibri::testing {

inline FakeHost::FakeHost(const colibri_descriptor& descriptor, Options options)
    : descriptor_(&descriptor),
      options_(std::move(options)),
      store_(options_.store ? options_.store : std::make_shared<FakeStore>()),
      nowUs_(options_.nowUs) {
  table_ = {sizeof(colibri_host),
            COLIBRI_ABI_MAJOR,
            COLIBRI_ABI_MINOR,
            this,
            sdk::str("fake-host"),
            sdk::str("0"),
            sdk::str(options_.serverUrl),
            &Tables::find,
            &Tables::logEnabled,
            &Tables::log,
            &Tables::nowUs,
            &Tables::requestRestart};
}

inline FakeHost::~FakeHost() {
  if (copy(phase_) == Phase::running) stop();
  destroy();
}

// --- life ---

template <class Call>
colibri_status FakeHost::call(Call call_) {
  auto err = sdk::sized<colibri_error>();
  const colibri_status status = call_(&err);
  if (status < 0) error_ = err.message;
  return status;
}

inline std::string FakeHost::refusal() const {
  const auto& d = *descriptor_;
  if (d.struct_size < sizeof d || d.create == nullptr) return "the descriptor is too small or has no create";
  if (d.abi_major != COLIBRI_ABI_MAJOR || d.abi_minor != COLIBRI_ABI_MINOR) return "built for another ABI";
  if (d.id.size == 0 || d.alias.size == 0) return "no id or no alias";
  for (auto id = d.requires_; *id != nullptr; ++id)
    if (table_.get_extension(&table_, *id) == nullptr) return std::string("host lacks ") + *id;
  return {};
}

inline colibri_status FakeHost::load(std::string_view configJson) {
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

inline colibri_status FakeHost::start() {
  set(phase_, Phase::running);
  const auto status = call([&](colibri_error* err) { return plugin_->start(plugin_, err); });
  if (status < 0) set(phase_, Phase::created);
  return status;
}

inline colibri_status FakeHost::stop(std::chrono::milliseconds deadline) {
  set(phase_, Phase::stopping);
  const auto status = call([&](colibri_error* err) {
    return plugin_->stop(plugin_, static_cast<uint32_t>(deadline.count()), err);
  });
  const std::scoped_lock lock(mutex_);
  phase_ = Phase::stopped;
  due_.clear();  // what is unanswered now is never answered
  heldKv_.clear();
  heldPublished_.clear();
  return status;
}

inline void FakeHost::destroy() {
  if (auto* plugin = std::exchange(plugin_, nullptr)) plugin->destroy(plugin);
}

// --- driving ---

inline bool FakeHost::pump() {
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
bool FakeHost::waitFor(Done done, std::chrono::milliseconds within) {
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

inline void FakeHost::advance(std::chrono::microseconds by) {
  const std::scoped_lock lock(mutex_);
  nowUs_ += by.count();
}
inline int64_t FakeHost::nowUs() const {
  return copy(nowUs_);
}

inline uint64_t FakeHost::deliver(const EventPtr& event, uint32_t attempt, uint64_t subscription) {
  uint64_t token = 0;
  {
    const std::scoped_lock lock(mutex_);
    token = ++lastToken_;
    openDeliveries_.insert(token);
  }
  const colibri_delivery delivery{sizeof delivery, attempt, token, subscription, nowUs() + 30'000'000};
  auto err = sdk::sized<colibri_error>();
  const auto* sink = extension<colibri_plugin_event_sink>(COLIBRI_EXT_EVENT_SINK);
  const auto status = sink->deliver(plugin_, event.get(), &delivery, &err);
  if (status > 0) return token;
  const std::scoped_lock lock(mutex_);
  settle(token, {status, err.retry_after_ms, status < 0 ? err.message : ""});
  return token;
}

inline void FakeHost::revoke(uint64_t token) {
  const auto* sink = extension<colibri_plugin_event_sink>(COLIBRI_EXT_EVENT_SINK);
  if (COLIBRI_HAS(sink, revoke)) sink->revoke(plugin_, token);
}

inline void FakeHost::state(const InstanceState& s) {
  auto e = sdk::sized<colibri_instance_event>();
  e.state = s.state;
  e.previous = s.previous;
  e.flags = s.snapshot ? uint32_t{COLIBRI_EVENT_F_SNAPSHOT} : 0U;
  e.instance_key = s.instance;
  e.state_sequence = s.stateSequence;
  e.at_us = s.atUs;
  e.qr_expires_at_us = s.qrExpiresAtUs;
  e.pairing_code_expires_at_us = s.pairingCodeExpiresAtUs;
  e.reason = s.reason;
  e.network_code = s.networkCode;
  e.retry_in_ms = s.retryInMs;
  e.instance_id = sdk::str(s.instanceId);
  e.instance_name = sdk::str(s.instanceName);
  e.owner_jid = sdk::str(s.owner);
  e.qr = sdk::str(s.qr);
  e.pairing_code = sdk::str(s.pairingCode);
  e.info_json = sdk::str(s.infoJson);
  e.detail = sdk::str(s.detail);
  extension<colibri_plugin_instance_observer>(COLIBRI_EXT_INSTANCE_OBSERVER)->on_state(plugin_, &e);
}

inline colibri_status FakeHost::settings(uint64_t instance, std::string_view json) {
  const auto* observer = extension<colibri_plugin_instance_observer>(COLIBRI_EXT_INSTANCE_OBSERVER);
  if (!COLIBRI_HAS(observer, on_settings)) return COLIBRI_OK;
  return call(
      [&](colibri_error* err) { return observer->on_settings(plugin_, instance, sdk::str(json), err); });
}

inline colibri_status FakeHost::open(uint64_t instance, std::string_view optionsJson,
                                     std::string_view settingsJson, std::string_view name) {
  const std::string id = InstanceState{}.instanceId;
  auto spec = sdk::sized<colibri_instance_spec>();
  spec.instance_key = instance;
  spec.instance_id = sdk::str(id);
  spec.instance_name = sdk::str(name);
  spec.options_json = sdk::str(optionsJson);
  spec.settings_json = sdk::str(settingsJson);
  return call([&](colibri_error* err) {
    return extension<colibri_plugin_connector>(COLIBRI_EXT_CONNECTOR)->instance_open(plugin_, &spec, err);
  });
}
inline colibri_status FakeHost::close(uint64_t instance, std::chrono::milliseconds deadline) {
  return call([&](colibri_error* err) {
    return extension<colibri_plugin_connector>(COLIBRI_EXT_CONNECTOR)
        ->instance_close(plugin_, instance, static_cast<uint32_t>(deadline.count()), err);
  });
}
inline colibri_status FakeHost::logout(uint64_t instance, std::chrono::milliseconds deadline) {
  return call([&](colibri_error* err) {
    return extension<colibri_plugin_connector>(COLIBRI_EXT_CONNECTOR)
        ->instance_logout(plugin_, instance, static_cast<uint32_t>(deadline.count()), err);
  });
}
inline colibri_status FakeHost::forget(uint64_t instance) {
  return call([&](colibri_error* err) {
    return extension<colibri_plugin_connector>(COLIBRI_EXT_CONNECTOR)
        ->instance_forget(plugin_, instance, err);
  });
}

inline FakeHost::Submitted FakeHost::submit(Command command) {
  {
    const std::scoped_lock lock(mutex_);
    if (command.token == 0) command.token = ++lastToken_;
    openCommands_.insert(command.token);
  }
  const auto* connector = extension<colibri_plugin_connector>(COLIBRI_EXT_CONNECTOR);
  if ((connector->flags & COLIBRI_CONNECTOR_F_NETWORK_IDS) != 0) command.messageId.clear();
  const auto body = makeBuffer(command.body);
  auto c = sdk::sized<colibri_command>();
  c.flags = command.isSafe ? uint32_t{COLIBRI_COMMAND_F_SAFE} : 0;
  c.token = command.token;
  c.instance_key = command.instance;
  c.deadline_us = command.deadlineUs != 0 ? command.deadlineUs : nowUs() + 60'000'000;
  c.name = sdk::str(command.name);
  c.message_id = sdk::str(command.messageId);
  c.idempotency_key = sdk::str(command.idempotencyKey);
  c.body = body.get();
  const auto status = call([&](colibri_error* err) { return connector->submit(plugin_, &c, err); });
  if (status < 0) {
    const std::scoped_lock lock(mutex_);
    if (openCommands_.erase(command.token) == 0)
      violations_.push_back("submit() refused a command that it has completed");
  }
  return {command.token, status};
}

inline void FakeHost::cancel(uint64_t token) {
  const auto* connector = extension<colibri_plugin_connector>(COLIBRI_EXT_CONNECTOR);
  if (COLIBRI_HAS(connector, cancel)) connector->cancel(plugin_, token);
}

inline bool FakeHost::answerHttp(uint64_t userToken, HttpReply reply) {
  {
    const std::scoped_lock lock(mutex_);
    const auto call_ = std::find_if(httpCalls_.begin(), httpCalls_.end(), [&](const HttpCall& c) {
      return c.userToken == userToken && !c.answered;
    });
    if (call_ == httpCalls_.end()) return false;
    call_->answered = true;
  }
  sendHttpAnswer(userToken, reply);
  return true;
}

inline void FakeHost::sendHttpAnswer(uint64_t userToken, const HttpReply& reply) {
  std::vector<colibri_field> headers;
  for (const auto& [key, value] : reply.headers) headers.push_back({sdk::str(key), sdk::str(value)});
  const auto body = makeBuffer(reply.body);
  auto answer = sdk::sized<colibri_http_answer>();
  answer.status = reply.status;
  answer.detail = sdk::str(reply.detail);
  if (reply.confidential) answer.flags = COLIBRI_HTTP_A_CONFIDENTIAL;
  if (reply.status >= 0) {
    answer.http_status = reply.httpStatus;
    if (reply.truncated) answer.flags |= COLIBRI_HTTP_A_TRUNCATED;
    answer.retry_after_ms = reply.retryAfterMs;
    answer.total_us = 1000;
    answer.headers = headers.data();
    answer.header_count = headers.size();
    answer.body = body.get();
  }
  extension<colibri_plugin_http_client>(COLIBRI_EXT_HTTP_CLIENT)->http_done(plugin_, userToken, &answer);
}

// --- behaviour ---

inline void FakeHost::owe(bool hold, std::vector<Task>& held, Task task) {
  if (hold)
    held.push_back(std::move(task));
  else
    due_.push_back(std::move(task));
}

inline colibri_status FakeHost::oweKv(colibri_error* err, Task task) {
  if (refuseKv_ < 0) return sdk::detail::fill(err, refuseKv_, "refused as the test asked");
  owe(holdKv_, heldKv_, std::move(task));
  return COLIBRI_PENDING;
}

inline void FakeHost::hold(bool& flag, std::vector<Task>& held, bool to) {
  const std::scoped_lock lock(mutex_);
  flag = to;
  if (to) return;
  for (auto& task : held) due_.push_back(std::move(task));
  held.clear();
}
inline void FakeHost::holdPublished(bool to) {
  hold(holdPublished_, heldPublished_, to);
}
inline void FakeHost::holdKv(bool to) {
  hold(holdKv_, heldKv_, to);
}

inline void FakeHost::refusePublish(colibri_status status) {
  const std::scoped_lock lock(mutex_);
  const bool room = refusePublish_ == COLIBRI_E_BUSY && status >= 0;
  refusePublish_ = status;
  if (room)
    due_.push_back([this] { extension<colibri_plugin_connector>(COLIBRI_EXT_CONNECTOR)->resume(plugin_); });
}

inline void FakeHost::settle(uint64_t token, Outcome outcome) {
  if (openDeliveries_.erase(token) == 0)
    return violations_.push_back("a delivery was answered twice, or its token is unknown");
  outcomes_[token] = std::move(outcome);
}

inline void FakeHost::commit(size_t publication) {
  auto p = [&] {
    const std::scoped_lock lock(mutex_);
    return publications_[publication];
  }();
  p.status = copy(failCommits_);
  if (p.status >= 0) p.firstSequence = store_->commit(p.instance, p.drafts, p.operations, nowUs());
  p.answered = true;
  {
    const std::scoped_lock lock(mutex_);
    publications_[publication] = p;
  }
  extension<colibri_plugin_connector>(COLIBRI_EXT_CONNECTOR)
      ->published(plugin_, p.userToken, p.status, p.firstSequence);
}

inline void FakeHost::kvDone(uint64_t token, colibri_status status,
                             const std::optional<std::string>& result) {
  const auto buffer = result && status >= 0 ? makeBuffer(*result) : nullptr;
  extension<colibri_plugin_kv_store>(COLIBRI_EXT_KV_STORE)->kv_done(plugin_, token, status, buffer.get());
}

// --- records ---

inline std::optional<std::string> FakeHost::filter(uint64_t subscription, uint64_t instance) const {
  const std::scoped_lock lock(mutex_);
  const auto it = filters_.find({subscription, instance});
  return it == filters_.end() ? std::nullopt : std::optional(it->second);
}

inline std::vector<HttpCall> FakeHost::unansweredHttp() const {
  auto calls = httpCalls();
  std::erase_if(calls, [](const HttpCall& call_) { return call_.answered; });
  return calls;
}

}  // namespace colibri::testing
