#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace quire::support {

/// Vectors in clusters, as embeddings lie; the same ones for the same seed.
class RandomVectors {
 public:
  RandomVectors(std::size_t dimensions, std::uint32_t seed)
      : dimensions_(dimensions), random_(seed) {
    for (std::size_t i = 0; i < kCentres; ++i) {
      centres_.push_back(around(std::vector<float>(dimensions, 0.0F), 1.0F));
    }
  }

  std::vector<float> next() { return around(centres_[random_() % kCentres], 0.5F); }

 private:
  static constexpr std::size_t kCentres = 20;

  std::vector<float> around(const std::vector<float>& centre, float spread) {
    std::vector<float> out(dimensions_);
    for (std::size_t i = 0; i < dimensions_; ++i) {
      out[i] = centre[i] + spread * number();
    }
    return out;
  }

  // Between -1 and 1, and alike in every standard library.
  float number() { return static_cast<float>(random_() >> 8U) / 8388608.0F - 1.0F; }

  std::size_t dimensions_;
  std::mt19937 random_;
  std::vector<std::vector<float>> centres_;
};

}  // namespace quire::support
