#include "trusted_files.hpp"

#include <gmock/gmock.h>
#include <colibri/sdk/plugin.hpp>

#include <filesystem>
#include <fstream>

namespace colibri::baileys {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct TrustedFiles : ::testing::Test {
  fs::path folder;
  Settings settings;

  TrustedFiles() {
    std::string name = (fs::temp_directory_path() / "colibri-trusted-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = name;
    fs::create_directories(folder / "bridge/node_modules/baileys");
    for (const auto* file : {"bridge/main.mjs", "bridge/node_modules/baileys/index.js", "node"}) {
      std::ofstream(folder / file) << "x";
      fs::permissions(folder / file, fs::perms(0644));
    }
    settings.bridgeDir = folder / "bridge";
    settings.node = folder / "node";
  }
  ~TrustedFiles() override { fs::remove_all(folder); }

  std::string refusal() const {
    try {
      checkTrusted(settings);
      return "";
    } catch (const sdk::Error& error) {
      return error.what();
    }
  }
};

TEST_F(TrustedFiles, OnesThatOnlyTheirOwnerMayWriteAreTrusted) {
  EXPECT_EQ(refusal(), "");
}

TEST_F(TrustedFiles, AttackOneOfThemThatOthersMayWriteIsRefusedWithTheCommandThatHelps) {
  for (const std::string file : {"bridge", "bridge/main.mjs", "bridge/node_modules",
                                 "bridge/node_modules/baileys/index.js", "node"}) {
    for (const auto others : {fs::perms::group_write, fs::perms::others_write}) {
      fs::permissions(folder / file, others, fs::perm_options::add);
      EXPECT_THAT(refusal(), HasSubstr("chmod -R go-w " + (folder / file).string()));
      fs::permissions(folder / file, others, fs::perm_options::remove);
    }
  }
}

TEST_F(TrustedFiles, ALinkToTheFolderIsFollowedAndLinksInsideDoNoHarm) {
  fs::create_directory_symlink(folder / "bridge", folder / "link");
  fs::create_symlink("../baileys/index.js", folder / "bridge/node_modules/.bin");
  settings.bridgeDir = folder / "link";
  EXPECT_EQ(refusal(), "");
  fs::permissions(folder / "bridge/main.mjs", fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(refusal(), HasSubstr("bridge_dir: "));
}

TEST_F(TrustedFiles, WhatIsMissingIsNotTheirAffair) {
  settings.bridgeDir = folder / "missing";
  EXPECT_EQ(refusal(), "");
}

}  // namespace
}  // namespace colibri::baileys
