#include "plugin/host_api/base_host.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "base/ascii.hpp"
#include "log/log.hpp"
#include "plugin/abi.hpp"
#include "plugin/capability.hpp"
#include "plugin/plugin_object.hpp"

namespace colibri::plugin {
namespace {

constexpr std::size_t kMaxFields = 32, kMaxMessageBytes = 2048, kMaxValueBytes = 1024;

log::Level levelOf(colibri_log_level level) noexcept {
  if (level <= COLIBRI_LOG_TRACE) return log::Level::trace;
  if (level >= COLIBRI_LOG_ERROR) return log::Level::error;
  return static_cast<log::Level>(level);
}

void write(const PluginObject& object, colibri_log_level level, colibri_str message,
           std::span<const colibri_field> fields) {
  if (!log::enabled(levelOf(level))) return;
  std::vector<log::Field> safe;
  safe.emplace_back("plugin", object.id());
  for (const auto& field : fields.first(std::min(fields.size(), kMaxFields))) {
    const auto name = abi::view(field.key).substr(0, 64);
    safe.emplace_back(name, isSecretName(name) ? std::string_view("***")
                                               : abi::view(field.value).substr(0, kMaxValueBytes));
  }
  log::writeFields(levelOf(level), "plugin/" + object.alias(),
                   abi::view(message).substr(0, kMaxMessageBytes), safe);
}

}  // namespace

bool isSecretName(std::string_view name) noexcept {
  static constexpr std::string_view kWords[] = {
      "secret", "password", "passwd",     "token",   "apikey", "api_key", "authorization",
      "cookie", "private",  "credential", "pairing", "qr",     "body",    "text"};
  const auto lower = lowerCase(name.substr(0, 64));
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

const void* hostExtension(std::string_view id) noexcept {
  const auto* capability = findCapability(id);
  return capability == nullptr ? nullptr : capability->hostTable;
}

void fillBaseHost(colibri_host& host) noexcept {
  host.get_extension = [](const colibri_host*, const char* id) noexcept {
    return id == nullptr ? nullptr : hostExtension(id);
  };
  host.log_enabled = [](const colibri_host*, colibri_log_level level) noexcept {
    return static_cast<std::int32_t>(log::enabled(levelOf(level)));
  };
  host.log = [](const colibri_host* h, colibri_log_level level, colibri_str message,
                const colibri_field* fields, size_t count) noexcept {
    PluginObject::guard(h, nullptr, [&](PluginObject& o) {
      write(o, level, message, {fields, fields == nullptr ? 0 : count});
      return colibri_status{COLIBRI_OK};
    });
  };
  host.now_us = [](const colibri_host* h) noexcept -> std::int64_t {
    std::int64_t now = 0;
    PluginObject::guard(h, nullptr, [&](PluginObject& o) {
      now = o.ports().clock.nowUs();
      return colibri_status{COLIBRI_OK};
    });
    return now;
  };
  host.request_restart = [](const colibri_host* h, colibri_str reason) noexcept {
    PluginObject::guard(h, nullptr, [&](PluginObject& o) {
      o.restartRequested(std::string(abi::view(reason).substr(0, kMaxValueBytes)));
      return colibri_status{COLIBRI_OK};
    });
  };
}

}  // namespace colibri::plugin
