#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/records/json_reader.hpp"
#include "store/records/own_columns.hpp"
#include "store/records/record_table.hpp"
#include "store/records/string_interner.hpp"
#include "store/records/table_columns.hpp"

namespace quire::records {

/// One reading of one metadata.json, from the first byte to the last.
class TableReader {
 public:
  TableReader(std::string_view bytes, const std::function<Status()>& go_on);

  Result<RecordTable> read();

 private:
  /// Whether the file ends in the closing line that belongs to its bytes; `corrupt` if it must and
  /// doesn't.
  Result<bool> verify_checksum() const;
  /// Everything but the checksum.
  Status read_all(bool checksummed);
  void read_file();
  void read_file_member(std::string_view name);
  void read_format();
  void read_uuid();
  void read_dimensions();
  void read_metric();
  void read_scalar();
  void read_next_key();
  void read_fields();
  FieldSpec read_field(std::string_view name);
  std::vector<TableColumn> read_columns();
  FieldType read_type();
  void read_updated();
  void read_attributes();
  std::string read_attribute();
  std::string read_base64();

  void read_chunks();
  std::uint64_t read_key(std::string_view name);
  void read_chunk();
  /// True if `name` is one of the ten, which then has been read.
  bool read_chunk_member(std::string_view name);
  void read_member(Member member);
  /// True if `name` is an own field, which then has been read.
  bool read_own(std::string_view name);
  void read_own_value(OwnColumnBuilder& column);
  void read_table(OwnColumnBuilder& table, std::size_t columns);
  void read_extra(std::string_view name);
  void fill_optionals();
  void fill_own();
  void check_extra_names(std::size_t object);

  void sort_rows();
  bool is_bare() const;
  Status check_file(bool checksummed) const;
  Status check_updated() const;
  /// Of sorted rows.
  Status check_keys() const;
  Result<RecordTable> table() const;
  Error error() const;

  StringInterner& interner(Member member);
  std::vector<std::int64_t>& numbers(Member member);

  void stop_if_asked();

  std::string_view bytes_;
  const std::function<Status()>& go_on_;  ///< RecordTable::read() has it.
  JsonReader json_;
  FileHeader header_;
  GrowingColumns columns_;
  std::optional<Error> refusal_;             ///< Says more than where the reader stopped.
  std::set<std::string, std::less<>> seen_;  ///< Members of the file.
  std::vector<StringInterner> interners_;
  std::uint64_t format_ = 1;
  std::vector<OwnColumnBuilder> own_;  ///< By header_.fields.

  // Of the chunk that is being read:
  std::uint64_t key_ = 0;
  unsigned present_ = 0;                       ///< One bit a member.
  std::vector<bool> own_present_;              ///< One an own field.
  std::size_t expected_ = 0;                   ///< The member that a file of ours has next.
  std::vector<std::string_view> extra_names_;  ///< Into bytes_ or decoded_.
  std::deque<std::string> decoded_;
};

}  // namespace quire::records
