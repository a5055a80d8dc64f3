#pragma once

#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace colibri::store::sqlite {

/// The place a sealed value belongs to, so that it opens nowhere else.
inline std::string kvContext(std::string_view plugin, InstanceKey instance, std::string_view key) {
  std::string context("kv/");
  context.append(plugin).append("/").append(std::to_string(instance)).append("/").append(key);
  return context;
}

}  // namespace colibri::store::sqlite
