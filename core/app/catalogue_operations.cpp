#include "app/catalogue_operations.hpp"

#include <boost/json.hpp>

namespace colibri::app {
namespace {

namespace json = boost::json;

/// The chat that a body names, without what may differ for one chat: `55@s.whatsapp.net` is `55`.
std::string chatOf(const json::object& body, std::string_view way) {
  const auto* value = api::valueAt(body, way);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return {};
  const std::string_view chat(*text);
  return std::string(chat.substr(0, chat.find_first_of(":@")));
}

}  // namespace

CatalogueOperations::CatalogueOperations() {
  for (const auto& operation : catalogue::operations())
    if (operation.carrier == catalogue::Carrier::command)
      commands_.emplace(operation.id, Command{&operation, api::Rules(operation)});
}

Result<plugin::CheckedCommand> CatalogueOperations::check(std::string_view name,
                                                          std::string body) const {
  const auto at = commands_.find(name);
  if (at == commands_.end())
    return Error{Errc::unsupported, "there is no command " + config::shownKey(name)};
  auto object = api::parseObject(body);
  if (!object) return object.error();
  api::Brought brought;
  brought.body = std::move(*object);
  if (const auto faults = at->second.rules.readBody(brought); !faults.empty()) {
    std::vector<std::string> sentences;
    for (const auto& fault : faults) sentences.push_back(fault.sentence());
    return Error{Errc::invalidArgument, config::listed(sentences)};
  }
  const auto& operation = *at->second.operation;
  plugin::CheckedCommand command;
  command.name = name;
  command.effect = operation.effect;
  command.whileLinking = operation.whileLinking;
  command.order = chatOf(brought.body, operation.order);
  command.messageId = api::takeMessageId(brought.body);
  command.body = json::serialize(brought.body);
  return command;
}

}  // namespace colibri::app
