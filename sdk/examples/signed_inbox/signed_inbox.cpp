// Takes webhooks of a service that has no key of the gateway and signs what it sends: `X-Hub-Signature-256:
// sha256=` and the HMAC of the body's bytes under a secret that both know. What is genuine becomes an event
// of the instance.
#include <colibri/sdk/event_source.hpp>
#include <colibri/sdk/http_routes.hpp>
#include <colibri/sdk/instance_observer.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <map>
#include <mutex>

namespace {

using namespace colibri::sdk;

class SignedInbox final : public PluginWith<HttpRoutes, EventSource, InstanceObserver> {
 public:
  static constexpr Info kInfo{.id = "org.example.signed-inbox",
                              .alias = "signed-inbox",
                              .name = "Signed inbox",
                              .version = "1.0.0",
                              .vendor = "Example",
                              .license = "Apache-2.0",
                              .instanceSchema = R"({"type":"object","required":["secret"],
    "additionalProperties":false,"properties":{"secret":{"type":"string","x-colibri-secret":true,
      "pattern":"^[A-Za-z0-9_-]+$","minLength":16,"maxLength":128}}})"};

  // The second path is at the root, where some services want it: having a row there claims it.
  static constexpr std::string_view kRoutes = R"({
    "signed-inbox.receive": {
      "summary": "Take what a service sends", "route": "POST signed-inbox/receive/{instance}",
      "key": "none", "raw": true, "limit": 1048576},
    "inbox.challenge": {
      "summary": "Say that somebody is there", "route": "GET inbox/challenge",
      "key": "none", "raw": true, "query": {"challenge": {"type": "string", "maxLength": 128}}}})";

  using PluginWith::PluginWith;

  void onSettings(uint64_t instanceKey, std::string_view settingsJson) override {
    const std::scoped_lock lock(mutex_);
    if (settingsJson.empty())
      secrets_.erase(instanceKey);
    else
      secrets_[instanceKey] = secretIn(settingsJson);
  }

  void onRequest(RouteCall&& call) override {
    if (call.row() == "inbox.challenge")
      return call.answer({.contentType = "text/plain; charset=utf-8", .body = call.query("challenge")});
    const auto signature = call.header("x-hub-signature-256");
    // The same for all that is wrong: a stranger learns nothing of which instances there are.
    if (!isGenuine(call, signature)) throw Error(COLIBRI_E_UNAUTHENTICATED, "the signature is not right");
    const auto body = bodyOf(call);
    auto draft = sized<colibri_event_draft>();
    draft.type = COLIBRI_EVENT_PLUGIN_BASE;
    draft.type_name = str("org.example.signed-inbox.received");
    draft.flags = COLIBRI_EVENT_F_DURABLE;
    draft.schema_major = 1;
    draft.instance_key = call.instanceKey();
    draft.dedupe_key = str(signature);  // sent again, it is one event
    draft.body_json = str(body);
    publishOwn({&draft, 1}, [c = std::move(call)](colibri_status status, uint64_t) mutable {
      if (status < 0) return c.fail(503, "it was not kept, send it again");
      c.answer({.contentType = "text/plain", .body = "ok"});
    });
  }

 private:
  bool isGenuine(const RouteCall& call, std::string_view signature) {
    const auto secret = secretOf(call.instanceKey());
    const auto right = "sha256=" + hmac(secret, call.body());
    return !secret.empty() && signature.size() == right.size() &&
           CRYPTO_memcmp(signature.data(), right.data(), right.size()) == 0;
  }
  std::string secretOf(uint64_t instanceKey) {
    const std::scoped_lock lock(mutex_);
    const auto at = secrets_.find(instanceKey);
    return at == secrets_.end() ? std::string() : at->second;
  }
  static std::string hmac(std::string_view secret, std::string_view bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest, &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i)
      hex.append({"0123456789abcdef"[digest[i] / 16], "0123456789abcdef"[digest[i] % 16]});
    return hex;
  }
  /// Bytes are no text of JSON.
  static std::string bodyOf(const RouteCall& call) {
    const auto bytes = call.body();
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<size_t>(size));
    return R"({"base64":")" + text + R"("})";
  }
  /// What stands between the quotes of "secret"; the schema lets nothing through that has an escape.
  static std::string secretIn(std::string_view json) {
    constexpr std::string_view kMember = R"("secret":")";
    const auto at = json.find(kMember);
    if (at == json.npos) return {};
    json.remove_prefix(at + kMember.size());
    return std::string(json.substr(0, json.find('"')));
  }

  std::mutex mutex_;  // guards secrets_
  std::map<uint64_t, std::string> secrets_;
};

}  // namespace

COLIBRI_EXPORT_PLUGIN(SignedInbox)
