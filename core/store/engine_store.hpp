#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "store/damage.hpp"
#include "store/kv_sealing.hpp"
#include "store/writer.hpp"

namespace colibri::store {

/// A Store of a writer and of readers: all that is the same for every engine.
///
/// `Readers::read(ask)` runs `ask(queries)` on a reading connection that is free and returns what
/// it returns, as a Result. `queries` has an answer() to each question.
template <class Readers>
class EngineStore final : public Store {
 public:
  EngineStore(std::unique_ptr<Readers> readers, std::unique_ptr<Writer> writer,
              std::unique_ptr<Damage> damage, const crypto::Sealer* sealer)
      : sealer_(sealer),
        damage_(std::move(damage)),
        readers_(std::move(readers)),
        writer_(std::move(writer)) {}

  void submit(Batch batch, Done done) override {
    sealSecrets(batch, sealer_);
    writer_->submit(std::move(batch), std::move(done));
  }
  std::size_t queuedBytes() const noexcept override { return writer_->queuedBytes(); }
  std::uint64_t damagedRows() const noexcept override { return damage_->rows(); }
  void noteDamage(std::string_view table, const std::string& row) override {
    damage_->note(table, row);
  }
  void shutdown() override { writer_->stop(); }

  void readInto(AnyReading reading) override {
    std::visit(
        [this](auto* one) {
          one->answer =
              readers_->read([&](auto& queries) { return queries.answer(one->question); });
        },
        reading);
  }

 private:
  const crypto::Sealer* sealer_;
  const std::unique_ptr<Damage> damage_;
  const std::unique_ptr<Readers> readers_;
  const std::unique_ptr<Writer> writer_;
};

/// What an answer becomes on its way out: a Result, and never one in another.
template <class T>
struct AsResult {
  using type = Result<T>;
};
template <class T>
struct AsResult<Result<T>> {
  using type = Result<T>;
};
template <class Ask, class Queries>
using Answer = typename AsResult<std::invoke_result_t<Ask&, Queries&>>::type;

}  // namespace colibri::store
