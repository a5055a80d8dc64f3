#include "client_kind.hpp"

#include <gtest/gtest.h>

namespace colibri::websocket {
namespace {

constexpr auto kDeflate = "permessage-deflate; client_max_window_bits";

TEST(ClientKind, TheOfficialLibraryTakesOffsets) {
  EXPECT_TRUE(takesOffsets("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/156.0", kDeflate, ""));
  EXPECT_TRUE(takesOffsets("node-XMLHttpRequest", "", "")) << "polling in Node.js";
  EXPECT_TRUE(takesOffsets("", kDeflate, "")) << "a WebSocket in Node.js";
  EXPECT_TRUE(takesOffsets("okhttp/4.12.0", "", "")) << "Java, React Native";
}

TEST(ClientKind, OthersGetTheOneArgumentTheyKnow) {
  for (const auto* agent :
       {"python-requests/2.28.1", "Python/3.11 aiohttp/3.8.4", "Go-http-client/1.1", "curl/8", ""})
    EXPECT_FALSE(takesOffsets(agent, "", "")) << agent;
  EXPECT_FALSE(takesOffsets("Dart/3.1 (dart:io)", kDeflate, ""));
}

TEST(ClientKind, WhoSaysSoIsBelieved) {
  EXPECT_TRUE(takesOffsets("python-requests/2.28.1", "", "1"));
  EXPECT_FALSE(takesOffsets("Mozilla/5.0", kDeflate, "0"));
  EXPECT_TRUE(takesOffsets("Mozilla/5.0", kDeflate, "perhaps"));
}

}  // namespace
}  // namespace colibri::websocket
