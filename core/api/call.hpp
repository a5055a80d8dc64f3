#pragma once

#include <string>

#include "api/access.hpp"
#include "api/answer.hpp"
#include "http/request.hpp"

namespace colibri::api {

/// One admitted request on its way through a controller.
struct Call {
  Match match;
  Caller caller;
  instances::InstancePtr
      instance;  ///< of an instance route: it exists and the caller may act on it
  http::Request request;
  Reply reply;
};

}  // namespace colibri::api
