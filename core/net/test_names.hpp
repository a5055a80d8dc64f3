#pragma once

#include <string>
#include <vector>

namespace colibri::net::test {

/// Scripts this program's getaddrinfo() for names under ".test"; others go to the system.
///
/// [Threading] locked; lookups come from libcurl's resolver threads.
class Names {
 public:
  Names() = default;
  ~Names();  ///< forgets everything and lets hanging lookups fail
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  /// Each lookup takes the next set of addresses; the last one stays.
  void answer(const std::string& name, std::vector<std::vector<std::string>> lookups);
  void hang(const std::string& name);
  bool waitForHanging(std::size_t count);
};

}  // namespace colibri::net::test
