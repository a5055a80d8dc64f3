#include "shared/confine.hpp"

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace colibri::shared {
namespace {

constexpr std::uint64_t kLandlockScopeSignal = 2;  // newer than Debian's header
constexpr std::uint64_t kChangesOfFiles =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM;

}  // namespace

void confine() noexcept {
  struct {
    std::uint64_t files, network, scoped;
  } const denied{kChangesOfFiles, 0, kLandlockScopeSignal};
  for (const std::size_t known : {sizeof denied, sizeof denied.files}) {
    const auto rules = ::syscall(SYS_landlock_create_ruleset, &denied, known, 0);
    if (rules < 0) continue;
    ::syscall(SYS_landlock_restrict_self, rules, 0);
    return;  // the descriptor goes with the others at exec or before it
  }
}

}  // namespace colibri::shared
