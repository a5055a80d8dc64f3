#include "plugin/plugin_object.hpp"

#include <condition_variable>
#include <utility>
#include <vector>

#include "log/log.hpp"
#include "plugin/descriptor_check.hpp"
#include "plugin/host_api/base_host.hpp"

namespace colibri::plugin {
namespace {

const Entry kControlEntry{"control"};

/// What a control call leaves for the one who waits for it.
struct Waiting {
  std::mutex mutex;  // guards the rest
  std::condition_variable returned;
  bool done = false;
  colibri_status status = COLIBRI_OK;
  colibri_error error = abi::sized<colibri_error>();
};

std::string seconds(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s"
                                  : std::to_string(time.count()) + " ms";
}

}  // namespace

PluginObject::PluginObject(const colibri_descriptor& descriptor, const Ports& ports,
                           InstanceDirectory& instances, Deadlines deadlines)
    : Callee(ports.executor, std::string(abi::view(descriptor.alias)),
             std::string(abi::view(descriptor.id)),
             (descriptor.flags & static_cast<std::uint32_t>(COLIBRI_PLUGIN_F_SERIAL)) != 0),
      descriptor_(descriptor),
      ports_(ports),
      deadlines_(deadlines),
      misbehaviour_(alias()) {
  for (const auto* capability : capabilities())
    apis_.push_back(capability->make({*this, *this, ports_, instances, order_, misbehaviour_}));
  host_ = abi::sized<colibri_host>();
  host_.abi_major = COLIBRI_ABI_MAJOR;
  host_.abi_minor = COLIBRI_ABI_MINOR;
  host_.ctx = this;
  host_.host_name = abi::str("colibri");
  host_.host_version = abi::str(ports_.version);
  host_.server_url = abi::str(ports_.serverUrl);
  fillBaseHost(host_);
}

PluginObject::~PluginObject() = default;

// --- life ---

Result<void> PluginObject::control(const char* name, std::chrono::milliseconds within, Step step) {
  const auto waiting = std::make_shared<Waiting>();
  executor().post({&controlTag_, 0}, what(kControlEntry),
                  [self = shared_from_this(), waiting, step = std::move(step)]() mutable {
                    auto err = abi::sized<colibri_error>();
                    const auto status = step(&err);
                    const std::scoped_lock lock(waiting->mutex);
                    waiting->status = status;
                    waiting->error = err;
                    waiting->done = true;
                    waiting->returned.notify_all();
                  });
  std::unique_lock lock(waiting->mutex);
  if (!waiting->returned.wait_for(lock, within, [&] { return waiting->done; }))
    return Error{Errc::timeout, std::string(name) + "() did not return within " + seconds(within)};
  if (waiting->status >= 0) return {};
  auto error = abi::errorOf(waiting->status, waiting->error);
  error.message = std::string(name) + "() failed: " + error.message;
  // An Errc::timeout here means that the call hangs, so a plugin's own word for it is another.
  if (error.code == Errc::timeout) error.code = Errc::unavailable;
  return error;
}

Result<void> PluginObject::create() {
  auto made = control("create", deadlines_.init, [this](colibri_error* err) {
    const auto status = descriptor_.create(&host_, &plugin_, err);
    if (status >= 0 && plugin_ == nullptr)
      return abi::refuse(err, COLIBRI_E_ABI, "it answered OK and made no object");
    return status;
  });
  if (!made) {
    if (made.error().code != Errc::timeout) plugin_ = nullptr;  // nothing to destroy
    return made;
  }
  auto whole = checkObject(descriptor_, *plugin_);
  if (!whole) plugin_ = nullptr;  // not even destroy() can be relied on
  return whole;
}

Result<void> PluginObject::load(std::string configJson, const RouteWords& words) {
  if (auto made = create(); !made) return fail(made.error());
  auto initialised =
      control("init", deadlines_.init, [this, config = std::move(configJson)](colibri_error* err) {
        return plugin_->init(plugin_, abi::str(config), err);
      });
  if (!initialised) return fail(initialised.error());
  if (auto attached = attach(words); !attached) return fail(attached.error());
  return {};
}

Result<void> PluginObject::attach(const RouteWords& words) {
  if (auto kept = checkProvides(descriptor_, *plugin_); !kept) return kept;
  for (std::size_t slot = 0; slot < apis_.size(); ++slot) {
    const auto* id = capabilities()[slot]->id;
    if (!provides(id)) continue;
    const auto attached = apis_[slot]->attach(extension<void>(id), {descriptor_, words});
    if (!attached)
      return Error{attached.error().code, titleOf(descriptor_) + ": " + attached.error().message};
  }
  return {};
}

Result<void> PluginObject::start() {
  COLIBRI_ASSERT(state() == PluginState::loaded);
  gate_.set(CallGate::Door::open);  // the ABI lets calls arrive before start() returns
  starting_ = true;
  auto started = control("start", deadlines_.start,
                         [this](colibri_error* err) { return plugin_->start(plugin_, err); });
  starting_ = false;
  if (!started) return fail(started.error());
  setState(PluginState::running, {});
  return {};
}

void PluginObject::stop() {
  const auto was = state();
  if (was == PluginState::loaded) return finish(true, {});  // never started: only destroy is left
  if (was != PluginState::running) return;
  const auto until = std::chrono::steady_clock::now() + deadlines_.stop;
  gate_.set(CallGate::Door::answers);
  closing(false);
  auto stopped = control("stop", deadlines_.stop, [this](colibri_error* err) {
    return plugin_->stop(plugin_, static_cast<std::uint32_t>(deadlines_.stop.count()), err);
  });
  gate_.set(CallGate::Door::closed);
  const bool returned = stopped || stopped.error().code != Errc::timeout;
  const bool quiet = returned && gate_.waitEmpty(until);
  if (returned && !quiet) stopped = Error{Errc::timeout, "a call of it still runs after stop()"};
  finish(quiet, stopped ? Error{Errc::internal, ""} : stopped.error());
}

void PluginObject::closing(bool failed) {
  for (const auto& api : apis_) api->closing(failed);
}

void PluginObject::ended() {
  for (const auto& api : apis_) api->ended();
  finished_ = true;
}

void PluginObject::finish(bool quiet, Error why) {
  ended();
  if (!quiet) {
    log::write(log::Level::error, "plugin", "the plugin does not stop and is left behind",
               {{"plugin", alias()}, {"why", why.message}});
    leaveBehind();
  } else {
    destroy();
  }
  setState(PluginState::stopped, std::move(why.message));
}

Error PluginObject::fail(Error why) {
  gate_.set(CallGate::Door::closed);
  closing(true);
  const bool quiet = why.code != Errc::timeout &&
                     gate_.waitEmpty(std::chrono::steady_clock::now() + deadlines_.stop);
  ended();
  if (!quiet)
    leaveBehind();
  else if (plugin_ != nullptr)
    destroy();
  setState(PluginState::failed, why.message);
  return why;
}

void PluginObject::destroy() {
  auto* plugin = std::exchange(plugin_, nullptr);
  if (plugin == nullptr) return;
  const auto gone = control("destroy", deadlines_.stop, [plugin](colibri_error*) {
    plugin->destroy(plugin);
    return colibri_status{COLIBRI_OK};
  });
  if (gone) return;
  log::write(log::Level::error, "plugin", "the plugin is left behind",
             {{"plugin", alias()}, {"why", gone.error().message}});
  leaveBehind();
}

/// A thread may still be inside the object and call the host, so both stay for ever.
void PluginObject::leaveBehind() {
  static std::mutex mutex;  // guards the list
  static auto& left = *new std::vector<std::shared_ptr<Callee>>;
  const std::scoped_lock lock(mutex);
  left.push_back(shared_from_this());
}

// --- to look at ---

bool PluginObject::provides(std::string_view extension) const {
  return plugin::provides(descriptor_, extension);
}

PluginState PluginObject::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

std::string PluginObject::reason() const {
  const std::scoped_lock lock(mutex_);
  return reason_;
}

void PluginObject::setState(PluginState state, std::string reason) {
  const std::scoped_lock lock(mutex_);
  state_ = state;
  reason_ = std::move(reason);
}

/// In this process a plugin restarts with the gateway; until then the wish is there to be seen.
void PluginObject::restartRequested(std::string reason) {
  log::write(log::Level::warn, "plugin",
             "the plugin asks for a restart; it restarts with the gateway",
             {{"plugin", alias()}, {"why", reason}});
  const std::scoped_lock lock(mutex_);
  reason_ = "asks for a restart: " + std::move(reason);
}

colibri_status PluginObject::wrongCall(colibri_error* err, const char* capability) {
  const auto what = std::string("the plugin does not provide ") + capability;
  misbehaviour_.note(Misbehaviour::Kind::wrongCall, what);
  return abi::refuse(err, COLIBRI_E_UNSUPPORTED, what);
}

colibri_status PluginObject::caught(colibri_error* err, std::string_view what) noexcept {
  try {
    log::write(log::Level::error, "plugin", "a host function failed", {{"why", what}});
  } catch (const std::bad_alloc&) {
    return abi::refuse(err, COLIBRI_E_UNAVAILABLE, "out of memory");
  }
  return abi::refuse(err, COLIBRI_E_INTERNAL, what);
}

}  // namespace colibri::plugin
