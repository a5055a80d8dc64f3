#include "store/postgres/connection.hpp"

#include <poll.h>

#include <string_view>

#include "base/assert.hpp"

namespace colibri::store::postgres {
namespace {

struct Default {
  const char *keyword, *value;
};

// A server that vanished without a word is noticed within half a minute.
constexpr Default kDefaults[] = {
    {"connect_timeout", "5"},     {"application_name", "colibri"}, {"keepalives_idle", "15"},
    {"keepalives_interval", "5"}, {"keepalives_count", "3"},       {"tcp_user_timeout", "30000"},
};

std::string trimmed(const char* message) {
  std::string text(message != nullptr ? message : "");
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (auto& c : text) c = c == '\n' || c == '\t' ? ' ' : c;
  return text.empty() ? "the connection broke" : text;
}

PGconn* connect(const Target& target, Connection::Use use) {
  std::vector<const char*> keywords, values;
  for (const auto& [keyword, value] : kDefaults) {
    keywords.push_back(keyword);
    values.push_back(value);
  }
  if (use == Connection::Use::write) {
    keywords.push_back("target_session_attrs");
    values.push_back("read-write");
  }
  for (const auto& [keyword, value] : target.parameters) {  // the last one counts
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back("client_encoding");
  values.push_back("UTF8");
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectdbParams(keywords.data(), values.data(), 0);
}

}  // namespace

Connection::Connection(const Target& target, Use use) : handle_(connect(target, use), &PQfinish) {
  if (!handle_ || PQstatus(handle_.get()) != CONNECTION_OK)
    throw Failure(trimmed(PQerrorMessage(handle_.get())), "", "", true);
  PQsetNoticeReceiver(handle_.get(), &hear, this);
  COLIBRI_ASSERT(PQenterPipelineMode(handle_.get()) == 1);
}

/// What the server says unasked: nothing of interest, but for its last words.
void Connection::hear(void* self, const PGresult* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char* message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  if (severity != nullptr && message != nullptr && std::string_view(severity) == "FATAL")
    static_cast<Connection*>(self)->lastWords_ = message;
}

void Connection::checkAlive() {
  pollfd peer{PQsocket(handle_.get()), POLLRDHUP, 0};
  if (::poll(&peer, 1, 0) == 0) return;
  lost_ = true;
  if (PQconsumeInput(handle_.get()) == 1) static_cast<void>(PQisBusy(handle_.get()));
  throw Failure(lastWords_.empty() ? "the server ended the connection" : lastWords_, "", "", true);
}

void Connection::check(int sent) {
  if (sent != 1) fail(nullptr);
  ++waiting_;
}

void Connection::prepare(const std::string& name, const std::string& sql) {
  check(PQsendPrepare(handle_.get(), name.c_str(), sql.c_str(), 0, nullptr));
}

void Connection::send(const std::string& name, const Arguments& a) {
  check(PQsendQueryPrepared(handle_.get(), name.c_str(), a.count(), a.values(), a.lengths(),
                            a.formats(), 1));
}

void Connection::sendOnce(const std::string& sql, const Arguments& a) {
  check(PQsendQueryParams(handle_.get(), sql.c_str(), a.count(), nullptr, a.values(), a.lengths(),
                          a.formats(), 1));
}

std::vector<Rows> Connection::answers(std::size_t count) {
  if (PQsendFlushRequest(handle_.get()) != 1 || PQflush(handle_.get()) != 0) fail(nullptr);
  std::vector<Rows> answers;
  while (waiting_ > 0) {
    auto rows = receive();
    if (waiting_ < count) answers.push_back(std::move(rows));
  }
  return answers;
}

Rows Connection::finish() {
  syncSent_ = PQpipelineSync(handle_.get()) == 1;
  if (!syncSent_) fail(nullptr);
  Rows last(nullptr);
  while (waiting_ > 0) last = receive();
  const Rows end(PQgetResult(handle_.get()));
  if (end.status() != PGRES_PIPELINE_SYNC) fail(nullptr);
  syncSent_ = false;
  return last;
}

Rows Connection::runOnce(const std::string& sql, const Arguments& arguments) {
  sendOnce(sql, arguments);
  return finish();
}

Rows Connection::receive() {
  Rows rows(PQgetResult(handle_.get()));
  if (rows.status() != PGRES_COMMAND_OK && rows.status() != PGRES_TUPLES_OK) fail(rows.get());
  --waiting_;
  const Rows end(PQgetResult(handle_.get()));
  COLIBRI_ASSERT(end.get() == nullptr);
  return rows;
}

/// Skips the answers up to the end of the pipeline, so that the connection can be used again.
void Connection::giveUpPipeline() {
  waiting_ = 0;
  if (!syncSent_ && PQpipelineSync(handle_.get()) != 1) lost_ = true;
  syncSent_ = false;
  while (!lost_) {
    const Rows skipped(PQgetResult(handle_.get()));
    if (skipped.status() == PGRES_PIPELINE_SYNC) return;
    lost_ = PQstatus(handle_.get()) == CONNECTION_BAD;
  }
}

void Connection::fail(const PGresult* result) {
  const auto field = [&](int code) {
    const char* text = result != nullptr ? PQresultErrorField(result, code) : nullptr;
    return std::string(text != nullptr ? text : "");
  };
  const auto state = field(PG_DIAG_SQLSTATE);
  auto message = field(PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = trimmed(PQerrorMessage(handle_.get()));
  const auto constraint = field(PG_DIAG_CONSTRAINT_NAME);
  // Not the server's words: nobody knows what it did. 57P0x: it ends the connection. 25006: it has
  // become read-only, and stays so.
  lost_ = lost_ || PQstatus(handle_.get()) == CONNECTION_BAD || state.empty() ||
          state.starts_with("57P0") || state == "25006";
  if (!lost_) giveUpPipeline();
  throw Failure(message, state, constraint, lost_);
}

std::string Connection::quoted(const std::string& name) {
  const std::unique_ptr<char, decltype(&PQfreemem)> text(
      PQescapeIdentifier(handle_.get(), name.data(), name.size()), &PQfreemem);
  if (!text) fail(nullptr);
  return text.get();
}

std::string Connection::parameter(const char* name) const {
  const char* value = PQparameterStatus(handle_.get(), name);
  return value != nullptr ? value : "";
}

}  // namespace colibri::store::postgres
