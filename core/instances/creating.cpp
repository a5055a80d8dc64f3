#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"
#include "instances/lifecycle_impl.hpp"
#include "log/log.hpp"
#include "store/kv_sealing.hpp"

namespace colibri::instances {
namespace {

std::string newToken() {
  auto token = newUuid();
  std::transform(token.begin(), token.end(), token.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return token;
}

}  // namespace

void Lifecycle::Impl::create(CreateRequest request, Done<Created> done) {
  if (!connectors.contains(request.integration)) {
    return done(Error{Errc::unsupported,
                      "no plugin for the integration " + request.integration + " is loaded"});
  }
  auto token = request.token.empty() ? newToken() : request.token;
  Instance instance;
  auto& row = instance.row;
  row.id = newUuid();
  row.name = request.name;
  row.integration = request.integration;
  row.number = request.number;
  row.tokenHash = crypto::sha256(token);
  row.tokenSealed = services.sealer.seal(token, store::tokenPlaceOf(row.id));
  row.createdAtUs = row.updatedAtUs = services.clock.nowUs();
  // Until its QR code is there it is stored as one to be deleted: a crash meanwhile leaves nothing.
  row.deleting = request.wantQr;
  for (const auto& [alias, json] : request.settings)
    instance.settings[alias] = {.json = json,
                                .enabled = saysEnabled(json),
                                .createdAtUs = row.createdAtUs,
                                .updatedAtUs = row.createdAtUs};

  // Asked first: a deletion that ends between the two has freed what add() takes.
  if (const auto deleted = services.registry.beingDeleted(row.name, row.tokenHash))
    return createAfterDeletion(*deleted, std::move(request), std::move(done));
  const auto added = services.registry.add(instance);
  if (!added) return done(added.error());
  const InstanceKey key = *added;
  row.key = key;
  store::Batch batch{store::PutInstance{row}};
  for (const auto& [alias, settings] : instance.settings) {
    const auto sealed =
        services.sealer.seal(writeSettings(settings), store::settingsPlaceOf(row.id, alias));
    batch.push_back(store::PutSettings{{key, alias, sealed}});
  }
  services.store.submit(
      std::move(batch),
      [self = shared_from_this(), key, token, number = std::move(request.number),
       wantQr = request.wantQr, done = std::move(done)](Result<store::Committed> stored) mutable {
        self->post(key, "instance create",
                   [self, key, token = std::move(token), number = std::move(number), wantQr,
                    stored = std::move(stored), done = std::move(done)]() mutable {
                     self->finishCreateNow(key, std::move(token), number, wantQr, stored,
                                           std::move(done));
                   });
      });
}

/// Who deletes an instance and creates it again at once is served when the old one is gone.
void Lifecycle::Impl::createAfterDeletion(InstanceKey key, CreateRequest request,
                                          Done<Created> done) {
  struct Waiting {  // confined to the strand of the old one
    CreateRequest request;
    Done<Created> done;  ///< empty once it goes on
  };
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(request), std::move(done)});
  const auto within = options.logoutWithin + options.closeWithin + options.farewellWithin;
  post(key, "instance create", [self = shared_from_this(), key, waiting, within] {
    const auto goOn = [weak = self->weak_from_this(), waiting] {
      const auto us = weak.lock();
      auto answer = std::exchange(waiting->done, {});
      if (us && answer) us->create(std::move(waiting->request), std::move(answer));
    };
    if (!self->services.registry.get(key)) return goOn();
    self->work(key).purged.emplace_back(goOn);
    self->postAfter(key, within + std::chrono::seconds(2), "instance create", [waiting] {
      if (auto answer = std::exchange(waiting->done, {}))
        answer(Error{Errc::conflict, "This name \"" + waiting->request.name +
                                         "\" or this token is still in use by an instance that is "
                                         "being deleted; try again later"});
    });
  });
}

void Lifecycle::Impl::finishCreateNow(InstanceKey key, std::string token, const std::string& number,
                                      bool wantQr, const Result<store::Committed>& stored,
                                      Done<Created> done) {
  if (!stored) {
    services.registry.remove(key);
    return done(stored.error());
  }
  const auto instance = services.registry.update(key, [](Instance& i) { i.ready = true; });
  tell(transitionOf(*instance, State::created, false));
  tellSettings(*instance);
  services.events.publish(key, {instanceCreated(*instance)});
  if (!wantQr) return done(Created{instance, std::move(token), std::nullopt});
  connectNow(key, number,
             [weak = weak_from_this(), key, token = std::move(token),
              done = std::move(done)](Result<Connected> connected) mutable {
               const auto self = weak.lock();  // it waits in us: we cannot own it
               if (!self) return done(Error{Errc::shuttingDown, "the gateway is stopping"});
               if (!connected) return self->undoCreate(key, connected.error(), std::move(done));
               self->keepCreatedNow(key, {nullptr, std::move(token), std::move(connected->qr)},
                                    std::move(done));
             });
}

void Lifecycle::Impl::tellSettings(const Instance& instance) {
  for (auto* observer : observers) {
    for (const auto& [alias, settings] : instance.settings)
      observer->onSettings(instance.row.key, alias, settings);
    observer->onSettingsComplete(instance.row.key);
  }
}

/// What was asked for is there: from now on it is an instance like any other.
void Lifecycle::Impl::keepCreatedNow(InstanceKey key, Created created, Done<Created> done) {
  created.instance = services.registry.update(key, [](Instance& i) {
    if (!i.deleting) i.row.deleting = false;
  });
  if (!created.instance || created.instance->deleting)
    return undoCreate(key, {Errc::cancelled, "the instance was deleted"}, std::move(done));
  const auto row = created.instance->row;
  services.events.publish(
      key, {}, {store::PutInstance{row}},
      [self = shared_from_this(), key, created = std::move(created),
       done = std::move(done)](const Result<events::EventLog::Appended>& stored) mutable {
        if (!stored) return self->undoCreate(key, stored.error(), std::move(done));
        done(std::move(created));
      });
}

/// All or nothing: the caller is told once nothing is left. Any thread.
void Lifecycle::Impl::undoCreate(InstanceKey key, Error why, Done<Created> done) {
  post(key, "instance create",
       [self = shared_from_this(), key, done = std::move(done), why = std::move(why)]() mutable {
         self->services.registry.update(key, [](Instance& i) { i.deleting = true; });
         self->removeNow(key, [done = std::move(done), why = std::move(why)]() mutable {
           done(std::move(why));
         });
       });
}

Result<void> Lifecycle::Impl::load() {
  const auto last = services.store.read(store::ask::LastInstance{});
  if (!last) return last.error();
  services.registry.reserve(*last);  // the rows of one that is damaged are nobody else's
  auto rows = services.store.read(store::ask::Instances{});
  if (!rows) return rows.error();
  for (auto& row : *rows) {
    const InstanceKey key = row.key;
    if (row.deleting) {
      if (const auto removed = removeFiles(key); !removed) {
        log::write(log::Level::error, "instances",
                   "an interrupted deletion is not finished; the next start tries again",
                   {{"instance", row.name}, {"why", removed.error().message}});
        continue;
      }
      services.store.submit(
          {store::PurgeInstance{key}}, [name = row.name](const Result<store::Committed>& purged) {
            log::write(purged ? log::Level::info : log::Level::error, "instances",
                       "finishing the deletion that was interrupted",
                       {{"instance", name}, {"result", purged ? "done" : purged.error().message}});
          });
      continue;
    }
    auto settings = services.store.read(store::ask::Settings{key});
    if (!settings) return settings.error();
    Instance instance;
    instance.ready = true;
    for (const auto& setting : *settings) {
      auto text = services.sealer.open(setting.json, store::settingsPlaceOf(row.id, setting.alias));
      if (!text) {  // the key is the right one, or the store would not have opened
        services.store.noteDamage("settings", std::to_string(key) + "/" + setting.alias);
        log::write(log::Level::error, "instances", "settings are damaged: set them again",
                   {{"instance", row.name}, {"plugin", setting.alias}});
        continue;
      }
      auto kept = readSettings(std::move(*text), row.createdAtUs);
      if (!kept)
        return Error{kept.error().code, "instance \"" + row.name + "\": " + kept.error().message};
      instance.settings.emplace(setting.alias, std::move(*kept));
    }
    if (row.linked) {
      // It reconnects by itself, so it is on its way from the first moment.
      instance.state = State::closed;
      instance.last.detail = "host restart";
      instance.last.retryIn = std::chrono::milliseconds(1);
      instance.api = apiState(instance.state, instance.last.retryIn);
    }
    instance.row = std::move(row);
    services.registry.load(std::move(instance));
  }
  return {};
}

void Lifecycle::Impl::resume() {
  for (const auto& instance : services.registry.list()) {
    // On its strand: the API may have changed its settings already.
    post(instance->row.key, "instance resume",
         [self = shared_from_this(), key = instance->row.key] {
           const auto now = self->services.registry.get(key);
           if (!now || now->deleting) return;
           self->tell(self->transitionOf(*now, now->state, true));
           self->tellSettings(*now);
         });
    if (!instance->row.linked || connectorOf(*instance) == nullptr) continue;
    const std::scoped_lock lock(mutex);
    toOpen.push_back(instance->row.key);
  }
  sweepUnused();
  openLinked();
}

}  // namespace colibri::instances
