#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "store/journal/journal.hpp"

/// Any bytes as a journal. The first byte says what is made to fit before, so that the reader gets
/// past its checksums: 1 the header, 2 the frames' headers, 4 their payloads' hashes.
namespace {

namespace journal = quire::journal;

constexpr std::size_t kHash = 8;
constexpr std::size_t kLengthAt = 8;
constexpr std::size_t kPayloadHashAt = 32;
constexpr std::size_t kSaltAt = 48;

void put(std::string& bytes, std::size_t offset, std::uint64_t value) {
  std::string raw;
  quire::base::ByteWriter(raw).u64(value);
  bytes.replace(offset, raw.size(), raw);
}

std::uint64_t get(std::string_view bytes, std::size_t offset) {
  return quire::base::ByteReader(bytes.substr(offset)).u64();
}

void mend_header(std::string& bytes) {
  bytes.replace(0, 12, std::string_view("QUIREJ01\1\0\0\0", 12));
  const std::size_t hashed = journal::kHeaderSize - kHash;
  put(bytes, hashed, quire::base::checksum(std::string_view(bytes).substr(0, hashed)));
}

/// Hashes frame after frame, each as long as its own bytes say it is.
void mend_frames(std::string& bytes, bool headers, bool payloads) {
  const std::uint64_t salt = get(bytes, kSaltAt);
  std::size_t at = journal::kHeaderSize;
  while (at + journal::kFrameHeaderSize <= bytes.size()) {
    const std::size_t rest = bytes.size() - at - journal::kFrameHeaderSize;
    const std::size_t length =
        std::min<std::uint64_t>(get(bytes, at + kLengthAt) % 256, rest) / 8 * 8;
    put(bytes, at + kLengthAt, length);
    if (payloads) {
      const std::string_view payload =
          std::string_view(bytes).substr(at + journal::kFrameHeaderSize, length);
      put(bytes, at + kPayloadHashAt, quire::base::checksum(payload, salt));
    }
    if (headers) {
      const std::size_t hashed = journal::kFrameHeaderSize - kHash;
      put(bytes, at + hashed,
          quire::base::checksum(std::string_view(bytes).substr(at, hashed), salt + at));
    }
    at += journal::kFrameHeaderSize + length;
  }
}

void check(std::string_view bytes, const journal::Header& header, const journal::Scan& scan) {
  QUIRE_ASSERT(scan.end_offset + scan.tail_bytes == bytes.size());
  QUIRE_ASSERT(scan.end_lsn == header.base_lsn + scan.frames.size());
  QUIRE_ASSERT(!scan.sealed || scan.tail_bytes == 0);
  std::uint64_t at = journal::kHeaderSize;
  for (const journal::Frame& frame : scan.frames) {
    QUIRE_ASSERT(frame.offset == at);
    at += journal::kFrameHeaderSize + frame.payload.size();
  }
  const auto rest = journal::scan(bytes, header, scan.end_offset, scan.end_lsn, "fuzz");
  QUIRE_ASSERT(rest.has_value() && rest->frames.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  const int mended = bytes.empty() ? 0 : bytes.front();
  bytes.erase(0, 1);
  if (bytes.size() >= journal::kHeaderSize) {
    if ((mended & 1) != 0) {
      mend_header(bytes);
    }
    mend_frames(bytes, (mended & 2) != 0, (mended & 4) != 0);
  }
  const auto header = journal::read_header(bytes, "fuzz");
  if (!header) {
    return 0;
  }
  const auto scan = journal::scan(bytes, *header, journal::kHeaderSize, header->base_lsn, "fuzz");
  if (scan) {
    check(bytes, *header, *scan);
  }
  return 0;
}
