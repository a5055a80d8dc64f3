#pragma once

#include <curl/curl.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "net/http_client.hpp"
#include "net/url.hpp"
#include "net/url_policy.hpp"

namespace colibri::net {

/// What every exchange of one client has in common.
struct ExchangeDefaults {
  std::string userAgent, proxy, caBundle;  ///< empty = none; caBundle empty = the system's
  std::chrono::milliseconds connectTimeout{10'000};
};

/// One request on one curl handle: sets the handle up, guards its socket, collects the answer.
///
/// [Threading] confined: built anywhere, then the client's thread only.
class CurlExchange {
 public:
  CurlExchange(HttpClient::Id id, HttpRequest request, Url url, HttpClient::Done done);
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  /// [Errors] invalidArgument: method or a header; never repeats a header's value.
  static Result<void> check(const HttpRequest& request);

  /// Makes the handle ready to be added to the multi handle. `policy` outlives the exchange.
  /// `more` is called, on any thread, when resume() is due.
  /// [Errors] forbidden: the URL's literal address; busy: out of memory.
  Result<void> prepare(const UrlPolicy& policy, const ExchangeDefaults& defaults,
                       const std::function<void()>& more);
  /// Its source has bytes again, or its sink room.
  void resume() { curl_easy_pause(easy_.get(), CURLPAUSE_CONT); }
  /// After curl is finished with the handle.
  HttpAnswer answer(CURLcode code, std::int64_t nowUs);
  /// Hands the answer over; once.
  void finish(HttpAnswer answer);

  HttpClient::Id id() const noexcept { return id_; }
  const Url& url() const noexcept { return url_; }
  CURL* handle() const noexcept { return easy_.get(); }
  InstanceKey instance() const noexcept { return request_.instance; }
  std::chrono::milliseconds timeout() const noexcept { return request_.timeout; }

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  };
  static std::size_t onRead(char* to, std::size_t size, std::size_t count, void* self) noexcept;
  static int onSeek(void* self, curl_off_t offset, int origin) noexcept;
  static std::size_t onBody(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static curl_socket_t onOpenSocket(void* self, curlsocktype purpose,
                                    curl_sockaddr* address) noexcept;
  static int onReady(void* self, char* remoteIp, char* localIp, int remotePort,
                     int localPort) noexcept;
  bool permits(const IpAddress& address) noexcept;
  std::size_t sink(std::string_view bytes);
  bool goesToSink() const;
  bool setHeaders(const ExchangeDefaults& defaults);
  void setBody();
  Result<void> outcome(CURLcode code) const;
  void readHeaders(HttpAnswer& answer, std::int64_t nowUs) const;
  void readTimings(HttpAnswer& answer) const;

  HttpClient::Id id_;
  HttpRequest request_;
  Url url_;
  HttpClient::Done done_;
  const UrlPolicy* policy_ = nullptr;
  bool viaProxy_ = false;
  bool opened_ = false;  // at least one socket was allowed
  bool known_ = false;   // at least one address of the target, or its proxy's
  bool inside_ = false;  // one of them is not public
  bool truncated_ = false;
  std::uint64_t sent_ = 0, sunk_ = 0;
  std::optional<Error> refusal_;
  std::optional<Error> trouble_;  // of the source or the sink
  std::string body_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::unique_ptr<CURL, FreeEasy> easy_;  // last: it points into the others
};

}  // namespace colibri::net
