#include "app/users.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace colibri::app {
namespace {

constexpr char kUsualUser[] = "colibri", kUsualBridgeUser[] = "colibri-bridge", kRoot[] = "root";
constexpr std::size_t kRecordBytes = 16 * 1024;

std::optional<User> find(const std::string& name) {
  passwd record{}, *found = nullptr;
  std::string texts(kRecordBytes, '\0');
  if (::getpwnam_r(name.c_str(), &record, texts.data(), texts.size(), &found) != 0 || !found)
    return std::nullopt;
  return User{name, record.pw_uid, record.pw_gid};
}

/// `given`, or else `usual` if there is such a user; nobody for root.
Result<std::optional<User>> choose(const char* key, const std::string& given, const char* usual) {
  if (given == kRoot) return std::optional<User>();
  auto user = find(given.empty() ? usual : given);
  if (!user && !given.empty()) {
    return Error{Errc::invalidArgument, std::string(key) + ": there is no user " + given +
                                            ", allowed: root, or a user of this machine: useradd "
                                            "--system " +
                                            given};
  }
  if (user && user->uid == 0) user.reset();
  return user;
}

/// Of the rights of root the calling thread keeps the one to open low ports.
bool keepLowPorts() {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> rights{};
  rights[0].permitted = rights[0].effective = 1u << CAP_NET_BIND_SERVICE;
  return ::syscall(SYS_capset, &head, rights.data()) == 0;
}

}  // namespace

Result<Users> usersOf(const config::Settings::Process& process, bool isRoot) {
  Users users;
  if (!isRoot) {
    if (!process.user.empty() || !process.bridgeUser.empty()) {
      users.notes.emplace_back(
          "process.user and process.bridge_user have no effect: only a gateway that is started as "
          "root can change its user");
    }
    return users;
  }
  auto gateway = choose("process.user", process.user, kUsualUser);
  if (!gateway) return gateway.error();
  auto bridges = choose("process.bridge_user", process.bridgeUser, kUsualBridgeUser);
  if (!bridges) return bridges.error();
  users.gateway = std::move(*gateway);
  users.bridges = std::move(*bridges);
  if (users.gateway && users.bridges && users.gateway->uid == users.bridges->uid) {
    return Error{Errc::invalidArgument,
                 "process.bridge_user: must be another user than process.user, which is " +
                     users.gateway->name};
  }
  if (!users.gateway && process.user != kRoot) {
    users.notes.emplace_back(
        "the gateway runs as root: create the system user colibri, or name one in process.user");
  }
  if (!users.bridges && process.bridgeUser != kRoot) {
    users.notes.emplace_back(
        "bridges run as the gateway's user: create the system user colibri-bridge, or name one in "
        "process.bridge_user");
  }
  return users;
}

Result<void> become(const User& user, bool keepsLowPorts) {
  const bool done = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                    ::prctl(PR_SET_KEEPCAPS, keepsLowPorts ? 1 : 0) == 0 &&
                    ::initgroups(user.name.c_str(), user.gid) == 0 &&
                    ::setresgid(user.gid, user.gid, user.gid) == 0 &&
                    ::setresuid(user.uid, user.uid, user.uid) == 0 &&
                    (!keepsLowPorts || keepLowPorts());
  if (!done) {
    return Error{Errc::unavailable, "the gateway cannot become the user " + user.name + ": " +
                                        std::generic_category().message(errno)};
  }
  if (::setresuid(0, 0, 0) == 0)
    return Error{Errc::unavailable,
                 "the gateway became the user " + user.name + ", but can go back"};
  return {};
}

}  // namespace colibri::app
