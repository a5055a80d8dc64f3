#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "global_feed.hpp"
#include "instance_feed.hpp"

namespace colibri::websocket {

inline constexpr std::string_view kTooManyClients =
    "too many clients listen here (websocket.clients_per_instance), come back later";

/// Every feed there is: one for each instance, and that of all in global mode.
///
/// [Threading] confined to the server's lock.
class Feeds {
 public:
  explicit Feeds(std::unique_ptr<GlobalFeed> global) : global_(std::move(global)) {}

  GlobalFeed* global() const noexcept { return global_.get(); }  ///< null: the mode is off
  InstanceFeed* find(std::uint64_t instanceKey) const;
  /// By the name as it stands in a namespace: itself, or percent-encoded. Null: no such instance.
  InstanceFeed* findByName(std::string_view name) const;
  void add(std::uint64_t instanceKey, std::unique_ptr<InstanceFeed> feed);
  std::unique_ptr<InstanceFeed> remove(std::uint64_t instanceKey);
  void tick(Clock::time_point now);

 private:
  std::unique_ptr<GlobalFeed> global_;
  std::unordered_map<std::uint64_t, std::unique_ptr<InstanceFeed>> feeds_;
  std::unordered_map<std::string, std::uint64_t> names_;
};

}  // namespace colibri::websocket
