#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "frame.hpp"

namespace colibri::baileys {

inline constexpr std::int64_t kMaxTime = std::numeric_limits<std::int64_t>::max();

/// Typed access to a header. Every function throws ProtocolError that names the field if it is
/// missing (unless the name says optional), of another type, or over its limit. A JSON null counts
/// as missing. [Ownership] views live as long as the object.
class Fields {
 public:
  explicit Fields(const boost::json::object& object) noexcept : object_(object) {}

  std::string_view text(std::string_view name, std::size_t most) const;
  std::optional<std::string_view> optionalText(std::string_view name, std::size_t most) const;
  /// A 64-bit number written as decimal text.
  std::uint64_t id(std::string_view name) const;
  std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most) const;
  std::int64_t numberOr(std::string_view name, std::int64_t fallback, std::int64_t least,
                        std::int64_t most) const;
  bool flagOr(std::string_view name, bool fallback) const;
  const boost::json::array& list(std::string_view name, std::size_t most) const;
  const boost::json::array* optionalList(std::string_view name, std::size_t most) const;
  const boost::json::object* optionalObject(std::string_view name) const;

 private:
  const boost::json::value* find(std::string_view name) const;

  const boost::json::object& object_;
};

/// An element of a list that has to be an object.
Fields objectIn(const boost::json::value& element, std::string_view list);

/// Takes sizes in order out of a tail.
class Tail {
 public:
  explicit Tail(std::string_view bytes) noexcept : rest_(bytes) {}
  std::string_view take(std::size_t size);
  void end() const;  ///< Throws if bytes are left over.

 private:
  std::string_view rest_;
};

}  // namespace colibri::baileys
