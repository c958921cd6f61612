#include "lexical/segment_format.hpp"

#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "base/verified_bytes.hpp"
#include "lexical/segment.hpp"

namespace quire::lexical {
namespace {

constexpr std::size_t kHash = sizeof(std::uint64_t);
constexpr std::size_t kTrailer = 2 * kHash;

Error does_not_verify(std::string_view file) {
  return {ErrorCode::corrupt,
          "a segment of " + std::to_string(file.size()) + " bytes that do not verify"};
}

std::size_t blocks_of(std::uint64_t size) {
  return size / base::kBlockSize + (size % base::kBlockSize != 0 ? 1 : 0);
}

}  // namespace

void append_hashes(std::string& bytes) {
  std::string seal;
  base::ByteWriter out(seal);
  for (const std::uint64_t hash : base::hash_blocks(bytes)) {
    out.u64(hash);
  }
  out.u64(bytes.size());
  out.u64(base::checksum(seal));
  bytes += seal;
}

Result<SealedContent> read_hashes(std::string_view file) {
  if (file.size() < kHeaderBytes + kTrailer || !file.starts_with(kSegmentMagic)) {
    return std::unexpected(does_not_verify(file));
  }
  base::ByteReader trailer(file.substr(file.size() - kTrailer));
  const std::uint64_t size = trailer.u64();
  const std::uint64_t checksum = trailer.u64();
  const std::size_t before = file.size() - kTrailer;
  if (size < kHeaderBytes || size > before || blocks_of(size) * kHash != before - size ||
      base::checksum(file.substr(size, file.size() - size - kHash)) != checksum) {
    return std::unexpected(does_not_verify(file));
  }
  base::ByteReader header(file.substr(kSegmentMagic.size()));
  const std::uint32_t format = header.u32();
  const std::uint32_t tokenizer = header.u32();
  if (format != kSegmentFormat || tokenizer != kTokenizerVersion) {
    return fail(ErrorCode::incompatible,
                "a segment of format " + std::to_string(format) + " with the terms of tokenizer " +
                    std::to_string(tokenizer) + "; this quire has " +
                    std::to_string(kSegmentFormat) + " and " + std::to_string(kTokenizerVersion));
  }
  SealedContent out{file.substr(0, size), std::vector<std::uint64_t>(blocks_of(size))};
  base::ByteReader hashes(file.substr(size));
  for (std::uint64_t& hash : out.hashes) {
    hash = hashes.u64();
  }
  return out;
}

}  // namespace quire::lexical
