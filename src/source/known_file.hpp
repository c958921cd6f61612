#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quire::source {

/// What an index knows of a file: the attribute "file:<displayable path>". Written in the commit
/// that stores the file's chunks, read by whoever asks whether they are still true.
///
///     SIZE MTIME_NS INODE CONTENT_HASH(16 hex) CHUNKER_VERSION BINARY(0 or 1) PATH
///
/// as one line of text, in decimal but for the hash; PATH is everything after the sixth space.
struct KnownFile {
  /// In place of a time: the file had just been changed when it was read, and may have changed
  /// again in the same tick of its clock (git calls such a file racy). No file agrees with it.
  static constexpr std::int64_t kTooYoung = -1;

  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t content_hash = 0;  ///< base::checksum() of the file's bytes.
  std::uint32_t chunker_version = 0;
  std::string path;     ///< Relative to the root, exact bytes.
  bool binary = false;  ///< Known, so as not to be read again, but without chunks.

  bool operator==(const KnownFile&) const = default;
};

inline constexpr std::string_view kKnownFilePrefix = "file:";

/// "file:" and the path as valid UTF-8.
std::string attribute_name(std::string_view path);

std::string encode(const KnownFile& file);

/// Nothing if `text` is not what encode() writes.
std::optional<KnownFile> decode_known_file(std::string_view text);

}  // namespace quire::source
