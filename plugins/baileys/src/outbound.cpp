#include "outbound.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include "frame.hpp"
#include "shared/json.hpp"

namespace colibri::baileys::outbound {
namespace json = boost::json;
namespace {

/// Under what a frame can hold, with room for the header.
constexpr std::size_t kMaxRecords = 8u << 20;

json::string_view js(std::string_view text) {
  return {text.data(), text.size()};
}

std::string frame(const json::object& header, std::string_view tail = {}) {
  return encodeFrame(json::serialize(header), tail);
}

json::object parseObject(std::string_view text) {
  auto value = shared::parseJson(text).value;
  return value.is_object() ? std::move(value.get_object()) : json::object();
}

}  // namespace

std::string hello(const BridgeOptions& options) {
  json::object given;
  given["browser"] = json::value_from(options.browser);
  given["qrLimit"] = options.qrLimit;
  given["logLevel"] = options.logLevel;
  given["messageBytes"] = options.messageBytes;
  if (options.test) {
    json::object test;
    if (!options.test->serverUrl.empty()) test["serverUrl"] = options.test->serverUrl;
    if (!options.test->noiseRoot.empty()) test["noiseRoot"] = options.test->noiseRoot;
    test["tlsInsecureMedia"] = options.test->tlsInsecureMedia;
    if (!options.test->stopAt.empty()) test["stopAt"] = options.test->stopAt;
    if (const auto ms = options.test->qrLasts.count(); ms > 0)
      test["timing"] = json::object{{"qrMs", ms}};
    given["test"] = std::move(test);
  }
  return frame({{"t", "hello"}, {"version", 1}, {"options", std::move(given)}});
}

std::string open(std::uint64_t key, std::int64_t ask, std::string_view instanceId,
                 std::string_view name, std::string_view optionsJson) {
  return frame({{"t", "open"},
                {"k", std::to_string(key)},
                {"ask", ask},
                {"instanceId", js(instanceId)},
                {"name", js(name)},
                {"options", parseObject(optionsJson)}});
}

std::string settings(std::uint64_t key, std::string_view settings) {
  return frame(
      {{"t", "settings"}, {"k", std::to_string(key)}, {"settings", parseObject(settings)}});
}

std::string close(std::uint64_t key, std::int64_t ask) {
  return frame({{"t", "close"}, {"k", std::to_string(key)}, {"ask", ask}});
}

std::string logout(std::uint64_t key, std::int64_t ask, std::string_view instanceId,
                   std::string_view name, std::chrono::milliseconds deadline) {
  return frame({{"t", "logout"},
                {"k", std::to_string(key)},
                {"ask", ask},
                {"instanceId", js(instanceId)},
                {"name", js(name)},
                {"deadlineMs", deadline.count()}});
}

std::string forget(std::uint64_t key) {
  return frame({{"t", "forget"}, {"k", std::to_string(key)}});
}

std::string submit(const colibri_command& command) {
  const std::string_view body(reinterpret_cast<const char*>(command.body->data),
                              command.body->size);
  const json::object header{{"t", "submit"},
                            {"k", std::to_string(command.instance_key)},
                            {"token", std::to_string(command.token)},
                            {"name", js(sdk::view(command.name))},
                            {"messageId", js(sdk::view(command.message_id))},
                            {"deadlineUs", command.deadline_us},
                            {"n", body.size()}};
  try {
    return frame(header, body);
  } catch (const ProtocolError&) {
    throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT, "a command's body is too large");
  }
}

std::string cancel(std::uint64_t token) {
  return frame({{"t", "cancel"}, {"token", std::to_string(token)}});
}

std::string published(std::uint64_t id, colibri_status status) {
  return frame({{"t", "published"}, {"id", std::to_string(id)}, {"status", status}});
}

std::string kvStatus(std::uint64_t id, colibri_status status) {
  return frame({{"t", "kv.result"},
                {"id", std::to_string(id)},
                {"status", status},
                {"records", json::array()}});
}

std::string kvRecords(std::uint64_t id, sdk::KvRecords records, bool mayCut) {
  json::array list;
  std::string tail;
  std::string_view key;
  std::optional<std::string_view> value;
  while (records.next(key, value)) {
    if (tail.size() + (value ? value->size() : 0) > kMaxRecords) {
      if (!mayCut || list.empty()) return kvStatus(id, COLIBRI_E_INVALID_ARGUMENT);
      break;
    }
    list.push_back(json::object{{"key", js(key)},
                                {"n", value ? static_cast<std::int64_t>(value->size()) : -1}});
    if (value) tail += *value;
  }
  return frame({{"t", "kv.result"},
                {"id", std::to_string(id)},
                {"status", COLIBRI_OK},
                {"records", std::move(list)}},
               tail);
}

std::string pause() {
  return frame({{"t", "pause"}});
}

std::string resume() {
  return frame({{"t", "resume"}});
}

std::string ping(std::uint64_t id) {
  return frame({{"t", "ping"}, {"id", std::to_string(id)}});
}

}  // namespace colibri::baileys::outbound
