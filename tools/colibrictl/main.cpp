#include <Poco/Util/Application.h>

#include <cstdio>
#include <string>
#include <vector>

#include "command.hpp"
#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

constexpr const char* kEnding =
    "\ncolibrictl COMMAND --help says more of one. Commands end with 0: done; 1: it failed, and "
    "the\n"
    "sentence says why; 2: the words make no sense; 3: something is damaged; 4: nobody scanned the "
    "code.\n";

int badUsage(const std::string& what, const std::string& help) {
  std::fprintf(stderr, "colibrictl: %s\n%s", what.c_str(), help.c_str());
  return kBadUsage;
}

int print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return kDone;
}

bool asksForHelp(const std::vector<std::string>& typed) {
  return !typed.empty() && (typed.back() == "--help" || typed.back() == "-h");
}

/// The operator's program; all it does follows from the table of commands.
class Colibrictl final : public Poco::Util::Application {
 public:
  // What is typed is read by the row of its command.
  Colibrictl() { stopOptionsProcessing(); }

 protected:
  int main(const std::vector<std::string>& arguments) override {
    auto typed = arguments;
    const auto* command = commandOf(typed);
    if (command == nullptr) return withoutCommand(typed);
    const auto words = readWords(*command, typed);
    if (!words)
      return badUsage(
          words.error().message,
          usageOf(*command) + "colibrictl " + std::string(command->name) + " --help says more\n");
    if (words->has("help")) return print(helpOf(*command));
    const auto exit = command->run(*words);
    if (exit) return *exit;
    std::fflush(stdout);
    std::fprintf(stderr, "colibrictl: %s\n", exit.error().message.c_str());
    return kFailed;
  }

 private:
  static int withoutCommand(std::vector<std::string> typed) {
    const bool help = asksForHelp(typed);
    if (help) typed.pop_back();
    if (help && typed.empty())
      return print("usage: colibrictl COMMAND [options]\n\n" + helpOf("") + kEnding);
    const auto group = typed.empty() ? std::string() : helpOf(typed.front());
    if (help && !group.empty()) return print(group);
    if (typed.empty()) return badUsage("a command is missing", "colibrictl --help lists them\n");
    if (typed.size() == 1 && !group.empty()) return badUsage("a command is missing", group);
    if (!group.empty())
      return badUsage("there is no command " + safe(typed[0] + " " + typed[1]), group);
    return badUsage("there is no command " + safe(typed[0]), "colibrictl --help lists them\n");
  }
};

}  // namespace
}  // namespace colibri::ctl

int main(int argc, char** argv) {
  Poco::AutoPtr<colibri::ctl::Colibrictl> program(new colibri::ctl::Colibrictl);
  program->init(argc, argv);
  return program->run();
}
