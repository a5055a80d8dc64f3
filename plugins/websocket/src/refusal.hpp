#pragma once

#include <string_view>
#include <variant>

namespace colibri::websocket {

/// Why a client's bytes are not taken: a sentence for whoever wrote the client; a literal.
struct Refusal {
  std::string_view why;
};

/// What was read, or why not.
template <class T>
using Read = std::variant<T, Refusal>;

template <class T>
const Refusal* refusalOf(const Read<T>& read) noexcept {
  return std::get_if<Refusal>(&read);
}

}  // namespace colibri::websocket
