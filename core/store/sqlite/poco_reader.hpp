#pragma once

#include "store/reader/reader.hpp"
#include "store/sqlite/connection.hpp"

namespace colibri::store::sqlite {

/// By Poco::Data. The connection outlives it.
class PocoReader final : public Reader {
 public:
  explicit PocoReader(Connection& connection) : connection_(connection) {}
  void read(const Query& query, const OnRow& onRow) override;
  [[noreturn]] void failForOrder() override;

 private:
  Connection& connection_;
};

}  // namespace colibri::store::sqlite
