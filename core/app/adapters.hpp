#pragma once

#include <span>
#include <vector>

#include "delivery/dispatcher.hpp"
#include "events/event_log.hpp"
#include "instances/lifecycle.hpp"

/// Small pieces that fit one area's interface to another's class. No logic.
namespace colibri::app {

/// The dispatcher, as the lifecycle says farewell to an instance.
class DispatcherFarewell final : public instances::FarewellPort {
 public:
  explicit DispatcherFarewell(delivery::Dispatcher& dispatcher) : dispatcher_(dispatcher) {}
  void beginDelete(InstanceKey instance) override { dispatcher_.beginDelete(instance); }
  void farewell(InstanceKey instance, std::vector<events::EventPtr> events,
                std::chrono::milliseconds within, Function<void()> done) override {
    dispatcher_.farewell(instance, std::move(events), within, std::move(done));
  }
  void forget(InstanceKey instance) override { dispatcher_.forget(instance); }

 private:
  delivery::Dispatcher& dispatcher_;
};

/// Several listeners of the log, told in order.
class ListenerList final : public events::LogListener {
 public:
  explicit ListenerList(std::vector<events::LogListener*> listeners)
      : listeners_(std::move(listeners)) {}
  void onAppended(std::span<const events::EventPtr> events) override {
    for (auto* listener : listeners_) listener->onAppended(events);
  }

 private:
  const std::vector<events::LogListener*> listeners_;
};

}  // namespace colibri::app
