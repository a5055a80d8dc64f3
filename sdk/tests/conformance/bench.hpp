// What the cases of conformance need of a host, whichever it is: the one of the gateway, with the rest of the
// core faked, or the SDK's FakeHost. Both run the same plugins (plugins/) and the same cases, so that a
// plugin that passes its unit tests meets the same host later.
#pragma once

#include <colibri/abi/ext/connector.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace colibri::conformance {

/// What came of something: a status (or an HTTP status), and what was said with it.
struct Said {
  std::int64_t status = COLIBRI_E_TIMEOUT;
  std::string text = {};
  bool operator==(const Said&) const = default;
};

/// How a delivery ended, as the table of event_sink.h has it.
enum class Ended { delivered, laneFailed, eventFailed, gone, returned };

struct Logged {
  std::string type = {}, chat = {}, body = {};
};

/// A field of a form.
struct Field {
  std::string name = {}, filename = {}, type = {}, content = {};
  bool operator==(const Field&) const = default;
};

struct Exchange {
  std::string method = {}, url = {}, body = {};
  std::vector<Field> form = {};
};

/// A command that the plugin has asked for.
struct Ordered {
  std::string name = {}, body = {}, key = {}, origin = {};
  bool operator==(const Ordered&) const = default;
};

/// A request to a row of the plugin, as it is once it was checked. From 198.51.100.7, under v2.
struct RowRequest {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  std::string row = {};
  std::uint64_t instance = 1;
  std::string body = "{}";
  Fields params = {}, query = {}, headers = {};
};

/// One host with one plugin running. Threads: one drives it.
class Bench {
 public:
  virtual ~Bench() = default;

  /// Until `done()`, at most a generous while. False if it never was.
  virtual bool wait(const std::function<bool()>& done) = 0;
  virtual void stop() = 0;
  /// The rules that the plugin has broken.
  virtual std::size_t violations() = 0;

  // Instances
  virtual void introduce(std::uint64_t instance) = 0;  ///< a state, and no settings
  virtual void settings(std::uint64_t instance, const std::string& json) = 0;

  // Commands and links of a connector
  virtual std::uint64_t begin(const std::string& name, const std::string& body, std::uint64_t instance) = 0;
  virtual std::optional<Said> completion(std::uint64_t token) = 0;
  virtual void cancel(std::uint64_t token) = 0;
  virtual void open(std::uint64_t instance, const std::string& options) = 0;
  virtual std::vector<std::pair<std::uint64_t, std::uint32_t>> reported() = 0;  ///< instance, state

  // Commands that the plugin asks for
  virtual std::vector<Ordered> orders() = 0;
  virtual void answerOrder(std::size_t order, const Said& said, const std::string& messageId) = 0;

  // What it asks of instances: which, and what
  virtual std::vector<std::pair<std::uint64_t, std::uint32_t>> questions() = 0;
  /// `said.text`: the instance's name, or why not.
  virtual void answerQuestion(std::size_t question, const Said& said, std::uint32_t state) = 0;

  // Store and log
  virtual void failStore(bool fails) = 0;
  virtual void fillLog(bool full) = 0;
  virtual std::vector<Logged> logged(std::uint64_t instance) = 0;  ///< what the plugin published
  virtual void keepLog(std::vector<std::pair<std::uint64_t, std::string>> events) = 0;  ///< sequence, type

  // Deliveries
  virtual std::uint64_t deliver(std::uint64_t instance, const std::string& body) = 0;
  virtual std::optional<Ended> ended(std::uint64_t delivery) = 0;

  // The web, seen from the plugin
  virtual std::vector<Exchange> exchanges() = 0;
  virtual void answer(std::size_t exchange, unsigned status, const std::string& body) = 0;
  virtual void fail(std::size_t exchange, colibri_status why, const std::string& text) = 0;
  virtual void refuseExchanges(bool refuses) = 0;

  // Routes of the plugin
  virtual std::uint64_t ask(const RowRequest& request) = 0;
  virtual std::optional<Said> replied(std::uint64_t request) = 0;  ///< status < 0: a refusal
  /// Its content type and headers, a line each: "etag: x".
  virtual std::string headOf(std::uint64_t request) = 0;

  // Its connections. The key "right" opens instance 1.
  virtual std::uint64_t connect(std::size_t mount, const std::string& refuse) = 0;
  virtual std::optional<Said> refused(std::uint64_t connection) = 0;
  virtual void say(std::uint64_t connection, const std::string& text) = 0;
  virtual std::vector<std::string> heard(std::uint64_t connection) = 0;
  virtual std::uint32_t closeCode(std::uint64_t connection) = 0;  ///< 0 = open
  virtual std::uint64_t askRaw(const std::string& path, const std::string& body) = 0;
  virtual std::optional<Said> repliedRaw(std::uint64_t request) = 0;

  // In terms of the above
  Said command(const std::string& name, const std::string& body = {}, std::uint64_t instance = 1) {
    const auto token = begin(name, body, instance);
    wait([&] { return completion(token).has_value(); });
    return completion(token).value_or(Said{});
  }
  std::optional<Ended> delivered(std::uint64_t instance, const std::string& body) {
    const auto token = deliver(instance, body);
    wait([&] { return ended(token).has_value(); });
    return ended(token);
  }
  Said asked(const RowRequest& request) {
    const auto token = ask(request);
    wait([&] { return replied(token).has_value(); });
    return replied(token).value_or(Said{});
  }
  Said askedRaw(const std::string& path, const std::string& body = {}) {
    const auto token = askRaw(path, body);
    wait([&] { return repliedRaw(token).has_value(); });
    return repliedRaw(token).value_or(Said{});
  }
  /// The next message after `text`.
  std::string answerTo(std::uint64_t connection, const std::string& text) {
    const auto before = heard(connection).size();
    say(connection, text);
    wait([&] { return heard(connection).size() > before; });
    const auto all = heard(connection);
    return all.size() > before ? all[before] : std::string("nothing came");
  }
};

}  // namespace colibri::conformance
