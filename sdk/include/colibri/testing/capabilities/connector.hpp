// colibri/testing/capabilities/connector.hpp -- FakeHost's connector/1: links and commands in, states, events
// and completions out.
#pragma once

#include <colibri/abi/ext/connector.h>
#include <colibri/testing/capabilities/drafts.hpp>
#include <colibri/testing/fake_core.hpp>

#include <set>

namespace colibri::testing {

/// One publish() that was taken.
struct Publication {
  uint64_t userToken = 0, instance = 0;
  std::vector<Draft> drafts = {};
  std::vector<KvOperation> operations = {};
  bool answered = false;
  colibri_status status = COLIBRI_PENDING;
  uint64_t firstSequence = 0;
};

struct Completion {
  colibri_status status = COLIBRI_OK;
  std::string resultJson = {}, detail = {};
};

class FakeConnector : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_CONNECTOR;

  colibri_status open(uint64_t instance, std::string_view optionsJson = {},
                      std::string_view settingsJson = {}, std::string_view name = "shop") {
    const std::string id = InstanceState{}.instanceId;
    auto spec = sdk::sized<colibri_instance_spec>();
    spec.instance_key = instance;
    spec.instance_id = sdk::str(id);
    spec.instance_name = sdk::str(name);
    spec.options_json = sdk::str(optionsJson);
    spec.settings_json = sdk::str(settingsJson);
    return call([&](colibri_error* err) { return connector()->instance_open(plugin_, &spec, err); });
  }
  colibri_status close(uint64_t instance, std::chrono::milliseconds deadline = std::chrono::seconds(5)) {
    return call([&](colibri_error* err) {
      return connector()->instance_close(plugin_, instance, static_cast<uint32_t>(deadline.count()), err);
    });
  }
  colibri_status logout(uint64_t instance, std::chrono::milliseconds deadline = std::chrono::seconds(5)) {
    return call([&](colibri_error* err) {
      return connector()->instance_logout(plugin_, instance, static_cast<uint32_t>(deadline.count()), err);
    });
  }
  colibri_status forget(uint64_t instance) {
    return call([&](colibri_error* err) { return connector()->instance_forget(plugin_, instance, err); });
  }
  struct Submitted {
    uint64_t token;
    colibri_status status;
  };
  Submitted submit(Command command = {});
  void cancel(uint64_t token) {
    if (COLIBRI_HAS(connector(), cancel)) connector()->cancel(plugin_, token);
  }

  void refusePublish(colibri_status status) {  ///< publish(); back to OK after E_BUSY calls resume()
    const std::scoped_lock lock(mutex_);
    const bool room = refusePublish_ == COLIBRI_E_BUSY && status >= 0;
    refusePublish_ = status;
    if (room) owe([this] { connector()->resume(plugin_); });
  }
  /// published() waits until released; the commit waits, too.
  void holdPublished(bool to) { hold(heldPublished_, to); }

  std::vector<Publication> publications() const { return copy(publications_); }
  std::vector<InstanceState> states() const { return copy(states_); }  ///< report_state, in order
  std::optional<Completion> completion(uint64_t token) const { return find(completions_, token); }

 private:
  const colibri_plugin_connector* connector() const { return extension<colibri_plugin_connector>(kId); }
  void commit(size_t publication);

  static void hostReportState(const colibri_host* h, const colibri_instance_event* e) noexcept;
  static colibri_status hostPublish(const colibri_host* h, const colibri_event_draft* drafts, size_t count,
                                    const colibri_kv_op* ops, size_t opCount, uint64_t userToken,
                                    colibri_error* err) noexcept;
  static void hostComplete(const colibri_host* h, uint64_t token, colibri_status status, colibri_str result,
                           colibri_str detail) noexcept;

  Held heldPublished_{*this};
  colibri_status refusePublish_ = COLIBRI_OK;
  std::set<uint64_t> openCommands_;
  std::vector<Publication> publications_;
  std::vector<InstanceState> states_;
  std::map<uint64_t, Completion> completions_;

 public:
  static constexpr colibri_host_connector kTable{sizeof(colibri_host_connector), 0, &hostReportState,
                                                 &hostPublish, &hostComplete};
};

inline FakeConnector::Submitted FakeConnector::submit(Command command) {
  {
    const std::scoped_lock lock(mutex_);
    if (command.token == 0) command.token = newToken();
    openCommands_.insert(command.token);
  }
  if ((connector()->flags & COLIBRI_CONNECTOR_F_NETWORK_IDS) != 0) command.messageId.clear();
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
  const auto status = call([&](colibri_error* err) { return connector()->submit(plugin_, &c, err); });
  if (status < 0) {
    const std::scoped_lock lock(mutex_);
    if (openCommands_.erase(command.token) == 0) violated("submit() refused a command that it has completed");
  }
  return {command.token, status};
}

inline void FakeConnector::commit(size_t publication) {
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
  connector()->published(plugin_, p.userToken, p.status, p.firstSequence);
}

inline void FakeConnector::hostReportState(const colibri_host* h, const colibri_instance_event* e) noexcept {
  auto& host = of<FakeConnector>(h);
  host.called("report_state", [&] {
    host.states_.push_back(InstanceState{.state = e->state,
                                         .instance = e->instance_key,
                                         .atUs = host.nowUs_,
                                         .qrExpiresAtUs = e->qr_expires_at_us,
                                         .pairingCodeExpiresAtUs = e->pairing_code_expires_at_us,
                                         .reason = e->reason,
                                         .networkCode = e->network_code,
                                         .retryInMs = e->retry_in_ms,

                                         .qr = text(e->qr),
                                         .pairingCode = text(e->pairing_code),
                                         .infoJson = text(e->info_json),
                                         .detail = text(e->detail)});
  });
}

inline colibri_status FakeConnector::hostPublish(const colibri_host* h, const colibri_event_draft* drafts,
                                                 size_t count, const colibri_kv_op* ops, size_t opCount,
                                                 uint64_t userToken, colibri_error* err) noexcept {
  auto& host = of<FakeConnector>(h);
  return host.called("publish", [&] {
    if (host.refusePublish_ < 0) return refuse(err, host.refusePublish_, "refused as the test asked");
    Publication p{.userToken = userToken};
    if (const auto* wrong = copyDrafts(drafts, count, p.drafts))
      return refuse(err, COLIBRI_E_INVALID_ARGUMENT, wrong);
    p.instance = p.drafts.front().instance;
    p.operations = copyOperations(ops, opCount);
    host.publications_.push_back(std::move(p));
    host.owe(host.heldPublished_, [&host, index = host.publications_.size() - 1] { host.commit(index); });
    return colibri_status{COLIBRI_PENDING};
  });
}

inline void FakeConnector::hostComplete(const colibri_host* h, uint64_t token, colibri_status status,
                                        colibri_str result, colibri_str detail) noexcept {
  auto& host = of<FakeConnector>(h);
  host.called("complete", [&] {
    if (host.openCommands_.erase(token) == 0)
      return host.violated("complete() of an unknown or answered token");
    host.completions_[token] = {status, text(result), text(detail)};
  });
}

}  // namespace colibri::testing
