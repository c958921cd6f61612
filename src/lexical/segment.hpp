#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"
#include "base/verified_bytes.hpp"
#include "lexical/occurrence.hpp"

/// Some chunks' terms, never changed: what cache/words-N holds. Derived from the chunks alone;
/// whatever is wrong with one, it is left out and made again.
///
///     "QUIREWRD" | u32 format | u32 tokenizer | uuid (16) | u64 documents | u64 terms
///     | u64 sum of lengths | u64 bytes of postings | u64 bytes of terms | u64 term blocks
///     | u64 as of which lsn of the store (0: before its first update)
///     | documents x u64 key, rising
///     | documents x u8 length code (bm25.hpp), zeros to a multiple of 8
///     | postings, zeros to a multiple of 8 | terms, zeros to a multiple of 8
///     | term blocks x (u32 where it begins in terms, u32 zero, u64 where its postings begin)
///     | u64 XXH3-64 of each 4 KiB of all the above | u64 bytes of all the above
///     | u64 XXH3-64 of these hashes and the number
///
/// Terms rise bytewise, 16 a block. A term is varint(bytes shared with the one before, 0 at the
/// beginning of a block) varint(other bytes) bytes varint(documents), then of one document
/// varint(document) u8 occurrence, else u8 best occurrence, u8 least length code, varint(bytes of
/// its postings), which lie behind those of the term before.
///
/// Postings of up to 128 documents are one run: varint of each document less the one before it
/// (the first: itself), then the occurrences, one byte each. Of more: u32 runs, then a run's (u32
/// last document, u32 where it ends behind these entries, u8 best occurrence, u8 least length code,
/// u16 zero) each, then the runs; the first document of each is less the last of the run before.
namespace quire::lexical {

/// A segment's file is in cache/, this and a number.
inline constexpr std::string_view kWordsPrefix = "words-";
inline constexpr std::uint32_t kSegmentFormat = 2;
/// Raised when the same chunk would give other terms.
inline constexpr std::uint32_t kTokenizerVersion = 2;
inline constexpr std::size_t kRunPostings = 128;

struct Posting {
  std::uint32_t document = 0;
  Occurrence occurrence = 0;

  bool operator==(const Posting&) const = default;
};

/// What all documents that a term has in a run, or anywhere, are below: no occurrence weighs more,
/// no length is shorter.
struct Bound {
  Occurrence best = 0;
  std::uint8_t least_length = 255;

  void take_in(Occurrence occurrence, std::uint8_t length);
  void take_in(const Bound& other) { take_in(other.best, other.least_length); }
};

/// Where a term's postings are.
struct TermEntry {
  std::uint32_t documents = 0;
  Bound bound;
  Posting only;               ///< If documents is 1.
  std::string_view postings;  ///< Else; verified.
};

/// Threads: any.
class Segment {
 public:
  /// Verifies header and keys; the rest when it is used. Errors: `corrupt`, `incompatible` (another
  /// format or tokenizer). `name` is for messages.
  static Result<std::shared_ptr<const Segment>> read(const std::string& name,
                                                     std::unique_ptr<base::FileBytes> bytes);
  /// Of SegmentWriter's bytes, which need no verification.
  static std::shared_ptr<const Segment> of(std::string bytes);

  const base::Uuid& uuid() const { return uuid_; }
  /// Chunks that were updated by later commits of the store have other words.
  std::uint64_t as_of() const { return as_of_; }
  /// As read() takes them.
  std::string_view bytes() const { return bytes_; }

  /// By document; rising.
  std::span<const std::uint64_t> keys() const { return keys_; }
  std::uint32_t documents() const { return static_cast<std::uint32_t>(keys_.size()); }
  std::span<const std::uint8_t> length_codes() const { return length_codes_; }
  std::uint64_t terms() const { return terms_count_; }
  std::uint64_t total_length() const { return total_length_; }
  std::uint64_t posting_bytes() const { return postings_.size(); }
  std::uint64_t term_bytes() const { return terms_.size(); }

  /// Nothing if no document has it, or damage was met.
  std::optional<TermEntry> find(std::string_view term) const;

  /// `corrupt` if damage was met: to be asked before an answer is believed.
  Status status() const { return verified_->status(); }

  /// Reads all of it. Error: as status().
  Status verify() const;

  /// Walks all terms in their order.
  class TermCursor {
   public:
    explicit TermCursor(const Segment& segment) : segment_(&segment) {}
    /// False at the end, and when damage is met.
    bool next();
    const std::string& term() const { return term_; }
    const TermEntry& entry() const { return entry_; }

   private:
    friend class Segment;
    bool enter_block(std::size_t block);
    bool take_term();
    bool take_entry();

    const Segment* segment_;
    std::string_view rest_;      ///< Of the block's terms, from the next one on.
    std::string_view postings_;  ///< Of the block, from the next term's on.
    std::size_t next_block_ = 0;
    std::size_t left_in_block_ = 0;
    std::string term_;
    TermEntry entry_;
  };

  /// All postings of an entry; stops at what can't be.
  std::vector<Posting> postings(const TermEntry& entry) const;

 private:
  friend class PostingCursor;
  Segment() = default;

  /// What the terms of a block take.
  struct TermBlock {
    std::string_view terms;  ///< Verified.
    std::string_view postings;
  };

  Status parse();
  std::size_t block_count() const;
  std::optional<TermBlock> term_block(std::size_t block) const;
  std::string_view first_term(std::size_t block) const;
  bool postings_sound(std::string_view part) const { return verified_->verify(part); }
  void distrust(std::string_view part) const { verified_->distrust(part); }

  std::unique_ptr<base::FileBytes> file_;
  std::string owned_;
  std::string_view bytes_;
  std::string_view content_;
  std::optional<base::VerifiedBytes> verified_;
  base::Uuid uuid_;
  std::span<const std::uint64_t> keys_;
  std::span<const std::uint8_t> length_codes_;
  std::uint64_t terms_count_ = 0;
  std::uint64_t total_length_ = 0;
  std::uint64_t as_of_ = 0;
  std::string_view postings_;
  std::string_view terms_;
  std::string_view term_blocks_;
};

/// Reads a term's postings run by run.
class PostingCursor {
 public:
  static constexpr std::uint32_t kEnd = UINT32_MAX;

  PostingCursor(const Segment& segment, const TermEntry& entry);

  /// A bound of all postings in [first, end); nothing if there are none. Decodes nothing, but goes
  /// on to the run of `first`.
  std::optional<Bound> bound_in(std::uint32_t first, std::uint32_t end);

  /// The next posting at or behind `document`; kEnd if there is none. Never goes back.
  std::uint32_t seek(std::uint32_t document);
  Occurrence occurrence() const { return occurrences_[at_]; }
  /// Moves one on.
  std::uint32_t next();

 private:
  std::uint32_t last_document(std::uint32_t run) const;
  std::size_t end_of(std::uint32_t run) const;
  Bound bound(std::uint32_t run) const;
  void seek_run(std::uint32_t document);
  void enter_run(std::uint32_t run);
  void decode();

  const Segment* segment_;
  TermEntry entry_;
  std::string_view runs_;  ///< The table; empty where there is one run.
  std::string_view data_;
  std::uint32_t run_ = 0;
  std::uint32_t run_count_ = 0;
  bool decoded_ = false;
  std::uint32_t at_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t documents_[kRunPostings] = {};
  Occurrence occurrences_[kRunPostings] = {};
};

}  // namespace quire::lexical
