#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "exec/timers.hpp"

namespace colibri::plugin {

/// What is open between the host and one plugin, by token: who waits for an answer, and until when.
///
/// Whoever takes a token first owns what is open under it: the answer, the end of its time, or the
/// end of the plugin. Whoever comes later finds nothing, so nothing is answered twice.
///
/// [Threading] any thread; locked by mutex_, over no call out but look() of with() and each().
template <class Open>
class OpenTokens {
 public:
  using Token = std::uint64_t;
  enum class Added : std::uint8_t { yes, full, twice };

  explicit OpenTokens(exec::Timers& timers,
                      std::size_t most = std::numeric_limits<std::size_t>::max())
      : timers_(timers), most_(most) {}
  OpenTokens(const OpenTokens&) = delete;
  OpenTokens& operator=(const OpenTokens&) = delete;

  /// Under a new token, never 0. Nothing, and `what` stays the caller's, if it is full or closed.
  std::optional<Token> open(Open&& what) { return open(what); }
  std::optional<Token> open(Open& what) {
    const std::scoped_lock lock(mutex_);
    if (closed_ || open_.size() >= most_) return std::nullopt;
    open_.emplace(++last_, Entry{std::move(what)});
    return last_;
  }
  /// Under a token that somebody else chose.
  Added add(Token token, Open&& what) {
    const std::scoped_lock lock(mutex_);
    if (closed_ || open_.size() >= most_) return Added::full;
    return open_.try_emplace(token, Entry{std::move(what)}).second ? Added::yes : Added::twice;
  }

  /// `late` runs on the timers' thread after `time`, unless the token was taken before.
  void expireAfter(Token token, std::chrono::milliseconds time, Function<void()> late) {
    const auto timer = timers_.after(time, std::move(late));
    {
      const std::scoped_lock lock(mutex_);
      if (const auto at = open_.find(token); at != open_.end()) {
        at->second.timer = timer;
        return;
      }
    }
    timers_.cancel(timer);
  }
  /// It stays open, however long.
  void keep(Token token) {
    exec::Timers::Id timer = 0;
    {
      const std::scoped_lock lock(mutex_);
      if (const auto at = open_.find(token); at != open_.end())
        timer = std::exchange(at->second.timer, 0);
    }
    if (timer != 0) timers_.cancel(timer);
  }

  std::optional<Open> take(Token token) {
    return takeIf(token, [](const Open&) { return true; });
  }
  template <class Only>
  std::optional<Open> takeIf(Token token, Only only) {
    std::optional<Entry> taken;
    {
      const std::scoped_lock lock(mutex_);
      const auto at = open_.find(token);
      if (at == open_.end() || !only(at->second.what)) return std::nullopt;
      taken.emplace(std::move(at->second));
      open_.erase(at);
    }
    if (taken->timer != 0) timers_.cancel(taken->timer);
    return std::move(taken->what);
  }
  std::vector<std::pair<Token, Open>> takeAll() {
    decltype(open_) taken;
    {
      const std::scoped_lock lock(mutex_);
      taken.swap(open_);
    }
    std::vector<std::pair<Token, Open>> all;
    all.reserve(taken.size());
    for (auto& [token, entry] : taken) {
      if (entry.timer != 0) timers_.cancel(entry.timer);
      all.emplace_back(token, std::move(entry.what));
    }
    return all;
  }

  /// Lets `look` see and change what is open under the token. False if there is nothing.
  template <class Look>
  bool with(Token token, Look look) {
    const std::scoped_lock lock(mutex_);
    const auto at = open_.find(token);
    if (at == open_.end()) return false;
    look(at->second.what);
    return true;
  }
  template <class Look>
  void each(Look look) {
    const std::scoped_lock lock(mutex_);
    for (auto& [token, entry] : open_) look(token, entry.what);
  }

  /// Nothing is opened any more; what is open stays.
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  /// Whether open() gave it out, ever: then it is late at worst, and no invention.
  bool wasGiven(Token token) const {
    const std::scoped_lock lock(mutex_);
    return token != 0 && token <= last_;
  }
  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return open_.size();
  }

 private:
  struct Entry {
    Open what;
    exec::Timers::Id timer = 0;
  };
  exec::Timers& timers_;
  const std::size_t most_;
  mutable std::mutex mutex_;  // guards the rest
  bool closed_ = false;
  Token last_ = 0;
  std::unordered_map<Token, Entry> open_;
};

}  // namespace colibri::plugin
