#include "net/curl_http_loop.hpp"

#include <algorithm>
#include <csignal>

namespace colibri::net {
namespace {

using std::chrono::steady_clock;

bool hostIsWell(const HttpAnswer& answer) noexcept {
  return answer.outcome.has_value() && answer.status < 500 && answer.status != 429;
}

}  // namespace

void CurlHttpClient::Loop::run() {
  sigset_t all;
  sigfillset(&all);
  // Signals are others' business, and SIGPIPE of a TLS connection is nobody's.
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
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
    std::swap(taken.resumes, inbox_.resumes);
    taken.stopping = inbox_.stopping;
  }
  const auto now = steady_clock::now();
  for (auto& exchange : taken.requests) {
    const Id id = exchange->id();
    const auto until = now + exchange->timeout();
    queue_.add(exchange->url().poolKey(), exchange->instance(), id);
    deadlines_.emplace(until, id);
    waiting_.emplace(id, Waiting{std::move(exchange), until});
  }
  for (const Id id : taken.cancels) cancelNow(id);
  for (const Id id : taken.resumes)
    if (const auto it = running_.find(id); it != running_.end()) it->second->resume();
  return !taken.stopping;
}

void CurlHttpClient::Loop::startWhatMay() {
  while (const auto id = queue_.next()) start(*id);
}

void CurlHttpClient::Loop::start(Id id) {
  ++active_;
  auto& exchange = *running_.emplace(id, takeWaiting(id)).first->second;
  auto ready = exchange.prepare(policy_, defaults_, [this, id] { resume(id); });
  if (ready && curl_multi_add_handle(multi_.get(), exchange.handle()) != CURLM_OK)
    ready = Error{Errc::unavailable, "libcurl did not take the request"};
  if (ready) return;
  HttpAnswer answer;
  answer.outcome = ready.error();
  answer.confidential = true;
  finish(takeRunning(id), std::move(answer));
}

/// Any thread.
void CurlHttpClient::Loop::resume(Id id) {
  {
    const std::scoped_lock lock(mutex_);
    if (inbox_.stopping) return;
    inbox_.resumes.push_back(id);
  }
  wake();
}

std::unique_ptr<CurlExchange> CurlHttpClient::Loop::takeWaiting(Id id) {
  auto node = waiting_.extract(id);
  COLIBRI_ASSERT(node);
  deadlines_.erase({node.mapped().until, id});
  --queued_;
  return std::move(node.mapped().exchange);
}

std::unique_ptr<CurlExchange> CurlHttpClient::Loop::takeRunning(Id id) {
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
    finish(takeRunning(exchange.id()), std::move(answer));
  }
}

/// For one that was running.
void CurlHttpClient::Loop::finish(std::unique_ptr<CurlExchange> exchange, HttpAnswer answer) {
  queue_.finished(exchange->url().poolKey(), exchange->instance(), hostIsWell(answer));
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
    finish(takeRunning(id), std::move(answer));
  } else if (waiting_.contains(id)) {
    auto exchange = takeWaiting(id);
    queue_.remove(exchange->url().poolKey(), exchange->instance(), id);
    ++cancelled_;
    exchange->finish(std::move(answer));
  }
}

void CurlHttpClient::Loop::expireWaiting() {
  const auto now = steady_clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    auto exchange = takeWaiting(deadlines_.begin()->second);
    queue_.remove(exchange->url().poolKey(), exchange->instance(), exchange->id());
    ++givenBack_;
    HttpAnswer answer;
    answer.outcome = Error{Errc::busy, "no connection to " + exchange->url().hostAndPort() +
                                           " became free in time, nothing was sent"};
    exchange->finish(std::move(answer));
  }
}

int CurlHttpClient::Loop::pollTimeout() const {
  using std::chrono::milliseconds;
  constexpr milliseconds kLongest{1000};
  if (deadlines_.empty()) return static_cast<int>(kLongest.count());
  const auto left =
      std::chrono::ceil<milliseconds>(deadlines_.begin()->first - steady_clock::now());
  return static_cast<int>(std::clamp(left, milliseconds(0), kLongest).count());
}

void CurlHttpClient::Loop::endAll() {
  const auto end = [this](std::unique_ptr<CurlExchange> exchange) {
    HttpAnswer answer;
    answer.outcome = Error{Errc::shuttingDown, "the HTTP client is shutting down"};
    ++cancelled_;
    exchange->finish(std::move(answer));
  };
  for (auto& [id, exchange] : running_) {
    curl_multi_remove_handle(multi_.get(), exchange->handle());
    end(std::move(exchange));
  }
  for (auto& [id, waiting] : waiting_) end(std::move(waiting.exchange));
  running_.clear();
  waiting_.clear();
  deadlines_.clear();
  queued_ = active_ = 0;
}

}  // namespace colibri::net
