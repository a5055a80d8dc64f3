#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "store/redis/connection.hpp"

namespace colibri::store::testing {

/// For tests: a redis-server of its own, with a port and a folder of its own, ended with the test.
/// It writes every command to its disk before it answers unless told otherwise. It ends with the
/// thread that started it, however that ends.
class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> options = {"--appendonly", "yes", "--appendfsync",
                                                           "always"});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  /// On the same port and folder as before.
  void start();
  void start(std::vector<std::string> options);
  void kill();
  void freeze();  ///< it accepts and takes bytes, but does nothing
  void thaw();

  redis::Endpoint endpoint() const;
  /// Asks it, beside whoever else does. Fails the test if it does not answer.
  redis::Reply ask(const redis::Command& command) const;
  std::vector<std::string> keys(const std::string& pattern = "*") const;

 private:
  bool tryStart();

  std::vector<std::string> options_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace colibri::store::testing
