#include "config/schema_check.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <optional>
#include <set>
#include <utility>

#include "base/utf8.hpp"
#include "shared/http_url.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

constexpr int kMaxSteps = 100'000;
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxPatternText = 64 * 1024;

std::string kindOf(const json::value& value) {
  const auto types = typesOf(value);
  if (types & kInteger) return "is an integer";
  switch (types) {
    case kNull:
      return "is empty";
    case kBoolean:
      return "is true or false";
    case kNumber:
      return "is a number";
    case kString:
      return "is a string";
    case kArray:
      return "is a list";
    default:
      return "is an object";
  }
}

/// A whole number that is not negative, as a text; of anything else nothing.
std::string digitsOf(const json::value& value) {
  boost::system::error_code notWhole;
  const auto number = value.to_number<std::uint64_t>(notWhole);
  return notWhole ? std::string() : std::to_string(number);
}

constexpr const char *kMissing = "is missing", *kNotHere = "is not allowed here";

/// How far a value is from a form: members that the form's own level lacks or has too many, which
/// say that another form was meant, then everything that is wrong with it.
std::pair<std::size_t, std::size_t> farFrom(const std::vector<Violation>& found,
                                            std::string_view path) {
  const auto isOfThisLevel = [&](const Violation& one) {
    if (!one.atKey && one.problem != kMissing && one.problem != kNotHere) return false;
    auto below = std::string_view(one.path).substr(std::min(path.size(), one.path.size()));
    if (below.starts_with('.')) below.remove_prefix(1);
    return below.find_first_of(".[") == below.npos;
  };
  return {static_cast<std::size_t>(std::ranges::count_if(found, isOfThisLevel)), found.size()};
}

class Checker {
 public:
  Checker(int& steps, std::vector<Violation>& found) : steps_(steps), found_(found) {}

  void check(const SchemaNode& reference, const json::value& value, const std::string& path,
             int depth) {
    if (full()) return;
    if (--steps_ < 0 || depth > kMaxDepth) return add(path, "is too complex to be checked", "");
    const auto& node = resolved(reference);
    if (node.never) return add(path, kNotHere, "");
    if (node.digits && !digitsOf(value).empty()) return;
    if (!(typesOf(value) & node.types))
      return add(path, kindOf(value), describe(node), "is not of a type(s) " + typeNames(node));
    if (node.allowed &&
        std::find(node.allowed->begin(), node.allowed->end(), value) == node.allowed->end()) {
      return broken(node, path, "is not one of the known values",
                    "is not one of enum values: " + plainList(*node.allowed));
    }
    if (value.is_string())
      checkString(node, value.get_string(), path);
    else if (value.is_number())
      checkNumber(node, value.to_number<double>(), path);
    else if (const auto* list = value.if_array())
      checkArray(node, *list, path, depth);
    else if (const auto* object = value.if_object())
      checkObject(node, *object, path, depth);
    if (!node.anyOf.empty()) checkBranches(node, node.anyOf, false, value, path, depth);
    if (!node.oneOf.empty()) checkBranches(node, node.oneOf, true, value, path, depth);
  }

 private:
  bool full() const { return found_.size() > kMaxViolations; }

  /// Once: what a schema says beside its alternatives may be said by one of them again.
  void put(Violation one) {
    const auto isSame = [&](const Violation& other) {
      return other.path == one.path && other.problem == one.problem;
    };
    if (!full() && std::ranges::none_of(found_, isSame)) found_.push_back(std::move(one));
  }

  /// `v2`: what the validator of v2 servers says behind the place.
  void add(const std::string& path, std::string problem, std::string allowed,
           const std::string& v2 = {}) {
    const auto inV2 = v2.empty() ? std::string() : (path.empty() ? "instance" : path) + ' ' + v2;
    put({path, std::move(problem), std::move(allowed), false, inV2, false});
  }

  /// A value of the right type that is none of those that `node` allows.
  void broken(const SchemaNode& node, const std::string& path, std::string problem,
              const std::string& v2) {
    if (node.says.empty()) return add(path, std::move(problem), describe(node), v2);
    put({path, node.says, "", false, node.says, true});
  }

  void checkString(const SchemaNode& node, std::string_view text, const std::string& path) {
    const auto length = node.minLength || node.maxLength ? utf8::length(text) : 0;
    if (node.minLength && length < *node.minLength)
      return broken(node, path, "is too short",
                    "does not meet minimum length of " + std::to_string(*node.minLength));
    if (node.maxLength && length > *node.maxLength)
      return add(path, "is too long", describe(node),
                 "does not meet maximum length of " + std::to_string(*node.maxLength));
    if (node.notBlank && text.find_first_not_of(" \t\r\n") == text.npos)
      return broken(node, path, text.empty() ? "is empty" : "is blank",
                    "does not meet minimum length of 1");
    if (const auto* problem = node.httpUrl ? shared::httpUrlProblem(text) : nullptr)
      return add(path, problem, describe(node));
    if (!node.pattern) return;
    const auto v2 = "does not match pattern " + json::serialize(json::value(node.patternText));
    if (text.size() > kMaxPatternText) return add(path, "is too long", "64 KB", v2);
    if (!node.pattern->search(text)) broken(node, path, "has not the form", v2);
  }

  void checkNumber(const SchemaNode& node, double number, const std::string& path) {
    if (node.minimum && number < *node.minimum)
      return broken(node, path, "is too small",
                    "must be greater than or equal to " + plainNumber(*node.minimum));
    if (node.maximum && number > *node.maximum)
      broken(node, path, "is too large",
             "must be less than or equal to " + plainNumber(*node.maximum));
  }

  void checkArray(const SchemaNode& node, const json::array& list, const std::string& path,
                  int depth) {
    if (node.minItems && list.size() < *node.minItems)
      return broken(node, path, "has too few items",
                    "does not meet minimum length of " + std::to_string(*node.minItems));
    if (node.maxItems && list.size() > *node.maxItems)
      return broken(node, path, "has too many items",
                    "does not meet maximum length of " + std::to_string(*node.maxItems));
    std::set<std::string> seen;
    for (std::size_t i = 0; i < list.size() && !full() && steps_ >= 0; ++i) {
      // As texts: comparing each with each would be quadratic in what a stranger sends.
      if (node.uniqueItems && !seen.insert(json::serialize(list[i])).second)
        add(itemPath(path, i), "is there twice", "", "contains duplicate item");
      if (node.items) check(*node.items, list[i], itemPath(path, i), depth + 1);
    }
  }

  void checkObject(const SchemaNode& node, const json::object& object, const std::string& path,
                   int depth) {
    for (const auto& name : node.required) {
      if (object.contains(name) || full()) continue;
      const auto property = node.properties.find(name);
      put({childPath(path, name), kMissing,
           property == node.properties.end() ? "" : describe(*property->second), false,
           (path.empty() ? "instance" : path) + " requires property \"" + name + '"'});
    }
    for (const auto& [key, value] : object) {
      if (full() || --steps_ < 0) return;
      const auto schemas = schemasFor(node, key);
      if (schemas.size() == 1 && schemas[0]->never && !node.properties.contains(key)) {
        addUnknown(node, key, path);
        continue;
      }
      for (const auto* schema : schemas) check(*schema, value, childPath(path, key), depth + 1);
    }
  }

  void addUnknown(const SchemaNode& node, std::string_view key, const std::string& path) {
    const auto names = propertyNames(node);
    std::string problem = "is not a known key";
    if (const auto near = nearest(key, names); !near.empty())
      problem.append(", did you mean ").append(near).append("?");
    std::string allowed;
    for (const auto& name : names) allowed.append(allowed.empty() ? "" : ", ").append(name);
    if (allowed.empty())
      allowed = node.patternProperties.empty() ? "no keys" : "keys of another form";
    put({childPath(path, key), std::move(problem), std::move(allowed), true,
         (path.empty() ? "instance" : path) + " is not allowed to have the additional property \"" +
             shownKey(key) + '"'});
  }

  void checkBranches(const SchemaNode& node, const std::vector<const SchemaNode*>& branches,
                     bool exactlyOne, const json::value& value, const std::string& path,
                     int depth) {
    std::size_t fits = 0;
    std::optional<std::vector<Violation>> nearestOne;  // of those that have the value's type
    for (const auto* branch : branches) {
      std::vector<Violation> found;
      Checker(steps_, found).check(*branch, value, path, depth + 1);
      if (steps_ < 0) return add(path, "is too complex to be checked", "");
      if (found.empty())
        ++fits;
      else if (typesOf(value) & resolved(*branch).types) {
        if (!nearestOne || farFrom(found, path) < farFrom(*nearestOne, path))
          nearestOne = std::move(found);
      }
      if (fits > 0 && !exactlyOne) return;
    }
    if (fits == 1) return;
    if (fits > 1) return broken(node, path, "fits more than one of the allowed forms", "");
    // What is wrong with the nearest form helps more than "none fits".
    if (!node.says.empty() || !nearestOne)
      return broken(node, path, kindOf(value), "is not of a type(s) " + typeNames(node));
    for (auto& violation : *nearestOne) put(std::move(violation));
  }

  int& steps_;
  std::vector<Violation>& found_;
};

class Filler {
 public:
  bool fill(const SchemaNode& reference, json::value& value) {
    if (--steps_ < 0) return false;
    const auto& node = resolved(reference);
    if (auto digits = node.digits ? digitsOf(value) : std::string(); !digits.empty()) {
      value = json::string(digits);
    } else if (auto* object = value.if_object()) {
      insertMissing(node, *object);
      for (auto& member : *object) {
        for (const auto* schema : schemasFor(node, member.key())) {
          if (!fill(*schema, member.value())) return false;
        }
      }
    } else if (auto* list = value.if_array(); list && node.items) {
      for (auto& item : *list) {
        if (!fill(*node.items, item)) return false;
      }
    }
    return fillBranch(node.anyOf, value) && fillBranch(node.oneOf, value);
  }

 private:
  static void insertMissing(const SchemaNode& node, json::object& object) {
    for (const auto& [name, property] : node.properties) {
      if (object.contains(name)) continue;
      const auto& own = property->defaultValue;
      const auto& value = own ? own : resolved(*property).defaultValue;
      if (value) object.emplace(name, *value);
    }
  }

  bool fillBranch(const std::vector<const SchemaNode*>& branches, json::value& value) {
    for (const auto* branch : branches) {
      std::vector<Violation> found;
      Checker(steps_, found).check(*branch, value, "", 0);
      if (steps_ < 0) return false;
      if (found.empty()) return fill(*branch, value);
    }
    return true;
  }

  int steps_ = 10 * kMaxSteps;
};

}  // namespace

std::vector<Violation> checkAgainst(const SchemaNode& schema, const json::value& value,
                                    std::string_view name) {
  std::vector<Violation> found;
  int steps = kMaxSteps;
  Checker(steps, found).check(schema, value, std::string(name), 0);
  if (steps < 0 && found.empty())
    found.push_back({std::string(name), "is too complex to be checked", "", false});
  return found;
}

bool fillDefaults(const SchemaNode& schema, json::value& value) {
  return Filler().fill(schema, value);
}

}  // namespace colibri::config
