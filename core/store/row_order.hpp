#pragma once

#include <functional>
#include <utility>

namespace colibri::store {

/// The order that the rows of a query keep. Those of a damaged page may not: it can name one row
/// twice instead of another, which nothing in SQLite notices, and who reads on behind the last one
/// would go round in a circle. Asked for sound rows only: of others the key may be what is damaged.
/// `rows`, which outlives it, has a failForOrder(). [Errors] throws as for any damaged page.
template <class Key, class Before = std::less<Key>>
class RowOrder {
 public:
  template <class Rows>
  explicit RowOrder(Rows& rows) : fail_([&rows] { rows.failForOrder(); }) {}
  /// Of a reader who goes on `behind` the last row it had.
  template <class Rows>
  RowOrder(Rows& rows, Key behind) : RowOrder(rows) {
    next(std::move(behind));
  }
  void next(Key key) {
    if (std::exchange(any_, true) && !Before()(last_, key)) fail_();
    last_ = std::move(key);
  }

 private:
  const std::function<void()> fail_;
  Key last_{};
  bool any_ = false;
};

}  // namespace colibri::store
