#include "store/postgres/testing/server.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include "base/assert.hpp"
#include "base/ids.hpp"
#include "store/postgres/testing/power_failure.hpp"

extern char** environ;

namespace colibri::store::postgres {
namespace {

constexpr int kNobody = 65534;
constexpr std::chrono::milliseconds kLook{5};
constexpr std::chrono::seconds kStartsWithin{60};

/// As nobody if we are root; SIGQUIT when we die.
pid_t spawn(std::vector<std::string> command) {
  std::vector<std::string> words = {"setpriv", "--pdeathsig", "QUIT"};
  if (::geteuid() == 0) {
    const auto id = std::to_string(kNobody);
    for (const auto& word : {"--reuid=" + id, "--regid=" + id, std::string("--clear-groups")})
      words.push_back(word);
  }
  words.insert(words.end(), command.begin(), command.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t process = 0;
  COLIBRI_ASSERT(
      ::posix_spawnp(&process, "setpriv", &actions, nullptr, arguments.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  return process;
}

std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += hex;
  }
  return out;
}

}  // namespace

Server::Server(Disk disk) : disk_(disk) {
  auto pattern = (std::filesystem::temp_directory_path() / "pg-test-XXXXXX").string();
  COLIBRI_ASSERT(::mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  std::ofstream(folder_ / "password") << password() << '\n';
  if (::geteuid() == 0) {
    COLIBRI_ASSERT(::chown(folder_.c_str(), kNobody, kNobody) == 0);
    COLIBRI_ASSERT(::chmod(folder_.c_str(), 0755) == 0);
  }
  if (disk_ == Disk::losesPower) {
    std::filesystem::create_directory(folder_ / "unsynced");
    std::filesystem::permissions(folder_ / "unsynced", std::filesystem::perms::all);
  }
  const auto made =
      spawn({POSTGRES_BIN "/initdb", "-D", folder_ / "data", "-U", "gateway", "--pwfile",
             folder_ / "password", "-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "-N"});
  int status = 0;
  COLIBRI_ASSERT(::waitpid(made, &status, 0) == made && status == 0);
  start();
  ask("CREATE DATABASE colibri");
  created_ = true;
}

Server::~Server() {
  stop();
  std::filesystem::remove_all(folder_);
}

void Server::start() {
  std::vector<std::string> command = {POSTGRES_BIN "/postgres",
                                      "-D",
                                      folder_ / "data",
                                      "-k",
                                      folder_,
                                      "-c",
                                      "listen_addresses=",
                                      "-c",
                                      "shared_buffers=32MB",
                                      "-c",
                                      "log_min_messages=PANIC",
                                      "-c",
                                      "autovacuum=off"};
  if (disk_ == Disk::losesPower) {
    const std::string unsynced = folder_ / "unsynced";
    command.insert(command.begin(),
                   {"env", "LD_PRELOAD=" UNSYNCED_PRELOAD, "COLIBRI_UNSYNCED=" + unsynced});
  }
  process_ = spawn(std::move(command));
  const auto until = std::chrono::steady_clock::now() + kStartsWithin;
  while (PQping(uri("", {}).c_str()) != PQPING_OK) {
    COLIBRI_ASSERT(std::chrono::steady_clock::now() < until);
    std::this_thread::sleep_for(kLook);
  }
}

void Server::stop() {
  end(SIGINT);
}

void Server::crash() {
  end(SIGQUIT);
}

void Server::losePower(std::mt19937& random) {
  COLIBRI_ASSERT(disk_ == Disk::losesPower);
  crash();
  postgres::losePower(folder_ / "unsynced", folder_ / "data", random);
}

void Server::end(int signal) {
  if (process_ == 0) return;
  ::kill(process_, signal);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

std::string Server::uri(const std::string& parameters, std::filesystem::path folder) const {
  if (folder.empty()) folder = folder_;
  const auto database = created_ ? "colibri" : "postgres";
  return "postgresql://gateway:" + encoded(password()) + "@" + encoded(folder) + "/" + database +
         parameters;
}

const std::string& Server::password() {
  static const std::string kPassword = "p@ss w\xC3\xB6rd'/:?#%";
  return kPassword;
}

std::vector<std::string> Server::ask(const std::string& sql) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(uri("").c_str()),
                                                                &PQfinish);
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                             &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    assertFailed(PQerrorMessage(connection.get()), __FILE__, __LINE__);
  std::vector<std::string> rows;
  for (int row = 0; row < PQntuples(result.get()); ++row)
    rows.emplace_back(PQgetvalue(result.get(), row, 0));
  return rows;
}

std::size_t Server::endConnections() const {
  return ask("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
             " WHERE datname = current_database() AND pid <> pg_backend_pid()")
      .size();
}

Server& Server::shared() {
  static Server server;
  return server;
}

std::string Server::newSchema() {
  return "t_" + newUuid();
}

}  // namespace colibri::store::postgres
