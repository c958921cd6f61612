#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/result.hpp>
#include <quire/vector_format.hpp>

#include "base/uuid.hpp"
#include "base/verified_bytes.hpp"
#include "store/records/member.hpp"

/// "Here is an id, give me its chunk": the rows of metadata.json.
///
///     {"format":2,"uuid":"<32 hex>","lsn":12,"dimensions":256,"metric":"cosine","scalar":"bf16",
///      "next_key":345,
///      "fields":{
///     "price":{"type":"f64"},
///     "sku":{"type":"string","unique":true},
///     "uses":{"type":"table","columns":{"name":"string","line":"i64"}}
///     },
///      "updated":{
///     "7":11
///     },
///      "attributes":{
///     "file:src/a.c":"...",
///     "blob":{"base64":"AAE="}
///     },
///      "chunks":{
///     "0":{"file_path":"src/a.c","chunk_id":0,"content":"...","symbol_name":null,"symbol_kind":null,
///          "package_name":null,"language":"c","start_line":1,"end_line":9,"last_modified":0,"note":"x",
///          "price":2.5,"uses":[["f",3],["g",null]]},
///     "7":{...}
///     },
///     "checksum":"xxh3:<16 hex>"}
///
/// (wrapped here; on disk the members before "attributes" are one line, each attribute and each
/// chunk is one line, "attributes", "chunks" and "checksum" begin one, and a line feed ends the
/// file). The checksum is XXH3-64 of every byte before `"checksum"`; its line is the same in every
/// later format. Members that the original schema does not know are ours; a file with only
/// "next_key" and "chunks" is a bare one: its members and keys may come in any order, and
/// "symbol_name", "symbol_kind" and "package_name" may be left out. Attributes whose bytes are not
/// UTF-8 are written as base64. Extra fields follow the ten members, own fields that have a value
/// follow those. "updated" has the lsn of the last update of each live chunk that was ever updated.
/// A file with neither fields nor updates is of format 1, and has neither of these members.
namespace quire::records {

/// The newest format there is.
inline constexpr std::uint32_t kFormat = 2;

/// The most bytes that the strings of one chunk may have together.
inline constexpr std::size_t kMaxChunkBytes = std::size_t{64} << 20;

/// What metadata.json says beside its chunks.
struct FileHeader {
  bool bare = false;  ///< Written by the original: no format, uuid, lsn, checksum.
  base::Uuid uuid;
  std::uint64_t lsn = 0;
  std::uint64_t next_key = 0;
  VectorFormat format;  ///< Zero dimensions in a bare file.
  std::map<std::string, std::string, std::less<>> attributes;
  Schema fields;                                                 ///< The store's own.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> updated;  ///< Key and lsn, by rising key.

  std::uint32_t file_format() const { return fields.empty() && updated.empty() ? 1 : 2; }
};

/// Strings one after the other. Refers to memory of its table.
class StringList {
 public:
  StringList() = default;
  /// `ends` are those of each string in `text`: rising, the last one its size.
  StringList(std::span<const std::uint64_t> ends, std::string_view text)
      : ends_(ends), text_(text) {}

  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::uint64_t begin = i == 0 ? 0 : ends_[i - 1];
    return text_.substr(begin, ends_[i] - begin);
  }
  /// Sends for the memory that says where a string is.
  void prefetch_place(std::size_t i) const { __builtin_prefetch(&ends_[i]); }

 private:
  std::span<const std::uint64_t> ends_;
  std::string_view text_;
};

/// A column of strings, each stored once. Absent values have the id kAbsent.
struct StringColumn {
  static constexpr std::uint32_t kAbsent = UINT32_MAX;

  StringList values;                   ///< Distinct, in the order of their first row.
  std::span<const std::uint32_t> ids;  ///< One a row, into `values`.

  std::optional<std::string_view> at(std::size_t row) const {
    return ids[row] == kAbsent ? std::nullopt : std::optional(values[ids[row]]);
  }
  /// Sends for the memory that at() and whoever reads its answer need.
  void prefetch(std::span<const std::size_t> rows) const;
};

/// A column of numbers, some of which may be absent.
struct NumberColumn {
  std::span<const std::int64_t> ordinals;  ///< records::ordinal() of an f64; absent: 0.
  std::span<const std::uint64_t> present;  ///< One bit a row.

  std::optional<std::int64_t> at(std::size_t row) const {
    const bool is_there = (present[row / 64] >> row % 64 & 1) != 0;
    return is_there ? std::optional(ordinals[row]) : std::nullopt;
  }
};

/// An own field's values, one a chunk; of a table's column, one a row of the table.
struct OwnColumn {
  FieldType type = FieldType::string;
  std::size_t size = 0;
  StringColumn strings;                 ///< Of a string.
  NumberColumn numbers;                 ///< Of an i64, f64 or boolean.
  std::span<const std::uint64_t> ends;  ///< Of a table: where each chunk's rows end.
  std::vector<OwnColumn> columns;       ///< Of a table.

  std::size_t begin_of(std::size_t row) const { return row == 0 ? 0 : ends[row - 1]; }
};

struct TableColumns;

/// The rows of one metadata.json, by rising key. Keeps what filters need in columns, and reads
/// whole chunks from the file's bytes, to which it refers. Immutable; any threads.
class RecordTable {
 public:
  /// Verifies the checksum (unless bare), then reads all of `bytes`. `bytes` must outlive the
  /// table. Errors: `corrupt` (checksum), `store_serde` (file name and byte), `incompatible` (a
  /// newer format). Declared sizes are never believed: memory stays within a small multiple of the
  /// bytes. `go_on` is asked every some rows: its error ends the reading.
  static Result<RecordTable> read(std::string_view bytes,
                                  const std::function<Status()>& go_on = nullptr);
  /// The table that read() makes of `bytes`, from what columns() gave of it then: nothing is
  /// parsed. Refers to both. A chunk is verified when it is read: after a false answer of
  /// `bytes`, it is empty. Error: `corrupt` for columns that can't be.
  static Result<RecordTable> over(std::string_view columns, const base::VerifiedBytes& bytes);
  /// No rows.
  RecordTable();

  const FileHeader& header() const { return header_; }
  std::size_t size() const { return keys().size(); }
  std::span<const std::uint64_t> keys() const;
  /// The row of `key`, or nothing.
  std::optional<std::size_t> row_of(std::uint64_t key) const;

  /// Columns by row: file_path, symbol_name, symbol_kind, package_name, language.
  const StringColumn& strings(Member member) const;
  /// chunk_id, start_line, end_line, last_modified.
  std::span<const std::int64_t> numbers(Member member) const;
  /// One for each of header().fields.
  std::span<const OwnColumn> own() const;

  /// Header and columns as over() takes them: a multiple of 8 bytes. table_columns.hpp draws them.
  std::string_view columns() const { return encoded_; }

  /// Sends for the memory that chunk() reads of each of `rows`.
  void prefetch(std::span<const std::size_t> rows, const MemberSet& wanted) const;
  /// Whether the bytes that chunk() reads are those that were written.
  bool has_sound_chunk(std::size_t row) const { return !text(row).empty(); }
  /// What is wanted of a chunk, the rest empty. The file's bytes are read only if it needs_text().
  ChunkMeta chunk(std::size_t row, const MemberSet& wanted = MemberSet::all()) const;
  std::string content(std::size_t row) const;
  std::optional<std::string> extra(std::size_t row, std::string_view name) const;

 private:
  friend class TableReader;

  Status decode(std::string_view columns);
  void add_own_fields(std::size_t row, const MemberSet& wanted, ChunkMeta& meta) const;
  ChunkMeta chunk_of_columns(std::size_t row, const MemberSet& wanted) const;
  ChunkMeta chunk_of_text(std::size_t row, const MemberSet& wanted) const;
  void prefetch_columns(std::span<const std::size_t> rows, const MemberSet& wanted) const;
  void prefetch_texts(std::span<const std::size_t> rows) const;
  void prefetch_text(std::size_t row) const;
  /// A row's object, and something after it, as VerifiedBytes::fetch() has it; empty if damaged.
  std::string_view text(std::size_t row) const;

  FileHeader header_;
  std::shared_ptr<const TableColumns> columns_;
  std::shared_ptr<const std::string> owned_;  ///< What encoded_ refers to, unless it is mapped.
  std::string_view encoded_;
  std::string_view bytes_;
  const base::VerifiedBytes* verified_ = nullptr;
};

/// Writes metadata.json in pieces, so that it is never whole in memory.
class MetadataWriter {
 public:
  using Sink = std::function<Status(std::string_view bytes)>;
  explicit MetadataWriter(Sink sink);
  ~MetadataWriter();

  /// Writes all of `header` but `bare`. Errors, here and below: the sink's, and `internal` for what
  /// could not be read again (a nil uuid, a name or chunk that validate() refuses, keys that do not
  /// rise or reach next_key).
  Status begin(const FileHeader& header);
  /// By rising key.
  Status add(std::uint64_t key, const ChunkMeta& meta);
  Status finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Appends `text` as a JSON string, quotes included.
void append_json_string(std::string& out, std::string_view text);

/// The first thing wrong with what a caller wants to store (invalid UTF-8 with its offset, an extra
/// name that is empty, double or taken, own fields that are not of `schema`, over kMaxChunkBytes):
/// `invalid_argument`.
Status validate(const ChunkMeta& meta, const Schema& schema = {});

}  // namespace quire::records
