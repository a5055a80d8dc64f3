#include "store/damage.hpp"

#include "log/log.hpp"

namespace colibri::store {
namespace {

// Then repeats are counted as others, rather than remembering them all.
constexpr std::size_t kMostRemembered = 10'000;

}  // namespace

void Damage::note(std::string_view table, const std::string& key) {
  {
    const std::lock_guard lock(mutex_);
    const auto name = std::string(table) + "/" + key;
    if (seen_.contains(name)) return;
    if (seen_.size() < kMostRemembered) seen_.insert(name);
  }
  rows_.fetch_add(1, std::memory_order_relaxed);
  log::write(log::Level::error, "store",
             "a row is damaged: it is kept, and not served; see colibrictl check",
             {{"table", std::string(table)}, {"row", key}});
}

}  // namespace colibri::store
