#pragma once

#include <colibri/testing/fake_host.hpp>
#include <string>
#include <utility>

namespace colibri::event_settings {

// The routes set and find of a plugin in a fake host, asked until they answer.

inline colibri::testing::RouteReply ask(colibri::testing::FakeHost& host, std::string_view action,
                                        std::string body, bool v2 = false) {
  const auto row = std::string(sdk::view(host.descriptor().alias)).append(action);
  const auto token = host.request({.row = row, .v2 = v2, .body = std::move(body)});
  host.pump();
  return host.reply(token).value_or(colibri::testing::RouteReply{.body = "no answer"});
}

inline colibri::testing::RouteReply askSet(colibri::testing::FakeHost& host, std::string body,
                                           bool v2 = false) {
  return ask(host, ".set", std::move(body), v2);
}

inline colibri::testing::RouteReply askFind(colibri::testing::FakeHost& host, bool v2 = false) {
  return ask(host, ".find", "{}", v2);
}

}  // namespace colibri::event_settings
