#include "store/state_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "base/whole_file.hpp"
#include "crypto/digest.hpp"

namespace colibri::store {
namespace {

constexpr char kHead[] =
    "# What this data folder knows of its database. Colibri writes it; docs/operations.md.\n";
constexpr std::array kNames = {"fresh", "between", "open", "clean"};

std::string digestOf(std::string_view text) {
  return crypto::hex(crypto::sha256(text)).substr(0, 16);
}

std::string textOf(const Remembered& now) {
  std::ostringstream out;
  out << kHead << "state " << kNames[static_cast<std::size_t>(now.state)] << "\ndatabase "
      << (now.database.empty() ? "-" : now.database) << "\nlog "
      << (now.log.empty() ? "-" : crypto::hex(now.log)) << "\n";
  return out.str() + "check " + digestOf(out.str()) + "\n";
}

std::optional<Remembered> readText(const std::string& text) {
  std::istringstream in(text.substr(std::min(text.size(), sizeof(kHead) - 1)));
  std::string word, state, database, log;
  in >> word >> state >> word >> database >> word >> log;
  const auto name = std::ranges::find(kNames, state);
  const auto bytes = log == "-" ? std::string() : crypto::fromHex(log);
  if (name == kNames.end() || !bytes) return std::nullopt;
  Remembered read{static_cast<Remembered::State>(name - kNames.begin()),
                  database == "-" ? "" : database, *bytes};
  if (textOf(read) != text) return std::nullopt;  // the digest says so, or a byte beside it
  return read;
}

}  // namespace

Result<StateFile> StateFile::read(std::filesystem::path file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    const int why = errno;
    if (why == ENOENT) return StateFile(std::move(file), std::nullopt);
    return Error{Errc::unavailable, "the file " + file.string() + " cannot be read: " +
                                        std::error_code(why, std::generic_category()).message()};
  }
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  auto last = readText(text);
  if (!last) {
    return Error{Errc::rejected,
                 "the file " + file.string() +
                     " is damaged; restore it, or, if database and master key are those that "
                     "belong here, remove it: the next start then takes the database as it is"};
  }
  return StateFile(std::move(file), std::move(last));
}

Result<void> StateFile::write(Remembered now) {
  if (auto put = putWholeFile(path_, textOf(now), IfThere::replace); !put) return put;
  last_ = std::move(now);
  return {};
}

Result<void> StateFile::write(Remembered::State state, std::string log) {
  return write({state, last_ ? last_->database : std::string(), std::move(log)});
}

}  // namespace colibri::store
