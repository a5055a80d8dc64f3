#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <poll.h>

#include <cstdio>
#include <utility>

#include "code_panel.hpp"
#include "instances.hpp"
#include "json.hpp"
#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

using Poco::JSON::Object;

constexpr std::chrono::milliseconds kAskEvery{1000};
constexpr int kLookAtWindowMs = 100;
constexpr std::string_view kNoScan = "408";  // the reason when the last code was not scanned

qr::Ink inkOf(const Words& words) {
  if (words.has("invert")) return qr::Ink::inverted;
  return words.has("ascii") || !Screen::hasColours() ? qr::Ink::ascii : qr::Ink::blocks;
}

/// One attempt to link an instance: its codes on the screen until a phone has scanned one.
class Linking {
 public:
  Linking(Gateway& gateway, const Words& words)
      : gateway_(gateway),
        name_(words.arguments.front()),
        number_(words.value("number")),
        json_(words.has("json")),
        panel_(inkOf(words)) {}

  Result<int> run() {
    if (auto there = makeSureItIsThere(); !there) return there.error();
    for (;;) {
      const auto state = stateNow();
      if (!state) return ended(state.error());
      if (*state == "open") return connected();
      if (*state == "close" && asked_) return over();
      auto code = codeNow();
      if (!code && isOnlyNowLoggedOut(code.error())) continue;
      if (!code) return ended(code.error());
      if (*code) show(**code);
      waitForTheNext();
    }
  }

 private:
  Result<void> makeSureItIsThere() {
    const auto state = stateNow();
    if (state) return {};
    if (state.error().code != Errc::notFound) return state.error();
    const auto created = create(gateway_, name_, {});
    if (!created && created.error().code != Errc::conflict) return created.error();
    if (!json_ && created) std::printf("the instance %s is new\n", safe(name_).c_str());
    std::fflush(stdout);
    return {};
  }

  Result<std::string> stateNow() {
    const auto answer = gateway_.get(pathOf(name_, "instance/connectionState"));
    if (!answer) return answer.error();
    return stringAt(*objectOf(*answer), "state");
  }

  /// The code that is current; nothing: it is open by now.
  Result<std::optional<ShownCode>> codeNow() {
    asked_ = true;
    const auto number = number_.empty() ? "" : "?number=" + encoded(number_);
    const auto answer = gateway_.get(pathOf(name_, "instance/connect" + number));
    if (!answer && answer.error().code == Errc::timeout)
      return Error{Errc::timeout, answer.error().message + ". Run this again"};
    if (!answer) return answer.error();
    const auto object = objectOf(*answer);
    const auto code = objectAt(*object, "qrcode");
    if (!code->has("code")) return std::optional<ShownCode>();
    ShownCode shown{stringAt(*code, "code"), safe(stringAt(*code, "pairingCode")), {}};
    shown.until = until(stringAt(*code, number_.empty() ? "expiresAt" : "pairingCodeExpiresAt"));
    return std::optional(shown);
  }

  /// On our steady clock; nothing if the gateway does not say.
  std::optional<std::chrono::steady_clock::time_point> until(const std::string& time) const {
    Poco::DateTime at;
    int zone = 0;
    if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::ISO8601_FRAC_FORMAT, time, at, zone))
      return std::nullopt;
    return std::chrono::steady_clock::now() +
           std::chrono::microseconds(at.timestamp() - gateway_.now());
  }

  /// The phone unlinked it while nobody looked, which this attempt has found out: the next one gets
  /// a code.
  bool isOnlyNowLoggedOut(const Error& error) {
    if (error.code != Errc::timeout || std::exchange(foundOut_, true)) return false;
    const auto state = stateNow();
    asked_ = false;
    return state && *state == "close";
  }

  void show(const ShownCode& code) {
    const bool isNew = code.qr != code_.qr || code.pairingCode != code_.pairingCode;
    code_ = code;
    if (!json_) return panel_.show(code);
    if (!isNew) return;
    Object line(true), qrcode(true);
    qrcode.set("code", code.qr);
    if (!code.pairingCode.empty()) qrcode.set("pairingCode", code.pairingCode);
    line.set("qrcode", qrcode);
    std::printf("%s\n", jsonLine(line).c_str());
    std::fflush(stdout);
  }

  /// Until it is time to ask again: sooner if the code ends sooner.
  void waitForTheNext() {
    const auto now = std::chrono::steady_clock::now();
    auto next = now + kAskEvery;
    if (code_.until && *code_.until > now && *code_.until < next) next = *code_.until;
    do {
      ::poll(nullptr, 0, kLookAtWindowMs);
      if (!json_) panel_.refresh();
    } while (std::chrono::steady_clock::now() < next);
  }

  Error ended(const Error& error) {
    panel_.clear();
    return error;
  }

  Result<int> connected() {
    const auto row = rowOf(gateway_, name_);
    if (!row) return ended(row.error());
    panel_.clear();
    if (!json_) return std::printf("connected as %s\n", accountOf(**row).c_str()), kDone;
    Object line(true);
    line.set("instance", name_);
    line.set("state", "open");
    line.set("number", numberOf(stringAt(**row, "ownerJid")));
    line.set("profileName", (*row)->get("profileName"));
    return std::printf("%s\n", jsonLine(line).c_str()), kDone;
  }

  /// The attempt has come to an end, and nobody tries any more.
  Result<int> over() {
    const auto row = rowOf(gateway_, name_);
    panel_.clear();
    if (!row) return row.error();
    const auto again = "colibrictl instance connect " + safe(name_);
    const auto reason = shownAt(**row, "disconnectionReasonCode");
    if (reason != kNoScan)
      return Error{Errc::rejected, "the connection ended before it was open (WhatsApp's reason: " +
                                       reason + "): " + again + " tries again"};
    std::fprintf(
        stderr,
        "colibrictl: nobody scanned the code in time, and it is good no more: %s shows a new "
        "one\n",
        again.c_str());
    return kNobodyScanned;
  }

  Gateway& gateway_;
  const std::string name_, number_;
  const bool json_;
  CodePanel panel_;
  ShownCode code_;
  bool asked_ = false;     ///< for a code, in this attempt
  bool foundOut_ = false;  ///< that one attempt brought none
};

}  // namespace

Result<int> connectInstance(const Words& words) {
  auto access = accessOf(words);
  if (!access) return access.error();
  Gateway gateway(std::move(*access));
  return Linking(gateway, words).run();
}

}  // namespace colibri::ctl
