#include <charconv>
#include <concepts>
#include <iterator>
#include <utility>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "store/records/base64.hpp"
#include "store/records/json_scan.hpp"
#include "store/records/record_table.hpp"
#include "store/records/spelling.hpp"

namespace quire::records {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{256} << 10;

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kLetters = "btn-fr";  // for 0x08 to 0x0d
  if (c == '"' || c == '\\') {
    out += {'\\', c};
  } else if (c >= '\b' && c <= '\r' && c != '\v') {
    out += {'\\', kLetters[static_cast<std::size_t>(c - '\b')]};
  } else {
    out += "\\u00" + base::to_hex(std::string_view(&c, 1));
  }
}

template <class T>
void append_number(std::string& out, T value) {
  char digits[24];
  out.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

void append_name(std::string& out, std::string_view name) {
  append_json_string(out, name);
  out += ':';
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  append_name(out, name);
  append_json_string(out, value);
}

void append_member(std::string& out, std::string_view name, const std::string& value) {
  append_member(out, name, std::string_view(value));
}

void append_member(std::string& out,
                   std::string_view name,
                   const std::optional<std::string>& value) {
  append_name(out, name);
  if (value.has_value()) {
    append_json_string(out, *value);
  } else {
    out += "null";
  }
}

template <std::integral T>
void append_member(std::string& out, std::string_view name, T value) {
  append_name(out, name);
  append_number(out, value);
}

void append_value(std::string& out, const TableValue& value) {
  std::visit(
      [&](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          out += "null";
        } else if constexpr (std::is_same_v<Held, std::string>) {
          append_json_string(out, held);
        } else if constexpr (std::is_same_v<Held, bool>) {
          out += held ? "true" : "false";
        } else {
          append_number(out, held);
        }
      },
      value);
}

void append_value(std::string& out, const std::vector<TableRow>& rows) {
  out += '[';
  for (const TableRow& row : rows) {
    out += &row == rows.data() ? "[" : ",[";
    for (const TableValue& value : row) {
      out += &value == row.data() ? "" : ",";
      append_value(out, value);
    }
    out += ']';
  }
  out += ']';
}

void append_chunk(std::string& out, const ChunkMeta& meta) {
  char before = '{';
  for (const MemberRow& member : kMembers) {
    out += std::exchange(before, ',');
    std::visit([&](auto place) { append_member(out, member.name, meta.*place); }, member.meta);
  }
  for (const ExtraField& field : meta.extra) {
    out += ',';
    append_member(out, field.name, field.value);
  }
  for (const OwnField& field : meta.fields) {
    out += ',';
    append_name(out, field.name);
    std::visit([&](const auto& value) { append_value(out, value); }, field.value);
  }
  out += '}';
}

void append_field(std::string& out, const FieldSpec& field) {
  append_name(out, field.name);
  out += "{\"type\":";
  append_json_string(out, to_string(field.type));
  out += field.unique ? ",\"unique\":true" : "";
  out += field.words ? ",\"words\":true" : "";
  if (!field.columns.empty()) {
    out += ",\"columns\":";
    char before = '{';
    for (const TableColumn& column : field.columns) {
      out += std::exchange(before, ',');
      append_member(out, column.name, to_string(column.type));
    }
    out += '}';
  }
  out += '}';
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  append_name(out, name);
  if (base::invalid_utf8_offset(value).has_value()) {
    out += "{\"base64\":\"" + to_base64(value) + "\"}";
  } else {
    append_json_string(out, value);
  }
}

void append_opening(std::string& out, const FileHeader& header) {
  const auto put = [&](char before, std::string_view name, auto value) {
    out += before;
    append_member(out, name, value);
  };
  put('{', "format", header.file_format());
  put(',', "uuid", std::string_view(base::to_string(header.uuid)));
  put(',', "lsn", header.lsn);
  put(',', "dimensions", header.format.dimensions);
  put(',', "metric", spelling_of(header.format.metric));
  put(',', "scalar", spelling_of(header.format.scalar));
  put(',', "next_key", header.next_key);
}

Status check_header(const FileHeader& header) {
  if (header.uuid.is_nil() || header.next_key > kMaxChunkKey + 1 ||
      header.format.dimensions > kMaxDimensions) {
    return fail(ErrorCode::internal,
                "write metadata.json: a header without a uuid, or with next_key " +
                    std::to_string(header.next_key) + " or dimensions " +
                    std::to_string(header.format.dimensions) + " out of range");
  }
  return {};
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const stop = skip_plain<NonAscii::passes>(at, end);
    out.append(at, stop);
    at = stop;
    if (at != end) {
      append_escaped(out, *at++);
    }
  }
  out += '"';
}

struct MetadataWriter::State {
  Sink sink;
  std::string buffer;
  base::Checksum checksum;
  Schema fields;
  std::uint64_t next_key = 0;
  std::uint64_t lowest_key = 0;  ///< That the next chunk may have.
  bool first_line = true;        ///< Of the object that is open.

  void open(std::string_view name) {
    buffer += ",\n";
    append_name(buffer, name);
    buffer += '{';
    first_line = true;
  }

  void begin_line() { buffer += std::exchange(first_line, false) ? "\n" : ",\n"; }

  Status flush() {
    checksum.update(buffer);
    QUIRE_TRY(sink(buffer));
    buffer.clear();
    return {};
  }

  Status flush_if_large() { return buffer.size() < kFlushBytes ? Status() : flush(); }
};

MetadataWriter::MetadataWriter(Sink sink) : state_(std::make_unique<State>()) {
  state_->sink = std::move(sink);
}

MetadataWriter::~MetadataWriter() = default;

Status MetadataWriter::begin(const FileHeader& header) {
  QUIRE_TRY(check_header(header));
  state_->next_key = header.next_key;
  state_->fields = header.fields;
  append_opening(state_->buffer, header);
  if (header.file_format() != 1) {
    state_->open("fields");
    for (const FieldSpec& field : header.fields) {
      state_->begin_line();
      append_field(state_->buffer, field);
    }
    state_->buffer += "\n}";
    state_->open("updated");
    for (const auto& [key, lsn] : header.updated) {
      state_->begin_line();
      append_member(state_->buffer, std::to_string(key), lsn);
      QUIRE_TRY(state_->flush_if_large());
    }
    state_->buffer += "\n}";
  }
  state_->open("attributes");
  for (const auto& [name, value] : header.attributes) {
    if (base::invalid_utf8_offset(name).has_value()) {
      return fail(ErrorCode::internal,
                  "write metadata.json: an attribute's name is not UTF-8: " + base::to_hex(name));
    }
    state_->begin_line();
    append_attribute(state_->buffer, name, value);
    QUIRE_TRY(state_->flush_if_large());
  }
  state_->buffer += "\n}";
  state_->open("chunks");
  return {};
}

Status MetadataWriter::add(std::uint64_t key, const ChunkMeta& meta) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::internal,
                "write metadata.json: key " + std::to_string(key) + ": " + why);
  };
  if (key < state_->lowest_key || key >= state_->next_key) {
    return refuse("expected one from " + std::to_string(state_->lowest_key) + " to below " +
                  std::to_string(state_->next_key));
  }
  if (const Status valid = validate(meta, state_->fields); !valid.has_value()) {
    return refuse(valid.error().message);
  }
  state_->lowest_key = key + 1;
  state_->begin_line();
  state_->buffer += '"';
  append_number(state_->buffer, key);
  state_->buffer += "\":";
  append_chunk(state_->buffer, meta);
  return state_->flush_if_large();
}

Status MetadataWriter::finish() {
  state_->buffer += "\n},\n";
  QUIRE_TRY(state_->flush());
  return state_->sink(closing_line(state_->checksum.value()));
}

}  // namespace quire::records
