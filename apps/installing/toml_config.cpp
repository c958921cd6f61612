#include "installing/toml_config.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string_view>

#include "base/printable.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "installing/lines.hpp"
#include "installing/text_block.hpp"
#include "installing/toml.hpp"

namespace quire::installing {
namespace {

using base::Json;
using Kind = TomlStatement::Kind;

/// Our table, from its header to its last value.
struct Table {
  std::size_t begin = 0;
  std::size_t end = 0;
  Json entry = Json::object();
};

/// TOML knows no surrogates: what JSON needs two for stays as it is.
std::string escaped(char32_t code) {
  if (code > 0xFFFF) {
    return base::utf8_of(code);
  }
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(code));
  return text.data();
}

std::string quoted(const std::string& text) {
  const std::string plain = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return base::escape_unseen(plain, escaped);
}

std::string table_text(const std::string& servers, const ServerEntry& entry) {
  std::string args;
  for (const std::string& arg : entry.args) {
    args += (args.empty() ? "" : ", ") + quoted(arg);
  }
  return "[" + servers + "." + std::string(kServerName) + "]\n" +
         "command = " + quoted(entry.command) + "\n" + "args = [" + args + "]";
}

bool is_below(const TomlPath& path, const TomlPath& table) {
  return path.size() >= table.size() && std::equal(table.begin(), table.end(), path.begin());
}

/// null for what no entry of ours has.
Json to_json(const TomlValue& value) {
  if (value.kind == TomlValue::Kind::string && value.string) {
    return *value.string;
  }
  if (value.kind == TomlValue::Kind::table && value.is_empty) {
    return Json::object();
  }
  if (value.kind != TomlValue::Kind::array) {
    return nullptr;
  }
  Json array = Json::array();
  for (const TomlValue& element : value.elements) {
    array.push_back(to_json(element));
  }
  return array;
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& servers, const std::string& file)
      : text_(text), file_(file), servers_{servers}, table_{servers, std::string(kServerName)} {}

  /// Our own table, if nobody else has the name.
  Result<std::optional<Table>> find() const {
    QUIRE_TRY_ASSIGN(const TomlDocument document, parse_toml(text_, file_));
    std::optional<Table> found;
    for (const TomlStatement& statement : document.statements) {
      QUIRE_TRY(require_room(statement));
      if (is_below(statement.path, table_)) {
        QUIRE_TRY(take(statement, found));
      }
    }
    if (found) {
      QUIRE_TRY(require_ours(document, *found));
    }
    return found;
  }

 private:
  std::unexpected<Error> fail_at(std::size_t offset, ErrorCode code, std::string problem) const {
    return fail(
        code, file_ + ":" + std::to_string(line_number(text_, offset)) + ": " + std::move(problem));
  }

  std::unexpected<Error> not_ours(std::size_t offset) const {
    const std::string_view line =
        text_.substr(offset, text_.find_first_of("\r\n", offset) - offset);
    return fail_at(offset, ErrorCode::invalid_argument, std::string(line) + kNotOurs);
  }

  /// A table that is written as one value, or a list of tables, takes no further one.
  Status require_room(const TomlStatement& statement) const {
    if (statement.path != servers_ || statement.kind == Kind::table) {
      return {};
    }
    return fail_at(statement.begin, ErrorCode::store_serde,
                   servers_.front() + " takes no further table here; write it as [" +
                       servers_.front() + ".NAME] tables first");
  }

  Status take(const TomlStatement& statement, std::optional<Table>& found) const {
    const bool is_header = statement.kind == Kind::table && statement.path == table_;
    const bool is_value = statement.kind == Kind::value && statement.table == table_.size() &&
                          statement.path.size() == table_.size() + 1;
    if ((is_header && found) || (!is_header && !(is_value && found))) {
      return not_ours(statement.begin);
    }
    if (is_header) {
      found = Table{statement.begin, statement.end};
      return {};
    }
    found->end = statement.end;
    found->entry[statement.path.back()] = to_json(statement.value);
    return {};
  }

  Status require_ours(const TomlDocument& document, const Table& table) const {
    const std::size_t end = text_.find('\n', table.end);
    const bool has_comment = std::ranges::any_of(document.comments, [&](std::size_t comment) {
      return comment > table.begin && comment < end;
    });
    return is_written_by_us(table.entry) && !has_comment ? Status() : not_ours(table.begin);
  }

  std::string_view text_;
  const std::string& file_;
  TomlPath servers_;
  TomlPath table_;
};

bool says(const Json& there, const ServerEntry& entry) {
  return there.at("command") == entry.command && there.at("args") == Json(entry.args);
}

/// The file's text with the table's own lines in place of the older one's.
std::string replaced(std::string text, const Table& table, const std::string& lines) {
  return text.replace(table.begin, table.end - table.begin, in_newlines(lines, newline_of(text)));
}

}  // namespace

Result<FileText> with_toml_server(const FileText& before,
                                  const std::string& servers,
                                  const ServerEntry& entry,
                                  const std::string& file) {
  const std::string text = before.value_or("");
  QUIRE_TRY_ASSIGN(const std::optional<Table> table, Reader(text, servers, file).find());
  const std::string lines = table_text(servers, entry);
  if (!table) {
    return with_block(before, lines);
  }
  return says(table->entry, entry) ? before : replaced(text, *table, lines);
}

Result<FileText> without_toml_server(const FileText& before,
                                     const std::string& servers,
                                     const std::string& file) {
  const std::string text = before.value_or("");
  QUIRE_TRY_ASSIGN(const std::optional<Table> table, Reader(text, servers, file).find());
  return table ? without_block(text, table->begin, table->end) : before;
}

}  // namespace quire::installing
