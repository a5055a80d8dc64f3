#pragma once

#include "shared/utf8.hpp"

namespace colibri {

namespace utf8 = shared::utf8;

}  // namespace colibri
