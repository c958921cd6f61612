#pragma once

#include <utility>

#include <gtest/gtest.h>

#include <quire/result.hpp>

namespace quire::support {

/// The value; a failed test where there is none.
template <class T>
T expect(Result<T> result) {
  EXPECT_TRUE(result.has_value()) << result.error().message;
  return std::move(result).value();
}

inline void expect_ok(const Status& status) {
  EXPECT_TRUE(status.has_value()) << status.error().message;
}

}  // namespace quire::support
