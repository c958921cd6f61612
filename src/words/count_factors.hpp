#pragma once

#include <array>
#include <cstddef>

namespace quire::words {

/// What a word weighs that is n times in a text: 1 + ln n, for n from 1 on; 0 for 0. By the series
/// of 2 artanh(1 / (2n + 1)), so that it is the same bits wherever it is compiled.
inline constexpr auto kCountFactors = [] {
  std::array<double, 256> factors{};
  double sum = 1;
  for (std::size_t n = 1; n < factors.size(); ++n) {
    factors[n] = sum;
    const double z = 1.0 / (2.0 * static_cast<double>(n) + 1);
    double power = z;
    for (int k = 1; k < 60; k += 2) {
      sum += 2 * power / k;
      power *= z * z;
    }
  }
  return factors;
}();

}  // namespace quire::words
