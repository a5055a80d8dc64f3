#include <cstdio>
#include <iostream>
#include <iterator>

#include "instances.hpp"
#include "json.hpp"
#include "messages.hpp"
#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

/// [INSTANCE] NUMBER TEXT
constexpr std::size_t kAllThree = 3;

/// What somebody at a terminal can do about it.
Error explained(Gateway& gateway, const std::string& instance, const Error& error) {
  if (error.code != Errc::rejected) return error;
  const auto state = gateway.get(pathOf(instance, "instance/connectionState"));
  if (!state || stringAt(*objectOf(*state), "state") == "open") return error;
  return {error.code,
          error.message + ": colibrictl instance connect " + safe(instance) + " connects it"};
}

}  // namespace

Result<int> sendText(const Words& words) {
  auto access = accessOf(words);
  if (!access) return access.error();
  Gateway gateway(std::move(*access));
  const auto instance = instanceOf(gateway, words, kAllThree);
  if (!instance) return instance.error();
  const auto& number = words.arguments[words.arguments.size() - 2];
  auto text = words.arguments.back();
  if (text == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  Poco::JSON::Object body(true);
  body.set("number", number);
  body.set("text", text);
  const auto answer = gateway.post(pathOf(*instance, "message/sendText"), body);
  if (!answer) return explained(gateway, *instance, answer.error());
  if (words.has("json")) return std::printf("%s\n", jsonLine(*answer).c_str()), kDone;
  const auto key = objectAt(*objectOf(*answer), "key");
  std::printf("WhatsApp has it for %s; its id is %s\n", shownAt(*key, "remoteJid").c_str(),
              shownAt(*key, "id").c_str());
  return kDone;
}

}  // namespace colibri::ctl
