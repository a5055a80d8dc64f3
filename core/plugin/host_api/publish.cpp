#include <optional>
#include <thread>
#include <utility>

#include "log/log.hpp"
#include "plugin/abi.hpp"
#include "plugin/host_api/connector.hpp"
#include "plugin/host_api/drafts.hpp"
#include "plugin/host_api/kv_operations.hpp"

namespace colibri::plugin {
namespace {

const Entry kPublishedEntry{"published"}, kResumeEntry{"resume"};

}  // namespace

/// One publish() on its way into the event log.
struct ConnectorApi::Publication {
  InstanceKey instance = 0;
  std::uint64_t userToken = 0;
  std::vector<events::Draft> drafts;
  store::Batch operations;

  // While the plugin's call is still on the stack a refusal is its return value; later it is the
  // answer, and a busy log is waited for. Only the caller's thread looks at the two below `caller`.
  const std::thread::id caller = std::this_thread::get_id();
  bool callerInside = true;
  std::optional<Error> refusal;

  bool onCallersStack() const noexcept {
    return caller == std::this_thread::get_id() && callerInside;
  }
  std::size_t bytes() const noexcept {
    std::size_t sum = bytesOf(operations);
    for (const auto& draft : drafts) sum += draft.body.size();
    return sum;
  }
};

colibri_status ConnectorApi::publish(const colibri_event_draft* drafts, std::size_t count,
                                     const colibri_kv_op* ops, std::size_t opCount,
                                     std::uint64_t userToken, colibri_error* err) {
  auto checked = checkDrafts(drafts, count, callee_.id());
  if (!checked) return abi::refuse(err, checked.error());
  if (!instances_.has(checked->instance))
    return abi::refuse(err, COLIBRI_E_NOT_FOUND, "there is no such instance");
  auto publication = std::make_shared<Publication>();
  publication->instance = checked->instance;
  publication->userToken = userToken;
  publication->drafts = std::move(checked->drafts);
  if (opCount != 0) {
    auto batch = kvBatch(ops, opCount, callee_.id(), checked->instance, ports_.clock.keptUs());
    if (!batch) return abi::refuse(err, batch.error());
    publication->operations = std::move(*batch);
  }
  const auto rooms = rooms_.load();
  const bool kept =
      order_.submit(publication->instance, CallOrder::Kind::write, publication->bytes(),
                    [this, publication] { return append(publication); });
  publication->callerInside = false;
  if (!kept) {
    wantRoom(rooms);
    return abi::refuse(err, COLIBRI_E_BUSY, "too much waits for this instance");
  }
  if (!publication->refusal) return COLIBRI_PENDING;
  if (publication->refusal->code == Errc::busy) wantRoom(rooms);
  return abi::refuse(err, *publication->refusal);
}

CallOrder::Started ConnectorApi::append(const std::shared_ptr<Publication>& publication) {
  const bool onCallersStack = publication->onCallersStack();
  auto done = [this, self = callee_.shared_from_this(),
               publication](Result<events::EventLog::Appended> outcome) {
    order_.finished(publication->instance, CallOrder::Kind::write);
    published(*publication, std::move(outcome));
  };
  // Off the caller's stack a busy log is tried again, so what it may have moved away is kept.
  auto taken = onCallersStack
                   ? ports_.events.append(publication->instance, std::move(publication->drafts),
                                          std::move(publication->operations), std::move(done))
                   : ports_.events.append(publication->instance, publication->drafts,
                                          publication->operations, std::move(done));
  if (taken) {
    publication->drafts.clear();
    publication->operations.clear();
    return CallOrder::Started::yes;
  }
  if (onCallersStack) {
    publication->refusal = taken.error();
    return CallOrder::Started::no;
  }
  if (taken.error().code == Errc::busy) return CallOrder::Started::blocked;
  published(*publication, taken.error());
  return CallOrder::Started::no;
}

void ConnectorApi::published(const Publication& publication,
                             Result<events::EventLog::Appended> outcome) {
  colibri_status status = COLIBRI_OK;
  std::uint64_t first = 0;
  if (outcome) {
    first = outcome->firstSequence;
  } else {
    status = abi::statusOf(outcome.error().code);
    log::write(log::Level::warn, "plugin", "events of a connector were not kept",
               {{"plugin", alias()},
                {"instance", publication.instance},
                {"why", outcome.error().message}});
  }
  callee_.onLane(publication.instance, kPublishedEntry, Callee::Kind::answer,
                 [this, token = publication.userToken, status, first](colibri_plugin* plugin) {
                   table_->published(plugin, token, status, first);
                 });
}

/// Notes that the plugin was told E_BUSY; `roomsSeen` was read before it was, so that room which
/// came in between is not missed.
void ConnectorApi::wantRoom(std::uint64_t roomsSeen) {
  wantsRoom_ = true;
  if (rooms_.load() == roomsSeen || !wantsRoom_.exchange(false)) return;
  callee_.beside(kResumeEntry, [this](colibri_plugin* plugin) { table_->resume(plugin); });
}

void ConnectorApi::onRoom() {
  ++rooms_;
  order_.retryBlocked();
  if (!wantsRoom_.exchange(false)) return;
  callee_.beside(kResumeEntry, [this](colibri_plugin* plugin) { table_->resume(plugin); });
}

}  // namespace colibri::plugin
