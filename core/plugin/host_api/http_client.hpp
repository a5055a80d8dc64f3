#pragma once

#include <colibri/abi/ext/http_client.h>

#include "blobs/http_answer.hpp"
#include "net/http_client.hpp"
#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/host_api/http_parts.hpp"
#include "plugin/open_tokens.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.http-client/2" of one plugin object. Answers come on the lane of the request's
/// instance.
///
/// [Threading] any thread.
class HttpClientApi final : public CapabilityOf<colibri_plugin_http_client> {
 public:
  explicit HttpClientApi(const Surroundings& s);

  colibri_status request(const colibri_http_request* wanted, colibri_error* err);
  void cancel(std::uint64_t userToken);
  /// Nobody waits for its exchanges any more: they are cancelled.
  void closing(bool failed) override;

  static const colibri_host_http_client kTable;
  static const Capability kCapability;

 private:
  struct Open {
    net::HttpClient::Id id = 0;  // 0 until the client has named it
    bool cancelled = false;
  };
  using Sink = std::shared_ptr<blobs::HttpAnswerBlob>;
  /// A request on its way, with what becomes of it.
  struct Sending {
    HttpParts parts;
    net::HttpRequest request;
    Sink sink;
    std::uint64_t token = 0;
  };
  colibri_status send(Sending sending, colibri_error* err);
  void openAndSend(Sending sending);
  Result<void> hand(Sending sending);
  void received(InstanceKey lane, std::uint64_t userToken, const Sink& sink,
                net::HttpAnswer answer);
  void named(std::uint64_t userToken, net::HttpClient::Id id);
  void answer(InstanceKey lane, std::uint64_t userToken, net::HttpAnswer answer,
              std::optional<blobs::Info> blob = {});

  Callee& callee_;
  const Ports& ports_;
  const InstanceDirectory& instances_;
  OpenTokens<Open> open_;  // by the plugin's token
};

}  // namespace colibri::plugin
