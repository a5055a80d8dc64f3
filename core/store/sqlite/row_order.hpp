#pragma once

#include <functional>
#include <utility>

#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {

/// The order that the rows of a statement keep. Those of a damaged page may not: it can name one
/// row twice instead of another, which nothing in SQLite notices, and who reads on behind the last
/// one would go round in a circle. Asked for sound rows only: of others the key may be what is
/// damaged. [Errors] throws as for any damaged page.
template <class Key, class Before = std::less<Key>>
class RowOrder {
 public:
  explicit RowOrder(Statement& rows) : rows_(rows) {}
  void next(Key key) {
    if (std::exchange(any_, true) && !Before()(last_, key)) rows_.failForOrder();
    last_ = std::move(key);
  }

 private:
  Statement& rows_;
  Key last_{};
  bool any_ = false;
};

}  // namespace colibri::store::sqlite
