#include "plugin/host_api/mount_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/abi.hpp"

namespace colibri::plugin {
namespace {

using ::testing::HasSubstr;

const RouteWords kWords{{"instance", "health"}, {"webhook"}, {"socket.io"}, {"stream"}};

colibri_mount mount(std::string_view path, std::uint32_t scope = COLIBRI_MOUNT_ROOT) {
  auto row = abi::sized<colibri_mount>();
  row.path = abi::str(path);
  row.scope = scope;
  return row;
}

Result<std::vector<Mount>> read(const std::vector<colibri_mount>& rows) {
  auto table = abi::sized<colibri_plugin_websocket_routes>();
  table.mounts = rows.data();
  table.mount_count = static_cast<std::uint32_t>(rows.size());
  return readMounts(table, "mine", kWords);
}

std::string why(const colibri_mount& row) {
  const auto mounts = read({row});
  return mounts ? "taken" : mounts.error().message;
}

TEST(MountTable, FillsInTheDefaults) {
  const auto mounts = read({mount("live"), mount("live", COLIBRI_MOUNT_OF_INSTANCE)});
  ASSERT_TRUE(mounts) << mounts.error().message;
  const auto& live = mounts->at(0);
  EXPECT_EQ(live.alias, "mine");
  EXPECT_EQ(live.messageBytes, 65'536U);
  EXPECT_EQ(live.queueBytes, 1'048'576U);
  EXPECT_EQ(live.httpTimeout.count(), 10'000);
  EXPECT_EQ(live.ping.count(), 0);
  EXPECT_TRUE(mounts->at(1).ofInstance);
}

TEST(MountTable, RefusesPathsThatMeanSomethingElse) {
  EXPECT_THAT(why(mount("Instance")),
              HasSubstr("its mount 1 has the path \"Instance\", where the gateway's own"));
  EXPECT_THAT(why(mount("health", COLIBRI_MOUNT_OF_INSTANCE)), HasSubstr("the gateway's own"));
  EXPECT_THAT(why(mount("webhook")), HasSubstr("where a plugin's routes are"));
  EXPECT_EQ(why(mount("webhook", COLIBRI_MOUNT_OF_INSTANCE)), "taken");
  EXPECT_THAT(why(mount("Socket.IO")), HasSubstr("another mount has already"));
  EXPECT_THAT(why(mount("stream", COLIBRI_MOUNT_OF_INSTANCE)),
              HasSubstr("another mount has already"));
  EXPECT_EQ(why(mount("stream")), "taken");
  const auto twice = read({mount("a"), mount("A")});
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("its mount 2"));
}

TEST(MountTable, RefusesWhatIsNoMount) {
  for (const auto* path :
       {"", ".", "..", "a/b", "a b", "caf\xc3\xa9", "a%20", "123456789012345678901234567890123"})
    EXPECT_THAT(why(mount(path)), HasSubstr("has a path that is not")) << path;
  auto row = mount("live");
  row.scope = 2;
  EXPECT_THAT(why(row), HasSubstr("scope"));
  row = mount("live");
  row.flags = 2;
  EXPECT_THAT(why(row), HasSubstr("flag"));
  row.flags = COLIBRI_MOUNT_F_HTTP;
  EXPECT_THAT(why(row), HasSubstr("without on_http"));
  row = mount("live");
  row.max_queue_bytes = (64U << 20) + 1;
  EXPECT_THAT(why(row), HasSubstr("64 MB"));
  row = mount("live");
  row.struct_size = 8;
  EXPECT_THAT(why(row), HasSubstr("too small"));
  EXPECT_FALSE(read({}));
  EXPECT_FALSE(read(std::vector<colibri_mount>(17, mount("x"))));
}

}  // namespace
}  // namespace colibri::plugin
