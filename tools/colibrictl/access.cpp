#include "access.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/environment.hpp"
#include "config/loader.hpp"

namespace colibri::ctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultUrl = "http://127.0.0.1:8080";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Where a gateway that listens on `host` can be reached from this machine.
std::string urlOf(const config::Settings::Server& server) {
  auto host = server.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != host.npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(server.port);
}

/// What is no URL at all goes on, to be told as that.
bool isOnThisMachine(const std::string& url) {
  try {
    const auto host = Poco::URI(url).getHost();
    return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
  } catch (const Poco::SyntaxException&) {
    return true;
  }
}

Result<std::string> firstLineOf(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line))
    return Error{Errc::notFound, "--key-file: " + file + " cannot be read, or is empty"};
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

/// What the options and variables say; the rest stays empty.
Result<Access> given(const Words& words) {
  Access access{words.value("url", variable("COLIBRICTL_URL")), variable("COLIBRICTL_KEY"),
                "the variable COLIBRICTL_KEY"};
  if (const auto file = words.value("key-file"); !file.empty()) {
    auto key = firstLineOf(file);
    if (!key) return key.error();
    access.key = std::move(*key);
    access.keyFrom = "the file " + file;
  }
  return access;
}

/// What to do without the configuration; if it is there and wrong, what is wrong.
Error unread(const std::string& file, const Error& error) {
  constexpr const char* kOtherwise =
      "give --url, and the key in the variable COLIBRICTL_KEY or with --key-file";
  if (::access(file.c_str(), R_OK) == 0) return error;
  if (errno == EACCES)
    return {Errc::forbidden, file +
                                 " is not for this user to read, and has the key: run this as the "
                                 "one who started the gateway, or " +
                                 kOtherwise};
  return {error.code, error.message +
                          ". Where the gateway is and its key are read there: name the file with "
                          "--config, or " +
                          kOtherwise};
}

}  // namespace

std::string configFileOf(const Words& words) {
  if (words.has("config")) return words.value("config");
  if (const auto folder = variable("COLIBRI_DATA_DIR"); !folder.empty())
    return folder + "/colibri.yaml";
  const std::string here = "data/colibri.yaml";
  std::error_code none;
  if (fs::exists(here, none)) return here;
  // build/<preset>/colibrictl
  const auto checkout = fs::read_symlink("/proc/self/exe", none).parent_path() / "../..";
  const auto there = (checkout / here).lexically_normal();
  return fs::exists(there, none) ? there.string() : here;
}

Result<Access> accessOf(const Words& words) {
  auto access = given(words);
  if (!access) return access;
  if (access->url.empty() || access->key.empty()) {
    const auto file = configFileOf(words);
    const auto loader = config::Loader::open(file, config::processEnvironment());
    if (!loader && access->key.empty()) return unread(file, loader.error());
    const bool isNamed = !access->url.empty();
    if (!isNamed)
      access->url = loader ? urlOf(loader->settings().server) : std::string(kDefaultUrl);
    if (access->key.empty()) {
      if (isNamed && !isOnThisMachine(access->url) && !words.has("config"))
        return Error{Errc::forbidden,
                     "the key in " + file + " is not sent to " + access->url +
                         ", which may be another gateway: give its key in the variable "
                         "COLIBRICTL_KEY or with --key-file, or name the file with --config"};
      access->key = loader->settings().authentication.apiKey;
      access->keyFrom = "the configuration " + file;
    }
  }
  while (access->url.ends_with('/')) access->url.pop_back();
  return access;
}

}  // namespace colibri::ctl
