#include "store/batch_size.hpp"

namespace colibri::store {
namespace {

struct Payload {
  std::size_t operator()(const AppendEvent& o) const noexcept { return o.event.body.size(); }
  std::size_t operator()(const KvPut& o) const noexcept { return o.key.size() + o.value.size(); }
  std::size_t operator()(const PutSettings& o) const noexcept { return o.row.json.size(); }
  std::size_t operator()(const PutIdempotency& o) const noexcept { return o.row.answer.size(); }
  std::size_t operator()(const PutCursor& o) const noexcept { return o.row.doneAbove.size() * 8; }
  std::size_t operator()(const AddDeadLetter& o) const noexcept {
    return o.row.event ? o.row.event->body.size() : 0;
  }
  std::size_t operator()(const PutAttempt& o) const noexcept { return o.row.entry.size(); }
  std::size_t operator()(const auto&) const noexcept { return 0; }
};

}  // namespace

std::size_t bytesOf(const Batch& batch) noexcept {
  std::size_t bytes = 0;
  for (const auto& operation : batch) bytes += sizeof(Operation) + std::visit(Payload{}, operation);
  return bytes;
}

}  // namespace colibri::store
