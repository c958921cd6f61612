#include "store/checkpoint/index_footer.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "base/try.hpp"

namespace quire::checkpoint {
namespace {

constexpr std::string_view kMagic = kFooterMagic;
constexpr std::size_t kHash = sizeof(std::uint64_t);

struct RawFooter {
  bool magic = false;
  std::uint32_t format = 0;
  IndexFooter footer;
  std::uint64_t hash = 0;
};

RawFooter parse(std::string_view bytes) {
  base::ByteReader reader(bytes);
  RawFooter raw;
  raw.magic = reader.bytes(kMagic.size()) == kMagic;
  raw.format = reader.u32();
  raw.footer.usearch_major = reader.u16();
  reader.u16();
  raw.footer.lsn = reader.u64();
  raw.footer.uuid = base::uuid_from_bytes(reader.bytes(raw.footer.uuid.bytes.size()));
  raw.footer.content_length = reader.u64();
  raw.footer.content_hash = reader.u64();
  raw.hash = reader.u64();
  return raw;
}

std::unexpected<Error> damaged(std::uint64_t offset, const std::string& what) {
  return fail(ErrorCode::corrupt, "index.usearch at byte " + std::to_string(offset) + ": " + what);
}

}  // namespace

std::string encode_footer(const IndexFooter& footer) {
  std::string out;
  base::ByteWriter writer(out);
  writer.bytes(kMagic);
  writer.u32(kIndexFormat);
  writer.u16(footer.usearch_major);
  writer.u16(0);
  writer.u64(footer.lsn);
  writer.bytes(footer.uuid.view());
  writer.u64(footer.content_length);
  writer.u64(footer.content_hash);
  writer.u64(base::checksum(out));
  return out;
}

Result<IndexFile> split_index_file(std::string_view bytes) {
  const std::uint64_t end = bytes.size() - std::min(bytes.size(), kFooterSize);
  const std::string_view tail = bytes.substr(end);
  const RawFooter raw = parse(tail);
  if (tail.size() < kFooterSize || !raw.magic) {
    // A footer that was cut short still begins with the magic; one whose magic is harmed still
    // knows the length of what lies before it. In a file without one, neither happens by chance.
    const std::size_t remains = tail.find(kMagic);
    if (remains != std::string_view::npos) {
      return damaged(end + remains, "the footer is cut short");
    }
    if (tail.size() == kFooterSize && raw.footer.content_length == end) {
      return damaged(end, "the footer does not begin with " + std::string(kMagic));
    }
    return IndexFile{bytes, std::nullopt};
  }
  if (raw.hash != base::checksum(tail.substr(0, kFooterSize - kHash))) {
    return damaged(end, "XXH3-64 mismatch in the footer");
  }
  if (raw.format > kIndexFormat) {
    return fail(ErrorCode::incompatible, "index.usearch: found format " +
                                             std::to_string(raw.format) +
                                             ", this quire reads up to " +
                                             std::to_string(kIndexFormat) + "; use a newer quire");
  }
  if (raw.footer.content_length != end) {
    return damaged(end, "the footer says that " + std::to_string(raw.footer.content_length) +
                            " bytes lie before it");
  }
  return IndexFile{bytes.substr(0, end), raw.footer};
}

Result<IndexFile> read_index_file(std::string_view bytes) {
  QUIRE_TRY_ASSIGN(const IndexFile file, split_index_file(bytes));
  if (file.footer && file.footer->content_hash != base::checksum(file.content)) {
    return damaged(0, "XXH3-64 mismatch in the " + std::to_string(file.content.size()) +
                          " bytes before the footer");
  }
  return file;
}

}  // namespace quire::checkpoint
