// A bridge that does what a script says: no Node.js, no network. Started as the real one is, with
// the path of "main.mjs" as last argument; that file holds the script, a JSON object:
//
//   "hello"     "normal" (default), "none", "wrong version", "garbage", "another kind"
//   "runs"      {"1": {…}}: members that replace the others in the nth process started from this
//   folder "ignore"    ["eof", "term"]: goes on when its socket ends, or on SIGTERM "on <kind>"
//   steps for each frame of that kind; without, see defaults()
//
// A step is an object with one of: "send" (a header; a text "$name" is replaced by that member of
// the frame received, and a state gets the instance's last "ask" unless it has one) and "tail";
// "tell" (publishes the frame received as an event); "tell process" (publishes what this process
// sees of itself); "print" and "print error"; "raw" (bytes as they are); "exit" (a code); "kill"
// (itself); "hang" (for ever); "close" (the socket, and stays).
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unordered_map>

#include "frame.hpp"

namespace {

namespace json = boost::json;
using colibri::baileys::encodeFrame;
using colibri::baileys::Frame;

constexpr int kSocket = 3;

void writeAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(kSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void send(const json::value& header, std::string_view tail = {}) {
  writeAll(encodeFrame(json::serialize(header), tail));
}

[[noreturn]] void hang() {
  for (;;) ::pause();
}

json::value filled(const json::value& given, const json::object& from) {
  if (given.is_string() && given.get_string().starts_with('$')) {
    return from.at(given.get_string().subview(1));
  }
  if (given.is_array()) {
    json::array list;
    for (const auto& element : given.get_array()) list.push_back(filled(element, from));
    return list;
  }
  if (!given.is_object()) return given;
  json::object out;
  for (const auto& member : given.get_object()) out[member.key()] = filled(member.value(), from);
  return out;
}

void publish(const json::value& key, const json::value& body) {
  static int id = 900'000;
  const auto text = json::serialize(body);
  send({{"t", "publish"},
        {"id", std::to_string(++id)},
        {"k", key},
        {"drafts", {{{"type", "messages.upsert"}, {"occurredAtUs", 1}, {"n", text.size()}}}}},
       text);
}

bool opens(const std::string& file, int how) {
  const int fd = ::open(file.c_str(), how | O_CLOEXEC);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

json::object process(char** arguments) {
  json::array environment, list, descriptors;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  for (char** entry = arguments; *entry != nullptr; ++entry) list.emplace_back(*entry);
  for (int fd = 0; fd < 1024; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) descriptors.emplace_back(fd);
  }
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  sigset_t blocked;
  ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
  char byte = 0;
  return {{"env", environment},
          {"args", list},
          {"fds", descriptors},
          {"pid", ::getpid()},
          {"ownGroup", ::getpgrp() == ::getpid()},
          {"cwd", std::filesystem::current_path().string()},
          {"core", core.rlim_cur},
          {"mayChange", opens(list.back().as_string().c_str(), O_WRONLY)},
          {"mayLook", opens("/proc/" + std::to_string(::getppid()) + "/mem", O_RDONLY)},
          {"termBlocked", sigismember(&blocked, SIGTERM) == 1},
          {"pipeIgnored", ::signal(SIGPIPE, SIG_DFL) == SIG_IGN},
          {"stdinBytes", ::read(0, &byte, 1)}};
}

json::array defaults(std::string_view kind) {
  const auto state = [](const char* name) {
    return json::object{{"send", {{"t", "state"}, {"k", "$k"}, {"state", name}}}};
  };
  if (kind == "open") return {state("connecting"), state("open")};
  if (kind == "close") return {state("closed")};
  if (kind == "logout") return {state("loggedOut")};
  if (kind == "ping") return {{{"send", {{"t", "pong"}, {"id", "$id"}}}}};
  if (kind == "submit") {
    return {{{"send", {{"t", "complete"}, {"token", "$token"}, {"status", 0}, {"n", 11}}},
             {"tail", R"({"ok":true})"}}};
  }
  return {};
}

class FakeBridge {
 public:
  FakeBridge(json::object script, char** arguments)
      : script_(std::move(script)), arguments_(arguments) {}

  void hello() {
    const auto how = text("hello", "normal");
    if (how == "none") return;
    if (how == "garbage") return writeAll("\xff\xff\xff\xffHTTP/1.1 200 OK\r\n\r\n");
    if (how == "another kind") return send({{"t", "pong"}, {"id", "1"}});
    send({{"t", "hello"},
          {"version", how == "wrong version" ? 2 : 1},
          {"pid", ::getpid()},
          {"node", "v24.0.0"},
          {"baileys", "7.0.0"}});
  }

  void on(const Frame& frame) {
    const auto kind = std::string(frame.header.at("t").as_string());
    if (const auto* ask = frame.header.if_contains("ask")) asks_[frame.header.at("k")] = *ask;
    const auto* given = script_.if_contains("on " + kind);
    for (const auto& step : given == nullptr ? defaults(kind) : given->as_array()) {
      run(step.as_object(), frame);
    }
  }

  bool ignores(const char* what) const {
    const auto* list = script_.if_contains("ignore");
    if (list == nullptr) return false;
    for (const auto& element : list->as_array()) {
      if (element == json::value(what)) return true;
    }
    return false;
  }

 private:
  std::string text(const char* name, const char* fallback) const {
    const auto* value = script_.if_contains(name);
    return value == nullptr ? fallback : std::string(value->as_string());
  }

  void run(const json::object& step, const Frame& frame) {
    const auto tail = step.contains("tail") ? std::string(step.at("tail").as_string()) : "";
    if (const auto* header = step.if_contains("send"))
      send(withAsk(filled(*header, frame.header)), tail);
    if (step.contains("tell")) {
      publish(step.at("tell").is_string() ? step.at("tell") : frame.header.at("k"),
              json::object{{"header", frame.header}, {"tail", frame.tail}});
    }
    if (step.contains("tell process")) publish(frame.header.at("k"), process(arguments_));
    if (const auto* line = step.if_contains("print")) print(stdout, *line);
    if (const auto* line = step.if_contains("print error")) print(stderr, *line);
    if (const auto* bytes = step.if_contains("raw")) writeAll(bytes->as_string());
    if (const auto* code = step.if_contains("exit")) ::_exit(static_cast<int>(code->as_int64()));
    if (step.contains("kill")) ::kill(::getpid(), SIGKILL);
    if (step.contains("close")) ::close(kSocket);
    if (step.contains("hang") || step.contains("close")) hang();
  }

  json::value withAsk(json::value header) const {
    auto& fields = header.as_object();
    const auto* kind = fields.if_contains("t");
    const auto* key = fields.if_contains("k");
    if (kind == nullptr || *kind != "state" || key == nullptr) return header;
    const auto last = asks_.find(*key);
    if (last != asks_.end()) fields.emplace("ask", last->second);
    return header;
  }

  static void print(std::FILE* to, const json::value& line) {
    std::fprintf(to, "%s\n", line.as_string().c_str());
    std::fflush(to);
  }

  json::object script_;
  std::unordered_map<json::value, json::value> asks_;  // by instance
  char** arguments_;
};

/// A bridge may change no file, but say when one of its own was: in seconds, that is our counter.
std::int64_t countRun(const std::filesystem::path& counter) {
  const int file = ::open(counter.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (file < 0 || ::flock(file, LOCK_EX) != 0 || ::fstat(file, &info) != 0)
    throw std::runtime_error("no counter of runs");
  const timespec next{info.st_mtime + 1, 0};
  const timespec times[2] = {next, next};
  if (::futimens(file, times) != 0) throw std::runtime_error("the counter of runs stays");
  ::close(file);
  return next.tv_sec;
}

json::object readScript(const std::filesystem::path& file) {
  std::ifstream in(file);
  auto script = json::parse(std::string(std::istreambuf_iterator<char>(in), {})).as_object();
  const auto run = std::to_string(countRun(file.parent_path() / "runs"));
  if (const auto* runs = script.if_contains("runs")) {
    if (const auto* own = runs->as_object().if_contains(run)) {
      for (const auto& member : own->as_object()) script[member.key()] = member.value();
    }
  }
  return script;
}

}  // namespace

int main(int count, char** arguments) {
  FakeBridge bridge(readScript(arguments[count - 1]), arguments);
  if (bridge.ignores("term")) ::signal(SIGTERM, SIG_IGN);
  bridge.hello();
  colibri::baileys::FrameReader reader;
  char bytes[65'536];
  for (;;) {
    const auto got = ::recv(kSocket, bytes, sizeof bytes, 0);
    if (got <= 0 && bridge.ignores("eof")) hang();
    if (got <= 0) ::_exit(0);
    reader.feed({bytes, static_cast<std::size_t>(got)});
    while (const auto frame = reader.next()) bridge.on(*frame);
  }
}
