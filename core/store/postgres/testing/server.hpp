#pragma once

#include <sys/types.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace colibri::store::postgres {

/// For tests: a PostgreSQL server of its own, in a folder of its own, behind a Unix socket. Started
/// by root it runs as nobody, since PostgreSQL refuses root. It dies with the test.
///
/// [Threading] confined to the test's main thread. [Blocking] all of it. [Errors] asserts.
class Server {
 public:
  enum class Disk { sound, losesPower };  ///< the latter is slower; see losePower()
  explicit Server(Disk disk = Disk::sound);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  /// Ends every connection, then itself.
  void stop();
  /// As if it were killed: what it acknowledged is recovered at the next start.
  void crash();
  /// The same, and some of what it did not sync is lost. Only with Disk::losesPower.
  void losePower(std::mt19937& random);

  /// The socket's folder.
  const std::filesystem::path& folder() const noexcept { return folder_; }
  /// Behind `folder` (default: the server's own), as the one user, who may do everything.
  std::string uri(const std::string& parameters, std::filesystem::path folder = {}) const;
  static const std::string& password();

  /// Runs one statement in the database "colibri"; the first column of the answer's rows.
  std::vector<std::string> ask(const std::string& sql) const;
  /// Ends every connection but the one that asks; how many there were.
  std::size_t endConnections() const;

  /// The one of this program, started when first asked for.
  static Server& shared();
  /// The name of a schema that nobody has used.
  static std::string newSchema();

 private:
  void end(int signal);

  const Disk disk_;
  std::filesystem::path folder_;
  pid_t process_ = 0;
  bool created_ = false;  // the database
};

}  // namespace colibri::store::postgres
