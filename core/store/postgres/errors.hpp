#pragma once

#include <stdexcept>
#include <string>

#include "base/result.hpp"

namespace colibri::store::postgres {

/// What the server said, or what became of the connection to it.
struct Failure : std::runtime_error {
  Failure(const std::string& message, std::string state, std::string constraintName, bool isLost)
      : std::runtime_error(message),
        sqlState(std::move(state)),
        constraint(std::move(constraintName)),
        lost(isLost) {}

  std::string sqlState;    ///< five characters (manual, appendix A); empty: not the server's words
  std::string constraint;  ///< the one that was violated; mostly empty
  bool lost;               ///< the connection is of no use any more
};

/// What it means to the caller of the store: conflict (a unique name is taken), busy (the disk is
/// full), unavailable (it may work later, or a page is damaged), internal (our SQL is wrong).
Error toError(const Failure& failure);

}  // namespace colibri::store::postgres
