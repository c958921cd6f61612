#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <quire/result.hpp>

namespace quire::embedding {

enum class TextKind : std::uint8_t { query, document };

/// A file of word vectors, read in place. All numbers are little-endian; sections follow each other
/// without gaps.
///
///     0   "QUIREMDL"
///     8   u32 format (1)      12  u32 version of the model
///     16  u32 dimensions      20  u32 words
///     24  u32 slots           28  u32 bytes of all words
///     32  u64 XXH3-64 of what follows
///     40  f32[words]              what a number of the word's row is worth in a question
///         f32[words]              and in a document
///         u32[words + 1]          where each word begins among the bytes of all
///         u16[slots]              a hash table: number of a word + 1, 0: free
///         u8[bytes of all words]  the words
///         i8[words][dimensions]   the rows
///
/// A word is found at slot XXH3-64(word) modulo slots (a power of two above words) or behind it,
/// before a free slot.
class WordTable {
 public:
  static constexpr std::uint32_t kFormat = 1;
  static constexpr std::size_t kHeaderBytes = 40;
  static constexpr std::uint32_t kMostWords = 0xfffe;
  static constexpr std::uint32_t kMostDimensions = 4096;

  /// `bytes` must outlive this and begin at an address that is a multiple of 8. Reads the header
  /// alone, checks sizes and not the checksum. Errors: `store_serde` for what is no such file,
  /// `incompatible` for another format.
  static Result<WordTable> open(std::string_view bytes);

  std::uint32_t version() const { return version_; }
  std::size_t dimensions() const { return dimensions_; }
  std::size_t size() const { return query_weights_.size(); }
  /// Hex digits: of the checksum in the header, which the file's bytes are to have.
  std::string hash() const;
  /// Reads all: the checksum fits, offsets rise, and every word is found at its number. Errors:
  /// `corrupt`.
  Status verify() const;

  std::optional<std::uint32_t> find(std::string_view word) const;
  std::string_view word(std::uint32_t number) const;
  const std::int8_t* row(std::uint32_t number) const { return rows_ + number * dimensions_; }
  /// Brings a row nearer that will be read soon.
  void prefetch(std::uint32_t number) const {
    constexpr std::size_t kLine = 64;
    for (std::size_t at = 0; at < dimensions_; at += kLine) {
      __builtin_prefetch(row(number) + at);
    }
  }
  std::span<const float> weights(TextKind kind) const {
    return kind == TextKind::query ? query_weights_ : document_weights_;
  }

 private:
  std::string_view bytes_;
  std::uint32_t version_ = 0;
  std::size_t dimensions_ = 0;
  std::uint64_t checksum_ = 0;
  std::span<const float> query_weights_;
  std::span<const float> document_weights_;
  std::span<const std::uint32_t> offsets_;
  std::span<const std::uint16_t> slots_;
  std::string_view words_;
  const std::int8_t* rows_ = nullptr;
};

/// What a file is made of.
struct WordRow {
  std::string word;
  std::span<const float> vector;
  float query_weight = 0;  ///< Times the vector.
  float document_weight = 0;
};

/// The file's bytes. Each vector is scaled so that its largest number becomes 127. At most
/// kMostWords different words of at most kLongestWord bytes, all vectors of one length.
std::string make_word_table(std::span<const WordRow> rows, std::uint32_t version);

}  // namespace quire::embedding
