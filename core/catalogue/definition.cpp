#include "catalogue/definition.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/ascii.hpp"

namespace colibri::catalogue {
namespace {

namespace json = boost::json;

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> words;
  while (!path.empty()) {
    const auto word = path.substr(0, path.find('/'));
    if (!word.empty()) words.emplace_back(word);
    path.remove_prefix(std::min(path.size(), word.size() + 1));
  }
  return words;
}

bool isTrue(const json::object& text, std::string_view member) {
  const auto* value = text.if_contains(member);
  return value != nullptr && *value == json::value(true);
}

const json::object* objectAt(const json::object& text, std::string_view member) {
  const auto* value = text.if_contains(member);
  return value == nullptr ? nullptr : value->if_object();
}

Access accessOf(std::string_view key) {
  if (key == "none") return Access::anyone;
  if (key == "global") return Access::globalKey;
  return key == "any" ? Access::anyKey : Access::instanceKey;
}

Unknown unknownOf(std::string_view word) {
  if (word == "refused") return Unknown::refused;
  if (word == "ignored") return Unknown::dropped;
  return word == "service" ? Unknown::kept : Unknown::byDialect;
}

/// An operation and what it refers to, in one piece that never moves.
class Owned {
 public:
  explicit Owned(const Definition& one)
      : id_(one.id), method_(one.method), words_(one.words), params_(one.params) {
    row.id = id_;
    row.method = method_;
    row.router = words_.empty() ? std::string_view() : words_[0];
    row.name = words_.size() < 2 ? std::string_view() : words_[1];
    paramViews_.assign(params_.begin(), params_.end());
    row.params = paramViews_;
    row.access = accessOf(one.said("key"));
    row.carrier = Carrier::plugin;
    row.unknown = unknownOf(one.said("unknown"));
    row.raw = isTrue(one.text, "raw");
    readBodies(one);
    readQuery(one);
    readSpellings(one);
  }

  Operation row{};

 private:
  static std::string bodyText(const json::object& body, bool closed) {
    auto schema = body;
    if (closed) schema["additionalProperties"] = false;
    return json::serialize(schema);
  }

  void readBodies(const Definition& one) {
    const bool closed = row.unknown != Unknown::kept;
    if (const auto* body = objectAt(one.text, "body")) body_ = bodyText(*body, closed);
    if (const auto* v2 = objectAt(one.text, "v2"))
      if (const auto* body = objectAt(*v2, "body")) bodyOfV2_ = bodyText(*body, closed);
    row.body = body_;
    row.bodyOfV2 = bodyOfV2_;
  }

  void readQuery(const Definition& one) {
    const auto* query = objectAt(one.text, "query");
    if (query == nullptr) return;
    json::object properties;
    json::array required;
    for (const auto& [name, schema] : *query) {
      auto parameter = schema.get_object();
      if (parameter.erase("x-colibri-dialect") != 0) ofV2_.emplace_back(name);
      if (parameter.erase("x-colibri-required") != 0) required.emplace_back(name);
      properties.emplace(name, std::move(parameter));
    }
    json::object all{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) all["required"] = std::move(required);
    query_ = json::serialize(all);
    row.query = query_;
    ofV2Views_.assign(ofV2_.begin(), ofV2_.end());
    row.queryOfV2 = ofV2Views_;
  }

  void readSpellings(const Definition& one) {
    const auto* spellings = objectAt(one.text, "spellings");
    if (spellings == nullptr) return;
    for (const auto& [theirs, ours] : *spellings)
      spelt_.emplace_back(theirs, std::string(ours.get_string()));
    for (const auto& [theirs, ours] : spelt_) spellings_.push_back({theirs, ours});
    row.spellings = spellings_;
  }

  const std::string id_, method_;
  const std::vector<std::string> words_, params_;
  std::string body_, bodyOfV2_, query_;
  std::vector<std::string> ofV2_;
  std::vector<std::pair<std::string, std::string>> spelt_;
  std::vector<std::string_view> paramViews_, ofV2Views_;
  std::vector<Spelling> spellings_;
};

}  // namespace

std::string Definition::said(std::string_view member) const {
  const auto* value = text.if_contains(member);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<std::string> readRoute(Definition& one) {
  std::vector<std::string> faults;
  const auto route = one.said("route");
  one.method = route.substr(0, route.find(' '));
  for (const auto& word : split(std::string_view(route).substr(route.find(' ') + 1))) {
    if (word.front() == '{')
      one.params.push_back(word.substr(1, word.size() - 2));
    else
      one.words.push_back(word);
  }
  if (!one.text.contains("key")) faults.emplace_back("key: is missing");
  if (one.words.size() < 2 && !one.params.empty())
    faults.emplace_back("route: parameters stand behind two words");
  else if (one.words.size() == 1 && one.ofInstance())
    faults.emplace_back("route: an instance's has two words");
  if (one.params.size() > kMostParams)
    faults.push_back("route: has more than " + std::to_string(kMostParams) + " parameters");
  const auto last = one.params.empty() ? one.params.end() : std::prev(one.params.end());
  const bool names = std::find(one.params.begin(), last, "instance") != last;
  if (names || (one.said("key") != "none" && last != one.params.end() && *last == "instance"))
    faults.emplace_back(
        "route: {instance} is written only behind all else, and where the key is none");
  if (isTrue(one.text, "raw") && one.text.contains("body"))
    faults.emplace_back("body: a raw one is bytes that nothing is known of");
  constexpr std::int64_t kMostJson = 1 << 20;
  const auto* limit = one.text.if_contains("limit");
  if (limit != nullptr && !isTrue(one.text, "raw") && limit->to_number<std::int64_t>() > kMostJson)
    faults.emplace_back("limit: a body of JSON has 1 MB at most");
  return faults;
}

std::string nameOf(const Definition& one) {
  std::string name;
  for (const auto& word : one.words) name.append(name.empty() ? "" : ".").append(word);
  return name.empty() ? "welcome" : name;
}

bool isCalledAsItsRoute(const Definition& one) {
  const auto name = nameOf(one);
  return one.id == name || one.id == name + '.' + one.method;
}

std::string shapeOf(const Definition& one) {
  std::string shape = one.method + ' ' + std::to_string(one.places());
  for (const auto& word : one.words) shape += '/' + word;
  return lowerCase(shape);
}

std::shared_ptr<const Operation> pluginsOperation(const Definition& one) {
  const auto owned = std::make_shared<const Owned>(one);
  return {owned, &owned->row};
}

}  // namespace colibri::catalogue
