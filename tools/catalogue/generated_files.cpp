#include <algorithm>

#include "document.hpp"
#include "outputs.hpp"
#include "shared/json.hpp"
#include "texts.hpp"

namespace colibri::catalogue_tool {
namespace {

namespace json = boost::json;

constexpr const char* kNote = "made from the catalogue by tools/generate; not to be edited";

/// The commands that a connector carries out, sorted by name.
std::vector<const Definition*> commandsOf(const Catalogue& catalogue, std::string_view connector) {
  std::vector<const Definition*> found;
  for (const auto& one : catalogue.definitions) {
    if (!one.isCommand()) continue;
    const auto& by = one.text.at("command").at("by").get_array();
    if (std::ranges::find(by, json::value(connector)) != by.end()) found.push_back(&one);
  }
  return found;
}

/// What a connector's author reads of a command's body.
std::string commandSchema(const Catalogue& catalogue, const Definition& one) {
  json::object out{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"$comment", kNote},
      {"title", one.id},
      {"description", one.said("summary") + ". Effect: " +
                          std::string(one.text.at("command").at("effect").get_string())}};
  auto schema = shared::parseJson(checkedSchema(catalogue, commandBody(one), one.where)).value;
  for (const auto& [key, value] : schema.get_object())
    if (!key.starts_with("x-")) out[key] = value;
  out["additionalProperties"] = false;
  return jsonText(out);
}

std::string bridgeTable(const std::vector<const Definition*>& commands) {
  std::string imports, rows;
  for (const auto* one : commands) {
    imports += "import " + camelCase(one->id) + " from './commands/" + one->id + ".mjs';\n";
    rows += "  '" + one->id + "': { carryOut: " + camelCase(one->id);
    rows += ", effect: '" + std::string(one->text.at("command").at("effect").get_string()) + "'";
    if (const auto* order = one->text.at("command").get_object().if_contains("order"))
      rows += ", order: '" + std::string(order->get_string()) + "'";
    if (one->isWhileLinking()) rows += ", whileLinking: true";
    rows += " },\n";
  }
  return std::string("// ") + kNote + ".\n" + imports +
         "\n/** Name → what carries it out, what a repeat would do, the member of the body that "
         "names the "
         "chat it keeps the order of, and whether it is for a link that is being made. */\n"
         "export const COMMANDS = {\n" +
         rows + "};\n";
}

std::string pluginNames(const std::vector<const Definition*>& commands) {
  std::string rows, linking;
  for (const auto* one : commands) {
    rows += "    \"" + one->id + "\",\n";
    if (one->isWhileLinking()) linking += "    \"" + one->id + "\",\n";
  }
  return std::string("// ") + kNote +
         ".\n#pragma once\n\n#include <string_view>\n\nnamespace colibri::baileys {\n\n"
         "/// The commands that the bridge carries out; ends in null.\ninline constexpr const "
         "char* kCommandNames[] = {\n" +
         rows +
         "    nullptr,\n};\n\n/// Those for a link that is being made; the others need one that is "
         "open.\ninline constexpr std::string_view kLinkingCommands[] = {\n" +
         linking + "};\n\n}  // namespace colibri::baileys\n";
}

json::value checked(const Catalogue& catalogue, const json::value& schema,
                    const std::string& where) {
  return shared::parseJson(checkedSchema(catalogue, referred(catalogue, schema), where),
                           shared::kLargeJson)
      .value;
}

/// A definition as a plugin brings it: what the gateway reads, references resolved.
json::object pluginsRow(const Catalogue& catalogue, const Definition& one) {
  json::object row;
  for (const auto* member :
       {"summary", "route", "key", "raw", "limit", "timeout", "unknown", "spellings", "query"})
    if (const auto* value = one.text.if_contains(member)) row[member] = *value;
  if (const auto* body = one.text.if_contains("body"))
    row["body"] = checked(catalogue, *body, one.where + ": body");
  if (const auto* v2 = one.text.if_contains("v2"))
    if (const auto* body = v2->get_object().if_contains("body"))
      row["v2"] = json::object{{"body", checked(catalogue, *body, one.where + ": v2.body")}};
  return row;
}

}  // namespace

std::map<std::string, std::string> generatedFiles(const Catalogue& catalogue) {
  std::map<std::string, std::string> files;
  files["docs/openapi.yaml"] =
      std::string("# ") + kNote + ".\n" + yamlText(document(catalogue, std::nullopt));
  for (const auto& one : catalogue.definitions)
    if (one.isCommand()) files["sdk/schema/" + one.id + ".json"] = commandSchema(catalogue, one);
  std::map<std::string, json::object> rows;
  for (const auto& one : catalogue.definitions)
    if (!one.plugin.empty()) rows[one.plugin][one.id] = pluginsRow(catalogue, one);
  for (const auto& [plugin, all] : rows)
    files["plugins/" + plugin + "/routes.json"] = jsonText(all);
  const auto baileys = commandsOf(catalogue, "baileys");
  files["plugins/baileys/bridge/src/command_table.mjs"] = bridgeTable(baileys);
  files["plugins/baileys/src/command_names.hpp"] = pluginNames(baileys);
  return files;
}

}  // namespace colibri::catalogue_tool
