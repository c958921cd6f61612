#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "store/vectors/distance.hpp"

namespace quire::vectors {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> round_trip(const VectorFormat& format, const std::vector<float>& vector) {
  std::string stored;
  EXPECT_TRUE(encode_vector(format, vector, stored).has_value());
  EXPECT_EQ(stored.size(), format.bytes_per_vector());
  std::vector<float> out(vector.size());
  decode_vector(format, stored.data(), out);
  return out;
}

std::string refusal(const VectorFormat& format, const std::vector<float>& vector) {
  std::string stored = "before";
  const Status status = encode_vector(format, vector, stored);
  EXPECT_EQ(stored, "before");
  if (status.has_value()) {
    return "";
  }
  EXPECT_EQ(status.error().code, ErrorCode::invalid_argument);
  return status.error().message;
}

TEST(EncodeVector, CosineStoresTheUnitVector) {
  const std::vector<float> found = round_trip({2, Metric::cosine, Scalar::f32}, {3, 4});
  EXPECT_FLOAT_EQ(found[0], 0.6F);
  EXPECT_FLOAT_EQ(found[1], 0.8F);
}

TEST(EncodeVector, CosineTakesHugeAndTinyVectors) {
  const VectorFormat format{2, Metric::cosine, Scalar::f32};
  EXPECT_FLOAT_EQ(round_trip(format, {3e38F, 3e38F})[0], std::sqrt(0.5F));
  EXPECT_FLOAT_EQ(round_trip(format, {1e-45F, 0})[0], 1.0F);
}

TEST(EncodeVector, OtherMetricsStoreTheVectorAsItIs) {
  const std::vector<float> vector = {3, -4, 0.5F};
  EXPECT_EQ(round_trip({3, Metric::inner_product, Scalar::f32}, vector), vector);
  EXPECT_EQ(round_trip({3, Metric::squared_l2, Scalar::bf16}, vector), vector);
}

TEST(EncodeVector, Bf16RoundsToNearestWithTiesToEven) {
  const VectorFormat format{4, Metric::inner_product, Scalar::bf16};
  // bf16 has 8 significant bits: next to 1 lie 1 + 1/128 and 1 + 2/128.
  const std::vector<float> found =
      round_trip(format, {1.0F + 1.0F / 256, 1.0F + 3.0F / 256, 1.0F + 1.01F / 256, -1.0F});
  EXPECT_EQ(found, (std::vector<float>{1.0F, 1.0F + 2.0F / 128, 1.0F + 1.0F / 128, -1.0F}));
}

TEST(EncodeVector, I8StoresTheUnitVectorTimes127) {
  std::string stored;
  ASSERT_TRUE(encode_vector({2, Metric::cosine, Scalar::i8}, std::vector<float>{30, -40}, stored)
                  .has_value());
  EXPECT_EQ(static_cast<int>(stored[0]), 76);
  EXPECT_EQ(static_cast<int>(static_cast<signed char>(stored[1])), -102);
}

TEST(EncodeVector, RefusesAnotherLengthAndSaysBoth) {
  const std::string message = refusal({3, Metric::cosine, Scalar::bf16}, {1, 2});
  EXPECT_NE(message.find("2 numbers"), std::string::npos) << message;
  EXPECT_NE(message.find("have 3"), std::string::npos) << message;
}

TEST(EncodeVector, RefusesNanAndInfinityAndSaysWhere) {
  for (const Metric metric : {Metric::cosine, Metric::inner_product, Metric::squared_l2}) {
    const VectorFormat format{3, metric, Scalar::bf16};
    EXPECT_NE(refusal(format, {1, kNan, 2}).find("number 1 is NaN"), std::string::npos);
    EXPECT_NE(refusal(format, {1, 2, -kInfinity}).find("number 2 is infinite"), std::string::npos);
  }
}

TEST(EncodeVector, RefusesAZeroVectorWhereADirectionIsNeeded) {
  EXPECT_NE(refusal({2, Metric::cosine, Scalar::bf16}, {0, -0.0F}).find("zero"), std::string::npos);
  EXPECT_NE(refusal({2, Metric::inner_product, Scalar::i8}, {0, 0}).find("zero"),
            std::string::npos);
  EXPECT_EQ(round_trip({2, Metric::inner_product, Scalar::bf16}, {0, 0}),
            (std::vector<float>{0, 0}));
}

TEST(EncodeVector, RefusesALengthWhoseDistancesWouldNotBeFinite) {
  const float largest = std::numeric_limits<float>::max();
  for (const Metric metric : {Metric::inner_product, Metric::squared_l2}) {
    for (const Scalar scalar : {Scalar::f32, Scalar::bf16}) {
      const VectorFormat format{2, metric, scalar};
      EXPECT_EQ(refusal(format, {0, -1e19F}),
                "vector: its length is 1e+19; " + std::string(to_string(metric)) +
                    " takes vectors up to 9e+18, whose distances are finite; scale the vectors or "
                    "use cosine");
      EXPECT_NE(refusal(format, {1e20F, 1e20F}).find("1.414e+20"), std::string::npos);
      EXPECT_NE(refusal(format, {7e18F, 7e18F}).find("9.899e+18"), std::string::npos);
      EXPECT_NE(refusal(format, {largest, largest}).find("4.812e+38"), std::string::npos);
      EXPECT_FALSE(round_trip(format, {5e18F, -7e18F}).empty());
    }
  }
}

TEST(EncodeVector, TakesAnyLengthForCosine) {
  for (const Scalar scalar : {Scalar::f32, Scalar::bf16, Scalar::i8}) {
    for (const float number : {1e-40F, 1e19F, 1e20F, std::numeric_limits<float>::max()}) {
      const auto back = round_trip({2, Metric::cosine, scalar}, {number, number});
      EXPECT_NEAR(back[0], std::sqrt(0.5), 0.01);
      EXPECT_EQ(back[0], back[1]);
    }
  }
}

TEST(EncodeVector, RefusesI8ForSquaredL2) {
  EXPECT_NE(refusal({2, Metric::squared_l2, Scalar::i8}, {1, 2}).find("squared_l2"),
            std::string::npos);
}

}  // namespace
}  // namespace quire::vectors
