#include "store/vectors/distance.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quire::vectors {
namespace {

constexpr InstructionSet kAllSets[] = {InstructionSet::portable, InstructionSet::avx2,
                                       InstructionSet::avx512, InstructionSet::neon};
constexpr std::uint32_t kLengths[] = {1,  2,  3,  7,  16,  17,  31,  32,
                                      33, 63, 64, 65, 255, 256, 257, 1000};

std::vector<VectorFormat> all_formats(std::uint32_t dimensions) {
  std::vector<VectorFormat> formats;
  for (const Scalar scalar : {Scalar::bf16, Scalar::f32, Scalar::i8}) {
    for (const Metric metric : {Metric::cosine, Metric::inner_product, Metric::squared_l2}) {
      if (scalar != Scalar::i8 || metric != Metric::squared_l2) {
        formats.push_back({dimensions, metric, scalar});
      }
    }
  }
  return formats;
}

std::string describe(const VectorFormat& format, InstructionSet set) {
  return std::string(to_string(format.scalar)) + " " + std::string(to_string(format.metric)) + " " +
         std::to_string(format.dimensions) + " " + std::string(to_string(set));
}

class Random {
 public:
  std::vector<float> vector(std::uint32_t dimensions) {
    std::vector<float> out(dimensions);
    for (float& number : out) {
      number = std::normal_distribution<float>()(random_);
    }
    return out;
  }

  std::string bytes(std::size_t size) {
    std::string out(size, '\0');
    for (char& byte : out) {
      byte = static_cast<char>(random_());
    }
    return out;
  }

 private:
  std::mt19937 random_{7};
};

double exact_distance(const VectorFormat& format, const std::string& a, const std::string& b) {
  std::vector<float> x(format.dimensions);
  std::vector<float> y(format.dimensions);
  decode_vector(format, a.data(), x);
  decode_vector(format, b.data(), y);
  double dot = 0;
  double squared = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    dot += double{x[i]} * double{y[i]};
    squared += (double{x[i]} - double{y[i]}) * (double{x[i]} - double{y[i]});
  }
  return format.metric == Metric::squared_l2 ? squared : 1 - dot;
}

TEST(Distance, PortableKernelsAreAlwaysThereAndTheBestOnesSupported) {
  EXPECT_TRUE(is_supported(InstructionSet::portable));
  EXPECT_TRUE(is_supported(best_instruction_set()));
#if defined(__aarch64__)
  EXPECT_EQ(best_instruction_set(), InstructionSet::neon);
#endif
}

TEST(Distance, EveryKernelAgreesWithDoublePrecision) {
  Random random;
  for (const std::uint32_t dimensions : kLengths) {
    for (const VectorFormat& format : all_formats(dimensions)) {
      std::string a;
      std::string b;
      ASSERT_TRUE(encode_vector(format, random.vector(dimensions), a).has_value());
      ASSERT_TRUE(encode_vector(format, random.vector(dimensions), b).has_value());
      const double expected = exact_distance(format, a, b);
      for (const InstructionSet set : kAllSets) {
        if (is_supported(set)) {
          const float found = distance_function(format, set)(a.data(), b.data(), dimensions);
          const double scale = std::abs(expected) + std::sqrt(static_cast<double>(dimensions));
          EXPECT_NEAR(found, expected, 1e-6 * scale) << describe(format, set);
        }
      }
    }
  }
}

TEST(Distance, EveryInstructionSetGivesTheSameBitsAtEveryAlignment) {
  Random random;
  for (const std::uint32_t dimensions : kLengths) {
    for (const VectorFormat& format : all_formats(dimensions)) {
      for (std::size_t shift = 0; shift < 4; ++shift) {
        std::string a(shift, 'x');
        std::string b(2 * shift, 'x');
        ASSERT_TRUE(encode_vector(format, random.vector(dimensions), a).has_value());
        ASSERT_TRUE(encode_vector(format, random.vector(dimensions), b).has_value());
        const auto bits = [&](InstructionSet set) {
          const float distance =
              distance_function(format, set)(a.data() + shift, b.data() + 2 * shift, dimensions);
          return std::bit_cast<std::uint32_t>(distance);
        };
        for (const InstructionSet set : kAllSets) {
          if (is_supported(set)) {
            EXPECT_EQ(bits(set), bits(InstructionSet::portable)) << describe(format, set);
          }
        }
      }
    }
  }
}

// Any bytes at all: huge and tiny numbers, -128, infinities, NaN.
TEST(Distance, EveryInstructionSetGivesTheSameBitsForArbitraryBytes) {
  Random random;
  for (const VectorFormat& format : all_formats(100)) {
    for (int round = 0; round < 200; ++round) {
      const std::string a = random.bytes(format.bytes_per_vector());
      const std::string b = random.bytes(format.bytes_per_vector());
      const float expected = distance_function(format, InstructionSet::portable)(a.data(), b.data(),
                                                                                 format.dimensions);
      for (const InstructionSet set : kAllSets) {
        if (is_supported(set)) {
          const float found = distance_function(format, set)(a.data(), b.data(), format.dimensions);
          EXPECT_TRUE(std::isfinite(found)) << describe(format, set);
          EXPECT_EQ(std::bit_cast<std::uint32_t>(found), std::bit_cast<std::uint32_t>(expected))
              << describe(format, set) << ": " << found << " and " << expected;
        }
      }
    }
  }
}

/// The bytes of an f32 vector, whatever its numbers.
std::string f32_bytes(const std::vector<float>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

TEST(Distance, OfTheLongestVectorsIsFiniteAndInOrder) {
  const float most = static_cast<float>(kMaxVectorLength);
  for (const Metric metric : {Metric::inner_product, Metric::squared_l2}) {
    for (const Scalar scalar : {Scalar::f32, Scalar::bf16}) {
      for (const std::uint32_t dimensions : {1U, 7U, 1024U, 65'536U}) {
        const VectorFormat format{dimensions, metric, scalar};
        const float each = 0.9999F * most / std::sqrt(static_cast<float>(dimensions));
        std::string one;
        std::string opposite;
        ASSERT_TRUE(encode_vector(format, std::vector<float>(dimensions, each), one));
        ASSERT_TRUE(encode_vector(format, std::vector<float>(dimensions, -each), opposite));
        const DistanceFunction distance = distance_function(format);
        const float near = distance(one.data(), one.data(), dimensions);
        const float far = distance(one.data(), opposite.data(), dimensions);
        EXPECT_LT(near, far);
        EXPECT_LT(far, std::numeric_limits<float>::max())
            << describe(format, best_instruction_set());
        EXPECT_GT(near, -std::numeric_limits<float>::max());
      }
    }
  }
}

// As stores have them that were written before there was a limit.
TEST(Distance, OfVectorsBeyondTheLimitIsTheNearestFloat) {
  const float largest = std::numeric_limits<float>::max();
  for (const float huge : {1e20F, largest}) {
    const std::string one = f32_bytes({huge, huge, 1});
    const std::string other = f32_bytes({huge, -huge, 1});
    const std::string opposite = f32_bytes({-huge, -huge, 1});
    for (const InstructionSet set : kAllSets) {
      if (!is_supported(set)) {
        continue;
      }
      const DistanceFunction product =
          distance_function({3, Metric::inner_product, Scalar::f32}, set);
      const DistanceFunction squared = distance_function({3, Metric::squared_l2, Scalar::f32}, set);
      EXPECT_EQ(product(one.data(), one.data(), 3), -largest);
      EXPECT_EQ(product(one.data(), opposite.data(), 3), largest);
      EXPECT_EQ(product(one.data(), other.data(), 3), largest);  // Infinity less infinity.
      EXPECT_EQ(squared(one.data(), other.data(), 3), largest);
      EXPECT_EQ(squared(one.data(), one.data(), 3), 0);
    }
  }
}

TEST(Distance, AVectorIsAtDistanceZeroFromItselfAndTwoFromItsOpposite) {
  for (const VectorFormat& format : all_formats(256)) {
    Random random;
    std::vector<float> vector = random.vector(256);
    float norm = 0;
    for (const float number : vector) {
      norm += number * number;
    }
    for (float& number : vector) {
      number /= std::sqrt(norm);
    }
    std::string same;
    std::string opposite;
    ASSERT_TRUE(encode_vector(format, vector, same).has_value());
    for (float& number : vector) {
      number = -number;
    }
    ASSERT_TRUE(encode_vector(format, vector, opposite).has_value());
    const DistanceFunction distance = distance_function(format);
    const float twice = format.metric == Metric::squared_l2 ? 4.0F : 2.0F;
    EXPECT_NEAR(distance(same.data(), same.data(), 256), 0.0F, 0.01F);
    EXPECT_NEAR(distance(same.data(), opposite.data(), 256), twice, 0.02F);
  }
}

/// The benchmark names its runs by these.
TEST(InstructionSet, HasANameEach) {
  EXPECT_EQ(to_string(InstructionSet::portable), "portable");
  EXPECT_EQ(to_string(InstructionSet::avx2), "avx2");
  EXPECT_EQ(to_string(InstructionSet::avx512), "avx512");
  EXPECT_EQ(to_string(InstructionSet::neon), "neon");
}

TEST(VectorFormat, NamesItsMetricAndItsScalar) {
  EXPECT_EQ(quire::to_string(Metric::cosine), "cosine");
  EXPECT_EQ(quire::to_string(Metric::inner_product), "inner_product");
  EXPECT_EQ(quire::to_string(Metric::squared_l2), "squared_l2");
  EXPECT_EQ(quire::to_string(Scalar::bf16), "bf16");
  EXPECT_EQ(quire::to_string(Scalar::f32), "f32");
  EXPECT_EQ(quire::to_string(Scalar::i8), "i8");
}

TEST(VectorFormat, KnowsItsSize) {
  EXPECT_EQ((VectorFormat{3, Metric::cosine, Scalar::bf16}.bytes_per_vector()), 6U);
  EXPECT_EQ((VectorFormat{3, Metric::cosine, Scalar::f32}.bytes_per_vector()), 12U);
  EXPECT_EQ((VectorFormat{3, Metric::cosine, Scalar::i8}.bytes_per_vector()), 3U);
}

}  // namespace
}  // namespace quire::vectors
