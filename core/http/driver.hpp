#pragma once

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/connection.hpp"
#include "http/handler.hpp"
#include "http/mailbox.hpp"
#include "http/options.hpp"
#include "http/response_writer.hpp"
#include "http/shared.hpp"

namespace colibri::http {

/// What happens on a connection: bytes to requests, requests to the handler, answers to bytes.
/// The loop tells it what is ready; it never waits.
///
/// [Threading] confined to its loop. [Blocking] no. [Errors] a broken connection is closed and
/// forgotten; protocol errors are answered, then closed.
class Driver {
  static constexpr std::size_t kSpareReaders = 16;  // 4 KB each

 public:
  Driver(const Options& options, Handler& handler, Shared& shared, std::shared_ptr<Mailbox> mailbox,
         int epollFd);
  ~Driver();

  void setTime(SteadyTime now) noexcept { now_ = now; }
  /// `seat`: what the connection takes of its host's number.
  void adopt(UniqueFd socket, const PeerAddress& peer, Seats::Seat seat = {});
  void ready(std::uint64_t epollKey, std::uint32_t events);
  void deliver(Mailbox::Item&& item);
  // From the handles of WebSockets, by exchange; for one that is gone they do nothing.
  void upgrade(std::uint64_t exchange, WebSocketAccept&& accept,
               std::shared_ptr<WebSocketCounts> counts);
  void sendFrame(std::uint64_t exchange, const OutFrame& frame);
  void closeWebSocket(std::uint64_t exchange, std::uint16_t code, std::string_view reason);
  void dropUnread(std::uint64_t exchange);
  void readOn(std::uint64_t exchange);
  /// Ends the requests and WebSockets whose mail found no memory.
  void giveUp(const Mailbox::Lost& lost);

  void expire();
  /// What this turn counted by itself, for all to see: a counter that all loops write with each
  /// frame costs more than the frame.
  void publishCounts();
  /// Connections that had more to do than one turn allows.
  void resumeWaiting();
  bool hasWaiting() const noexcept { return !resume_.empty(); }
  std::optional<SteadyTime> nextDeadline() const noexcept { return deadlines_.next(); }

  /// From now on every answer closes its connection; idle ones close at once.
  void beginDrain();
  /// Nothing is left that a client could still expect an answer from.
  bool isDrained() const noexcept { return table_.size() == lingering_; }
  void closeAll();

 private:
  /// Memory that runs out ends the one connection that `work` is about.
  template <class Work>
  void guarded(std::uint64_t epollKey, Work&& work) {
    try {
      work();
    } catch (const std::bad_alloc&) {
      outOfMemory(table_.byEpollKey(epollKey));
    }
  }
  void outOfMemory(Connection* c) noexcept;
  void tell(Function<void()>& gone) noexcept;

  // driver.cpp: reading, parsing, handing over
  void ready(Connection& c, std::uint32_t events);
  void readable(Connection& c);
  bool receive(Connection& c, std::size_t& filled);
  void discard(Connection& c);
  void process(Connection& c, std::string_view bytes);
  static void keep(Connection& c, std::string_view bytes);
  std::size_t advance(Connection& c, std::string_view bytes, bool& stuck);
  std::size_t acceptHead(Connection& c, std::size_t waiting);
  std::size_t answerHead(Connection& c, const Response& response, std::size_t waiting);
  bool countBody(Connection& c);
  void handOver(Connection& c);
  void answerDropped(Connection& c);
  void releaseParser(Connection& c);
  void resume(Connection& c);

  // driver_output.cpp: answers, deadlines, closing
  void answer(Connection& c, const Response& response);
  void fail(Connection& c, int status, std::string message);
  void end(Connection& c, const Response& response);
  bool flush(Connection& c);
  void settle(Connection& c);
  void setDeadline(Connection& c);
  void beginWindow(Connection& c, Wait wait);
  bool progressed(const Connection& c, Wait wait) const;
  void setInterest(Connection& c);
  void linger(Connection& c);
  void late(Connection& c, Wait wait);
  void clientGone(Connection& c) noexcept;
  void close(Connection& c) noexcept;
  bool canProceed(const Connection& c) const noexcept;

  // driver_websocket.cpp: what happens after an upgrade
  Connection* openWebSocket(std::uint64_t exchange) noexcept;
  void sendFrame(Connection& c, const OutFrame& frame);
  void webSocketReady(Connection& c, std::uint32_t events);
  bool receiveFrames(Connection& c);
  bool takeFrames(Connection& c, std::string_view bytes);
  bool takeMessage(Connection& c, MessageReader::Message&& message);
  bool tooMuchUnread(const OpenWebSocket& ws) const noexcept;
  void releaseReader(OpenWebSocket& ws);
  void push(OpenWebSocket& ws, Opcode opcode, std::string_view payload);
  void beginClose(Connection& c, std::uint16_t code, std::string_view reason);
  void finishWebSocket(Connection& c, std::uint16_t code, std::string_view reason);
  bool flushFrames(Connection& c);
  bool sendQueued(Connection& c);
  void sent(OpenWebSocket& ws, std::size_t bytes);
  void frameSent(OpenWebSocket& ws, std::size_t bytes);
  static void tellRoom(OpenWebSocket& ws);
  void settleWebSocket(Connection& c);
  void tellClosed(OpenWebSocket& ws, std::uint16_t code);
  void silent(Connection& c);

  const Options& options_;
  Handler& handler_;
  Counters& counters_;
  BodyBudget& bodies_;
  const std::shared_ptr<Mailbox> mailbox_;
  const int epoll_;

  SteadyTime now_{}, nextOutOfMemoryLine_{};
  ConnectionTable table_;
  Deadlines deadlines_;
  DateText date_;
  bool draining_ = false;
  std::size_t lingering_ = 0;
  std::uint64_t messagesOut_ = 0;                                 ///< not published yet
  std::vector<std::uint64_t> resume_;                             ///< epoll keys
  std::unordered_map<std::uint64_t, Function<void()>> watchers_;  ///< by exchange
  /// Of requests whose client has gone, by exchange, until their handler has done with them.
  std::unordered_map<std::uint64_t, BodyBudget::Share> orphans_;

  // Shared by all connections, so that an idle one owns none.
  std::vector<char> scratch_;
  std::string spareOut_;
  std::vector<std::unique_ptr<RequestParser>> spareParsers_;
  std::vector<std::unique_ptr<MessageReader>> spareReaders_;
};

}  // namespace colibri::http
