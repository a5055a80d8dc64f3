#include "store/sqlite/schema_damage.hpp"

#include <sqlite3.h>

#include <map>
#include <memory>

#include "store/sqlite/schema.hpp"

namespace colibri::store::sqlite {
namespace {

using Texts = std::map<std::string, std::string>;

/// Texts by kind and name. `fault` says why it is not all of them.
Texts textsOf(sqlite3* db, std::string& fault) {
  Texts texts;
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(
      db, "SELECT type || ' ' || name, tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema", -1,
      &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(raw, &sqlite3_finalize);
  const auto column = [raw](int at) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, at));
    return std::string(text != nullptr ? text : "",
                       static_cast<std::size_t>(sqlite3_column_bytes(raw, at)));
  };
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(raw);
    if (code != SQLITE_ROW) break;
    auto& text = texts[column(0)];
    for (const char c : column(1))
      if (c != ' ' && c != '\n') text += c;
  }
  fault = code == SQLITE_DONE ? "" : sqlite3_errmsg(db);
  return texts;
}

const Texts& textsOfANewDatabase() {
  static const Texts all = [] {
    sqlite3* raw = nullptr;
    sqlite3_open(":memory:", &raw);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db(raw, &sqlite3_close);
    for (const auto& step : migrations())
      for (const auto statement : step.statements)
        sqlite3_exec(db.get(), std::string(statement).c_str(), nullptr, nullptr, nullptr);
    std::string fault;
    return textsOf(db.get(), fault);
  }();
  return all;
}

}  // namespace

std::vector<std::string> schemaDamage(sqlite3* db) {
  std::string fault;
  const auto found = textsOf(db, fault);
  if (!fault.empty()) return {"schema: " + fault};
  std::vector<std::string> all;
  for (const auto& [name, text] : textsOfANewDatabase()) {
    const auto at = found.find(name);
    if (at == found.end())
      all.push_back("schema: " + name + " is missing");
    else if (at->second != text)
      all.push_back("schema: the text of " + name + " is not what was written");
  }
  return all;
}

}  // namespace colibri::store::sqlite
