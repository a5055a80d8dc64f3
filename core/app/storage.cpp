#include "app/storage.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "app/data_folder.hpp"
#include "base/trusted_path.hpp"
#include "crypto/digest.hpp"
#include "store/redis/records.hpp"

namespace colibri::app {

Result<void> openDataFolder(const std::string& path) {
  std::filesystem::path folder(path);
  if (!folder.has_filename()) folder = folder.parent_path();  // it ends with a slash
  std::error_code error;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
  if (!error && ::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    error.assign(errno, std::generic_category());
  if (error) {
    return Error{Errc::unavailable,
                 "the data folder " + folder.string() + " cannot be created: " + error.message()};
  }
  if (auto safe = checkUnwritable(folder.string()); !safe)
    return Error{safe.error().code, "the data folder " + safe.error().message};
  return {};
}

Result<MasterKey> openMasterKey(const config::Loader& loader) {
  auto key = masterKeyOf(loader);
  if (!key) return key.error();
  auto installation = crypto::hex(crypto::sha256("installation/" + *key)).substr(0, 16);
  return MasterKey{crypto::Sealer(std::move(*key)), std::move(installation)};
}

Result<store::redis::Endpoint> redisEndpoint(const config::Settings& settings) {
  if (settings.redis.uri.empty())
    return Error{Errc::invalidArgument, "cache.redis.uri: is needed, and is not set"};
  auto endpoint = store::redis::parseEndpoint(settings.redis.uri);
  if (!endpoint)
    return Error{endpoint.error().code, "cache.redis.uri: " + endpoint.error().message};
  return endpoint;
}

Result<std::unique_ptr<store::redis::SessionStore>> openSessions(
    std::unique_ptr<store::Store> database, const config::Settings& settings, const Clock& clock,
    const MasterKey& key) {
  auto endpoint = redisEndpoint(settings);
  if (!endpoint) return endpoint.error();
  store::redis::SessionStore::Options options;
  options.prefix = settings.redis.prefix;
  options.installation = key.installation;
  return store::redis::SessionStore::open(std::move(database), std::move(*endpoint), clock,
                                          &key.sealer, std::move(options));
}

Result<void> leaveRedis(const config::Settings& settings, const MasterKey& key) {
  const auto endpoint = redisEndpoint(settings);
  if (!endpoint) return endpoint.error();
  const auto connection = store::redis::Connection::open(*endpoint, std::chrono::seconds(5));
  if (!connection) return connection.error();
  const store::redis::Names names{settings.redis.prefix};
  const store::redis::Command forget{"DEL", names.owner(key.installation)};
  const auto done = (*connection)->exchange({&forget, 1});
  return done ? Result<void>() : Result<void>(done.error());
}

}  // namespace colibri::app
