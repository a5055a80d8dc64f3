#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "instances/connector.hpp"

namespace colibri::link_page {

/// The secrets in the addresses of link pages, each good for linking one instance and nothing else.
/// An instance has one at a time. It ends with its time, with the next one that is asked for, with
/// a logout and with the instance; once the instance is linked it is `done`: good for saying so,
/// for a minute. Only hashes are kept, and only in memory: a restart ends them all.
///
/// [Threading] any thread; locked, for a look-up.
class LinkTokens final : public instances::Observer {
 public:
  /// How long a page may go on to ask whether it is done.
  static constexpr std::chrono::seconds kSaidFor{60};
  struct Options {
    std::chrono::seconds life{15 * 60};
    std::size_t most = 10'000;  ///< instances that have one
  };
  struct Issued {
    std::string token;  ///< 43 characters of base64url: 32 random bytes
    std::int64_t expiresAtUs = 0;
  };
  struct Link {
    InstanceKey instance = 0;
    bool done = false;
    std::int64_t expiresAtUs = 0;
  };

  explicit LinkTokens(const Clock& clock) : LinkTokens(clock, Options()) {}
  LinkTokens(const Clock& clock, Options options) : clock_(clock), options_(options) {}

  /// The one that the instance had is good no longer. [Errors] overLimit.
  Result<Issued> issue(InstanceKey instance);
  /// Nothing: there is no such token, or no longer.
  std::optional<Link> find(std::string_view token);
  /// The instance is linked.
  void finish(InstanceKey instance);
  std::size_t size() const;

  void onTransition(const instances::Transition& transition) override;
  void onSettings(InstanceKey, const std::string&, const instances::KeptSettings&) override {}

 private:
  struct Entry {
    std::string hash;
    SteadyTime until{};
    bool done = false;
    std::int64_t expiresAtUs = 0;
  };
  void drop(InstanceKey instance);
  void dropExpired();

  const Clock& clock_;
  const Options options_;
  mutable std::mutex mutex_;  // guards the rest
  std::unordered_map<InstanceKey, Entry> entries_;
  std::unordered_map<std::string, InstanceKey> byHash_;
};

}  // namespace colibri::link_page
