#pragma once

#include <boost/json/object.hpp>

#include "api/access.hpp"
#include "api/answer.hpp"
#include "api/rules.hpp"
#include "http/request.hpp"

namespace colibri::api {

/// One admitted request on its way to who carries it out.
struct Call {
  Match match;
  Caller caller;
  instances::InstancePtr
      instance;  ///< of an instance route: it exists and the caller may act on it
  http::Request request;
  Brought brought;          ///< checked by the definition
  std::string sender = {};  ///< of a plugin's route: whom it counts against
  Reply reply;
};

}  // namespace colibri::api
