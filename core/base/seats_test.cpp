#include "base/seats.hpp"

#include <gtest/gtest.h>

namespace colibri {
namespace {

TEST(Seats, OneWhoHasAllOfHisIsRefusedAndAnotherIsNot) {
  Seats seats(2);
  auto first = seats.take(7);
  const auto second = seats.take(7);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(seats.take(7));
  EXPECT_EQ(seats.refused(), 1U);
  EXPECT_TRUE(seats.take(8));
  first->leave();
  EXPECT_TRUE(seats.take(7));
}

TEST(Seats, ASeatThatIsMovedIsStillOne) {
  Seats seats(1);
  {
    auto seat = seats.take(1);
    const Seats::Seat moved = std::move(*seat);
    seat.reset();
    EXPECT_FALSE(seats.take(1));
  }
  auto seat = seats.take(1);
  ASSERT_TRUE(seat);
  seat->leave();
  seat->leave();  // free already
  EXPECT_TRUE(seats.take(1));
  EXPECT_TRUE(seats.take(1)) << "the last one went at once";
}

TEST(Seats, ASeatMayOutliveThem) {
  std::optional<Seats::Seat> seat;
  {
    Seats seats(1);
    seat = seats.take(1);
  }
  EXPECT_TRUE(seat);
  seat.reset();
}

}  // namespace
}  // namespace colibri
