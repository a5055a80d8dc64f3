#include "route.hpp"

#include <gmock/gmock.h>

namespace colibri::rabbitmq {
namespace {

using ::testing::HasSubstr;

TEST(Route, AnInstanceHasAnExchangeOfItsNameAndAQueuePerEvent) {
  EXPECT_EQ(routeOfInstance("loja 1", "group-participants.update"),
            (Route{"loja 1", "loja 1.group-participants.update", "group-participants.update"}));
}

TEST(Route, GlobalQueuesHaveThePrefixOrTheWireNameAlone) {
  EXPECT_EQ(routeOfAll("evolution", "pre", "call"), (Route{"evolution", "pre.call", "call"}));
  EXPECT_EQ(routeOfAll("evolution", "", "call"), (Route{"evolution", "call", "call"}));
}

TEST(Route, ANameThatAmqpCannotHaveIsSaid) {
  EXPECT_EQ(problemOf(routeOfInstance(std::string(250, 'x'), "call")), "");
  EXPECT_THAT(problemOf(routeOfInstance(std::string(251, 'x'), "call")), HasSubstr("255 bytes"));
}

}  // namespace
}  // namespace colibri::rabbitmq
