#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <quire/schema.hpp>

#include "store/records/own_values.hpp"
#include "store/records/string_interner.hpp"
#include "store/records/table_columns.hpp"

namespace quire::records {

/// Fills the column of an own field, chunk by chunk, or of a table's column, row by row.
class OwnColumnBuilder {
 public:
  explicit OwnColumnBuilder(FieldType type);
  explicit OwnColumnBuilder(const FieldSpec& field);

  FieldType type() const { return type_; }

  void append(std::string_view text);
  void append(std::int64_t ordinal);
  /// No value, or no rows.
  void append_absent();
  /// Ends the rows of a chunk's table, after each of its columns was given as many values.
  void end_table();
  OwnColumnBuilder& column(std::size_t i) { return columns_[i]; }

  /// As decode() takes it.
  void encode(base::ByteWriter& out) const;

 private:
  void mark(bool present);

  FieldType type_;
  std::size_t size_ = 0;
  std::unique_ptr<GrowingColumn> strings_;
  std::unique_ptr<StringInterner> interner_;
  std::vector<std::int64_t> numbers_;
  std::vector<std::uint64_t> present_;
  std::vector<std::uint64_t> ends_;
  std::vector<OwnColumnBuilder> columns_;
};

}  // namespace quire::records
