#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/try.hpp"
#include "store/vectors/distance.hpp"

namespace quire::vectors {
namespace {

Status check_numbers(std::span<const float> vector) {
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (!std::isfinite(vector[i])) {
      return fail(ErrorCode::invalid_argument, "vector: number " + std::to_string(i) + " is " +
                                                   (std::isnan(vector[i]) ? "NaN" : "infinite") +
                                                   "; every number must be finite");
    }
  }
  return {};
}

Status check_shape(const VectorFormat& format, std::span<const float> vector) {
  if (format.scalar == Scalar::i8 && format.metric == Metric::squared_l2) {
    return fail(ErrorCode::invalid_argument,
                "vector: i8 cannot hold lengths, so not squared_l2 either; use bf16 or f32");
  }
  if (vector.size() != format.dimensions) {
    return fail(ErrorCode::invalid_argument, "vector: it has " + std::to_string(vector.size()) +
                                                 " numbers; the store's have " +
                                                 std::to_string(format.dimensions));
  }
  return {};
}

double norm_of(std::span<const float> vector) {
  double sum = 0;
  for (const float number : vector) {
    sum += double{number} * double{number};
  }
  return std::sqrt(sum);
}

// Round to nearest, ties to even; a NaN does not come here.
std::uint16_t to_bf16(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
}

float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16U);
}

void append_bf16(float number, std::string& out) {
  const std::uint16_t bits = to_bf16(number);
  out.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

void append_f32(float number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_i8(float number, std::string& out) {
  out.push_back(static_cast<char>(std::lround(number * 127.0F)));
}

void append_scalar(Scalar scalar, float number, std::string& out) {
  switch (scalar) {
    case Scalar::bf16:
      return append_bf16(number, out);
    case Scalar::f32:
      return append_f32(number, out);
    case Scalar::i8:
      return append_i8(number, out);
  }
}

std::string short_text(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.begin(), text.end(), number, std::chars_format::general, 4);
  return {text.begin(), end.ptr};
}

/// |a b| <= |a| |b| and |a - b| <= |a| + |b|: with lengths up to 2^63 neither a product nor a
/// squared distance, nor any part of its sum, is above 2^128, where floats end; the bound leaves
/// room for rounding.
Status check_length(const VectorFormat& format, double length) {
  return length <= kMaxVectorLength
             ? Status()
             : fail(ErrorCode::invalid_argument,
                    "vector: its length is " + short_text(length) + "; " +
                        std::string(to_string(format.metric)) + " takes vectors up to " +
                        short_text(kMaxVectorLength) +
                        ", whose distances are finite; scale the vectors or use cosine");
}

void append_unit(Scalar scalar, std::span<const float> vector, double norm, std::string& out) {
  for (const float number : vector) {
    append_scalar(scalar, static_cast<float>(double{number} / norm), out);
  }
}

}  // namespace

Status encode_vector(const VectorFormat& format, std::span<const float> vector, std::string& out) {
  QUIRE_TRY(check_shape(format, vector));
  QUIRE_TRY(check_numbers(vector));
  const double norm = norm_of(vector);
  if (format.metric == Metric::cosine || format.scalar == Scalar::i8) {
    if (norm == 0) {
      return fail(ErrorCode::invalid_argument,
                  "vector: all its numbers are zero; it has no direction to compare by");
    }
    append_unit(format.scalar, vector, norm, out);
    return {};
  }
  QUIRE_TRY(check_length(format, norm));
  for (const float number : vector) {
    append_scalar(format.scalar, number, out);
  }
  return {};
}

void decode_vector(const VectorFormat& format, const char* stored, std::span<float> out) {
  switch (format.scalar) {
    case Scalar::bf16:
      for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, stored + 2 * i, sizeof bits);
        out[i] = from_bf16(bits);
      }
      return;
    case Scalar::f32:
      std::memcpy(out.data(), stored, out.size() * sizeof(float));
      return;
    case Scalar::i8:
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<float>(static_cast<std::int8_t>(stored[i])) / 127.0F;
      }
  }
}

}  // namespace quire::vectors
