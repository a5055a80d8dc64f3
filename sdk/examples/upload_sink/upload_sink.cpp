// Uploads each event as a file of a form: {"url":"https://..."} in an instance's settings. The event is kept
// as a blob first, so that neither it nor the form is held in memory while a slow receiver takes it.
#include <colibri/sdk/blob_store.hpp>
#include <colibri/sdk/event_sink.hpp>
#include <colibri/sdk/http_client.hpp>
#include <colibri/sdk/instance_observer.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace {

using namespace colibri::sdk;

class UploadSink final : public PluginWith<EventSink, InstanceObserver, BlobStore, HttpClient> {
 public:
  static constexpr Info kInfo{
      .id = "org.example.upload-sink",
      .alias = "upload",
      .name = "Upload sink",
      .version = "1.0.0",
      .vendor = "Example",
      .license = "Apache-2.0",
      .instanceSchema = R"({"type":"object","additionalProperties":false,"required":["url"],
                                  "properties":{"url":{"type":"string","pattern":"^https?://[!#-\\[\\]-~]+$"}}})"};

  using PluginWith::PluginWith;

  void start() override {
    auto s = sized<colibri_subscription>();
    s.name = str("uploads");
    subscribe(s);
  }
  void onSettings(uint64_t instanceKey, std::string_view settings) override {
    const std::scoped_lock lock(mutex_);
    urls_[instanceKey] = urlIn(settings);
  }

  void deliver(EventRef event, Delivery&& delivery) override {
    const auto key = event->instance_key;
    const auto job = std::make_shared<Job>(Job{std::move(event), std::move(delivery), urlOf(key)});
    if (job->url.empty()) return job->delivery.ack();
    blobCreate(key, job->name(), "application/json", [this, job](const BlobAnswer& a) {
      if (a.status < 0) return later(*job, a.status, a.detail);
      write(job, a.writer, 0);
    });
  }

 private:
  struct Job {
    EventRef event;
    Delivery delivery;
    std::string url;
    std::string name() const { return std::string(view(event->event_id)) + ".json"; }
  };

  /// In pieces, each when the one before is answered.
  void write(const std::shared_ptr<Job>& job, uint64_t writer, size_t from) {
    const auto left = job->event.json().substr(from);
    if (left.empty())
      return void(blobCommit(writer, [this, job](const BlobAnswer& a) {
        if (a.status < 0) return later(*job, a.status, a.detail);
        upload(job, std::string(view(a.blob->id)));
      }));
    const auto piece = left.substr(0, COLIBRI_BLOB_PIECE_BYTES);
    const auto data = makeBuffer(std::string(piece));
    blobWrite(writer, data.get(), [this, job, writer, next = from + piece.size()](const BlobAnswer& a) {
      if (a.status < 0) return later(*job, a.status, a.detail);
      write(job, writer, next);
    });
  }
  void upload(const std::shared_ptr<Job>& job, const std::string& blob) {
    const auto type = makeBuffer(std::string(job->event.typeName()));
    const auto name = job->name();
    const colibri_http_part parts[] = {httpField("type", type.get()), httpFile("event", name, blob)};
    auto request = sized<colibri_http_request>();
    request.flags = COLIBRI_HTTP_F_ALLOW_LISTED;
    request.instance_key = job->event->instance_key;
    request.method = str("POST");
    request.url = str(job->url);
    request.parts = parts;
    request.part_count = std::size(parts);
    httpRequest(request, [this, job, blob](const colibri_http_answer& a) {
      blobRemove(job->event->instance_key, blob, [](const BlobAnswer&) {});  // else it goes when it is old
      if (a.status < 0) return later(*job, a.status, view(a.detail));
      if (a.http_status >= 200 && a.http_status < 300) return job->delivery.ack();
      job->delivery.retry(std::chrono::milliseconds(a.retry_after_ms),
                          "the receiver answered " + std::to_string(a.http_status));
    });
  }
  static void later(Job& job, colibri_status, std::string_view why) { job.delivery.retry({}, why); }

  std::string urlOf(uint64_t instanceKey) {
    const std::scoped_lock lock(mutex_);
    return urls_[instanceKey];
  }
  /// What stands between the quotes of "url". A real sink parses; the schema lets no escape through.
  static std::string urlIn(std::string_view json) {
    constexpr std::string_view kMember = R"("url":")";
    const auto at = json.find(kMember);
    if (at == json.npos) return {};
    json.remove_prefix(at + kMember.size());
    return std::string(json.substr(0, json.find('"')));
  }

  std::mutex mutex_;  // guards urls_
  std::unordered_map<uint64_t, std::string> urls_;
};

}  // namespace

COLIBRI_EXPORT_PLUGIN(UploadSink)
