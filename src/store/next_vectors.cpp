#include "store/next_vectors.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "base/strangers.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"

namespace quire::store {
namespace {

constexpr std::string_view kMagic = "QUIRENXT";
constexpr std::size_t kFixedHeaderSize = 40;
constexpr std::size_t kHashSize = 8;
constexpr std::size_t kFrameHeaderSize = 16;
constexpr std::size_t kAlignment = 8;
constexpr std::uint64_t kLockedByte = 0;

std::uint64_t aligned(std::uint64_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

std::string path_of(const std::string& folder) {
  return base::join(base::join(folder, kNextFolder), kNextVectorsName);
}

Error damaged(const std::string& what) {
  return {ErrorCode::corrupt, std::string(kNextFolder) + "/" + kNextVectorsName + ": " + what};
}

bool is_known(std::uint8_t metric, std::uint8_t scalar) {
  return metric <= static_cast<std::uint8_t>(Metric::squared_l2) &&
         scalar <= static_cast<std::uint8_t>(Scalar::i8);
}

/// The length of the frame at the beginning of `bytes`; 0 if none fits.
std::uint64_t frame_length(std::string_view bytes, std::size_t bytes_per_vector) {
  base::ByteReader in(bytes);
  in.u64();
  const std::uint64_t count = in.u64();
  if (!in.ok() || count == 0 ||
      count > in.remaining() / (sizeof(std::uint64_t) + bytes_per_vector)) {
    return 0;
  }
  const std::uint64_t length =
      aligned(kFrameHeaderSize + count * (sizeof(std::uint64_t) + bytes_per_vector));
  return length <= bytes.size() ? length : 0;
}

/// Adds the vectors of a frame that verifies.
void take_frame(std::string_view frame,
                std::uint64_t offset,
                std::size_t bytes_per_vector,
                NextContent& out) {
  base::ByteReader in(frame.substr(kHashSize));
  const std::uint64_t count = in.u64();
  const std::uint64_t first = offset + kFrameHeaderSize + count * sizeof(std::uint64_t);
  for (std::uint64_t i = 0; i < count; ++i) {
    out.vectors.push_back({in.u64(), first + i * bytes_per_vector});
  }
}

Result<NextContent> read_header(std::string_view bytes) {
  base::ByteReader in(bytes);
  if (in.bytes(kMagic.size()) != kMagic) {
    return std::unexpected(damaged("it does not begin as one"));
  }
  const std::uint32_t format = in.u32();
  NextContent out;
  out.header.format.dimensions = in.u32();
  const std::uint8_t metric = in.u8();
  const std::uint8_t scalar = in.u8();
  in.u16();
  const std::uint32_t maker_length = in.u32();
  const std::string_view uuid = in.bytes(sizeof(base::Uuid::bytes));
  if (!in.ok()) {
    return std::unexpected(damaged("its header is cut off"));
  }
  if (format > kNextFormat) {
    return fail(ErrorCode::incompatible, "next vectors of format " + std::to_string(format) +
                                             ", this program knows " + std::to_string(kNextFormat));
  }
  const std::uint64_t hashed = aligned(kFixedHeaderSize + std::uint64_t{maker_length});
  if (maker_length > kMaxMakerBytes || hashed + kHashSize > bytes.size()) {
    return std::unexpected(damaged("its header is cut off"));
  }
  out.header.maker = bytes.substr(kFixedHeaderSize, maker_length);
  out.header_hash = base::ByteReader(bytes.substr(hashed)).u64();
  const std::uint32_t dimensions = out.header.format.dimensions;
  if (out.header_hash != base::checksum(bytes.substr(0, hashed)) || !is_known(metric, scalar) ||
      dimensions == 0 || dimensions > kMaxDimensions ||
      base::invalid_utf8_offset(out.header.maker)) {
    return std::unexpected(damaged("its header does not verify"));
  }
  out.header.format.metric = static_cast<Metric>(metric);
  out.header.format.scalar = static_cast<Scalar>(scalar);
  out.header.uuid = base::uuid_from_bytes(uuid);
  out.end_offset = hashed + kHashSize;
  return out;
}

}  // namespace

std::string encode_next_header(const NextHeader& header) {
  std::string out;
  base::ByteWriter writer(out);
  writer.bytes(kMagic);
  writer.u32(kNextFormat);
  writer.u32(header.format.dimensions);
  writer.u8(static_cast<std::uint8_t>(header.format.metric));
  writer.u8(static_cast<std::uint8_t>(header.format.scalar));
  writer.u16(0);
  writer.u32(static_cast<std::uint32_t>(header.maker.size()));
  writer.bytes(header.uuid.view());
  writer.bytes(header.maker);
  writer.pad_to(kAlignment);
  writer.u64(base::checksum(out));
  return out;
}

std::string encode_next_frame(std::uint64_t header_hash,
                              std::uint64_t offset,
                              std::span<const std::uint64_t> keys,
                              std::string_view vectors) {
  std::string rest;
  base::ByteWriter writer(rest);
  writer.u64(keys.size());
  for (const std::uint64_t key : keys) {
    writer.u64(key);
  }
  writer.bytes(vectors);
  writer.pad_to(kAlignment);
  std::string out;
  base::ByteWriter(out).u64(base::checksum(rest, header_hash + offset));
  return out + rest;
}

Result<NextContent> read_next_vectors(std::string_view bytes) {
  QUIRE_TRY_ASSIGN(NextContent out, read_header(bytes));
  const std::size_t stride = out.header.format.bytes_per_vector();
  for (;;) {
    const std::string_view rest = bytes.substr(out.end_offset);
    const std::uint64_t length = frame_length(rest, stride);
    const std::uint64_t hash = base::ByteReader(rest).u64();
    if (length == 0 || hash != base::checksum(rest.substr(kHashSize, length - kHashSize),
                                              out.header_hash + out.end_offset)) {
      return out;
    }
    take_frame(rest.substr(0, length), out.end_offset, stride, out);
    out.end_offset += length;
  }
}

Result<std::optional<NextContent>> find_next_vectors(base::FileSystem& files,
                                                     const std::string& folder) {
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files.stat(path_of(folder)));
  if (!stat.is_file) {
    return std::nullopt;
  }
  // Read, not mapped: it may be shortened meanwhile.
  const auto bytes = base::read_file(files, path_of(folder));
  if (!bytes) {
    return bytes.error().code == ErrorCode::not_found
               ? Result<std::optional<NextContent>>(std::nullopt)
               : std::unexpected(bytes.error());
  }
  auto content = read_next_vectors(*bytes);
  return content ? std::optional(*std::move(content)) : std::nullopt;
}

Status remove_next_vectors(base::FileSystem& files, const std::string& folder) {
  const std::string next = base::join(folder, kNextFolder);
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files.stat(path_of(folder)));
  if (stat.exists && !stat.is_directory) {
    QUIRE_TRY(files.unlink(path_of(folder)));
  }
  const auto others = files.list(next);
  return others && others->empty() ? files.remove_folder(next) : Status();
}

Result<NextVectors> NextVectors::open(base::FileSystem& files,
                                      const std::string& folder,
                                      const NextHeader& header) {
  QUIRE_TRY(base::make_room_for_folder(files, base::join(folder, kNextFolder)));
  QUIRE_TRY(files.create_folder(base::join(folder, kNextFolder)));
  QUIRE_TRY(base::make_room_for_file(files, path_of(folder)));
  QUIRE_TRY_ASSIGN(std::unique_ptr<base::File> file,
                   files.open(path_of(folder), base::OpenMode::read_write));
  QUIRE_TRY_ASSIGN(const bool alone, file->try_lock(kLockedByte, base::LockMode::exclusive));
  if (!alone) {
    return fail(ErrorCode::locked, "replace the vectors of " + folder +
                                       ": another process is doing that; wait for it, or end it");
  }
  NextVectors out(std::move(file), header.format);
  QUIRE_TRY_ASSIGN(const std::uint64_t size, out.file_->size());
  QUIRE_TRY_ASSIGN(const std::string bytes, out.file_->read_at(0, size));
  const auto content = read_next_vectors(bytes);
  if (!content || content->header != header) {
    QUIRE_TRY(out.begin(header));
    return out;
  }
  out.take(*content);
  if (out.end_offset_ != size) {
    QUIRE_TRY(out.file_->truncate(out.end_offset_));
  }
  return out;
}

Status NextVectors::begin(const NextHeader& header) {
  const std::string bytes = encode_next_header(header);
  QUIRE_TRY(file_->truncate(0));
  QUIRE_TRY(file_->write_at(0, bytes));
  QUIRE_TRY_ASSIGN(const NextContent content, read_next_vectors(bytes));
  take(content);
  return {};
}

void NextVectors::take(const NextContent& content) {
  header_hash_ = content.header_hash;
  end_offset_ = content.end_offset;
  for (const NextContent::Place& place : content.vectors) {
    places_.insert_or_assign(place.key, place.offset);
  }
}

Status NextVectors::append(std::span<const std::uint64_t> keys, std::string_view vectors) {
  const std::string frame = encode_next_frame(header_hash_, end_offset_, keys, vectors);
  QUIRE_TRY(file_->write_at(end_offset_, frame));
  const std::uint64_t first = end_offset_ + kFrameHeaderSize + keys.size_bytes();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    places_.insert_or_assign(keys[i], first + i * format_.bytes_per_vector());
  }
  end_offset_ += frame.size();
  return {};
}

Status NextVectors::finish() {
  QUIRE_TRY_ASSIGN(bytes_, file_->map());
  QUIRE_TRY_ASSIGN(const NextContent content, read_next_vectors(bytes_->view()));
  if (content.header_hash != header_hash_ || content.end_offset != end_offset_) {
    return std::unexpected(
        damaged("damaged at byte " + std::to_string(content.end_offset) + " since it was written"));
  }
  return {};
}

}  // namespace quire::store
