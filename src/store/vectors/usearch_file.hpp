#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

/// Our own reader of usearch's file format, version 2: every count, offset and slot is checked
/// against the bytes, so that any bytes at all may be given to it.
namespace quire::vectors {

/// What a file says of itself, in usearch's terms; scalar kinds that a store never writes (f64,
/// f16) are named so that an import can convert them.
enum class FileScalar { bf16, f32, i8, f16, f64 };

/// A verified usearch file. Refers to the bytes it was read from.
class UsearchFile {
 public:
  /// Verifies all of `content` (the file without our footer): header, sizes, levels, every
  /// neighbour list, unique keys. Errors: `store_index` with the byte offset for what is not a
  /// usable usearch file, `incompatible` for another major version, a multi-index, other key or
  /// slot types, or a metric or scalar that no store has (found and expected).
  static Result<UsearchFile> read(std::string_view content);

  std::uint32_t dimensions() const { return dimensions_; }
  Metric metric() const { return metric_; }
  FileScalar scalar() const { return scalar_; }
  /// How a store keeps these vectors: their own scalar where it has it, else f32.
  VectorFormat stored_format() const;
  std::string_view version() const { return version_; }  ///< "2.26.2"

  /// Live entries, by rising key.
  struct Entry {
    std::uint64_t key = 0;
    std::uint32_t slot = 0;
  };
  const std::vector<Entry>& entries() const { return entries_; }
  /// Slots, removed ones included.
  std::uint64_t slots() const { return slots_; }

  /// The stored bytes of one slot's vector, `dimensions` scalars.
  const char* vector(std::uint32_t slot) const { return vectors_ + slot * stride_; }
  /// The same as numbers.
  std::vector<float> numbers(std::uint32_t slot) const;

 private:
  std::uint32_t dimensions_ = 0;
  Metric metric_ = Metric::cosine;
  FileScalar scalar_ = FileScalar::f32;
  std::string version_;
  std::uint64_t slots_ = 0;
  std::size_t stride_ = 0;
  const char* vectors_ = nullptr;
  std::vector<Entry> entries_;
};

}  // namespace quire::vectors
