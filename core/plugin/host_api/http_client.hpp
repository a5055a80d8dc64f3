#pragma once

#include <colibri/abi/ext/http_client.h>

#include "net/http_client.hpp"
#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/open_tokens.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.http-client/1" of one plugin object. Answers come on the lane of the request's
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
  void named(std::uint64_t userToken, net::HttpClient::Id id);
  void answer(InstanceKey lane, std::uint64_t userToken, net::HttpAnswer answer);

  Callee& callee_;
  const Ports& ports_;
  OpenTokens<Open> open_;  // by the plugin's token
};

}  // namespace colibri::plugin
