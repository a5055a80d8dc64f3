#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::baileys {

/// What a bridge is told in its `hello`.
struct BridgeOptions {
  struct Test {
    std::string serverUrl, noiseRoot, stopAt;
    bool tlsInsecureMedia = false;
    std::chrono::milliseconds qrLasts{0};  ///< each QR code; 0 = as WhatsApp has it
  };
  std::vector<std::string> browser;
  int qrLimit = 30;
  std::string logLevel = "warn";
  std::string messageBytes = "base64";  ///< or "object": the form of byte arrays in events
  std::optional<Test> test;             ///< set only if a test-only key was given
};

/// How long things may take. Tests shorten them.
struct Timing {
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds pingEvery{10'000};
  int pingsMissed = 3;
  std::chrono::milliseconds backoffFirst{500}, backoffMost{60'000};
  std::chrono::milliseconds steadyAfter{
      60'000};  ///< a bridge up for so long has failed for the first time
  std::chrono::milliseconds linger{60'000};    ///< a bridge with nothing to do is kept for so long
  std::chrono::milliseconds killAfter{2'000};  ///< from SIGTERM to SIGKILL
  std::chrono::milliseconds retryBusy{500};  ///< between attempts at a full host that says nothing
  std::chrono::milliseconds lateAnswer{60'000};  ///< after its deadline a command is answered by us
};

/// The plugin's configuration, read once. [Threading] immutable.
struct Settings {
  std::string bridgeDir, node;
  std::vector<std::string> nodeFlags;  ///< complete, the one for max_semi_space_mb included
  std::size_t instancesPerBridge = 50;
  std::string extraCaCerts;  ///< NODE_EXTRA_CA_CERTS of the bridges; test mode only
  BridgeOptions bridge;
  Timing timing;
};

/// `json` has been validated against config.schema.json by the host; a wrong type still throws
/// std::exception. Paths not given are computed from where this library lies.
Settings readSettings(std::string_view text);

}  // namespace colibri::baileys
