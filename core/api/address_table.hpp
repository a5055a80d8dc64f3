#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/ids.hpp"
#include "net/ip_address.hpp"

namespace colibri::api {

/// Something about each address, bounded: in parts with a lock each, so that event loops do not
/// wait for one another. Neighbours (an IPv4 /16, an IPv6 /32) share a part, so that one network
/// with any number of addresses fills one part and no other. Hashes have a secret: nobody can aim
/// at one.
///
/// [Threading] any thread, through part().
template <class Value>
class AddressTable {
  struct Entry {
    net::IpAddress address;
    Value value;
  };
  /// Spreads addresses in an order that outsiders cannot foresee.
  struct Hash {
    std::array<std::uint64_t, 2> secret = [] {
      std::array<std::uint64_t, 2> made{};
      const auto bytes = randomBytes(sizeof made);
      std::memcpy(made.data(), bytes.data(), sizeof made);
      return made;
    }();
    std::size_t operator()(const net::IpAddress& address) const noexcept {
      std::array<std::uint64_t, 2> words{};
      std::memcpy(words.data(), address.bytes().data(), sizeof words);
      return mixed(mixed(words[0] ^ secret[0]) ^ words[1] ^ secret[1]);
    }
    static std::uint64_t mixed(std::uint64_t x) noexcept {  // splitmix64's finisher
      x = (x ^ x >> 30U) * 0xbf58476d1ce4e5b9U;
      x = (x ^ x >> 27U) * 0x94d049bb133111ebU;
      return x ^ x >> 31U;
    }
  };
  struct Shard {
    explicit Shard(const Hash& hash) : byAddress(0, hash) {}
    mutable std::mutex mutex;  // guards the rest
    std::list<Entry> entries;  // touched last first
    std::unordered_map<net::IpAddress, typename std::list<Entry>::iterator, Hash> byAddress;
  };

 public:
  static constexpr std::size_t kParts = 16;
  explicit AddressTable(std::size_t most) : most_((most + kParts - 1) / kParts) {
    for (std::size_t i = 0; i < kParts; ++i) shards_.emplace_back(hash_);
  }

  /// The addresses around one.
  static net::IpAddress neighbourhood(const net::IpAddress& address) noexcept {
    return address.network(address.isV4() ? 16 : 32);
  }
  /// A number for a neighbourhood, the same as long as this lives.
  std::size_t numberOf(const net::IpAddress& address) const noexcept {
    return hash_(neighbourhood(address));
  }

  /// The part of the table where an address belongs, locked while this lives.
  class Part {
   public:
    /// Null: nothing is known of it.
    Value* find(const net::IpAddress& address) {
      const auto found = shard_.byAddress.find(address);
      return found == shard_.byAddress.end() ? nullptr : &found->second->value;
    }
    /// Counts as touched now: others go first.
    void touch(const net::IpAddress& address) {
      shard_.entries.splice(shard_.entries.begin(), shard_.entries, shard_.byAddress.at(address));
    }
    bool full() const noexcept { return shard_.entries.size() >= most_; }
    /// The one touched longest ago; of a full part only.
    const Value& oldest() const { return shard_.entries.back().value; }
    void dropOldest() {
      shard_.byAddress.erase(shard_.entries.back().address);
      shard_.entries.pop_back();
    }
    /// Of one that is not there yet, in a part that is not full.
    Value& add(const net::IpAddress& address, Value value) {
      shard_.entries.push_front({address, std::move(value)});
      shard_.byAddress.emplace(address, shard_.entries.begin());
      return shard_.entries.front().value;
    }

   private:
    friend class AddressTable;
    Part(Shard& shard, std::size_t most) : shard_(shard), lock_(shard.mutex), most_(most) {}
    Shard& shard_;
    const std::scoped_lock<std::mutex> lock_;
    const std::size_t most_;
  };
  Part part(const net::IpAddress& address) {
    return Part(shards_[numberOf(address) % kParts], most_);
  }

  std::size_t size() const {
    std::size_t all = 0;
    for (const auto& shard : shards_) {
      const std::scoped_lock lock(shard.mutex);
      all += shard.entries.size();
    }
    return all;
  }

 private:
  const std::size_t most_;  // of a part
  Hash hash_;
  std::deque<Shard> shards_;
};

}  // namespace colibri::api
