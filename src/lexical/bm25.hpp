#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "lexical/occurrence.hpp"

/// BM25F as one sum of weighted fields (Robertson, Zaragoza and Taylor 2004, "Simple BM25 extension
/// to multiple weighted fields"), with the length of the whole chunk.
namespace quire::lexical {

/// How fast more occurrences stop to count, and how much length does. Code repeats its words more
/// evenly than prose, and the chunker keeps lengths alike: hence less than the usual 1.2 and 0.75.
inline constexpr float kSaturation = 1.2F;
inline constexpr float kLengthInfluence = 0.6F;

/// A number of terms in one byte: exact to 15, then 8 steps an octave, rounded down; the last one
/// is that or more.
constexpr std::uint8_t length_code(std::uint64_t length) {
  if (length < 16) {
    return static_cast<std::uint8_t>(length);
  }
  const auto octave = static_cast<unsigned>(std::bit_width(length)) - 5;
  const std::uint64_t code = 16 + octave * 8 + ((length >> (octave + 1)) - 8);
  return static_cast<std::uint8_t>(code < 255 ? code : 255);
}

/// The shortest length that has `code`.
constexpr std::uint64_t length_of_code(std::uint8_t code) {
  if (code < 16) {
    return code;
  }
  const unsigned octave = (code - 16U) / 8;
  return std::uint64_t{8 + (code - 16U) % 8} << (octave + 1);
}

/// What length does to a score, for each code.
class LengthNorms {
 public:
  explicit LengthNorms(double average_length) {
    const double average = average_length > 0 ? average_length : 1;
    for (std::size_t code = 0; code < norms_.size(); ++code) {
      const double length =
          static_cast<double>(length_of_code(static_cast<std::uint8_t>(code))) / average;
      norms_[code] =
          kSaturation * (1 - kLengthInfluence + kLengthInfluence * static_cast<float>(length));
    }
  }

  float operator[](std::uint8_t code) const { return norms_[code]; }

 private:
  std::array<float, 256> norms_{};
};

/// How much a term says that `holding` of `documents` chunks hold.
inline float inverse_document_frequency(std::uint64_t documents, std::uint64_t holding) {
  const auto n = static_cast<double>(documents);
  const auto df = static_cast<double>(holding);
  return static_cast<float>(std::log1p((n - df + 0.5) / (df + 0.5)));
}

/// A term's share of a chunk's score, of a weight 1; grows with the weighted times, falls with the
/// norm of the length. At most kSaturation + 1.
inline float term_score(Occurrence occurrence, float norm) {
  const float times = kWeightedTimes[occurrence];
  return times * (kSaturation + 1) / (times + norm);
}

}  // namespace quire::lexical
