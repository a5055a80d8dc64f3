#include "api/rules.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>

#include "http/error_body.hpp"
#include "shared/json.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;
using catalogue::Dialect;
using config::Violation;

std::string placeOf(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, std::min(at, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto lineStart = before.rfind('\n');
  const auto column = lineStart == before.npos ? before.size() + 1 : before.size() - lineStart;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::optional<config::Schema> compiled(const catalogue::Operation& operation,
                                       std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto schema = config::Schema::parse(text);
  if (!schema) throw std::logic_error(std::string(operation.id) + ": " + schema.error().message);
  return std::move(*schema);
}

/// Ours wins over theirs.
void spellAsWeDo(std::span<const catalogue::Spelling> spellings, json::object& body) {
  for (const auto& [theirs, ours] : spellings) {
    const auto* value = valueAt(body, theirs);
    if (value == nullptr || value->is_null()) continue;
    if (const auto* own = body.if_contains(ours); own == nullptr || own->is_null())
      body[ours] = json::value(*value);
  }
}

/// `keep` says which members stay; order is kept.
template <class Keep>
void keepOnly(json::object& body, Keep keep) {
  json::object kept(body.storage());
  for (auto& member : body)
    if (keep(member)) kept.emplace(member.key(), std::move(member.value()));
  body = std::move(kept);
}

/// What a caller may say in the query instead of in the body.
void complete(json::object& body, const json::object& query) {
  for (const auto& [name, value] : query)
    if (const auto* own = body.if_contains(name); own == nullptr || own->is_null())
      body[name] = value;
}

}  // namespace

Result<json::object> parseObject(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == text.npos) return json::object{};
  auto parsed = shared::parseJson(text);
  if (const auto& fault = parsed.fault)
    return Error{Errc::invalidArgument,
                 "the body " + fault->what + ", at " + placeOf(text, fault->at)};
  if (!parsed.value.is_object())
    return Error{Errc::invalidArgument, "the body must be a JSON object"};
  return std::move(parsed.value.as_object());
}

std::string_view textOf(const json::object& from, std::string_view member) {
  const auto* value = from.if_contains(member);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

const json::value* valueAt(const json::object& from, std::string_view way) {
  const auto* value = from.if_contains(way.substr(0, way.find('.')));
  while (value != nullptr && way.find('.') != way.npos) {
    way.remove_prefix(way.find('.') + 1);
    const auto step = way.substr(0, way.find('.'));
    std::size_t index = 0;
    const auto [end, bad] = std::from_chars(step.data(), step.data() + step.size(), index);
    const bool isIndex = bad == std::errc() && end == step.data() + step.size();
    if (const auto* object = value->if_object())
      value = object->if_contains(step);
    else
      value = value->is_array() && isIndex ? value->get_array().if_contains(index) : nullptr;
  }
  return value;
}

bool flagOf(const json::object& from, std::string_view member, bool absent) {
  const auto* value = from.if_contains(member);
  const auto* flag = value == nullptr ? nullptr : value->if_bool();
  return flag == nullptr ? absent : *flag;
}

std::int64_t numberOf(const json::object& from, std::string_view member, std::int64_t absent) {
  const auto* value = from.if_contains(member);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? absent : *number;
}

std::string takeMessageId(json::object& body) {
  constexpr const char* kMessageId = "messageId";
  std::string id(textOf(body, kMessageId));
  body.stable_erase(kMessageId);
  return id;
}

Rules::Rules(const catalogue::Operation& operation)
    : operation_(operation),
      query_(compiled(operation, operation.query)),
      body_(compiled(operation, operation.body)),
      bodyOfV2_(compiled(operation, operation.bodyOfV2)) {}

std::optional<Answer> Rules::read(const http::Request& request, Dialect dialect, Brought& brought,
                                  Faults more) const {
  Faults faults;
  const bool isCommand = operation_.carrier == catalogue::Carrier::command;
  if (query_) readQuery(request.query, dialect, brought.query, faults);
  if (body_) {
    auto body = parseObject(request.body);
    if (!body) return failure(400, body.error().message);
    brought.body = std::move(*body);
    if (isCommand) complete(brought.body, brought.query);
    readBody(dialect, brought, faults);
  } else if (isCommand) {
    brought.body = brought.query;
  }
  faults.insert(faults.end(), more.begin(), more.end());
  if (faults.empty()) return std::nullopt;
  if (operation_.unknown != catalogue::Unknown::kept ||
      operation_.carrier == catalogue::Carrier::plugin)
    return faulty(faults, dialect, unknownIn(brought.body, dialect));
  brought.faults = std::move(faults);
  return std::nullopt;
}

Faults Rules::readBody(Brought& brought) const {
  Faults faults;
  if (body_) {
    readBody(Dialect::native, brought, faults);
  } else if (query_) {  // a command that clients of the API give in the query
    json::value value = std::move(brought.body);
    faults = query_->apply(value, "");
    brought.body = std::move(value.get_object());
  }
  return faults;
}

/// Parameters that nobody knows are ignored, as on the web; but one of an unknown *form* of a known
/// one, as `number[not]=x`, would be taken for something it is not.
void Rules::readQuery(const http::Query& query, Dialect dialect, json::object& into,
                      Faults& faults) const {
  const auto isKnown = [&](std::string_view name) {
    return dialect == Dialect::v2 ||
           std::ranges::find(operation_.queryOfV2, name) == operation_.queryOfV2.end();
  };
  std::vector<std::pair<std::string_view, std::string_view>> texts;
  for (const auto& [name, text] : query.items()) {
    const auto known = name.substr(0, name.find('['));
    if (!query_->has(known) || !isKnown(known)) continue;
    if (known.size() < name.size())
      faults.push_back({config::shownKey(name), "is not a form that is understood", known + "=…"});
    else if (!text.empty())
      texts.emplace_back(name, text);
  }
  json::value read = query_->fromTexts(texts, faults);
  const auto found = query_->apply(read, "");
  faults.insert(faults.end(), found.begin(), found.end());
  into = std::move(read.get_object());
}

/// How many members the definition does not name.
std::size_t Rules::unknownIn(const json::object& body, Dialect dialect) const {
  if (!body_ || operation_.unknown == catalogue::Unknown::kept) return 0;
  const auto& schema = bodyOf(dialect);
  return static_cast<std::size_t>(std::ranges::count_if(
      body, [&](const json::key_value_pair& member) { return !schema.has(member.key()); }));
}

void Rules::readBody(Dialect dialect, Brought& brought, Faults& faults) const {
  using Unknown = catalogue::Unknown;
  const bool v2 = dialect == Dialect::v2;
  auto& body = brought.body;
  const auto& schema = bodyOf(dialect);
  if (v2) spellAsWeDo(operation_.spellings, body);
  const bool drops =
      operation_.unknown == Unknown::dropped || (v2 && operation_.unknown == Unknown::byDialect);
  keepOnly(body, [&](const json::key_value_pair& member) {
    const std::string_view key = member.key();
    if (schema.has(key)) return !member.value().is_null() || schema.takesNull(key);
    if (operation_.unknown == Unknown::kept) brought.unknown.emplace_back(key);
    return !drops;
  });
  json::value value = std::move(body);
  auto found = schema.apply(value, "");
  faults.insert(faults.end(), found.begin(), found.end());
  body = std::move(value.get_object());
}

Answer faulty(std::span<const Violation> faults, Dialect dialect, std::size_t unknown) {
  std::vector<std::string> sentences;
  for (const auto& fault : faults.first(std::min(faults.size(), config::kMaxViolations)))
    sentences.push_back(dialect == Dialect::v2 ? fault.v2Sentence() : fault.sentence());
  if (faults.size() > config::kMaxViolations) {
    const auto listed = faults.first(config::kMaxViolations);
    const auto known = static_cast<std::size_t>(std::ranges::count_if(listed, &Violation::atKey));
    const auto more = std::max(faults.size() - listed.size(), unknown - std::min(unknown, known));
    // A schema's check ends at one more than is listed: of one nobody knows whether it is the last.
    sentences.push_back(more == 1 ? "and more" : "and " + std::to_string(more) + " more");
  }
  if (dialect == Dialect::native) return failure(400, std::move(sentences));
  json::array list;
  for (const auto& sentence : sentences) list.emplace_back(sentence);
  // The clients of v2 servers know a list in a list here.
  return {400, http::errorBodyWithArray(400, json::serialize(json::array{std::move(list)}))};
}

}  // namespace colibri::api
