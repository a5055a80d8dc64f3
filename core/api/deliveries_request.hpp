#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "delivery/deliveries.hpp"
#include "http/request.hpp"

namespace colibri::api {

/// GET …/deliveries/deadLetters: a page of them, or the one with `id`.
struct LettersRequest {
  std::uint64_t id = 0;  ///< 0 = a list
  store::DeadLetterFilter filter;
  std::uint64_t after = 0;
  std::uint32_t limit = 50;
};
LettersRequest readLetters(const http::Query& query, std::vector<std::string>& errors);

/// GET …/deliveries/attempts.
struct AttemptsRequest {
  std::string lane;  ///< empty = all
  std::uint32_t limit = 50;
};
AttemptsRequest readAttempts(const http::Query& query, std::vector<std::string>& errors);

/// The body of replay and purge: `id` or `ids`, or a filter, or `all`: true. An empty one is
/// refused, so that nobody purges everything by a slip.
delivery::DeadLetterChoice readChoice(const boost::json::object& body,
                                      std::vector<std::string>& errors);

/// The lane's name in a body. Required.
std::string readLane(const boost::json::object& body, std::vector<std::string>& errors);

}  // namespace colibri::api
