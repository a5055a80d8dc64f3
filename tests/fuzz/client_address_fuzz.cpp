// Whatever X-Forwarded-For says: no crash, and an address that no trusted proxy vouches for is
// never taken.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/client_address.hpp"
#include "base/assert.hpp"

using namespace colibri;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  http::Headers headers;
  while (!input.empty()) {
    const auto end = input.find('\n');
    headers.add("x-forwarded-for", input.substr(0, end));
    input.remove_prefix(end == input.npos ? input.size() : end + 1);
  }
  const auto proxies = net::IpNetwork::parse("10.0.0.0/8").value();
  static const api::ClientAddress trusting({proxies}), strict;
  http::PeerAddress stranger, proxy;
  stranger.bytes = {198, 51, 100, 7};
  proxy.bytes = {10, 0, 0, 1};
  COLIBRI_ASSERT(trusting.of(stranger, headers) == net::IpAddress::v4(0xc6336407U));
  COLIBRI_ASSERT(strict.of(proxy, headers) == net::IpAddress::v4(0x0a000001U));

  // Once more with a hop in front: only a header of nothing but proxies is read that far.
  const auto client = trusting.of(proxy, headers);
  http::Headers forged;
  forged.add("X-Forwarded-For", "203.0.113.9");
  for (std::size_t i = 0; i < headers.size(); ++i)
    forged.add(headers.at(i).first, headers.at(i).second);
  if (!proxies.contains(client)) COLIBRI_ASSERT(trusting.of(proxy, forged) == client);
  return 0;
}
