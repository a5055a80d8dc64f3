#include <boost/json/serialize.hpp>
#include <set>

#include "base/ascii.hpp"
#include "document.hpp"
#include "outputs.hpp"
#include "texts.hpp"

namespace colibri::catalogue_tool {
namespace {

namespace json = boost::json;

/// The arrays that a row refers to stand before the rows.
class Rows {
 public:
  Rows(const Catalogue& catalogue) : catalogue_(catalogue) {}

  std::string text() {
    std::string rows;
    for (const auto& one : catalogue_.definitions) rows += row(one);
    return arrays_ + "constexpr Operation kOperations[] = {\n" + rows + "};\n";
  }

 private:
  template <class Range, class Write>
  std::string array(const std::string& type, const Range& range, Write write) {
    std::string items;
    for (const auto& item : range) items.append(items.empty() ? "" : ", ").append(write(item));
    if (items.empty()) return "{}";
    const auto name = "kList" + std::to_string(++arrayCount_);
    arrays_ += "constexpr " + type + " " + name + "[] = {" + items + "};\n";
    return name;
  }
  std::string texts(const std::vector<std::string>& range) {
    return array("std::string_view", range, [](const std::string& item) { return cppText(item); });
  }

  std::string querySchema(const Definition& one, std::vector<std::string>& ofV2) {
    const auto* query = one.text.if_contains("query");
    const bool isBody = one.isCommand() && !one.text.contains("body");
    if (query == nullptr && !isBody) return {};
    if (query != nullptr)
      for (const auto& [name, schema] : query->get_object())
        if (schema.get_object().contains("x-colibri-dialect")) ofV2.emplace_back(name);
    return checkedSchema(catalogue_, querySchemaOf(one), one.where + ": query");
  }

  std::string bodySchema(const Definition& one) {
    const auto* body = one.text.if_contains("body");
    if (body == nullptr || !one.plugin.empty()) return {};  // a plugin brings it
    auto schema = referred(catalogue_, *body).get_object();
    if (one.said("unknown") != "service") schema["additionalProperties"] = false;
    return checkedSchema(catalogue_, schema, one.where + ": body");
  }

  std::string row(const Definition& one) {
    static const std::map<std::string, std::string> kAccess{
        {"none", "anyone"}, {"address", "address"},      {"global", "globalKey"},
        {"any", "anyKey"},  {"instance", "instanceKey"}, {"", "instanceKey"}};
    static const std::map<std::string, std::string> kUnknown{{"dialect", "byDialect"},
                                                             {"refused", "refused"},
                                                             {"ignored", "dropped"},
                                                             {"service", "kept"}};
    const auto* command = one.text.if_contains("command");
    const auto effect =
        command == nullptr ? "safe" : std::string(command->at("effect").get_string());
    std::vector<std::string> ofV2;
    const auto query = one.plugin.empty() ? querySchema(one, ofV2) : std::string();
    const auto member = [](const std::string& name, const std::string& value) {
      return "." + name + " = " + value + ", ";
    };
    std::string out = "    {";
    out += member("id", cppText(one.id)) + member("method", cppText(one.method));
    out += member("router", cppText(one.words.empty() ? "" : one.words[0]));
    out += member("name", cppText(one.words.size() < 2 ? "" : one.words[1])) +
           member("params", texts(one.params));
    out += member("access", "Access::" + kAccess.at(one.said("key")));
    out += member("carrier", command != nullptr   ? "Carrier::command"
                             : one.plugin.empty() ? "Carrier::service"
                                                  : "Carrier::plugin");
    out += member("effect", "Effect::" + effect);
    if (const auto* order =
            command == nullptr ? nullptr : command->get_object().if_contains("order"))
      out += member("order", cppText(order->get_string()));
    if (one.isWhileLinking()) out += member("whileLinking", "true");
    out += member("unknown", "Unknown::" + kUnknown.at(one.said("unknown")));
    out += member("body", cppText(bodySchema(one))) + member("query", cppText(query)) +
           member("queryOfV2", texts(ofV2));
    out += member("spellings", spellings(one));
    if (one.text.contains("routers")) out += member("yields", "true");
    if (!one.method.empty()) {
      out += member("nativeStatus", std::to_string(statusOf(one, false))) +
             member("v2Status", std::to_string(statusOf(one, true)));
      out += member("statuses", array("int", statusesOf(one),
                                      [](int status) { return std::to_string(status); }));
    }
    return out + "},\n";
  }

  std::string spellings(const Definition& one) {
    const auto* spellings = one.text.if_contains("spellings");
    if (spellings == nullptr) return "{}";
    return array("Spelling", spellings->get_object(), [](const json::key_value_pair& pair) {
      return "{" + cppText(pair.key()) + ", " + cppText(pair.value().get_string()) + "}";
    });
  }

  const Catalogue& catalogue_;
  std::string arrays_;
  int arrayCount_ = 0;
};

std::string reservedText(const Catalogue& catalogue) {
  std::set<std::string> words;
  for (const auto& one : catalogue.definitions)
    if (!one.words.empty()) words.insert(lowerCase(one.words[0]));
  for (const auto& word : catalogue.api.at("x-colibri-reserved").get_array())
    words.insert(lowerCase(std::string(word.get_string())));
  std::string out;
  for (const auto& word : words) out += cppText(word) + ", ";
  return out;
}

std::string listText(const Catalogue& catalogue, const char* list) {
  std::string out;
  for (const auto& word : catalogue.api.at(list).get_array())
    out += cppText(word.get_string()) + ", ";
  return out;
}

}  // namespace

std::string sourceText(const Catalogue& catalogue) {
  return "// Made from the files of the catalogue; see operation.hpp.\n"
         "#include \"catalogue/operation.hpp\"\n\n"
         "namespace colibri::catalogue {\nnamespace {\n\n" +
         Rows(catalogue).text() + "\nconstexpr std::string_view kReserved[] = {" +
         reservedText(catalogue) + "};\n\nconstexpr std::string_view kV2Created[] = {" +
         listText(catalogue, "x-colibri-v2-created") +
         "};\nconstexpr std::string_view kV2Relations[] = {" +
         listText(catalogue, "x-colibri-v2-relations") +
         "};\n\nconstexpr std::string_view kNative = " +
         cppText(json::serialize(document(catalogue, false))) +
         ";\nconstexpr std::string_view kV2 = " +
         cppText(json::serialize(document(catalogue, true))) +
         ";\n\n}  // namespace\n\n"
         "std::span<const Operation> operations() noexcept {\n  return kOperations;\n}\n\n"
         "std::span<const std::string_view> reservedWords() noexcept {\n  return kReserved;\n}\n\n"
         "std::span<const std::string_view> v2Created() noexcept {\n  return kV2Created;\n}\n\n"
         "std::span<const std::string_view> v2Relations() noexcept {\n  return kV2Relations;\n}\n\n"
         "std::string_view openApi(Dialect dialect) noexcept {\n  return dialect == Dialect::v2 ? "
         "kV2 : kNative;\n}\n\n"
         "}  // namespace colibri::catalogue\n";
}

}  // namespace colibri::catalogue_tool
