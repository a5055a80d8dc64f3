// colibri/sdk/commands.hpp -- capability: ask for an operation of the API, by name. Rules:
// abi/ext/commands.h.
#pragma once

#include <colibri/abi/ext/commands.h>
#include <colibri/sdk/plugin.hpp>

namespace colibri::sdk {

struct Order {
  uint64_t instance = 0;
  std::string_view name;         ///< "message.sendText"
  std::string_view body;         ///< JSON, as the operation's route takes it
  std::string_view key = {};     ///< same key = one effect, also after a crash; empty = none
  std::string_view origin = {};  ///< what of the plugin it is, for colibri_event.origin
};

/// What the host says; borrowed for the callback.
struct OrderAnswer {
  colibri_status status = COLIBRI_OK;
  std::string_view messageId = {}, resultJson = {};
  std::string_view detail = {};  ///< why not, a sentence per line
};

/// submitCommand is [any]. `done` runs once: on the instance's lane, or here and now if the host refuses,
/// which is also returned.
class Commands {
 public:
  static constexpr const char* kId = COLIBRI_EXT_COMMANDS;
  static constexpr bool kNeedsHost = true;
  using Done = Callback<const OrderAnswer&>;

  void bind(const Host& host) {
    host_ = &host;
    commands_ = &host.require<colibri_host_commands>(kId);
  }
  void unbind() noexcept { pending_.clear(); }
  template <class P>
  static const void* table() noexcept {
    static constexpr colibri_plugin_commands kTable{
        sizeof kTable, 0, [](colibri_plugin* p, uint64_t token, const colibri_order_answer* a) noexcept {
          Commands& self = detail::plugin<P>(p);
          detail::guardVoid(*self.host_, [&] {
            self.pending_.finish(token,
                                 {a->status, view(a->message_id), view(a->result_json), view(a->detail)});
          });
        }};
    return &kTable;
  }

 protected:
  colibri_status submitCommand(const Order& order, Done done) {
    auto err = sized<colibri_error>();
    auto o = sized<colibri_order>();
    o.instance_key = order.instance;
    o.name = str(order.name);
    o.body_json = str(order.body);
    o.idempotency_key = str(order.key);
    o.origin = str(order.origin);
    return pending_.run(
        std::move(done),
        [&](uint64_t token) {
          o.user_token = token;
          return commands_->submit(host_->raw(), &o, &err);
        },
        [&](Done& refused, colibri_status status) { refused({.status = status, .detail = err.message}); });
  }

 private:
  const Host* host_ = nullptr;
  const colibri_host_commands* commands_ = nullptr;
  detail::Pending<const OrderAnswer&> pending_;
};

}  // namespace colibri::sdk
