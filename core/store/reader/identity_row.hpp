#pragma once

#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/identity.hpp"
#include "store/reader/reader.hpp"

namespace colibri::store {

/// Which database it is, confirmed and noted: `reader` is the writer's. Without a sealer, the
/// master key is not proven. [Errors] those of confirm(); throws the engine's exceptions.
Result<Identity> identityOf(Reader& reader, const crypto::Sealer* sealer);

}  // namespace colibri::store
