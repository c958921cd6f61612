#include <quire/vector_format.hpp>

namespace quire {

std::size_t VectorFormat::bytes_per_vector() const {
  switch (scalar) {
    case Scalar::bf16:
      return std::size_t{dimensions} * 2;
    case Scalar::f32:
      return std::size_t{dimensions} * 4;
    case Scalar::i8:
      break;
  }
  return dimensions;
}

std::string_view to_string(Metric metric) {
  switch (metric) {
    case Metric::cosine:
      return "cosine";
    case Metric::inner_product:
      return "inner_product";
    case Metric::squared_l2:
      return "squared_l2";
  }
  return "unknown";
}

std::string_view to_string(Scalar scalar) {
  switch (scalar) {
    case Scalar::bf16:
      return "bf16";
    case Scalar::f32:
      return "f32";
    case Scalar::i8:
      return "i8";
  }
  return "unknown";
}

}  // namespace quire
