#pragma once

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "net/curl_exchange.hpp"
#include "net/curl_http_client.hpp"
#include "net/host_queue.hpp"

namespace colibri::net {

/// The client's thread and all it owns.
///
/// [Threading] send(), cancel(), counters(): any thread. stop(): one thread at a time.
class CurlHttpClient::Loop {
 public:
  Loop(Options options, const Clock& clock);
  ~Loop() { stop(); }

  Result<Id> send(HttpRequest request, Done done);
  void cancel(Id id);
  void stop();
  Counters counters() const;

 private:
  struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
  };
  struct Inbox {
    std::vector<std::unique_ptr<CurlExchange>> requests;
    std::vector<Id> cancels, resumes;
    bool stopping = false;
  };
  struct Waiting {
    std::unique_ptr<CurlExchange> exchange;
    std::chrono::steady_clock::time_point until;
  };
  std::unique_ptr<CurlExchange> takeWaiting(Id id);
  std::unique_ptr<CurlExchange> takeRunning(Id id);

  void run();
  bool takeInbox();
  void startWhatMay();
  void start(Id id);
  void resume(Id id);
  void collect();
  void cancelNow(Id id);
  void expireWaiting();
  int pollTimeout() const;
  void finish(std::unique_ptr<CurlExchange> exchange, HttpAnswer answer);
  void endAll();
  void wake() { curl_multi_wakeup(multi_.get()); }

  const UrlPolicy policy_;
  const ExchangeDefaults defaults_;
  const std::size_t maxQueued_;
  const std::chrono::milliseconds timeout_;
  const Clock& clock_;
  std::unique_ptr<CURLM, FreeMulti> multi_;

  mutable std::mutex mutex_;  // guards inbox_ and lastId_
  Inbox inbox_;
  Id lastId_ = 0;

  // The thread's own.
  HostQueue queue_;
  std::unordered_map<Id, Waiting> waiting_;
  std::set<std::pair<std::chrono::steady_clock::time_point, Id>> deadlines_;  // of those
  std::unordered_map<Id, std::unique_ptr<CurlExchange>> running_;

  std::atomic<std::uint64_t> sent_{0}, answered_{0}, failed_{0}, timedOut_{0}, forbidden_{0},
      cancelled_{0}, givenBack_{0}, connections_{0};
  std::atomic<std::size_t> queued_{0}, active_{0};
  std::thread thread_;  // last
};

}  // namespace colibri::net
