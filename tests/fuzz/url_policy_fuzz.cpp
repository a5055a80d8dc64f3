// Whatever a URL or an allow list entry looks like: no crash, and nothing that is not public gets
// through without the operator's word.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "net/retry_after.hpp"
#include "net/url_policy.hpp"

using namespace colibri::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto split = input.find('\n');
  const auto text = input.substr(0, split);
  const auto rest = split == input.npos ? std::string_view() : input.substr(split + 1);
  static_cast<void>(parseRetryAfter(text, 1'700'000'000'000'000));

  const auto list = AllowList::parse({std::string(rest)});
  const UrlPolicy strict{AllowList()}, listed(list ? *list : AllowList());
  if (const auto address = IpAddress::parse(text)) {
    COLIBRI_ASSERT(IpAddress::parse(address->text()) == address);
    const auto url = Url::parse("http://fuzz.test/");
    COLIBRI_ASSERT(url.has_value());
    const auto kind = kindOf(*address);
    COLIBRI_ASSERT(strict.check(*url, *address, true).has_value() == (kind == AddressKind::global));
    if (kind == AddressKind::metadata) COLIBRI_ASSERT(!listed.check(*url, *address, true));
  }
  const auto url = Url::parse(text);
  if (!url) return 0;
  COLIBRI_ASSERT(!url->host().empty() && url->port() != 0);
  COLIBRI_ASSERT(url->poolKey().starts_with(url->tls() ? "https://" : "http://"));
  if (const auto literal = IpAddress::parse(url->host());
      literal && kindOf(*literal) != AddressKind::global)
    COLIBRI_ASSERT(!strict.checkLiteral(*url, true));
  return 0;
}
