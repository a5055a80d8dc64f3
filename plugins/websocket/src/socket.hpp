#pragma once

#include <functional>
#include <string>

#include "engine_session.hpp"
#include "feed.hpp"

namespace colibri::websocket {

/// One client in one namespace. [Threading] confined to the server's lock.
class Socket final : public Listener {
 public:
  /// What a client that comes back remembers; empty otherwise.
  struct Past {
    std::string pid, sid;
  };
  using Seated = std::function<void(const Socket&)>;

  Socket(EngineSession& session, Feed& feed, std::uint64_t feedKey, Form form, Past past,
         Seated seated)
      : Listener(std::move(form)),
        session_(session),
        feed_(feed),
        feedKey_(feedKey),
        past_(std::move(past)),
        seated_(std::move(seated)) {}

  Feed& feed() const noexcept { return feed_; }
  std::uint64_t feedKey() const noexcept { return feedKey_; }
  const std::string& nsp() const noexcept { return form().nsp; }
  /// Empty: not connected yet, or a client that keeps no offset.
  const std::string& pid() const noexcept { return pid_; }
  const std::string& sid() const noexcept { return sid_; }
  EngineSession& session() const noexcept { return session_; }

  std::uint64_t connection() const noexcept override { return session_.webSocket(); }
  Sent send(const Bytes& frame) override { return session_.send(frame); }
  /// Connected: with its old ids if it has missed nothing, with new ones and a notice if it has.
  void resumed(const Skipped* skipped) override;

 private:
  EngineSession& session_;
  Feed& feed_;
  std::uint64_t feedKey_;
  Past past_;
  Seated seated_;
  std::string pid_, sid_;
};

}  // namespace colibri::websocket
