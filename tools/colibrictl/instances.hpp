#pragma once

#include "command.hpp"
#include "gateway.hpp"

/// What is behind `colibrictl instance …`. [Blocking] [Errors] one sentence.
namespace colibri::ctl {

Result<int> createInstance(const Words& words);
Result<int> connectInstance(const Words& words);
Result<int> listInstances(const Words& words);
Result<int> watchInstances(const Words& words);
Result<int> logoutInstance(const Words& words);
Result<int> deleteInstance(const Words& words);

/// Creates it, with its events for `colibrictl events` if the gateway has the plugin `websocket`.
/// [Errors] conflict: it is there already.
Result<Poco::JSON::Object::Ptr> create(Gateway& gateway, const std::string& name,
                                       const std::string& webhook);

/// The row of an instance, with the name of its account. [Errors] notFound.
Result<Poco::JSON::Object::Ptr> rowOf(Gateway& gateway, const std::string& name);

/// The digits of "15550000001@s.whatsapp.net"; safe for a terminal.
std::string numberOf(const std::string& jid);

/// "+15550000001", or "Ana (+15550000001)"; safe for a terminal.
std::string accountOf(const Poco::JSON::Object& row);

/// The instance that `words` name in the first of `most` arguments, else the only one that there
/// is. [Errors] which ones there are.
Result<std::string> instanceOf(Gateway& gateway, const Words& words, std::size_t most);

}  // namespace colibri::ctl
