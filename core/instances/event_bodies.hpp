#pragma once

#include <string>

#include "events/event_log.hpp"
#include "instances/instance.hpp"

/// The events that the host itself publishes about instances: their bodies are those of
/// contract/events.md. [Threading] pure.
namespace colibri::instances {

/// A QR code as the API shows it.
struct QrCode {
  std::string code, base64, pairingCode;
  std::uint32_t count = 0;  ///< of this attempt, from 1
  std::int64_t expiresAtUs = 0, pairingCodeExpiresAtUs = 0;
};

events::Draft instanceCreated(const Instance& instance);
events::Draft instanceDeleted(const Instance& instance);
events::Draft instanceRemoved();
events::Draft logoutInstance();
events::Draft qrUpdated(const Instance& instance, const QrCode& qr, std::int64_t expiresAtUs);
events::Draft qrLimitReached();
/// `state`: open, close, connecting or refused (nobody scanned in time).
events::Draft connectionUpdated(const Instance& instance, std::string_view state);
/// A final close: logged out, banned or refused by the network.
events::Draft statusInstance(const Instance& instance, std::int64_t atUs);
/// `json`: the message object that the connector made. Without an id it is never a repeat.
events::Draft messageSent(std::string json, std::string chatId, std::string_view messageId);

}  // namespace colibri::instances
