#include "http/error_body.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace colibri::http {
namespace {

TEST(ErrorBody, HasTheOneShapeWithMessagesAsAnArray) {
  const std::vector<std::string> messages = {"first", "second"};
  EXPECT_EQ(errorBody(400, messages),
            R"({"status":400,"error":"Bad Request","response":{"message":["first","second"]}})");
}

TEST(ErrorBody, EscapesWhatComesFromOutside) {
  const auto response = errorResponse(404, "The \"a\\b\n\x01\" instance does not exist");
  const auto parsed = boost::json::parse(response.body);
  EXPECT_EQ(parsed.at("response").at("message").at(0).as_string(),
            "The \"a\\b\n\x01\" instance does not exist");
  EXPECT_EQ(response.contentType, "application/json; charset=utf-8");
}

TEST(ErrorBody, StaysJsonWhenAMessageIsNotUtf8) {
  for (const std::string bad :
       {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "ok\xe2\x82"}) {
    boost::system::error_code ec;
    boost::json::parse(errorResponse(400, bad).body, ec);
    EXPECT_FALSE(ec) << ec.message();
  }
}

TEST(ErrorBody, TakesAnArrayThatIsSerialisedAlready) {
  EXPECT_EQ(errorBodyWithArray(400, R"([{"exists":false}])"),
            R"({"status":400,"error":"Bad Request","response":{"message":[{"exists":false}]}})");
}

}  // namespace
}  // namespace colibri::http
