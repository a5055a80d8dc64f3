#include "bridge.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "fields.hpp"
#include "outbound.hpp"

namespace colibri::baileys {
namespace {

constexpr std::size_t kReadAtOnce = 64u << 10, kReadPerTurn = 256u << 10;
constexpr std::size_t kMostOpenRequests = 32, kMostHeldBytes = 32u << 20;
constexpr std::chrono::milliseconds kReapEvery{10};
constexpr std::chrono::milliseconds kExitAfterClose{250};  ///< so that its exit code can be told

ChildSpec specOf(const Settings& settings) {
  ChildSpec spec;
  spec.arguments.push_back(settings.node);
  spec.arguments.insert(spec.arguments.end(), settings.nodeFlags.begin(), settings.nodeFlags.end());
  spec.arguments.push_back(settings.bridgeDir + "/main.mjs");
  spec.environment = {"NODE_ENV=production", "LANG=C.UTF-8"};
  if (!settings.extraCaCerts.empty()) {
    spec.environment.push_back("NODE_EXTRA_CA_CERTS=" + settings.extraCaCerts);
  }
  return spec;
}

}  // namespace

Bridge::Bridge(const Settings& settings, ChildHost& host, std::uint64_t generation,
               Listener& listener, SteadyTime now)
    : settings_(settings),
      generation_(generation),
      listener_(listener),
      child_(ChildProcess::start(specOf(settings), &host)),
      pid_(child_.pid()),
      out_(settings.node),
      err_(settings.node),
      handshakeBy_(now + settings.timing.handshake) {
  send(outbound::hello(settings.bridge));
}

std::uint64_t Bridge::send(std::string frame) {
  const std::uint64_t place = placed_;
  if (!alive()) return place;
  placed_ += frame.size();
  queued_ += frame.size();
  queue_.push_back(std::move(frame));
  if (queued_ > kMostQueued) fail("does not read what it is sent");
  return place;
}

void Bridge::terminate(SteadyTime now, std::chrono::milliseconds killAfter) {
  if (!alive()) return;
  phase_ = Phase::ending;
  killAt_ = now + killAfter;
  child_.kill(SIGTERM);
}

void Bridge::fail(std::string why) {
  if (!alive()) return;
  phase_ = Phase::ending;
  why_ = std::move(why);
  killAt_ = SteadyTime::max();
  child_.kill(SIGKILL);
}

bool Bridge::hostIsSlow() const noexcept {
  return requests_.open >= kMostOpenRequests || requests_.heldBytes >= kMostHeldBytes;
}

bool Bridge::mayRead() const noexcept {
  return !endOfStream_ && !congested() && !hostIsSlow();
}

void Bridge::addPolls(std::vector<pollfd>& polls, SteadyTime now) {
  if (reader_.buffered() > 0 && mayRead()) dispatch(now, false);  // what had to wait
  flush();
  firstPoll_ = polls.size();
  const int events = (mayRead() ? POLLIN : 0) | (queue_.empty() ? 0 : POLLOUT);
  polls.push_back({alive() && !endOfStream_ ? child_.socket() : -1, static_cast<short>(events), 0});
  polls.push_back({child_.out(), POLLIN, 0});
  polls.push_back({child_.err(), POLLIN, 0});
}

void Bridge::handle(const std::vector<pollfd>& polls, SteadyTime now) {
  const auto at = [&](std::size_t i) { return polls[firstPoll_ + i].revents; };
  if ((at(1) & (POLLIN | POLLHUP)) != 0) readOutput(child_.out(), out_, false);
  if ((at(2) & (POLLIN | POLLHUP)) != 0) readOutput(child_.err(), err_, true);
  if ((at(0) & POLLOUT) != 0) flush();
  if ((at(0) & (POLLHUP | POLLERR)) != 0) {
    readFrames(SIZE_MAX, now, true);  // what is left is bounded by the socket's buffer
  } else if ((at(0) & POLLIN) != 0 && mayRead()) {
    readFrames(kReadPerTurn, now, false);
  }
}

void Bridge::flush() {
  while (!queue_.empty() && alive()) {
    const std::string& front = queue_.front();
    const ssize_t sent = ::send(child_.socket(), front.data() + sentOfFront_,
                                front.size() - sentOfFront_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return;  // full, or gone: then the reading side sees the end
    sentOfFront_ += static_cast<std::size_t>(sent);
    written_ += static_cast<std::uint64_t>(sent);
    queued_ -= static_cast<std::size_t>(sent);
    if (sentOfFront_ < front.size()) continue;
    queue_.pop_front();
    sentOfFront_ = 0;
  }
}

void Bridge::readFrames(std::size_t most, SteadyTime now, bool last) {
  std::array<char, kReadAtOnce> bytes;
  for (std::size_t total = 0; total < most && !endOfStream_;) {
    if (!alive() || !(last || mayRead())) return;
    const ssize_t got = ::recv(child_.socket(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
      endOfStream_ = true;
      exitBy_ = now + kExitAfterClose;
      return;
    }
    total += static_cast<std::size_t>(got);
    reader_.feed({bytes.data(), static_cast<std::size_t>(got)});
    dispatch(now, last);
  }
}

void Bridge::dispatch(SteadyTime now, bool last) try {
  while (alive() && (last || mayRead())) {
    auto frame = reader_.next();
    if (!frame) return;
    take(std::move(*frame), now);
  }
} catch (const ProtocolError& problem) {
  fail(std::string("broke the protocol: ") + problem.what());
}

void Bridge::take(Frame&& frame, SteadyTime now) {
  const std::string kind(Fields(frame.header).text("t", kMaxKind));
  if (phase_ == Phase::starting) {
    if (kind != "hello") throw ProtocolError("its first frame is not a hello");
    const Hello hello = readHello(frame);
    phase_ = Phase::ready;
    readySince_ = now;
    nextPing_ = now + settings_.timing.pingEvery;
    listener_.onReady(*this, hello);
  } else if (kind == "pong") {
    if (Fields(frame.header).id("id") > pings_) throw ProtocolError("field 'id' of no ping");
    unanswered_ = 0;
  } else if (kind == "hello") {
    throw ProtocolError("a second hello");
  } else {
    listener_.onFrame(*this, kind, std::move(frame));
  }
}

void Bridge::readOutput(int fd, OutputLines& lines, bool isErr) {
  std::array<char, 4096> bytes;
  for (int turn = 0; turn < 16; ++turn) {
    const ssize_t got = ::read(fd, bytes.data(), bytes.size());
    if (got < 0) return;
    if (got == 0) return isErr ? child_.closeErr() : child_.closeOut();
    for (const auto& line : lines.feed({bytes.data(), static_cast<std::size_t>(got)})) {
      listener_.onLine(*this, line);
    }
  }
}

void Bridge::ping(SteadyTime now) {
  nextPing_ = now + settings_.timing.pingEvery;
  if (hostIsSlow()) return;  // its pong may lie unread: our fault
  if (unanswered_ >= settings_.timing.pingsMissed) {
    return fail(std::to_string(unanswered_) + " pings were not answered");
  }
  ++unanswered_;
  send(outbound::ping(++pings_));
}

void Bridge::tick(SteadyTime now) {
  if (phase_ == Phase::gone) return;
  if (const auto end = child_.reap()) {
    if (phase_ != Phase::ending) {
      dispatch(now, true);
      readFrames(SIZE_MAX, now, true);  // its last words
      if (why_.empty()) why_ = "ended by itself";
    }
    readOutput(child_.out(), out_, false);
    readOutput(child_.err(), err_, true);
    phase_ = Phase::gone;
    end_ = *end;
    return;
  }
  if (phase_ == Phase::ending && now >= killAt_) {
    killAt_ = SteadyTime::max();
    child_.kill(SIGKILL);
  }
  if (phase_ == Phase::starting && now >= handshakeBy_) fail("did not say hello in time");
  if (phase_ == Phase::ready && now >= nextPing_) ping(now);
  if (endOfStream_ && phase_ != Phase::ending && now >= exitBy_)
    fail("closed its socket and stayed");
}

SteadyTime Bridge::nextTick() const noexcept {
  if (phase_ == Phase::gone) return SteadyTime::min();
  if (phase_ == Phase::ending || endOfStream_) {
    return std::chrono::steady_clock::now() + kReapEvery;
  }
  return phase_ == Phase::starting ? handshakeBy_ : nextPing_;
}

}  // namespace colibri::baileys
