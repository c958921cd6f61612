#include "cli/row_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"

namespace quire::cli {
namespace {

using base::Json;

constexpr std::string_view kExtraPrefix = "extra.";
constexpr std::array<std::string_view, 12> kMembers = {
    "key",          "file_path", "chunk_id",   "content",  "symbol_name",   "symbol_kind",
    "package_name", "language",  "start_line", "end_line", "last_modified", "vector"};

Json optional_text(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

bool needs_prefix(std::string_view name) {
  return name == "key" || name == "vector" || name.starts_with(kExtraPrefix);
}

/// Shortest digits that read back to the same float.
void append_number(float number, std::string& out) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

/// Takes members off one object, remembering the first that is missing or of another type.
class MemberReader {
 public:
  explicit MemberReader(const Json& object) : object_(&object) {}

  std::string text(const char* name) { return optional(name, true).value_or(""); }
  std::optional<std::string> optional_text(const char* name) { return optional(name, false); }

  std::int64_t number(const char* name) {
    const auto found = object_->find(name);
    if (found == object_->end() || !found->is_number_integer() || is_too_large(*found)) {
      wrong(name, "a whole number", found);
      return 0;
    }
    return found->get<std::int64_t>();
  }

  const std::optional<std::string>& problem() const { return problem_; }

  static bool is_too_large(const Json& number) {
    return number.is_number_unsigned() &&
           number.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  }

 private:
  std::optional<std::string> optional(const char* name, bool required) {
    const auto found = object_->find(name);
    const bool absent = found == object_->end() || found->is_null();
    if (absent && !required) {
      return std::nullopt;
    }
    if (absent || !found->is_string()) {
      wrong(name, required ? "a string" : "a string or null", found);
      return std::nullopt;
    }
    return found->get<std::string>();
  }

  void wrong(const char* name, const char* expected, const Json::const_iterator& found) {
    const std::string what =
        found == object_->end() ? "is missing" : std::string("is ") + found->type_name();
    problem_ =
        problem_.value_or(std::string("\"") + name + "\" " + what + ", expected " + expected);
  }

  const Json* object_;
  std::optional<std::string> problem_;
};

Result<std::optional<ChunkKey>> key_of(const Json& object) {
  const auto found = object.find("key");
  if (found == object.end() || found->is_null()) {
    return std::nullopt;
  }
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > kMaxChunkKey) {
    return fail(ErrorCode::invalid_argument, "\"key\" is not a number from 0 to 2^53 - 1");
  }
  return ChunkKey{found->get<std::uint64_t>()};
}

Result<std::vector<float>> vector_of(const Json& object) {
  const auto found = object.find("vector");
  if (found == object.end() || !found->is_array() || found->empty()) {
    return fail(
        ErrorCode::invalid_argument,
        "\"vector\" is missing or no list of numbers; a row without its vector can't be searched");
  }
  std::vector<float> vector;
  for (const Json& element : *found) {
    const auto number = static_cast<float>(element.is_number() ? element.get<double>() : NAN);
    if (!std::isfinite(number)) {
      return fail(ErrorCode::invalid_argument, "\"vector\": element " +
                                                   std::to_string(vector.size()) +
                                                   " is no number that fits 32 bits");
    }
    vector.push_back(number);
  }
  return vector;
}

Json json_of(const TableValue& value) {
  return std::visit(
      [](const auto& held) {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return Json(nullptr);
        } else {
          return Json(held);
        }
      },
      value);
}

Json json_of(const OwnField::Value& value) {
  return std::visit(
      [](const auto& held) {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::vector<TableRow>>) {
          Json rows = Json::array();
          for (const TableRow& row : held) {
            Json& out = rows.emplace_back(Json::array());
            for (const TableValue& cell : row) {
              out.push_back(json_of(cell));
            }
          }
          return rows;
        } else {
          return Json(held);
        }
      },
      value);
}

/// A value of a field of `type`; nothing for what is none.
std::optional<TableValue> value_in(FieldType type, const Json& json) {
  if (json.is_null()) {
    return TableValue();
  }
  switch (type) {
    case FieldType::string:
      return json.is_string() ? std::optional<TableValue>(json.get<std::string>()) : std::nullopt;
    case FieldType::i64:
      return json.is_number_integer() && !MemberReader::is_too_large(json)
                 ? std::optional<TableValue>(json.get<std::int64_t>())
                 : std::nullopt;
    case FieldType::f64:
      return json.is_number() ? std::optional<TableValue>(json.get<double>()) : std::nullopt;
    case FieldType::boolean:
      return json.is_boolean() ? std::optional<TableValue>(json.get<bool>()) : std::nullopt;
    case FieldType::table:
      break;
  }
  return std::nullopt;
}

std::optional<std::vector<TableRow>> table_in(const FieldSpec& field, const Json& json) {
  std::vector<TableRow> rows;
  for (const Json& row : json) {
    if (!row.is_array() || row.size() != field.columns.size()) {
      return std::nullopt;
    }
    TableRow& out = rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      auto cell = value_in(field.columns[i].type, row[i]);
      if (!cell) {
        return std::nullopt;
      }
      out.push_back(std::move(*cell));
    }
  }
  return json.is_array() ? std::optional(std::move(rows)) : std::nullopt;
}

std::optional<OwnField::Value> own_in(const FieldSpec& field, const Json& json) {
  if (field.type == FieldType::table) {
    return table_in(field, json);
  }
  auto value = value_in(field.type, json);
  return !value
             ? std::nullopt
             : std::visit(
                   [](auto&& held) -> std::optional<OwnField::Value> {
                     if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
                       return std::nullopt;
                     } else {
                       return std::forward<decltype(held)>(held);
                     }
                   },
                   std::move(*value));
}

Result<std::vector<OwnField>> own_of(const Json& object, const Schema& schema) {
  std::vector<OwnField> own;
  for (const FieldSpec& field : schema) {
    const auto found = object.find(field.name);
    if (found == object.end() || found->is_null()) {
      continue;
    }
    auto value = own_in(field, *found);
    if (!value) {
      return fail(ErrorCode::invalid_argument, "\"" + field.name + "\" is " + found->type_name() +
                                                   ", and no value of a " +
                                                   std::string(to_string(field.type)));
    }
    own.push_back({field.name, std::move(*value)});
  }
  return own;
}

Result<std::vector<ExtraField>> extra_of(const Json& object, const Schema& schema) {
  std::vector<ExtraField> extra;
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(kMembers, name) != kMembers.end() || value.is_null() ||
        find_field(schema, name) != nullptr) {
      continue;
    }
    if (!value.is_string()) {
      return fail(ErrorCode::invalid_argument,
                  "\"" + name + "\" is " + value.type_name() + ", expected a string");
    }
    const bool prefixed = name.starts_with(kExtraPrefix);
    extra.push_back({prefixed ? name.substr(kExtraPrefix.size()) : name, value.get<std::string>()});
  }
  return extra;
}

constexpr const char* kHeaderMember = "quire_export";
constexpr std::uint64_t kHeaderForm = 2;

std::optional<std::string> from_hex(std::string_view digits) {
  std::string out;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
    unsigned byte = 0;
    const char* const end = digits.data() + at + 2;
    const auto [stop, error] = std::from_chars(digits.data() + at, end, byte, 16);
    if (error != std::errc{} || stop != end) {
      return std::nullopt;
    }
    out += static_cast<char>(byte);
  }
  return digits.size() % 2 == 0 ? std::optional(out) : std::nullopt;
}

std::unexpected<Error> wrong_header(const std::string& member) {
  return fail(ErrorCode::invalid_argument,
              "the first line's \"" + member + "\" is missing or not what an export writes");
}

/// The one of `all` that has this name.
template <class Value, std::size_t kCount>
std::optional<Value> named(const Json& object,
                           const char* member,
                           const std::array<Value, kCount>& all) {
  const auto found = object.find(member);
  const std::string name =
      found != object.end() && found->is_string() ? found->get<std::string>() : "";
  const auto value = std::ranges::find_if(all, [&](Value one) { return to_string(one) == name; });
  return value == all.end() ? std::nullopt : std::optional(*value);
}

std::optional<std::uint64_t> count_in(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_number_unsigned()
             ? std::optional(found->get<std::uint64_t>())
             : std::nullopt;
}

Status take_attributes(const Json& object, bool hex, ExportHeader& header) {
  const char* const member = hex ? "attributes_hex" : "attributes";
  const auto found = object.find(member);
  if (found == object.end()) {
    return {};
  }
  if (!found->is_object()) {
    return wrong_header(member);
  }
  for (const auto& [name, value] : found->items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    const auto key = hex ? from_hex(name) : std::optional(name);
    const auto bytes = hex ? from_hex(text) : std::optional(text);
    if (!value.is_string() || !key || !bytes) {
      return wrong_header(member);
    }
    header.attributes.emplace_back(*key, *bytes);
  }
  return {};
}

Json field_json(const FieldSpec& field) {
  Json out = {{"type", to_string(field.type)}};
  if (field.unique) {
    out["unique"] = true;
  }
  if (field.words) {
    out["words"] = true;
  }
  for (const TableColumn& column : field.columns) {
    out["columns"][column.name] = to_string(column.type);
  }
  return out;
}

std::optional<FieldType> type_in(const Json& object, const char* member) {
  return named(object, member,
               std::array{FieldType::string, FieldType::i64, FieldType::f64, FieldType::boolean,
                          FieldType::table});
}

std::optional<FieldSpec> field_in(const std::string& name, const Json& json) {
  const auto type = json.is_object() ? type_in(json, "type") : std::nullopt;
  if (!type) {
    return std::nullopt;
  }
  FieldSpec field{name, *type, json.value("unique", Json(false)) == true,
                  json.value("words", Json(false)) == true};
  const Json columns = json.value("columns", Json::object());
  for (const auto& [column, of_type] : columns.items()) {
    const auto column_type = type_in(columns, column.c_str());
    if (!column_type) {
      return std::nullopt;
    }
    field.columns.push_back({column, *column_type});
  }
  return field;
}

Status take_fields(const Json& object, ExportHeader& header) {
  const auto found = object.find("fields");
  if (found == object.end()) {
    return {};
  }
  if (!found->is_object()) {
    return wrong_header("fields");
  }
  for (const auto& [name, json] : found->items()) {
    auto field = field_in(name, json);
    if (!field) {
      return wrong_header("fields");
    }
    header.fields.push_back(std::move(*field));
  }
  return {};
}

}  // namespace

Json own_json(const OwnField::Value& value) {
  return json_of(value);
}

std::string encode_header(const ExportHeader& header) {
  const std::uint64_t form = header.fields.empty() ? 1 : kHeaderForm;
  Json object = {{kHeaderMember, form},
                 {"dimensions", header.format.dimensions},
                 {"metric", to_string(header.format.metric)},
                 {"scalar", to_string(header.format.scalar)},
                 {"next_key", header.next_key}};
  for (const FieldSpec& field : header.fields) {
    object["fields"][field.name] = field_json(field);
  }
  for (const auto& [name, value] : header.attributes) {
    const bool text = !base::invalid_utf8_offset(name) && !base::invalid_utf8_offset(value);
    if (text) {
      object["attributes"][name] = value;
    } else {
      object["attributes_hex"][base::to_hex(name)] = base::to_hex(value);
    }
  }
  const std::string line = base::dump_json(object);
  return line.ends_with('\n') ? line : line + "\n";
}

Result<std::optional<ExportHeader>> decode_header(std::string_view line) {
  const Result<Json> object = base::parse_json(line);
  if (!object || !object->is_object() || !object->contains(kHeaderMember)) {
    return std::nullopt;
  }
  const auto form = count_in(*object, kHeaderMember);
  if (!form || *form == 0) {
    return wrong_header(kHeaderMember);
  }
  if (*form > kHeaderForm) {
    return fail(ErrorCode::incompatible, "an export of form " + std::to_string(*form) +
                                             ", this quire reads up to " +
                                             std::to_string(kHeaderForm) + "; use a newer quire");
  }
  ExportHeader header;
  const auto metric = named(*object, "metric",
                            std::array{Metric::cosine, Metric::inner_product, Metric::squared_l2});
  const auto scalar = named(*object, "scalar", std::array{Scalar::bf16, Scalar::f32, Scalar::i8});
  const auto dimensions = count_in(*object, "dimensions");
  const auto next_key = count_in(*object, "next_key");
  if (!metric || !scalar || !dimensions || *dimensions > kMaxDimensions || !next_key ||
      *next_key > kMaxChunkKey + 1) {
    return wrong_header(!metric     ? "metric"
                        : !scalar   ? "scalar"
                        : !next_key ? "next_key"
                                    : "dimensions");
  }
  header.format = {static_cast<std::uint32_t>(*dimensions), *metric, *scalar};
  header.next_key = *next_key;
  QUIRE_TRY(take_fields(*object, header));
  QUIRE_TRY(take_attributes(*object, false, header));
  QUIRE_TRY(take_attributes(*object, true, header));
  return header;
}

std::string encode_row(const ExportRow& row) {
  const ChunkMeta& meta = row.row.meta;
  Json object = {{"key", row.key ? Json(row.key->value) : Json(nullptr)},
                 {"file_path", meta.file_path},
                 {"chunk_id", meta.chunk_id},
                 {"content", meta.content},
                 {"symbol_name", optional_text(meta.symbol_name)},
                 {"symbol_kind", optional_text(meta.symbol_kind)},
                 {"package_name", optional_text(meta.package_name)},
                 {"language", meta.language},
                 {"start_line", meta.start_line},
                 {"end_line", meta.end_line},
                 {"last_modified", meta.last_modified}};
  for (const ExtraField& field : meta.extra) {
    object[needs_prefix(field.name) ? std::string(kExtraPrefix) + field.name : field.name] =
        field.value;
  }
  for (const OwnField& field : meta.fields) {
    object[field.name] = json_of(field.value);
  }
  std::string line = base::dump_json(object);
  line.pop_back();
  line += ",\"vector\":[";
  for (const float number : row.row.vector) {
    append_number(number, line);
    line += ',';
  }
  line.back() = ']';
  return line + "}\n";
}

Result<ExportRow> decode_row(std::string_view line, const Schema& schema) {
  Result<Json> object = base::parse_json(line);
  if (!object) {
    return fail(ErrorCode::invalid_argument, object.error().message);
  }
  if (!object->is_object()) {
    return fail(ErrorCode::invalid_argument,
                std::string("expected an object, found ") + object->type_name());
  }
  ExportRow out;
  MemberReader members(*object);
  ChunkMeta& meta = out.row.meta;
  meta.file_path = members.text("file_path");
  meta.chunk_id = members.number("chunk_id");
  meta.content = members.text("content");
  meta.symbol_name = members.optional_text("symbol_name");
  meta.symbol_kind = members.optional_text("symbol_kind");
  meta.package_name = members.optional_text("package_name");
  meta.language = members.text("language");
  meta.start_line = members.number("start_line");
  meta.end_line = members.number("end_line");
  meta.last_modified = members.number("last_modified");
  if (const std::optional<std::string>& problem = members.problem()) {
    return fail(ErrorCode::invalid_argument, *problem);
  }
  QUIRE_TRY_ASSIGN(out.key, key_of(*object));
  QUIRE_TRY_ASSIGN(meta.extra, extra_of(*object, schema));
  QUIRE_TRY_ASSIGN(meta.fields, own_of(*object, schema));
  QUIRE_TRY_ASSIGN(out.row.vector, vector_of(*object));
  return out;
}

}  // namespace quire::cli
