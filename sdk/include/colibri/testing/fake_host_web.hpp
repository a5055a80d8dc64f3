// colibri/testing/fake_host_web.hpp -- FakeHost's part of websocket-routes: what the plugin may call.
// Included by fake_host_tables.hpp. Threads: any, locked by FakeHost.
#pragma once

#include <colibri/testing/fake_host.hpp>

namespace colibri::testing {

struct FakeHost::WebTables {
  static colibri_status send(const colibri_host* h, uint64_t connection, uint32_t opcode,
                             const colibri_buffer* message) noexcept {
    return of(h).called("send", [&] { return of(h).queue(connection, opcode, text(message)); });
  }
  static void sendMany(const colibri_host* h, const uint64_t* connections, size_t count, uint32_t opcode,
                       const colibri_buffer* message) noexcept {
    of(h).called("send_many", [&] {
      for (size_t i = 0; i < count; ++i) of(h).queue(connections[i], opcode, text(message));
    });
  }
  static void close(const colibri_host* h, uint64_t connection, uint32_t code, colibri_str reason) noexcept {
    of(h).called("close", [&] {
      if (code < 1000 || code > 4999 || reason.size > 123)
        of(h).violations_.push_back(
            "close() with a code that is not 1000 to 4999, or a reason over 123 bytes");
      of(h).closed(connection, code, text(reason));
    });
  }
  static void respond(const colibri_host* h, uint64_t request, uint32_t status, colibri_str contentType,
                      const colibri_buffer* body) noexcept {
    of(h).called("respond", [&] {
      if (status < 200 || status > 599 || contentType.size == 0)
        of(h).violations_.push_back("respond() with no content type, or a status that is not 200 to 599");
      of(h).reply(request, {status, text(contentType), text(body)});
    });
  }
  static colibri_status checkKey(const colibri_host* h, uint64_t token, colibri_str key,
                                 colibri_caller* out) noexcept {
    return of(h).called("check_key", [&] {
      auto& host = of(h);
      if (!host.queues_.contains(token) && !host.openWeb_.contains(token))
        return colibri_status{COLIBRI_E_NOT_FOUND};
      if (host.refuseKeys_ < 0) return host.refuseKeys_;
      const auto known = host.keys_.find(text(key));
      if (known == host.keys_.end()) return colibri_status{COLIBRI_E_UNAUTHENTICATED};
      *out = known->second;
      return colibri_status{COLIBRI_OK};
    });
  }
  static constexpr colibri_host_websocket_routes kTable{
      sizeof(colibri_host_websocket_routes), 0, &send, &sendMany, &close, &respond, &checkKey};
};

}  // namespace colibri::testing
