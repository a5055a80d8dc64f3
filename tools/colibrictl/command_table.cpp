#include "access.hpp"
#include "command.hpp"
#include "damage.hpp"
#include "deliveries.hpp"
#include "instances.hpp"
#include "messages.hpp"
#include "sessions.hpp"

namespace colibri::ctl {
namespace {

using Options = std::vector<CommandOption>;

constexpr CommandOption kConfig{
    "config", "FILE",
    "the gateway's configuration; else colibri.yaml in COLIBRI_DATA_DIR, or in data"};

/// Of every command that asks the running gateway, behind its own.
Options asking(Options own) {
  const Options all = {
      {"json", nullptr, "print JSON, for programs: one value a line"},
      {"url", "URL", "where the gateway is; else the variable COLIBRICTL_URL, else as configured"},
      {"key-file", "FILE",
       "file with the key; else the variable COLIBRICTL_KEY, else the global key as configured"},
      kConfig};
  own.insert(own.end(), all.begin(), all.end());
  return own;
}

Options aboutLetters(Options own) {
  const Options filters = {{"lane", "LANE", "of this lane only"},
                           {"type", "TYPE", "of events of this type only"},
                           {"chat", "CHAT", "of this chat only"},
                           {"from", "TIME", "given up then or later: 2026-01-31T23:59:59Z"},
                           {"to", "TIME", "given up before then"}};
  own.insert(own.begin(), filters.begin(), filters.end());
  return asking(own);
}

constexpr CommandOption kId{"id", "ID", "this one; as often as you like", true};
constexpr CommandOption kAllLetters{"all", nullptr, "all of them"};

Result<int> check(const Words& words) {
  const auto whole = lookForDamage({configFileOf(words), words.value("to")});
  if (!whole) return whole.error();
  return *whole ? kDone : kDamaged;
}

Result<void> hasNewFile(const Words& words) {
  if (words.has("to")) return {};
  return Error{Errc::invalidArgument, "--to NEW-FILE is missing"};
}

Result<int> move(const Words& words) {
  const auto moved =
      moveSessions({configFileOf(words), words.value("to") == "redis", words.has("abandon")});
  if (!moved) return moved.error();
  return kDone;
}

Result<void> sayWhereTo(const Words& words) {
  const auto to = words.value("to");
  if (to != "redis" && to != "database")
    return Error{Errc::invalidArgument, "--to redis or --to database is missing"};
  if (words.has("abandon") && to == "redis")
    return Error{Errc::invalidArgument, "--abandon goes with --to database"};
  return {};
}

bool isCount(const std::string& text) {
  return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == text.npos;
}

Result<void> countIsNumber(const Words& words) {
  if (!words.has("count") || isCount(words.value("count"))) return {};
  return Error{Errc::invalidArgument, "--count needs a whole number"};
}

std::vector<Command> instanceCommands() {
  return {
      {"instance connect", "INSTANCE", "link an instance with a phone by a QR code, drawn here",
       "Makes the instance if there is none of that name. The code is renewed in place until a "
       "phone has\n"
       "scanned it; then this ends with 0. It ends with 4 if nobody does in time.",
       asking({{"number", "PHONE",
                "show a code to type in on the phone with this number (digits, with the country "
                "code), instead of the QR code"},
               {"ascii", nullptr,
                "draw with # instead of blocks and colours, as in a file or with NO_COLOR"},
               {"invert", nullptr, "the same for light letters on a dark window"}}),
       connectInstance},
      {"instance create", "INSTANCE", "make an instance, not connected yet",
       "Its events can be followed with colibrictl events, if the gateway has the plugin "
       "websocket.",
       asking({{"webhook", "URL", "where its events are delivered to"}}), createInstance},
      {"instance list", "", "the instances, their states and numbers", "", asking({}),
       listInstances},
      {"instance watch", "", "the same, then every change of them",
       "Looks once a second; Ctrl-C ends it.", asking({}), watchInstances},
      {"instance logout", "INSTANCE", "unlink an instance from its account; it stays", "",
       asking({}), logoutInstance},
      {"instance delete", "INSTANCE", "unlink an instance and remove all it has, for good", "",
       asking({}), deleteInstance}};
}

std::vector<Command> messageCommands() {
  return {{"send", "[INSTANCE] NUMBER TEXT", "send a text",
           "NUMBER has the country code, or is a person's or group's address. TEXT may be - to "
           "read it from\n"
           "the standard input; words that begin with a dash follow after --. INSTANCE may be left "
           "out if\n"
           "there is only one.",
           asking({}), sendText},
          {"events", "[INSTANCE]", "the events of an instance",
           "Prints those that are kept, from the oldest on, and ends when none has come for a "
           "second. With\n"
           "--follow it begins with what happens now, and goes on after the gateway was away, with "
           "all that\n"
           "happened meanwhile. INSTANCE may be left out if there is only one.",
           asking({{"follow", nullptr, "do not end"},
                   {"since", "SEQ",
                    "begin after the event that has this seq (--json shows it); 0: all"},
                   {"type", "TYPE", "only these: messages.upsert; as often as you like", true},
                   {"count", "N", "end after so many"},
                   {"enable", nullptr, "first switch events on for this instance"}}),
           printEvents, countIsNumber}};
}

std::vector<Command> deliveryCommands() {
  return {{"deliveries lanes", "INSTANCE",
           "how deliveries go: state, backlog, dead letters of each lane", "", asking({}),
           runDeliveries, checkDeliveries},
          {"deliveries attempts", "INSTANCE", "the last attempts, and what the endpoints answered",
           "", asking({{"lane", "LANE", "of this lane only"}, {"limit", "N", "so many at most"}}),
           runDeliveries, checkDeliveries},
          {"deliveries dead-letters", "INSTANCE", "what was given up", "",
           aboutLetters({{"limit", "N", "so many at most"},
                         {"after", "ID", "those behind this one"},
                         {"id", "ID", "this one, whole", true}}),
           runDeliveries, checkDeliveries},
          {"deliveries replay", "INSTANCE", "deliver dead letters again",
           "Say which: --id, filters, or --all.", aboutLetters({kId, kAllLetters}), runDeliveries,
           checkDeliveries},
          {"deliveries purge", "INSTANCE", "throw dead letters away, for good",
           "Say which: --id, filters, or --all.", aboutLetters({kId, kAllLetters}), runDeliveries,
           checkDeliveries},
          {"deliveries resume", "INSTANCE", "a suspended lane goes on, one that fails is tried now",
           "", asking({{"lane", "LANE", "which"}}), runDeliveries, checkDeliveries}};
}

std::vector<Command> stoppedCommands() {
  return {
      {"check",
       "",
       "look for damage, while the gateway is stopped",
       "Reads the whole database and names each row, page and gap that is damaged. Ends with 0 if\n"
       "everything is sound, 3 if something is damaged, 1 if it cannot look.",
       {kConfig},
       check},
      {"salvage",
       "",
       "copy what is not damaged into a new SQLite file, while the gateway is stopped",
       "Names what is damaged, too. The old file is only read. Ends as check does.",
       {{"to", "NEW-FILE", "must not be there yet"}, kConfig},
       check,
       hasNewFile},
      {"sessions move",
       "",
       "move all sessions between database and Redis, while the gateway is stopped",
       "Credentials and Signal keys of all instances. Run it again if it was cut off. Then set\n"
       "cache.redis.save_instances as it says.",
       {{"to", "PLACE", "redis or database: where they are to be"},
        {"abandon", nullptr,
         "with --to database: the Redis is gone for good. Nothing is copied, and linked instances "
         "need a new QR code"},
        kConfig},
       move,
       sayWhereTo}};
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = [] {
    auto all = instanceCommands();
    for (auto* more : {messageCommands, deliveryCommands, stoppedCommands})
      for (auto& one : more()) all.push_back(std::move(one));
    return all;
  }();
  return kCommands;
}

}  // namespace colibri::ctl
