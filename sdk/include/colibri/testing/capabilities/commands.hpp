// colibri/testing/capabilities/commands.hpp -- FakeHost's commands/1: what the plugin asks for, answered by
// the test. An instance must have settings in force (settings()). Lines of chats are the real host's to keep.
#pragma once

#include <colibri/abi/ext/commands.h>
#include <colibri/testing/capabilities/instance_observer.hpp>

namespace colibri::testing {

/// One submit() that was taken.
struct Ordered {
  uint64_t userToken = 0, instance = 0;
  std::string name = {}, body = {}, key = {};
  std::string origin = {};  ///< whole, as events will have it
  bool answered = false;
};

struct OrderReply {
  colibri_status status = COLIBRI_OK;
  std::string messageId = {}, resultJson = "{}", detail = {};
};

class FakeCommands : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_COMMANDS;

  std::vector<Ordered> orders() const { return copy(orders_); }
  /// Answers one. False if it is unknown or answered.
  bool answerOrder(size_t index, const OrderReply& reply = {}) {
    uint64_t token = 0;
    {
      const std::scoped_lock lock(mutex_);
      if (index >= orders_.size() || std::exchange(orders_[index].answered, true)) return false;
      token = orders_[index].userToken;
    }
    auto a = sdk::sized<colibri_order_answer>();
    a.status = reply.status;
    a.message_id = sdk::str(reply.messageId);
    if (reply.status >= 0)
      a.result_json = sdk::str(reply.resultJson);
    else
      a.detail = sdk::str(reply.detail);
    extension<colibri_plugin_commands>(kId)->command_done(plugin_, token, &a);
    return true;
  }
  void refuseOrders(colibri_status status) { set(refuseOrders_, status); }  ///< submit(); OK = takes them

 private:
  static bool isOrigin(std::string_view s) noexcept {
    return s.size() <= 64 && std::all_of(s.begin(), s.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                    c == '_' || c == '.';
           });
  }
  static colibri_status hostSubmit(const colibri_host* h, const colibri_order* o,
                                   colibri_error* err) noexcept {
    auto& host = of<FakeCommands>(h);
    return host.called("submit", [&] {
      if (host.refuseOrders_ < 0) return refuse(err, host.refuseOrders_, "refused as the test asked");
      if (!host.part<FakeInstanceObserver>().hasSettings(o->instance_key))
        return refuse(err, COLIBRI_E_FORBIDDEN, "the instance has no settings of the plugin");
      if (o->name.size == 0 || o->name.size > 128 || o->idempotency_key.size > 200 ||
          !isOrigin(sdk::view(o->origin)))
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no name, or a text over its limit");
      auto origin = text(host.descriptor_->alias);
      if (o->origin.size != 0) origin += '/' + text(o->origin);
      host.orders_.push_back({o->user_token, o->instance_key, text(o->name), text(o->body_json),
                              text(o->idempotency_key), origin});
      return colibri_status{COLIBRI_PENDING};
    });
  }

  colibri_status refuseOrders_ = COLIBRI_OK;
  std::vector<Ordered> orders_;

 public:
  static constexpr colibri_host_commands kTable{sizeof(colibri_host_commands), 0, &hostSubmit};
};

}  // namespace colibri::testing
