#pragma once

#include <colibri/abi/ext/connector.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "instances/connector.hpp"
#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/host_api/call_order.hpp"
#include "plugin/instance_directory.hpp"
#include "plugin/misbehaviour.hpp"
#include "plugin/open_tokens.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.connector/1" of one plugin object, both ways: the host's Connector over the plugin's
/// table, and what the plugin reports, publishes and completes.
///
/// [Threading] any thread.
class ConnectorApi final : public CapabilityOf<colibri_plugin_connector>,
                           public instances::Connector {
 public:
  explicit ConnectorApi(const Surroundings& s);

  // From the host's logic.
  const std::vector<std::string>& integrations() const override { return integrations_; }
  const std::vector<std::string>& commands() const override { return commands_; }
  bool hasNetworkIds() const override { return networkIds_; }
  const std::string& alias() const override { return callee_.alias(); }
  void open(instances::OpenSpec spec, Refused refused) override;
  void close(InstanceKey instance, std::chrono::milliseconds deadline, Refused refused) override;
  void logout(InstanceKey instance, std::chrono::milliseconds deadline, Refused refused) override;
  void forget(InstanceKey instance, std::function<void()> done) override;
  void submit(instances::Command command, Refused refused) override;
  void cancel(std::uint64_t token) override;

  // From the plugin host.
  /// The event log has room again after it was busy.
  void onRoom();
  /// Commands that the plugin still holds are answered.
  void ended() override;

  // From the plugin.
  void reportState(const colibri_instance_event* event);
  colibri_status publish(const colibri_event_draft* drafts, std::size_t count,
                         const colibri_kv_op* ops, std::size_t opCount, std::uint64_t userToken,
                         colibri_error* err);
  void complete(std::uint64_t token, colibri_status status, colibri_str resultJson,
                colibri_str detail);

  static const colibri_host_connector kTable;
  static const Capability kCapability;

 private:
  /// [Errors] rejected: its lists have no end.
  Result<void> attached(const Introduction& of) override;
  struct Publication;
  using Step = decltype(colibri_plugin_connector::instance_close);
  void step(Entry entry, Step call, InstanceKey instance, std::chrono::milliseconds deadline,
            const Refused& refused);
  CallOrder::Started append(const std::shared_ptr<Publication>& publication);
  void published(const Publication& publication, Result<events::EventLog::Appended> outcome);
  void wantRoom(std::uint64_t roomsSeen);

  Callee& callee_;
  const Ports& ports_;
  InstanceDirectory& instances_;
  CallOrder& order_;
  Misbehaviour& misbehaviour_;
  std::vector<std::string> integrations_, commands_;
  bool networkIds_ = false;
  struct Held {};
  OpenTokens<Held> open_;                // commands that the plugin holds
  std::atomic<std::uint64_t> rooms_{0};  // times that onRoom() came
  std::atomic<bool> wantsRoom_{false};
};

}  // namespace colibri::plugin
