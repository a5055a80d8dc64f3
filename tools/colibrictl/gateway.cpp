#include "gateway.hpp"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/URI.h>

#include <algorithm>
#include <cstdlib>

#include "json.hpp"
#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

namespace net = Poco::Net;

constexpr long kConnectWithinS = 5;
constexpr long kAnswerWithinS = 150;  // a command's deadline, and the "typing …" before it
constexpr std::size_t kMostAnswerBytes = std::size_t{64} << 20;

std::unique_ptr<net::HTTPClientSession> sessionTo(const Poco::URI& uri) {
  std::unique_ptr<net::HTTPClientSession> session;
  const bool known = uri.getScheme() == "http" || uri.getScheme() == "https";
  if (!known || uri.getHost().empty()) throw Poco::URISyntaxException("no URL of a gateway");
  if (uri.getScheme() == "https") {
    constexpr int kChain = 9;
    constexpr bool kSystemsAuthorities = true;
    net::Context::Ptr context =
        new net::Context(net::Context::TLS_CLIENT_USE, "", "", "", net::Context::VERIFY_STRICT,
                         kChain, kSystemsAuthorities);
    context->enableExtendedCertificateVerification(true);
    session = std::make_unique<net::HTTPSClientSession>(uri.getHost(), uri.getPort(), context);
  } else {
    session = std::make_unique<net::HTTPClientSession>(uri.getHost(), uri.getPort());
  }
  session->setTimeout({kConnectWithinS, 0}, {kAnswerWithinS, 0}, {kAnswerWithinS, 0});
  return session;
}

std::string readAll(std::istream& in) {
  std::string body;
  char buffer[8192];
  while (in.read(buffer, sizeof buffer), in.gcount() > 0) {
    body.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (body.size() > kMostAnswerBytes) throw Poco::DataFormatException("the answer is too large");
  }
  return body;
}

/// The body of a refused upgrade, which Poco leaves in the session and on the socket.
std::string leftBody(net::HTTPClientSession& session, const net::HTTPResponse& response) {
  const auto length = std::min<std::streamsize>(response.getContentLength(), 64 << 10);
  Poco::Buffer<char> buffer(0);
  session.drainBuffer(buffer);
  std::string body(buffer.begin(), buffer.size());
  char more[4096];
  while (static_cast<std::streamsize>(body.size()) < length) {
    const int n = session.socket().receiveBytes(more, sizeof more);
    if (n <= 0) break;
    body.append(more, static_cast<std::size_t>(n));
  }
  return body;
}

/// How far the other clock is ahead of ours. A second or two is what the header is cut off by, and
/// the way took.
Poco::Timestamp::TimeDiff aheadOf(const net::HTTPResponse& response) {
  constexpr Poco::Timestamp::TimeDiff kNone = 2'000'000;
  Poco::DateTime date;
  int zone = 0;
  if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT,
                                      response.get(net::HTTPResponse::DATE, ""), date, zone))
    return 0;
  const auto ahead = date.timestamp() - Poco::Timestamp();
  return std::abs(ahead) <= kNone ? 0 : ahead;
}

void addSentence(std::string& all, const Poco::Dynamic::Var& one) {
  const auto fact = objectOf(one);
  std::string text;
  if (one.isString()) text = one.extract<std::string>();
  if (fact->has("exists")) text = "the number " + stringAt(*fact, "number") + " is not on WhatsApp";
  if (!text.empty()) all += (all.empty() ? "" : "; ") + safe(text);
}

/// The sentences of an error of the API; empty if it is none.
std::string sentencesOf(const std::string& body) {
  const auto parsed = parseJson(body);
  if (!parsed) return {};
  std::string all;
  const auto messages = arrayAt(*objectAt(*objectOf(*parsed), "response"), "message");
  for (const auto& one : *messages) {
    const auto several = arrayOf(one);
    for (const auto& inner : *several) addSentence(all, inner);
    addSentence(all, one);
  }
  return all;
}

Error unreachable(const std::string& url, const std::string& why) {
  return {Errc::unavailable, "no gateway answers at " + safe(url) + " (" + safe(why) +
                                 "): start it with tools/up, or name another place with --url"};
}

Error strange(const std::string& url, const std::string& why) {
  return {Errc::rejected, safe(url) + " does not answer as a gateway does: " + safe(why)};
}

Errc codeOf(int status) {
  switch (status) {
    case 401:
      return Errc::forbidden;
    case 403:
      return Errc::conflict;
    case 404:
      return Errc::notFound;
    case 504:
      return Errc::timeout;
    case 429:
    case 503:
      return Errc::busy;
    default:
      return Errc::rejected;
  }
}

/// Calls `exchange` and puts what Poco throws into sentences.
template <class Exchange>
auto asked(const std::string& url, Exchange exchange) -> decltype(exchange()) {
  try {
    return exchange();
  } catch (const net::ConnectionRefusedException&) {
    return unreachable(url, "the connection is refused");
  } catch (const net::SSLException& e) {
    return Error{Errc::rejected,
                 "the certificate of " + safe(url) + " is not good: " + safe(e.message())};
  } catch (const Poco::TimeoutException&) {
    return Error{Errc::timeout,
                 safe(url) + " did not answer in time; what was asked for may still happen"};
  } catch (const Poco::URISyntaxException&) {
    return Error{Errc::invalidArgument,
                 "--url: " + safe(url) + " is no URL such as http://127.0.0.1:8080"};
  } catch (const net::NoMessageException&) {
    return unreachable(url, "the connection ended without an answer");
  } catch (const net::MessageException& e) {
    return strange(url, e.displayText());
  } catch (const Poco::IOException& e) {
    return unreachable(url, e.displayText());
  } catch (const Poco::Exception& e) {
    return strange(url, e.displayText());
  }
}

}  // namespace

Gateway::Gateway(Access access) : access_(std::move(access)) {}

Error Gateway::refusal(int status, const std::string& body) const {
  const auto said = sentencesOf(body);
  const auto code = codeOf(status);
  if (status == 401) {
    return {
        code,
        "the gateway at " + safe(access_.url) + " does not take the key from " +
            safe(access_.keyFrom) +
            ", or it may not do this: give the right one in the variable COLIBRICTL_KEY or with "
            "--key-file"};
  }
  if (said.empty()) return strange(access_.url, "HTTP " + std::to_string(status));
  return {code, said};
}

Result<Poco::Dynamic::Var> Gateway::ask(const std::string& method, const std::string& path,
                                        const Poco::JSON::Object* body) {
  using Answer = Result<Poco::Dynamic::Var>;
  return asked(access_.url, [&]() -> Answer {
    const Poco::URI uri(access_.url);
    const auto session = sessionTo(uri);
    net::HTTPRequest request(method, uri.getPath() + path, net::HTTPMessage::HTTP_1_1);
    request.set("apikey", access_.key);
    request.set("User-Agent", "colibrictl");
    const auto sent = body == nullptr ? std::string() : jsonLine(*body);
    if (body != nullptr) {
      request.setContentType("application/json");
      request.setContentLength(static_cast<std::streamsize>(sent.size()));
    }
    session->sendRequest(request) << sent;
    net::HTTPResponse response;
    const auto answer = readAll(session->receiveResponse(response));
    ahead_ = aheadOf(response);
    const int status = response.getStatus();
    if (status >= 300) return refusal(status, answer);
    auto parsed = parseJson(answer);
    if (!parsed) return strange(access_.url, "what it says " + parsed.error().message);
    return parsed;
  });
}

Result<std::unique_ptr<net::WebSocket>> Gateway::connect(const std::string& path) {
  using Opened = Result<std::unique_ptr<net::WebSocket>>;
  return asked(access_.url, [&]() -> Opened {
    const Poco::URI uri(access_.url);
    const auto session = sessionTo(uri);
    net::HTTPRequest request(net::HTTPRequest::HTTP_GET, uri.getPath() + path,
                             net::HTTPMessage::HTTP_1_1);
    request.set("apikey", access_.key);
    net::HTTPResponse response;
    try {
      return std::make_unique<net::WebSocket>(*session, request, response);
    } catch (const net::WebSocketException&) {
      if (response.getStatus() == net::HTTPResponse::HTTP_SWITCHING_PROTOCOLS) throw;
      return refusal(response.getStatus(), leftBody(*session, response));
    }
  });
}

std::string encoded(const std::string& text) {
  std::string out;
  Poco::URI::encode(text, "/?#%&=+;:@ ", out);
  return out;
}

std::string pathOf(const std::string& instance, const std::string& rest) {
  return "/" + encoded(instance) + "/" + rest;
}

}  // namespace colibri::ctl
