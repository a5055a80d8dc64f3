#include "plugin/host_api/blob_store.hpp"

#include <functional>
#include <utility>

#include "plugin/abi.hpp"
#include "plugin/host_api/blob_info.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kBlobDoneEntry{"blob_done"};

constexpr std::size_t kMostBlobCalls = 128, kMostWriters = 64;  // of one plugin

constexpr const char* kNoWriter = "there is no such writer";

}  // namespace

BlobStoreApi::BlobStoreApi(const Surroundings& s)
    : callee_(s.callee),
      ports_(s.ports),
      instances_(s.instances),
      calls_(s.callee, s.ports.timers, kMostBlobCalls),
      writers_(s.ports.timers, kMostWriters) {}

/// `work` runs on the pool, and what it returns is the answer.
template <class Work>
colibri_status BlobStoreApi::later(InstanceKey instance, std::uint64_t token,
                                   exec::StrandKey strand, const char* what, colibri_error* err,
                                   Work work) {
  const auto begun = calls_.begin(instance, token);
  if (!begun) return abi::refuse(err, begun.error());
  ports_.executor.post(strand, what,
                       [this, self = callee_.shared_from_this(), call = *begun,
                        work = std::move(work)]() mutable { answer(call, work()); });
  return COLIBRI_PENDING;
}

colibri_status BlobStoreApi::check(InstanceKey instance, colibri_error* err) const {
  if (ports_.blobs == nullptr)
    return abi::refuse(err, COLIBRI_E_UNSUPPORTED, "this host keeps no blobs");
  if (instance != 0 && !instances_.has(instance))
    return abi::refuse(err, COLIBRI_E_NOT_FOUND, "there is no such instance");
  return COLIBRI_OK;
}

exec::StrandKey BlobStoreApi::strandOf(std::string_view id) const noexcept {
  return {&blobTag_, std::hash<std::string_view>()(id)};
}

// --- writing ---

colibri_status BlobStoreApi::create(const colibri_blob_spec* spec, std::uint64_t token,
                                    colibri_error* err) {
  if (spec == nullptr || !COLIBRI_KNOWS(spec, media_type) || !abi::valid(spec->name) ||
      !abi::valid(spec->media_type))
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "null, or a spec that is too small");
  if (spec->name.size > blobs::kMostNameBytes || spec->media_type.size > blobs::kMostTypeBytes)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a name or media type over its limit");
  const auto instance = spec->instance_key;
  if (const auto fine = check(instance, err); fine < 0) return fine;
  if (writers_.size() >= kMostWriters)
    return abi::refuse(err, COLIBRI_E_BUSY, "too many blobs in the making");
  return later(instance, token, {this, 0}, "blob create", err,
               [this, wanted = blobs::Spec{instance, std::string(abi::view(spec->name)),
                                           std::string(abi::view(spec->media_type))}]() mutable {
                 return createNow(std::move(wanted));
               });
}

Result<BlobStoreApi::Done> BlobStoreApi::createNow(blobs::Spec spec) {
  const auto instance = spec.instance;
  auto made = ports_.blobs->create(std::move(spec));
  if (!made) return made.error();
  const auto writer = writers_.open({instance, std::move(*made)});
  if (!writer) return Error{Errc::busy, "too many blobs in the making"};
  Done done;
  done.writer = *writer;
  return done;
}

Result<BlobStoreApi::Open> BlobStoreApi::use(std::uint64_t writer) {
  Result<Open> used = Error{Errc::notFound, kNoWriter};
  writers_.with(writer, [&](Open& open) {
    if (open.busy) {
      used = Error{Errc::busy, "a call on this writer is not answered"};
      return;
    }
    open.busy = true;
    used = open;
  });
  return used;
}

/// It may be used again. [Errors] cancelled: it was abandoned meanwhile.
Result<void> BlobStoreApi::free(std::uint64_t writer) {
  if (writers_.with(writer, [](Open& open) { open.busy = false; })) return {};
  return Error{Errc::cancelled, "the writer was abandoned"};
}

colibri_status BlobStoreApi::write(std::uint64_t writer, const colibri_buffer* data,
                                   std::uint64_t token, colibri_error* err) {
  if (data == nullptr || !COLIBRI_KNOWS(data, size) || (data->data == nullptr && data->size != 0) ||
      data->size > COLIBRI_BLOB_PIECE_BYTES)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no data, or over 1 MiB");
  const auto open = use(writer);
  if (!open) return abi::refuse(err, open.error());
  data->retain(data);
  const auto status = later(open->instance, token, {this, writer}, "blob write", err,
                            [this, writer, open = *open, kept = abi::SharedBuffer::Ptr(data)] {
                              return writeNow(writer, open, abi::view(kept.get()));
                            });
  if (status < 0) ignore(free(writer), "it is refused either way");
  return status;
}

Result<BlobStoreApi::Done> BlobStoreApi::writeNow(std::uint64_t token, const Open& open,
                                                  std::string_view bytes) {
  if (auto written = open.writer->write(bytes); !written) {
    writers_.take(token);
    return written.error();
  }
  Done done;
  done.written = token;
  return done;
}

colibri_status BlobStoreApi::commit(std::uint64_t writer, std::uint64_t token, colibri_error* err) {
  const auto open = use(writer);
  if (!open) return abi::refuse(err, open.error());
  const auto status = later(open->instance, token, {this, writer}, "blob commit", err,
                            [this, writer, open = *open] { return commitNow(writer, open); });
  if (status < 0) ignore(free(writer), "it is refused either way");
  return status;
}

Result<BlobStoreApi::Done> BlobStoreApi::commitNow(std::uint64_t token, const Open& open) {
  if (!writers_.take(token)) return Error{Errc::cancelled, "the writer was abandoned"};
  auto info = open.writer->commit();
  if (!info) return info.error();
  return withBlob(std::move(*info));
}

/// The file goes on the pool, behind a call that is under way.
void BlobStoreApi::abandon(std::uint64_t writer) {
  auto taken = writers_.take(writer);
  if (!taken) return;
  ports_.executor.post({this, writer}, "blob abandon",
                       [self = callee_.shared_from_this(), open = std::move(*taken)]() mutable {
                         open.writer.reset();
                       });
}

void BlobStoreApi::closing(bool) {
  writers_.close();
  writers_.takeAll();  // each removes what it wrote
}

// --- reading ---

colibri_status BlobStoreApi::find(InstanceKey instance, colibri_str id, std::uint64_t token,
                                  colibri_error* err) {
  if (const auto fine = check(instance, err); fine < 0) return fine;
  const std::string wanted(abi::view(id).substr(0, 64));
  return later(instance, token, strandOf(wanted), "blob find", err,
               [this, instance, wanted]() -> Result<Done> {
                 const auto reader = ports_.blobs->open(instance, wanted);
                 if (!reader) return reader.error();
                 return withBlob((*reader)->info());
               });
}

colibri_status BlobStoreApi::read(InstanceKey instance, colibri_str id, std::uint64_t offset,
                                  std::uint32_t size, std::uint64_t token, colibri_error* err) {
  if (size == 0 || size > COLIBRI_BLOB_PIECE_BYTES)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a range of no bytes, or over 1 MiB");
  if (const auto fine = check(instance, err); fine < 0) return fine;
  const std::string wanted(abi::view(id).substr(0, 64));
  return later(instance, token, strandOf(wanted), "blob read", err,
               [this, instance, offset, size, wanted]() -> Result<Done> {
                 const auto reader = ports_.blobs->open(instance, wanted);
                 if (!reader) return reader.error();
                 auto bytes = (*reader)->read(offset, size);
                 if (!bytes) return bytes.error();
                 return withBlob((*reader)->info(), std::move(*bytes));
               });
}

colibri_status BlobStoreApi::remove(InstanceKey instance, colibri_str id, std::uint64_t token,
                                    colibri_error* err) {
  if (const auto fine = check(instance, err); fine < 0) return fine;
  const std::string wanted(abi::view(id).substr(0, 64));
  return later(instance, token, strandOf(wanted), "blob remove", err,
               [this, instance, wanted]() -> Result<Done> {
                 if (auto removed = ports_.blobs->remove(instance, wanted); !removed)
                   return removed.error();
                 return Done{};
               });
}

// --- answering ---

void BlobStoreApi::answer(const OpenCalls::Call& call, Result<Done> done) {
  calls_.answer(call, kBlobDoneEntry,
                [this, token = call.userToken, done = std::move(done)](colibri_plugin* p) mutable {
                  auto a = abi::sized<colibri_blob_answer>();
                  abi::SharedBuffer::Ptr data;
                  if (done && done->written != 0)
                    if (auto goesOn = free(done->written); !goesOn) done = goesOn.error();
                  if (!done) {
                    a.status = abi::statusOf(done.error().code);
                    a.detail = abi::str(done.error().message);
                    return table_->blob_done(p, token, &a);
                  }
                  a.writer = done->writer;
                  const auto& blob = done->blob;
                  const auto info = blob ? blobInfoOf(*blob) : colibri_blob_info{};
                  if (blob) a.blob = &info;
                  if (!done->data.empty()) data = abi::SharedBuffer::make(std::move(done->data));
                  a.data = data.get();
                  table_->blob_done(p, token, &a);
                });
}

const colibri_host_blob_store BlobStoreApi::kTable{
    sizeof(colibri_host_blob_store), 0,
    hostCall<&BlobStoreApi::create>, hostCall<&BlobStoreApi::write>,
    hostCall<&BlobStoreApi::commit>, hostCall<&BlobStoreApi::abandon>,
    hostCall<&BlobStoreApi::find>,   hostCall<&BlobStoreApi::read>,
    hostCall<&BlobStoreApi::remove>};

const Capability BlobStoreApi::kCapability{
    COLIBRI_EXT_BLOB_STORE, &kTable,
    [](const void* table) {
      const auto* t = static_cast<const colibri_plugin_blob_store*>(table);
      return COLIBRI_HAS(t, blob_done);
    },
    Capability::makes<BlobStoreApi>};

}  // namespace colibri::plugin
