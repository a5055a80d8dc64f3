#pragma once

#include <colibri/abi/base.h>

#include <string_view>

#include "wire.hpp"

namespace colibri::websocket {

/// A request as the host hands it over: raw, or for a WebSocket. Borrowed for the call.
struct Request {
  std::uint64_t token = 0;
  std::uint64_t instanceKey = 0;  ///< the one in the path; 0 = the Socket.IO mount
  Caller caller = {};
  std::string_view method = {}, path = {}, body = {};               ///< path: below the mount
  bool takesOffsets = true;                                         ///< see client_kind.hpp
  std::string_view eio = {}, transport = {}, sid = {}, since = {};  ///< of the query; empty: absent
  std::string_view sender = {};                                     ///< whom it counts against
};

/// A WebSocket is taken, or refused over HTTP with a sentence.
struct Opened {
  colibri_status status = COLIBRI_OK;
  std::string_view sentence = {};  ///< a literal
};

}  // namespace colibri::websocket
