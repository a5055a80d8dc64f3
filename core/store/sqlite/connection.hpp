#pragma once

#include <Poco/Data/Session.h>

#include <cstdint>
#include <filesystem>

struct sqlite3;

namespace colibri::store::sqlite {

/// One session of Poco::Data with the engine's settings: WAL, every commit synced
/// (synchronous=FULL), deleted content overwritten.
///
/// [Threading] confined to one thread at a time. [Errors] throws Poco's exceptions.
class Connection {
 public:
  enum class Use { write, read };
  /// `maxBytes` caps the file's size like a full disk; 0 = no cap.
  Connection(const std::filesystem::path& file, Use use, std::uint64_t maxBytes = 0);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Poco::Data::Session& session() { return *session_; }
  sqlite3* handle() const { return handle_; }
  /// False: SQLite has rolled the open transaction back by itself.
  bool inTransaction() const noexcept;
  /// Copies the whole write-ahead log into the file and empties it, so that nothing deleted stays
  /// readable there. False: a reader is in the way; later.
  bool emptyWriteAheadLog();

 private:
  void configure(Use use, std::uint64_t maxBytes);
  void pragma(const std::string& text);

  std::unique_ptr<Poco::Data::Session> session_;
  sqlite3* handle_ = nullptr;
};

}  // namespace colibri::store::sqlite
