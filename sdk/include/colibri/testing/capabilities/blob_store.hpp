// colibri/testing/capabilities/blob_store.hpp -- FakeHost's blob-store/1: blobs in memory.
#pragma once

#include <colibri/abi/ext/blob_store.h>
#include <colibri/testing/fake_core.hpp>

namespace colibri::testing {

struct Blob {
  std::string id = {}, name = {}, mediaType = {}, bytes = {};
  uint64_t instance = 0;
};

class FakeBlobStore : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_BLOB_STORE;

  void refuseBlobs(colibri_status status) { set(refuseBlobs_, status); }  ///< every call; OK = takes them
  void failBlobs(colibri_status status) { set(failBlobs_, status); }      ///< blob_done of every call
  void holdBlobs(bool to) { hold(heldBlobs_, to); }                       ///< blob_done waits until released
  /// Puts a blob there, as another plugin or the API does, and gives its id.
  std::string keepBlob(Blob blob) {
    const std::scoped_lock lock(mutex_);
    return keepBlobLocked(std::move(blob));
  }
  std::vector<Blob> blobs() const {
    const std::scoped_lock lock(mutex_);
    std::vector<Blob> all;
    for (const auto& [id, blob] : blobs_) all.push_back(blob);
    return all;
  }
  std::optional<Blob> blob(const std::string& id) const { return find(blobs_, id); }
  size_t openWriters() const { return copy(writers_).size(); }  ///< neither committed nor abandoned

 private:
  friend class FakeHttpClient;  // requests and answers of blobs
  std::string keepBlobLocked(Blob blob) {
    auto id = std::to_string(++lastBlob_);
    id.insert(0, 32 - id.size(), '0');
    blob.id = id;
    blobs_[id] = std::move(blob);
    return id;
  }
  const Blob* blobLocked(uint64_t instance, const std::string& id) const {
    const auto at = blobs_.find(id);
    return at == blobs_.end() || at->second.instance != instance ? nullptr : &at->second;
  }
  /// Not a digest, but as long as one, and the same for the same bytes: the SDK has none.
  static std::string fakeDigest(const std::string& bytes) {
    uint64_t sum = 1469598103934665603U;
    for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211U;
    std::string digits;
    for (int i = 0; i < 64; ++i) digits += "0123456789abcdef"[sum >> (4 * (i % 16)) & 15];
    return digits;
  }
  /// As the plugin is told of it; it points into both.
  colibri_blob_info infoOf(const Blob& blob, std::string& digest) const {
    auto info = sdk::sized<colibri_blob_info>();
    digest = fakeDigest(blob.bytes);
    info.instance_key = blob.instance;
    info.id = sdk::str(blob.id);
    info.name = sdk::str(blob.name);
    info.media_type = sdk::str(blob.mediaType);
    info.size = blob.bytes.size();
    info.sha256 = sdk::str(digest);
    info.created_at_us = nowUs();
    return info;
  }

  struct Open {
    Blob blob;
    bool busy = false;
  };
  struct Done {
    colibri_status status = COLIBRI_OK;
    uint64_t writer = 0;
    std::optional<Blob> blob = {};
    std::optional<std::string> data = {};
    std::string detail = {};
  };
  static Done failed(colibri_status status, std::string why) {
    Done done;
    done.status = status;
    done.detail = std::move(why);
    return done;
  }
  static bool goodText(colibri_str s, size_t most) {
    return s.size <= most && std::none_of(s.data, s.data + s.size, [](char c) {
             return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
           });
  }

  /// `work` runs locked, when the answer is due.
  colibri_status oweBlob(colibri_error* err, uint64_t token, std::function<Done()> work) {  // locked
    if (refuseBlobs_ < 0) return refuse(err, refuseBlobs_, "refused as the test asked");
    owe(heldBlobs_, [this, token, work = std::move(work)] {
      Done done;
      {
        const std::scoped_lock lock(mutex_);
        done = work();
        if (failBlobs_ < 0) done = failed(failBlobs_, "failed as the test asked");
      }
      blobDone(token, done);
    });
    return COLIBRI_PENDING;
  }
  void blobDone(uint64_t token, const Done& done) {
    auto answer = sdk::sized<colibri_blob_answer>();
    std::string digest;
    const auto info = done.blob ? infoOf(*done.blob, digest) : colibri_blob_info{};
    answer.status = done.status;
    answer.writer = done.writer;
    answer.detail = sdk::str(done.detail);
    if (done.blob) answer.blob = &info;
    const auto data = done.data && !done.data->empty() ? makeBuffer(*done.data) : nullptr;
    answer.data = data.get();
    extension<colibri_plugin_blob_store>(kId)->blob_done(plugin_, token, &answer);
  }
  /// The writer, marked busy; else the refusal.
  colibri_status take(uint64_t writer, colibri_error* err) {  // locked
    const auto at = writers_.find(writer);
    if (at == writers_.end()) return refuse(err, COLIBRI_E_NOT_FOUND, "there is no such writer");
    if (at->second.busy) return refuse(err, COLIBRI_E_BUSY, "a call on this writer is not answered");
    at->second.busy = true;
    return COLIBRI_OK;
  }

  static colibri_status hostCreate(const colibri_host* h, const colibri_blob_spec* spec, uint64_t token,
                                   colibri_error* err) noexcept {
    auto& host = of<FakeBlobStore>(h);
    return host.called("create of a blob", [&] {
      if (!goodText(spec->name, 512) || !goodText(spec->media_type, 127))
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a name or media type over its limit");
      Blob blob{
          .name = text(spec->name), .mediaType = text(spec->media_type), .instance = spec->instance_key};
      return host.oweBlob(err, token, [&host, blob] {
        const auto writer = host.newToken();
        if (host.failBlobs_ >= 0) host.writers_[writer].blob = blob;
        Done done;
        done.writer = writer;
        return done;
      });
    });
  }
  static colibri_status hostWrite(const colibri_host* h, uint64_t writer, const colibri_buffer* data,
                                  uint64_t token, colibri_error* err) noexcept {
    auto& host = of<FakeBlobStore>(h);
    return host.called("write of a blob", [&] {
      if (data == nullptr || data->size > COLIBRI_BLOB_PIECE_BYTES)
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no data, or over 1 MiB");
      if (host.refuseBlobs_ >= 0)
        if (const auto taken = host.take(writer, err); taken < 0) return taken;
      return host.oweBlob(err, token, [&host, writer, bytes = text(data)] {
        const auto at = host.writers_.find(writer);
        if (at == host.writers_.end()) return failed(COLIBRI_E_CANCELLED, "the writer was abandoned");
        at->second.busy = false;
        at->second.blob.bytes += bytes;
        if (host.failBlobs_ < 0) host.writers_.erase(at);
        return Done{};
      });
    });
  }
  static colibri_status hostCommit(const colibri_host* h, uint64_t writer, uint64_t token,
                                   colibri_error* err) noexcept {
    auto& host = of<FakeBlobStore>(h);
    return host.called("commit of a blob", [&] {
      if (host.refuseBlobs_ >= 0)
        if (const auto taken = host.take(writer, err); taken < 0) return taken;
      return host.oweBlob(err, token, [&host, writer] {
        const auto at = host.writers_.find(writer);
        if (at == host.writers_.end()) return failed(COLIBRI_E_CANCELLED, "the writer was abandoned");
        Done done;
        if (host.failBlobs_ >= 0) done.blob = host.blobs_.at(host.keepBlobLocked(at->second.blob));
        host.writers_.erase(at);
        return done;
      });
    });
  }
  static void hostAbandon(const colibri_host* h, uint64_t writer) noexcept {
    auto& host = of<FakeBlobStore>(h);
    host.called("abandon of a blob", [&] { host.writers_.erase(writer); });
  }
  static colibri_status hostFind(const colibri_host* h, uint64_t instance, colibri_str id, uint64_t token,
                                 colibri_error* err) noexcept {
    auto& host = of<FakeBlobStore>(h);
    return host.called("find of a blob", [&] {
      return host.oweBlob(err, token, [&host, instance, id = text(id)] {
        const auto* blob = host.blobLocked(instance, id);
        if (blob == nullptr) return failed(COLIBRI_E_NOT_FOUND, "there is no such blob");
        Done done;
        done.blob = *blob;
        return done;
      });
    });
  }
  static colibri_status hostRead(const colibri_host* h, uint64_t instance, colibri_str id, uint64_t offset,
                                 uint32_t size, uint64_t token, colibri_error* err) noexcept {
    auto& host = of<FakeBlobStore>(h);
    return host.called("read of a blob", [&] {
      if (size == 0 || size > COLIBRI_BLOB_PIECE_BYTES)
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a range of no bytes, or over 1 MiB");
      return host.oweBlob(err, token, [&host, instance, offset, size, id = text(id)] {
        const auto* blob = host.blobLocked(instance, id);
        if (blob == nullptr) return failed(COLIBRI_E_NOT_FOUND, "there is no such blob");
        Done done;
        done.blob = *blob;
        if (offset < blob->bytes.size()) done.data = blob->bytes.substr(offset, size);
        return done;
      });
    });
  }
  static colibri_status hostRemove(const colibri_host* h, uint64_t instance, colibri_str id, uint64_t token,
                                   colibri_error* err) noexcept {
    auto& host = of<FakeBlobStore>(h);
    return host.called("remove of a blob", [&] {
      return host.oweBlob(err, token, [&host, instance, id = text(id)] {
        if (host.blobLocked(instance, id) == nullptr)
          return failed(COLIBRI_E_NOT_FOUND, "there is no such blob");
        if (host.failBlobs_ >= 0) host.blobs_.erase(id);
        return Done{};
      });
    });
  }

  Held heldBlobs_{*this};
  colibri_status refuseBlobs_ = COLIBRI_OK, failBlobs_ = COLIBRI_OK;
  uint64_t lastBlob_ = 0;
  std::map<std::string, Blob> blobs_;
  std::map<uint64_t, Open> writers_;

 public:
  static constexpr colibri_host_blob_store kTable{sizeof(colibri_host_blob_store),
                                                  0,
                                                  &hostCreate,
                                                  &hostWrite,
                                                  &hostCommit,
                                                  &hostAbandon,
                                                  &hostFind,
                                                  &hostRead,
                                                  &hostRemove};
};

}  // namespace colibri::testing
