#include "store/batch_size.hpp"

namespace colibri::store {

std::size_t bytesOf(const Batch& batch) noexcept {
  std::size_t bytes = 0;
  for (const auto& operation : batch) {
    bytes += sizeof(Operation);
    std::visit(
        [&]<class Change>(const Change& change) {
          if constexpr (tables::putsInto<Change>() != tables::kNone) bytes += payloadOf(change);
        },
        operation);
  }
  return bytes;
}

}  // namespace colibri::store
