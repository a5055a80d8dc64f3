// colibri/testing/capabilities/instances.hpp -- FakeHost's instances/1: questions, answered by the test.
// An instance must have settings in force (settings()).
#pragma once

#include <colibri/abi/ext/instances.h>
#include <colibri/testing/capabilities/instance_observer.hpp>

namespace colibri::testing {

/// One ask() that was taken.
struct InstanceQuestion {
  uint64_t userToken = 0, instance = 0;
  uint32_t what = COLIBRI_ASK_STATE;
  bool answered = false;
};

/// What becomes of it. `status` < 0: only `detail` counts.
struct InstanceReply {
  colibri_instance_state state = COLIBRI_INSTANCE_OPEN;
  colibri_status status = COLIBRI_OK;
  std::string detail = {};
  std::string id = "0a1b2c3d-0000-4000-8000-000000000001", name = "shop", integration = "WHATSAPP-BAILEYS",
              owner = "5511999990001@s.whatsapp.net";
};

class FakeInstances : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_INSTANCES;

  std::vector<InstanceQuestion> questions() const { return copy(questions_); }
  /// Answers one. False if it is unknown or answered.
  bool answerQuestion(size_t index, const InstanceReply& reply = {}) {
    uint64_t token = 0;
    {
      const std::scoped_lock lock(mutex_);
      if (index >= questions_.size() || std::exchange(questions_[index].answered, true)) return false;
      token = questions_[index].userToken;
    }
    auto v = sdk::sized<colibri_instance_view>();
    v.state = reply.state;
    v.instance_id = sdk::str(reply.id);
    v.instance_name = sdk::str(reply.name);
    v.integration = sdk::str(reply.integration);
    v.owner_jid = sdk::str(reply.owner);
    extension<colibri_plugin_instances>(kId)->instance_done(
        plugin_, token, reply.status, reply.status < 0 ? nullptr : &v, sdk::str(reply.detail));
    return true;
  }

 private:
  static colibri_status hostAsk(const colibri_host* h, uint64_t instance, uint32_t what, uint64_t token,
                                colibri_error* err) noexcept {
    auto& host = of<FakeInstances>(h);
    return host.called("ask", [&] {
      if (what > COLIBRI_ASK_LOGOUT) return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no such question");
      if (!host.part<FakeInstanceObserver>().hasSettings(instance))
        return refuse(err, COLIBRI_E_FORBIDDEN, "the instance has no settings of the plugin");
      host.questions_.push_back({token, instance, what});
      return colibri_status{COLIBRI_PENDING};
    });
  }

  std::vector<InstanceQuestion> questions_;

 public:
  static constexpr colibri_host_instances kTable{sizeof(colibri_host_instances), 0, &hostAsk};
};

}  // namespace colibri::testing
