#include "base/real_number.hpp"

#include <gtest/gtest.h>

namespace quire::base {
namespace {

TEST(RealNumber, IsAllOfTheTextOrNothing) {
  EXPECT_EQ(real_number("0"), 0.0);
  EXPECT_EQ(real_number("-2.5e3"), -2500.0);
  EXPECT_EQ(real_number("0.1"), 0.1);
  EXPECT_EQ(real_number("5e-324"), 5e-324);
  EXPECT_EQ(real_number("0e9"), 0.0);
  for (const char* const text : {"", "x", "1x", "1e999", "-1e999", "1e-999", "1,5", "nan", "inf"}) {
    EXPECT_EQ(real_number(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace quire::base
