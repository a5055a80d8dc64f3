#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "damage.hpp"
#include "deliveries.hpp"
#include "sessions.hpp"

namespace {

constexpr char kUsage[] =
    "usage: colibrictl sessions move --to redis|database [--config FILE] [--abandon]\n"
    "\n"
    "Moves the sessions of all instances (credentials and Signal keys) while the gateway is\n"
    "stopped. Run it again if it was cut off. Then set cache.redis.save_instances as it says.\n"
    "\n"
    "  --to redis|database  where they are to be\n"
    "  --config FILE        the gateway's configuration, with cache.redis.uri; variables count, "
    "too.\n"
    "                       Else colibri.yaml in COLIBRI_DATA_DIR, or in data\n"
    "  --abandon            with --to database: the Redis is gone for good. Nothing is copied, "
    "and\n"
    "                       linked instances need a new QR code\n";

constexpr char kDamageUsage[] =
    "usage: colibrictl check [--config FILE]\n"
    "       colibrictl salvage --to NEW-FILE [--config FILE]\n"
    "\n"
    "Of a stopped gateway: check reads the whole database and names each row, page and gap that "
    "is\n"
    "damaged; salvage also copies what is not into a new SQLite file. Neither changes the old "
    "one.\n"
    "They end with 0 if everything is sound, 3 if something is damaged, 1 if they cannot look.\n";

constexpr int kFailed = 1, kBadUsage = 2, kDamaged = 3;

int badUsage(std::string_view what, const char* usage = kUsage) {
  std::fprintf(stderr, "colibrictl: %.*s\n%s", static_cast<int>(what.size()), what.data(), usage);
  return kBadUsage;
}

std::string defaultConfigFile() {
  const char* folder = std::getenv("COLIBRI_DATA_DIR");
  return std::string(folder != nullptr ? folder : "data") + "/colibri.yaml";
}

int ended(const colibri::Result<void>& result) {
  if (result) return 0;
  std::fprintf(stderr, "colibrictl: %s\n", result.error().message.c_str());
  return kFailed;
}

int deliveries(const std::vector<std::string_view>& words) {
  using namespace colibri::ctl;
  auto command = readDeliveries(words);
  if (!command) return badUsage(command.error().message, kDeliveriesUsage);
  if (command->configFile.empty()) command->configFile = defaultConfigFile();
  return ended(runDeliveries(std::move(*command)));
}

int damage(const std::vector<std::string_view>& words) {
  colibri::ctl::LookForDamage what;
  const bool salvage = words.front() == "salvage";
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--config" && i + 1 < words.size())
      what.configFile = words[++i];
    else if (salvage && words[i] == "--to" && i + 1 < words.size())
      what.to = words[++i];
    else
      return badUsage("unknown argument: " + std::string(words[i]), kDamageUsage);
  }
  if (salvage && what.to.empty()) return badUsage("--to NEW-FILE is missing", kDamageUsage);
  if (what.configFile.empty()) what.configFile = defaultConfigFile();
  const auto whole = colibri::ctl::lookForDamage(what);
  if (!whole) return ended(whole.error());
  return *whole ? 0 : kDamaged;
}

}  // namespace

int main(int argc, char** argv) {
  using colibri::ctl::MoveSessions;
  if (argc == 2 && (std::string_view(argv[1]) == "--help" || std::string_view(argv[1]) == "-h"))
    return std::printf("%s\n%s\n%s", kUsage, kDamageUsage, colibri::ctl::kDeliveriesUsage), 0;
  if (argc >= 2 && (std::string_view(argv[1]) == "check" || std::string_view(argv[1]) == "salvage"))
    return damage({argv + 1, argv + argc});
  if (argc >= 2 && std::string_view(argv[1]) == "deliveries")
    return deliveries({argv + 2, argv + argc});
  if (argc < 3 || std::string_view(argv[1]) != "sessions" || std::string_view(argv[2]) != "move")
    return badUsage(
        "this can check and salvage, move sessions, or look at deliveries (colibrictl --help)");
  MoveSessions what;
  std::string_view to;
  for (int i = 3; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--to" && i + 1 < argc)
      to = argv[++i];
    else if (argument == "--config" && i + 1 < argc)
      what.configFile = argv[++i];
    else if (argument == "--abandon")
      what.abandon = true;
    else
      return badUsage("unknown argument: " + std::string(argument));
  }
  if (to != "redis" && to != "database") return badUsage("--to redis or --to database is missing");
  if (what.configFile.empty()) what.configFile = defaultConfigFile();
  what.toRedis = to == "redis";
  if (what.abandon && what.toRedis) return badUsage("--abandon goes with --to database");
  return ended(colibri::ctl::moveSessions(what));
}
