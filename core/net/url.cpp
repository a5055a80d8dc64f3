#include "net/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"

namespace colibri::net {
namespace {

constexpr std::size_t kLongestUrl = 8192;

Error refuse(const char* sentence) {
  return {Errc::invalidArgument, sentence};
}

/// Empty if the part is absent.
std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK || text == nullptr) return {};
  const std::unique_ptr<char, void (*)(void*)> owner(text, &curl_free);
  return text;
}

bool present(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  const bool found = curl_url_get(url, which, &text, 0) == CURLUE_OK;
  curl_free(text);
  return found;
}

std::string bareHost(std::string host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  host.erase(std::find(host.begin(), host.end(), '%'), host.end());
  host = lowerCase(host);
  if (host.size() > 1 && host.back() == '.') host.pop_back();  // "localhost." is localhost
  return host;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.empty() || text.size() > kLongestUrl)
    return refuse("the URL is empty or longer than 8 KB");
  const auto isControl = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), isControl))
    return refuse("the URL contains a space or a control character");
  Url url;
  url.parsed_ =
      std::shared_ptr<void>(curl_url(), [](void* p) { curl_url_cleanup(static_cast<CURLU*>(p)); });
  if (!url.parsed_) return Error{Errc::busy, "out of memory"};
  auto* parsed = static_cast<CURLU*>(url.parsed_.get());
  const auto code =
      curl_url_set(parsed, CURLUPART_URL, std::string(text).c_str(), CURLU_PATH_AS_IS);
  if (code == CURLUE_UNSUPPORTED_SCHEME) return refuse("only http and https URLs are allowed");
  if (code != CURLUE_OK) return refuse("the URL is not an absolute http or https URL");
  const auto scheme = part(parsed, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return refuse("only http and https URLs are allowed");
  if (present(parsed, CURLUPART_USER) || present(parsed, CURLUPART_PASSWORD))
    return refuse("a URL with a user name or password is not allowed, use a header");
  url.tls_ = scheme == "https";
  url.host_ = bareHost(part(parsed, CURLUPART_HOST));
  if (url.host_.empty()) return refuse("the URL names no host");
  const auto port = part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const auto* const end = port.data() + port.size();
  if (const auto read = std::from_chars(port.data(), end, url.port_);
      read.ec != std::errc{} || read.ptr != end || url.port_ == 0)
    return refuse("the URL's port is not between 1 and 65535");
  return url;
}

std::string Url::hostAndPort() const {
  const bool brackets = host_.find(':') != host_.npos;
  return (brackets ? "[" + host_ + "]" : host_) + ":" + std::to_string(port_);
}

std::string Url::poolKey() const {
  return (tls_ ? "https://" : "http://") + hostAndPort();
}

}  // namespace colibri::net
