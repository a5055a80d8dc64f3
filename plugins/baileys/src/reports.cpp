#include "reports.hpp"

namespace colibri::baileys {
namespace {

bool ends(colibri_instance_state state) noexcept {
  return state == COLIBRI_INSTANCE_CLOSED || state == COLIBRI_INSTANCE_ERROR ||
         state == COLIBRI_INSTANCE_LOGGED_OUT;
}

/// WhatsApp's numbers are HTTP's, with 4xx of its own.
colibri_status reasonOf(const StateReport& state, bool asked) noexcept {
  if (!ends(state.state) || asked) return COLIBRI_OK;
  switch (state.networkCode) {
    case 401:
      return COLIBRI_E_UNAUTHENTICATED;
    case 402:
    case 403:
    case 406:
      return COLIBRI_E_FORBIDDEN;
    case 408:
      return COLIBRI_E_TIMEOUT;
    case 429:
      return COLIBRI_E_RATE_LIMITED;
    case 440:
      return COLIBRI_E_CONFLICT;
    default:
      return COLIBRI_E_UNAVAILABLE;
  }
}

}  // namespace

bool isFinal(const StateReport& state) noexcept {
  return ends(state.state) && (state.retryInMs == 0 || state.state == COLIBRI_INSTANCE_LOGGED_OUT);
}

void report(HostPort& host, const StateReport& state, bool asked) {
  auto event = sdk::sized<colibri_instance_event>();
  event.state = state.state;
  event.instance_key = state.key;
  event.at_us = host.nowUs();
  event.qr = sdk::str(state.qr);
  event.qr_expires_at_us = state.qrExpiresAtUs;
  event.pairing_code = sdk::str(state.pairingCode);
  event.pairing_code_expires_at_us = state.pairingCodeExpiresAtUs;
  event.reason = reasonOf(state, asked);
  event.network_code = state.networkCode;
  event.retry_in_ms = ends(state.state) ? state.retryInMs : 0;
  event.info_json = sdk::str(state.infoJson);
  event.detail = sdk::str(state.detail);
  host.report(event);
}

void report(HostPort& host, std::uint64_t key, colibri_instance_state state, colibri_status reason,
            std::string_view detail, std::chrono::milliseconds retryIn) {
  auto event = sdk::sized<colibri_instance_event>();
  event.state = state;
  event.instance_key = key;
  event.at_us = host.nowUs();
  event.reason = reason;
  event.retry_in_ms = static_cast<std::uint32_t>(retryIn.count());
  event.detail = sdk::str(detail);
  host.report(event);
}

}  // namespace colibri::baileys
