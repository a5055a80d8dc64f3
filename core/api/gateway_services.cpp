#include "api/gateway_services.hpp"

#include <boost/json.hpp>

namespace colibri::api {
namespace {

Answer welcome(const std::string& version) {
  return ok({{"status", 200},
             {"message", "Welcome to Colibri, it is working!"},
             {"version", version},
             {"clientName", "colibri"},
             {"documentation", nullptr},
             {"whatsappWebVersion", nullptr}});
}

Answer verifiedCreds() {
  return ok({{"status", 200},
             {"message", "Credentials are valid"},
             {"facebookAppId", nullptr},
             {"facebookConfigId", nullptr},
             {"facebookUserToken", nullptr}});
}

}  // namespace

void Gateway::bindTo(Services& services) const {
  services.say["health"] = [](Dialect) { return ok({{"status", "ok"}}); };
  services.say["ready"] = [trouble = trouble](Dialect) {
    const auto why = trouble();
    return why ? failure(503, *why) : ok({{"status", "ready"}});
  };
  services.say["welcome"] = [version = version](Dialect) { return welcome(version); };
  services.say["openapi.json"] = [](Dialect dialect) {
    return Answer{200, std::string(catalogue::openApi(dialect))};
  };
  services.serve["verify-creds"] = [](Call call) { call.reply(verifiedCreds()); };
  services.serve["plugins"] = [json = pluginsJson](Call call) { call.reply({200, json()}); };
  services.serve["metrics"] = [text = metricsText](Call call) {
    call.reply({200, text(), "text/plain; version=0.0.4; charset=utf-8"});
  };
}

}  // namespace colibri::api
