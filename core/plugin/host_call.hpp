#pragma once

#include <colibri/abi/plugin.h>

#include <string>
#include <type_traits>

#include "plugin/abi.hpp"
#include "plugin/plugin_object.hpp"

/// Members of capabilities as functions of the ABI: `hostCall<&SettingsApi::put>` is what stands in
/// the host's table. It finds the plugin object behind the C pointer and lets no exception back
/// over the border; a capability that the plugin does not provide is none of its to call.
///
/// [Threading] as the member's.
namespace colibri::plugin {
namespace detail {

inline colibri_error* errorAmong() noexcept {
  return nullptr;
}
template <class First, class... Rest>
colibri_error* errorAmong(First first, Rest... rest) noexcept {
  if constexpr (std::is_same_v<First, colibri_error*>)
    return first;
  else
    return errorAmong(rest...);
}

template <class Api, class R, class... Args, class Member>
R runHostCall(Member member, const colibri_host* host, Args... args) noexcept {
  auto* err = errorAmong(args...);
  const auto inside = [&](auto run) {
    return PluginObject::guard(host, err, [&](PluginObject& object) {
      auto& api = object.template api<Api>();
      if (api.usable()) return run(api);
      return object.wrongCall(err, Api::kCapability.id);
    });
  };
  if constexpr (std::is_same_v<R, colibri_status>) {
    return inside([&](Api& api) { return (api.*member)(args...); });
  } else if constexpr (std::is_void_v<R>) {
    inside([&](Api& api) {
      (api.*member)(args...);
      return colibri_status{COLIBRI_OK};
    });
  } else {
    R value{};
    inside([&](Api& api) {
      value = (api.*member)(args...);
      return colibri_status{COLIBRI_OK};
    });
    return value;
  }
}

template <auto Member>
struct HostCall;
template <class Api, class R, class... Args, R (Api::*Member)(Args...)>
struct HostCall<Member> {
  static R call(const colibri_host* host, Args... args) noexcept {
    return runHostCall<Api, R>(Member, host, args...);
  }
};
template <class Api, class R, class... Args, R (Api::*Member)(Args...) const>
struct HostCall<Member> {
  static R call(const colibri_host* host, Args... args) noexcept {
    return runHostCall<Api, R>(Member, host, args...);
  }
};

}  // namespace detail

template <auto Member>
constexpr auto hostCall = &detail::HostCall<Member>::call;

}  // namespace colibri::plugin
