#include "store/redis/connection.hpp"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Redis/Array.h>
#include <Poco/Redis/Error.h>
#include <Poco/Redis/Exception.h>

#include <charconv>
#include <ios>

namespace colibri::store::redis {
namespace {

using Poco::Redis::Type;

Poco::Timespan span(std::chrono::milliseconds time) {
  return {std::chrono::duration_cast<std::chrono::microseconds>(time).count()};
}

void append(std::string& out, const Command& command) {
  out.append("*").append(std::to_string(command.size())).append("\r\n");
  for (const auto& word : command) {
    out.append("$").append(std::to_string(word.size())).append("\r\n");
    out.append(word).append("\r\n");
  }
}

Error broken(const std::string& name, const std::string& why) {
  return {Errc::unavailable, "Redis at " + name + " does not answer: " + why};
}

template <class T>
const T* valueOf(const Reply& reply) {
  const auto* typed = dynamic_cast<const Type<T>*>(reply.get());
  return typed == nullptr ? nullptr : &typed->value();
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const Endpoint& endpoint,
                                                     std::chrono::milliseconds patience) try {
  std::unique_ptr<Connection> connection(new Connection(endpoint));
  auto& socket = connection->socket_;
  socket.connect(Poco::Net::SocketAddress(endpoint.host, endpoint.port), span(patience));
  socket.setSendTimeout(span(patience));
  socket.setReceiveTimeout(span(patience));
  socket.setNoDelay(true);
  auto& in = connection->in_.emplace(socket);
  in.exceptions(std::ios::badbit | std::ios::failbit | std::ios::eofbit);
  if (auto let = connection->letIn(endpoint); !let) return let.error();
  return connection;
} catch (const Poco::Exception& failure) {
  return Error{Errc::unavailable,
               "Redis at " + endpoint.text() + " cannot be reached: " + failure.displayText()};
}

Result<void> Connection::letIn(const Endpoint& endpoint) {
  std::vector<Command> commands;
  if (!endpoint.password.empty()) {
    Command auth{"AUTH"};
    if (!endpoint.user.empty()) auth.push_back(endpoint.user);
    auth.push_back(endpoint.password);
    commands.push_back(std::move(auth));
  }
  commands.push_back({"SELECT", std::to_string(endpoint.database)});
  const auto replies = exchange(commands);
  if (!replies) return replies.error();
  for (const auto& reply : *replies) {
    if (const auto no = errorIn(reply))
      return Error{Errc::unavailable, "Redis at " + name_ + " does not let us in: " + *no};
  }
  return {};
}

Result<Replies> Connection::exchange(std::span<const Command> commands) try {
  std::string bytes;
  for (const auto& command : commands) append(bytes, command);
  send(bytes);
  Replies replies;
  replies.reserve(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) replies.push_back(read());
  return replies;
} catch (const Poco::TimeoutException&) {
  return broken(name_, "no answer in time");
} catch (const Poco::Exception& failure) {
  return broken(name_, failure.displayText());
} catch (const std::ios_base::failure&) {
  return broken(name_, "the connection was closed");
}

void Connection::send(const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto n =
        socket_.sendBytes(bytes.data() + sent,
                          static_cast<int>(std::min<std::size_t>(bytes.size() - sent, 1u << 30)));
    if (n <= 0) throw Poco::IOException("nothing can be sent");
    sent += static_cast<std::size_t>(n);
  }
}

Reply Connection::read() {
  auto reply = Poco::Redis::RedisType::createRedisType(static_cast<char>(in_->get()));
  if (reply.isNull()) throw Poco::DataFormatException("what it says is not Redis' protocol");
  reply->read(*in_);
  return reply;
}

bool Connection::isOver() const try {
  return socket_.poll(Poco::Timespan(),
                      Poco::Net::Socket::SELECT_READ | Poco::Net::Socket::SELECT_ERROR);
} catch (const Poco::Exception&) {
  return true;
}

std::optional<std::string> errorIn(const Reply& reply) {
  const auto* error = valueOf<Poco::Redis::Error>(reply);
  return error == nullptr ? std::nullopt : std::optional(error->getMessage());
}

std::optional<std::string> textIn(const Reply& reply) {
  if (const auto* plain = valueOf<std::string>(reply)) return *plain;
  const auto* bulk = valueOf<Poco::Redis::BulkString>(reply);
  return bulk == nullptr || bulk->isNull() ? std::nullopt : std::optional(bulk->value());
}

std::optional<std::int64_t> numberIn(const Reply& reply) {
  const auto* number = valueOf<Poco::Int64>(reply);
  return number == nullptr ? std::nullopt : std::optional(std::int64_t{*number});
}

std::int64_t countIn(std::string_view text) {
  std::int64_t count = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, wrong] = std::from_chars(text.data(), end, count);
  return wrong == std::errc() && rest == end ? count : 0;
}

Replies listIn(const Reply& reply) {
  const auto* list = valueOf<Poco::Redis::Array>(reply);
  if (list == nullptr || list->isNull()) return {};
  return {list->begin(), list->end()};
}

bool isList(const Reply& reply) {
  const auto* list = valueOf<Poco::Redis::Array>(reply);
  return list != nullptr && !list->isNull();
}

}  // namespace colibri::store::redis
