#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "app/application.hpp"
#include "app/command_line.hpp"

namespace {

constexpr int kBadUsage = 64, kCannotStart = 1;

/// Signals are taken by the main thread alone; every thread started later inherits the mask.
sigset_t blockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

/// Every connection is a descriptor. The customary soft limit of 1,024 is there for programs that
/// use select(), and we do not.
void useAllDescriptors() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) {
    std::perror("colibri: the limit of open files cannot be raised");
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace colibri;
  const auto line = app::parseCommandLine(argc, argv);
  if (!line) {
    std::fprintf(stderr, "colibri: %s\n%s", line.error().message.c_str(), app::usage());
    return kBadUsage;
  }
  using enum app::CommandLine::Action;
  if (line->action == version) return std::printf("colibri %s\n", app::kVersion), 0;
  if (line->action == help) return std::printf("%s", app::usage()), 0;

  const auto signals = blockSignals();
  useAllDescriptors();
  auto application = app::Application::configure(line->configFile);
  if (line->action == checkConfig) {
    const auto checked = application ? (*application)->checkPlugins() : application.error();
    if (checked) return std::printf("colibri: the configuration is good\n"), 0;
    std::fprintf(stderr, "colibri: the configuration is not good: %s\n",
                 checked.error().message.c_str());
    return kCannotStart;
  }
  if (line->action == printConfig) {
    const auto text = application ? (*application)->printConfig() : application.error();
    if (text) return std::printf("%s", text->c_str()), 0;
    std::fprintf(stderr, "colibri: the configuration is not good: %s\n",
                 text.error().message.c_str());
    return kCannotStart;
  }
  const auto started = application ? (*application)->start() : application.error();
  if (!started) {
    std::fprintf(stderr, "colibri: cannot start: %s\n", started.error().message.c_str());
    return kCannotStart;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  (*application)->stop();
  return 0;
}
