#include "app/readiness.hpp"

#include <span>
#include <utility>

namespace colibri::app {
namespace {

const std::string kAsked = "ready";
constexpr std::chrono::seconds kAskEvery{5};

}  // namespace

Readiness::Readiness(store::Store& store, exec::Executor& executor, exec::Timers& timers,
                     std::function<bool()> diskRefuses)
    : diskRefuses_(std::move(diskRefuses)),
      timer_(timers, kAskEvery, [question = question_, &store, &executor] {
        if (question->open.exchange(true)) {
          question->answered = false;  // not even within the time
          return;
        }
        executor.post({question.get(), 0}, "readiness", [question, &store] {
          question->answered =
              bool(store.read(store::ask::Entries{"colibri", 0, std::span(&kAsked, 1)}));
          question->open = false;
        });
      }) {}

std::optional<std::string> Readiness::trouble() const {
  switch (phase_) {
    case Phase::starting:
      return "starting";
    case Phase::stopping:
      return "stopping";
    case Phase::serving:
      break;
  }
  if (!question_->answered) return "the database does not answer";
  if (diskRefuses_()) return "the disk is full";
  return std::nullopt;
}

}  // namespace colibri::app
