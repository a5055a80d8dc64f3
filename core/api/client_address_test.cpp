#include "api/client_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace colibri::api {
namespace {

http::PeerAddress peerOf(const std::string& text) {
  http::PeerAddress peer;
  peer.v6 = text.find(':') != text.npos;
  EXPECT_EQ(::inet_pton(peer.v6 ? AF_INET6 : AF_INET, text.c_str(), peer.bytes.data()), 1);
  return peer;
}

std::string clientOf(const std::vector<std::string>& trusted, const std::string& peer,
                     const std::vector<std::string>& forwarded) {
  http::Headers headers;
  headers.add("Host", "x");
  for (const auto& value : forwarded) headers.add("X-Forwarded-For", value);
  return ClientAddress::parse(trusted).value().of(peerOf(peer), headers).text();
}

const std::vector<std::string> kProxies{"10.0.0.0/8", "2001:db8:ffff::/48"};

TEST(ClientAddress, WithoutTrustedProxiesTheHeaderMeansNothing) {
  EXPECT_EQ(clientOf({}, "10.0.0.1", {"198.51.100.7"}), "10.0.0.1");
  EXPECT_EQ(clientOf({"192.0.2.1"}, "10.0.0.1", {"198.51.100.7"}), "10.0.0.1");
}

TEST(ClientAddress, IsTheLastOneThatATrustedProxyNamedAndIsNone) {
  EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {"198.51.100.7"}), "198.51.100.7");
  EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {"198.51.100.7, 10.1.2.3"}), "198.51.100.7");
  EXPECT_EQ(clientOf(kProxies, "2001:db8:ffff::1", {"2001:db8::5"}), "2001:db8::5");
}

TEST(ClientAddress, WhatTheClientInventedIsNotRead) {
  EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {"127.0.0.1, 203.0.113.1, 198.51.100.7"}),
            "198.51.100.7");
  EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {"10.9.9.9, 198.51.100.7, 10.1.2.3"}), "198.51.100.7");
  EXPECT_EQ(clientOf(kProxies, "198.51.100.7", {"10.0.0.1"}), "198.51.100.7");
}

TEST(ClientAddress, SeveralHeadersAreOneList) {
  EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {"1.1.1.1", "198.51.100.7", "10.1.2.3"}),
            "198.51.100.7");
}

TEST(ClientAddress, AllTrustedIsTheFirstOfThem) {
  EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {"10.0.0.3,10.0.0.2"}), "10.0.0.3");
  EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {}), "10.0.0.1");
}

TEST(ClientAddress, PortsAndBracketsAreLeftOut) {
  for (const auto* hop :
       {"198.51.100.7:4711", " 198.51.100.7\t", "::ffff:198.51.100.7", "[::ffff:198.51.100.7]:80"})
    EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {hop}), "198.51.100.7") << hop;
  for (const auto* hop : {"2001:db8::5", "[2001:db8::5]", "[2001:db8::5]:4711"})
    EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {hop}), "2001:db8::5") << hop;
}

TEST(ClientAddress, AnIpv4PeerOfAListenerForBothFamiliesIsTheSamePeer) {
  EXPECT_EQ(clientOf(kProxies, "::ffff:10.0.0.1", {"198.51.100.7"}), "198.51.100.7");
  EXPECT_EQ(clientOf({}, "::ffff:198.51.100.7", {}), "198.51.100.7");
}

TEST(ClientAddress, WhatIsNoAddressEndsAtTheProxyThatWroteIt) {
  for (const auto* hop :
       {"", ",", " , ", "unknown", "_hidden", "198.51.100", "198.51.100.7.8", "1.2.3.4:5:6", "[",
        "[]", "[198.51.100.7", "]", "::1%eth0", "localhost", "198.51.100.7/24", "0x7f.1",
        "198.51.100.7 203.0.113.1", "\"198.51.100.7\""})
    EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {hop}), "10.0.0.1") << hop;
  EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {"203.0.113.1,, 10.0.0.2"}), "10.0.0.2");
}

TEST(ClientAddress, AnEndlessHeaderIsReadFromItsEndOnlySoFar) {
  std::string hops = "198.51.100.7";
  for (unsigned i = 0; i < 3000; ++i) hops += ",10.0.0.2";
  EXPECT_EQ(clientOf(kProxies, "10.0.0.1", {hops}), "10.0.0.2");
}

TEST(ClientAddress, AWrongBlockIsNamed) {
  for (const auto* text :
       {"", "10.0.0.0/33", "10.0.0.0/", "example.test", "10.0.0.0/-1", "::/129"}) {
    const auto parsed = ClientAddress::parse({"127.0.0.1", text});
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find('"' + std::string(text) + '"'), std::string::npos);
  }
}

}  // namespace
}  // namespace colibri::api
