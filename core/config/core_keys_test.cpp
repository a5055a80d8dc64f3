#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <set>
#include <sstream>

#include "config/core_schema.hpp"
#include "config/schema.hpp"
#include "config/schema_node.hpp"
#include "config/sources.hpp"
#include "config/test_files.hpp"
#include "config/yaml.hpp"

// config/colibri.yaml and config/colibri.schema.json say the same.

namespace colibri::config {
namespace {

namespace json = boost::json;

struct CoreKeysTest : testing::Test {
  Schema schema = Schema::parse(coreSchemaText()).value();
  std::string text = TestFolder::read(COLIBRI_CONFIG_FILE);
  YamlDocument document = parseYaml(text).value();
  std::vector<std::string> lines = split(text);

  static std::vector<std::string> split(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  const json::value* find(const std::vector<std::string>& path) const {
    const auto* at = &document.root;
    for (const auto& key : path) {
      const auto* object = at->if_object();
      at = object ? object->if_contains(key) : nullptr;
      if (!at) return nullptr;
    }
    return at;
  }

  /// The comment lines right above a key.
  std::string commentOf(const std::string& path) const {
    std::string comment;
    for (auto line = document.placeOf(path, true).line - 2; line >= 0; --line) {
      const auto& above = lines[static_cast<std::size_t>(line)];
      const auto start = above.find_first_not_of(' ');
      if (start == std::string::npos || above[start] != '#') break;
      comment = above.substr(start + 1) + comment;
    }
    return comment;
  }
};

TEST_F(CoreKeysTest, EveryKeyOfTheSchemaStandsInTheFileWithItsDefault) {
  std::size_t leaves = 0;
  for (const auto& key : schema.keys()) {
    const auto path = joinedPath("", key.path);
    const auto* value = find(key.path);
    ASSERT_NE(value, nullptr) << path << " is missing in colibri.yaml";
    if (!key.leaf) continue;
    ++leaves;
    ASSERT_TRUE(key.node->defaultValue) << path << " has no default in the schema";
    EXPECT_EQ(json::serialize(*value), json::serialize(*key.node->defaultValue)) << path;
  }
  EXPECT_GT(leaves, 30u);
}

TEST_F(CoreKeysTest, EveryKeyOfTheFileStandsInTheSchema) {
  auto copy = document.root;
  const auto violations = schema.apply(copy, "");
  EXPECT_TRUE(violations.empty()) << violations[0].sentence();
  std::set<std::string> known;
  for (const auto& key : schema.keys()) known.insert(joinedPath("", key.path));
  for (const auto& [path, places] : document.places) {
    const bool isItem = path.ends_with(']');
    if (!path.empty() && !isItem) {
      EXPECT_TRUE(known.contains(path)) << path;
    }
  }
}

TEST_F(CoreKeysTest, EveryKeyIsExplainedAndHasItsUnit) {
  for (const auto& key : schema.keys()) {
    if (!key.leaf) continue;
    const auto path = joinedPath("", key.path);
    auto comment = commentOf(path);
    EXPECT_GT(comment.size(), 15u) << path << " has no line of why above it";
    for (auto& c : comment) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_NE(comment.find(key.node->unit), std::string::npos) << path << ": " << key.node->unit;
  }
}

TEST_F(CoreKeysTest, EveryVariableIsNamedInTheFile) {
  for (const auto& variable : coreVariables()) {
    const auto path = joinedPath("", variable.path);
    EXPECT_NE(commentOf(path).find(variable.name), std::string::npos) << path;
  }
}

}  // namespace
}  // namespace colibri::config
