#include "net/url_policy.hpp"

#include <gtest/gtest.h>

namespace colibri::net {
namespace {

Url url(std::string_view text) {
  auto parsed = Url::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().message;
  return *parsed;
}

IpAddress ip(std::string_view text) {
  const auto parsed = IpAddress::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(IpAddress{});
}

UrlPolicy policy(const std::vector<std::string>& entries = {}) {
  return UrlPolicy(*AllowList::parse(entries));
}

bool allowed(const UrlPolicy& p, std::string_view target, std::string_view address,
             bool listed = true) {
  return p.check(url(target), ip(address), listed).has_value();
}

TEST(Url, AcceptsAbsoluteHttpAndHttpsOnly) {
  EXPECT_EQ(url("http://Example.COM/x?y#z").hostAndPort(), "example.com:80");
  EXPECT_EQ(url("https://example.com:8443").poolKey(), "https://example.com:8443");
  EXPECT_EQ(url("https://[2001:DB8::1]/").hostAndPort(), "[2001:db8::1]:443");
  for (const auto* bad :
       {"", "example.com", "//example.com/", "/path", "ftp://example.com/",
        "gopher://example.com/1x", "file:///etc/passwd", "dict://example.com:11111/",
        "javascript:alert(1)", "http://", "http://example.com:0/", "http://example.com:65536/",
        "http://example.com:x/", "http://exa mple.com/", "http://example.com/\r\nHost: other",
        "http://example.com/\tx", "unix:///run/docker.sock", "ws://example.com"})
    EXPECT_FALSE(Url::parse(bad)) << bad;
  EXPECT_FALSE(Url::parse("http://example.com/" + std::string(9000, 'a')));
  EXPECT_FALSE(Url::parse(std::string_view("http://example.com/\0x", 21)));
}

TEST(Url, RefusesUserInfoWithoutRepeatingIt) {
  for (const auto* bad : {"http://user@example.com/", "http://user:hunter2@example.com/",
                          "http://:hunter2@example.com/", "http://example.com@169.254.169.254/",
                          "https://@example.com/"}) {
    const auto parsed = Url::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(Url, WritesOutOddSpellingsOfIpv4) {
  for (const auto* odd :
       {"http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/",
        "http://0x7f.0.0.1/", "http://127.0.0.1./", "http://017700000001/"}) {
    EXPECT_EQ(url(odd).host(), "127.0.0.1") << odd;
    EXPECT_FALSE(policy().checkLiteral(url(odd), true)) << odd;
  }
  EXPECT_FALSE(policy().checkLiteral(url("http://[fe80::1%25eth0]/"), true))
      << "a zone changes nothing";
  EXPECT_TRUE(policy().checkLiteral(url("http://localhost/"), true))
      << "a name is checked at the socket";
}

TEST(UrlPolicy, RefusesEveryAddressThatIsNotPublic) {
  for (const auto* address : {"127.0.0.1",
                              "127.255.255.254",
                              "10.0.0.1",
                              "10.255.255.255",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.0.1",
                              "169.254.0.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "100.127.255.255",
                              "100.100.100.200",
                              "0.0.0.0",
                              "0.1.2.3",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "192.0.0.1",
                              "192.0.0.192",
                              "192.0.2.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "192.88.99.1",
                              "168.63.129.16",
                              "::",
                              "::1",
                              "::127.0.0.1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::ffff:8.8.8.8",
                              "::ffff:0:8.8.8.8",
                              "64:ff9b::7f00:1",
                              "64:ff9b::808:808",
                              "64:ff9b:1::a00:1",
                              "2002:7f00:1::",
                              "2002:808:808::1",
                              "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                              "2001:db8::1",
                              "2001:2::1",
                              "3fff::1",
                              "100::1",
                              "fc00::1",
                              "fd00::1",
                              "fd00:ec2::254",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "ff02::1",
                              "4000::1",
                              "5f00::1"})
    for (const bool listed : {false, true})
      EXPECT_FALSE(allowed(policy(), "http://target.test/", address, listed)) << address;
}

TEST(UrlPolicy, AllowsPublicAddressesRightBesideTheRanges) {
  for (const auto* address :
       {"8.8.8.8",         "1.1.1.1",         "9.255.255.255",  "11.0.0.0",
        "126.255.255.255", "128.0.0.1",       "172.15.255.255", "172.32.0.0",
        "192.167.255.255", "192.169.0.0",     "100.63.255.255", "100.128.0.0",
        "169.253.255.255", "169.255.0.0",     "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2606:4700::1111", "2a00:1450::1",   "2001:4860:4860::8888",
        "2003::1",         "3ffe::1"})
    EXPECT_TRUE(allowed(policy(), "http://target.test/", address, false)) << address;
}

TEST(UrlPolicy, AllowListOpensExactlyWhatItNames) {
  const auto byNetwork = policy({"10.1.0.0/16", "fd12::/16", "192.168.7.7"});
  EXPECT_TRUE(allowed(byNetwork, "http://any.test/", "10.1.255.1"));
  EXPECT_TRUE(allowed(byNetwork, "http://any.test/", "::ffff:10.1.2.3"));
  EXPECT_TRUE(allowed(byNetwork, "http://any.test/", "fd12::9"));
  EXPECT_TRUE(allowed(byNetwork, "http://any.test/", "192.168.7.7"));
  EXPECT_FALSE(allowed(byNetwork, "http://any.test/", "10.2.0.1"));
  EXPECT_FALSE(allowed(byNetwork, "http://any.test/", "192.168.7.8"));
  EXPECT_FALSE(allowed(byNetwork, "http://any.test/", "127.0.0.1"));

  const auto byName = policy({"N8N:5678", "sink", "[::1]:9000"});
  EXPECT_TRUE(allowed(byName, "http://n8n:5678/webhook", "172.18.0.3"));
  EXPECT_FALSE(allowed(byName, "http://n8n:5679/webhook", "172.18.0.3"));
  EXPECT_FALSE(allowed(byName, "http://evil.n8n:5678/", "172.18.0.3"));
  EXPECT_TRUE(allowed(byName, "https://sink:1/", "10.0.0.1"));
  EXPECT_TRUE(allowed(byName, "http://[::1]:9000/", "::1"));
  EXPECT_FALSE(allowed(byName, "http://[::1]:9001/", "::1"));

  const auto loopback = policy({"loopback"});
  for (const auto* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(allowed(loopback, "http://localhost:3000/", address)) << address;
  EXPECT_FALSE(allowed(loopback, "http://localhost:3000/", "0.0.0.0"));
  EXPECT_FALSE(allowed(loopback, "http://localhost:3000/", "10.0.0.1"));
}

TEST(UrlPolicy, AllowListIsOnlyForRequestsOfItsClass) {
  const auto p = policy({"0.0.0.0/0", "::/0", "target.test"});
  EXPECT_TRUE(allowed(p, "http://target.test/", "10.0.0.1", true));
  EXPECT_FALSE(allowed(p, "http://target.test/", "10.0.0.1", false));
}

TEST(UrlPolicy, MetadataIsNeverAllowedHoweverWideTheList) {
  const auto p = policy({"0.0.0.0/0", "::/0", "169.254.169.254", "metadata.test", "loopback"});
  for (const auto* address :
       {"169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.169.253", "100.100.100.200",
        "192.0.0.192", "168.63.129.16", "169.254.42.42", "169.254.0.23", "fd00:ec2::254",
        "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe:a9fe", "::ffff:169.254.169.254",
        "::169.254.169.254", "64:ff9b::169.254.169.254", "64:ff9b:1::169.254.169.254",
        "2002:a9fe:a9fe::1", "::ffff:100.100.100.200"}) {
    const auto verdict =
        p.check(url("http://metadata.test/latest?token=hunter2"), ip(address), true);
    ASSERT_FALSE(verdict) << address;
    EXPECT_EQ(verdict.error().code, Errc::forbidden);
    EXPECT_EQ(verdict.error().message,
              "metadata.test:80 is a cloud metadata address, which is never allowed");
  }
}

TEST(UrlPolicy, RefusalSaysWhatAndWhyWithoutPathOrQuery) {
  const auto verdict =
      policy({"10.0.0.0/8"})
          .check(url("http://a.test:81/hook/s3cret?k=s3cret"), ip("192.168.1.1"), true);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().message, "a.test:81 is a private address and not on the allow list");
}

TEST(AllowList, RefusesEntriesItDoesNotUnderstand) {
  for (const auto* bad : {"", "10.0.0.0/33", "fd00::/129", "10.0.0.0/x", "host:0", "host:70000",
                          "host:", "http://host", "a b", "*.internal", "[::1]", "[zz]:80",
                          "host/path", "10.0.0.0/-1"}) {
    const auto list = AllowList::parse({"10.0.0.0/8", bad});
    ASSERT_FALSE(list) << bad;
    EXPECT_NE(list.error().message.find("'" + std::string(bad) + "'"), std::string::npos);
  }
}

TEST(IpAddress, ReadsAndWritesBothFamilies) {
  for (const auto* text : {"1.2.3.4", "::1", "2001:db8::ff", "fe80::1"})
    EXPECT_EQ(ip(text).text(), text);
  for (const auto* bad : {"", "1.2.3", "01.2.3.4", "1.2.3.4.5", "256.1.1.1", "::1%eth0", "[::1]",
                          "localhost", "0x7f.1"})
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(IpAddress::from(nullptr, 0));
}

}  // namespace
}  // namespace colibri::net
