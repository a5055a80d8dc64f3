#pragma once

#include "store/store.hpp"

namespace colibri::store::testing {

/// For doubles: a store of which nothing can be read but what `Double`, the derived class, has an
/// answer(question) to.
template <class Double>
class BareStore : public Store {
 public:
  std::size_t queuedBytes() const noexcept override { return 0; }
  void shutdown() override {}
  void readInto(AnyReading reading) override {
    answerBy(static_cast<Double&>(*this), reading, [](auto* other) {
      other->answer = Error{Errc::unsupported, "this double has no such rows"};
    });
  }
};

}  // namespace colibri::store::testing
