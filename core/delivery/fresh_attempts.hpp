#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "delivery/attempt_entry.hpp"
#include "delivery/lane.hpp"
#include "delivery/sink.hpp"

namespace colibri::delivery {

/// The attempts of all lanes since the last look, in the order they ended, kept as cheaply as can
/// be: this is part of every delivery, so nothing is allocated for the common one. Beyond kMost the
/// newest take the place of the oldest.
///
/// [Threading] confined.
class FreshAttempts {
 public:
  static constexpr std::size_t kMost = std::size_t{1} << 14;

  class ShortText {
   public:
    static constexpr std::size_t kSize = 31;
    /// False: it is longer, and was not taken.
    bool assign(std::string_view text) noexcept {
      if (text.size() > kSize) return false;
      size_ = static_cast<unsigned char>(text.copy(bytes_.data(), kSize));
      return true;
    }
    std::string str() const { return {bytes_.data(), size_}; }

   private:
    std::array<char, kSize> bytes_;
    unsigned char size_ = 0;
  };
  /// What few attempts have.
  struct Rest {
    std::string detail, response, longType;
  };
  struct Fresh {
    const std::string* subscription;  ///< lives as long as the dispatcher
    InstanceKey instance;
    std::int64_t endedAtUs, latencyUs;
    std::uint64_t sequence;
    std::unique_ptr<Rest> rest;  ///< null: nothing
    std::uint32_t number;
    std::int16_t httpStatus;
    AttemptEntry::End end;
    bool replay, confidential;
    ShortText eventId, typeName;

    AttemptEntry entry() const;
  };

  /// A place for one more, all of which the caller fills in.
  Fresh& add();
  bool empty() const noexcept { return all_.empty(); }
  std::uint64_t leftOut() const noexcept { return leftOut_; }
  /// In order.
  template <class F>
  void each(F look) const {
    for (std::size_t i = 0; i < all_.size(); ++i) look(all_[(oldest_ + i) % all_.size()]);
  }
  /// Gives what is here for `emptied`, whose memory is used from now on.
  void swap(FreshAttempts& emptied) noexcept;
  void clear() noexcept;

 private:
  std::vector<Fresh> all_;
  std::size_t oldest_ = 0;
  std::uint64_t leftOut_ = 0;
};

}  // namespace colibri::delivery
