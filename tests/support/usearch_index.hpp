#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <quire/vector_format.hpp>

#include "store/vectors/hnsw_builder.hpp"
#include "store/vectors/nearest.hpp"

namespace quire::support {

/// usearch itself, as others use it: writes files for us to read, and reads ours. For one thread;
/// whatever fails ends the program.
class UsearchIndex {
 public:
  /// With room for `rows` entries.
  UsearchIndex(const VectorFormat& format, const vectors::GraphOptions& options, std::size_t rows);
  /// What usearch makes of a file of `format`; null: it refuses.
  static std::unique_ptr<UsearchIndex> load(std::string_view content, const VectorFormat& format);
  ~UsearchIndex();

  void add(std::uint64_t key, const std::string& stored);
  void remove(std::uint64_t key);
  /// Keys and usearch's distances, nearest first.
  std::vector<vectors::KeyDistance> search(const std::string& stored,
                                           std::size_t limit,
                                           std::size_t expansion);
  std::string saved();
  std::size_t size() const;

 private:
  struct Impl;
  explicit UsearchIndex(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace quire::support
