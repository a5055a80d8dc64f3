#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace colibri::http {

/// Whose account a request is put down to.
struct Payer {
  enum class Kind : std::uint8_t {
    stranger,  ///< nobody in particular: all of them share one account
    keyless,   ///< nobody either, at routes that ask for no key: the same, and of their own
    tenant,    ///< one of many with a key
    owner,     ///< who runs the server: the others cannot use up his part
  };
  Kind kind = Kind::stranger;
  std::uint64_t tenant = 0;  ///< which, of Kind::tenant
  std::uint64_t host = 0;    ///< hostKey() of the client; 0: many clients stand behind its address
};

/// The memory that request bodies may take at a time, and what of it one payer may have: nobody can
/// take all of it. The owner has a quarter, which is his alone. Of the rest, each tenant, each
/// host, all strangers together and all keyless together have at most an eighth of the total; of
/// the keyless each host a sixteenth, so that it never is the only one.
///
/// [Threading] any thread; locked by mutex_, for a look-up. [Ownership] outlives its shares.
class BodyBudget {
 public:
  /// What a body that finds no room has met.
  enum class Limit : std::uint8_t {
    none,
    all,
    owner,
    tenant,
    strangers,
    keyless,
    host,
    keylessHost
  };

  /// What one request holds, given back when it goes. [Threading] confined to its owner.
  class Share {
   public:
    Share() = default;
    Share(BodyBudget& budget, const Payer& payer) noexcept : budget_(&budget), payer_(payer) {}
    Share(Share&& other) noexcept { *this = static_cast<Share&&>(other); }
    Share& operator=(Share&& other) noexcept;
    ~Share() { release(); }

    /// So many bytes more. Nothing is taken unless it says Limit::none.
    [[nodiscard]] Limit grow(std::size_t bytes);
    void release() noexcept;
    std::size_t bytes() const noexcept { return bytes_; }

   private:
    BodyBudget* budget_ = nullptr;
    Payer payer_;
    std::size_t bytes_ = 0;
  };

  explicit BodyBudget(std::size_t total) : total_(total) {}

  std::size_t total() const noexcept { return total_; }
  std::size_t held() const;               ///< now, by all
  std::size_t mostOf(Limit limit) const;  ///< bytes that `limit` stands for
  /// What of `total` one host may have without a key: no body that is longer ever finds room.
  static std::size_t ofOneKeylessHost(std::size_t total) noexcept;

 private:
  /// What everybody of the payer's kind shares; null: each tenant has an account of his own.
  std::size_t* sharedBy(const Payer& payer) noexcept;
  std::unordered_map<std::uint64_t, std::size_t>& hostsOf(const Payer& payer) noexcept {
    return payer.kind == Payer::Kind::keyless ? keylessHosts_ : hosts_;
  }
  Limit take(const Payer& payer, std::size_t bytes);
  void giveBack(const Payer& payer, std::size_t bytes) noexcept;

  const std::size_t total_;
  mutable std::mutex mutex_;                                          // guards the rest
  std::size_t owner_ = 0, strangers_ = 0, keyless_ = 0, common_ = 0;  // `common_`: not the owner's
  // Those that hold something.
  std::unordered_map<std::uint64_t, std::size_t> tenants_, hosts_, keylessHosts_;
};

}  // namespace colibri::http
