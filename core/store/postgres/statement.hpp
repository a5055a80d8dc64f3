#pragma once

#include <string>

#include "store/postgres/connection.hpp"

namespace colibri::store::postgres {

/// One statement, prepared with its connection and run many times.
///
///     put_.send(row.key, row.id, row.tokenHash);        // its answer comes with those of others
///     const auto rows = list_.ask(instance);            // waits
///
/// It is usable once the connection's next finish() has succeeded.
///
/// [Threading] confined to its connection's thread. [Errors] throws Failure. [Ownership] the
/// connection outlives it; arguments are borrowed until it is sent.
class Statement {
 public:
  Statement(Connection& connection, const std::string& sql)
      : connection_(connection), name_(connection.nextName()) {
    connection.prepare(name_, sql);
  }

  template <class... Args>
  void send(const Args&... args) {
    connection_.send(name_, bound(args...));
  }
  void send(const Arguments& arguments) { connection_.send(name_, arguments); }
  template <class Range>
  void sendAll(const Range& args) {
    Arguments arguments;
    for (const auto& arg : args) arguments.add(arg);
    connection_.send(name_, arguments);
  }
  /// Within a transaction.
  template <class... Args>
  Rows ask(const Args&... args) {
    send(args...);
    return connection_.answer();
  }
  /// Outside of one.
  template <class... Args>
  Rows run(const Args&... args) {
    send(args...);
    return connection_.finish();
  }

 private:
  template <class... Args>
  static Arguments bound(const Args&... args) {
    Arguments arguments;
    (arguments.add(args), ...);
    return arguments;
  }

  Connection& connection_;
  const std::string name_;
};

}  // namespace colibri::store::postgres
