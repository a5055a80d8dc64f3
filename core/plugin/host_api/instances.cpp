#include "plugin/host_api/instances.hpp"

#include <utility>

#include "plugin/abi.hpp"
#include "plugin/host_api/own_instances.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kInstanceDoneEntry{"instance_done"};

constexpr std::size_t kMaxQuestions = 1024;  // of one plugin

}  // namespace

InstancesApi::InstancesApi(const Surroundings& s)
    : callee_(s.callee),
      ports_(s.ports),
      instances_(s.instances),
      open_(s.callee, s.ports.timers, kMaxQuestions) {}

colibri_status InstancesApi::ask(InstanceKey instance, std::uint32_t what, std::uint64_t userToken,
                                 colibri_error* err) {
  if (what > COLIBRI_ASK_LOGOUT)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no such question");
  if (ports_.instancePort == nullptr)
    return abi::refuse(err, COLIBRI_E_UNSUPPORTED, "this host has no instances for plugins");
  if (auto own = checkOwn(instance, callee_.alias(), ports_, instances_); !own)
    return abi::refuse(err, own.error());
  const auto begun = open_.begin(instance, userToken);
  if (!begun) return abi::refuse(err, begun.error());
  ports_.instancePort->ask(instance, static_cast<InstancePort::Question>(what),
                           [this, self = callee_.shared_from_this(), call = *begun](
                               Result<InstanceView> view) { answer(call, std::move(view)); });
  return COLIBRI_PENDING;
}

void InstancesApi::answer(const OpenCalls::Call& call, Result<InstanceView> view) {
  open_.answer(call, kInstanceDoneEntry,
               [this, token = call.userToken, view = std::move(view)](colibri_plugin* plugin) {
                 if (!view)
                   return table_->instance_done(plugin, token, abi::statusOf(view.error().code),
                                                nullptr, abi::str(view.error().message));
                 auto v = abi::sized<colibri_instance_view>();
                 v.state = static_cast<colibri_instance_state>(view->state);
                 v.instance_id = abi::str(view->id);
                 v.instance_name = abi::str(view->name);
                 v.integration = abi::str(view->integration);
                 v.owner_jid = abi::str(view->ownerJid);
                 table_->instance_done(plugin, token, COLIBRI_OK, &v, {});
               });
}

const colibri_host_instances InstancesApi::kTable{sizeof(colibri_host_instances), 0,
                                                  hostCall<&InstancesApi::ask>};

const Capability InstancesApi::kCapability{
    COLIBRI_EXT_INSTANCES, &kTable,
    [](const void* table) {
      const auto* t = static_cast<const colibri_plugin_instances*>(table);
      return COLIBRI_HAS(t, instance_done);
    },
    Capability::makes<InstancesApi>};

}  // namespace colibri::plugin
