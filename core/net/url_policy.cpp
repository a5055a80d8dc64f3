#include "net/url_policy.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.hpp"

namespace colibri::net {
namespace {

struct Range {
  IpNetwork network;
  AddressKind kind;
};

template <std::size_t N>
std::array<Range, N> ranges(const std::array<std::pair<const char*, AddressKind>, N>& texts) {
  std::array<Range, N> out{};
  for (std::size_t i = 0; i < N; ++i) out[i] = {*IpNetwork::parse(texts[i].first), texts[i].second};
  return out;
}

using Text = std::pair<const char*, AddressKind>;

/// First match wins. IPv6 outside 2000::/3 is not global even if it is not listed.
const auto& table() {
  using enum AddressKind;
  static const auto kTable = ranges(std::to_array<Text>({
      // Credentials live behind these. 169.254.169/24 and .170/24: AWS, Google, Azure, Oracle, ECS,
      // EKS.
      {"169.254.169.0/24", metadata},
      {"169.254.170.0/24", metadata},
      {"169.254.42.42", metadata},    // Scaleway
      {"169.254.0.23", metadata},     // Tencent
      {"100.100.100.200", metadata},  // Alibaba
      {"192.0.0.192", metadata},      // Oracle
      {"168.63.129.16", metadata},    // Azure's host agent
      {"fd00:ec2::/32", metadata},
      {"fd20:ce::254", metadata},  // AWS, Google
      {"fd00:42::42", metadata},
      {"fe80::a9fe:a9fe", metadata},  // Scaleway, OpenStack
      {"0.0.0.0/8", unspecified},
      {"10.0.0.0/8", privateUse},
      {"100.64.0.0/10", shared},
      {"127.0.0.0/8", loopback},
      {"169.254.0.0/16", linkLocal},
      {"172.16.0.0/12", privateUse},
      {"192.0.0.0/24", reserved},
      {"192.0.2.0/24", reserved},
      {"192.88.99.0/24", reserved},
      {"192.168.0.0/16", privateUse},
      {"198.18.0.0/15", reserved},
      {"198.51.100.0/24", reserved},
      {"203.0.113.0/24", reserved},
      {"224.0.0.0/4", multicast},
      {"255.255.255.255", multicast},
      {"240.0.0.0/4", reserved},
      {"::", unspecified},
      {"::1", loopback},
      {"fc00::/7", privateUse},
      {"fe80::/10", linkLocal},
      {"fec0::/10", privateUse},
      {"ff00::/8", multicast},
      {"2001:db8::/32", reserved},
      {"3fff::/20", reserved},
  }));
  return kTable;
}

/// nullptr: nothing said about it.
const Range* listed(const IpAddress& a) noexcept {
  const auto& all = table();
  const auto* found =
      std::find_if(all.begin(), all.end(), [&](const Range& r) { return r.network.contains(a); });
  return found == all.end() ? nullptr : found;
}

bool isHostName(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

AddressKind kindOf(const IpAddress& address) noexcept {
  const auto inner = address.embeddedV4();
  if (inner && kindOf(*inner) == AddressKind::metadata) return AddressKind::metadata;
  if (const auto* range = listed(address)) return range->kind;
  if (inner) return AddressKind::embedded;
  static const IpNetwork kGlobal = *IpNetwork::parse("2000::/3"),
                         kProtocols = *IpNetwork::parse("2001::/23");
  if (address.isV4()) return AddressKind::global;
  return kGlobal.contains(address) && !kProtocols.contains(address) ? AddressKind::global
                                                                    : AddressKind::reserved;
}

const char* describe(AddressKind kind) noexcept {
  switch (kind) {
    case AddressKind::global:
      return "a public address";
    case AddressKind::metadata:
      return "a cloud metadata address";
    case AddressKind::loopback:
      return "a loopback address";
    case AddressKind::privateUse:
      return "a private address";
    case AddressKind::linkLocal:
      return "a link-local address";
    case AddressKind::shared:
      return "a carrier-grade NAT address";
    case AddressKind::multicast:
      return "a multicast address";
    case AddressKind::unspecified:
      return "an unspecified address";
    case AddressKind::embedded:
      return "an IPv6 address that carries an IPv4 address";
    case AddressKind::reserved:
      return "a reserved address";
  }
  return "an unknown address";
}

Result<AllowList> AllowList::parse(const std::vector<std::string>& entries) {
  AllowList list;
  for (const auto& given : entries) {
    const auto entry = lowerCase(given);
    if (entry == "loopback") {
      list.networks_.push_back(*IpNetwork::parse("127.0.0.0/8"));
      list.networks_.push_back(*IpNetwork::parse("::1"));
      continue;
    }
    if (const auto network = IpNetwork::parse(entry)) {
      list.networks_.push_back(*network);
      continue;
    }
    Host host{entry, 0};
    if (const auto colon = entry.rfind(':'); colon != entry.npos) {
      host.name = entry.substr(0, colon);
      const auto* const end = entry.data() + entry.size();
      const auto read = std::from_chars(entry.data() + colon + 1, end, host.port);
      if (read.ec != std::errc{} || read.ptr != end || host.port == 0) host.name.clear();
      if (host.name.size() > 2 && host.name.front() == '[' && host.name.back() == ']') {
        const auto literal = IpAddress::parse(host.name.substr(1, host.name.size() - 2));
        host.name = literal ? literal->text() : std::string();
        if (literal) {
          list.hosts_.push_back(std::move(host));
          continue;
        }
      }
    }
    if (!isHostName(host.name))
      return Error{Errc::invalidArgument,
                   "'" + given + "' is not an allow list entry, allowed: a network " +
                       "(10.0.0.0/8), an address, host, host:port, loopback"};
    list.hosts_.push_back(std::move(host));
  }
  return list;
}

bool AllowList::names(const Url& url) const noexcept {
  return std::any_of(hosts_.begin(), hosts_.end(), [&](const Host& h) {
    return h.name == url.host() && (h.port == 0 || h.port == url.port());
  });
}

bool AllowList::covers(const IpAddress& address) const noexcept {
  const auto inner = address.embeddedV4();
  return std::any_of(networks_.begin(), networks_.end(), [&](const IpNetwork& n) {
    return n.contains(address) || (inner && n.contains(*inner));
  });
}

Result<void> UrlPolicy::check(const Url& url, const IpAddress& address,
                              bool mayUseAllowList) const {
  const auto kind = kindOf(address);
  if (kind == AddressKind::global) return {};
  const auto where = url.hostAndPort() + " is " + describe(kind);
  if (kind == AddressKind::metadata)
    return Error{Errc::forbidden, where + ", which is never allowed"};
  if (!mayUseAllowList)
    return Error{Errc::forbidden, where + ", only public addresses are allowed here"};
  if (allowed_.names(url) || allowed_.covers(address)) return {};
  return Error{Errc::forbidden, where + " and not on the allow list"};
}

Result<void> UrlPolicy::checkLiteral(const Url& url, bool mayUseAllowList) const {
  const auto literal = IpAddress::parse(url.host());
  return literal ? check(url, *literal, mayUseAllowList) : Result<void>();
}

}  // namespace colibri::net
