// Every route, for every kind of caller, with every known way to make a request mean another
// instance than the one its key belongs to. The cases come from the table of routes, so none can be
// forgotten; what is right is what the catalogue promises.
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/testing/api_world.hpp"

namespace colibri::api {
namespace {

using http::Method;
using testing::ApiWorld;
using Headers = ApiWorld::Headers;

/// A way to spell a request about an instance. `{}` in `path` is the instance's name.
struct Trick {
  const char* what;
  std::string path = "{}";
  bool isOther = false;  ///< the path names another instance than `{}`, or none
  std::string query = {};
  std::string members = {};  ///< of the body's object
  Headers headers = {};
};

enum class Key { none, wrong, ofA, ofB, global };
constexpr Key kKeys[] = {Key::none, Key::wrong, Key::ofA, Key::ofB, Key::global};

/// With either dialect at the root.
struct Matrix : ::testing::TestWithParam<Dialect> {
  Matrix() : keyB(api.create("b")) { idB = instance("b")->row.id; }

  std::span<const Route> allRoutes() const { return api.routes(); }
  /// A fresh A if the last one was deleted.
  void needA() {
    if (!nameA.empty() && instance(nameA)) return;
    nameA = "a" + std::to_string(++created);
    keyA = api.create(nameA);
  }
  instances::InstancePtr instance(const std::string& name) const {
    return api.world.registry.findByName(name);
  }
  std::string textOf(Key key) const {
    switch (key) {
      case Key::none:
        return {};
      case Key::wrong:
        return "wrong-key-wrong-key";
      case Key::ofA:
        return keyA;
      case Key::ofB:
        return keyB;
      case Key::global:
        return ApiWorld::kKey;
    }
    return {};
  }

  /// Tricks that leave the path as it is. None of them may have an effect.
  std::vector<Trick> overrides() const {
    return {
        {.what = "plain"},
        {.what = "the name in the query", .query = "instanceName=b"},
        {.what = "the name in the query, twice", .query = "instanceName={}&instanceName=b"},
        {.what = "the id in the query", .query = "instanceId=" + idB},
        {.what = "other words in the query", .query = "instance=b&name=b&id=" + idB},
        {.what = "the key in the query", .query = "apikey=" + std::string(ApiWorld::kKey)},
        {.what = "the name in the body", .members = R"("instanceName":"b")"},
        {.what = "the id in the body", .members = R"("instanceId":")" + idB + '"'},
        {.what = "other words in the body", .members = R"("instance":"b","apikey":")" + keyB + '"'},
        {.what = "names in headers",
         .headers = {{"instanceName", "b"},
                     {"X-Original-URL", "/b/instance/delete"},
                     {"X-HTTP-Method-Override", "DELETE"},
                     {"X-Forwarded-For", "127.0.0.1"}}},
        {.what = "a bearer",
         .headers = {{"Authorization", "Bearer " + std::string(ApiWorld::kKey)}}},
    };
  }
  /// Tricks with the path.
  std::vector<Trick> paths() const {
    return {
        {.what = "an encoded letter", .path = "%61{tail}"},
        {.what = "encoded twice", .path = "%2561{tail}", .isOther = true},
        {.what = "another case", .path = "A{tail}", .isOther = true},
        {.what = "a blank behind", .path = "{}%20", .isOther = true},
        {.what = "a plus behind", .path = "{}+", .isOther = true},
        {.what = "a zero byte and B", .path = "{}%00b", .isOther = true},
        {.what = "an encoded slash and B", .path = "{}%2Fb", .isOther = true},
        {.what = "an encoded way to B", .path = "{}%2F..%2Fb", .isOther = true},
        {.what = "a parameter", .path = "{};instanceName=b", .isOther = true},
        {.what = "a name longer than any", .path = std::string(300, 'a'), .isOther = true},
    };
  }

  /// The forms of a route's path with `{}` for the instance.
  static std::vector<std::string> formsOf(const Route& route) {
    const std::string router(route.router), action(route.name);
    auto own = "/" + router + (action.empty() ? "" : "/" + action);
    for (std::size_t i = 0; i < route.params; ++i) own += "/1";
    std::vector<std::string> forms{own, "/v2" + own, "/" + own + "/"};
    if (route.ofInstance)
      forms = {"/{}" + own, own + "/{}", "/v2" + own + "/{}", "//{}/" + own + "/"};
    if (GetParam() == Dialect::v2) {
      forms.push_back("/native" + forms[0]);
    }
    return forms;
  }

  static bool isFetch(const Route& route) {
    return route.operation->id == "instance.fetchInstances";
  }

  http::Response send(const Route& route, const std::string& path, const Trick& trick,
                      const std::string& key) {
    const auto method = route.method == "POST"     ? Method::post
                        : route.method == "DELETE" ? Method::del
                        : route.method == "PUT"    ? Method::put
                                                   : Method::get;
    const auto target = path + (trick.query.empty() ? "" : "?" + filled(trick.query));
    return api.ask(method, target, method == Method::get ? "" : "{" + trick.members + "}",
                   trick.headers, key);
  }
  std::string filled(std::string text) const {
    for (const auto& [mark, with] :
         {std::pair<std::string, std::string>{"{}", nameA}, {"{tail}", nameA.substr(1)}}) {
      for (auto at = text.find(mark); at != text.npos; at = text.find(mark))
        text.replace(at, mark.size(), with);
    }
    return text;
  }

  /// Whether someone got it who may call it. Nobody is being linked here.
  static bool isExpected(const Route& route, const http::Response& answer) {
    const bool isNotLinked = answer.body.find("is not being linked") != std::string::npos;
    return expectedOf(route).contains(answer.status) ||
           (route.operation->whileLinking && answer.status == 404 && isNotLinked);
  }
  static std::set<int> expectedOf(const Route& route) {
    if (route.isPlugins()) return {200};
    std::set<int> statuses(route.operation->statuses.begin(), route.operation->statuses.end());
    for (const int status : {401, 404, 429}) statuses.erase(status);
    if (route.operation->whileLinking) statuses.insert(404);  // nothing is being linked here
    return statuses;
  }

  ApiWorld api{{.root = GetParam(), .qrWait = std::chrono::milliseconds(1)}};
  std::string keyB, idB, nameA, keyA;
  int created = 0;
};

TEST_P(Matrix, AnInstanceRouteOpensToItsKeyAndTheGlobalOneAndActsOnThePathsInstance) {
  for (const auto& route : allRoutes()) {
    if (!route.ofInstance) continue;
    for (const auto& form : formsOf(route)) {
      for (const auto key : kKeys) {
        for (const auto& trick : overrides()) {
          needA();
          const auto b = instance("b");
          const auto answer = send(route, filled(form), trick, textOf(key));
          const auto where = std::string(route.method) + ' ' + form + ", " + trick.what + ", key " +
                             std::to_string(static_cast<int>(key)) + ": " + answer.body;
          if (key == Key::ofA || key == Key::global) {
            EXPECT_TRUE(isExpected(route, answer)) << where;
          } else {
            EXPECT_EQ(answer.status, 401) << where;
            EXPECT_NE(instance(nameA), nullptr) << where;
          }
          ASSERT_EQ(instance("b"), b) << "B was touched: " << where;
          EXPECT_EQ(answer.body.find(keyB), std::string::npos) << where;
          EXPECT_EQ(answer.body.find(idB), std::string::npos) << where;
        }
      }
    }
  }
}

TEST_P(Matrix, APathThatIsNotExactlyTheInstancesNameIsAnotherInstance) {
  for (const auto& route : allRoutes()) {
    if (!route.ofInstance) continue;
    for (const auto& trick : paths()) {
      for (const auto& form : formsOf(route)) {
        for (const auto key : kKeys) {
          needA();
          const auto b = instance("b");
          auto path = form;
          path.replace(path.find("{}"), 2, trick.path);
          const auto answer = send(route, filled(path), {.what = trick.what}, textOf(key));
          const auto where = std::string(route.method) + ' ' + path + ", key " +
                             std::to_string(static_cast<int>(key)) + ": " + answer.body;
          if (!trick.isOther && (key == Key::ofA || key == Key::global)) {
            EXPECT_TRUE(isExpected(route, answer)) << where;
          } else if (trick.isOther && key == Key::global) {
            EXPECT_EQ(answer.status, 404) << where;
          } else {
            EXPECT_EQ(answer.status, 401) << where;
          }
          ASSERT_TRUE(!trick.isOther || instance(nameA)) << "A was deleted: " << where;
          ASSERT_EQ(instance("b"), b) << "B was touched: " << where;
        }
      }
    }
  }
}

TEST_P(Matrix, A401IsTheSameWhateverExists) {
  needA();
  std::set<std::string> answers;
  for (const auto& route : allRoutes()) {
    if (!route.ofInstance) continue;
    for (const auto& form : formsOf(route)) {
      for (const auto& name : {nameA, std::string("unknown")}) {
        for (const auto key : {Key::none, Key::wrong, Key::ofB}) {
          auto path = form;
          path.replace(path.find("{}"), 2, name);
          const auto answer = send(route, path, {.what = "plain"}, textOf(key));
          answers.insert(std::to_string(answer.status) + answer.contentType + answer.body +
                         std::to_string(answer.headers.size()));
        }
      }
    }
  }
  EXPECT_EQ(answers.size(), 1U);
}

TEST_P(Matrix, ARouteWithoutAnInstanceOpensToItsKeysOnly) {
  for (const auto& route : allRoutes()) {
    if (route.ofInstance || route.access == Access::address) continue;  // link_test has those
    for (const auto& form : formsOf(route)) {
      for (const auto key : kKeys) {
        for (const auto& trick : overrides()) {
          needA();
          const auto b = instance("b");
          const bool own = key == Key::ofA || key == Key::ofB;
          const bool opens = route.access == Access::anyone || key == Key::global ||
                             (route.access == Access::anyKey && own);
          const auto answer = send(route, form, trick, textOf(key));
          const auto where = std::string(route.method) + ' ' + form + ", " + trick.what + ", key " +
                             std::to_string(static_cast<int>(key)) + ": " + answer.body;
          EXPECT_EQ(answer.status == 401, !opens) << where;
          ASSERT_EQ(instance("b"), b) << "B was touched: " << where;
          ASSERT_NE(instance(nameA), nullptr) << where;
          const bool saidIt = trick.query.find(idB) != std::string::npos;
          if (key != Key::ofB && key != Key::global && !saidIt) {
            EXPECT_EQ(answer.body.find(idB), std::string::npos) << where;
          }
          if (!opens || isFetch(route)) continue;
          EXPECT_TRUE(isExpected(route, answer)) << where;
        }
      }
    }
  }
}

TEST_P(Matrix, FetchInstancesShowsAnInstancesKeyItsOwnRowOrNothing) {
  needA();
  for (const std::string path : {"/instance/fetchInstances", "/v2/instance/fetchInstances"}) {
    for (const auto& trick : overrides()) {
      const auto* route = &*std::ranges::find_if(api.routes(), isFetch);
      const auto answer = send(*route, path, trick, keyA);
      const auto body = boost::json::parse(answer.body);
      if (answer.status == 404) continue;  // v2: nothing meets the filter
      ASSERT_EQ(answer.status, 200) << trick.what;
      for (const auto& row : body.as_array()) {
        const auto* name = row.as_object().if_contains("instanceName");
        EXPECT_EQ(name != nullptr ? *name : row.at("name"), boost::json::value(nameA))
            << trick.what;
      }
    }
  }
}

TEST_P(Matrix, SeveralKeysThatDifferAreNone) {
  needA();
  const auto status = [&](const std::vector<std::string>& keys) {
    Headers headers;
    for (const auto& key : keys) headers.emplace_back("ApiKey", key);
    return api.ask(Method::get, "/" + nameA + "/instance/connectionState", "", headers, "").status;
  };
  const std::string global = ApiWorld::kKey;
  EXPECT_EQ(status({keyA}), 200);
  EXPECT_EQ(status({keyA, keyA}), 200);
  for (const auto& keys : std::vector<std::vector<std::string>>{{keyA, keyB},
                                                                {keyB, keyA},
                                                                {keyA, global},
                                                                {global, "wrong"},
                                                                {"wrong", global},
                                                                {keyA, ""},
                                                                {"", keyA},
                                                                {keyA + ", " + keyB}})
    EXPECT_EQ(status(keys), 401);
}

INSTANTIATE_TEST_SUITE_P(BothDialects, Matrix, ::testing::Values(Dialect::native, Dialect::v2),
                         [](const auto& root) {
                           return root.param == Dialect::v2 ? "V2AtTheRoot" : "NativeAtTheRoot";
                         });

}  // namespace
}  // namespace colibri::api
