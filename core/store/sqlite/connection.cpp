#include "store/sqlite/connection.hpp"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>
#include <sqlite3.h>

#include <string>

namespace colibri::store::sqlite {
namespace {

using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

constexpr int kBusyTimeoutMs = 5000;  // only another tool on the same file makes anybody wait

}  // namespace

Connection::Connection(const std::filesystem::path& file, Use use, std::uint64_t maxBytes) {
  Poco::Data::SQLite::Connector::registerConnector();
  session_ =
      std::make_unique<Poco::Data::Session>(Poco::Data::SQLite::Connector::KEY, file.string());
  handle_ = Poco::Data::SQLite::Utility::dbHandle(*session_);
  configure(use, maxBytes);
}

Connection::~Connection() {
  session_.reset();
  Poco::Data::SQLite::Connector::unregisterConnector();
}

void Connection::configure(Use use, std::uint64_t maxBytes) {
  pragma("busy_timeout = " + std::to_string(kBusyTimeoutMs));
  pragma("secure_delete = ON");
  pragma("temp_store = MEMORY");
  pragma("cell_size_check = ON");  // a damaged page is noticed when it is read
  if (use == Use::read) {
    pragma("query_only = ON");
    return;
  }
  // The switch of a new file to the log leaves no rollback journal behind, not even one that comes
  // back when the power fails: with it the file would fall back to its first state, and all would
  // be lost.
  pragma("synchronous = EXTRA");
  std::string mode;
  *session_ << "PRAGMA journal_mode = WAL", into(mode), now;
  if (mode != "wal") {
    throw Poco::Data::SQLite::IOErrorException("this file system cannot hold a write-ahead log");
  }
  pragma("synchronous = FULL");
  pragma("wal_autocheckpoint = 4000");  // pages: fewer, longer copies; +20 % appends over 1000
  pragma("journal_size_limit = 67108864");
  pragma("cache_size = -16000");
  if (maxBytes != 0) pragma("max_page_count = " + std::to_string(maxBytes / 4096));
}

void Connection::pragma(const std::string& text) {
  *session_ << "PRAGMA " + text, now;
}

bool Connection::inTransaction() const noexcept {
  return sqlite3_get_autocommit(handle_) == 0;
}

bool Connection::emptyWriteAheadLog() {
  sqlite3_busy_timeout(handle_, 0);
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  return code == SQLITE_OK;
}

}  // namespace colibri::store::sqlite
