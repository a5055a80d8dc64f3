#include "document.hpp"

#include <map>
#include <set>

#include "base/ascii.hpp"
#include "texts.hpp"

namespace colibri::catalogue_tool {
namespace {

namespace json = boost::json;

json::object reference(const std::string& kind, std::string_view name) {
  return {{"$ref", "#/components/" + kind + "/" + std::string(name)}};
}

const json::object* objectAt(const json::object& in, const char* member) {
  const auto* value = in.if_contains(member);
  return value == nullptr ? nullptr : value->if_object();
}

/// `onto` with the members of `from`: objects are joined, everything else is replaced.
void join(json::object& onto, const json::object& from) {
  for (const auto& [key, value] : from) {
    auto* mine = onto.if_contains(key);
    if (mine != nullptr && mine->is_object() && value.is_object())
      join(mine->get_object(), value.get_object());
    else
      onto[key] = value;
  }
}

/// A schema in the words of JSON Schema alone.
json::value readable(const json::value& value, bool v2, bool namesAreKeys = true) {
  if (const auto* list = value.if_array()) {
    json::array out;
    for (const auto& item : *list) out.push_back(readable(item, v2));
    return out;
  }
  if (!value.is_object()) return value;
  json::object out;
  const auto& from = value.get_object();
  for (const auto& [key, member] : from) {
    const bool kept = key == "x-colibri-secret" || key == "x-colibri-unit";
    if (namesAreKeys && key.starts_with("x-") && !kept) continue;
    const bool holdsNames = namesAreKeys && (key == "properties" || key == "patternProperties");
    out[key] = readable(member, v2, !holdsNames);
  }
  if (!namesAreKeys) return out;
  if (from.contains("x-colibri-not-blank")) out["pattern"] = "[^ \\t\\r\\n]";
  if (from.contains("x-colibri-digits")) {
    out["type"] = json::array{"string", "integer"};
    out["minimum"] = 0;
  }
  for (const auto* more : {"x-openapi", v2 ? "x-openapi-v2" : "x-openapi-native"})
    if (const auto* members = objectAt(from, more)) join(out, readable(*members, v2).get_object());
  return out;
}

bool isShared(const Definition& one) {
  return one.said("key") != "instance" && one.text.at("answers").get_object().contains("both");
}

const json::object& answersOf(const Definition& one, bool v2) {
  const auto& answers = one.text.at("answers").get_object();
  if (const auto* both = objectAt(answers, "both")) return *both;
  const auto* own = objectAt(answers, v2 ? "v2" : "native");
  if (own == nullptr)
    throw Faulty(one.where + ": answers: neither both nor " + (v2 ? "v2" : "native"));
  return *own;
}

/// Status → name of a response, or a sentence about it.
std::map<int, std::string> errorsOf(const Definition& one, bool v2) {
  std::map<int, std::string> errors;
  const auto key = one.said("key");
  const auto* command = objectAt(one.text, "command");
  const auto effect =
      command == nullptr ? std::string() : std::string(command->at("effect").get_string());
  const bool needsAnOpenInstance = command != nullptr && !one.isWhileLinking();
  if (one.text.contains("body") || one.text.contains("query") || needsAnOpenInstance)
    errors[400] = "BadRequest";
  if (command != nullptr) errors.insert({{503, "Unavailable"}, {504, "OutcomeUnknown"}});
  if (effect == "message") errors[400] = "NotSent";
  if (effect == "message" || effect == "once") errors[422] = "KeyReused";
  if (key == "address")
    errors.insert({{404, "NoSuchLink"}, {429, "TooManyWrongLinks"}});
  else if (key != "none")
    errors.insert({{401, "Unauthorized"}, {429, "TooManyWrongKeys"}});
  if (key == "instance") errors[404] = "NoSuchInstance";
  const auto add = [&](const json::object& from) {
    if (const auto* more = objectAt(from, "errors"))
      for (const auto& [status, what] : *more)
        errors[std::stoi(std::string(status))] = std::string(what.get_string());
  };
  add(one.text);
  if (const auto* own = objectAt(one.text, "v2"); v2 && own != nullptr) add(*own);
  return errors;
}

class Document {
 public:
  Document(const Catalogue& catalogue, std::optional<bool> dialect)
      : catalogue_(catalogue), dialect_(dialect) {}

  json::object make() {
    auto out = catalogue_.api;
    for (const auto* list :
         {"x-colibri-reserved", "x-colibri-v2-created", "x-colibri-v2-relations"})
      out.erase(list);
    auto components = out["components"].get_object();
    out.erase("components");
    json::object paths;
    for (const auto& one : catalogue_.definitions)
      if (!one.method.empty()) add(paths, one);
    out["paths"] = std::move(paths);
    components["responses"] = readable(catalogue_.responses, true, false);
    components["schemas"] = readable(catalogue_.schemas, true, false);
    out["components"] = std::move(components);
    if (dialect_) writeOut(out);
    return out;
  }

 private:
  bool wanted(bool v2) const { return !dialect_ || *dialect_ == v2; }

  void add(json::object& paths, const Definition& one) {
    std::string own;
    for (const auto& word : one.words) own += '/' + word;
    std::string params;
    for (const auto& param : one.params) params += "/{" + param + '}';
    const auto& servers = catalogue_.api.at("servers").get_array();
    const json::array nativeServers{servers[0], servers[2]};
    const json::array rootServer{servers[0]};
    if (one.said("key") == "instance") {
      if (wanted(false)) path(paths, "/{instance}" + own + params, one, "native", &nativeServers);
      if (wanted(true)) path(paths, own + params + "/{instance}", one, "v2", nullptr);
    } else if (isShared(one)) {
      path(paths, own.empty() ? "/" : own + params, one, "gateway", nullptr);
    } else {
      if (wanted(false)) path(paths, own + params, one, "native", &nativeServers);
      if (wanted(true)) path(paths, "/v2" + own + params, one, "v2", &rootServer);
    }
  }

  void path(json::object& paths, const std::string& at, const Definition& one,
            const std::string& tag, const json::array* servers) {
    auto& item = paths[at].is_null() ? paths[at].emplace_object() : paths[at].get_object();
    if (servers != nullptr) item["servers"] = *servers;
    json::array parameters;
    if (at.find("{instance}") != at.npos) parameters.push_back(reference("parameters", "instance"));
    for (const auto& param : one.params) {
      const auto* about = objectAt(one.text, "params");
      const auto* text = about == nullptr ? nullptr : about->if_contains(param);
      if (text == nullptr) throw Faulty(one.where + ": params." + param + ": is missing");
      parameters.push_back(json::object{{"name", param},
                                        {"in", "path"},
                                        {"required", true},
                                        {"description", *text},
                                        {"schema", json::object{{"type", "string"}}}});
    }
    if (!parameters.empty()) item["parameters"] = std::move(parameters);
    item[lowerCase(one.method)] = operation(one, tag);
  }

  json::object operation(const Definition& one, const std::string& tag) {
    const bool v2 = tag == "v2";
    const auto* own = v2 ? objectAt(one.text, "v2") : nullptr;
    json::object out{{"tags", json::array{json::value(tag)}},
                     {"operationId", camelCase(one.id) + (v2 ? "V2" : "")}};
    for (const auto* member : {"summary", "description"}) {
      const auto* text = own == nullptr ? nullptr : own->if_contains(member);
      // Whoever reads both dialects in one document reads it once.
      const bool said =
          v2 && !dialect_ && text == nullptr && member == std::string_view("description");
      if (text == nullptr) text = one.text.if_contains(member);
      if (text != nullptr) out[member] = said ? json::value("As in the native dialect.") : *text;
    }
    const auto key = one.said("key");
    if (key == "none" || key == "address") out["security"] = json::array();
    if (key == "global") out["security"] = json::array{json::object{{"globalKey", json::array()}}};
    if (auto parameters = query(one, v2); !parameters.empty())
      out["parameters"] = std::move(parameters);
    if (const auto* body = bodyOf(one, own)) out["requestBody"] = request(one, *body, v2);
    if (const auto* command = objectAt(one.text, "command"))
      out["x-colibri-command"] = command->at("effect");
    if (one.isWhileLinking()) out["x-colibri-while"] = "linking";
    out["responses"] = responses(one, v2);
    return out;
  }

  static json::array query(const Definition& one, bool v2) {
    json::array out;
    if (const auto* parameters = objectAt(one.text, "query")) {
      for (const auto& [name, schema] : *parameters) {
        const auto* only = schema.get_object().if_contains("x-colibri-dialect");
        if (only != nullptr && (*only == "v2") != v2) continue;
        auto shown = readable(schema, v2).get_object();
        json::object parameter{{"name", name}, {"in", "query"}};
        if (schema.get_object().contains("x-colibri-required")) parameter["required"] = true;
        if (const auto* about = shown.if_contains("description")) {
          parameter["description"] = *about;
          shown.erase("description");
        }
        parameter["schema"] = std::move(shown);
        out.push_back(std::move(parameter));
      }
    }
    const auto* command = objectAt(one.text, "command");
    if (command != nullptr && command->at("effect") != "safe")
      out.push_back(reference("parameters", "IdempotencyKey"));
    return out;
  }

  static const json::value* bodyOf(const Definition& one, const json::object* own) {
    const auto* body = own == nullptr ? nullptr : own->if_contains("body");
    return body != nullptr ? body : one.text.if_contains("body");
  }

  json::object request(const Definition& one, const json::value& body, bool v2) const {
    auto schema = readable(body, v2).get_object();
    const auto unknown = one.said("unknown");
    const bool closes = unknown == "refused" || (!v2 && unknown != "ignored");
    const bool closed =
        closes && !schema.contains("$ref") && !schema.contains("additionalProperties");
    if (closed) schema["additionalProperties"] = false;
    const auto& target = referred(catalogue_, body).get_object();
    const bool required =
        target.contains("required") || !one.plugin.empty() || target.contains("oneOf");
    json::object out;
    if (required) out["required"] = true;
    out["content"] =
        json::object{{"application/json", json::object{{"schema", std::move(schema)}}}};
    return out;
  }

  static json::object responses(const Definition& one, bool v2) {
    std::map<std::string, json::object> sorted;
    for (const auto& [status, row] : answersOf(one, v2)) {
      const auto& from = row.get_object();
      const auto* type = from.if_contains("type");
      auto& answer = sorted[std::string(status)];
      answer["description"] = from.at("description");
      const auto* given = from.if_contains("schema");
      if (given == nullptr) continue;  // an empty body
      const auto& schema = *given;
      json::object media{{"schema", schema.is_string()
                                        ? json::value(reference("schemas", schema.get_string()))
                                        : readable(schema, v2)}};
      answer = {{"description", from.at("description")},
                {"content", json::object{{type == nullptr ? std::string("application/json")
                                                          : std::string(type->get_string()),
                                          std::move(media)}}}};
    }
    for (const auto& [status, what] : errorsOf(one, v2)) {
      const bool isSentence = what.find(' ') != what.npos;
      const json::object error{{"schema", reference("schemas", "Error")}};
      sorted[std::to_string(status)] =
          isSentence ? json::object{{"description", what},
                                    {"content", json::object{{"application/json", error}}}}
                     : reference("responses", what);
    }
    json::object out;
    for (auto& [status, row] : sorted) out[status] = std::move(row);
    out["default"] = reference("responses", "Refused");
    return out;
  }

  /// References to plugins' own schemas are files, which a client of `GET /openapi.json` has not.
  void writeOut(json::value& value) {
    if (auto* list = value.if_array()) {
      for (auto& item : *list) writeOut(item);
    } else if (auto* object = value.if_object()) {
      writeOut(*object);
    }
  }
  void writeOut(json::object& object) {
    for (auto& member : object) writeOut(member.value());
    const auto* to = object.if_contains("$ref");
    if (to == nullptr || !to->is_string() || !to->get_string().starts_with("../")) return;
    const std::string text(to->get_string());
    const auto schema = inFile(catalogue_, text);
    if (const auto inner = readable(schema, false); inner.is_object()) {
      auto out = inner.get_object();
      for (const auto* annotation :
           {"$schema", "$id", "$comment", "x-colibri-v2", "x-colibri-create"})
        out.erase(annotation);
      for (auto& member : object)
        if (member.key() != "$ref") out[member.key()] = member.value();
      object = std::move(out);
    }
  }

  const Catalogue& catalogue_;
  const std::optional<bool> dialect_;
};

}  // namespace

json::object document(const Catalogue& catalogue, std::optional<bool> v2) {
  return Document(catalogue, v2).make();
}

std::vector<int> statusesOf(const Definition& definition) {
  std::set<int> all;
  for (const bool v2 : {false, true}) {
    for (const auto& answer : answersOf(definition, v2))
      all.insert(std::stoi(std::string(answer.key())));
    for (const auto& error : errorsOf(definition, v2)) all.insert(error.first);
  }
  return {all.begin(), all.end()};
}

int statusOf(const Definition& definition, bool v2) {
  return std::stoi(std::string(answersOf(definition, v2).begin()->key()));
}

}  // namespace colibri::catalogue_tool
