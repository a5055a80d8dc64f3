#pragma once

#include "api/call.hpp"
#include "api/services.hpp"
#include "delivery/deliveries.hpp"

namespace colibri::api {

/// The lanes of an instance, their last attempts, and dead letters. Native and v2 are the same.
///
/// [Threading] any thread; immutable. Nothing blocks: answers come from the executor.
class DeliveriesController {
 public:
  explicit DeliveriesController(delivery::Deliveries& deliveries) : deliveries_(deliveries) {}

  void bindTo(Services& services) const;

 private:
  void lanes(Call call) const;
  void attempts(Call call) const;
  void deadLetters(Call call) const;
  void replay(Call call) const;
  void purge(Call call) const;
  void resume(Call call) const;

  delivery::Deliveries& deliveries_;
};

}  // namespace colibri::api
