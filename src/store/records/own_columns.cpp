#include "store/records/own_columns.hpp"

namespace quire::records {

OwnColumnBuilder::OwnColumnBuilder(FieldType type) : type_(type) {
  if (type == FieldType::string) {
    strings_ = std::make_unique<GrowingColumn>();
    interner_ = std::make_unique<StringInterner>(*strings_);
  }
}

OwnColumnBuilder::OwnColumnBuilder(const FieldSpec& field) : OwnColumnBuilder(field.type) {
  for (const TableColumn& column : field.columns) {
    columns_.emplace_back(column.type);
  }
}

void OwnColumnBuilder::append(std::string_view text) {
  interner_->append(text);
  ++size_;
}

void OwnColumnBuilder::append(std::int64_t ordinal) {
  mark(true);
  numbers_.push_back(ordinal);
}

void OwnColumnBuilder::append_absent() {
  if (type_ == FieldType::table) {
    end_table();
  } else if (type_ == FieldType::string) {
    interner_->append_absent();
    ++size_;
  } else {
    mark(false);
    numbers_.push_back(0);
  }
}

void OwnColumnBuilder::end_table() {
  ends_.push_back(columns_.front().size_);
  ++size_;
}

void OwnColumnBuilder::mark(bool present) {
  if (size_ % 64 == 0) {
    present_.push_back(0);
  }
  present_.back() |= std::uint64_t{present} << size_ % 64;
  ++size_;
}

void OwnColumnBuilder::encode(base::ByteWriter& out) const {
  out.u64(size_);
  if (type_ == FieldType::string) {
    put_column(out, *strings_);
  } else if (type_ == FieldType::table) {
    put_numbers(out, ends_);
    for (const OwnColumnBuilder& column : columns_) {
      column.encode(out);
    }
  } else {
    put_numbers(out, numbers_);
    put_numbers(out, present_);
  }
}

}  // namespace quire::records
