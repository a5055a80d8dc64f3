#include "session.hpp"

#include <utility>

#include "say.hpp"

namespace colibri::rabbitmq {

Session::Session(Connection& connection, Topology& topology, Results& results,
                 const sdk::Host& host)
    : connection_(connection), topology_(topology), results_(results), host_(host) {
  topology_.forget();
  connection_.openChannel(Topology::kChannel);
  for (std::size_t i = 0; i < kChannels; ++i) {
    channels_[i].number = static_cast<std::uint16_t>(Topology::kChannel + 1 + i);
    openChannel(channels_[i].number);
  }
}

void Session::openChannel(std::uint16_t number) {
  connection_.openChannel(number);
  connection_.selectConfirms(number);
}

Session::Channel& Session::at(std::uint16_t number) {
  const auto index = static_cast<std::size_t>(number) - Topology::kChannel - 1;
  if (index >= kChannels) throw ConnectionLost("the broker spoke on a channel that is not open");
  return channels_[index];
}

bool Session::prepare(Message& message) {
  try {
    message.freshRoute = topology_.ensure(connection_, message.route);
    return true;
  } catch (const ChannelRefused& refused) {
    results_.settled(message.token, COLIBRI_E_UNAVAILABLE,
                     std::string("the broker refuses the queue: ") + refused.what());
    return false;
  }
}

void Session::publish(Message&& message) {
  auto& channel = channels_[message.lane % kChannels];
  auto& sent = channel.confirms.add(std::move(message));
  connection_.publish(channel.number, sent);
  std::string().swap(sent.body);  // it is not needed again, and a broker may take its time
}

bool Session::receive() {
  bool confirmed = false;
  while (auto incoming = connection_.next()) {
    confirmed = confirmed || std::holds_alternative<Confirmed>(*incoming);
    std::visit([this](auto&& what) { handle(std::forward<decltype(what)>(what)); },
               std::move(*incoming));
  }
  return confirmed;
}

void Session::handle(const Confirmed& confirmed) {
  auto& confirms = at(confirmed.channel).confirms;
  for (const auto& settled : confirms.settle(confirmed.tag, confirmed.multiple, confirmed.acked))
    settle(settled);
}

void Session::settle(const Confirms::Settled& settled) {
  std::string why;
  if (settled.fate == Confirms::Fate::refused) why = "the broker did not take it";
  if (settled.fate == Confirms::Fate::unroutable) {
    why = "returned by the broker: " + settled.why;
    topology_.vanished(settled.message.route);
  }
  results_.settled(settled.message.token, settled.outcome(), why);
}

void Session::handle(Returned&& returned) {
  at(returned.channel)
      .confirms.returned(returned.id, returned.exchange, returned.key, std::move(returned.why));
}

void Session::handle(const ChannelClosed& closed) {
  topology_.forget();
  if (closed.channel == Topology::kChannel) return connection_.openChannel(Topology::kChannel);
  say(host_, COLIBRI_LOG_WARN, "the broker closed a channel, which is opened again",
      {{"why", closed.why}});
  for (const auto& message : at(closed.channel).confirms.takeAll())
    results_.settled(message.token, COLIBRI_E_UNAVAILABLE,
                     "the broker closed the channel: " + closed.why);
  openChannel(closed.channel);
}

void Session::handle(const Blocked& blocked) {
  blockedBy_ = blocked.why.empty() ? "for a reason of its own" : blocked.why;
  say(host_, COLIBRI_LOG_WARN, "the broker takes no messages for now", {{"why", blockedBy_}});
}

void Session::handle(const Unblocked&) {
  blockedBy_.clear();
  say(host_, COLIBRI_LOG_INFO, "the broker takes messages again", {});
}

std::vector<Message> Session::takeOpen() {
  std::vector<Message> all;
  for (auto& channel : channels_)
    for (auto& message : channel.confirms.takeAll()) all.push_back(std::move(message));
  return all;
}

std::size_t Session::open() const noexcept {
  std::size_t count = 0;
  for (const auto& channel : channels_) count += channel.confirms.open();
  return count;
}

}  // namespace colibri::rabbitmq
