#include "api/switched_off.hpp"

#include <boost/json.hpp>

namespace colibri::api {
namespace {

/// `enabled`, alone or in the object of that name.
bool isWanted(const boost::json::object& body, std::string_view router) {
  const auto* own = body.if_contains(router);
  const auto* object = own == nullptr ? nullptr : own->if_object();
  return flagOf(object == nullptr ? body : *object, "enabled", true);
}

Answer none(Dialect dialect, int status) {
  return dialect == Dialect::v2 ? Answer{status, ""} : ok({{"enabled", false}}, status);
}

void set(Call call) {
  const auto router = call.match.route->router;
  if (const auto& faults = call.brought.faults; !faults.empty())
    return call.reply(faulty(faults, call.match.dialect));
  if (call.match.dialect == Dialect::native && isWanted(call.brought.body, router))
    return call.reply(failure(400, std::string(router) + ": this gateway has no such integration"));
  call.reply(none(call.match.dialect, 201));
}

}  // namespace

void bindSwitchedOff(Services& services) {
  for (const auto& operation : catalogue::operations()) {
    if (!operation.yields) continue;
    if (operation.name == "set")
      services.serve[operation.id] = set;
    else
      services.serve[operation.id] = [](Call call) { call.reply(none(call.match.dialect, 200)); };
  }
}

}  // namespace colibri::api
