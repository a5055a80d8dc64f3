#pragma once

#include "base/seats.hpp"
#include "http/body_budget.hpp"
#include "http/counters.hpp"
#include "http/options.hpp"

namespace colibri::http {

/// What all loops of a server have together. [Threading] any thread; each part says how.
struct Shared {
  explicit Shared(const Options& options)
      : bodies(options.totalBodyBytes), hosts(options.maxPerHost) {}

  Counters counters;
  BodyBudget bodies;
  Seats hosts;  ///< connections by hostKey()
};

}  // namespace colibri::http
