#include <boost/json.hpp>

#include "instances/lifecycle_impl.hpp"
#include "log/log.hpp"
#include "shared/json.hpp"

namespace colibri::instances {
namespace {

/// Absent members stay as they were.
void takeInfo(store::InstanceRow& row, const std::string& infoJson) {
  if (infoJson.empty()) return;
  const auto parsed = shared::parseJson(infoJson);
  const auto* object = parsed.value.if_object();
  if (object == nullptr) return;
  const auto take = [&](const char* member, std::string& into) {
    const auto* value = object->if_contains(member);
    if (value == nullptr) return;
    into = value->is_string() ? std::string(value->as_string()) : std::string();
  };
  take("ownerJid", row.ownerJid);
  take("profileName", row.profileName);
  take("profilePictureUrl", row.profilePictureUrl);
}

bool wasWaitingForScan(State state) {
  return state == State::qr || state == State::pairingCode;
}

bool isFinalCode(int code) {
  return code == 401 || code == 402 || code == 403 || code == 406;
}

}  // namespace

void Lifecycle::Impl::applyNow(const std::string& alias, StateReport report) {
  const InstanceKey key = report.instance;
  const auto before = services.registry.get(key);
  if (!before || !before->ready) return;
  const auto* connector = connectorOf(*before);
  if (connector == nullptr || connector->alias() != alias ||
      !mayFollow(before->state, report.state) || report.state == State::created ||
      report.state == State::deleted) {
    ++illegal;
    log::write(log::Level::error, "instances",
               "plugin misbehaving: a state that cannot follow is refused",
               {{"plugin", alias},
                {"instance", before->row.name},
                {"from", name(before->state)},
                {"to", name(report.state)}});
    return;
  }
  auto& w = work(key);
  // A link that broke meanwhile is no answer to close(): the connector means to try again by
  // itself.
  const bool closes = report.retryIn.count() == 0 &&
                      (report.state == State::closed || report.state == State::error);
  const bool reopening = w.restart != 0 && (closes || report.state == State::loggedOut);
  if (reopening && closes) report.retryIn = std::chrono::milliseconds(1);

  const auto nowUs = services.clock.nowUs();
  const auto now = services.registry.update(key, [&](Instance& i) {
    const bool keepCodes = wasWaitingForScan(report.state);  // another attempt has others
    if (keepCodes && report.qr.empty()) {
      report.qr = i.last.qr;
      report.qrExpiresAtUs = i.last.qrExpiresAtUs;
    } else if (!report.qr.empty()) {
      if (report.qr != i.last.qr) ++i.qrCount;
      // The wall may jump while it is shown.
      i.qrUntil = services.clock.steady() + std::chrono::microseconds(report.qrExpiresAtUs - nowUs);
    }
    if (keepCodes && report.pairingCode.empty()) {
      report.pairingCode = i.last.pairingCode;
      report.pairingCodeExpiresAtUs = i.last.pairingCodeExpiresAtUs;
    } else if (!report.pairingCode.empty()) {
      i.codeUntil = services.clock.steady() +
                    std::chrono::microseconds(report.pairingCodeExpiresAtUs - nowUs);
    }
    if (report.state == State::connecting && !wasWaitingForScan(i.state)) i.qrCount = 0;
    takeInfo(i.row, report.infoJson);
    i.state = report.state;
    i.api = apiState(report.state, report.retryIn);
    ++i.stateSequence;
    if (report.state == State::open) i.row.linked = true;
    if (report.state == State::loggedOut) {
      i.row.linked = false;
      i.row.ownerJid.clear();
      if (report.networkCode == 0) report.networkCode = 401;
    }
    if (before->api == ApiState::open && i.api != ApiState::open) i.row.disconnectedAtUs = nowUs;
    if (i.api == ApiState::close) i.row.disconnectionCode = report.networkCode;
    i.row.updatedAtUs = nowUs;
    i.last = report;
  });
  if (!now) return;
  log::write(log::Level::info, "instances", "state",
             {{"instance", now->row.name},
              {"from", name(before->state)},
              {"to", name(now->state)},
              {"code", now->last.networkCode},
              {"detail", now->last.detail}});
  tell(transitionOf(*now, before->state, false));
  if (now->deleting) {
    if (now->state == State::loggedOut) forgetNow(key);
    return;
  }
  announceNow(*before, *now);
  wakeNow(*now);
  if (now->state == State::loggedOut) {
    for (auto& done : std::exchange(w.logouts, {})) done(now);
  }
  if (now->state != State::connecting) openNextLinked(key);
  if (reopening) reopenNow(key);
}

QrCode Lifecycle::Impl::drawNow(const Instance& instance) {
  const auto& last = instance.last;
  QrCode qr;
  qr.code = last.qr;
  qr.count = instance.qrCount;
  qr.expiresAtUs = last.qrExpiresAtUs;
  if (instance.isCodeGood(services.clock.steady())) {
    qr.pairingCode = last.pairingCode;
    qr.pairingCodeExpiresAtUs = last.pairingCodeExpiresAtUs;
  }
  auto drawn = services.drawQr(qr.code);
  if (drawn) {
    qr.base64 = std::move(*drawn);
  } else {
    log::write(log::Level::error, "instances", "a QR code cannot be drawn",
               {{"instance", instance.row.name}, {"why", drawn.error().message}});
  }
  return qr;
}

/// The events of a transition, and the row, in one commit.
void Lifecycle::Impl::announceNow(const Instance& before, const Instance& now) {
  std::vector<events::Draft> drafts;
  const bool newCode =
      now.last.qr != before.last.qr || now.last.pairingCode != before.last.pairingCode;
  if (wasWaitingForScan(now.state) && newCode && !now.last.qr.empty()) {
    if (const auto qr = drawNow(now); !qr.base64.empty()) {
      drafts.push_back(qrUpdated(now, qr, now.last.qrExpiresAtUs));
    }
  }
  const bool closed = now.api == ApiState::close;
  const bool nobodyScanned =
      closed && wasWaitingForScan(before.state) && now.state != State::loggedOut;
  if (nobodyScanned) {
    drafts.push_back(qrLimitReached());
    drafts.push_back(connectionUpdated(now, "refused"));
  } else if (now.api != before.api) {
    drafts.push_back(connectionUpdated(now, name(now.api)));
  }
  if (closed && before.api != ApiState::close && isFinalCode(now.last.networkCode)) {
    drafts.push_back(statusInstance(now, now.row.updatedAtUs));
  }
  if (now.state == State::loggedOut && before.state != State::loggedOut)
    drafts.push_back(logoutInstance());

  const InstanceKey key = now.row.key;
  const bool rowChanged = before.row.ownerJid != now.row.ownerJid ||
                          before.row.profileName != now.row.profileName ||
                          before.row.profilePictureUrl != now.row.profilePictureUrl ||
                          before.row.linked != now.row.linked;
  // The row goes the way of the events even without one: behind the older row that may wait there.
  if (!drafts.empty() || rowChanged) {
    services.events.publish(key, std::move(drafts), {store::PutInstance{now.row}});
  }
}

void Lifecycle::Impl::tell(const Transition& transition) {
  for (auto* observer : observers) observer->onTransition(transition);
}

Transition Lifecycle::Impl::transitionOf(const Instance& now, State previous, bool snapshot) const {
  Transition t;
  t.state = now.state;
  t.previous = previous;
  t.snapshot = snapshot;
  t.instance = now.row.key;
  t.stateSequence = now.stateSequence;
  t.atUs = services.clock.nowUs();
  t.report = now.last;
  t.instanceId = now.row.id;
  t.instanceName = now.row.name;
  t.ownerJid = now.row.ownerJid;
  return t;
}

}  // namespace colibri::instances
