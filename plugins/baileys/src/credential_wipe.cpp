#include "credential_wipe.hpp"

#include <array>
#include <string>
#include <vector>

namespace colibri::baileys {
namespace {

constexpr std::uint32_t kAtOnce = 1000;

colibri_kv_op removal(std::string_view key) {
  return {sdk::str(key), {}, COLIBRI_KV_F_DELETE | COLIBRI_KV_F_SECRET, 0};
}

constexpr std::array<std::string_view, 5> kPrefixes = {"key/", "sent/", "parts/creds/",
                                                       "parts/key/", "parts/sent/"};

/// The steps: delete `creds`; then, prefix by prefix, scan and delete what was found until nothing
/// is. Each step starts from the answer of the one before, so the object travels through the
/// callbacks.
class Wipe {
 public:
  Wipe(HostPort& host, Mailbox& mailbox, std::uint64_t key, sdk::Callback<colibri_status> done)
      : host_(host), mailbox_(mailbox), key_(key), done_(std::move(done)) {}

  static void start(Wipe wipe) { remove(std::move(wipe), {"creds"}); }

 private:
  static void remove(Wipe wipe, const std::vector<std::string>& keys) {
    std::vector<colibri_kv_op> ops;
    for (const auto& key : keys) ops.push_back(removal(key));
    auto& host = wipe.host_;
    const auto key = wipe.key_;
    const auto next = [](Wipe then, colibri_status status, sdk::KvRecords) {
      status < 0 ? finish(std::move(then), status) : scan(std::move(then));
    };
    host.storeWrite(key, ops, through(std::move(wipe), next));
  }

  static void scan(Wipe wipe) {
    auto& host = wipe.host_;
    const auto key = wipe.key_;
    const auto prefix = wipe.prefix_;
    const auto next = [](Wipe then, colibri_status status, sdk::KvRecords records) {
      if (status < 0) return finish(std::move(then), status);
      std::vector<std::string> found;
      std::string_view name;
      std::optional<std::string_view> value;
      while (records.next(name, value)) found.emplace_back(name);
      if (!found.empty()) return remove(std::move(then), found);
      if (++then.prefix_ < kPrefixes.size()) return scan(std::move(then));
      finish(std::move(then), COLIBRI_OK);
    };
    host.storeScan(key, kPrefixes[prefix], {}, kAtOnce, through(std::move(wipe), next));
  }

  template <class Next>
  static HostPort::KvDone through(Wipe wipe, Next next) {
    return [wipe = std::move(wipe), next](colibri_status status, sdk::KvRecords records) mutable {
      next(std::move(wipe), status, records);
    };
  }

  static void finish(Wipe wipe, colibri_status status) {
    auto& mailbox = wipe.mailbox_;
    mailbox.post([done = std::move(wipe.done_), status]() mutable { done(status); });
  }

  HostPort& host_;
  Mailbox& mailbox_;
  std::uint64_t key_;
  std::size_t prefix_ = 0;
  sdk::Callback<colibri_status> done_;
};

}  // namespace

void wipeCredentials(HostPort& host, Mailbox& mailbox, std::uint64_t key,
                     sdk::Callback<colibri_status> done) {
  Wipe::start(Wipe(host, mailbox, key, std::move(done)));
}

}  // namespace colibri::baileys
