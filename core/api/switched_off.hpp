#pragma once

#include "api/services.hpp"

namespace colibri::api {

/// Receivers of events that other gateways have and this one has not: v2 clients are answered as by
/// a server on which they are switched off, everybody else is told so.
void bindSwitchedOff(Services& services);

}  // namespace colibri::api
