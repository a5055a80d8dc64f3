#include "plugin/host_api/connector.hpp"

#include <utility>

#include "log/log.hpp"
#include "plugin/abi.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kInstanceOpenEntry{"instance_open"}, kInstanceCloseEntry{"instance_close"},
    kInstanceLogoutEntry{"instance_logout"}, kInstanceForgetEntry{"instance_forget"},
    kSubmitEntry{"submit"}, kCancelEntry{"cancel"};

constexpr std::size_t kMaxNames = 256;

Result<std::vector<std::string>> namesOf(const char* const* list, const char* what) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kMaxNames; ++i) {
    if (list[i] == nullptr) return names;
    names.emplace_back(list[i]);
  }
  return Error{Errc::rejected, std::string("the connector's list of ") + what + " has no end"};
}

Error notRunning() {
  return {Errc::unavailable, "the connector's plugin is not running"};
}

std::uint32_t milliseconds(std::chrono::milliseconds time) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.count(), 0, UINT32_MAX));
}

}  // namespace

ConnectorApi::ConnectorApi(const Surroundings& s)
    : callee_(s.callee),
      ports_(s.ports),
      instances_(s.instances),
      order_(s.order),
      misbehaviour_(s.misbehaviour),
      open_(s.ports.timers) {}

Result<void> ConnectorApi::attached(const Introduction&) {
  auto integrations = namesOf(table_->integrations, "integrations");
  if (!integrations) return integrations.error();
  auto commands = namesOf(table_->commands, "commands");
  if (!commands) return commands.error();
  integrations_ = std::move(*integrations);
  commands_ = std::move(*commands);
  networkIds_ = (table_->flags & COLIBRI_CONNECTOR_F_NETWORK_IDS) != 0;
  return {};
}

// --- from the host's logic ---

void ConnectorApi::open(instances::OpenSpec spec, Refused refused) {
  instances_.add(spec.instance);
  const auto key = spec.instance;
  callee_.onLane(
      key, kInstanceOpenEntry, Callee::Kind::work,
      [this, spec = std::move(spec), refused](colibri_plugin* plugin) {
        auto s = abi::sized<colibri_instance_spec>();
        s.instance_key = spec.instance;
        s.instance_id = abi::str(spec.id);
        s.instance_name = abi::str(spec.name);
        s.settings_json = abi::str(spec.settingsJson);
        s.options_json = abi::str(spec.optionsJson);
        auto err = abi::sized<colibri_error>();
        const auto status = table_->instance_open(plugin, &s, &err);
        if (status < 0 && refused) refused(abi::errorOf(status, err));
      },
      [refused] {
        if (refused) refused(notRunning());
      });
}

void ConnectorApi::step(Entry entry, Step call, InstanceKey instance,
                        std::chrono::milliseconds deadline, const Refused& refused) {
  callee_.onLane(
      instance, entry, Callee::Kind::work,
      [call, instance, deadline, refused](colibri_plugin* plugin) {
        auto err = abi::sized<colibri_error>();
        const auto status = call(plugin, instance, milliseconds(deadline), &err);
        if (status < 0 && refused) refused(abi::errorOf(status, err));
      },
      [refused] {
        if (refused) refused(notRunning());
      });
}

void ConnectorApi::close(InstanceKey instance, std::chrono::milliseconds deadline,
                         Refused refused) {
  step(kInstanceCloseEntry, table_->instance_close, instance, deadline, refused);
}

void ConnectorApi::logout(InstanceKey instance, std::chrono::milliseconds deadline,
                          Refused refused) {
  step(kInstanceLogoutEntry, table_->instance_logout, instance, deadline, refused);
}

void ConnectorApi::forget(InstanceKey instance, std::function<void()> done) {
  // From the plugin's return on nobody writes for this instance: the host purges next.
  const auto finish = [this, instance, done = std::move(done)] {
    instances_.remove(instance);
    if (done) done();
  };
  callee_.onLane(
      instance, kInstanceForgetEntry, Callee::Kind::work,
      [this, instance, finish](colibri_plugin* plugin) {
        auto err = abi::sized<colibri_error>();
        const auto status = table_->instance_forget(plugin, instance, &err);
        if (status < 0)
          log::write(log::Level::warn, "plugin",
                     "instance_forget failed; the data goes all the same",
                     {{"plugin", alias()}, {"instance", instance}, {"why", abi::textOf(err)}});
        finish();
      },
      finish);
}

void ConnectorApi::submit(instances::Command command, Refused refused) {
  const auto key = command.instance;
  callee_.onLane(
      key, kSubmitEntry, Callee::Kind::work,
      [this, command = std::move(command), refused](colibri_plugin* plugin) mutable {
        const auto body = abi::SharedBuffer::make(std::move(command.body));
        auto c = abi::sized<colibri_command>();
        c.flags = command.isSafe ? std::uint32_t{COLIBRI_COMMAND_F_SAFE} : 0;
        c.token = command.token;
        c.instance_key = command.instance;
        c.deadline_us = command.deadlineUs;
        c.name = abi::str(command.name);
        c.message_id = abi::str(command.messageId);
        c.idempotency_key = abi::str(command.idempotencyKey);
        c.body = body.get();
        open_.add(command.token, {});
        auto err = abi::sized<colibri_error>();
        const auto status = table_->submit(plugin, &c, &err);
        if (status >= 0) return;  // complete() is due, or has been
        if (!open_.take(command.token))
          return misbehaviour_.note(Misbehaviour::Kind::foreignToken,
                                    "submit() refused a command that it had completed");
        if (refused) refused(abi::errorOf(status, err));
      },
      [refused] {
        if (refused) refused(notRunning());
      });
}

void ConnectorApi::cancel(std::uint64_t token) {
  if (!COLIBRI_HAS(table_, cancel)) return;
  callee_.beside(kCancelEntry,
                 [this, token](colibri_plugin* plugin) { table_->cancel(plugin, token); });
}

void ConnectorApi::ended() {
  for (const auto& [token, held] : open_.takeAll())
    ports_.completions.complete(
        token,
        Error{Errc::shuttingDown, "the gateway stops; whether the network took it is unknown"});
}

// --- from the plugin ---

void ConnectorApi::reportState(const colibri_instance_event* e) {
  if (e == nullptr || !COLIBRI_KNOWS(e, detail))
    return misbehaviour_.note(Misbehaviour::Kind::wrongCall, "report_state() with a wrong struct");
  for (const auto text : {e->qr, e->pairing_code, e->info_json, e->detail})
    if (!abi::valid(text) || text.size > (std::size_t{64} << 10))
      return misbehaviour_.note(Misbehaviour::Kind::wrongCall,
                                "report_state() with a text that is null or over 64 KB");
  // CREATED and DELETED are the host's to say.
  const bool isAConnectors =
      (e->state >= COLIBRI_INSTANCE_CONNECTING && e->state <= COLIBRI_INSTANCE_LOGGED_OUT) ||
      e->state == COLIBRI_INSTANCE_PASSKEY;
  if (!isAConnectors || !instances_.has(e->instance_key))
    return misbehaviour_.note(Misbehaviour::Kind::refusedState,
                              "report_state() of an instance or a state that is not a connector's");
  instances::StateReport report;
  report.state = static_cast<instances::State>(e->state);
  report.instance = e->instance_key;
  report.qrExpiresAtUs = e->qr_expires_at_us;
  report.pairingCodeExpiresAtUs = e->pairing_code_expires_at_us;
  report.reason = e->reason;
  report.networkCode = e->network_code;
  report.retryIn = std::chrono::milliseconds(e->retry_in_ms);
  report.qr = std::string(abi::view(e->qr));
  report.pairingCode = std::string(abi::view(e->pairing_code));
  report.infoJson = std::string(abi::view(e->info_json));
  report.detail = std::string(abi::view(e->detail));
  ports_.reports.report(alias(), std::move(report));
}

void ConnectorApi::complete(std::uint64_t token, colibri_status status, colibri_str resultJson,
                            colibri_str detail) {
  if (!abi::valid(resultJson) || !abi::valid(detail))
    return misbehaviour_.note(Misbehaviour::Kind::wrongCall, "complete() with a null text");
  if (!open_.take(token))
    return misbehaviour_.note(Misbehaviour::Kind::foreignToken,
                              "complete() for a command that is not open");
  if (status == COLIBRI_OK)
    return ports_.completions.complete(token, std::string(abi::view(resultJson)));
  if (status > 0)
    status = COLIBRI_E_INTERNAL;  // complete() is the answer, so it cannot say
                                  // "later"
  auto text = std::string(abi::view(detail));
  if (text.empty()) text = "the connector answered " + abi::nameOf(status);
  ports_.completions.complete(token, Error{abi::errcOf(status), std::move(text)});
}

const colibri_host_connector ConnectorApi::kTable{
    sizeof(colibri_host_connector), 0, hostCall<&ConnectorApi::reportState>,
    hostCall<&ConnectorApi::publish>, hostCall<&ConnectorApi::complete>};

const Capability ConnectorApi::kCapability{
    COLIBRI_EXT_CONNECTOR, &kTable,
    [](const void* table) {
      const auto* t = static_cast<const colibri_plugin_connector*>(table);
      return COLIBRI_HAS(t, integrations) && COLIBRI_HAS(t, commands) &&
             COLIBRI_HAS(t, instance_open) && COLIBRI_HAS(t, instance_close) &&
             COLIBRI_HAS(t, instance_logout) && COLIBRI_HAS(t, instance_forget) &&
             COLIBRI_HAS(t, submit) && COLIBRI_HAS(t, published) && COLIBRI_HAS(t, resume);
    },
    Capability::makes<ConnectorApi>};

}  // namespace colibri::plugin
