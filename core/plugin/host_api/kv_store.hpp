#pragma once

#include <colibri/abi/ext/kv_store.h>

#include <optional>
#include <string>

#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/host_api/call_order.hpp"
#include "plugin/instance_directory.hpp"
#include "plugin/open_calls.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.kv-store/1" of one plugin object. Its namespace is the descriptor's id, so the data
/// stays with the plugin whatever it is called in the configuration.
///
/// Reads block, so they run on a reader strand and never on a lane; CallOrder keeps the effects of
/// one instance's calls, publish() included, in call order.
///
/// [Threading] any thread.
class KvStoreApi final : public CapabilityOf<colibri_plugin_kv_store> {
 public:
  explicit KvStoreApi(const Surroundings& s);

  colibri_status getMany(InstanceKey instance, const colibri_str* keys, std::size_t count,
                         std::uint64_t token, colibri_error* err);
  colibri_status write(InstanceKey instance, const colibri_kv_op* ops, std::size_t count,
                       std::uint64_t token, colibri_error* err);
  colibri_status scan(InstanceKey instance, colibri_str prefix, colibri_str after,
                      std::uint32_t limit, std::uint64_t token, colibri_error* err);

  static const colibri_host_kv_store kTable;
  static const Capability kCapability;

 private:
  using Entries = Result<std::vector<store::KvEntry>>;
  Result<OpenCalls::Call> begin(InstanceKey instance, std::uint64_t token);
  colibri_status read(InstanceKey instance, std::uint64_t token, Function<Entries()> look,
                      colibri_error* err);
  Entries look(InstanceKey instance, const std::vector<std::string>& keys);
  Entries walk(InstanceKey instance, const std::string& prefix, std::string after,
               std::uint32_t limit);
  /// Nothing inside = the outcome of a write.
  void answer(const OpenCalls::Call& call, Result<std::optional<std::string>> records);

  Callee& callee_;
  const Ports& ports_;
  const InstanceDirectory& instances_;
  CallOrder& order_;
  OpenCalls open_;
};

}  // namespace colibri::plugin
