#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "app/application.hpp"
#include "app/command_line.hpp"
#include "app/process_memory.hpp"

namespace {

constexpr int kBadUsage = 64, kCannotStart = 1;

/// The signals that have a meaning are taken by the main thread alone; every thread started later
/// inherits the mask. None that others send by mistake ends the gateway undrained.
sigset_t blockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int stop : {SIGTERM, SIGINT, SIGQUIT}) sigaddset(&signals, stop);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGHUP, SIG_DFL);  // nohup's choice would throw it away
  for (const int other :
       {SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGXFSZ})
    std::signal(other, SIG_IGN);
  return signals;
}

/// Until it is time to stop.
void serveSignals(const sigset_t& signals, colibri::app::Application& application) {
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) return;
    application.readAgain();
  }
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

  // Before the configuration is read: from then on there are secrets in the memory.
  if (const auto closed = app::closeMemory(); !closed) {
    std::fprintf(stderr, "colibri: cannot start: %s\n", closed.error().message.c_str());
    return kCannotStart;
  }
  ::umask(::umask(077) |
          027);  // files that a library makes for us, such as rotated logs, are nobody else's
  const auto signals = blockSignals();
  useAllDescriptors();
  Result<std::unique_ptr<app::Spawner>> spawner = std::unique_ptr<app::Spawner>();
  if (line->action == run && ::geteuid() == 0) spawner = app::Spawner::fork();
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
  auto started = application ? Result<void>() : application.error();
  if (started && !spawner) started = spawner.error();
  if (started) started = (*application)->start(std::move(*spawner), line->afresh);
  if (!started) {
    std::fprintf(stderr, "colibri: cannot start: %s\n", started.error().message.c_str());
    return kCannotStart;
  }
  serveSignals(signals, **application);
  (*application)->stop();
  return 0;
}
