#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "store/next_vectors.hpp"

/// Any bytes as next/vectors.log. The first byte says what is made to fit before, so that the
/// reader gets past its checksums: 1 the header, 2 the first frames.
namespace {

namespace store = quire::store;

constexpr std::size_t kFixedHeader = 40;
constexpr std::size_t kMakerLengthAt = 20;
constexpr std::size_t kMostFrames = 8;

void put(std::string& bytes, std::size_t offset, std::uint64_t value) {
  std::string raw;
  quire::base::ByteWriter(raw).u64(value);
  bytes.replace(offset, raw.size(), raw);
}

/// Where the frames begin; 0: the bytes are too few.
std::size_t mend_header(std::string& bytes) {
  if (bytes.size() < kFixedHeader) {
    return 0;
  }
  bytes.replace(0, 12, std::string_view("QUIRENXT\1\0\0\0", 12));
  const std::size_t length =
      static_cast<unsigned char>(bytes[kMakerLengthAt]) % 32;  // What is left is short.
  bytes.replace(kMakerLengthAt, 4, std::string{static_cast<char>(length), 0, 0, 0});
  const std::size_t hashed = (kFixedHeader + length + 7) / 8 * 8;
  if (hashed + 8 > bytes.size()) {
    return 0;
  }
  put(bytes, hashed, quire::base::checksum(std::string_view(bytes).substr(0, hashed)));
  return hashed + 8;
}

/// Hashes one frame after the other, each as long as its count says.
void mend_frames(std::string& bytes) {
  for (std::size_t i = 0; i < kMostFrames; ++i) {
    const auto content = store::read_next_vectors(bytes);
    if (!content || bytes.size() - content->end_offset < 16) {
      return;
    }
    const std::size_t at = content->end_offset;
    const std::size_t each = 8 + content->header.format.bytes_per_vector();
    const std::uint64_t count = static_cast<unsigned char>(bytes[at + 8]) % 8 + 1;
    put(bytes, at + 8, count);
    const std::size_t length = (16 + count * each + 7) / 8 * 8;
    if (length > bytes.size() - at) {
      return;
    }
    put(bytes, at,
        quire::base::checksum(std::string_view(bytes).substr(at + 8, length - 8),
                              content->header_hash + at));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  const int mended = bytes.empty() ? 0 : bytes.front();
  bytes.erase(0, 1);
  if ((mended & 1) != 0 && mend_header(bytes) != 0 && (mended & 2) != 0) {
    mend_frames(bytes);
  }
  const auto content = store::read_next_vectors(bytes);
  if (!content) {
    return 0;
  }
  QUIRE_ASSERT(content->end_offset <= bytes.size());
  const std::size_t length = content->header.format.bytes_per_vector();
  QUIRE_ASSERT(length > 0);
  for (const store::NextContent::Place& place : content->vectors) {
    QUIRE_ASSERT(place.offset + length <= content->end_offset);
  }
  const auto again =
      store::read_next_vectors(std::string_view(bytes).substr(0, content->end_offset));
  QUIRE_ASSERT(again.has_value() && again->vectors.size() == content->vectors.size());
  return 0;
}
