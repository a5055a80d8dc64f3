#include "store/sqlite/reader_pool.hpp"

#include "base/assert.hpp"

namespace colibri::store::sqlite {

ReaderPool::ReaderPool(const std::filesystem::path& file, const crypto::Sealer* sealer,
                       unsigned size) {
  COLIBRI_ASSERT(size > 0);
  for (unsigned i = 0; i < size; ++i) free_.push_back(std::make_unique<Queries>(file, sealer));
}

ReaderPool::Loan ReaderPool::borrow() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !free_.empty(); });
  auto queries = std::move(free_.back());
  free_.pop_back();
  return {*this, std::move(queries)};
}

void ReaderPool::giveBack(std::unique_ptr<Queries> queries) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(queries));
  returned_.notify_one();
}

}  // namespace colibri::store::sqlite
