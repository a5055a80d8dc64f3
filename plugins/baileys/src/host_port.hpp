#pragma once

#include <colibri/abi/ext/connector.h>
#include <colibri/sdk/kv_store.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "child_host.hpp"

namespace colibri::baileys {

/// What the supervisor needs of the host; the plugin class implements it over the SDK.
///
/// [Threading] any thread. [Blocking] never. `done` of publish and the store runs once, on any
/// thread, or on the caller's stack if the host refuses; a refusal is also returned.
class HostPort : public ChildHost {
 public:
  using Published = sdk::Callback<colibri_status, std::uint64_t>;
  using KvDone = sdk::Callback<colibri_status, sdk::KvRecords>;
  using LogField = std::pair<std::string_view, std::string>;

  virtual std::int64_t nowUs() const noexcept = 0;
  virtual void log(colibri_log_level level, std::string_view message,
                   std::span<const LogField> fields) noexcept = 0;
  virtual void report(const colibri_instance_event& event) noexcept = 0;
  virtual void answer(std::uint64_t token, colibri_status status, std::string_view resultJson,
                      std::string_view detail) noexcept = 0;
  virtual colibri_status publishEvents(std::span<const colibri_event_draft> drafts,
                                       std::span<const colibri_kv_op> ops, Published done) = 0;
  virtual colibri_status storeGet(std::uint64_t key, std::span<const colibri_str> keys,
                                  KvDone done) = 0;
  virtual colibri_status storeWrite(std::uint64_t key, std::span<const colibri_kv_op> ops,
                                    KvDone done) = 0;
  virtual colibri_status storeScan(std::uint64_t key, std::string_view prefix,
                                   std::string_view after, std::uint32_t limit, KvDone done) = 0;

  void log(colibri_log_level level, std::string_view message,
           std::initializer_list<LogField> fields = {}) noexcept {
    log(level, message, std::span(fields.begin(), fields.size()));
  }
};

}  // namespace colibri::baileys
