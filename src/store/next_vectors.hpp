#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"

/// The vectors that are to replace those of a store, as far as they are made.
///
///     next/vectors.log = header, then frames
///     header = "QUIRENXT" | u32 format | u32 dimensions | u8 metric | u8 scalar | u16 zero
///              | u32 length of maker | uuid (16) | maker | zeros to a multiple of 8
///              | u64 XXH3-64 of all the above
///     frame  = u64 XXH3-64 of the rest of the frame, seed the header's hash + the frame's offset
///              | u64 vectors (1 or more) | u64 key of each | the vectors as stored
///              | zeros to a multiple of 8
///
/// Work that is done, not truth: never synced, and what does not verify is made again. A key is of
/// one chunk for good, so a vector holds whatever becomes of the others.
namespace quire::store {

inline constexpr const char* kNextFolder = "next";
inline constexpr const char* kNextVectorsName = "vectors.log";
inline constexpr std::uint32_t kNextFormat = 1;
inline constexpr std::size_t kMaxMakerBytes = 4096;

struct NextHeader {
  VectorFormat format;
  base::Uuid uuid;    ///< Of the store.
  std::string maker;  ///< VectorReplacement::maker.

  bool operator==(const NextHeader&) const = default;
};

/// What such a file holds.
struct NextContent {
  struct Place {
    std::uint64_t key = 0;
    std::uint64_t offset = 0;  ///< Of its vector in the file.
  };

  NextHeader header;
  std::uint64_t header_hash = 0;
  std::vector<Place> vectors;    ///< In the order of the file; of a key's several the last counts.
  std::uint64_t end_offset = 0;  ///< After the last frame that verifies.
};

std::string encode_next_header(const NextHeader& header);

/// The frame at `offset` of a file whose header has `header_hash`. `vectors`: as stored, of `keys`.
std::string encode_next_frame(std::uint64_t header_hash,
                              std::uint64_t offset,
                              std::span<const std::uint64_t> keys,
                              std::string_view vectors);

/// Reads any bytes; the first frame that does not verify ends them. Errors: `corrupt` (the header),
/// `incompatible` (a newer format).
Result<NextContent> read_next_vectors(std::string_view bytes);

/// What lies in `folder`'s next/; nothing: no such file, or none that can be read.
Result<std::optional<NextContent>> find_next_vectors(base::FileSystem& files,
                                                     const std::string& folder);

/// Removes the file, and next/ if nothing else is in it. No error if they are not there.
Status remove_next_vectors(base::FileSystem& files, const std::string& folder);

/// One store's vectors in the making, by one process at a time.
class NextVectors {
 public:
  /// Goes on with what `folder`'s next/ has of these, else begins anew. Errors: `locked`,
  /// `store_io`.
  static Result<NextVectors> open(base::FileSystem& files,
                                  const std::string& folder,
                                  const NextHeader& header);

  const VectorFormat& format() const { return format_; }
  std::size_t size() const { return places_.size(); }
  bool has(std::uint64_t key) const { return places_.contains(key); }

  /// `vectors`: as stored, of `keys`.
  Status append(std::span<const std::uint64_t> keys, std::string_view vectors);

  /// Verifies all that is there; then vector() may be asked, and nothing appended. Error:
  /// `corrupt`.
  Status finish();
  const char* vector(std::uint64_t key) const { return bytes_->view().data() + places_.at(key); }

 private:
  NextVectors(std::unique_ptr<base::File> file, const VectorFormat& format)
      : file_(std::move(file)), format_(format) {}

  Status begin(const NextHeader& header);
  void take(const NextContent& content);

  std::unique_ptr<base::File> file_;  ///< Locked.
  VectorFormat format_;
  std::uint64_t header_hash_ = 0;
  std::uint64_t end_offset_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> places_;  ///< Key to offset.
  std::unique_ptr<base::FileBytes> bytes_;                   ///< Of finish().
};

}  // namespace quire::store
