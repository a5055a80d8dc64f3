#pragma once

#include "shared/ascii.hpp"

namespace colibri {

using shared::lowerCase;
using shared::sameIgnoringCase;

}  // namespace colibri
