#include <colibri/abi/ext/kv_store.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

COLIBRI_CASE(COLIBRI_EXT_KV_STORE, "probe", AValueThatWasWrittenIsReadOfItsInstanceOnly) {
  EXPECT_EQ(host.command("kv.put", "a=1", 1).text, "stored");
  EXPECT_EQ(host.command("kv.get", "a", 1).text, "1");
  EXPECT_EQ(host.command("kv.get", "a", 2).text, "absent");
}

COLIBRI_CASE(COLIBRI_EXT_KV_STORE, "probe", AScanComesInOrderAndWithItsPrefixOnly) {
  for (const auto* entry : {"k/b=2", "k/a=1", "other=3"})
    EXPECT_EQ(host.command("kv.put", entry).status, COLIBRI_OK);
  EXPECT_EQ(host.command("kv.scan", "k/").text, "k/a=1 k/b=2 ");
  EXPECT_EQ(host.command("kv.scan", "none/").text, "");
}

COLIBRI_CASE(COLIBRI_EXT_KV_STORE, "probe", AReadSeesEveryWriteBeforeItAndNoneAfter) {
  EXPECT_EQ(host.command("kv.race", "20").text, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 ");
}

COLIBRI_CASE(COLIBRI_EXT_KV_STORE, "probe", KeysAndValuesOverTheLimitAreRefused) {
  EXPECT_EQ(host.command("kv.get", std::string(513, 'k')).status, COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host.command("kv.get", "").status, COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host.command("kv.get", std::string(512, 'k')).status, COLIBRI_OK);
  EXPECT_EQ(host.command("kv.put", "k=" + std::string((1 << 20) + 1, 'v')).status,
            COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host.command("kv.scan", std::string(513, 'k')).status, COLIBRI_E_INVALID_ARGUMENT);
}

COLIBRI_CASE(COLIBRI_EXT_KV_STORE, "probe", AStoreThatFailsIsUnavailableAndKeepsNothing) {
  host.failStore(true);
  EXPECT_EQ(host.command("kv.put", "a=1").status, COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(host.command("kv.get", "a").status, COLIBRI_E_UNAVAILABLE);
  host.failStore(false);
  EXPECT_EQ(host.command("kv.get", "a").text, "absent");
}

}  // namespace colibri::conformance
