#include "io_thread.hpp"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <exception>

namespace colibri::baileys {
namespace {

int timeoutUntil(SteadyTime next) {
  const auto now = std::chrono::steady_clock::now();
  if (next <= now) return 0;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
  return static_cast<int>(std::min<long long>(wait, 60'000));
}

}  // namespace

IoThread::IoThread(const Settings& settings, HostPort& host)
    : host_(host), supervisor_(settings, host, mailbox_, connected_), thread_([this] { run(); }) {}

IoThread::~IoThread() {
  stop(std::chrono::milliseconds(0));
}

void IoThread::stop(std::chrono::milliseconds deadline) {
  if (!thread_.joinable()) return;
  post([deadline](Supervisor& supervisor) { supervisor.stop(deadline); });
  thread_.join();
}

void IoThread::run() {
  // The process's signals are for the threads that expect them.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::pthread_setname_np(::pthread_self(), "baileys-io");
  std::vector<pollfd> polls;
  while (!supervisor_.stopped()) {
    guarded([&] { wait(polls); });
    for (auto& task : mailbox_.take()) guarded([&] { task(); });
    guarded([&] { supervisor_.tick(); });
  }
}

void IoThread::wait(std::vector<pollfd>& polls) {
  polls.clear();
  polls.push_back({mailbox_.fd(), POLLIN, 0});
  supervisor_.addPolls(polls);
  const int events = ::poll(polls.data(), polls.size(), timeoutUntil(supervisor_.nextTick()));
  if (events > 0) supervisor_.handle(polls);
}

/// The top of a thread is a border, too: what is thrown costs one step, not the daemon.
template <class Step>
void IoThread::guarded(Step step) noexcept {
  try {
    step();
  } catch (const std::exception& problem) {
    host_.log(COLIBRI_LOG_ERROR, "bridges: an exception reached the I/O loop",
              {{"what", problem.what()}});
  }
}

}  // namespace colibri::baileys
