#include "damage.hpp"

#include <cstdio>
#include <limits>
#include <optional>

#include "app/data_folder.hpp"
#include "app/database.hpp"
#include "app/master_key.hpp"
#include "blobs/local/check.hpp"
#include "config/environment.hpp"
#include "config/loader.hpp"
#include "store/sqlite/inspection.hpp"

namespace colibri::ctl {
namespace {

/// The key if it is there; what is wrong with it is said, and everything else is looked at.
std::optional<crypto::Sealer> sealerOf(const config::Settings& settings) {
  auto key = app::loadMasterKey(settings.masterKeyFile);
  if (key && *key) return crypto::Sealer(**std::move(key));
  std::printf("master key: %s; what is sealed is not opened\n",
              key ? "it is missing" : key.error().message.c_str());
  return std::nullopt;
}

bool print(const store::sqlite::Inspection& found) {
  for (const auto& sentence : found.damage) std::printf("damaged: %s\n", sentence.c_str());
  for (const auto& [table, rows] : found.sound)
    std::printf("%s: %llu sound rows\n", table.c_str(), static_cast<unsigned long long>(rows));
  return found.damage.empty();
}

/// True if all are sound.
bool checkBlobs(const config::Settings& settings, const crypto::Sealer& sealer) {
  const auto found = blobs::local::check(app::blobFolderOf(settings).string(), sealer);
  if (!found) {
    std::printf("damaged: blobs: %s\n", found.error().message.c_str());
    return false;
  }
  for (const auto& sentence : found->damage) std::printf("damaged: %s\n", sentence.c_str());
  std::printf("blobs: %llu sound, %llu unfinished\n", static_cast<unsigned long long>(found->sound),
              static_cast<unsigned long long>(found->unfinished));
  return found->damage.empty();
}

void printWhatNext(const std::string& database, const std::string& to,
                   const std::string& stateFile) {
  std::printf(
      "what is sound is in %s. To use it: move %s, %s-wal and %s-shm away (keep them), move the "
      "new "
      "file there, and remove %s\n",
      to.c_str(), database.c_str(), database.c_str(), database.c_str(), stateFile.c_str());
}

/// Everything that the store can list; it names what is damaged in its log lines.
Result<bool> readThrough(store::Store& store) {
  constexpr auto kAll = std::numeric_limits<std::uint32_t>::max() / 2;
  bool whole = true;
  const auto note = [&whole](const char* what, const auto& read) {
    if (read) return;
    whole = false;
    std::printf("damaged: %s: %s\n", what, read.error().message.c_str());
  };
  note("instances", store.read(store::ask::Instances{}));
  const auto cursors = store.read(store::ask::Cursors{});
  note("cursors", cursors);
  const auto last = store.read(store::ask::LastInstance{});
  if (!last) return last.error();
  for (InstanceKey key = 0; key <= *last; ++key) {
    note("settings", store.read(store::ask::Settings{key}));
    note("kv", store.read(store::ask::AllEntries{key, {}, kAll}));
    note("dead letters", store.read(store::ask::DeadLetters{{.instance = key}, 0, kAll}));
    for (std::uint64_t after = 0;;) {
      const auto page = store.read(store::ask::Events{key, after, 1000, std::size_t{64} << 20});
      note("events", page);
      if (!page || page->empty()) break;
      after = page->back().sequence;
    }
  }
  if (cursors)
    for (const auto& c : *cursors)
      note("attempts", store.read(store::ask::Attempts{c.subscription, c.instance, kAll}));
  std::printf("%llu rows are damaged\n", static_cast<unsigned long long>(store.damagedRows()));
  return whole && store.damagedRows() == 0;
}

}  // namespace

Result<bool> lookForDamage(const LookForDamage& what) {
  const auto loader = config::Loader::open(what.configFile, config::processEnvironment());
  if (!loader) return loader.error();
  if (auto checked = app::checkDatabase(*loader); !checked) return checked.error();
  const auto& settings = loader->settings();
  const auto sealer = sealerOf(settings);
  const auto* key = sealer ? &*sealer : nullptr;
  const bool blobs = !what.to.empty() || key == nullptr || checkBlobs(settings, *key);
  if (settings.database.provider == "postgresql") {
    if (!what.to.empty()) {
      return Error{Errc::unsupported,
                   "salvage is for SQLite. With PostgreSQL restore a backup, or take what is sound "
                   "with pg_dump into another schema and delete there what colibrictl check names"};
    }
    const SystemClock clock;
    auto store = app::openDatabase(*loader, clock, key);
    if (!store) return store.error();
    const auto whole = readThrough(**store);
    return whole ? Result<bool>(*whole && blobs) : whole;
  }
  const auto& database = settings.database.path;
  const auto note = store::StateFile::read(app::stateFileOf(settings));
  if (!note) std::printf("damaged: %s\n", note.error().message.c_str());
  const auto found = what.to.empty() ? store::sqlite::inspect(database, key)
                                     : store::sqlite::salvage(database, what.to, key);
  if (!found) return Error{found.error().code, database + ": " + found.error().message};
  const bool whole = print(*found);
  if (!what.to.empty()) printWhatNext(database, what.to, app::stateFileOf(settings).string());
  return whole && blobs && note && key != nullptr;
}

}  // namespace colibri::ctl
