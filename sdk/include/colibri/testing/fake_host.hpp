// colibri/testing/fake_host.hpp -- an in-memory host for unit tests of one plugin object.
//
// It loads the object from its descriptor, remembers every call the plugin makes and lets the test play the
// host's part: events, settings, states, commands, the answers of the web, the clock. Answers the host owes
// (kv_done, http_done, published, resume) come from pump() or waitFor(), never on the plugin's stack:
//
//   FakeHost host(*colibri_plugin_entry_v0());
//   ASSERT_EQ(host.load(R"({"limit":3})"), COLIBRI_OK) << host.error();
//   ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
//   host.settings(1, R"({"url":"https://a.test/"})");
//   const auto token = host.deliver(makeEvent({.type = "call"}));
//   host.answerHttp(host.httpCalls().at(0).userToken, {.httpStatus = 204});
//   host.pump();
//   EXPECT_EQ(host.outcome(token)->status, COLIBRI_OK);
//   EXPECT_THAT(host.violations(), IsEmpty());
//
// Needs no test framework. violations() lists broken rules of the ABI: a token answered twice or never asked,
// a host call inside create() or after stop() has returned.
// Threads: one test thread drives it (everything that calls the plugin); the plugin may call the host from
// any thread. Ownership: accessors return copies. The destructor stops and destroys the object.
#pragma once

#include <colibri/abi/ext/connector.h>
#include <colibri/abi/ext/event_log.h>
#include <colibri/abi/ext/event_sink.h>
#include <colibri/abi/ext/http_client.h>
#include <colibri/abi/ext/http_routes.h>
#include <colibri/abi/ext/instance_observer.h>
#include <colibri/abi/ext/settings.h>
#include <colibri/abi/ext/websocket_routes.h>
#include <colibri/testing/builders.hpp>
#include <colibri/testing/fake_store.hpp>
#include <colibri/testing/records.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colibri::testing {

class FakeHost {
 public:
  struct Options {
    int64_t nowUs = 1'700'000'000'000'000;
    std::string serverUrl = "https://gateway.test";
    std::shared_ptr<FakeStore> store = {};          ///< null = an empty one of its own
    std::vector<std::string> without = {};          ///< host extensions this host does not have
    colibri_log_level logFrom = COLIBRI_LOG_TRACE;  ///< what log_enabled() says
  };
  explicit FakeHost(const colibri_descriptor& descriptor) : FakeHost(descriptor, Options{}) {}
  FakeHost(const colibri_descriptor& descriptor, Options options);
  ~FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // --- the life of the object ---
  /// Checks the descriptor as a host does, then create() and init(). A refusal's text is in error().
  colibri_status load(std::string_view configJson = "{}");
  colibri_status start();
  colibri_status stop(std::chrono::milliseconds deadline = std::chrono::seconds(5));
  void destroy();
  std::string error() const { return error_; }  ///< text of the last refusal by the plugin (or of load())
  colibri_plugin* plugin() const noexcept { return plugin_; }
  /// Null if the object lacks it.
  template <class Table>
  const Table* extension(const char* id) const {
    return plugin_ == nullptr ? nullptr : static_cast<const Table*>(plugin_->get_extension(plugin_, id));
  }

  // --- driving ---
  /// Runs the answers that are due. True if there were any.
  bool pump();
  /// Pumps until `done()` or until `within` of real time is over; returns done(). For threaded plugins.
  template <class Done>
  bool waitFor(Done done, std::chrono::milliseconds within = std::chrono::seconds(10));
  void advance(std::chrono::microseconds by);
  int64_t nowUs() const;

  /// Hands an event over and returns the token of this attempt; see outcome().
  uint64_t deliver(const EventPtr& event, uint32_t attempt = 1, uint64_t subscription = 1);
  void revoke(uint64_t token);
  void state(const InstanceState& state);                             ///< on_state
  colibri_status settings(uint64_t instance, std::string_view json);  ///< on_settings; "" = OFF
  colibri_status open(uint64_t instance, std::string_view optionsJson = {},
                      std::string_view settingsJson = {}, std::string_view name = "shop");
  colibri_status close(uint64_t instance, std::chrono::milliseconds deadline = std::chrono::seconds(5));
  colibri_status logout(uint64_t instance, std::chrono::milliseconds deadline = std::chrono::seconds(5));
  colibri_status forget(uint64_t instance);
  struct Submitted {
    uint64_t token;
    colibri_status status;
  };
  Submitted submit(Command command = {});
  void cancel(uint64_t token);
  /// Asks one of the plugin's routes, as the API does; see reply().
  uint64_t request(const RouteRequest& asked);
  /// Answers one request of the plugin. False if it is unknown or answered.
  bool answerHttp(uint64_t userToken, HttpReply reply = {});

  // --- driving: websocket-routes and event-log ---
  void key(const std::string& text, uint32_t callerKind, uint64_t instance = 0);  ///< one that opens
  uint64_t connect(const WebAsked& asked);  ///< an upgrade; see connection()
  void message(uint64_t connection, std::string_view data, uint32_t opcode = COLIBRI_WS_TEXT);
  void disconnect(uint64_t connection, uint32_t code = 1000);  ///< the client closes
  void stopReading(uint64_t connection);                       ///< what is sent stays in the queue
  void readOn(uint64_t connection);                            ///< it is empty again
  uint64_t ask(const WebAsked& asked);                         ///< a raw request; see webReply()
  void leave(uint64_t request);                                ///< its client does not wait
  /// Adds an event, made with its sequence, to the log that read() sees.
  void append(EventPtr event);
  void forgetBefore(uint64_t instance, uint64_t sequence);  ///< as retention does

  // --- how the host behaves ---
  void refuseKeys(colibri_status status) { set(refuseKeys_, status); }    ///< check_key(), any key
  void refuseReads(colibri_status status) { set(refuseReads_, status); }  ///< read() of the log
  void failReads(colibri_status status) { set(failReads_, status); }      ///< read_done()
  /// What a filter lets through; without one, everything: the fake host reads no JSON.
  void filterLog(std::function<bool(const colibri_event&, const std::string& filter)> lets);
  void refuseHttp(colibri_status status) { set(refuseHttp_, status); }  ///< request(); OK = takes them
  void refusePublish(colibri_status status);  ///< publish(); back to OK after E_BUSY calls resume()
  /// Of published(), a kv write, put() of settings. Schemas are the real host's to check.
  void failCommits(colibri_status status) { set(failCommits_, status); }
  void refuseKv(colibri_status status) { set(refuseKv_, status); }  ///< every kv call
  void failKv(colibri_status status) { set(failKv_, status); }      ///< kv_done of get and scan
  void holdPublished(bool hold);  ///< published() waits until released; the commit waits, too
  void holdKv(bool hold);         ///< kv_done likewise

  // --- what the plugin did ---
  std::vector<LogLine> logs() const { return copy(logs_); }
  std::vector<Subscription> subscriptions() const { return copy(subscriptions_); }
  /// The lane's own filter; nothing if it was never set.
  std::optional<std::string> filter(uint64_t subscription, uint64_t instance) const;
  std::optional<Outcome> outcome(uint64_t deliveryToken) const { return find(outcomes_, deliveryToken); }
  std::vector<HttpCall> httpCalls() const { return copy(httpCalls_); }
  std::vector<HttpCall> unansweredHttp() const;
  std::vector<Publication> publications() const { return copy(publications_); }
  std::vector<InstanceState> states() const { return copy(states_); }  ///< report_state, in order
  std::optional<Completion> completion(uint64_t token) const { return find(completions_, token); }
  std::optional<RouteReply> reply(uint64_t routeToken) const { return find(replies_, routeToken); }
  std::optional<WebConnection> connection(uint64_t token) const { return find(connections_, token); }
  std::optional<WebReply> webReply(uint64_t token) const { return find(webReplies_, token); }
  std::vector<LogRead> logReads() const { return copy(logReads_); }
  std::optional<KeptSettings> kept(uint64_t instance) const { return find(kept_, instance); }
  std::vector<std::string> restartRequests() const { return copy(restartRequests_); }
  std::vector<std::string> violations() const { return copy(violations_); }
  const std::shared_ptr<FakeStore>& store() const noexcept { return store_; }

 private:
  struct Tables;  // the C side, in fake_host_tables.hpp
  friend struct Tables;
  struct WebTables;  // that of websocket-routes and event-log, in fake_host_web.hpp and fake_host_log.hpp
  friend struct WebTables;
  struct LogTables;
  friend struct LogTables;
  struct Queue {  // of a connection whose client does not read
    bool stopped = false, half = false;
    size_t bytes = 0;
  };
  enum class Phase { none, creating, created, running, stopping, stopped };
  using Task = std::function<void()>;

  static FakeHost& of(const colibri_host* host) noexcept { return *static_cast<FakeHost*>(host->ctx); }
  template <class T>
  T copy(const T& what) const {
    const std::scoped_lock lock(mutex_);
    return what;
  }
  template <class T>
  void set(T& what, T to) {
    const std::scoped_lock lock(mutex_);
    what = to;
  }
  template <class T>
  std::optional<T> find(const std::map<uint64_t, T>& in, uint64_t key) const {
    const std::scoped_lock lock(mutex_);
    const auto it = in.find(key);
    return it == in.end() ? std::nullopt : std::optional<T>(it->second);
  }
  /// Runs `body` under the lock, after noting a call at the wrong time, and wakes waitFor().
  template <class Body>
  auto called(const char* function, Body body) {
    const std::scoped_lock lock(mutex_);
    if (phase_ == Phase::creating) violations_.push_back(std::string(function) + " called inside create()");
    if (phase_ == Phase::stopped)
      violations_.push_back(std::string(function) + " called after stop() had returned");
    ++changes_;
    changed_.notify_all();
    return body();
  }
  template <class Call>
  colibri_status call(Call call_);  // with a fresh colibri_error; keeps its text
  std::string refusal() const;      // of the descriptor; empty = fine
  void settle(uint64_t token, Outcome outcome);
  void replied(uint64_t token, RouteReply reply);  // locked by the caller
  void keep(uint64_t instance, uint64_t token, const std::string& json);
  void settingsDone(uint64_t instance, uint64_t token, colibri_status status,
                    const std::string& why = "failed as the test asked");
  const colibri_plugin_websocket_routes& web() const;
  uint64_t arrive(const WebAsked& asked, bool upgrade);
  colibri_status queue(uint64_t connection, uint32_t opcode,
                       const std::string& data);                        // locked by the caller
  void closed(uint64_t connection, uint32_t code, std::string reason);  // likewise
  void reply(uint64_t request, WebReply reply);                         // likewise
  void readDone(const LogRead& asked, uint64_t token);
  void sendHttpAnswer(uint64_t userToken, const HttpReply& reply);
  void commit(size_t publication);
  void kvDone(uint64_t token, colibri_status status, const std::optional<std::string>& result);
  void owe(bool hold, std::vector<Task>& held, Task task);  // locked by the caller
  colibri_status oweKv(colibri_error* err, Task task);      // likewise
  void hold(bool& flag, std::vector<Task>& held, bool to);

  const colibri_descriptor* descriptor_;
  const Options options_;
  std::shared_ptr<FakeStore> store_;
  colibri_host table_{};
  colibri_plugin* plugin_ = nullptr;
  std::string error_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  uint64_t changes_ = 0;
  Phase phase_ = Phase::none;
  int64_t nowUs_;
  uint64_t lastToken_ = 0;
  std::deque<Task> due_;
  std::vector<Task> heldPublished_, heldKv_;
  bool holdPublished_ = false, holdKv_ = false;
  colibri_status refuseHttp_ = COLIBRI_OK, refusePublish_ = COLIBRI_OK, failCommits_ = COLIBRI_OK,
                 refuseKv_ = COLIBRI_OK, failKv_ = COLIBRI_OK;
  std::vector<LogLine> logs_;
  std::vector<Subscription> subscriptions_;
  std::map<std::pair<uint64_t, uint64_t>, std::string> filters_;
  std::set<uint64_t> openDeliveries_, openCommands_, openRequests_;
  std::map<uint64_t, Outcome> outcomes_;
  std::vector<HttpCall> httpCalls_;
  std::vector<Publication> publications_;
  std::vector<InstanceState> states_;
  std::map<uint64_t, Completion> completions_;
  std::map<uint64_t, RouteReply> replies_;
  std::map<uint64_t, KeptSettings> kept_;
  std::map<std::string, colibri_caller> keys_;
  std::map<uint64_t, WebConnection> connections_;
  std::map<uint64_t, std::pair<size_t, Queue>> queues_;  // of the open ones, with their mounts
  std::set<uint64_t> openWeb_;                           // raw requests
  std::map<uint64_t, WebReply> webReplies_;
  std::map<uint64_t, std::map<uint64_t, EventPtr>> appended_;
  std::map<uint64_t, uint64_t> firstKept_;
  std::vector<LogRead> logReads_;
  std::function<bool(const colibri_event&, const std::string&)> lets_;
  colibri_status refuseKeys_ = COLIBRI_OK, refuseReads_ = COLIBRI_OK, failReads_ = COLIBRI_OK;
  std::vector<std::string> restartRequests_, violations_;
};

}  // namespace colibri::testing

#include <colibri/testing/fake_host_impl.hpp>
#include <colibri/testing/fake_host_routes.hpp>
#include <colibri/testing/fake_host_web_impl.hpp>
