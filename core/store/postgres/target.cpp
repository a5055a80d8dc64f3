#include "store/postgres/target.hpp"

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string_view>

#include "base/utf8.hpp"

namespace colibri::store::postgres {
namespace {

constexpr std::size_t kLongestName = 63;  // NAMEDATALEN - 1
constexpr std::string_view kAllowed =
    ", allowed: postgresql://user:password@host:port/database?schema=name";

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

Error wrong(const std::string& what) {
  return {Errc::invalidArgument, what + std::string(kAllowed)};
}

/// Where the parameters begin: a `?` of the password does not count.
std::size_t queryOf(std::string_view uri) {
  const auto authority = uri.find("://") + 3;
  const auto end = uri.find_first_of("@/", authority);
  return uri.find('?', end != std::string_view::npos && uri[end] == '@' ? end : authority);
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto character = utf8::decode(text);
    if (!character.valid) return false;
    text.remove_prefix(character.size);
  }
  return true;
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hexDigit(text[i + 1]), low = hexDigit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

Result<std::string> schemaNamed(std::string_view text) {
  const auto name = decoded(text);
  if (!name || name->empty() || name->size() > kLongestName || !isUtf8(*name) ||
      name->find('\0') != std::string::npos) {
    return wrong("its schema cannot be the name of one: 1 to 63 bytes of UTF-8");
  }
  if (name->starts_with("pg_") || *name == "information_schema")
    return wrong("its schema is one of PostgreSQL's own");
  return *name;
}

bool isParameter(std::string_view name) {
  const Options known(PQconndefaults(), &PQconninfoFree);
  for (const auto* option = known.get(); option != nullptr && option->keyword != nullptr; ++option)
    if (name == option->keyword) return true;
  return name == "ssl";  // as JDBC has it; libpq takes it
}

/// Takes `schema` out of the parameters and looks at the names of the others.
Result<void> readQuery(std::string_view query, Target& target, std::string& kept) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto one = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const auto name = decoded(one.substr(0, one.find('=')));
    if (!name || one.find('=') == std::string_view::npos)
      return wrong("a parameter of it is not name=value");
    if (*name == "schema") {
      auto schema = schemaNamed(one.substr(one.find('=') + 1));
      if (!schema) return schema.error();
      target.schema = std::move(*schema);
      continue;
    }
    if (*name == "pgbouncer") {
      return wrong(
          "it leads to a pooler: the gateway needs sessions of its own, give it the server itself");
    }
    if (!isParameter(*name)) {
      const bool shown = isUtf8(*name) && name->size() <= kLongestName;
      return wrong((shown ? *name : "one") + " is not a parameter that PostgreSQL knows");
    }
    kept += kept.empty() ? '?' : '&';
    kept += one;
  }
  return {};
}

}  // namespace

Result<Target> Target::parse(const std::string& uri) {
  if (!uri.starts_with("postgresql://") && !uri.starts_with("postgres://"))
    return wrong("is not the URI of a PostgreSQL database");
  if (uri.find('\0') != std::string::npos) return wrong("holds a NUL");
  Target target;
  target.schema = "public";
  const auto query = queryOf(uri);
  std::string kept;
  if (query != std::string::npos) {
    auto read = readQuery(std::string_view(uri).substr(query + 1), target, kept);
    if (!read) return read.error();
  }
  // Its own words quote the URI, with the password.
  const Options options(PQconninfoParse((uri.substr(0, query) + kept).c_str(), nullptr),
                        &PQconninfoFree);
  if (!options)
    return wrong("cannot be read (special characters of user and password are written as %XX)");
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    target.parameters.emplace_back(option->keyword, option->val);
    if (std::string_view(option->keyword) == "password") target.password = option->val;
  }
  return target;
}

}  // namespace colibri::store::postgres
