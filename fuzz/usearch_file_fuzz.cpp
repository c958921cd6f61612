#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "store/vectors/hnsw_index.hpp"
#include "store/vectors/usearch_file.hpp"

namespace {

using quire::Scalar;
using quire::vectors::FileScalar;
using quire::vectors::HnswIndex;
using quire::vectors::UsearchFile;

std::size_t touched_numbers(const UsearchFile& file) {
  std::size_t count = 0;
  for (const UsearchFile::Entry& entry : file.entries()) {
    count += file.numbers(entry.slot).size();
  }
  return count;
}

/// What the reader accepts, usearch itself must be able to load and walk.
void walk(std::string_view content, const UsearchFile& file) {
  const Scalar scalar = file.scalar() == FileScalar::f32 ? Scalar::f32 : Scalar::bf16;
  const quire::VectorFormat format{file.dimensions(), file.metric(), scalar};
  if (const auto index = HnswIndex::load(content, format, {}); index.has_value()) {
    const std::string query(format.bytes_per_vector(), '\1');
    if (!index->search(query.data(), 10, 64).has_value() ||
        index->size() != file.entries().size()) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  if (const auto file = UsearchFile::read(content); file.has_value()) {
    if (touched_numbers(*file) != file->entries().size() * file->dimensions()) {
      std::abort();
    }
    walk(content, *file);
  }
  return 0;
}
