#include "store/postgres/testing/proxy.hpp"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"

namespace colibri::store::postgres {
namespace {

constexpr int kLookMs = 5;  // at what it is told

UniqueFd newSocket() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  COLIBRI_ASSERT(fd);
  return fd;
}

sockaddr_un addressIn(const std::filesystem::path& folder) {
  const auto path = (folder / ".s.PGSQL.5432").string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  COLIBRI_ASSERT(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

bool readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

}  // namespace

Proxy::Proxy(std::filesystem::path serverFolder) : serverFolder_(std::move(serverFolder)) {
  auto pattern = (std::filesystem::temp_directory_path() / "pg-proxy-XXXXXX").string();
  COLIBRI_ASSERT(::mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  listener_ = newSocket();
  const auto address = addressIn(folder_);
  COLIBRI_ASSERT(::bind(listener_.get(), generic(address), sizeof address) == 0);
  COLIBRI_ASSERT(::listen(listener_.get(), 16) == 0);
  thread_ = std::thread([this] { run(); });
}

Proxy::~Proxy() {
  stop_ = true;
  thread_.join();
  std::filesystem::remove_all(folder_);
}

void Proxy::run() {
  while (!stop_) {
    if (cut_.exchange(false)) {
      loses_ = Loses::nothing;
      pairs_.clear();
    }
    std::vector<pollfd> waits{{listener_.get(), POLLIN, 0}};
    for (const auto& pair : pairs_) {
      waits.push_back({pair.client.get(), POLLIN, 0});
      waits.push_back({pair.server.get(), POLLIN, 0});
    }
    if (::poll(waits.data(), waits.size(), kLookMs) <= 0) continue;
    std::erase_if(pairs_, [this](const Pair& pair) { return !move(pair); });
    if (readable(listener_.get())) accept();
  }
}

void Proxy::accept() {
  Pair pair{UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)), newSocket()};
  const auto address = addressIn(serverFolder_);
  if (pair.client && ::connect(pair.server.get(), generic(address), sizeof address) == 0)
    pairs_.push_back(std::move(pair));
}

bool Proxy::move(const Pair& pair) {
  return forward(pair.client.get(), pair.server.get(), loses_ == Loses::requests, &lostRequests_) &&
         forward(pair.server.get(), pair.client.get(), loses_ == Loses::answers, nullptr);
}

/// False: it has ended.
bool Proxy::forward(int from, int to, bool lost, std::atomic<std::size_t>* counter) {
  if (!readable(from)) return true;
  char buffer[65536];
  const auto n = ::read(from, buffer, sizeof buffer);
  if (n <= 0) return false;
  if (lost) {
    if (counter != nullptr) *counter += static_cast<std::size_t>(n);
    return true;
  }
  for (ssize_t sent = 0; sent < n;) {
    const auto wrote = ::send(to, buffer + sent, static_cast<std::size_t>(n - sent), MSG_NOSIGNAL);
    if (wrote <= 0) return false;
    sent += wrote;
  }
  return true;
}

}  // namespace colibri::store::postgres
