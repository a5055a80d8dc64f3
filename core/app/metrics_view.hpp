#pragma once

#include <string>

#include "api/failed_keys.hpp"
#include "app/disk_watch.hpp"
#include "app/time_keeper.hpp"
#include "base/seats.hpp"
#include "blobs/local/local_store.hpp"
#include "commands/command_service.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/old_letters.hpp"
#include "exec/pool_executor.hpp"
#include "http/server.hpp"
#include "instances/lifecycle.hpp"
#include "metrics/registry.hpp"
#include "net/curl_http_client.hpp"
#include "store/redis/session_store.hpp"

namespace colibri::app {

/// GET /metrics: what the parts count, in Prometheus' text format, gathered when someone asks.
///
/// [Threading] any thread.
class MetricsView {
 public:
  MetricsView(const instances::Registry& registry, const commands::CommandService& commands,
              const delivery::Dispatcher& dispatcher, const delivery::OldLetters& oldLetters,
              const instances::Lifecycle& lifecycle, const net::CurlHttpClient& http,
              const exec::PoolExecutor& executor, const api::FailedKeys& failedKeys,
              const store::Store& store, const events::EventLog& log, const DiskWatch& disk,
              const blobs::local::LocalStore& blobs, const TimeKeeper& time,
              const store::redis::SessionStore* sessions)
      : registry_(registry),
        commands_(commands),
        dispatcher_(dispatcher),
        oldLetters_(oldLetters),
        lifecycle_(lifecycle),
        http_(http),
        executor_(executor),
        failedKeys_(failedKeys),
        store_(store),
        log_(log),
        disk_(disk),
        blobs_(blobs),
        time_(time),
        sessions_(sessions) {}

  std::string text(const http::Server& server, const Seats& requestsInFlight);

 private:
  void gatherListener(const http::Server& server, const Seats& requestsInFlight);
  void gatherInstances();
  void gatherLanes();
  void gatherSessions();
  void gatherMachine();
  void gatherBlobs();

  const instances::Registry& registry_;
  const commands::CommandService& commands_;
  const delivery::Dispatcher& dispatcher_;
  const delivery::OldLetters& oldLetters_;
  const instances::Lifecycle& lifecycle_;
  const net::CurlHttpClient& http_;
  const exec::PoolExecutor& executor_;
  const api::FailedKeys& failedKeys_;
  const store::Store& store_;
  const events::EventLog& log_;
  const DiskWatch& disk_;
  const blobs::local::LocalStore& blobs_;
  const TimeKeeper& time_;
  const store::redis::SessionStore* const sessions_;  ///< null: they are in the database
  metrics::Registry metrics_;
};

}  // namespace colibri::app
