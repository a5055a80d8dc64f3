#include "media/media_cipher.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "media/testing_media.hpp"

namespace colibri::webhook {
namespace {

// Made once by an independent implementation (Node's crypto): key 00..1f, "WhatsApp Image Keys",
// file "hello".
constexpr std::string_view kVector = "1troSjiNNlVLS6vC6hAgSplx91aiVh+bjyA=";

MediaRef ref() {
  MediaRef ref;
  for (int i = 0; i < 32; ++i) ref.key.push_back(static_cast<char>(i));
  ref.usage = "WhatsApp Image Keys";
  return ref;
}

TEST(MediaCipher, OpensWhatAnotherImplementationMade) {
  EXPECT_EQ(openMedia(ref(), *fromBase64(kVector)), "hello");
}

TEST(MediaCipher, OpensFilesOfEveryLength) {
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 100'000U}) {
    const std::string file(size, 'x');
    EXPECT_EQ(openMedia(ref(), testing::sealMedia(ref(), file)), file) << size;
  }
}

TEST(MediaCipher, TakesNothingThatWasCutOrChangedOrIsAnotherFile) {
  const auto sealed = testing::sealMedia(ref(), "hello");
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(openMedia(ref(), sealed.substr(0, size))) << size;
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(openMedia(ref(), changed)) << at;
  }
  auto other = ref();
  other.usage = "WhatsApp Video Keys";
  EXPECT_FALSE(openMedia(other, sealed));
  auto digest = ref();
  digest.sha256 = std::string(32, 'x');
  EXPECT_FALSE(openMedia(digest, sealed)) << "not the file that the message describes";
}

}  // namespace
}  // namespace colibri::webhook
