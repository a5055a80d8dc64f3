#include "plugin/host_api/commands.hpp"

#include <algorithm>
#include <memory>

#include "plugin/abi.hpp"
#include "plugin/host_api/own_instances.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kCommandDoneEntry{"command_done"};

constexpr std::size_t kMaxOrders = 4096;                      // of one plugin
constexpr std::size_t kMaxBytes = std::size_t{64} << 20;      // of their bodies
constexpr std::size_t kMaxBodyBytes = std::size_t{16} << 20;  // of one
constexpr std::size_t kMaxNameBytes = 128, kMaxKeyBytes = 200, kMaxOriginBytes = 64;

bool isOrigin(std::string_view text) {
  return text.size() <= kMaxOriginBytes &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
             std::string_view::npos;
}

}  // namespace

CommandsApi::CommandsApi(const Surroundings& s)
    : callee_(s.callee),
      ports_(s.ports),
      instances_(s.instances),
      open_(s.callee, s.ports.timers, kMaxOrders) {}

Result<CommandsApi::Wanted> CommandsApi::wantedOf(const colibri_order& order) const {
  const auto wrong = [](const char* why) { return Error{Errc::invalidArgument, why}; };
  for (const auto text : {order.name, order.body_json, order.idempotency_key, order.origin})
    if (!abi::valid(text)) return wrong("a text is null");
  if (order.name.size == 0 || order.name.size > kMaxNameBytes)
    return wrong("the operation's name is 1 to 128 bytes");
  if (order.body_json.size > kMaxBodyBytes) return wrong("the body is over 16 MB");
  if (order.idempotency_key.size > kMaxKeyBytes) return wrong("the key is over 200 bytes");
  if (!isOrigin(abi::view(order.origin)))
    return wrong("the origin is at most 64 letters, digits, - _ .");
  auto command =
      ports_.operations->check(abi::view(order.name), std::string(abi::view(order.body_json)));
  if (!command) return command.error();
  Wanted wanted{{}, std::move(*command), {}, callee_.alias()};
  if (order.idempotency_key.size != 0)
    // No header of a request can carry a line feed, so no key of the API is one of a plugin's.
    wanted.key = callee_.id() + '\n' + std::string(abi::view(order.idempotency_key));
  if (order.origin.size != 0) wanted.origin += '/' + std::string(abi::view(order.origin));
  return wanted;
}

colibri_status CommandsApi::submit(const colibri_order* order, colibri_error* err) {
  if (order == nullptr || !COLIBRI_KNOWS(order, origin))
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "null, or an order that is too small");
  if (ports_.operations == nullptr || ports_.commandPort == nullptr)
    return abi::refuse(err, COLIBRI_E_UNSUPPORTED, "this host has no commands for plugins");
  if (auto own = checkOwn(order->instance_key, callee_.alias(), ports_, instances_); !own)
    return abi::refuse(err, own.error());
  auto wanted = wantedOf(*order);
  if (!wanted) return abi::refuse(err, wanted.error());
  const auto size = wanted->command.body.size();
  if (bytes_.fetch_add(size) + size > kMaxBytes) {
    bytes_ -= size;
    return abi::refuse(err, COLIBRI_E_BUSY, "the commands without an answer are over 64 MB");
  }
  const auto call = open_.begin(order->instance_key, order->user_token);
  if (!call) {
    bytes_ -= size;
    return abi::refuse(err, call.error());
  }
  wanted->call = *call;
  if (wanted->command.order.empty()) {
    handOver(std::move(*wanted));
    return COLIBRI_PENDING;
  }
  const Place place{order->instance_key, wanted->command.order};
  {
    const std::scoped_lock lock(mutex_);
    lines_[place].waiting.push_back(std::move(*wanted));
  }
  pump(place);
  return COLIBRI_PENDING;
}

/// One thread at a time works off a line; so a command that is answered within its call costs no
/// stack.
void CommandsApi::pump(const Place& place) {
  std::unique_lock lock(mutex_);
  const auto at = lines_.find(place);
  if (at == lines_.end() || at->second.pumping) return;
  auto& line = at->second;
  line.pumping = true;
  while (!line.busy && !line.waiting.empty() && !ended_) {
    auto next = std::move(line.waiting.front());
    line.waiting.pop_front();
    line.busy = true;
    lock.unlock();
    handOver(std::move(next));
    lock.lock();
  }
  line.pumping = false;
  if (!line.busy) lines_.erase(at);
}

void CommandsApi::handOver(Wanted wanted) {
  auto done = [this, self = callee_.shared_from_this(), call = wanted.call,
               bytes = wanted.command.body.size(),
               order = wanted.command.order](const commands::CommandAnswer& answered) {
    bytes_ -= bytes;
    answer(call, answered);
    if (order.empty()) return;
    const Place place{call.instance, order};
    {
      const std::scoped_lock lock(mutex_);
      if (const auto at = lines_.find(place); at != lines_.end()) at->second.busy = false;
    }
    pump(place);
  };
  ports_.commandPort->submit(wanted.call.instance, std::move(wanted.command), std::move(wanted.key),
                             std::move(wanted.origin), std::move(done));
}

void CommandsApi::answer(const OpenCalls::Call& call, const commands::CommandAnswer& answered) {
  open_.answer(call, kCommandDoneEntry,
               [this, token = call.userToken, answered](colibri_plugin* plugin) {
                 const auto& outcome = answered.outcome;
                 auto a = abi::sized<colibri_order_answer>();
                 a.status = outcome ? COLIBRI_OK : abi::statusOf(outcome.error().code);
                 a.message_id = abi::str(answered.messageId);
                 if (outcome)
                   a.result_json = abi::str(*outcome);
                 else
                   a.detail = abi::str(outcome.error().message);
                 table_->command_done(plugin, token, &a);
               });
}

void CommandsApi::ended() {
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  for (auto& [place, line] : lines_) line.waiting.clear();
}

const colibri_host_commands CommandsApi::kTable{sizeof(colibri_host_commands), 0,
                                                hostCall<&CommandsApi::submit>};

const Capability CommandsApi::kCapability{COLIBRI_EXT_COMMANDS, &kTable,
                                          [](const void* table) {
                                            const auto* t =
                                                static_cast<const colibri_plugin_commands*>(table);
                                            return COLIBRI_HAS(t, command_done);
                                          },
                                          Capability::makes<CommandsApi>};

}  // namespace colibri::plugin
