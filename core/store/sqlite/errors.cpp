#include "store/sqlite/errors.hpp"

#include <Poco/Data/SQLite/SQLiteException.h>

#include <array>
#include <string>
#include <utility>

namespace colibri::store::sqlite {
namespace {

namespace poco = Poco::Data::SQLite;

template <class... Kinds>
bool isOneOf(const Poco::Exception& failure) {
  return ((dynamic_cast<const Kinds*>(&failure) != nullptr) || ...);
}

Error conflict(const std::string& text) {
  static constexpr std::array kTaken = {
      std::pair{"instances.name", "an instance with this name exists already"},
      std::pair{"instances.id", "an instance with this id exists already"},
      std::pair{"instances.token_hash", "an instance with this token exists already"},
  };
  for (const auto& [column, sentence] : kTaken) {
    if (text.find(column) != std::string::npos) return {Errc::conflict, sentence};
  }
  return {Errc::internal, "the database refused a row: " + text};
}

}  // namespace

Error toError(const Poco::Exception& failure) {
  const auto text = failure.displayText();
  if (isOneOf<poco::DatabaseFullException>(failure)) {
    return {Errc::busy, "the disk that holds the database is full"};
  }
  if (isOneOf<poco::ConstraintViolationException>(failure)) return conflict(text);
  if (isOneOf<poco::CorruptImageException>(failure)) {
    return {Errc::unavailable,
            "a page of the database is damaged: stop the gateway, and run colibrictl check and "
            "colibrictl salvage: " +
                text};
  }
  if (isOneOf<poco::IOErrorException, poco::CantOpenDBFileException, poco::ReadOnlyException,
              poco::DBLockedException, poco::TableLockedException, poco::NoMemoryException,
              poco::LockProtocolException, poco::InterruptException>(failure)) {
    return {Errc::unavailable, "the database does not answer: " + text};
  }
  return {Errc::internal, "the database failed: " + text};
}

}  // namespace colibri::store::sqlite
