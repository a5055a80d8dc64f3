#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

#include "store/postgres/arguments.hpp"
#include "store/postgres/errors.hpp"
#include "store/postgres/rows.hpp"
#include "store/postgres/target.hpp"

namespace colibri::store::postgres {

/// One connection, always in libpq's pipeline mode (manual, 34.5): statements are sent without
/// waiting for their answers, so that a whole transaction takes one or two round trips.
///
/// After a Failure every statement sent before it and not yet answered is done with: the answers
/// are gone, and an open transaction has failed.
///
/// [Threading] confined to one thread at a time. [Blocking] all of it. [Errors] throws Failure.
class Connection {
 public:
  /// `write`: the server must take writes, and a COMMIT is on its disk when it is answered.
  enum class Use { write, read };
  Connection(const Target& target, Use use);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::string nextName() { return "s" + std::to_string(++named_); }
  /// Sends a statement to be prepared under its name.
  void prepare(const std::string& name, const std::string& sql);
  void send(const std::string& name, const Arguments& arguments);
  /// Sends a statement that runs once.
  void sendOnce(const std::string& sql, const Arguments& arguments = {});

  /// The answers of the last `count` statements, once all that were sent have succeeded. An open
  /// transaction goes on.
  std::vector<Rows> answers(std::size_t count);
  Rows answer() { return std::move(answers(1).front()); }
  /// Ends the pipeline: returns when all that was sent has succeeded; the last one's answer.
  /// Without a BEGIN they were one transaction.
  Rows finish();
  Rows runOnce(const std::string& sql, const Arguments& arguments = {});

  /// The name in double quotes, for SQL.
  std::string quoted(const std::string& name);
  int serverProcess() const { return PQbackendPID(handle_.get()); }
  std::string parameter(const char* name) const;
  bool lost() const noexcept { return lost_; }
  /// Fails if the server has ended the connection while nothing was under way: what is sent after
  /// it would leave us not knowing what came of it.
  void checkAlive();

 private:
  static void hear(void* self, const PGresult* notice);
  void check(int sent);
  Rows receive();
  void giveUpPipeline();
  [[noreturn]] void fail(const PGresult* result);

  std::unique_ptr<PGconn, decltype(&PQfinish)> handle_;
  std::string lastWords_;
  unsigned named_ = 0;
  std::size_t waiting_ = 0;  // statements sent and not yet answered
  bool syncSent_ = false, lost_ = false;
};

}  // namespace colibri::store::postgres
