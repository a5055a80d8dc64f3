#include "app/data_folder.hpp"

#include <system_error>

#include "app/database.hpp"
#include "app/master_key.hpp"
#include "app/storage.hpp"
#include "base/iso_time.hpp"
#include "crypto/sealer.hpp"
#include "log/log.hpp"

namespace colibri::app {
namespace {

namespace fs = std::filesystem;

constexpr char kAfresh[] = "; or start once with --new to begin with an empty database";

/// Under another name beside it; nothing to do if it is not there.
Result<void> moveAside(const fs::path& file, const std::string& suffix) {
  std::error_code error;
  fs::rename(file, file.string() + suffix, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error)
    return Error{Errc::unavailable, file.string() + " cannot be moved aside: " + error.message()};
  log::write(log::Level::warn, "app", "moved aside",
             {{"file", file.string()}, {"to", file.string() + suffix}});
  return {};
}

Result<Halves> look(const config::Loader& loader, const store::StateFile& note) {
  const auto key = loadMasterKey(loader.settings().masterKeyFile);
  if (!key) return key.error();
  const auto database = databaseExists(loader);
  if (!database) return database.error();
  return Halves{key->has_value(), *database, note.last()};
}

/// Everything opens, as it would for a start.
Result<void> trial(const config::Loader& loader, const Clock& clock) {
  auto key = masterKeyOf(loader);
  if (!key) return key.error();
  const crypto::Sealer sealer(std::move(*key));
  const auto database = openDatabase(loader, clock, &sealer);
  return database ? Result<void>() : Result<void>(database.error());
}

bool isMisfit(const Error& error) {
  return error.code == Errc::rejected || error.code == Errc::invalidArgument;
}

}  // namespace

Result<void> checkHalves(const Halves& halves, const std::string& keyFile) {
  const bool begun = halves.note && halves.note->database.empty();
  const bool used = halves.note && !begun;
  const auto missing = [](const std::string& what) {
    return Error{Errc::rejected, what + kAfresh};
  };
  if (!halves.key && (halves.database || used)) {
    return missing("the master key file " + keyFile + " is missing, and without it " +
                   (halves.database ? "the database that is there cannot be opened"
                                    : "a database is of no use, which is missing, too") +
                   ": restore it from a backup");
  }
  if (halves.key && !halves.database && !begun) {
    return missing("the database is missing, though there is the master key " + keyFile +
                   (used ? " and a note of the database " + halves.note->database : "") +
                   ": restore it from a backup, with its write-ahead log if there is one, or "
                   "correct database.path or database.connection_uri");
  }
  return {};
}

fs::path stateFileOf(const config::Settings& settings) {
  return fs::path(settings.dataDir) / "colibri.state";
}

fs::path blobFolderOf(const config::Settings& settings) {
  return fs::path(settings.dataDir) / kBlobFolder;
}

Result<std::string> masterKeyOf(const config::Loader& loader) {
  const auto& settings = loader.settings();
  if (auto folder = openDataFolder(settings.dataDir); !folder) return folder.error();
  auto note = store::StateFile::read(stateFileOf(settings));
  if (!note) return note.error();
  const auto there = look(loader, *note);
  if (!there) return there.error();
  if (auto fit = checkHalves(*there, settings.masterKeyFile); !fit) return fit.error();
  if (!there->key) {
    // Whatever cuts off a first start from here on, the next one goes on with it.
    if (auto begun = note->write({}); !begun) return begun.error();
  }
  return loadOrMakeMasterKey(settings.masterKeyFile);
}

Result<void> startAfresh(const config::Loader& loader, const Clock& clock) {
  const auto& settings = loader.settings();
  if (auto note = store::StateFile::read(stateFileOf(settings))) {
    const auto there = look(loader, *note);
    if (there && !there->key && !there->database && !there->note) return {};
  }
  const auto usual = trial(loader, clock);
  if (usual) {
    return Error{Errc::conflict,
                 "--new is for a data folder in which something is missing or does not fit; this "
                 "one is in order. Start without it; to begin anew all the same, name another "
                 "data_dir and database, or move these away"};
  }
  if (!isMisfit(usual.error())) return usual;
  if (settings.database.provider == "postgresql") {
    const auto there = databaseExists(loader);
    if (!there) return there.error();
    if (*there) {
      return Error{Errc::conflict, usual.error().message +
                                       ". --new moves no schema of PostgreSQL: rename it, or name "
                                       "another one with ?schema= in database.connection_uri"};
    }
  }
  log::write(log::Level::warn, "app", "beginning anew", {{"why", usual.error().message}});
  const auto suffix = ".before-" + isoTime(clock.nowUs());
  if (settings.database.provider != "postgresql") {
    for (const auto* companion : {"", "-wal", "-shm"})
      if (auto moved = moveAside(settings.database.path + companion, suffix); !moved) return moved;
  }
  if (!loadMasterKey(settings.masterKeyFile))
    if (auto moved = moveAside(settings.masterKeyFile, suffix); !moved) return moved;
  for (const auto& other : {stateFileOf(settings), blobFolderOf(settings)})
    if (auto moved = moveAside(other, suffix); !moved) return moved;
  auto note = store::StateFile::read(stateFileOf(settings));
  return note ? note->write({}) : Result<void>(note.error());
}

}  // namespace colibri::app
