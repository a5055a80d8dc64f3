#pragma once

#include <cstdint>
#include <optional>

#include "store/rows.hpp"

/// A checksum of each row, which lies in the row: what a disk or a memory flipped is not served as
/// truth. CRC-32 over every column but itself, so one flipped bit, or any 32 in a row, never go
/// unnoticed. Of a sealed value only its tag counts, which speaks for the rest.
///
/// It guards against accidents: who can write the database can write it, too. [Threading] any
/// thread, pure.
namespace colibri::store {

/// In the database: 0 to 2^32 - 1.
using RowSum = std::int64_t;
/// What is read where there is none: a row of a version that wrote none.
inline constexpr RowSum kNoSum = -1;

RowSum sumOf(const InstanceRow& row);
RowSum sumOf(const SettingsRow& row);
/// The sequence is not in the row of an event that is on its way.
RowSum sumOf(const EventRow& row, std::uint64_t sequence);
RowSum sumOf(const CursorRow& row);
/// Of what stays as it is: not of what sumOfFate() takes, the id, and since when it is to be
/// delivered again. `bodyBytes` is the size of the body, of which the row may hold the end only.
RowSum sumOf(const DeadLetterRow& row, std::size_t bodyBytes);
RowSum sumOf(const PutAttempt& put);
RowSum sumOf(const PutIdempotency& put);
/// `secret` says that the value is sealed.
RowSum sumOf(const KvPut& put);
RowSum sumOfSequence(InstanceKey instance, std::uint64_t last);
/// Of what changes when a dead letter was delivered again in vain.
RowSum sumOfFate(std::string_view reason, std::uint32_t attempts, std::int64_t deadAtUs);

}  // namespace colibri::store
