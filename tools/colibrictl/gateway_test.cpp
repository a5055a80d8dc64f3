#include "gateway.hpp"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <gmock/gmock.h>

#include <thread>

#include "json.hpp"

namespace colibri::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t kMostFiller = std::size_t{64} << 20;

/// What answers at an address where somebody expected a gateway.
class Stranger {
 public:
  Stranger(int status, std::string body)
      : server_(new Factory(status, std::move(body)),
                Poco::Net::ServerSocket(Poco::Net::SocketAddress("127.0.0.1", 0)),
                new Poco::Net::HTTPServerParams) {
    server_.start();
  }
  ~Stranger() { server_.stopAll(true); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

 private:
  struct Answer final : Poco::Net::HTTPRequestHandler {
    Answer(int s, const std::string& b) : status(s), body(b) {}
    void handleRequest(Poco::Net::HTTPServerRequest&,
                       Poco::Net::HTTPServerResponse& response) override {
      response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
      response.sendBuffer(body.data(), body.size());
    }
    int status;
    const std::string& body;
  };
  struct Factory final : Poco::Net::HTTPRequestHandlerFactory {
    Factory(int s, std::string b) : status(s), body(std::move(b)) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(
        const Poco::Net::HTTPServerRequest&) override {
      return new Answer(status, body);
    }
    const int status;
    const std::string body;
  };

  Poco::Net::HTTPServer server_;
};

std::string faultOf(const std::string& url) {
  const auto answer = Gateway({url, "secret-key", "the file k"}).get("/x");
  return answer ? "none" : answer.error().message;
}

TEST(Gateway, ThatIsNotThereIsSaidWithWhatToDo) {
  for (const auto* url : {"http://127.0.0.1:1", "http://[::1]:1", "https://127.0.0.1:1"})
    EXPECT_THAT(faultOf(url), AllOf(HasSubstr("no gateway answers at"), HasSubstr("tools/up"),
                                    HasSubstr("--url")));
}

TEST(Gateway, AWrongUrlIsNamed) {
  for (const auto* url : {"", "nonsense", "ftp://127.0.0.1", "http://127.0.0.1:99999"}) {
    EXPECT_THAT(faultOf(url), AllOf(HasSubstr("is no URL such as"), Not(HasSubstr("\x1b")))) << url;
  }
  EXPECT_THAT(faultOf("http://\x1b[2J"), AllOf(HasSubstr("\\x1b"), Not(HasSubstr("\x1b"))));
}

TEST(Gateway, TheWrongKeyIsNamedByItsPlaceAndNotShown) {
  const Stranger there(401, R"({"response":{"message":["Unauthorized"]}})");
  EXPECT_THAT(faultOf(there.url()), AllOf(HasSubstr("does not take the key from the file k"),
                                          HasSubstr("--key-file"), Not(HasSubstr("secret-key"))));
}

TEST(Gateway, ItsSentencesAreTold) {
  const Stranger flat(400, R"({"response":{"message":["a is wrong","b, too"]}})");
  EXPECT_EQ(faultOf(flat.url()), "a is wrong; b, too");
  const Stranger nested(400, R"({"response":{"message":[["a","b"]]}})");
  EXPECT_EQ(faultOf(nested.url()), "a; b");
  const Stranger number(400,
                        R"({"response":{"message":[{"jid":"1@s","exists":false,"number":"1"}]}})");
  EXPECT_EQ(faultOf(number.url()), "the number 1 is not on WhatsApp");
}

TEST(Gateway, AnythingElseThatAnswersIsRecognisedAndMovesNoCursor) {
  for (const auto& [status, body] :
       std::vector<std::pair<int, std::string>>{{200, "<html>\x1b[2J"},
                                                {500, "\x1b]0;owned\x07"},
                                                {200, ""},
                                                {302, "{}"},
                                                {400, R"({"response":{"message":["\u001b[2J"]}})"},
                                                {404, "null"},
                                                {200, std::string(100'000, '[')},
                                                {400, R"({"response":[[[[]]]]})"}}) {
    const Stranger there(status, body);
    EXPECT_THAT(faultOf(there.url()),
                AllOf(Not("none"), Not(HasSubstr("\x1b")), Not(HasSubstr("\x07"))))
        << body.substr(0, 50);
    const auto socket = Gateway({there.url(), "k", "k"}).connect("/x/events");
    ASSERT_FALSE(socket);
    EXPECT_THAT(socket.error().message, Not(HasSubstr("\x1b")));
  }
}

/// What a server says that writes `answer`, then filler without an end.
std::string faultOfRaw(const std::string& answer, const std::string& filler) {
  Poco::Net::ServerSocket listening(Poco::Net::SocketAddress("127.0.0.1", 0));
  std::thread server([&] {
    auto peer = listening.acceptConnection();
    try {
      char request[4096];
      peer.receiveBytes(request, sizeof request);
      peer.sendBytes(answer.data(), static_cast<int>(answer.size()));
      for (std::size_t sent = 0; !filler.empty() && sent < kMostFiller; sent += filler.size())
        peer.sendBytes(filler.data(), static_cast<int>(filler.size()));
    } catch (const Poco::Exception&) {  // it hung up
    }
  });
  const auto fault = faultOf("http://127.0.0.1:" + std::to_string(listening.address().port()));
  server.join();
  return fault;
}

TEST(Gateway, HeadersThatDoNotEndAreNotKept) {
  EXPECT_THAT(faultOfRaw("HTTP/1.1 200 OK\r\n", "a: b\r\n"),
              HasSubstr("does not answer as a gateway does"));
}

TEST(Gateway, AHeaderThatIsWrongIsNotTheUrlsFault) {
  constexpr const char* kEnd = "Content-Length: 2\r\nConnection: close\r\n\r\n{}";
  EXPECT_EQ(faultOfRaw(std::string("HTTP/1.1 200 OK\r\nDate: tomorrow\r\n") + kEnd, ""), "none");
  EXPECT_THAT(faultOfRaw("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}", ""),
              AllOf(HasSubstr("does not answer as a gateway does"), Not(HasSubstr("--url"))));
}

TEST(Gateway, NamesBecomePartsOfPaths) {
  EXPECT_EQ(pathOf("a b/c?d#e%f&g", "x"), "/a%20b%2Fc%3Fd%23e%25f%26g/x");
  EXPECT_EQ(encoded("é+="), "%C3%A9%2B%3D");
}

}  // namespace
}  // namespace colibri::ctl
