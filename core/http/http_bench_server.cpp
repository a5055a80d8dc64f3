// What tools/bench/http.mjs measures when it is given no gateway: the listener with a handler that
// does as little as an authenticated route can.
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "http/error_body.hpp"
#include "http/server.hpp"

namespace {

using namespace colibri::http;

/// GET /{instance}/instance/connectionState with the key given on the command line.
class ConnectionState final : public Handler {
 public:
  explicit ConnectionState(std::string_view key) : key_(key) {}

  Admission admit(const Head& head) override {
    Admission admission;
    const auto& path = head.path;
    if (!sameKey(head.headers.get("apikey"))) {
      admission.answer = errorResponse(401, "Unauthorized");
    } else if (head.method != Method::get || path.size() != 3 || path[1] != "instance" ||
               path[2] != "connectionState") {
      admission.answer = errorResponse(404, "Cannot GET " + head.target);
    } else {
      admission.serve = [](Request request, Responder responder) {
        std::string json = R"({"instance":{"instanceName":")";
        json.append(request.path[0]).append(R"(","state":"open"}})");
        responder.send(jsonResponse(200, std::move(json)));
      };
    }
    return admission;
  }

 private:
  bool sameKey(std::string_view given) const noexcept {
    if (given.size() != key_.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < given.size(); ++i) {
      difference |= static_cast<unsigned>(static_cast<unsigned char>(given[i] ^ key_[i]));
    }
    return difference == 0;
  }
  std::string_view key_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: http-bench-server KEY [LOOPS]\n", stderr);
    return 2;
  }
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &files) != 0) std::perror("cannot raise the descriptor limit");
  }
  // Blocked before the loops start, so that only the wait below gets them.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  ConnectionState handler(argv[1]);
  const auto loops = argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)) : 0u;
  Server server({.loops = loops}, handler);
  if (const auto started = server.start(); !started) {
    std::fprintf(stderr, "%s\n", started.error().message.c_str());
    return 1;
  }
  std::printf("listening on http://127.0.0.1:%u\n", static_cast<unsigned>(server.port()));
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  return server.drain(std::chrono::seconds(2)) ? 0 : 1;
}
