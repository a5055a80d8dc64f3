#include "app/command_line.hpp"

#include <string_view>

namespace colibri::app {

const char* usage() noexcept {
  return "usage: colibri --config FILE [--check-config | --print-config | --new]\n"
         "       colibri --version | --help\n"
         "\n"
         "  --config FILE    the configuration (config/colibri.yaml explains every key)\n"
         "  --check-config   says whether the configuration is good, plugins' sections included, "
         "and ends\n"
         "  --print-config   prints every key in force with where it comes from, secrets masked\n"
         "  --new            where database and master key do not fit together, or one is missing: "
         "moves aside\n"
         "                   what is there, and starts with an empty database\n"
         "\n"
         "Environment variables override the file: SERVER_HOST, SERVER_PORT, SERVER_URL,\n"
         "AUTHENTICATION_API_KEY, COLIBRI_DATA_DIR, DATABASE_PROVIDER, DATABASE_CONNECTION_URI,\n"
         "COLIBRI_<PLUGIN>_<KEY>.\n";
}

Result<CommandLine> parseCommandLine(int argc, const char* const* argv) {
  CommandLine line;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--version") {
      line.action = CommandLine::Action::version;
      return line;
    }
    if (argument == "--help" || argument == "-h") {
      line.action = CommandLine::Action::help;
      return line;
    }
    if (argument == "--print-config") {
      line.action = CommandLine::Action::printConfig;
    } else if (argument == "--check-config") {
      line.action = CommandLine::Action::checkConfig;
    } else if (argument == "--new") {
      line.afresh = true;
    } else if (argument == "--config" && i + 1 < argc) {
      line.configFile = argv[++i];
    } else if (argument.rfind("--config=", 0) == 0) {
      line.configFile = argument.substr(9);
    } else {
      return Error{Errc::invalidArgument, "unknown argument: " + std::string(argument)};
    }
  }
  if (line.afresh && line.action != CommandLine::Action::run)
    return Error{Errc::invalidArgument, "--new goes with a start"};
  if (line.configFile.empty()) return Error{Errc::invalidArgument, "--config FILE is missing"};
  return line;
}

}  // namespace colibri::app
