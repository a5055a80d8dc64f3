// What a connector does with messages, on a session store, until it is killed. Of each message it
// tells
//
//   w <instance> <n>  its record and the ratchet are durable: the network is told that we have it
//   p <instance> <n>  its event is in the log and its record is gone
//
//   redis-kill-child <database> <port of Redis> <instances>
//
// At start it publishes the records that an earlier life left, as the connector does.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "base/testing/tell.hpp"
#include "store/redis/session_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace colibri::store {
namespace {

constexpr char kPlugin[] = "kill";

AppendEvent eventOf(InstanceKey instance, const std::string& n) {
  AppendEvent change;
  change.event.instance = instance;
  change.event.body = n;
  change.dedupeKey = n;
  return change;
}

class Connector {
 public:
  Connector(Store& store, InstanceKey instance) : store_(store), instance_(instance) {
    const std::string ratchet = "ratchet";
    const auto last = store.read(ask::Entries{kPlugin, instance, {&ratchet, 1}}).value();
    last_ = std::atoi(last.front().value.value_or("0").c_str());
    const auto records =
        store.read(ask::EntriesWith{kPlugin, instance, "pending/", "", 10'000}).value();
    for (const auto& record : records) publish(record.key.substr(8));
  }

  void receive() {
    const auto n = std::to_string(++last_);
    store_.submit({KvPut{kPlugin, instance_, "pending/" + n, n, true},
                   KvPut{kPlugin, instance_, "ratchet", n}},
                  [this, n](const Result<Committed>& done) {
                    if (!done) std::abort();
                    tell('w', n);
                    publish(n);
                    receive();
                  });
  }

 private:
  void publish(const std::string& n) {
    store_.submit({eventOf(instance_, n), KvRemove{kPlugin, instance_, "pending/" + n}},
                  [this, n](const Result<Committed>& done) {
                    if (!done) std::abort();
                    tell('p', n);
                  });
  }
  void tell(char what, const std::string& n) const {
    colibri::testing::tell(std::string(1, what) + " " + std::to_string(instance_) + " " + n);
  }

  Store& store_;
  const InstanceKey instance_;
  int last_ = 0;  // after receive() only completions count
};

}  // namespace
}  // namespace colibri::store

int main(int argc, char** argv) {
  using namespace colibri;
  if (argc != 4) return 2;
  const SystemClock clock;
  const crypto::Sealer sealer(std::string(crypto::Sealer::kKeySize, 'k'));
  auto file = store::sqlite::SqliteStore::open(argv[1], clock, &sealer, {});
  if (!file) return std::fprintf(stderr, "%s\n", file.error().message.c_str()), 1;
  store::redis::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  auto opened = store::redis::SessionStore::open(std::move(*file), endpoint, clock, &sealer, {});
  if (!opened) return std::fprintf(stderr, "%s\n", opened.error().message.c_str()), 1;
  std::vector<std::unique_ptr<store::Connector>> connectors;
  for (InstanceKey key = 1; key <= static_cast<InstanceKey>(std::atoi(argv[3])); ++key)
    connectors.push_back(std::make_unique<store::Connector>(**opened, key));
  for (auto& connector : connectors) connector->receive();
  for (;;) ::pause();
}
