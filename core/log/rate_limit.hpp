#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "log/log.hpp"

namespace colibri::log {

/// Keeps one message that comes in a flood from drowning the others: of the same (area, message)
/// `kBurst` lines pass in `kWindow`, the rest are counted and reported in one line.
///
/// [Threading] confined: the caller locks.
class RateLimit {
 public:
  static constexpr std::uint64_t kBurst = 20;
  static constexpr std::chrono::seconds kWindow{10};
  static constexpr std::size_t kMaxKeys = 1024;

  struct Dropped {
    std::string area, message;
    Level level = Level::info;
    std::uint64_t count = 0;
  };

  /// Whether this line is to be written.
  bool admit(Level level, std::string_view area, std::string_view message, SteadyTime now);
  /// What was dropped in windows that are over; `all`: in the running ones as well.
  std::vector<Dropped> takeDropped(SteadyTime now, bool all = false);

 private:
  struct Window {
    SteadyTime end;
    Level level;
    std::uint64_t seen = 0;
  };
  struct Key {
    std::string area, message;
  };
  struct KeyView {
    std::string_view area, message;
  };
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      const std::string_view left = a.area, right = b.area;
      return left != right ? left < right : std::string_view(a.message) < b.message;
    }
  };

  std::map<Key, Window, Less> windows_;
  SteadyTime nextEnd_ = SteadyTime::max();
};

}  // namespace colibri::log
