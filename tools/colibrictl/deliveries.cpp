#include "deliveries.hpp"

#include <cstdio>
#include <future>

#include "config/environment.hpp"
#include "config/loader.hpp"
#include "net/curl_http_client.hpp"
#include "shared/json.hpp"

namespace colibri::ctl {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kWithin{60};
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

std::string encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      out.append(1, '%').append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
  }
  return out;
}

/// Where a gateway that listens on `host` can be reached from this machine.
std::string urlOf(const config::Settings::Server& server) {
  auto host = server.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != host.npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(server.port);
}

/// The sentences of an error of the API.
std::string sentencesOf(const net::HttpAnswer& answer) {
  const auto body = shared::parseJson(answer.body, shared::kLargeJson).value;
  boost::system::error_code none;
  const auto* messages = body.find_pointer("/response/message", none);
  std::string all;
  if (messages != nullptr && messages->is_array()) {
    for (const auto& one : messages->as_array()) {
      if (!one.is_string()) continue;
      all += (all.empty() ? "" : "; ") + std::string(one.as_string());
    }
  }
  return all.empty() ? "the gateway answered " + std::to_string(answer.status) : all;
}

/// The running gateway. [Blocking]
class Gateway {
 public:
  Gateway(std::string url, std::string key, net::AllowList itself)
      : url_(std::move(url)),
        key_(std::move(key)),
        client_(
            [&] {
              net::CurlHttpClient::Options options;
              options.allowList = std::move(itself);
              options.timeout = kWithin;
              options.userAgent = "colibrictl";
              return options;
            }(),
            clock_) {}

  Result<json::object> ask(const std::string& path, const json::object* body) {
    net::HttpRequest request;
    request.method = body ? "POST" : "GET";
    request.url = url_ + path;
    request.headers = {{"apikey", key_}, {"content-type", "application/json"}};
    if (body) request.body = std::make_shared<const std::string>(json::serialize(*body));
    request.maxResponseBytes = kMostBytes;
    request.allowListed = true;
    std::promise<net::HttpAnswer> answered;
    const auto sent = client_.send(
        std::move(request), [&](net::HttpAnswer answer) { answered.set_value(std::move(answer)); });
    if (!sent) return sent.error();
    const auto answer = answered.get_future().get();
    if (!answer.outcome)
      return Error{answer.outcome.error().code,
                   url_ + ": " + answer.outcome.error().message + "; does the gateway run there?"};
    if (answer.status != 200) return Error{Errc::rejected, sentencesOf(answer)};
    auto parsed = shared::parseJson(answer.body, shared::kLargeJson);
    if (!parsed.value.is_object())
      return Error{Errc::rejected,
                   url_ + " does not answer as a gateway does" +
                       (parsed.fault ? ": what it says " + parsed.fault->what : "")};
    return std::move(parsed.value.as_object());
  }

 private:
  const SystemClock clock_;
  const std::string url_, key_;
  net::CurlHttpClient client_;
};

Result<void> show(const std::string& action, const Result<json::object>& answer) {
  if (!answer) return answer.error();
  std::fputs(printed(action, *answer).c_str(), stdout);
  return {};
}

std::string queryOf(const DeliveriesCommand& command) {
  std::string query;
  const auto add = [&](std::string_view name, std::string_view value) {
    query += (query.empty() ? "?" : "&") + std::string(name) + "=" + encoded(value);
  };
  for (const auto& [name, value] : command.filters) add(name, value);
  for (const auto& id : command.ids) add("id", id);
  return query;
}

json::object bodyOf(const DeliveriesCommand& command) {
  json::object body;
  for (const auto& [name, value] : command.filters) body[name] = value;
  json::array ids;
  for (const auto& id : command.ids) ids.emplace_back(std::stoll(id));
  if (!ids.empty()) body["ids"] = std::move(ids);
  if (command.all) body["all"] = true;
  return body;
}

/// Replay and purge look at so many letters in one request; this goes on to the last.
Result<void> changeAll(Gateway& gateway, const std::string& path,
                       const DeliveriesCommand& command) {
  auto body = bodyOf(command);
  for (;;) {
    const auto answer = gateway.ask(path, &body);
    if (auto shown = show(command.action, answer); !shown) return shown;
    const auto* next = answer->if_contains("next");
    if (next == nullptr || next->is_null()) return {};
    body["after"] = *next;
  }
}

}  // namespace

Result<void> runDeliveries(DeliveriesCommand command) {
  const auto loader = config::Loader::open(command.configFile, config::processEnvironment());
  if (!loader) return loader.error();
  const auto& settings = loader->settings();
  auto url = command.url.empty() ? urlOf(settings.server) : command.url;
  while (url.ends_with('/')) url.pop_back();
  const auto parsed = net::Url::parse(url);
  if (!parsed) return Error{Errc::invalidArgument, "--url: " + parsed.error().message};
  auto itself = net::AllowList::parse({parsed->host()});
  if (!itself) return itself.error();
  Gateway gateway(url, settings.authentication.apiKey, std::move(*itself));
  const auto& action = command.action;
  const auto path = "/" + encoded(command.instance) + "/deliveries/" +
                    (action == "dead-letters" ? "deadLetters" : action);
  if (action == "replay" || action == "purge") return changeAll(gateway, path, command);
  if (action != "resume") return show(action, gateway.ask(path + queryOf(command), nullptr));
  const auto body = bodyOf(command);
  return show(action, gateway.ask(path, &body));
}

}  // namespace colibri::ctl
