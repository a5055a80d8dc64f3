#include "net/curl_http_client.hpp"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <queue>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "net/curl_exchange.hpp"
#include "net/host_queue.hpp"

namespace colibri::net {
namespace {

using std::chrono::steady_clock;

void startCurl() {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kStarted != CURLE_OK) throw std::runtime_error("libcurl cannot be started");
}

bool hostIsWell(const HttpAnswer& answer) noexcept {
  return answer.outcome.has_value() && answer.status < 500 && answer.status != 429;
}

Error gone() {
  return {Errc::shuttingDown, "the HTTP client is shutting down"};
}

}  // namespace

/// The thread and all it owns.
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
    std::vector<Id> cancels;
    bool stopping = false;
  };
  struct Waiting {
    steady_clock::time_point until;
    Id id;
    friend bool operator>(const Waiting& a, const Waiting& b) { return a.until > b.until; }
  };
  void run();
  bool takeInbox();
  void startWhatMay();
  void start(Id id);
  void collect();
  void cancelNow(Id id);
  void expireWaiting();
  int pollTimeout() const;
  void finish(std::unique_ptr<CurlExchange> exchange, HttpAnswer answer);
  void endAll();
  std::unique_ptr<CurlExchange> take(Id id);
  void wake() { curl_multi_wakeup(multi_.get()); }

  const UrlPolicy policy_;
  const ExchangeDefaults defaults_;
  const std::size_t maxQueued_;
  const Clock& clock_;
  std::unique_ptr<CURLM, FreeMulti> multi_;

  mutable std::mutex mutex_;  // guards inbox_ and lastId_
  Inbox inbox_;
  Id lastId_ = 0;

  // The thread's own.
  HostQueue queue_;
  std::unordered_map<Id, std::unique_ptr<CurlExchange>> waiting_, running_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> deadlines_;

  std::atomic<std::uint64_t> sent_{0}, answered_{0}, failed_{0}, timedOut_{0}, forbidden_{0},
      cancelled_{0}, connections_{0};
  std::atomic<std::size_t> queued_{0}, active_{0};
  std::thread thread_;  // last
};

CurlHttpClient::Loop::Loop(Options options, const Clock& clock)
    : policy_(std::move(options.allowList)),
      defaults_{std::move(options.userAgent), std::move(options.proxy), std::move(options.caBundle),
                options.connectTimeout},
      maxQueued_(options.maxQueued),
      clock_(clock),
      queue_({options.maxPerHost, options.maxPerFailingHost, options.maxTotal}) {
  startCurl();
  multi_.reset(curl_multi_init());
  if (!multi_) throw std::runtime_error("libcurl cannot be started");
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options.maxIdle));
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "http-client");
}

Result<HttpClient::Id> CurlHttpClient::Loop::send(HttpRequest request, Done done) {
  if (auto fine = CurlExchange::check(request); !fine) return fine.error();
  auto url = Url::parse(request.url);
  if (!url) return url.error();
  bool first = false;
  Id id = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (inbox_.stopping) return gone();
    if (queued_.load() >= maxQueued_) return Error{Errc::busy, "too many requests are waiting"};
    ++queued_;
    id = ++lastId_;
    first = inbox_.requests.empty() && inbox_.cancels.empty();
    inbox_.requests.push_back(
        std::make_unique<CurlExchange>(id, std::move(request), std::move(*url), std::move(done)));
  }
  ++sent_;
  if (first) wake();
  return id;
}

void CurlHttpClient::Loop::cancel(Id id) {
  {
    const std::scoped_lock lock(mutex_);
    if (inbox_.stopping) return;
    inbox_.cancels.push_back(id);
  }
  wake();
}

void CurlHttpClient::Loop::stop() {
  {
    const std::scoped_lock lock(mutex_);
    inbox_.stopping = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
}

CurlHttpClient::Counters CurlHttpClient::Loop::counters() const {
  return {sent_,      answered_,    failed_, timedOut_, forbidden_,
          cancelled_, connections_, queued_, active_};
}

void CurlHttpClient::Loop::run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all,
                  nullptr);  // signals are others' business; SIGPIPE of TLS is nobody's
  while (takeInbox()) {
    int running = 0;
    expireWaiting();
    startWhatMay();
    curl_multi_perform(multi_.get(), &running);
    collect();
    startWhatMay();
    curl_multi_poll(multi_.get(), nullptr, 0, pollTimeout(), nullptr);
  }
  endAll();
}

bool CurlHttpClient::Loop::takeInbox() {
  Inbox taken;
  {
    const std::scoped_lock lock(mutex_);
    std::swap(taken.requests, inbox_.requests);
    std::swap(taken.cancels, inbox_.cancels);
    taken.stopping = inbox_.stopping;
  }
  const auto now = steady_clock::now();
  for (auto& exchange : taken.requests) {
    const Id id = exchange->id();
    queue_.add(exchange->url().poolKey(), id);
    deadlines_.push({now + exchange->timeout(), id});
    waiting_.emplace(id, std::move(exchange));
  }
  for (const Id id : taken.cancels) cancelNow(id);
  return !taken.stopping;
}

void CurlHttpClient::Loop::startWhatMay() {
  while (const auto id = queue_.next()) start(*id);
}

void CurlHttpClient::Loop::start(Id id) {
  auto node = waiting_.extract(id);
  COLIBRI_ASSERT(node);
  --queued_;
  ++active_;
  auto& exchange = *running_.emplace(id, std::move(node.mapped())).first->second;
  auto ready = exchange.prepare(policy_, defaults_);
  if (ready && curl_multi_add_handle(multi_.get(), exchange.handle()) != CURLM_OK)
    ready = Error{Errc::unavailable, "libcurl did not take the request"};
  if (ready) return;
  HttpAnswer answer;
  answer.outcome = ready.error();
  finish(take(id), std::move(answer));
}

std::unique_ptr<CurlExchange> CurlHttpClient::Loop::take(Id id) {
  auto node = running_.extract(id);
  COLIBRI_ASSERT(node);
  return std::move(node.mapped());
}

void CurlHttpClient::Loop::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* pointer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &pointer);
    auto& exchange = *static_cast<CurlExchange*>(pointer);
    const CURLcode code = message->data.result;
    auto answer = exchange.answer(code, clock_.nowUs());
    long opened = 0;
    curl_easy_getinfo(exchange.handle(), CURLINFO_NUM_CONNECTS, &opened);
    connections_ += static_cast<std::uint64_t>(opened);
    curl_multi_remove_handle(multi_.get(), exchange.handle());
    finish(take(exchange.id()), std::move(answer));
  }
}

/// For one that was running.
void CurlHttpClient::Loop::finish(std::unique_ptr<CurlExchange> exchange, HttpAnswer answer) {
  queue_.finished(exchange->url().poolKey(), hostIsWell(answer));
  --active_;
  if (answer.outcome)
    ++answered_;
  else if (answer.outcome.error().code == Errc::timeout)
    ++timedOut_;
  else if (answer.outcome.error().code == Errc::forbidden)
    ++forbidden_;
  else if (answer.outcome.error().code == Errc::cancelled)
    ++cancelled_;
  else
    ++failed_;
  exchange->finish(std::move(answer));
}

void CurlHttpClient::Loop::cancelNow(Id id) {
  HttpAnswer answer;
  answer.outcome = Error{Errc::cancelled, "the request was cancelled"};
  if (const auto it = running_.find(id); it != running_.end()) {
    curl_multi_remove_handle(multi_.get(), it->second->handle());
    finish(take(id), std::move(answer));
  } else if (auto node = waiting_.extract(id)) {
    queue_.remove(node.mapped()->url().poolKey(), id);
    --queued_;
    ++cancelled_;
    node.mapped()->finish(std::move(answer));
  }
}

void CurlHttpClient::Loop::expireWaiting() {
  const auto now = steady_clock::now();
  for (; !deadlines_.empty() && deadlines_.top().until <= now; deadlines_.pop()) {
    auto node = waiting_.extract(deadlines_.top().id);
    if (!node) continue;  // it started in time
    auto& exchange = *node.mapped();
    queue_.remove(exchange.url().poolKey(), exchange.id());
    --queued_;
    ++timedOut_;
    HttpAnswer answer;
    answer.outcome = Error{
        Errc::timeout, "no connection to " + exchange.url().hostAndPort() + " became free in time"};
    exchange.finish(std::move(answer));
  }
}

int CurlHttpClient::Loop::pollTimeout() const {
  using std::chrono::milliseconds;
  constexpr milliseconds kLongest{1000};
  if (waiting_.empty() || deadlines_.empty()) return static_cast<int>(kLongest.count());
  const auto left = std::chrono::ceil<milliseconds>(deadlines_.top().until - steady_clock::now());
  return static_cast<int>(std::clamp(left, milliseconds(0), kLongest).count());
}

void CurlHttpClient::Loop::endAll() {
  const auto end = [this](std::unique_ptr<CurlExchange> exchange) {
    HttpAnswer answer;
    answer.outcome = gone();
    ++cancelled_;
    exchange->finish(std::move(answer));
  };
  for (auto& [id, exchange] : running_) {
    curl_multi_remove_handle(multi_.get(), exchange->handle());
    end(std::move(exchange));
  }
  for (auto& [id, exchange] : waiting_) end(std::move(exchange));
  running_.clear();
  waiting_.clear();
  queued_ = active_ = 0;
}

CurlHttpClient::CurlHttpClient(Options options, const Clock& clock)
    : loop_(std::make_unique<Loop>(std::move(options), clock)) {}

CurlHttpClient::~CurlHttpClient() = default;

Result<HttpClient::Id> CurlHttpClient::send(HttpRequest request, Done done) {
  return loop_->send(std::move(request), std::move(done));
}

void CurlHttpClient::cancel(Id id) {
  loop_->cancel(id);
}
void CurlHttpClient::shutdown() {
  loop_->stop();
}
CurlHttpClient::Counters CurlHttpClient::counters() const {
  return loop_->counters();
}

}  // namespace colibri::net
