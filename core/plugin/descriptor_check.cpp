#include "plugin/descriptor_check.hpp"

#include <algorithm>
#include <string>

#include "plugin/abi.hpp"
#include "plugin/capability.hpp"

namespace colibri::plugin {
namespace {

constexpr std::size_t kMaxSchemaBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxTextBytes = 1024;
constexpr std::size_t kMaxIds = 64;

std::string version(unsigned major, unsigned minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

bool isAlias(std::string_view s) {
  const auto ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !s.empty() && s.size() <= 32 && s[0] >= 'a' && s[0] <= 'z' &&
         std::all_of(s.begin(), s.end(), ok);
}

bool isId(std::string_view s) {
  const auto ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return s.size() >= 3 && s.size() <= 128 && s.find('.') != s.npos && s.front() != '.' &&
         s.back() != '.' && std::all_of(s.begin(), s.end(), ok);
}

Error wrong(const colibri_descriptor& d, const std::string& what) {
  return {Errc::rejected, titleOf(d) + " has a wrong descriptor: " + what};
}

/// Visits a NULL-terminated list. False if there is no end within reason.
template <class Visit>
bool forEachId(const char* const* ids, Visit visit) {
  for (std::size_t i = 0; i < kMaxIds; ++i) {
    if (ids[i] == nullptr) return true;
    visit(std::string_view(ids[i]));
  }
  return false;
}

Result<void> checkTexts(const colibri_descriptor& d, std::string_view alias) {
  for (const auto text : {d.name, d.version, d.vendor, d.license, d.url, d.description})
    if (!abi::valid(text) || text.size > kMaxTextBytes)
      return wrong(d, "a text is null or too long");
  for (const auto schema : {d.config_schema_json, d.instance_schema_json})
    if (!abi::valid(schema) || schema.size > kMaxSchemaBytes)
      return wrong(d, "a schema is null or over 1 MB");
  if (!isId(abi::view(d.id))) return wrong(d, "the id is not reverse DNS in lower case");
  if (!isAlias(abi::view(d.alias))) return wrong(d, "the alias is not [a-z][a-z0-9-]*");
  if (abi::view(d.alias) != alias)
    return wrong(d, "the alias \"" + std::string(abi::view(d.alias)) +
                        "\" is not the one it was loaded as, \"" + std::string(alias) + "\"");
  return {};
}

Result<void> checkExtensions(const colibri_descriptor& d, const HasExtension& hostHas) {
  if (d.provides == nullptr || d.requires_ == nullptr)
    return wrong(d, "provides or requires is null");
  if (!forEachId(d.provides, [](std::string_view) {})) return wrong(d, "provides has no end");
  std::string missing;
  const bool ends = forEachId(d.requires_, [&](std::string_view id) {
    if (hostHas(id)) return;
    missing += missing.empty() ? "" : ", ";
    missing += id;
  });
  if (!ends) return wrong(d, "requires has no end");
  if (missing.empty()) return {};
  return Error{Errc::unsupported, titleOf(d) + " needs " + missing +
                                      ", which this host does not have: update the host"};
}

/// True for an extension we do not know: its table is then nobody's business.
bool hasItsFunctions(std::string_view id, const void* table) {
  const auto* capability = findCapability(id);
  return table != nullptr && (capability == nullptr || capability->has(table));
}

}  // namespace

std::string titleOf(const colibri_descriptor& d) {
  std::string title(COLIBRI_KNOWS(&d, id) ? abi::view(d.id) : "");
  if (title.empty()) title = "the plugin";
  if (COLIBRI_KNOWS(&d, version) && d.version.size != 0 && abi::valid(d.version))
    title += " " + std::string(abi::view(d.version).substr(0, 64));
  return title;
}

bool provides(const colibri_descriptor& d, std::string_view id) {
  bool found = false;
  return forEachId(d.provides, [&](std::string_view other) { found |= other == id; }) && found;
}

Result<void> checkDescriptor(const colibri_descriptor& d, std::string_view alias,
                             const HasExtension& hostHas) {
  if (!COLIBRI_KNOWS(&d, abi_minor)) return wrong(d, "it is too small to name its version");
  const bool fits = d.abi_major == COLIBRI_ABI_MAJOR &&
                    (COLIBRI_ABI_MAJOR == 0 ? d.abi_minor == COLIBRI_ABI_MINOR
                                            : d.min_host_minor <= COLIBRI_ABI_MINOR);
  if (!fits)
    return Error{Errc::unsupported,
                 titleOf(d) + " needs ABI " + version(d.abi_major, d.abi_minor) +
                     ", this host has " + version(COLIBRI_ABI_MAJOR, COLIBRI_ABI_MINOR) +
                     ": update the host, or use a build of the plugin for this one"};
  if (!COLIBRI_HAS(&d, create)) return wrong(d, "it is too small, or has no create function");
  if (auto texts = checkTexts(d, alias); !texts) return texts;
  return checkExtensions(d, hostHas);
}

Result<void> checkObject(const colibri_descriptor& d, const colibri_plugin& plugin) {
  if (COLIBRI_HAS(&plugin, init) && COLIBRI_HAS(&plugin, start) && COLIBRI_HAS(&plugin, stop) &&
      COLIBRI_HAS(&plugin, destroy) && COLIBRI_HAS(&plugin, get_extension))
    return {};
  return Error{Errc::rejected,
               titleOf(d) + " made an object that lacks a function of its life cycle"};
}

Result<void> checkProvides(const colibri_descriptor& d, colibri_plugin& plugin) {
  std::string lies;
  forEachId(d.provides, [&](std::string_view id) {
    if (hasItsFunctions(id, plugin.get_extension(&plugin, id.data()))) return;
    lies += lies.empty() ? "" : ", ";
    lies += id;
  });
  if (lies.empty()) return {};
  return Error{Errc::rejected, titleOf(d) + " promises " + lies + " and does not have it"};
}

}  // namespace colibri::plugin
