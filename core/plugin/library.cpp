#include "plugin/library.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <boost/dll/library_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <new>
#include <system_error>

namespace colibri::plugin {
namespace {

namespace dll = boost::dll;

/// The symbols say which major the file was built for, before any static initialiser runs.
Result<void> look(const std::string& path) try {
  std::string other;
  for (const auto& symbol : dll::library_info(path).symbols()) {
    if (symbol == COLIBRI_ENTRY_SYMBOL) return {};
    if (symbol.starts_with("colibri_plugin_entry_v")) other = symbol;
  }
  if (other.empty())
    return Error{Errc::unsupported,
                 path + " is no plugin: it does not export " COLIBRI_ENTRY_SYMBOL};
  return Error{Errc::unsupported, path + " exports " + other +
                                      ", this host needs " COLIBRI_ENTRY_SYMBOL
                                      ": use a build of the plugin for this host's ABI"};
} catch (const std::exception& e) {
  return Error{Errc::unsupported, path + " is no shared library: " + e.what()};
}

}  // namespace

Result<const colibri_descriptor*> loadDescriptor(const std::string& path) try {
  if (::access(path.c_str(), F_OK) != 0) return Error{Errc::notFound, "there is no file " + path};
  if (auto looked = look(path); !looked) return looked.error();
  // NOW: a missing symbol fails here and not in the middle of an event. LOCAL: plugins do not see
  // each other's symbols. NODELETE: code that threads and callbacks may still refer to is never
  // unmapped.
  dll::shared_library library;
  library.load(path, static_cast<dll::load_mode::type>(
                         static_cast<unsigned>(dll::load_mode::rtld_now) |
                         static_cast<unsigned>(dll::load_mode::rtld_local) | RTLD_NODELETE));
  const auto* descriptor =
      library.get<const colibri_descriptor*() noexcept>(COLIBRI_ENTRY_SYMBOL)();
  if (descriptor == nullptr)
    return Error{Errc::rejected, path + ": its entry function answers null"};
  return descriptor;
} catch (const std::exception& e) {
  return Error{Errc::unavailable, path + " does not load: " + e.what()};
}

}  // namespace colibri::plugin
