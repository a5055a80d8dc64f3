#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Object.h>
#include <Poco/Net/WebSocket.h>
#include <Poco/Timestamp.h>

#include <chrono>
#include <memory>
#include <string>

#include "access.hpp"
#include "base/result.hpp"

namespace colibri::ctl {

/// A running gateway, asked over its REST API. [Threading] one thread. [Blocking] every call.
///
/// [Errors] a sentence that says what to do, safe for a terminal. unavailable: nobody answers
/// there; forbidden: the key is not taken; notFound, conflict: as the API says; timeout: the
/// outcome is not known, or no code came; rejected: anything else that the gateway refuses.
class Gateway {
 public:
  explicit Gateway(Access access);

  Result<Poco::Dynamic::Var> get(const std::string& path) { return ask("GET", path, nullptr); }
  Result<Poco::Dynamic::Var> remove(const std::string& path) {
    return ask("DELETE", path, nullptr);
  }
  Result<Poco::Dynamic::Var> post(const std::string& path, const Poco::JSON::Object& body) {
    return ask("POST", path, &body);
  }

  /// A WebSocket; whoever reads it answers pings.
  Result<std::unique_ptr<Poco::Net::WebSocket>> connect(const std::string& path);

  /// The time of the gateway's clock, as its last answer showed it: by that it says until when
  /// something is good.
  Poco::Timestamp now() const { return Poco::Timestamp() + ahead_; }

 private:
  Result<Poco::Dynamic::Var> ask(const std::string& method, const std::string& path,
                                 const Poco::JSON::Object* body);
  Error refusal(int status, const std::string& body) const;

  const Access access_;
  Poco::Timestamp::TimeDiff ahead_ = 0;  ///< of ours
};

/// `text` as a part of a path or query.
std::string encoded(const std::string& text);

/// "/name/rest"
std::string pathOf(const std::string& instance, const std::string& rest);

}  // namespace colibri::ctl
