#pragma once

#include <colibri/abi/base.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "message.hpp"

namespace colibri::rabbitmq {

/// What one channel has published and the broker has not confirmed: the bookkeeping of publisher
/// confirms (https://www.rabbitmq.com/docs/confirms).
///
/// [Threading] confined to the I/O thread. [Errors] confirms of what is not open count for nothing.
class Confirms {
 public:
  enum class Fate { taken, refused, unroutable };
  struct Settled {
    Message message;
    Fate fate;
    std::string why;  ///< the broker's words, for what is unroutable

    /// Of the delivery. A queue that is gone is made again for the next attempt; if it was made for
    /// this message and there is no way to it, that is the event's own trouble.
    colibri_status outcome() const noexcept;
  };

  /// It is published next; valid until it is settled or taken.
  Message& add(Message&& message);
  /// basic.return: no queue for it. Its ack follows. The oldest one of that id and route is meant.
  void returned(std::string_view id, std::string_view exchange, std::string_view key,
                std::string why);
  /// basic.ack or basic.nack. `multiple`: all up to `tag`; tag 0 with it: all.
  std::vector<Settled> settle(std::uint64_t tag, bool multiple, bool acked);
  /// All that is open, oldest first; tags begin anew, as those of a new channel do.
  std::vector<Message> takeAll();
  std::size_t open() const noexcept { return open_.size(); }

 private:
  struct Entry {
    Message message;
    std::string returnedWhy = {};  // empty = it was not returned
  };
  std::map<std::uint64_t, Entry> open_;
  std::uint64_t lastTag_ = 0;
};

}  // namespace colibri::rabbitmq
