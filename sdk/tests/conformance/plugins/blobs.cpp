// Does with blobs what tests tell it. Commands: blob.put "<content>" (in two pieces; says id, name, type,
// size and the length of the digest), blob.get "id offset size", blob.find "id", blob.remove "id", blob.limit
// name|piece|range (asks for too much), blob.abandon (and then writes), blob.twice (writes while a write is
// not answered).
#include <colibri/sdk/blob_store.hpp>
#include <colibri/sdk/connector.hpp>
#include <colibri/sdk/http_client.hpp>

#include <memory>
#include <sstream>
#include <string>

namespace {

using namespace colibri::sdk;

class Blobs final : public PluginWith<Connector, BlobStore, HttpClient> {
 public:
  static constexpr Info kInfo{
      .id = "org.example.blobs", .alias = "blobs", .name = "Blobs", .version = "1.0.0"};
  static constexpr const char* kIntegrations[] = {"BLOBS", nullptr};
  static constexpr const char* kCommands[] = {nullptr};
  using PluginWith::PluginWith;

  void open(const colibri_instance_spec&) override {}
  void close(uint64_t, std::chrono::milliseconds) override {}
  void logout(uint64_t, std::chrono::milliseconds) override {}
  void forget(uint64_t) override {}
  void resume() override {}
  void cancel(uint64_t) override {}

  void submit(const colibri_command& c) override {
    const std::string name(view(c.name)), body(view(c.body));
    const auto key = c.instance_key, token = c.token;
    if (name == "blob.put") return put(key, token, body);
    if (name == "blob.get") return get(key, token, body);
    if (name.starts_with("http.")) return fetch(key, token, name, body);
    if (name == "blob.find") {
      blobFind(key, body, [this, token](const BlobAnswer& a) { tell(token, a); });
    } else if (name == "blob.remove") {
      blobRemove(key, body, [this, token](const BlobAnswer& a) { tell(token, a); });
    } else if (name == "blob.limit" && body == "name") {
      blobCreate(key, std::string(513, 'x'), {}, [this, token](const BlobAnswer& a) { tell(token, a); });
    } else if (name == "blob.limit" && body == "range") {
      blobRead(key, std::string(32, '0'), 0, COLIBRI_BLOB_PIECE_BYTES + 1,
               [this, token](const BlobAnswer& a) { tell(token, a); });
    } else if (name == "blob.limit") {
      begin(key, token, [this, token](uint64_t writer) {
        const auto data = makeBuffer(std::string(COLIBRI_BLOB_PIECE_BYTES + 1, 'x'));
        blobWrite(writer, data.get(), [this, token](const BlobAnswer& a) { tell(token, a); });
      });
    } else if (name == "blob.abandon") {
      begin(key, token, [this, token](uint64_t writer) {
        blobAbandon(writer);
        const auto data = makeBuffer("x");
        blobWrite(writer, data.get(), [this, token](const BlobAnswer& a) { tell(token, a); });
      });
    } else if (name == "blob.twice") {
      twice(key, token);
    } else {
      throw Error(COLIBRI_E_UNSUPPORTED, "unknown command");
    }
  }

 private:
  void fetch(uint64_t key, uint64_t token, const std::string& how, const std::string& words) {
    std::istringstream in(words);
    std::string url, word;
    in >> url >> word;
    const auto field = makeBuffer("1");
    const colibri_http_part parts[] = {httpField("a", field.get()), httpFile("file", "n\"1.txt", word)};
    auto request = sized<colibri_http_request>();
    request.flags = COLIBRI_HTTP_F_ALLOW_LISTED;
    request.method = str("POST");
    request.url = str(url);
    request.instance_key = key;
    request.answer_name = str("the answer");
    if (how == "http.body" || how == "http.both") request.body_blob = str(word);
    if (how == "http.form" || how == "http.both") {
      request.parts = parts;
      request.part_count = 2;
    }
    if (how == "http.into") {
      request.flags |= COLIBRI_HTTP_F_INTO_BLOB;
      request.max_response_bytes = std::stoull(word);
    }
    httpRequest(request, [this, token](const colibri_http_answer& a) {
      auto said = std::to_string(a.http_status) + " " + std::string(view(a.body));
      if ((a.flags & COLIBRI_HTTP_A_TRUNCATED) != 0) said += "truncated";
      if (a.blob != nullptr)
        said += std::string(view(a.blob->id)) + " " + std::string(view(a.blob->name)) + " " +
                std::string(view(a.blob->media_type)) + " " + std::to_string(a.blob->size);
      complete(token, a.status, said, view(a.detail));
    });
  }
  void tell(uint64_t token, const BlobAnswer& a) {
    std::ostringstream said;
    if (a.blob != nullptr)
      said << view(a.blob->id) << ' ' << view(a.blob->name) << ' ' << view(a.blob->media_type) << ' '
           << a.blob->size << ' ' << a.blob->sha256.size;
    complete(token, a.status, said.str(), a.detail);
  }
  template <class Go>
  void begin(uint64_t key, uint64_t token, Go go) {
    blobCreate(key, "a name.txt", "text/plain", [this, token, go](const BlobAnswer& a) {
      if (a.status < 0) return tell(token, a);
      go(a.writer);
    });
  }
  void put(uint64_t key, uint64_t token, const std::string& bytes) {
    const auto half = bytes.size() / 2;
    begin(key, token,
          [this, token, first = bytes.substr(0, half), rest = bytes.substr(half)](uint64_t writer) {
            const auto data = makeBuffer(first);
            blobWrite(writer, data.get(), [this, token, writer, rest](const BlobAnswer& a) {
              if (a.status < 0) return tell(token, a);
              const auto more = makeBuffer(rest);
              blobWrite(writer, more.get(), [this, token, writer](const BlobAnswer& b) {
                if (b.status < 0) return tell(token, b);
                blobCommit(writer, [this, token](const BlobAnswer& done) { tell(token, done); });
              });
            });
          });
  }
  void get(uint64_t key, uint64_t token, const std::string& words) {
    std::istringstream in(words);
    std::string id;
    uint64_t offset = 0;
    uint32_t size = 0;
    in >> id >> offset >> size;
    blobRead(key, id, offset, size, [this, token](const BlobAnswer& a) {
      std::string said(a.data == nullptr ? "nothing" : view(a.data));
      if (a.blob != nullptr) said += " of " + std::to_string(a.blob->size);
      complete(token, a.status, said, a.detail);
    });
  }
  void twice(uint64_t key, uint64_t token) {
    begin(key, token, [this, token](uint64_t writer) {
      const auto data = makeBuffer("x");
      const auto second = std::make_shared<colibri_status>();
      blobWrite(writer, data.get(), [this, token, second](const BlobAnswer& a) {
        const bool busy = *second == COLIBRI_E_BUSY;
        complete(token, a.status, busy ? "busy, then written" : "not busy", a.detail);
      });
      // On the instance's lane, where the first is answered later.
      *second = blobWrite(writer, data.get(), [](const BlobAnswer&) {});
    });
  }
};

}  // namespace

COLIBRI_EXPORT_PLUGIN(Blobs)
