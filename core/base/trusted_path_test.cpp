#include "base/trusted_path.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/ids.hpp"

namespace colibri {
namespace {

using testing::HasSubstr;

struct TrustedPath : testing::Test {
  const std::string file = std::filesystem::temp_directory_path() / ("trusted-" + newUuid());
  TrustedPath() { std::ofstream(file) << "x"; }
  ~TrustedPath() override { std::filesystem::remove(file); }

  Result<void> withMode(mode_t mode) const {
    EXPECT_EQ(::chmod(file.c_str(), mode), 0);
    return checkTrusted(file);
  }
};

TEST_F(TrustedPath, WhatOnlyItsOwnerMayWriteIsTrusted) {
  for (const mode_t mode : {0600u, 0644u, 0755u, 0440u}) EXPECT_TRUE(withMode(mode)) << mode;
}

TEST_F(TrustedPath, AttackWhatAGroupOrAnyoneMayWriteIsNotAndTheErrorSaysWhichCommandHelps) {
  for (const mode_t mode : {0620u, 0602u, 0777u}) {
    const auto judged = withMode(mode);
    ASSERT_FALSE(judged) << mode;
    EXPECT_EQ(judged.error().code, Errc::forbidden);
    EXPECT_THAT(judged.error().message, HasSubstr(": chmod go-w " + file));
    EXPECT_FALSE(checkUnwritable(file));
  }
}

TEST_F(TrustedPath, AttackWhatBelongsToAStrangerIsNotTrusted) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
  const auto judged = withMode(0600);
  ASSERT_FALSE(judged);
  EXPECT_THAT(judged.error().message, HasSubstr("chown root " + file));
  EXPECT_TRUE(checkUnwritable(file));
}

TEST_F(TrustedPath, TellsWhetherAnyoneMayRead) {
  ASSERT_TRUE(withMode(0644));
  EXPECT_TRUE(isReadableByAnyone(file));
  ASSERT_TRUE(withMode(0640));
  EXPECT_FALSE(isReadableByAnyone(file));
}

TEST_F(TrustedPath, WhatIsNotThereIsNamed) {
  const auto judged = checkTrusted(file + ".missing");
  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error().code, Errc::notFound);
  EXPECT_THAT(judged.error().message, HasSubstr(".missing"));
}

}  // namespace
}  // namespace colibri
