#include "extract/pairs.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "chunking/lines.hpp"
#include "chunking/outline_scan.hpp"
#include "chunking/symbol_walk.hpp"
#include "extract/comments.hpp"

namespace quire::model {
namespace {

using chunking::Lines;
using chunking::Rows;
using chunking::Symbol;
using chunking::SymbolKind;
using chunking::SymbolTable;

constexpr std::size_t kCodeBytes = 3000;
constexpr std::size_t kInsidePerFunction = 4;
constexpr std::uint32_t kInsideRows = 10;
constexpr std::size_t kDocWords = 3;
constexpr std::size_t kInsideWords = 4;

SymbolTable symbols_of(std::string_view text, std::string_view language) {
  if (auto table = chunking::find_symbols(text, language)) {
    return *std::move(table);
  }
  return chunking::scan_outline(text, language).value_or(SymbolTable());
}

bool may_be_described(SymbolKind kind) {
  return kind != SymbolKind::name_space && kind != SymbolKind::module && kind != SymbolKind::impl &&
         kind != SymbolKind::constant && kind != SymbolKind::variable;
}

/// Rows of a Python docstring, its quotes included.
std::optional<Rows> docstring_rows(const Lines& lines, const Symbol& symbol) {
  constexpr std::uint32_t kLongestHead = 12;
  std::uint32_t row = symbol.rows.first;
  const std::uint32_t last_head = std::min(symbol.rows.last, row + kLongestHead);
  while (row < last_head && !lines.trimmed(row).ends_with(':')) {
    ++row;
  }
  ++row;
  while (row <= symbol.rows.last && lines.is_blank(row)) {
    ++row;
  }
  if (row > symbol.rows.last) {
    return std::nullopt;
  }
  std::string_view line = lines.trimmed(row);
  line.remove_prefix(std::min(line.find_first_not_of("rRuU"), line.size()));
  const std::string_view quote = line.substr(0, 3);
  if (quote != "\"\"\"" && quote != "'''") {
    return std::nullopt;
  }
  if (line.size() >= 6 && line.substr(3).contains(quote)) {
    return Rows{row, row};
  }
  for (std::uint32_t end = row + 1; end <= symbol.rows.last; ++end) {
    if (lines.trimmed(end).contains(quote)) {
      return Rows{row, end};
    }
  }
  return std::nullopt;
}

std::string_view without_quotes(std::string_view line) {
  for (const std::string_view quote : {"\"\"\"", "'''"}) {
    const std::size_t at = line.find(quote);
    if (at == std::string_view::npos) {
      continue;
    }
    line = at <= 2 ? line.substr(at + 3) : line.substr(0, at);
    const std::size_t end = line.find(quote);
    return line.substr(0, end);
  }
  return line;
}

/// Reads one file.
class PairReader {
 public:
  PairReader(std::string_view text, std::string_view language)
      : lines_(text), language_(language), table_(symbols_of(text, language)) {}

  std::vector<Pair> run() && {
    for (const Symbol& symbol : table_.symbols) {
      if (pairs_.size() >= kPairsPerFile) {
        break;
      }
      add_description(symbol);
      add_inside(symbol);
    }
    return std::move(pairs_);
  }

 private:
  void add_description(const Symbol& symbol) {
    if (!may_be_described(symbol.kind)) {
      return;
    }
    const auto docstring =
        language_ == "python" ? docstring_rows(lines_, symbol) : std::optional<Rows>();
    std::string words = docstring ? docstring_summary(*docstring) : summary_of(lead_of(symbol));
    if (!describes_code(words, kDocWords)) {
      return;
    }
    std::string code = code_of(symbol.rows, docstring);
    if (code.size() >= 12) {
      pairs_.push_back({std::move(words), std::move(code), symbol.name,
                        symbol.has_body ? PairKind::doc : PairKind::declaration});
    }
  }

  std::string docstring_summary(Rows rows) const {
    std::vector<std::string_view> texts;
    for (std::uint32_t row = rows.first; row <= rows.last; ++row) {
      texts.push_back(without_quotes(lines_.trimmed(row)));
    }
    return summary_of(texts);
  }

  /// The lines of the comment right above a symbol; attributes between are passed over.
  std::vector<std::string_view> lead_of(const Symbol& symbol) const {
    std::vector<std::string_view> texts;
    bool in_block = false;
    for (std::uint32_t row = std::min(symbol.lead_row, symbol.rows.first); row < symbol.rows.first; ++row) {
      const std::string_view line = lines_.trimmed(row);
      const bool closes = line.contains("*/");
      if (in_block && !line.starts_with('*')) {
        texts.push_back(line.substr(0, line.find("*/")));
      } else if (const auto text = comment_text(line, language_)) {
        texts.push_back(*text);
        in_block = in_block || line.starts_with("/*");
      } else if (line.empty()) {
        texts.clear();
      }
      in_block = in_block && !closes;
    }
    return texts;
  }

  /// Comments that stand on lines of their own in a function, each with the lines below it.
  void add_inside(const Symbol& symbol) {
    if (!chunking::is_function(symbol.kind) || !symbol.has_body) {
      return;
    }
    std::size_t added = 0;
    std::uint32_t row = symbol.rows.first + 1;
    while (row < symbol.rows.last && added < kInsidePerFunction && pairs_.size() < kPairsPerFile) {
      std::vector<std::string_view> texts;
      while (row < symbol.rows.last) {
        const auto text = comment_text(lines_.trimmed(row), language_);
        if (!text) {
          break;
        }
        texts.push_back(*text);
        ++row;
      }
      if (texts.empty()) {
        ++row;
        continue;
      }
      added += add_lines_below(symbol, row, summary_of(texts)) ? 1 : 0;
    }
  }

  bool add_lines_below(const Symbol& symbol, std::uint32_t row, std::string words) {
    if (!describes_code(words, kInsideWords)) {
      return false;
    }
    std::uint32_t end = row;
    while (end <= symbol.rows.last && end < row + kInsideRows && !lines_.is_blank(end) &&
           !comment_text(lines_.trimmed(end), language_)) {
      ++end;
    }
    if (end < row + 2) {
      return false;
    }
    pairs_.push_back({std::move(words), code_of({row, end - 1}, std::nullopt), symbol.name, PairKind::inside});
    return true;
  }

  std::string code_of(Rows rows, std::optional<Rows> without) const {
    std::string out;
    for (std::uint32_t row = rows.first; row <= rows.last && out.size() < kCodeBytes; ++row) {
      if (without && row >= without->first && row <= without->last) {
        continue;
      }
      out.append(lines_.line(row).substr(0, kCodeBytes)).append("\n");
    }
    return out;
  }

  Lines lines_;
  std::string_view language_;
  SymbolTable table_;
  std::vector<Pair> pairs_;
};

}  // namespace

std::string_view to_string(PairKind kind) {
  switch (kind) {
    case PairKind::doc:
      return "doc";
    case PairKind::declaration:
      return "declaration";
    case PairKind::inside:
      return "inside";
  }
  return "";
}

std::vector<Pair> pairs_of(std::string_view text, std::string_view language) {
  return text.empty() ? std::vector<Pair>() : PairReader(text, language).run();
}

}  // namespace quire::model
