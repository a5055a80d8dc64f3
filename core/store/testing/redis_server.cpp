#include "store/testing/redis_server.hpp"

#include <Poco/Net/ServerSocket.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/assert.hpp"

namespace colibri::store::testing {
namespace {

constexpr std::chrono::seconds kStartsWithin{20};

std::uint16_t freePort() {
  return Poco::Net::ServerSocket(Poco::Net::SocketAddress("127.0.0.1", 0)).address().port();
}

pid_t spawn(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto pid = ::fork();
  COLIBRI_ASSERT(pid >= 0);
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options)) {
  auto pattern = (std::filesystem::temp_directory_path() / "redis-test-XXXXXX").string();
  COLIBRI_ASSERT(::mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  start();
}

RedisServer::~RedisServer() {
  kill();
  std::filesystem::remove_all(folder_);
}

void RedisServer::start(std::vector<std::string> options) {
  options_ = std::move(options);
  start();
}

void RedisServer::start() {
  const bool fresh = port_ == 0;
  const auto until = std::chrono::steady_clock::now() + kStartsWithin;
  do {
    if (fresh) port_ = freePort();
    if (tryStart()) return;
  } while (std::chrono::steady_clock::now() < until);
  ADD_FAILURE() << "redis-server does not start; is Debian's package redis-server installed?";
}

/// False: it ended, as when somebody else has taken the port.
bool RedisServer::tryStart() {
  std::vector<std::string> command{"redis-server",   "--port",    std::to_string(port_),
                                   "--bind",         "127.0.0.1", "--dir",
                                   folder_.string(), "--save",    ""};
  command.insert(command.end(), options_.begin(), options_.end());
  pid_ = spawn(command, (folder_ / "log").string());
  int status = 0;
  const redis::Command ping{"PING"};
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    const auto connection = redis::Connection::open(endpoint(), std::chrono::seconds(5));
    const auto answer = connection ? (*connection)->exchange({&ping, 1}) : connection.error();
    // It is up when it has read its files.
    if (answer && redis::textIn(answer->front()) == "PONG") return true;
    ::poll(nullptr, 0, 2);
  }
  pid_ = 0;
  return false;
}

void RedisServer::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void RedisServer::freeze() {
  ::kill(pid_, SIGSTOP);
}

void RedisServer::thaw() {
  ::kill(pid_, SIGCONT);
}

redis::Endpoint RedisServer::endpoint() const {
  redis::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = port_;
  const auto password = std::find(options_.begin(), options_.end(), "--requirepass");
  if (password != options_.end()) endpoint.password = *(password + 1);
  return endpoint;
}

redis::Reply RedisServer::ask(const redis::Command& command) const {
  const auto connection = redis::Connection::open(endpoint(), std::chrono::seconds(20));
  if (!connection) {
    ADD_FAILURE() << connection.error().message;
    return {};
  }
  const auto replies = (*connection)->exchange({&command, 1});
  if (!replies) {
    ADD_FAILURE() << replies.error().message;
    return {};
  }
  return replies->front();
}

std::vector<std::string> RedisServer::keys(const std::string& pattern) const {
  std::vector<std::string> keys;
  for (const auto& reply : redis::listIn(ask({"KEYS", pattern})))
    keys.push_back(redis::textIn(reply).value_or(""));
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace colibri::store::testing
