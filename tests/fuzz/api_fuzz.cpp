// Whatever someone asks who has the key of one instance, no key or the global one: there is an
// answer, in JSON, and it is no fault of ours. Without the global key nothing of another instance
// is touched or shown.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/testing/api_world.hpp"
#include "base/assert.hpp"
#include "log/open.hpp"

using namespace colibri;
using api::testing::ApiWorld;

namespace {

enum class Key : std::uint8_t { mine, none, global };

/// The instances `mine` and `other`, and what the caller must not see.
class Tenants {
 public:
  explicit Tenants(api::Dialect root)
      : world_({.root = root, .qrWait = std::chrono::milliseconds(1)}) {
    world_.world.connector.refuseWith(Error{Errc::unavailable, "there is no network"});
    restore();
  }

  void ask(http::Method method, const std::string& target, const std::string& body,
           const ApiWorld::Headers& headers, Key key) {
    std::string said = target + body;
    http::Headers spoken;
    for (const auto& [name, value] : headers) {
      spoken.add(name, value);
      said += value;
    }
    const auto knows = [&](const std::string& secret) {
      return said.find(secret.substr(secret.size() / 2)) != said.npos;
    };
    if (spoken.has("apikey")) return;  // it is `key` that says whose
    const auto with = key == Key::mine ? mine_.key : key == Key::global ? ApiWorld::kKey : "";
    const auto answer = world_.ask(method, target, body, headers, with);
    COLIBRI_ASSERT(answer.status >= 200 && answer.status != 500);
    if (answer.contentType.starts_with("application/json")) boost::json::parse(answer.body);
    if (key == Key::global) return;
    COLIBRI_ASSERT(world_.world.registry.findByName("other") == other_.instance);
    for (const auto& secret : {other_.key, other_.instance->row.id}) {
      if (knows(secret)) continue;  // this program reads our memory: its guesses prove nothing
      COLIBRI_ASSERT(answer.body.find(secret) == answer.body.npos);
    }
    if (key == Key::none) COLIBRI_ASSERT(world_.world.registry.findByName("mine") != nullptr);
  }

  /// False: there is too much in it, begin anew.
  bool restore() {
    if (++restored_ == 20'000 || world_.world.registry.size() > 16) return false;
    mine_ = restored("mine", std::move(mine_));
    other_ = restored("other", std::move(other_));
    return true;
  }

 private:
  struct Tenant {
    instances::InstancePtr instance;
    std::string key;
  };
  Tenant restored(const std::string& name, Tenant tenant) {
    const auto& registry = world_.world.registry;
    if (!registry.findByName(name)) {
      // A name is free when the rows of its owner are gone.
      const auto old = tenant.instance ? tenant.instance->row.key : 0;
      instances::testing::eventually([&] { return registry.get(old) == nullptr; });
      tenant.key = world_.create(name);
    }
    tenant.instance = registry.findByName(name);
    return tenant;
  }

  ApiWorld world_;
  Tenant mine_, other_;
  int restored_ = 0;
};

std::string_view line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto found = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return found;
}

}  // namespace

/// The method, key and dialect in one letter; the target; headers; an empty line; the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool prepared = [] {
    GTEST_FLAG_SET(throw_on_failure, true);
    const Tenants first(api::Dialect::native);  // what it needs for good outlives `worlds`
    return log::open({.level = log::Level::error}).has_value();
  }();
  COLIBRI_ASSERT(prepared);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto how = static_cast<unsigned char>(rest.empty() ? 0 : rest.front()) - 'A';
  line(rest);
  const std::string target(line(rest));
  http::Head head;
  if (how < 0 || !http::parseTarget(target, head)) return 0;
  ApiWorld::Headers headers;
  for (auto field = line(rest); !field.empty(); field = line(rest)) {
    const auto colon = field.find(": ");
    if (colon != field.npos) headers.emplace_back(field.substr(0, colon), field.substr(colon + 2));
  }
  constexpr http::Method kMethods[] = {http::Method::get, http::Method::post, http::Method::del,
                                       http::Method::options};
  static std::unique_ptr<Tenants> worlds[2];
  auto& tenants = worlds[how / 12 % 2];
  if (!tenants || !tenants->restore())
    tenants =
        std::make_unique<Tenants>(how / 12 % 2 == 0 ? api::Dialect::native : api::Dialect::v2);
  tenants->ask(kMethods[how % 4], target, std::string(rest), headers,
               static_cast<Key>(how / 4 % 3));
  return 0;
}
