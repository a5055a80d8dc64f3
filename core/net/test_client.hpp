#pragma once

#include <gtest/gtest.h>

#include <future>

#include "net/curl_http_client.hpp"

namespace colibri::net::test {

using namespace std::chrono_literals;

inline CurlHttpClient::Options allowing(const std::vector<std::string>& entries) {
  CurlHttpClient::Options options;
  options.allowList = *AllowList::parse(entries);
  options.userAgent = "colibri-test/1";
  return options;
}

inline HttpRequest post(const std::string& url, const std::string& body = "{}") {
  HttpRequest request;
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = std::make_shared<const std::string>(body);
  request.allowListed = true;
  return request;
}

/// A request under way.
struct Pending {
  HttpClient::Id id = 0;
  std::future<HttpAnswer> answer;

  HttpAnswer get() {
    if (answer.wait_for(20s) != std::future_status::ready) {
      ADD_FAILURE() << "no answer";
      HttpAnswer none;
      none.outcome = Error{Errc::internal, "no answer"};
      return none;
    }
    return answer.get();
  }
  bool ready() const { return answer.wait_for(0s) == std::future_status::ready; }
};

inline Pending start(HttpClient& client, HttpRequest request) {
  std::promise<HttpAnswer> promise;
  auto future = promise.get_future();
  auto id = client.send(std::move(request), [p = std::move(promise)](HttpAnswer a) mutable {
    p.set_value(std::move(a));
  });
  EXPECT_TRUE(id) << (id ? "" : id.error().message);
  return {id ? *id : 0, std::move(future)};
}

inline HttpAnswer exchange(HttpClient& client, HttpRequest request) {
  return start(client, std::move(request)).get();
}

/// Ok = there is none.
inline Errc code(const HttpAnswer& answer) {
  EXPECT_FALSE(answer.outcome);
  return answer.outcome ? Errc::internal : answer.outcome.error().code;
}

}  // namespace colibri::net::test
