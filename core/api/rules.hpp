#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/answer.hpp"
#include "catalogue/operation.hpp"
#include "config/schema.hpp"
#include "http/request.hpp"

namespace colibri::api {

/// A request's JSON object; an empty body is `{}`. [Errors] invalidArgument with line and column.
Result<boost::json::object> parseObject(std::string_view text);

using Faults = std::vector<config::Violation>;

/// The text of a checked member; empty if it is absent.
std::string_view textOf(const boost::json::object& from, std::string_view member);
/// The value at a dotted way, as `readMessages.0.id`; null if there is none.
const boost::json::value* valueAt(const boost::json::object& from, std::string_view way);
/// Absent: `absent`.
bool flagOf(const boost::json::object& from, std::string_view member, bool absent = false);
std::int64_t numberOf(const boost::json::object& from, std::string_view member,
                      std::int64_t absent);

/// The id that a body chooses for its message; it is no part of what is to be sent, so it is taken
/// out.
std::string takeMessageId(boost::json::object& body);

/// What a request brought, as its operation's definition has it: only members that are named there,
/// in our spelling, with defaults, and none that is null (but see `unknown`). The body of a command
/// has the members of the query that it lacks; without a definition of a body it is the query.
struct Brought {
  boost::json::object query, body;
  /// Members of the body that the definition does not name; kept there if it says so.
  std::vector<std::string> unknown;
  /// What is wrong with the body of an operation of the host that keeps unknown members: its
  /// service tells it together with what only it can judge.
  Faults faults;
};

/// What the definition of an operation demands of a request, compiled.
///
/// [Threading] immutable; any thread.
class Rules {
 public:
  /// Throws std::logic_error if the catalogue is wrong, which its build has ruled out.
  explicit Rules(const catalogue::Operation& operation);

  /// Reads `request` into `brought`. The answer, if anything is wrong: 400 with every fault,
  /// natively in our words, under v2 in those of the validator that its clients know. `more`: what
  /// is wrong beside.
  std::optional<Answer> read(const http::Request& request, catalogue::Dialect dialect,
                             Brought& brought, Faults more = {}) const;
  /// The same of a body that is read already and came from no client: natively, into
  /// `brought.body`.
  Faults readBody(Brought& brought) const;

 private:
  const config::Schema& bodyOf(catalogue::Dialect dialect) const {
    return dialect == catalogue::Dialect::v2 && bodyOfV2_ ? *bodyOfV2_ : *body_;
  }
  std::size_t unknownIn(const boost::json::object& body, catalogue::Dialect dialect) const;
  void readQuery(const http::Query& query, catalogue::Dialect dialect, boost::json::object& into,
                 Faults& faults) const;
  void readBody(catalogue::Dialect dialect, Brought& brought, Faults& faults) const;

  const catalogue::Operation& operation_;
  std::optional<config::Schema> query_, body_, bodyOfV2_;
};

/// 400 with twenty faults at most, and how many more there are at least. `unknown`: of them,
/// members that nobody knows, listed or not.
Answer faulty(std::span<const config::Violation> faults, catalogue::Dialect dialect,
              std::size_t unknown = 0);

}  // namespace colibri::api
