#include "plugin/host_api/child_processes.hpp"

#include <limits>

#include "plugin/abi.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

std::vector<std::string> texts(const char* const* list) {
  std::vector<std::string> all;
  for (; list != nullptr && *list != nullptr; ++list) all.emplace_back(*list);
  return all;
}

}  // namespace

colibri_status ChildProcessesApi::start(const colibri_child_spec* spec, std::int64_t* pid,
                                        colibri_error* err) {
  if (spec == nullptr || pid == nullptr || !COLIBRI_KNOWS(spec, environment) ||
      spec->arguments == nullptr || spec->arguments[0] == nullptr)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "there is nothing to run");
  if (children_ == nullptr)
    return abi::refuse(err, COLIBRI_E_UNSUPPORTED, "the host has no other user for children");
  const auto started = children_->start(
      {texts(spec->arguments), texts(spec->environment), spec->socket, spec->out, spec->err});
  if (!started) return abi::refuse(err, started.error());
  *pid = *started;
  return COLIBRI_OK;
}

colibri_status ChildProcessesApi::signal(std::int64_t pid, std::int32_t number,
                                         colibri_error* err) {
  if (children_ == nullptr || pid <= 0 || pid > std::numeric_limits<pid_t>::max())
    return abi::refuse(err, COLIBRI_E_NOT_FOUND, "there is no such child");
  const auto sent = children_->signal(static_cast<pid_t>(pid), number);
  return sent ? colibri_status{COLIBRI_OK} : abi::refuse(err, sent.error());
}

const colibri_host_child_processes ChildProcessesApi::kTable{sizeof(colibri_host_child_processes),
                                                             0, hostCall<&ChildProcessesApi::start>,
                                                             hostCall<&ChildProcessesApi::signal>};

const Capability ChildProcessesApi::kCapability{COLIBRI_EXT_CHILD_PROCESSES, &kTable,
                                                [](const void*) { return true; },
                                                Capability::makes<ChildProcessesApi>};

}  // namespace colibri::plugin
