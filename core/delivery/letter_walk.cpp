#include "delivery/letter_walk.hpp"

#include <algorithm>
#include <utility>

namespace colibri::delivery {
namespace {

constexpr std::uint32_t kPage = 500;

}  // namespace

LetterWalk::LetterWalk(store::Store& store, exec::Executor& executor, LaneScope scope,
                       DeadLetterChoice choice, Steps steps)
    : store_(store),
      executor_(executor),
      instance_(scope.instance),
      choice_(std::move(choice)),
      steps_(std::move(steps)) {
  choice_.filter.instance = instance_;
}

void LetterWalk::post() {
  executor_.post({&store_, instance_}, "dead letters",
                 [self = shared_from_this()] { self->step(); });
}

void LetterWalk::step() {
  auto letters = choice_.ids.empty() ? page() : chosen();
  if (!letters) return end(letters.error());
  store::Batch batch;
  for (auto& letter : *letters) {
    if (auto change = steps_.change(letter)) batch.push_back(std::move(*change));
  }
  commit(std::move(batch));
}

void LetterWalk::commit(store::Batch batch) {
  const auto next = [self = shared_from_this()] {
    if (!self->last_ && self->lookedAt_ < Deliveries::kLettersAtOnce) return self->post();
    self->end(self->last_ ? std::nullopt : std::optional(self->choice_.after));
  };
  if (batch.empty()) return next();
  store_.submit(std::move(batch),
                [self = shared_from_this(), next](const Result<store::Committed>& written) {
                  if (!written) return self->end(written.error());
                  self->steps_.committed();
                  next();
                });
}

Result<std::vector<store::DeadLetterRow>> LetterWalk::page() {
  const auto limit = std::min(kPage, Deliveries::kLettersAtOnce - lookedAt_);
  auto letters = store_.read(store::ask::DeadLetters{choice_.filter, choice_.after, limit});
  if (!letters) return letters;
  lookedAt_ += static_cast<std::uint32_t>(letters->size());
  last_ = letters->size() < limit;
  if (!letters->empty()) choice_.after = letters->back().id;
  return letters;
}

Result<std::vector<store::DeadLetterRow>> LetterWalk::chosen() {
  last_ = true;
  std::vector<store::DeadLetterRow> letters;
  for (const auto id : choice_.ids) {
    auto found = id == 0 ? std::vector<store::DeadLetterRow>{}
                         : store_.read(store::ask::DeadLetters{{.instance = instance_}, id - 1, 1});
    if (!found) return found;
    if (!found->empty() && found->front().id == id)
      letters.push_back(std::move(found->front()));
    else
      steps_.notFound();
  }
  return letters;
}

void LetterWalk::end(Result<std::optional<std::uint64_t>> result) {
  steps_.done(std::move(result));
}

}  // namespace colibri::delivery
