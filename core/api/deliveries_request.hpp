#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "api/rules.hpp"
#include "delivery/deliveries.hpp"

namespace colibri::api {

/// GET …/deliveries/deadLetters: a page of them, or the one with `id`.
struct LettersRequest {
  std::uint64_t id = 0;  ///< 0 = a list
  store::DeadLetterFilter filter;
  std::uint64_t after = 0;
  std::uint32_t limit = 50;
};
/// `query` is checked by its definition; `faults`: times that are none.
LettersRequest readLetters(const boost::json::object& query, Faults& faults);

/// The body of replay and purge: `id` or `ids`, or a filter, or `all`: true; its definition refuses
/// an empty one, so that nobody purges everything by a slip.
delivery::DeadLetterChoice readChoice(const boost::json::object& body, Faults& faults);

}  // namespace colibri::api
