#include "net/curl_exchange.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstdio>

#include "base/ascii.hpp"
#include "net/retry_after.hpp"

namespace colibri::net {
namespace {

constexpr auto kSystemCertificates = "/etc/ssl/certs";  // of Debian, by hash

bool isToken(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

/// Ours or the connection's, never the caller's: they decide where a message ends and whom it is
/// for.
bool isReserved(const std::string& name) noexcept {
  static constexpr std::array kNames{"host",       "content-length", "transfer-encoding",
                                     "connection", "upgrade",        "keep-alive",
                                     "te",         "trailer",        "expect"};
  return name.starts_with("proxy-") ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Error invalid(std::string sentence) {
  return {Errc::invalidArgument, std::move(sentence)};
}

template <class T>
void set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

std::chrono::microseconds timing(CURL* easy, CURLINFO info) {
  curl_off_t us = 0;
  curl_easy_getinfo(easy, info, &us);
  return std::chrono::microseconds(us);
}

}  // namespace

CurlExchange::CurlExchange(HttpClient::Id id, HttpRequest request, Url url, HttpClient::Done done)
    : id_(id), request_(std::move(request)), url_(std::move(url)), done_(std::move(done)) {}

Result<void> CurlExchange::check(const HttpRequest& request) {
  static constexpr std::array kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end())
    return invalid("the method is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  if (request.timeout <= std::chrono::milliseconds(0))
    return invalid("the timeout is not positive");
  for (const auto& [name, value] : request.headers) {
    if (!isToken(name)) return invalid("a header's name is not a valid token");
    if (isReserved(lowerCase(name))) return invalid("the header '" + name + "' cannot be set");
    const auto bad = [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    };
    if (std::any_of(value.begin(), value.end(), bad))
      return invalid("the value of the header '" + name + "' contains a control character");
  }
  return {};
}

bool CurlExchange::setHeaders(const ExchangeDefaults& defaults) {
  const auto add = [this](const std::string& line) {
    auto* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) return false;
    static_cast<void>(headers_.release());
    headers_.reset(longer);
    return true;
  };
  bool agentGiven = false;
  for (const auto& [name, value] : request_.headers) {
    agentGiven = agentGiven || lowerCase(name) == "user-agent";
    if (!add(value.empty() ? name + ";" : name + ": " + value)) return false;
  }
  // No "Expect: 100-continue": it costs a second where a server does not know it.
  if (!add("Expect:")) return false;
  set(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
  if (!agentGiven && !defaults.userAgent.empty())
    set(easy_.get(), CURLOPT_USERAGENT, defaults.userAgent.c_str());
  return true;
}

void CurlExchange::setBody() {
  CURL* easy = easy_.get();
  if (request_.method == "HEAD") return set(easy, CURLOPT_NOBODY, 1L);
  set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  if (const auto* source = request_.source.get(); source != nullptr && source->size() != 0) {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(source->size()));
    set(easy, CURLOPT_READFUNCTION, &onRead);
    set(easy, CURLOPT_READDATA, this);
    set(easy, CURLOPT_SEEKFUNCTION, &onSeek);
    return set(easy, CURLOPT_SEEKDATA, this);
  }
  if (request_.body || request_.method == "POST" || request_.method == "PUT" ||
      request_.method == "PATCH") {
    const bool some = request_.body && !request_.body->empty();
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE,
        some ? static_cast<curl_off_t>(request_.body->size()) : curl_off_t{0});
    set(easy, CURLOPT_POSTFIELDS, some ? request_.body->data() : "");
  }
}

Result<void> CurlExchange::prepare(const UrlPolicy& policy, const ExchangeDefaults& defaults,
                                   const std::function<void()>& more) {
  policy_ = &policy;
  // What the operator named is near: it is reached directly. Through a proxy, the proxy resolves
  // names.
  const bool named = request_.allowListed && policy.allowed().names(url_);
  viaProxy_ = !defaults.proxy.empty() && !named;
  if (auto literal = policy.checkLiteral(url_, request_.allowListed); !literal) return literal;

  easy_.reset(curl_easy_init());
  CURL* easy = easy_.get();
  if (easy == nullptr) return Error{Errc::busy, "out of memory"};
  set(easy, CURLOPT_PRIVATE, this);
  set(easy, CURLOPT_CURLU, static_cast<CURLU*>(url_.handle()));
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // a lookup that hangs must not be waited for
  set(easy, CURLOPT_PROXY,
      viaProxy_ ? defaults.proxy.c_str() : "");  // "" also ignores the environment
  set(easy, CURLOPT_NOPROXY, "");
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(defaults.connectTimeout.count()));
  if (!defaults.caBundle.empty()) {  // the public ones stay: WhatsApp's files come from there
    set(easy, CURLOPT_CAINFO, defaults.caBundle.c_str());
    set(easy, CURLOPT_CAPATH, kSystemCertificates);
  }
  set(easy, CURLOPT_ERRORBUFFER, detail_.data());
  set(easy, CURLOPT_WRITEFUNCTION, &onBody);
  set(easy, CURLOPT_WRITEDATA, this);
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &onOpenSocket);
  set(easy, CURLOPT_OPENSOCKETDATA, this);
  set(easy, CURLOPT_PREREQFUNCTION, &onReady);
  set(easy, CURLOPT_PREREQDATA, this);
  if (request_.source) request_.source->begin(more);
  if (request_.sink) request_.sink->begin(more);
  setBody();
  if (!setHeaders(defaults)) return Error{Errc::busy, "out of memory"};
  return {};
}

void CurlExchange::finish(HttpAnswer answer) {
  if (request_.source) request_.source->end();
  if (request_.sink) request_.sink->end();
  std::exchange(done_, {})(std::move(answer));
}

std::size_t CurlExchange::onRead(char* to, std::size_t size, std::size_t count,
                                 void* self) noexcept {
  auto& exchange = *static_cast<CurlExchange*>(self);
  auto& source = *exchange.request_.source;
  if (exchange.sent_ == source.size()) return 0;
  const auto got = source.take(to, size * count);
  if (!got) {
    exchange.trouble_ = got.error();
    return CURL_READFUNC_ABORT;
  }
  if (*got == 0) return CURL_READFUNC_PAUSE;
  exchange.sent_ += *got;
  return *got;
}

int CurlExchange::onSeek(void* self, curl_off_t offset, int origin) noexcept {
  auto& exchange = *static_cast<CurlExchange*>(self);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  exchange.request_.source->rewind();
  exchange.sent_ = 0;
  return CURL_SEEKFUNC_OK;
}

bool CurlExchange::goesToSink() const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return request_.sink && status >= 200 && status < 300;
}

std::size_t CurlExchange::sink(std::string_view bytes) {
  if (bytes.size() > request_.maxSinkBytes - sunk_) {
    truncated_ = true;
    return 0;
  }
  const auto taken = request_.sink->put(bytes);
  if (!taken) {
    trouble_ = taken.error();
    return 0;
  }
  if (!*taken) return CURL_WRITEFUNC_PAUSE;
  sunk_ += bytes.size();
  return bytes.size();
}

std::size_t CurlExchange::onBody(char* data, std::size_t size, std::size_t count,
                                 void* self) noexcept {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const std::size_t got = size * count;
  if (exchange.goesToSink()) return exchange.sink({data, got});
  const std::size_t room = exchange.request_.maxResponseBytes - exchange.body_.size();
  exchange.body_.append(data, std::min(got, room));
  if (got <= room) return got;
  exchange.truncated_ = true;
  return 0;  // ends the transfer: the rest is not read
}

bool CurlExchange::permits(const IpAddress& address) noexcept {
  known_ = true;
  if (viaProxy_) return true;  // the proxy's address, which the operator configured
  inside_ = inside_ || kindOf(address) != AddressKind::global;
  const auto verdict = policy_->check(url_, address, request_.allowListed);
  if (!verdict) refusal_ = verdict.error();
  return verdict.has_value();
}

curl_socket_t CurlExchange::onOpenSocket(void* self, curlsocktype purpose,
                                         curl_sockaddr* address) noexcept {
  auto& exchange = *static_cast<CurlExchange*>(self);
  if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
  const auto target = IpAddress::from(&address->addr, address->addrlen);
  if (!target) {
    exchange.refusal_ =
        Error{Errc::forbidden, exchange.url_.hostAndPort() + " is no internet address"};
    return CURL_SOCKET_BAD;
  }
  if (!exchange.permits(*target)) return CURL_SOCKET_BAD;
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  exchange.opened_ = exchange.opened_ || fd >= 0;
  return fd;
}

/// Before the request goes out, also on a pooled connection: that one may have been opened for a
/// request that was allowed more than this one is.
int CurlExchange::onReady(void* self, char* remoteIp, char*, int, int) noexcept {
  auto& exchange = *static_cast<CurlExchange*>(self);
  exchange.known_ = true;
  if (exchange.viaProxy_) return CURL_PREREQFUNC_OK;
  std::string_view text = remoteIp;
  const auto target = IpAddress::parse(text.substr(0, text.find('%')));
  if (!target) exchange.refusal_ = Error{Errc::forbidden, "the connection's address is unknown"};
  return target && exchange.permits(*target) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

Result<void> CurlExchange::outcome(CURLcode code) const {
  const auto where = url_.hostAndPort();
  switch (code) {
    case CURLE_OK:
      return {};
    case CURLE_WRITE_ERROR:
      if (truncated_) return {};
      if (trouble_) return *trouble_;
      break;
    case CURLE_ABORTED_BY_CALLBACK:
      if (refusal_) return *refusal_;
      if (trouble_) return *trouble_;
      break;
    case CURLE_COULDNT_CONNECT:
      if (refusal_ && !opened_) return *refusal_;
      return Error{Errc::unavailable, "cannot connect to " + where};
    case CURLE_OPERATION_TIMEDOUT:
      return Error{Errc::timeout, where + " did not answer in time"};
    case CURLE_COULDNT_RESOLVE_HOST:
      return Error{Errc::unavailable, "the name lookup of " + url_.host() + " failed"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Error{Errc::unavailable, "the name lookup of the proxy failed"};
    case CURLE_PEER_FAILED_VERIFICATION:
      return Error{Errc::unavailable,
                   "the certificate of " + where + " is not trusted: " + detail_.data()};
    case CURLE_OUT_OF_MEMORY:
      return Error{Errc::unavailable, "out of memory"};
    default:
      break;
  }
  return Error{Errc::unavailable, where + ": " + curl_easy_strerror(code)};
}

void CurlExchange::readHeaders(HttpAnswer& answer, std::int64_t nowUs) const {
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(easy_.get(), CURLH_HEADER, -1, header)) != nullptr) {
    answer.headers.emplace_back(lowerCase(header->name), header->value);
    if (answer.headers.back().first == "retry-after")
      answer.retryAfter = parseRetryAfter(header->value, nowUs);
  }
}

void CurlExchange::readTimings(HttpAnswer& answer) const {
  CURL* easy = easy_.get();
  const auto lookedUp = timing(easy, CURLINFO_NAMELOOKUP_TIME_T);
  const auto connected = timing(easy, CURLINFO_CONNECT_TIME_T);
  const auto secured = timing(easy, CURLINFO_APPCONNECT_TIME_T);
  long opened = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &opened);
  if (opened > 0) {
    answer.lookup = lookedUp;
    answer.connect = std::max(connected - lookedUp, std::chrono::microseconds(0));
    answer.tls = std::max(secured - connected, std::chrono::microseconds(0));
  }
  answer.firstByte = timing(easy, CURLINFO_STARTTRANSFER_TIME_T);
  answer.total = timing(easy, CURLINFO_TOTAL_TIME_T);
}

HttpAnswer CurlExchange::answer(CURLcode code, std::int64_t nowUs) {
  HttpAnswer answer;
  answer.outcome = outcome(code);
  answer.confidential = inside_ || !known_;
  readTimings(answer);
  if (!answer.outcome) return answer;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<unsigned>(status);
  answer.body = std::move(body_);
  answer.truncated = truncated_;
  answer.sunk = goesToSink();
  readHeaders(answer, nowUs);
  return answer;
}

}  // namespace colibri::net
