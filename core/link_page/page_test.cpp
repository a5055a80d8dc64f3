#include "link_page/page.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <regex>
#include <set>

#include "crypto/digest.hpp"

namespace colibri::link_page {
namespace {

std::set<std::string> namesIn(const boost::json::value& language) {
  std::set<std::string> names;
  for (const auto& [name, text] : language.as_object())
    if (!text.as_string().empty()) names.emplace(name);
  return names;
}

/// What matches the first group of `pattern` in `text`.
std::set<std::string> matchesOf(const std::string& text, const std::string& pattern) {
  const std::regex wanted(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at)
    found.insert((*at)[1]);
  return found;
}

TEST(LinkPage, EveryLanguageHasEveryTextThatThePageNames) {
  const auto all = boost::json::parse(texts());
  const auto& languages = all.as_object();
  ASSERT_EQ(languages.size(), 3U);
  const auto names = namesIn(languages.at("en"));
  for (const auto& [language, its] : languages) EXPECT_EQ(namesIn(its), names) << language;
  auto used = matchesOf(linkPage().html, R"(data-t="(\w+)\")");
  EXPECT_GT(used.size(), 30U);
  used.merge(matchesOf(linkPage().html, R"(say\('(\w+)')"));
  for (const auto& name : used) EXPECT_TRUE(names.contains(name)) << name;
}

TEST(LinkPage, WhatATextIsFilledWithIsTheSameInEveryLanguage) {
  const auto all = boost::json::parse(texts());
  for (const auto& [name, english] : all.at("en").as_object()) {
    const auto holes = matchesOf(std::string(english.as_string()), R"((\{\w\}))");
    for (const auto* language : {"pt", "es"})
      EXPECT_EQ(matchesOf(std::string(all.at(language).at(name).as_string()), R"((\{\w\}))"), holes)
          << language << ' ' << name;
  }
}

TEST(LinkPage, ItsPolicyAllowsItsOwnStyleAndScriptByHashAndNothingElse) {
  for (const auto* page : {&linkPage(), &endedPage()}) {
    EXPECT_EQ(page->html.find("{{"), std::string::npos);
    EXPECT_TRUE(page->policy.starts_with("default-src 'none'; style-src 'sha256-")) << page->policy;
    for (const auto* loose : {"unsafe", "*", "http:", "https:"})
      EXPECT_EQ(page->policy.find(loose), std::string::npos) << page->policy;
    for (const auto* tag : {"style", "script"}) {
      const auto start = page->html.find("<" + std::string(tag) + ">");
      if (start == std::string::npos) continue;
      const auto from = start + std::string(tag).size() + 2;
      const auto text =
          page->html.substr(from, page->html.find("</" + std::string(tag), from) - from);
      EXPECT_NE(page->policy.find(crypto::base64(crypto::sha256(text))), std::string::npos) << tag;
    }
  }
}

TEST(LinkPage, NothingInItComesFromElsewhere) {
  for (const auto* page : {&linkPage(), &endedPage()}) {
    EXPECT_TRUE(matchesOf(page->html, R"re(\s((?:src|style|on\w+)=)")re").empty());
    EXPECT_EQ(matchesOf(page->html, R"(<link[^>]* href="([^"]*)\")"),
              std::set<std::string>{"data:,"});
  }
}

}  // namespace
}  // namespace colibri::link_page
