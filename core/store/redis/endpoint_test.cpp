#include "store/redis/endpoint.hpp"

#include <gmock/gmock.h>

namespace colibri::store::redis {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Endpoint, IsReadFromAnAddress) {
  const auto full = parseEndpoint("redis://us%40er:p%3Aw%2Fd@redis.example:6380/6").value();
  EXPECT_EQ(full.host, "redis.example");
  EXPECT_EQ(full.port, 6380);
  EXPECT_EQ(full.database, 6u);
  EXPECT_EQ(full.user, "us@er");
  EXPECT_EQ(full.password, "p:w/d");
  EXPECT_EQ(full.text(), "redis.example:6380/6");
  const auto least = parseEndpoint("redis://localhost").value();
  EXPECT_EQ(least.text(), "localhost:6379/0");
  EXPECT_EQ(least.password, "");
  EXPECT_EQ(parseEndpoint("redis://:secret@localhost").value().user, "");
  EXPECT_EQ(parseEndpoint("redis://:secret@localhost").value().password, "secret");
  EXPECT_EQ(parseEndpoint("redis://[::1]:7000").value().text(), "[::1]:7000/0");
}

TEST(Endpoint, RefusesWhatItCannotDoInASentenceWithoutThePassword) {
  for (const auto* wrong :
       {"", "localhost", "http://:pass-word@localhost", "redis://", "redis://:pass-word@/0",
        "redis://:pass-word@host/abc", "redis://:pass-word@host/-1",
        "redis://:pass-word@host/70000", "redis://:pass-word@host/0?x=1",
        "redis://:pass-word@host:99999/0", "redis://user@host", "redis://:pass-word@host/1/2",
        "redis://:pass-word@ho st/"}) {
    const auto endpoint = parseEndpoint(wrong);
    ASSERT_FALSE(endpoint) << wrong;
    EXPECT_EQ(endpoint.error().code, Errc::invalidArgument) << wrong;
    EXPECT_THAT(endpoint.error().message, HasSubstr("redis://user:password@host:port/database"));
    EXPECT_THAT(endpoint.error().message, Not(HasSubstr("pass-word"))) << wrong;
  }
}

TEST(Endpoint, SaysThatItHasNoTls) {
  const auto endpoint = parseEndpoint("rediss://host");
  EXPECT_EQ(endpoint.error().code, Errc::unsupported);
  EXPECT_THAT(endpoint.error().message, HasSubstr("tunnel"));
}

}  // namespace
}  // namespace colibri::store::redis
