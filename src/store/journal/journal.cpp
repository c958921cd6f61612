#include "store/journal/journal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "base/strangers.hpp"
#include "base/try.hpp"

namespace quire::journal {
namespace {

constexpr std::string_view kMagic = "QUIREJ01";
constexpr std::string_view kNamePrefix = "journal-";
constexpr std::string_view kNameSuffix = ".log";
constexpr std::size_t kNameDigits = 8;
constexpr std::size_t kHash = sizeof(std::uint64_t);
constexpr std::size_t kAlignment = 8;
constexpr std::uint32_t kCommit = 0x544D4F43;  // "COMT"
constexpr std::uint32_t kSeal = 0x4C414553;    // "SEAL"

std::string encode(const Header& header) {
  std::string out;
  base::ByteWriter writer(out);
  writer.bytes(kMagic);
  writer.u32(header.file_format);
  writer.u32(header.format.dimensions);
  writer.u8(std::to_underlying(header.format.metric));
  writer.u8(std::to_underlying(header.format.scalar));
  writer.pad_to(kAlignment);
  writer.bytes(header.uuid.view());
  writer.u64(header.generation);
  writer.u64(header.salt);
  writer.u64(header.base_lsn);
  writer.u64(header.next_key);
  writer.bytes(std::string(16, '\0'));
  writer.u64(base::checksum(out));
  return out;
}

std::unexpected<Error> damaged(const std::string& name,
                               std::uint64_t offset,
                               const std::string& what) {
  return fail(ErrorCode::corrupt, name + " at byte " + std::to_string(offset) + ": " + what);
}

struct FrameHeader {
  std::uint32_t kind = 0;
  std::uint64_t payload_length = 0;
  std::uint64_t lsn = 0;
  std::uint64_t synced_lsn = 0;
  std::uint64_t payload_hash = 0;
};

std::string encode(const FrameHeader& frame, std::uint64_t seed) {
  std::string out;
  base::ByteWriter writer(out);
  writer.u32(frame.kind);
  writer.u32(0);
  writer.u64(frame.payload_length);
  writer.u64(frame.lsn);
  writer.u64(frame.synced_lsn);
  writer.u64(frame.payload_hash);
  writer.u64(base::checksum(out, seed));
  return out;
}

/// The frame header that was written at `offset`, if that is what `raw` is. Its hash is seeded with
/// salt and offset: no byte of a payload, of another journal or of another place passes for one.
std::optional<FrameHeader> frame_header_in(std::string_view raw,
                                           std::uint64_t offset,
                                           std::uint64_t salt) {
  base::ByteReader reader(raw);
  FrameHeader frame;
  frame.kind = reader.u32();
  if (frame.kind != kCommit && frame.kind != kSeal) {
    return std::nullopt;
  }
  const std::uint32_t zero = reader.u32();
  frame.payload_length = reader.u64();
  frame.lsn = reader.u64();
  frame.synced_lsn = reader.u64();
  frame.payload_hash = reader.u64();
  const std::uint64_t hash = reader.u64();
  const bool plausible = zero == 0 && frame.payload_length % kAlignment == 0 &&
                         (frame.kind == kCommit || frame.payload_length == 0);
  if (!reader.ok() || !plausible ||
      hash != base::checksum(raw.substr(0, kFrameHeaderSize - kHash), salt + offset)) {
    return std::nullopt;
  }
  return frame;
}

/// A journal's bytes in memory.
class BytesInMemory {
 public:
  explicit BytesInMemory(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t size() const { return bytes_.size(); }
  /// Up to `size` bytes at `offset`; fewer at the end.
  std::string_view at(std::uint64_t offset, std::uint64_t size) const {
    return bytes_.substr(std::min(offset, this->size()), size);
  }
  /// True if what was read may have changed and is read anew from now on.
  bool look_again() const { return false; }
  Status status() const { return {}; }

 private:
  std::string_view bytes_;
};

/// A journal's bytes in its file, of which one window is in memory at a time.
class BytesInFile {
 public:
  BytesInFile(const base::File& file, std::uint64_t size) : file_(file), size_(size) {}

  std::uint64_t size() const { return size_; }

  /// As above; good until the next call.
  std::string_view at(std::uint64_t offset, std::uint64_t size) {
    if (!status_) {
      return {};
    }
    offset = std::min(offset, size_);
    size = std::min(size, size_ - offset);
    if (offset < begin_ || offset + size > begin_ + window_.size()) {
      move_window(offset, size);
    }
    return std::string_view(window_).substr(offset - begin_, size);
  }

  bool look_again() {
    window_.clear();
    return true;
  }

  const Status& status() const { return status_; }

 private:
  /// Small enough to stay in the processor's cache until it is hashed and taken apart.
  static constexpr std::uint64_t kWindow = std::uint64_t{256} << 10;

  void move_window(std::uint64_t offset, std::uint64_t size) {
    begin_ = offset;
    window_.resize(std::min(std::max(size, kWindow), size_ - offset));
    const Result<std::size_t> got = file_.read_into(offset, window_);
    if (!got) {
      status_ = std::unexpected(got.error());
    }
    window_.resize(got.value_or(0));
  }

  const base::File& file_;
  std::uint64_t size_;
  std::string window_;
  std::uint64_t begin_ = 0;
  Status status_;
};

template <class Bytes>
std::optional<FrameHeader> frame_header_at(Bytes& bytes, std::uint64_t offset, std::uint64_t salt) {
  return frame_header_in(bytes.at(offset, kFrameHeaderSize), offset, salt);
}

/// The payload of the frame at `offset`, if all of it is there and unharmed.
template <class Bytes>
std::optional<std::string_view> payload_of(const FrameHeader& frame,
                                           Bytes& bytes,
                                           std::uint64_t offset,
                                           std::uint64_t salt) {
  if (frame.payload_length > bytes.size() - offset - kFrameHeaderSize) {
    return std::nullopt;
  }
  const std::string_view payload = bytes.at(offset + kFrameHeaderSize, frame.payload_length);
  if (payload.size() != frame.payload_length ||
      base::checksum(payload, salt) != frame.payload_hash) {
    return std::nullopt;
  }
  return payload;
}

/// Where a frame header after `offset` says that `lsn` was on the disk when it was written, if one
/// does. Headers that are sound speak for themselves, whatever became of their payloads.
template <class Bytes>
std::optional<std::uint64_t> proof_of_sync(Bytes& bytes,
                                           std::uint64_t offset,
                                           std::uint64_t lsn,
                                           std::uint64_t salt) {
  for (std::uint64_t at = offset; at + kFrameHeaderSize <= bytes.size(); at += kAlignment) {
    const std::optional<FrameHeader> frame = frame_header_at(bytes, at, salt);
    if (frame && frame->synced_lsn >= lsn) {
      return at;
    }
  }
  return std::nullopt;
}

/// One reading of a journal.
template <class Bytes>
class Scanner {
 public:
  Scanner(Bytes bytes, const Header& header, const std::string& name)
      : bytes_(std::move(bytes)), header_(header), name_(name) {}

  template <class Visit>
  Result<Scan> run(std::uint64_t offset, std::uint64_t lsn, const Visit& visit) {
    QUIRE_ASSERT(offset >= kHeaderSize && offset % kAlignment == 0);
    if (offset > bytes_.size()) {
      return damaged(name_, bytes_.size(),
                     "the file ends here; " + std::to_string(offset) + " bytes were read before");
    }
    out_.end_offset = offset;
    out_.end_lsn = lsn;
    QUIRE_TRY(frames(visit));
    std::optional<std::uint64_t> proof = proof_of_more();
    // What looks damaged may be a torn tail in whose place a writer has just put its frames.
    while (proof && out_.end_offset != looked_at_ && bytes_.look_again()) {
      looked_at_ = out_.end_offset;
      QUIRE_TRY(frames(visit));
      proof = proof_of_more();
    }
    QUIRE_TRY(bytes_.status());
    out_.tail_bytes = bytes_.size() - out_.end_offset;
    if (out_.sealed && out_.tail_bytes > 0) {
      return damaged(name_, out_.end_offset,
                     std::to_string(out_.tail_bytes) + " bytes after the seal");
    }
    if (proof) {
      return damaged(name_, out_.end_offset,
                     "lsn " + std::to_string(out_.end_lsn + 1) +
                         " does not verify, and the frame at byte " + std::to_string(*proof) +
                         " says that it was on the disk");
    }
    return std::move(out_);
  }

 private:
  std::optional<std::uint64_t> proof_of_more() {
    return proof_of_sync(bytes_, out_.end_offset, out_.end_lsn + 1, header_.salt);
  }

  /// Goes on to the first frame that is not valid.
  template <class Visit>
  Status frames(const Visit& visit) {
    while (out_.end_offset < bytes_.size() && !out_.sealed) {
      const std::uint64_t offset = out_.end_offset;
      const std::optional<FrameHeader> frame = frame_header_at(bytes_, offset, header_.salt);
      const auto payload = frame ? payload_of(*frame, bytes_, offset, header_.salt) : std::nullopt;
      if (!payload) {
        return {};
      }
      out_.sealed = frame->kind == kSeal;
      const std::uint64_t expected = out_.sealed ? out_.end_lsn : out_.end_lsn + 1;
      if (frame->lsn != expected) {
        return damaged(
            name_, offset,
            "found lsn " + std::to_string(frame->lsn) + ", expected " + std::to_string(expected));
      }
      if (!out_.sealed) {
        QUIRE_TRY(visit(Frame{frame->lsn, offset, *payload}));
      }
      out_.end_lsn = frame->lsn;
      out_.end_offset = offset + kFrameHeaderSize + frame->payload_length;
    }
    return {};
  }

  Bytes bytes_;
  const Header& header_;
  const std::string& name_;
  Scan out_;
  std::uint64_t looked_at_ = UINT64_MAX;
};

}  // namespace

std::string file_name(std::uint64_t generation) {
  std::string digits = std::to_string(generation);
  digits.insert(0, kNameDigits - std::min(kNameDigits, digits.size()), '0');
  return std::string(kNamePrefix) + digits + std::string(kNameSuffix);
}

std::uint64_t generation_of(std::string_view name) {
  if (!name.starts_with(kNamePrefix) || !name.ends_with(kNameSuffix) ||
      name.size() < kNamePrefix.size() + kNameDigits + kNameSuffix.size()) {
    return 0;
  }
  const std::string_view digits =
      name.substr(kNamePrefix.size(), name.size() - kNamePrefix.size() - kNameSuffix.size());
  std::uint64_t generation = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), generation);
  // One name a generation: no signs, no needless zeros, nothing that overflows.
  return file_name(generation) == name ? generation : 0;
}

Result<Header> read_header(std::string_view bytes, const std::string& name) {
  if (bytes.size() < kHeaderSize) {
    return damaged(name, 0,
                   "a journal's header has " + std::to_string(kHeaderSize) +
                       " bytes, the file has " + std::to_string(bytes.size()));
  }
  base::ByteReader reader(bytes.substr(0, kHeaderSize));
  if (reader.bytes(kMagic.size()) != kMagic) {
    return damaged(name, 0, "not a journal: it does not begin with " + std::string(kMagic));
  }
  const std::uint32_t format = reader.u32();
  Header header;
  header.format.dimensions = reader.u32();
  const std::uint8_t metric = reader.u8();
  const std::uint8_t scalar = reader.u8();
  reader.bytes(6);
  header.uuid = base::uuid_from_bytes(reader.bytes(header.uuid.bytes.size()));
  header.generation = reader.u64();
  header.salt = reader.u64();
  header.base_lsn = reader.u64();
  header.next_key = reader.u64();
  reader.bytes(16);
  if (reader.u64() != base::checksum(bytes.substr(0, kHeaderSize - kHash))) {
    return damaged(name, 0, "XXH3-64 mismatch in the header");
  }
  if (format > kFormat) {
    return fail(ErrorCode::incompatible, name + ": found format " + std::to_string(format) +
                                             ", this quire reads up to " + std::to_string(kFormat) +
                                             "; use a newer quire");
  }
  if (format == 0 || header.generation == 0 || header.format.dimensions > kMaxDimensions ||
      metric > std::to_underlying(Metric::squared_l2) || scalar > std::to_underlying(Scalar::i8)) {
    return damaged(name, 0, "the header holds impossible values");
  }
  header.file_format = format;
  header.format.metric = static_cast<Metric>(metric);
  header.format.scalar = static_cast<Scalar>(scalar);
  return header;
}

Result<Scan> scan(std::string_view bytes,
                  const Header& header,
                  std::uint64_t offset,
                  std::uint64_t lsn,
                  const std::string& name) {
  std::vector<Frame> frames;
  auto scan = Scanner(BytesInMemory(bytes), header, name).run(offset, lsn, [&](const Frame& frame) {
    frames.push_back(frame);
    return Status{};
  });
  if (scan) {
    scan->frames = std::move(frames);
  }
  return scan;
}

Result<Scan> scan(const base::File& file,
                  std::uint64_t size,
                  const Header& header,
                  std::uint64_t offset,
                  std::uint64_t lsn,
                  const std::string& name,
                  const std::function<Status(const Frame&)>& visit) {
  return Scanner(BytesInFile(file, size), header, name).run(offset, lsn, visit);
}

std::vector<Frame> find_frames(std::string_view bytes, const Header& header, std::uint64_t offset) {
  std::vector<Frame> out;
  const BytesInMemory all(bytes);
  // Real frames do not overlap. Forged headers, of which each declares the rest of the file, would
  // have it hashed once for each of them.
  std::uint64_t in_vain = 2 * bytes.size();
  while (offset + kFrameHeaderSize <= bytes.size()) {
    const std::optional<FrameHeader> frame = frame_header_at(all, offset, header.salt);
    const bool worth_it = frame && frame->payload_length <= in_vain;
    const auto payload = worth_it ? payload_of(*frame, all, offset, header.salt) : std::nullopt;
    if (payload && frame->kind == kCommit) {
      out.push_back({frame->lsn, offset, *payload});
    }
    in_vain -= worth_it && !payload ? frame->payload_length : 0;
    offset += payload ? kFrameHeaderSize + payload->size() : kAlignment;
  }
  return out;
}

Writer::Writer(std::unique_ptr<base::File> file,
               const Header& header,
               std::uint64_t offset,
               std::uint64_t lsn)
    : file_(std::move(file)), header_(header), offset_(offset), lsn_(lsn), synced_lsn_(lsn) {}

Result<Writer> Writer::create(base::FileSystem& files,
                              const std::string& folder,
                              const Header& header) {
  QUIRE_TRY_ASSIGN(Writer writer, begin(files, folder, header));
  QUIRE_TRY(writer.finish(files, folder));
  return writer;
}

Result<Writer> Writer::begin(base::FileSystem& files,
                             const std::string& folder,
                             const Header& header) {
  // Whole or absent: a header torn under the final name, beside a newer journal, could not be told
  // from damage.
  QUIRE_TRY_ASSIGN(auto file, base::create_file(files, base::join(folder, kUnfinishedName)));
  QUIRE_TRY(file->write_at(0, encode(header)));
  return Writer(std::move(file), header, kHeaderSize, header.base_lsn);
}

Status Writer::finish(base::FileSystem& files, const std::string& folder) {
  const std::string path = base::join(folder, file_name(header_.generation));
  QUIRE_TRY_ASSIGN(const base::FileStat found, files.stat(path));
  if (found.exists) {
    return fail(ErrorCode::store_io, "create " + path + ": it exists already");
  }
  QUIRE_TRY(remember(file_->sync()));
  QUIRE_TRY(files.rename(base::join(folder, kUnfinishedName), path));
  QUIRE_TRY(files.sync_folder(folder));
  synced_lsn_ = lsn_;
  return {};
}

Result<Writer> Writer::resume(base::FileSystem& files,
                              const std::string& folder,
                              const Header& header,
                              const Scan& scan) {
  const std::string path = base::join(folder, file_name(header.generation));
  QUIRE_TRY_ASSIGN(const base::FileStat found, files.stat(path));
  if (!found.exists || found.size < scan.end_offset) {
    return damaged(path, found.size, "the file was shortened after it was read");
  }
  QUIRE_TRY_ASSIGN(auto file, files.open(path, base::OpenMode::read_write));
  if (found.size > scan.end_offset) {
    QUIRE_TRY(file->truncate(scan.end_offset));
  }
  // What was read may be in the page cache only; nothing may be acknowledged on top of it before.
  QUIRE_TRY(file->sync());
  QUIRE_TRY(files.sync_folder(folder));
  Writer writer(std::move(file), header, scan.end_offset, scan.end_lsn);
  writer.sealed_ = scan.sealed;
  return writer;
}

Status Writer::append(std::uint64_t lsn, std::string_view payload) {
  QUIRE_ASSERT(lsn == lsn_ + 1 && payload.size() % kAlignment == 0);
  return write_frame(kCommit, lsn, payload);
}

Status Writer::sync() {
  QUIRE_TRY(usable());
  if (synced_lsn_ == lsn_) {
    return {};
  }
  QUIRE_TRY(remember(file_->sync()));
  synced_lsn_ = lsn_;
  return {};
}

Status Writer::seal() {
  // The commits first: then the seal can say that all of them are on the disk.
  QUIRE_TRY(sync());
  QUIRE_TRY(write_frame(kSeal, lsn_, {}));
  sealed_ = true;
  return remember(file_->sync());
}

Status Writer::close() {
  if (file_ == nullptr) {
    return {};
  }
  const auto file = std::exchange(file_, nullptr);
  return file->close();
}

Status Writer::usable() const {
  if (failed_ || sealed_ || file_ == nullptr) {
    const char* const state = failed_   ? "an earlier write failed; reopen the store"
                              : sealed_ ? "sealed"
                                        : "closed";
    return fail(ErrorCode::unavailable, file_name(header_.generation) + ": " + state);
  }
  return {};
}

Status Writer::remember(Status status) {
  failed_ = failed_ || !status.has_value();
  return status;
}

Status Writer::write_frame(std::uint32_t kind, std::uint64_t lsn, std::string_view payload) {
  QUIRE_TRY(usable());
  std::string bytes =
      encode({kind, payload.size(), lsn, synced_lsn_, base::checksum(payload, header_.salt)},
             header_.salt + offset_);
  bytes.append(payload);
  QUIRE_TRY(remember(file_->write_at(offset_, bytes)));
  offset_ += bytes.size();
  lsn_ = lsn;
  return {};
}

}  // namespace quire::journal
