#include "plugin/host_api/kv_store.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "log/log.hpp"
#include "plugin/abi.hpp"
#include "plugin/host_api/kv_operations.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kKvReadEntry{"store read"}, kKvDoneEntry{"kv_done"};

constexpr std::size_t kMaxCalls = 4096;                         // of one plugin
constexpr std::size_t kMaxQueuedBytes = std::size_t{64} << 20;  // of the whole store
constexpr std::size_t kMaxReadBytes = std::size_t{64} << 20;    // of get_many
constexpr std::size_t kScanAnswerBytes = std::size_t{8} << 20;  // then the scan ends early
constexpr std::size_t kReadAtOnce = 64;                         // keys; each value is at most 1 MiB

/// What is no mistake of the plugin is, to it, a store that failed: nothing was done.
colibri_status doneStatus(const Error& error) noexcept {
  const bool own = error.code == Errc::invalidArgument || error.code == Errc::notFound;
  return own ? abi::statusOf(error.code) : COLIBRI_E_UNAVAILABLE;
}

}  // namespace

KvStoreApi::KvStoreApi(const Surroundings& s)
    : callee_(s.callee),
      ports_(s.ports),
      instances_(s.instances),
      order_(s.order),
      open_(s.callee, s.ports.timers, kMaxCalls) {}

Result<OpenCalls::Call> KvStoreApi::begin(InstanceKey instance, std::uint64_t token) {
  if (instance != 0 && !instances_.has(instance))
    return Error{Errc::notFound, "there is no such instance"};
  return open_.begin(instance, token);
}

colibri_status KvStoreApi::getMany(InstanceKey instance, const colibri_str* keys, std::size_t count,
                                   std::uint64_t token, colibri_error* err) {
  auto asked = kvKeys(keys, count);
  if (!asked) return abi::refuse(err, asked.error());
  return read(
      instance, token,
      [this, instance, asked = std::move(*asked)] { return look(instance, asked); }, err);
}

colibri_status KvStoreApi::scan(InstanceKey instance, colibri_str prefix, colibri_str after,
                                std::uint32_t limit, std::uint64_t token, colibri_error* err) {
  if (!abi::valid(prefix) || !abi::valid(after) || prefix.size > kMaxKvKeyBytes ||
      after.size > kMaxKvKeyBytes || limit == 0)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a null or too long text, or limit 0");
  return read(
      instance, token,
      [this, instance, limit, begin = std::string(abi::view(prefix)),
       past = std::string(abi::view(after))] { return walk(instance, begin, past, limit); },
      err);
}

colibri_status KvStoreApi::read(InstanceKey instance, std::uint64_t token, Function<Entries()> look,
                                colibri_error* err) {
  const auto begun = begin(instance, token);
  if (!begun) return abi::refuse(err, begun.error());
  const auto shared = std::make_shared<Function<Entries()>>(std::move(look));
  const bool kept =
      order_.submit(instance, CallOrder::Kind::read, 0, [this, call = *begun, shared] {
        callee_.onReader(call.instance, kKvReadEntry, [this, call, shared] {
          auto entries = (*shared)();
          order_.finished(call.instance, CallOrder::Kind::read);
          if (!entries) return answer(call, entries.error());
          answer(call, std::optional(kvRecords(*entries)));
        });
        return CallOrder::Started::yes;
      });
  if (kept) return COLIBRI_PENDING;
  open_.drop(*begun);
  return abi::refuse(err, COLIBRI_E_BUSY, "too many calls wait for this instance");
}

KvStoreApi::Entries KvStoreApi::look(InstanceKey instance, const std::vector<std::string>& keys) {
  std::vector<store::KvEntry> all;
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < keys.size(); at += kReadAtOnce) {
    auto part = ports_.store.read(
        store::ask::Entries{callee_.id(), instance,
                            std::span(keys).subspan(at, std::min(kReadAtOnce, keys.size() - at))});
    if (!part) return part.error();
    for (auto& entry : *part) {
      bytes += kvRecordBytes(entry);
      all.push_back(std::move(entry));
    }
    if (bytes > kMaxReadBytes)
      return Error{Errc::invalidArgument, "the values asked for are over 64 MiB together"};
  }
  return all;
}

KvStoreApi::Entries KvStoreApi::walk(InstanceKey instance, const std::string& prefix,
                                     std::string after, std::uint32_t limit) {
  std::vector<store::KvEntry> all;
  std::size_t bytes = 0;
  while (all.size() < limit && bytes < kScanAnswerBytes) {
    const auto page = static_cast<std::uint32_t>(std::min(kReadAtOnce, limit - all.size()));
    auto part =
        ports_.store.read(store::ask::EntriesWith{callee_.id(), instance, prefix, after, page});
    if (!part) return part.error();
    const bool end = part->size() < page;
    for (auto& entry : *part) {
      after = entry.key;
      bytes += kvRecordBytes(entry);
      all.push_back(std::move(entry));
    }
    if (end) break;
  }
  return all;
}

colibri_status KvStoreApi::write(InstanceKey instance, const colibri_kv_op* ops, std::size_t count,
                                 std::uint64_t token, colibri_error* err) {
  auto batch = kvBatch(ops, count, callee_.id(), instance, ports_.clock.keptUs());
  if (!batch) return abi::refuse(err, batch.error());
  const auto begun = begin(instance, token);
  if (!begun) return abi::refuse(err, begun.error());
  const auto refused = [&](const char* why) {
    open_.drop(*begun);
    return abi::refuse(err, COLIBRI_E_BUSY, why);
  };
  if (ports_.store.queuedBytes() > kMaxQueuedBytes) return refused("the store's queue is full");
  const auto bytes = bytesOf(*batch);
  auto run = [this, call = *begun, batch = std::move(*batch)]() mutable {
    if (call.instance != 0 && !instances_.has(call.instance)) {  // deleted while this waited
      answer(call, Error{Errc::notFound, "there is no such instance"});
      return CallOrder::Started::no;
    }
    // The store may answer when the host has let go of the plugin object: `self` keeps it.
    ports_.store.submit(std::move(batch), [this, self = callee_.shared_from_this(),
                                           call](const Result<store::Committed>& done) {
      order_.finished(call.instance, CallOrder::Kind::write);
      if (!done) return answer(call, done.error());
      answer(call, std::optional<std::string>());
    });
    return CallOrder::Started::yes;
  };
  if (order_.submit(instance, CallOrder::Kind::write, bytes, std::move(run)))
    return COLIBRI_PENDING;
  return refused("too many calls wait for this instance");
}

void KvStoreApi::answer(const OpenCalls::Call& call, Result<std::optional<std::string>> records) {
  if (!records) {
    log::write(log::Level::warn, "plugin", "a key-value call failed",
               {{"plugin", callee_.alias()},
                {"instance", call.instance},
                {"why", records.error().message}});
  }
  open_.answer(
      call, kKvDoneEntry,
      [this, token = call.userToken, records = std::move(records)](colibri_plugin* plugin) mutable {
        if (!records) return table_->kv_done(plugin, token, doneStatus(records.error()), nullptr);
        const auto buffer = *records ? abi::SharedBuffer::make(std::move(**records)) : nullptr;
        table_->kv_done(plugin, token, COLIBRI_OK, buffer.get());
      });
}

const colibri_host_kv_store KvStoreApi::kTable{
    sizeof(colibri_host_kv_store), 0, hostCall<&KvStoreApi::getMany>, hostCall<&KvStoreApi::write>,
    hostCall<&KvStoreApi::scan>};

const Capability KvStoreApi::kCapability{COLIBRI_EXT_KV_STORE, &kTable,
                                         [](const void* table) {
                                           const auto* t =
                                               static_cast<const colibri_plugin_kv_store*>(table);
                                           return COLIBRI_HAS(t, kv_done);
                                         },
                                         Capability::makes<KvStoreApi>};

}  // namespace colibri::plugin
