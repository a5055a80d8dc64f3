#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "http/handler.hpp"
#include "http/server.hpp"

namespace colibri::http::testing {

inline constexpr std::chrono::seconds kBound{20};

/// A handler whose first path segment says what it does with the request.
class ScriptedHandler final : public Handler {
 public:
  ~ScriptedHandler() override {
    for (auto& thread : threads_) thread.join();
  }

  /// The header `Tenant` says who pays for the body: a number, `owner`, or nobody; `Refuse`, what
  /// is answered to the head.
  Admission admit(const Head& head) override {
    Admission admission;
    if (head.headers.has("refuse")) {
      admission.answer =
          textResponse(std::stoi(std::string(head.headers.get("refuse"))), "refused");
      return admission;
    }
    if (!head.path.empty() && head.path.front() == "upload") admission.bodyLimit = 3 * 1024 * 1024;
    const auto tenant = head.headers.get("tenant");
    if (tenant == "owner") {
      admission.payer.kind = Payer::Kind::owner;
    } else if (!tenant.empty()) {
      admission.payer.kind = Payer::Kind::tenant;
      admission.payer.tenant = std::strtoull(std::string(tenant).c_str(), nullptr, 10);
    }
    admission.serve = [this](Request request, Responder responder) {
      handle(std::move(request), std::move(responder));
    };
    return admission;
  }

  void handle(Request request, Responder responder) {
    const std::string what = request.path.empty() ? "" : request.path.front();
    if (what == "park") return park(std::move(responder));
    if (what == "thread") return answerFromThread(std::move(request), std::move(responder));
    if (what == "drop") return;
    if (what == "throw") throw std::runtime_error("as asked");
    responder.send(answerTo(what, request));
  }

  /// The `index`th parked request's responder, once it is there.
  Responder parked(std::size_t index = 0) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kBound, [&] { return parked_.size() > index; });
    return index < parked_.size() ? std::move(parked_[index]) : Responder();
  }
  bool awaitGone(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kBound, [&] { return gone_ >= count; });
  }

 private:
  static Response answerTo(const std::string& what, const Request& request) {
    if (what == "path") {
      std::string joined;
      for (const auto& segment : request.path) joined += segment + "|";
      return textResponse(200, joined);
    }
    if (what == "big") return textResponse(200, std::string(8 * 1024 * 1024, 'b'));
    if (what == "size" || what == "upload") {
      return textResponse(200, std::to_string(request.body.size()));
    }
    if (what == "empty") return {204, "", "", {}, false};
    if (what == "split") {
      auto response = textResponse(200, "ok");
      response.headers.emplace_back("X-Name", "a\r\nX-Injected: yes");
      return response;
    }
    return textResponse(200, request.body.empty() ? request.target : request.body);
  }

  void park(Responder responder) {
    responder.onGone([this] {
      const std::lock_guard lock(mutex_);
      ++gone_;
      changed_.notify_all();
    });
    const std::lock_guard lock(mutex_);
    parked_.push_back(std::move(responder));
    changed_.notify_all();
  }

  void answerFromThread(Request request, Responder responder) {
    const std::lock_guard lock(mutex_);
    threads_.emplace_back([target = request.target, r = std::move(responder)]() mutable {
      r.send(textResponse(200, target));
    });
  }

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<Responder> parked_;
  int gone_ = 0;
  std::vector<std::thread> threads_;
};

/// A server with short patience, on a free port of the loopback address.
class Running {
 public:
  explicit Running(Options options = {}) : server(std::move(options), handler) {
    started = server.start().has_value();
  }
  std::uint16_t port() const { return server.port(); }

  ScriptedHandler handler;
  Server server;
  bool started = false;
};

}  // namespace colibri::http::testing
