#include "net/test_names.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <set>

namespace {

struct Script {
  std::mutex mutex;  // guards the rest
  std::condition_variable changed;
  std::map<std::string, std::vector<std::vector<std::string>>> answers;
  std::set<std::string> hanging;
  std::size_t waiting = 0;
};

Script& script() {
  static auto* const kScript = new Script;  // outlives every resolver thread
  return *kScript;
}

/// One block per entry, as the C library's freeaddrinfo() expects.
addrinfo* entry(const std::string& address, int port, const addrinfo* hints) {
  struct Block {
    addrinfo info{};
    sockaddr_storage address{};
  };
  void* const memory = std::malloc(sizeof(Block));
  if (memory == nullptr) return nullptr;
  auto* block = new (memory) Block;
  const bool v6 = address.find(':') != std::string::npos;
  if (v6) {
    auto* in = reinterpret_cast<sockaddr_in6*>(&block->address);
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET6, address.c_str(), &in->sin6_addr);
  } else {
    auto* in = reinterpret_cast<sockaddr_in*>(&block->address);
    in->sin_family = AF_INET;
    in->sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, address.c_str(), &in->sin_addr);
  }
  block->info.ai_family = v6 ? AF_INET6 : AF_INET;
  block->info.ai_socktype = hints != nullptr ? hints->ai_socktype : SOCK_STREAM;
  block->info.ai_protocol = hints != nullptr ? hints->ai_protocol : 0;
  block->info.ai_addrlen = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  block->info.ai_addr = reinterpret_cast<sockaddr*>(&block->address);
  return &block->info;
}

int lookUp(const std::string& name, const char* service, const addrinfo* hints, addrinfo** out) {
  auto& names = script();
  std::unique_lock lock(names.mutex);
  if (names.hanging.contains(name)) {
    ++names.waiting;
    names.changed.notify_all();
    names.changed.wait(lock, [&] { return !names.hanging.contains(name); });
    --names.waiting;
    return EAI_AGAIN;
  }
  const auto found = names.answers.find(name);
  if (found == names.answers.end()) return EAI_NONAME;
  auto& lookups = found->second;
  const auto addresses = lookups.front();
  if (lookups.size() > 1) lookups.erase(lookups.begin());
  addrinfo** tail = out;
  *out = nullptr;
  for (const auto& address : addresses) {
    *tail = entry(address, service != nullptr ? std::atoi(service) : 0, hints);
    tail = &(*tail)->ai_next;
  }
  return *out == nullptr ? EAI_NONAME : 0;
}

}  // namespace

/// Takes the place of the C library's for this program and the libraries it loads.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** out) {
  const std::string name = node != nullptr ? node : "";
  if (name.ends_with(".test")) return lookUp(name, service, hints, out);
  using Real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto kReal = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return kReal(node, service, hints, out);
}

namespace colibri::net::test {

Names::~Names() {
  auto& names = script();
  const std::scoped_lock lock(names.mutex);
  names.answers.clear();
  names.hanging.clear();
  names.changed.notify_all();
}

void Names::answer(const std::string& name, std::vector<std::vector<std::string>> lookups) {
  const std::scoped_lock lock(script().mutex);
  script().answers[name] = std::move(lookups);
}

void Names::hang(const std::string& name) {
  const std::scoped_lock lock(script().mutex);
  script().hanging.insert(name);
}

bool Names::waitForHanging(std::size_t count) {
  std::unique_lock lock(script().mutex);
  return script().changed.wait_for(lock, std::chrono::seconds(20),
                                   [&] { return script().waiting >= count; });
}

}  // namespace colibri::net::test
