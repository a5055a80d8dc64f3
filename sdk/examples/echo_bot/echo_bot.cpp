// Says again what is said in a chat, by whomever and through whatever connector the instance has. It hears
// itself, too, in send.message; without colibri_event.origin it would answer that for ever.
#include <colibri/sdk/commands.hpp>
#include <colibri/sdk/event_sink.hpp>
#include <colibri/sdk/json_string.hpp>

namespace {

using namespace colibri::sdk;

class EchoBot final : public PluginWith<EventSink, Commands> {
 public:
  static constexpr Info kInfo{.id = "org.example.echo-bot",
                              .alias = "echo-bot",
                              .name = "Echo bot",
                              .version = "1.0.0",
                              .vendor = "Example",
                              .license = "Apache-2.0",
                              .instanceSchema = R"({"type":"object","additionalProperties":false})"};

  using PluginWith::PluginWith;

  void start() override {
    auto s = sized<colibri_subscription>();
    s.name = str("said");
    s.filter_json = str(R"({"types":["messages.upsert","send.message"]})");
    subscribe(s);
  }

  void deliver(EventRef event, Delivery&& delivery) override {
    const auto said = textOf(event.json());
    if (said.empty() || event.causedBy(kInfo.alias)) return delivery.ack();
    std::string body = R"({"number":)";
    appendJsonString(body, view(event->chat_id));
    body.append(R"(,"text":")").append(said).append("\"}");
    // The event's id as the key: delivered again, it is answered once.
    submitCommand({.instance = event->instance_key,
                   .name = "message.sendText",
                   .body = body,
                   .key = view(event->event_id)},
                  [d = std::move(delivery)](const OrderAnswer& a) mutable {
                    if (a.status >= 0) return d.ack();
                    const bool later = a.status == COLIBRI_E_BUSY || a.status == COLIBRI_E_UNAVAILABLE;
                    if (later) return d.retry({}, a.detail);
                    d.reject(a.detail);
                  });
  }

 private:
  /// What stands between the quotes of "conversation", as it stands there. A real bot parses.
  static std::string_view textOf(std::string_view json) {
    constexpr std::string_view kMember = R"("conversation":")";
    const auto at = json.find(kMember);
    if (at == json.npos) return {};
    json.remove_prefix(at + kMember.size());
    size_t end = 0;
    while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
    return json.substr(0, end);
  }
};

}  // namespace

COLIBRI_EXPORT_PLUGIN(EchoBot)
