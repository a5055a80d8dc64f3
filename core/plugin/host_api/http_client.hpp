#pragma once

#include <colibri/abi/ext/http_client.h>

#include "net/http_client.hpp"
#include "plugin/callee.hpp"
#include "plugin/open_tokens.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.http-client/1" of one plugin object. Answers come on the lane of the request's
/// instance.
///
/// [Threading] any thread.
class HttpClientApi {
 public:
  HttpClientApi(Callee& callee, const Ports& ports);
  void attach(const colibri_plugin_http_client* table) noexcept { table_ = table; }

  colibri_status request(const colibri_http_request* wanted, colibri_error* err);
  void cancel(std::uint64_t userToken);
  /// The plugin stops: nobody waits for these any more.
  void cancelAll();

  static const colibri_host_http_client kTable;

 private:
  struct Open {
    net::HttpClient::Id id = 0;  // 0 until the client has named it
    bool cancelled = false;
  };
  void named(std::uint64_t userToken, net::HttpClient::Id id);
  void answer(InstanceKey lane, std::uint64_t userToken, net::HttpAnswer answer);

  Callee& callee_;
  const Ports& ports_;
  const colibri_plugin_http_client* table_ = nullptr;
  OpenTokens<Open> open_;  // by the plugin's token
};

}  // namespace colibri::plugin
