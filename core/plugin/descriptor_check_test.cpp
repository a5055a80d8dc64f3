#include "plugin/descriptor_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "plugin/abi.hpp"

namespace colibri::plugin {
namespace {

using ::testing::HasSubstr;

const char* const kNone[] = {nullptr};
const char* const kNeeds[] = {"colibri.kv-store/1", "colibri.metrics/1", nullptr};

class Descriptor : public ::testing::Test {
 protected:
  Descriptor() {
    d = abi::sized<colibri_descriptor>();
    d.abi_major = COLIBRI_ABI_MAJOR;
    d.abi_minor = COLIBRI_ABI_MINOR;
    d.id = abi::str("org.example.audit");
    d.alias = abi::str("audit");
    d.version = abi::str("2.1.0");
    d.provides = kNone;
    d.requires_ = kNone;
    d.create = [](const colibri_host*, colibri_plugin**, colibri_error*) noexcept {
      return colibri_status{COLIBRI_OK};
    };
  }
  std::string refusal() const {
    const auto checked =
        checkDescriptor(d, "audit", [](std::string_view id) { return id == "colibri.kv-store/1"; });
    return checked ? "taken" : checked.error().message;
  }
  colibri_descriptor d;
};

TEST_F(Descriptor, ThatIsRightIsTaken) {
  EXPECT_EQ(refusal(), "taken");
}

TEST_F(Descriptor, OfAnotherMinorIsRefusedWithBothVersions) {
  d.abi_minor = COLIBRI_ABI_MINOR + 3;
  EXPECT_EQ(refusal(),
            "org.example.audit 2.1.0 needs ABI 0.4, this host has 0.1: update the host, or use a "
            "build of the plugin for this one");
  d.abi_major = 1;
  EXPECT_THAT(refusal(), HasSubstr("needs ABI 1.4, this host has 0.1"));
}

TEST_F(Descriptor, ThatNeedsWhatTheHostLacksNamesIt) {
  d.requires_ = kNeeds;
  EXPECT_THAT(refusal(), HasSubstr("needs colibri.metrics/1, which this host does not have"));
}

TEST_F(Descriptor, ThatIsCutShortIsRefused) {
  d.struct_size = sizeof d - 1;
  EXPECT_THAT(refusal(), HasSubstr("too small"));
  d.struct_size = 4;
  EXPECT_THAT(refusal(), HasSubstr("too small to name its version"));
}

TEST_F(Descriptor, WithWrongNamesIsRefused) {
  d.alias = abi::str("other");
  EXPECT_THAT(refusal(), HasSubstr("\"other\" is not the one it was loaded as, \"audit\""));
  for (const auto* alias : {"", "Audit", "1audit", "au/dit", "au dit"}) {
    d.alias = abi::str(alias);
    EXPECT_THAT(refusal(), HasSubstr("the alias is not")) << alias;
  }
  d.alias = abi::str("audit");
  for (const auto* id : {"", "audit", "Org.Example", ".org.x", "org.x.", "org/x.y"}) {
    d.id = abi::str(id);
    EXPECT_THAT(refusal(), HasSubstr("reverse DNS")) << id;
  }
}

TEST_F(Descriptor, WithNullsIsRefused) {
  d.provides = nullptr;
  EXPECT_THAT(refusal(), HasSubstr("provides or requires is null"));
  d.provides = kNone;
  d.vendor = {nullptr, 4};
  EXPECT_THAT(refusal(), HasSubstr("a text is null"));
  d.vendor = {};
  d.config_schema_json = {nullptr, 4};
  EXPECT_THAT(refusal(), HasSubstr("schema is null"));
  d.config_schema_json = {};
  d.create = nullptr;
  EXPECT_THAT(refusal(), HasSubstr("no create function"));
}

TEST_F(Descriptor, WhoseListHasNoEndIsRefused) {
  static const char* endless[200];
  for (auto& id : endless) id = "colibri.kv-store/1";
  d.requires_ = endless;
  EXPECT_THAT(refusal(), HasSubstr("requires has no end"));
  d.requires_ = kNone;
  d.provides = endless;
  EXPECT_THAT(refusal(), HasSubstr("provides has no end"));
}

}  // namespace
}  // namespace colibri::plugin
