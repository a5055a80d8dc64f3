#include <colibri/sdk/message_id.hpp>

#include <gtest/gtest.h>

#include <set>

namespace {

using colibri::sdk::messageIdAt;

std::string sha256(std::string_view text) {
  std::string hex;
  for (const auto byte : colibri::sdk::detail::Sha256::of(text)) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

TEST(MessageIdAt, TheFirstMessageHasTheCommandsId) {
  EXPECT_EQ(messageIdAt("3EB0C0FFEE", 0), "3EB0C0FFEE");
}

TEST(MessageIdAt, WithoutAnIdOfTheCommandThereIsNone) {
  EXPECT_EQ(messageIdAt("", 0), "");
  EXPECT_EQ(messageIdAt("", 1), "");
}

/// printf '3EB0C0FFEE/1' | sha256sum
TEST(MessageIdAt, TheOthersHaveIdsThatFollowFromItAndTheirIndex) {
  EXPECT_EQ(messageIdAt("3EB0C0FFEE", 1), "3EB039F41219A0412463E7");
  EXPECT_EQ(messageIdAt("3EB0C0FFEE", 12), "3EB020453D8DC396BF23E4");
  std::set<std::string> ids;
  for (size_t i = 0; i < 1000; ++i) ids.insert(messageIdAt("3EB0C0FFEE", i));
  for (size_t i = 1; i < 1000; ++i) ids.insert(messageIdAt("3EB0C0FFEF", i));
  EXPECT_EQ(ids.size(), 1999u);
}

TEST(MessageIdAt, TheDigestIsTheStandardsWhateverTheLength) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(std::string(55, 'a')), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(sha256(std::string(56, 'a')), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  EXPECT_EQ(sha256(std::string(63, 'a')), "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
  EXPECT_EQ(sha256(std::string(64, 'a')), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
  EXPECT_EQ(sha256(std::string(119, 'a')),
            "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb");
  EXPECT_EQ(sha256(std::string(120, 'a')),
            "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c");
}

}  // namespace
