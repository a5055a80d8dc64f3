#include "shared/http_url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace colibri::shared {
namespace {

std::string problemOf(std::string_view url) {
  const auto* problem = httpUrlProblem(url);
  return problem == nullptr ? "none" : problem;
}

TEST(HttpUrl, IsTakenWithAnyPortThatCanBeConnectedTo) {
  for (const auto* url : {"http://a", "https://a.b:8080/c?d#e", "HTTP://a:1", "http://a:65535/",
                          "http://a:080", "http://a:/", "http://[::1]", "http://[::1]:1/",
                          "http://127.0.0.1?x=a:0", "http://a/:0", "http://a#:99999"})
    EXPECT_EQ(problemOf(url), "none") << url;
}

TEST(HttpUrl, IsRefusedWithAPortThatIsNone) {
  for (const std::string port : {"0", "65536", "00000", "99999999999999999999", "-1", "+80", "8o",
                                 "80:80", "0x50", "1.5", "%38"}) {
    EXPECT_EQ(problemOf("http://a:" + port), "must have a port from 1 to 65535") << port;
    EXPECT_EQ(problemOf("https://[::1]:" + port + "/x"), "must have a port from 1 to 65535")
        << port;
    EXPECT_EQ(problemOf("http://a:" + port + "?x"), "must have a port from 1 to 65535") << port;
  }
}

TEST(HttpUrl, IsRefusedWithoutASchemeOrAHostAndWithTricks) {
  for (const auto* url :
       {"", "a", "//a", "http:/a", "ftp://a", "javascript:x", "httpx://a", "http:a"})
    EXPECT_EQ(problemOf(url), "must start with http:// or https://") << url;
  for (const auto* url :
       {"http://", "http:///x", "http://:80", "http://?a", "http://[]", "http://[]:1"})
    EXPECT_EQ(problemOf(url), "must name a host") << url;
  for (const auto* url : {"http://u:p@h", "http://a@b", "http://a:80@b"})
    EXPECT_EQ(problemOf(url), "must not contain a user name or password, use headers") << url;
  for (const auto* url : {"http://a b", "http://a\n", "http://a\\b", "HTTP ://a", "http://a\x7f"})
    EXPECT_EQ(problemOf(url), "must not contain blanks, backslashes or control characters") << url;
  EXPECT_EQ(problemOf("http://[::1"), "must close the [ of its address with ]");
}

}  // namespace
}  // namespace colibri::shared
