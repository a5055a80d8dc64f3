#pragma once

#include <colibri/abi/plugin.h>

#include <functional>
#include <string_view>

#include "base/result.hpp"

namespace colibri::plugin {

/// Whether the host has an extension of that id.
using HasExtension = std::function<bool(std::string_view id)>;

/// Judges a descriptor before any other code of the plugin runs: version, sizes, names, what it
/// requires. The refusal is a sentence for an administrator that names both sides.
///
/// [Threading] pure. [Errors] unsupported: version or a missing host extension; rejected: the
/// descriptor is wrong.
Result<void> checkDescriptor(const colibri_descriptor& descriptor, std::string_view alias,
                             const HasExtension& hostHas);

/// Whether the object keeps the descriptor's promises: every table of `provides` is there, with the
/// functions that are not optional. `plugin` has been created. [Errors] rejected.
Result<void> checkObject(const colibri_descriptor& descriptor, const colibri_plugin& plugin);
Result<void> checkProvides(const colibri_descriptor& descriptor, colibri_plugin& plugin);

/// "org.example.audit 1.2.0", as far as the descriptor can be read.
std::string titleOf(const colibri_descriptor& descriptor);
bool provides(const colibri_descriptor& descriptor, std::string_view id);

}  // namespace colibri::plugin
