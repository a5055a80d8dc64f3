#include "host_requests.hpp"

#include <stdexcept>
#include <thread>

#include "fields.hpp"
#include "outbound.hpp"

namespace colibri::baileys {
namespace {

/// A refusal is told twice: on the caller's stack and as the return value. E_BUSY told on the stack
/// is no answer, since the request stays here.
class BusyFilter {
 public:
  bool isRetried(colibri_status status) const noexcept {
    return status == COLIBRI_E_BUSY && std::this_thread::get_id() == caller_;
  }

 private:
  std::thread::id caller_ = std::this_thread::get_id();
};

void check(const Frame& frame) {
  const auto kind = Fields(frame.header).text("t", kMaxKind);
  if (kind == "publish") {
    readPublish(frame);
  } else if (kind == "kv.get") {
    readGet(frame);
  } else if (kind == "kv.write") {
    readWrite(frame);
  } else {
    readScan(frame);
  }
}

/// Whatever is wrong with the records, the bridge gets an answer.
std::string recordsFrame(std::uint64_t id, sdk::KvRecords records, bool mayCut) try {
  return outbound::kvRecords(id, records, mayCut);
} catch (const std::runtime_error&) {  // cut short by the host, or keys too long for a header
  return outbound::kvStatus(id, COLIBRI_E_INTERNAL);
}

}  // namespace

bool HostRequests::isRequest(std::string_view kind) noexcept {
  return kind == "publish" || kind == "kv.get" || kind == "kv.write" || kind == "kv.scan";
}

std::uint64_t HostRequests::keyOf(const Frame& frame) {
  return Fields(frame.header).id("k");
}

void HostRequests::take(Bridge& bridge, Frame&& frame, bool allowed) {
  ++bridge.requests().open;
  const auto key = keyOf(frame);
  if (!allowed) return refuse(bridge, frame, COLIBRI_E_NOT_FOUND);
  if (held_.contains(key)) {
    check(frame);  // now, while its sender can still be blamed
    hold(bridge, key, std::move(frame));
  } else if (!attempt(bridge.generation(), frame)) {
    hold(bridge, key, std::move(frame));
  }
}

void HostRequests::hold(Bridge& bridge, std::uint64_t key, Frame&& frame) {
  bridge.requests().heldBytes += frame.bytes;
  held_[key].push_back({bridge.generation(), std::move(frame)});
}

void HostRequests::retry() {
  for (auto queue = held_.begin(); queue != held_.end();) {
    auto& requests = queue->second;
    while (!requests.empty() && attempt(requests.front().generation, requests.front().frame)) {
      release(requests.front());
      requests.pop_front();
    }
    queue = requests.empty() ? held_.erase(queue) : std::next(queue);
  }
}

void HostRequests::drop(std::uint64_t generation) {
  for (auto queue = held_.begin(); queue != held_.end();) {
    std::erase_if(queue->second, [&](const Held& held) { return held.generation == generation; });
    queue = queue->second.empty() ? held_.erase(queue) : std::next(queue);
  }
}

void HostRequests::forget(std::uint64_t key) {
  const auto queue = held_.find(key);
  if (queue == held_.end()) return;
  for (const auto& held : queue->second) {
    release(held);
    if (auto* bridge = bridgeOf_(held.generation)) refuse(*bridge, held.frame, COLIBRI_E_NOT_FOUND);
  }
  held_.erase(queue);
}

void HostRequests::release(const Held& held) {
  if (auto* bridge = bridgeOf_(held.generation)) {
    bridge->requests().heldBytes -= held.frame.bytes;
  }
}

bool HostRequests::attempt(std::uint64_t generation, const Frame& frame) {
  const auto kind = Fields(frame.header).text("t", kMaxKind);
  if (kind == "publish") return publish(generation, frame);
  if (kind == "kv.get") return get(generation, frame);
  if (kind == "kv.write") return write(generation, frame);
  return scan(generation, frame);
}

bool HostRequests::publish(std::uint64_t generation, const Frame& frame) {
  const auto request = readPublish(frame);
  if (request.refusal < 0) {
    answer(generation, outbound::published(request.id, request.refusal));
    return true;
  }
  const auto done = [this, generation, id = request.id, filter = BusyFilter()](
                        colibri_status status, std::uint64_t) {
    if (!filter.isRetried(status)) answer(generation, outbound::published(id, status));
  };
  return host_.publishEvents(request.drafts, request.ops, done) != COLIBRI_E_BUSY;
}

bool HostRequests::get(std::uint64_t generation, const Frame& frame) {
  const auto request = readGet(frame);
  if (request.refusal < 0) {
    answer(generation, outbound::kvStatus(request.id, request.refusal));
    return true;
  }
  return host_.storeGet(request.key, request.keys, recordsTo(generation, request.id, false)) !=
         COLIBRI_E_BUSY;
}

bool HostRequests::write(std::uint64_t generation, const Frame& frame) {
  const auto request = readWrite(frame);
  if (request.refusal < 0) {
    answer(generation, outbound::kvStatus(request.id, request.refusal));
    return true;
  }
  const auto done = [this, generation, id = request.id, filter = BusyFilter()](
                        colibri_status status, sdk::KvRecords) {
    if (!filter.isRetried(status)) answer(generation, outbound::kvStatus(id, status));
  };
  return host_.storeWrite(request.key, request.ops, done) != COLIBRI_E_BUSY;
}

bool HostRequests::scan(std::uint64_t generation, const Frame& frame) {
  const auto request = readScan(frame);
  return host_.storeScan(request.key, request.prefix, request.after, request.limit,
                         recordsTo(generation, request.id, true)) != COLIBRI_E_BUSY;
}

HostPort::KvDone HostRequests::recordsTo(std::uint64_t generation, std::uint64_t id, bool mayCut) {
  return [this, generation, id, mayCut, filter = BusyFilter()](colibri_status status,
                                                               sdk::KvRecords records) {
    if (filter.isRetried(status)) return;
    answer(generation,
           status < 0 ? outbound::kvStatus(id, status) : recordsFrame(id, records, mayCut));
  };
}

void HostRequests::refuse(Bridge& bridge, const Frame& frame, colibri_status status) {
  const Fields fields(frame.header);
  const auto id = fields.id("id");
  answer(bridge.generation(), fields.text("t", kMaxKind) == "publish"
                                  ? outbound::published(id, status)
                                  : outbound::kvStatus(id, status));
}

void HostRequests::answer(std::uint64_t generation, std::string frame) {
  mailbox_.post([this, generation, bytes = std::move(frame)]() mutable {
    auto* bridge = bridgeOf_(generation);
    if (bridge == nullptr) return;  // it asked and did not live to hear the answer
    --bridge->requests().open;
    bridge->send(std::move(bytes));
  });
}

}  // namespace colibri::baileys
