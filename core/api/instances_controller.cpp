#include "api/instances_controller.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "api/commands_controller.hpp"
#include "api/shapes.hpp"
#include "log/log.hpp"

namespace colibri::api {
namespace {

constexpr std::size_t kLongEnough = 16;  // of a key

/// The one it was created with, or that of the account it is linked to.
bool hasNumber(const store::InstanceRow& row, std::string_view number) {
  return row.number == number ||
         std::string_view(row.ownerJid).substr(0, row.ownerJid.find_first_of(":@")) == number;
}

}  // namespace

void InstancesController::bindTo(Services& services) const {
  services.bind("instance.create", *this, &InstancesController::create);
  services.bind("instance.fetchInstances", *this, &InstancesController::fetch);
  services.bind("instance.connect", *this, &InstancesController::connect);
  services.bind("instance.connectionState", *this, &InstancesController::connectionState);
  services.bind("instance.restart", *this, &InstancesController::restart);
  services.bind("instance.setPresence", *this, &InstancesController::setPresence);
  services.bind("instance.logout", *this, &InstancesController::logout);
  services.bind("instance.delete", *this, &InstancesController::remove);
}

void InstancesController::create(Call call) const {
  auto faults = std::move(call.brought.faults);
  auto request = readCreate(call, faults);
  if (!request) return call.reply(failure(request.error()));
  if (!faults.empty()) return call.reply(faulty(faults, call.match.dialect));
  if (const auto size = request->token.size(); size > 0 && size < kLongEnough) {
    log::write(log::Level::warn, "api", "an instance got a key that is shorter than it should be",
               {{"instance", request->name}, {"characters", static_cast<int>(size)}});
  }
  lifecycle_.create(std::move(*request),
                    [&schemas = plugins_.schemas(), dialect = call.match.dialect,
                     reply = std::move(call.reply)](Result<instances::Created> created) mutable {
                      reply(created ? ok(shapes::created(dialect, *created, schemas), 201)
                                    : failure(created.error()));
                    });
}

void InstancesController::fetch(Call call) const {
  const auto dialect = call.match.dialect;
  const auto name = textOf(call.brought.query, "instanceName"),
             id = textOf(call.brought.query, "instanceId"),
             number = textOf(call.brought.query, "number");
  std::vector<instances::InstancePtr> found;
  if (call.caller.global) {
    found = registry_.list();
  } else {
    found.push_back(call.caller.instance);
  }
  std::erase_if(found, [&](const auto& instance) {
    return (!name.empty() && instance->row.name != name) ||
           (!id.empty() && instance->row.id != id) ||
           (!number.empty() && !hasNumber(instance->row, number));
  });
  const auto asked = !name.empty() ? name : !id.empty() ? id : number;
  if (found.empty() && dialect == Dialect::v2 && !asked.empty()) {
    return call.reply(failure(404, "Instance \"" + std::string(asked) + "\" not found"));
  }
  boost::json::array rows;
  rows.reserve(found.size());
  for (const auto& instance : found) {
    std::string token;
    if (dialect == Dialect::v2) {
      auto opened = lifecycle_.token(*instance);
      // Nothing that the caller could do better: the master key is not the one it was sealed with.
      if (!opened) return call.reply(failure(Error{Errc::internal, opened.error().message}));
      token = std::move(*opened);
    }
    rows.push_back(shapes::row(dialect, *instance, token, plugins_.schemas()));
  }
  call.reply(ok(rows));
}

void InstancesController::connect(Call call) const {
  const std::string number(textOf(call.brought.query, "number"));
  lifecycle_.connect(
      call.instance->row.key, number,
      [dialect = call.match.dialect,
       reply = std::move(call.reply)](Result<instances::Connected> connected) mutable {
        reply(connected ? ok(shapes::connected(dialect, *connected)) : failure(connected.error()));
      });
}

void InstancesController::connectionState(Call call) const {
  call.reply(ok(shapes::state(call.match.dialect, *call.instance)));
}

void InstancesController::restart(Call call) const {
  lifecycle_.restart(call.instance->row.key,
                     [dialect = call.match.dialect,
                      reply = std::move(call.reply)](Result<instances::InstancePtr> done) mutable {
                       reply(done ? ok(shapes::restarted(dialect, **done)) : failure(done.error()));
                     });
}

void InstancesController::setPresence(Call call) const {
  const std::string presence(textOf(call.brought.body, "presence"));
  std::string chat(textOf(call.brought.body, "number"));
  if (call.instance->api != instances::ApiState::open)
    return call.reply(notConnected(*call.instance));

  const bool v2 = call.match.dialect == Dialect::v2;
  auto done = ok(shapes::presence(call.match.dialect, *call.instance, presence), v2 ? 201 : 200);
  const bool ofAccount = presence == "available" || presence == "unavailable";
  if (!ofAccount && chat.empty()) chat = lastChats_.of(call.instance->row.key);
  if (!ofAccount && chat.empty()) return call.reply(std::move(done));  // no chat to show it in
  boost::json::object command{{"presence", presence}};
  if (!ofAccount) command["chat"] = chat;
  commands_.submit({.instance = call.instance,
                    .name = "presence.set",
                    .effect = commands::Effect::safe,
                    .body = boost::json::serialize(command),
                    .idempotencyKey = {}},
                   [done = std::move(done),
                    reply = std::move(call.reply)](const commands::CommandAnswer& answer) mutable {
                     reply(answer.outcome ? std::move(done) : failure(answer.outcome.error()));
                   });
}

void InstancesController::logout(Call call) const {
  const auto state = call.instance->state;
  const bool nothing = state == instances::State::created || state == instances::State::loggedOut;
  if (nothing && call.match.dialect == Dialect::v2) return call.reply(notConnected(*call.instance));
  lifecycle_.logout(call.instance->row.key,
                    [dialect = call.match.dialect,
                     reply = std::move(call.reply)](Result<instances::InstancePtr> done) mutable {
                      reply(done ? ok(shapes::loggedOut(dialect, **done)) : failure(done.error()));
                    });
}

void InstancesController::remove(Call call) const {
  lifecycle_.remove(call.instance->row.key,
                    [dialect = call.match.dialect, name = call.instance->row.name,
                     reply = std::move(call.reply)](Result<instances::InstancePtr> done) mutable {
                      if (!done && done.error().code == Errc::notFound)
                        return reply(noSuchInstance(name));
                      reply(done ? ok(shapes::deleted(dialect, **done)) : failure(done.error()));
                    });
}

}  // namespace colibri::api
