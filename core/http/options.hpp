#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "http/request.hpp"

namespace colibri::http {

/// Limits of the public listener. Every one of them bounds what a stranger can make us hold.
struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one, see Server::port()
  unsigned loops = 0;      ///< event loop threads; 0: min(2, cores)

  std::size_t headBytes = 16 * 1024;               ///< request line and headers; more: 431
  std::size_t bodyBytes = 1024 * 1024;             ///< unless the handler's policy says; more: 413
  std::size_t totalBodyBytes = 256 * 1024 * 1024;  ///< of all bodies, see BodyBudget; 429 and 503
  std::size_t maxConnections = 20'000;             ///< more: 503 and closed
  std::size_t maxPerHost = 2'000;  ///< connections of one host; more: 429 and closed
  /// Whose a connection is, by hostKey(). 0: no one's. Empty: connections are not counted by host.
  std::function<std::uint64_t(const PeerAddress&)> hostOf = {};
  std::size_t outputBytes = 256 * 1024;  ///< unsent answers; beyond, requests wait

  std::chrono::milliseconds headTimeout{10'000};   ///< from a request's first byte to its head: 408
  std::chrono::milliseconds bodyTimeout{30'000};   ///< window in which `progressBytes` must come
  std::chrono::milliseconds writeTimeout{30'000};  ///< in which `progressBytes` must be taken
  std::chrono::milliseconds idleTimeout{75'000};   ///< between requests: closed
  std::chrono::milliseconds lingerTimeout{2'000};  ///< so that a refused client can read why
  std::size_t progressBytes = 4096;
};

}  // namespace colibri::http
