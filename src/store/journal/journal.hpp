#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"

/// What happened since the checkpoint: framed, checksummed bytes. Knows no record.
///
///     journal-N.log = header (96 bytes), then frames
///     header = "QUIREJ01" | u32 format | u32 dimensions | u8 metric | u8 scalar | 6 zeros
///              | uuid (16) | u64 generation | u64 salt | u64 base_lsn | u64 first_key
///              | 16 zeros | u64 XXH3-64 of the 88 bytes before
///     frame  = u32 kind ("COMT" commit, "SEAL" seal) | u32 zero
///              | u64 payload length (a multiple of 8) | u64 lsn | u64 synced_lsn
///              | u64 XXH3-64(payload, seed salt)
///              | u64 XXH3-64(the 40 bytes before, seed salt + the frame's offset) | payload
///
/// A frame is valid if both hashes are, its lsn is the next one (a seal repeats the last one), and
/// it fits in the file. synced_lsn is the last lsn known to be on the disk when the frame was
/// written: it tells a torn tail (never acknowledged) from damage to what was acknowledged.
/// Whatever comes later, a header keeps its 96 bytes, and the magic, the format and its hash their
/// places.
namespace quire::journal {

/// The newest format; the frames of all are the same, and what a commit says tells of itself.
inline constexpr std::uint32_t kFormat = 2;
inline constexpr std::size_t kHeaderSize = 96;
inline constexpr std::size_t kFrameHeaderSize = 48;
/// A new journal until its header is on the disk.
inline constexpr const char* kUnfinishedName = "journal.tmp";

struct Header {
  std::uint32_t file_format = 1;  ///< 2 if a commit may be in it that format 1 does not know.
  VectorFormat format;
  base::Uuid uuid;
  std::uint64_t generation = 0;
  std::uint64_t salt = 0;
  std::uint64_t base_lsn = 0;  ///< The lsn before its first frame.
  std::uint64_t next_key = 0;  ///< The store's next key at base_lsn.
};

/// "journal-00000007.log".
std::string file_name(std::uint64_t generation);
/// The generation of such a name, or 0 (generations start at 1).
std::uint64_t generation_of(std::string_view file_name);

struct Frame {
  std::uint64_t lsn = 0;
  std::uint64_t offset = 0;  ///< Of the frame in the file.
  std::string_view payload;  ///< Into the bytes that were scanned.
};

struct Scan {
  std::vector<Frame> frames;     ///< Commits only, in order.
  std::uint64_t end_offset = 0;  ///< After the last valid frame (and the seal).
  std::uint64_t end_lsn = 0;
  bool sealed = false;
  std::uint64_t tail_bytes = 0;  ///< Of a torn tail after end_offset: never acknowledged.
};

/// Errors: `corrupt` with file and offset, `incompatible` for a newer format.
Result<Header> read_header(std::string_view bytes, const std::string& name);

/// Reads the frames of `bytes` (a whole file, header included) from `offset` on, where the lsn
/// reached is `lsn`. Errors: `corrupt` with `name` and offset: an invalid frame at or before an lsn
/// that a later sound frame header says was synced, an lsn out of turn, or anything after a seal.
Result<Scan> scan(std::string_view bytes,
                  const Header& header,
                  std::uint64_t offset,
                  std::uint64_t lsn,
                  const std::string& name);

/// The same of the first `size` bytes of a file, which is read in pieces: calls visit(frame) for
/// each commit, whose payload is good until the next; the answer has no frames. A writer may append
/// to the file or cut off its torn tail meanwhile. Errors: those, the file's, and visit's.
Result<Scan> scan(const base::File& file,
                  std::uint64_t size,
                  const Header& header,
                  std::uint64_t offset,
                  std::uint64_t lsn,
                  const std::string& name,
                  const std::function<Status(const Frame&)>& visit);

/// The commits at or after `offset` that verify by themselves, whatever lies between them: what a
/// damaged journal can still tell. Their lsns rise, with gaps. For repairs only.
std::vector<Frame> find_frames(std::string_view bytes, const Header& header, std::uint64_t offset);

/// Appends frames to one journal. Not thread-safe. After a failure every call fails with
/// `unavailable`: what reached the disk is unknown.
class Writer {
 public:
  /// Creates `folder`/file_name(header.generation) so that it is either absent or whole after any
  /// crash: begin() and finish().
  static Result<Writer> create(base::FileSystem& files,
                               const std::string& folder,
                               const Header& header);

  /// Begins a journal as journal.tmp: nothing that is appended counts before finish().
  static Result<Writer> begin(base::FileSystem& files,
                              const std::string& folder,
                              const Header& header);
  /// Syncs what begin() began, gives it its name and syncs the folder.
  Status finish(base::FileSystem& files, const std::string& folder);

  /// Goes on after `scan`, having dropped its torn tail; syncs file and folder first, so that what
  /// was replayed is durable before anything is added.
  static Result<Writer> resume(base::FileSystem& files,
                               const std::string& folder,
                               const Header& header,
                               const Scan& scan);

  /// Writes one commit frame without syncing. `payload` has a multiple of 8 bytes.
  Status append(std::uint64_t lsn, std::string_view payload);
  Status sync();
  /// Writes and syncs a seal: nothing may follow. Appending afterwards is `unavailable`.
  Status seal();
  Status close();

  const Header& header() const { return header_; }
  std::uint64_t size() const { return offset_; }  ///< Bytes of the file.
  std::uint64_t lsn() const { return lsn_; }      ///< Of the last frame written.
  std::uint64_t synced_lsn() const { return synced_lsn_; }
  bool sealed() const { return sealed_; }
  std::uint64_t inode() const { return file_->inode(); }

 private:
  Writer(std::unique_ptr<base::File> file,
         const Header& header,
         std::uint64_t offset,
         std::uint64_t lsn);

  Status usable() const;
  Status remember(Status status);
  Status write_frame(std::uint32_t kind, std::uint64_t lsn, std::string_view payload);

  std::unique_ptr<base::File> file_;
  Header header_;
  std::uint64_t offset_ = 0;
  std::uint64_t lsn_ = 0;
  std::uint64_t synced_lsn_ = 0;
  bool sealed_ = false;
  bool failed_ = false;
};

}  // namespace quire::journal
