#include "net/curl_http_client.hpp"

#include <curl/curl.h>
#include <pthread.h>

#include <stdexcept>

#include "net/curl_http_loop.hpp"

namespace colibri::net {
namespace {

void startCurl() {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kStarted != CURLE_OK) throw std::runtime_error("libcurl cannot be started");
}

}  // namespace

CurlHttpClient::Loop::Loop(Options options, const Clock& clock)
    : policy_(std::move(options.allowList)),
      defaults_{std::move(options.userAgent), std::move(options.proxy), std::move(options.caBundle),
                options.connectTimeout},
      maxQueued_(options.maxQueued),
      timeout_(options.timeout),
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
  if (request.timeout.count() == 0) request.timeout = timeout_;
  if (auto fine = CurlExchange::check(request); !fine) return fine.error();
  auto url = Url::parse(request.url);
  if (!url) return url.error();
  bool first = false;
  Id id = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (inbox_.stopping) return Error{Errc::shuttingDown, "the HTTP client is shutting down"};
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
  return {sent_,      answered_,  failed_,      timedOut_, forbidden_,
          cancelled_, givenBack_, connections_, queued_,   active_};
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
