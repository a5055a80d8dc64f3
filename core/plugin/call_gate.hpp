#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace colibri::plugin {

/// Counts the calls inside one plugin object, so that its door can be closed behind the last one.
///
/// [Threading] any thread; locked by mutex_. [Blocking] waitEmpty().
class CallGate {
 public:
  enum class Door : std::uint8_t {
    closed,   ///< nobody may call the plugin
    answers,  ///< only what the host still owes it: stop() is running
    open,
  };
  enum class Kind : std::uint8_t { work, answer };

  /// The right to be inside; false if the door is closed to this kind.
  class Pass {
   public:
    Pass() = default;
    explicit Pass(CallGate* gate) noexcept : gate_(gate) {}
    Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }
    explicit operator bool() const noexcept { return gate_ != nullptr; }

   private:
    CallGate* gate_ = nullptr;
  };

  Pass enter(Kind kind) noexcept {
    const std::scoped_lock lock(mutex_);
    const bool may = door_ == Door::open || (door_ == Door::answers && kind == Kind::answer);
    if (!may) return Pass();
    ++inside_;
    return Pass(this);
  }
  void set(Door door) noexcept {
    const std::scoped_lock lock(mutex_);
    door_ = door;
  }
  Door door() const noexcept {
    const std::scoped_lock lock(mutex_);
    return door_;
  }
  /// True once nobody is inside; false if somebody still is at `until`.
  bool waitEmpty(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    return empty_.wait_until(lock, until, [&] { return inside_ == 0; });
  }

 private:
  void leave() noexcept {
    const std::scoped_lock lock(mutex_);
    if (--inside_ == 0) empty_.notify_all();
  }

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable empty_;
  Door door_ = Door::closed;
  unsigned inside_ = 0;
};

}  // namespace colibri::plugin
