#pragma once

#include <string>
#include <vector>

struct sqlite3;

namespace colibri::store::sqlite {

/// What is wrong with the texts by which SQLite knows tables and indexes, a sentence each: they are
/// compared with those of a new database, blanks aside, since older versions wrote others. No
/// checksum covers them, and one bit can make of a column another one. [Threading] that of `db`.
std::vector<std::string> schemaDamage(sqlite3* db);

}  // namespace colibri::store::sqlite
