#include <colibri/sdk/connector.hpp>
#include <colibri/sdk/instance_observer.hpp>
#include <colibri/sdk/kv_store.hpp>
#include <colibri/sdk/plugin.hpp>

#include <algorithm>
#include <colibri_schemas.hpp>
#include <optional>
#include <string>
#include <vector>

#include "command_names.hpp"
#include "host_port.hpp"
#include "io_thread.hpp"
#include "outbound.hpp"
#include "settings.hpp"
#include "trusted_files.hpp"

namespace colibri::baileys {
namespace {

/// WhatsApp Web through the library of the same name, in processes of its own.
///
/// [Threading] the ABI's tags; every [lane] call posts to the I/O thread and returns.
class BaileysPlugin final
    : public sdk::PluginWith<sdk::Connector, sdk::KvStore, sdk::InstanceObserver>,
      private HostPort {
 public:
  static constexpr sdk::Info kInfo{
      .id = "org.colibri.baileys",
      .alias = "baileys",
      .name = "WhatsApp Web",
      .version = "0.1.0",
      .vendor = "Colibri",
      .license = "Apache-2.0",
      .description = "WhatsApp Web through the baileys library, in supervised Node.js processes",
      .configSchema = colibri_schemas::kConfig,
      .instanceSchema = colibri_schemas::kInstance};
  static constexpr const char* kIntegrations[] = {"WHATSAPP-BAILEYS", nullptr};
  static constexpr const auto& kCommands = kCommandNames;

  using PluginWith::PluginWith;

  void init(std::string_view configJson) override {
    settings_ = readSettings(configJson);
    checkTrusted(settings_);
  }
  void start() override {
    HostPort& self = *this;
    io_.emplace(settings_, self);
  }
  void stop(std::chrono::milliseconds deadline) override {
    if (io_) io_->stop(deadline);
  }

  void open(const colibri_instance_spec& spec) override {
    io_->post([key = spec.instance_key, id = std::string(sdk::view(spec.instance_id)),
               name = std::string(sdk::view(spec.instance_name)),
               options = std::string(sdk::view(spec.options_json))](Supervisor& s) mutable {
      s.open(key, std::move(id), std::move(name), std::move(options));
    });
  }
  void onSettings(std::uint64_t key, std::string_view settingsJson) override {
    io_->post([key, settings = std::string(settingsJson)](Supervisor& s) mutable {
      s.choose(key, std::move(settings));
    });
  }
  void close(std::uint64_t key, std::chrono::milliseconds deadline) override {
    io_->post([key, deadline](Supervisor& s) { s.close(key, deadline); });
  }
  void logout(std::uint64_t key, std::chrono::milliseconds deadline) override {
    io_->post([key, deadline](Supervisor& s) { s.logout(key, deadline); });
  }
  void forget(std::uint64_t key) override {
    io_->post([key](Supervisor& s) { s.forget(key); });
  }
  void submit(const colibri_command& command) override {
    const auto name = sdk::view(command.name);
    if (std::none_of(std::begin(kCommands), std::end(kCommands) - 1,
                     [&](const char* known) { return name == known; })) {
      throw sdk::Error(COLIBRI_E_UNSUPPORTED, "unknown command");
    }
    const bool whileLinking =
        std::ranges::find(kLinkingCommands, name) != std::end(kLinkingCommands);
    if (!whileLinking && !io_->connected().has(command.instance_key)) {
      throw sdk::Error(COLIBRI_E_UNAVAILABLE, "not connected");
    }
    const bool mayRepeat = !whileLinking && (command.message_id.size != 0 ||
                                             (command.flags & COLIBRI_COMMAND_F_SAFE) != 0);
    io_->post([taken = Commands::Command{command.token, command.instance_key, command.deadline_us,
                                         mayRepeat, whileLinking, outbound::submit(command)}](
                  Supervisor& s) mutable { s.submit(std::move(taken)); });
  }
  void cancel(std::uint64_t token) override {
    io_->post([token](Supervisor& s) { s.cancel(token); });
  }
  void resume() override {
    io_->post([](Supervisor& s) { s.resume(); });
  }

 private:
  std::int64_t nowUs() const noexcept override { return host().nowUs(); }
  void log(colibri_log_level level, std::string_view message,
           std::span<const LogField> fields) noexcept override {
    std::vector<colibri_field> views;
    for (const auto& [name, value] : fields) views.push_back({sdk::str(name), sdk::str(value)});
    host().log(level, message, views);
  }
  void report(const colibri_instance_event& event) noexcept override { reportState(event); }
  void answer(std::uint64_t token, colibri_status status, std::string_view resultJson,
              std::string_view detail) noexcept override {
    complete(token, status, resultJson, detail);
  }
  colibri_status publishEvents(std::span<const colibri_event_draft> drafts,
                               std::span<const colibri_kv_op> ops,
                               HostPort::Published done) override {
    return publish(drafts, ops, std::move(done));
  }
  colibri_status storeGet(std::uint64_t key, std::span<const colibri_str> keys,
                          KvDone done) override {
    return kvGet(key, keys, std::move(done));
  }
  colibri_status storeWrite(std::uint64_t key, std::span<const colibri_kv_op> ops,
                            KvDone done) override {
    return kvWrite(key, ops, std::move(done));
  }
  colibri_status storeScan(std::uint64_t key, std::string_view prefix, std::string_view after,
                           std::uint32_t limit, KvDone done) override {
    return kvScan(key, prefix, after, limit, std::move(done));
  }

  std::optional<pid_t> startChild(const colibri_child_spec& spec) override {
    const auto* processes = childProcesses();
    if (processes == nullptr) return std::nullopt;
    std::int64_t pid = -1;
    auto error = sdk::sized<colibri_error>();
    const auto status = processes->start(host().raw(), &spec, &pid, &error);
    if (status == COLIBRI_E_UNSUPPORTED) return std::nullopt;
    if (status < 0) throw sdk::Error(status, error.message);
    return static_cast<pid_t>(pid);
  }
  bool signalChild(pid_t child, int signal) noexcept override {
    const auto* processes = childProcesses();
    return processes != nullptr &&
           processes->signal(host().raw(), child, signal, nullptr) == COLIBRI_OK;
  }
  const colibri_host_child_processes* childProcesses() const noexcept {
    return host().find<colibri_host_child_processes>(COLIBRI_EXT_CHILD_PROCESSES);
  }

  Settings settings_;
  std::optional<IoThread> io_;
};

}  // namespace
}  // namespace colibri::baileys

COLIBRI_EXPORT_PLUGIN(colibri::baileys::BaileysPlugin)
