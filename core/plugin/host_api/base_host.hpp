#pragma once

#include <colibri/abi/plugin.h>

#include <string_view>

namespace colibri::plugin {

/// Fills the functions of one plugin object's host table; ctx and the texts are the object's
/// affair. [Threading] the functions: any thread.
void fillBaseHost(colibri_host& host) noexcept;

/// Null if this host does not have it.
const void* hostExtension(std::string_view id) noexcept;

/// A field that must not be logged by value, judged by its name. [Threading] pure.
bool isSecretName(std::string_view name) noexcept;

}  // namespace colibri::plugin
