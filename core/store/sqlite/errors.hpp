#pragma once

#include <Poco/Exception.h>

#include "base/result.hpp"

namespace colibri::store::sqlite {

/// What a failure of Poco::Data or SQLite means to the caller of the store: conflict (a unique name
/// is taken), busy (the disk is full), unavailable (it may work later), internal (our SQL is
/// wrong).
Error toError(const Poco::Exception& failure);

}  // namespace colibri::store::sqlite
