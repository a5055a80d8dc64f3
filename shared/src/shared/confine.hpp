#pragma once

namespace colibri::shared {

/// Takes rights from the calling thread and all that it starts, for good: files are not changed any
/// more, other processes neither looked into nor signalled. So is one bridge kept from the next
/// and, where they have the same user, from the daemon.
///
/// A kernel without Landlock, or without a part of it, leaves it (or that part) out. A thread that
/// is not root's needs PR_SET_NO_NEW_PRIVS first. [Threading] between fork and exec, too:
/// async-signal-safe calls only. [Errors] none, see above.
void confine() noexcept;

}  // namespace colibri::shared
