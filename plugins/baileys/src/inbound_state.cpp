#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <limits>

#include "fields.hpp"
#include "inbound.hpp"
#include "scrub.hpp"

namespace colibri::baileys {
namespace json = boost::json;
namespace {

constexpr std::size_t kMaxName = 64, kMaxQr = 4096, kMaxCode = 64, kMaxDetail = 1024;
constexpr std::size_t kMaxInfo = 2048;
constexpr std::int64_t kMaxAsk = 1LL << 53;  // what a number of JavaScript's can be

colibri_instance_state stateNamed(std::string_view name) {
  if (name == "connecting") return COLIBRI_INSTANCE_CONNECTING;
  if (name == "qr") return COLIBRI_INSTANCE_QR;
  if (name == "pairingCode") return COLIBRI_INSTANCE_PAIRING_CODE;
  if (name == "passkey") return COLIBRI_INSTANCE_PASSKEY;
  if (name == "open") return COLIBRI_INSTANCE_OPEN;
  if (name == "closed") return COLIBRI_INSTANCE_CLOSED;
  if (name == "error") return COLIBRI_INSTANCE_ERROR;
  if (name == "loggedOut") return COLIBRI_INSTANCE_LOGGED_OUT;
  throw ProtocolError("field 'state' names no state");
}

std::string infoOf(const json::object& given) {
  const Fields fields(given);
  json::object info;
  for (const std::string_view name : {"ownerJid", "profileName", "profilePictureUrl"}) {
    if (const auto text = fields.optionalText(name, kMaxInfo)) {
      info[json::string_view(name.data(), name.size())] =
          json::string_view(text->data(), text->size());
    }
  }
  return info.empty() ? std::string() : json::serialize(info);
}

}  // namespace

Hello readHello(const Frame& frame) {
  const Fields fields(frame.header);
  if (fields.number("version", 0, 1'000'000) != 1) {
    throw ProtocolError("field 'version' is not 1: bridge and plugin are not of one release");
  }
  fields.number("pid", 0, std::numeric_limits<std::int32_t>::max());
  return {scrub(fields.text("node", kMaxName), kMaxName),
          scrub(fields.text("baileys", kMaxName), kMaxName)};
}

StateReport readState(const Frame& frame) {
  const Fields fields(frame.header);
  StateReport report;
  report.key = fields.id("k");
  report.ask = fields.numberOr("ask", 0, 0, kMaxAsk);
  report.state = stateNamed(fields.text("state", kMaxName));
  report.qr = fields.optionalText("qr", kMaxQr).value_or("");
  report.pairingCode = fields.optionalText("pairingCode", kMaxCode).value_or("");
  report.qrExpiresAtUs = fields.numberOr("qrExpiresAtUs", 0, 0, kMaxTime);
  report.pairingCodeExpiresAtUs = fields.numberOr("pairingCodeExpiresAtUs", 0, 0, kMaxTime);
  report.networkCode =
      static_cast<std::int32_t>(fields.numberOr("networkCode", 0, -99'999, 99'999));
  report.retryInMs = static_cast<std::uint32_t>(fields.numberOr("retryInMs", 0, 0, 86'400'000));
  if (const auto* info = fields.optionalObject("info")) report.infoJson = infoOf(*info);
  report.detail = scrub(fields.optionalText("detail", kMaxDetail).value_or(""), kMaxDetail);
  return report;
}

}  // namespace colibri::baileys
