#include <colibri/abi/ext/event_sink.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

COLIBRI_CASE(COLIBRI_EXT_EVENT_SINK, "probe", WhatThePluginAnswersIsHowADeliveryEnds) {
  EXPECT_EQ(host.delivered(1, R"("ok")"), Ended::delivered);
  EXPECT_EQ(host.delivered(1, R"("unavailable")"), Ended::laneFailed);
  EXPECT_EQ(host.delivered(1, R"("gone")"), Ended::gone);
  EXPECT_EQ(host.delivered(1, R"("reject")"), Ended::eventFailed);
  EXPECT_EQ(host.violations(), 0U);
}

COLIBRI_CASE(COLIBRI_EXT_EVENT_SINK, "probe", AnAnswerMayComeLaterAndFromElsewhere) {
  const auto kept = host.deliver(1, R"("keep")");
  EXPECT_EQ(host.delivered(1, R"("ok")"), Ended::delivered) << "another does not wait for it";
  EXPECT_FALSE(host.ended(kept));
  EXPECT_EQ(host.command("answer").text, "1");
  EXPECT_TRUE(host.wait([&] { return host.ended(kept).has_value(); }));
  EXPECT_EQ(host.ended(kept), Ended::delivered);
}

}  // namespace colibri::conformance
