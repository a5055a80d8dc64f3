#pragma once

#include "store/postgres/connection.hpp"
#include "store/reader/reader.hpp"

namespace colibri::store::postgres {

/// By libpq: Poco::Data's connector takes no password with a blank (docs/adr/0020). The connection
/// outlives it.
class PqReader final : public Reader {
 public:
  explicit PqReader(Connection& connection) : connection_(connection) {}
  void read(const Query& query, const OnRow& onRow) override;
  [[noreturn]] void failForOrder() override;

 private:
  Connection& connection_;
};

}  // namespace colibri::store::postgres
