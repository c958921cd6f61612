#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <quire/result.hpp>

#include "base/try.hpp"

namespace quire {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) {
    return fail(ErrorCode::invalid_argument, std::to_string(number) + " is odd");
  }
  return number / 2;
}

Result<std::unique_ptr<int>> quarter(int number) {
  QUIRE_TRY(half(number));
  QUIRE_TRY_ASSIGN(const int once, half(number));
  QUIRE_TRY_ASSIGN(const int twice, half(once));
  return std::make_unique<int>(twice);
}

TEST(Try, GoesOnWithValuesAndStopsAtErrors) {
  EXPECT_EQ(*quarter(12).value(), 3);
  EXPECT_EQ(quarter(7).error().message, "7 is odd");
  EXPECT_EQ(quarter(6).error().message, "3 is odd");
  EXPECT_EQ(quarter(6).error().code, ErrorCode::invalid_argument);
}

TEST(Error, EachLayerAddsItsPhrase) {
  const Error error{ErrorCode::store_io, "write a: No space left on device"};
  EXPECT_EQ(error.while_doing("insert").message, "insert: write a: No space left on device");
  EXPECT_EQ(error.while_doing("insert").code, ErrorCode::store_io);
}

TEST(ErrorCode, HasANameEach) {
  EXPECT_EQ(to_string(ErrorCode::store_io), "store_io");
  EXPECT_EQ(to_string(ErrorCode::store_index), "store_index");
  EXPECT_EQ(to_string(ErrorCode::store_serde), "store_serde");
  EXPECT_EQ(to_string(ErrorCode::corrupt), "corrupt");
  EXPECT_EQ(to_string(ErrorCode::incompatible), "incompatible");
  EXPECT_EQ(to_string(ErrorCode::locked), "locked");
  EXPECT_EQ(to_string(ErrorCode::invalid_argument), "invalid_argument");
  EXPECT_EQ(to_string(ErrorCode::not_found), "not_found");
  EXPECT_EQ(to_string(ErrorCode::unavailable), "unavailable");
  EXPECT_EQ(to_string(ErrorCode::internal), "internal");
}

}  // namespace
}  // namespace quire
