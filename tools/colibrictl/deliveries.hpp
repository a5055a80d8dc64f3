#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace colibri::ctl {

/// What to ask a running gateway about an instance's deliveries.
struct DeliveriesCommand {
  std::string action, instance;
  std::string configFile;
  std::string url;  ///< empty: where the configuration says that it listens
  std::vector<std::pair<std::string, std::string>> filters;  ///< --lane and so on, without dashes
  std::vector<std::string> ids;
  bool all = false;
};

inline constexpr char kDeliveriesUsage[] =
    "usage: colibrictl deliveries ACTION INSTANCE [options]\n"
    "\n"
    "  lanes          how deliveries go: state, backlog, dead letters of each lane\n"
    "  attempts       the last attempts and what the endpoints answered; --lane, --limit\n"
    "  dead-letters   what was given up; filters, --limit, --after; --id ID shows one whole\n"
    "  replay         deliver again: --id ID (as often as you like), or filters, or --all\n"
    "  purge          throw away, for good: the same\n"
    "  resume         --lane LANE: a suspended lane goes on, one that fails is tried now\n"
    "\n"
    "  filters        --lane LANE --type TYPE --chat CHAT --from TIME --to TIME\n"
    "                 (given up at that time or later, and before; 2026-01-31T23:59:59Z)\n"
    "  --url URL      the running gateway; else the host and port of the configuration\n"
    "  --config FILE  the gateway's configuration, for its key; variables count, too.\n"
    "                 Else colibri.yaml in COLIBRI_DATA_DIR, or in data\n";

/// Reads the words behind `deliveries`. [Errors] invalidArgument: what is wrong with them.
Result<DeliveriesCommand> readDeliveries(const std::vector<std::string_view>& words);

/// Asks over the REST API and prints the answer. [Blocking] [Errors] one sentence for the operator.
Result<void> runDeliveries(DeliveriesCommand command);

/// What is printed of an answer, for people.
std::string printed(const std::string& action, const boost::json::object& answer);

}  // namespace colibri::ctl
