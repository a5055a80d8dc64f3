#include "plugin/host_api/child_processes.hpp"

#include <limits>

#include "plugin/abi.hpp"
#include "plugin/plugin_object.hpp"

namespace colibri::plugin {
namespace {

std::vector<std::string> texts(const char* const* list) {
  std::vector<std::string> all;
  for (; list != nullptr && *list != nullptr; ++list) all.emplace_back(*list);
  return all;
}

colibri_status startChild(const Ports& ports, const colibri_child_spec* spec, std::int64_t* pid,
                          colibri_error* err) {
  if (spec == nullptr || pid == nullptr || !COLIBRI_KNOWS(spec, environment) ||
      spec->arguments == nullptr || spec->arguments[0] == nullptr)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "there is nothing to run");
  if (ports.children == nullptr)
    return abi::refuse(err, COLIBRI_E_UNSUPPORTED, "the host has no other user for children");
  const auto started = ports.children->start(
      {texts(spec->arguments), texts(spec->environment), spec->socket, spec->out, spec->err});
  if (!started) return abi::refuse(err, started.error());
  *pid = *started;
  return COLIBRI_OK;
}

colibri_status signalChild(const Ports& ports, std::int64_t pid, std::int32_t number,
                           colibri_error* err) {
  if (ports.children == nullptr || pid <= 0 || pid > std::numeric_limits<pid_t>::max())
    return abi::refuse(err, COLIBRI_E_NOT_FOUND, "there is no such child");
  const auto sent = ports.children->signal(static_cast<pid_t>(pid), number);
  return sent ? colibri_status{COLIBRI_OK} : abi::refuse(err, sent.error());
}

}  // namespace

const colibri_host_child_processes kChildProcessesTable{
    sizeof(colibri_host_child_processes), 0,
    [](const colibri_host* host, const colibri_child_spec* spec, int64_t* pid,
       colibri_error* err) noexcept {
      return PluginObject::guard(
          host, err, [&](PluginObject& o) { return startChild(o.ports(), spec, pid, err); });
    },
    [](const colibri_host* host, int64_t pid, int32_t number, colibri_error* err) noexcept {
      return PluginObject::guard(
          host, err, [&](PluginObject& o) { return signalChild(o.ports(), pid, number, err); });
    }};

}  // namespace colibri::plugin
