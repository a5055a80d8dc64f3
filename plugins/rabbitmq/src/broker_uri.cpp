#include "broker_uri.hpp"

#include <charconv>
#include <colibri/sdk/plugin.hpp>

#include "event_settings/json_reader.hpp"

namespace colibri::rabbitmq {
namespace {

constexpr std::size_t kLongest = 255;  // of each part; AMQP's short strings end there, too

[[noreturn]] void refuseUri(std::string_view sentence) {
  event_settings::refuse("uri", sentence);
}

int hexDigit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) refuseUri("% must be followed by two hexadecimal digits");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      refuseUri("must have no control characters");
    out.push_back(c);
  }
  if (out.size() > kLongest) refuseUri("each part must have at most 255 bytes");
  return out;
}

/// Takes what stands before `mark` out of `rest`, with the mark; nothing if it is not there.
bool cut(std::string_view& rest, std::size_t at, std::string_view& before) {
  if (at == std::string_view::npos) return false;
  before = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return true;
}

void readHostAndPort(std::string_view text, Broker& into) {
  std::string_view host = text, port;
  if (text.starts_with('[')) {  // an IPv6 address
    const auto end = text.find(']');
    if (end == std::string_view::npos) refuseUri("[ must be closed by ]");
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && !port.starts_with(':'))
      refuseUri("] must be followed by the port or nothing");
    if (!port.empty()) port.remove_prefix(1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (host.empty()) refuseUri("the host is missing");
  into.host = decoded(host);
  if (port.empty()) return;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number < 1 || number > 65'535)
    refuseUri("the port must be from 1 to 65535");
  into.port = static_cast<std::uint16_t>(number);
}

}  // namespace

std::string Broker::shown() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (tls ? "amqps://" : "amqp://") + (v6 ? "[" + host + "]" : host) + ":" +
         std::to_string(port) + (vhost.starts_with('/') ? "" : "/") + vhost;
}

Broker parseBrokerUri(std::string_view uri) {
  Broker broker;
  constexpr std::string_view kPlain = "amqp://", kTls = "amqps://";
  broker.tls = uri.starts_with(kTls);
  if (!broker.tls && !uri.starts_with(kPlain)) refuseUri("must begin with amqp:// or amqps://");
  if (broker.tls) broker.port = 5671;
  auto rest = uri.substr(broker.tls ? kTls.size() : kPlain.size());
  if (rest.find_first_of("?#") != std::string_view::npos)
    refuseUri(
        "must end with the vhost: a query is not taken; frame_max and ca_file are keys of their "
        "own");
  std::string_view authority = rest, path;
  if (cut(rest, rest.find('/'), authority)) path = rest;
  if (path.find('/') != std::string_view::npos) refuseUri("a / in the vhost must be written %2F");
  std::string_view user;
  if (cut(authority, authority.rfind('@'), user)) {
    std::string_view name, password = user;
    if (!cut(password, password.find(':'), name)) std::swap(name, password);
    broker.user = decoded(name);
    broker.password = decoded(password);
  }
  readHostAndPort(authority, broker);
  if (!path.empty()) broker.vhost = decoded(path);
  return broker;
}

}  // namespace colibri::rabbitmq
