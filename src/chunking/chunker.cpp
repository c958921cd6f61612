#include "chunking/chunker.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "chunking/line_chunker.hpp"
#include "chunking/lines.hpp"
#include "chunking/outline_scan.hpp"
#include "chunking/outline_syntax.hpp"
#include "chunking/symbol_walk.hpp"

// A text becomes pieces first: whole symbols, and the text between them. Types and functions that
// hold symbols of their own are taken apart, namespaces always. Then each large piece becomes a
// chunk (or several), and neighbouring small pieces are joined.

namespace quire::chunking {
namespace {

/// Types up to here are one chunk, whatever is in them.
constexpr std::uint32_t kWholeTypeRows = 4;
/// A declaration without a body up to here, comments included, is joined with its neighbours.
constexpr std::uint32_t kSmallRows = 3;
/// Text up to here before a symbol goes with it: a label, an opening brace, an #if.
constexpr std::uint32_t kTinyTextRows = 3;
/// Joined pieces end at the first blank line behind kSettledRows, and at kJoinedRows anyway.
constexpr std::uint32_t kSettledRows = 12;
constexpr std::uint32_t kJoinedRows = 40;

struct Piece {
  Rows rows;
  const Symbol* symbol = nullptr;  ///< The whole of it; null: text.
  const Symbol* owner = nullptr;   ///< The innermost symbol around text, or the symbol's parent.
  bool is_head = false;            ///< Text that holds its owner's first line.
};

bool is_namespace(const Symbol& symbol) {
  return symbol.kind == SymbolKind::name_space || symbol.kind == SymbolKind::impl ||
         (symbol.kind == SymbolKind::module && !symbol.holds_members);
}

/// Brings symbols and text into one order without overlaps. Where two symbols share a line, the
/// first one has it.
class Cutter {
 public:
  Cutter(const Lines& lines, const SymbolTable& table)
      : lines_(lines), table_(table), children_(table.symbols.size()) {
    for (std::size_t i = 0; i < table.symbols.size(); ++i) {
      if (table.symbols[i].is_minor) {
        continue;
      }
      const auto& parent = table.symbols[i].parent;
      (parent ? children_[*parent] : roots_).push_back(i);
    }
  }

  std::vector<Piece> run() && {
    cut(nullptr, roots_, {0, lines_.count() - 1});
    return std::move(pieces_);
  }

 private:
  void cut(const Symbol* owner, const std::vector<std::size_t>& symbols, Rows rows) {
    for (const std::size_t index : symbols) {
      const Symbol& symbol = table_.symbols[index];
      const std::uint32_t last = std::min(symbol.rows.last, rows.last);
      const std::uint32_t first = std::max(symbol.lead_row, next_row_);
      if (first > last) {
        continue;
      }
      add_text(owner, first);
      if (comes_apart(index)) {
        cut(&symbol, children_[index], {first, last});
      } else {
        pieces_.push_back({{first, last}, &symbol, owner});
      }
      next_row_ = last + 1;
    }
    add_text(owner, rows.last + 1);
  }

  /// Text of `owner` from where the last piece ended.
  void add_text(const Symbol* owner, std::uint32_t end_row) {
    if (next_row_ >= end_row) {
      return;
    }
    if (const auto rows = without_blank_ends(lines_, {next_row_, end_row - 1})) {
      const bool is_head = owner != nullptr && !is_namespace(*owner) &&
                           rows->first <= owner->rows.first && owner->rows.first <= rows->last;
      pieces_.push_back({*rows, nullptr, owner, is_head});
    }
    next_row_ = end_row;
  }

  bool comes_apart(std::size_t index) const {
    const Symbol& symbol = table_.symbols[index];
    if (is_namespace(symbol)) {
      return true;
    }
    if (children_[index].empty()) {
      return false;
    }
    const bool is_long = !fits_one_chunk(lines_, symbol.rows);
    return is_long || (!is_function(symbol.kind) && symbol.rows.count() > kWholeTypeRows &&
                       std::ranges::any_of(children_[index],
                                           [&](std::size_t child) { return stands_alone(child); }));
  }

  /// Worth a chunk of its own: a definition of more than one line.
  bool stands_alone(std::size_t index) const {
    const Symbol& symbol = table_.symbols[index];
    return symbol.has_body && symbol.rows.count() > 1;
  }

  const Lines& lines_;
  const SymbolTable& table_;
  std::vector<std::size_t> roots_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<Piece> pieces_;
  std::uint32_t next_row_ = 0;
};

/// Brackets and ends of blocks: what closes the symbol above.
bool only_closes(const Lines& lines, Rows rows) {
  static constexpr std::array<std::string_view, 3> kWords{"#endif", "end", "// namespace"};
  for (std::uint32_t row = rows.first; row <= rows.last; ++row) {
    std::string_view line = lines.trimmed(row);
    const bool is_bracket = line.starts_with('}') || line.starts_with(')') || line.starts_with(']');
    const bool is_word =
        std::ranges::any_of(kWords, [&](std::string_view word) { return line.starts_with(word); });
    if (!line.empty() && line != ";" && !is_bracket && !is_word) {
      return false;
    }
  }
  return true;
}

/// The type or function that text and small symbols belong to; a namespace is no such owner.
const Symbol* home(const Piece& piece) {
  return piece.owner == nullptr || is_namespace(*piece.owner) ? nullptr : piece.owner;
}

bool is_small(const Piece& piece) {
  if (piece.symbol == nullptr) {
    return false;
  }
  const std::uint32_t own_rows = piece.symbol->rows.count();
  const bool is_definition =
      is_type(piece.symbol->kind) || (is_function(piece.symbol->kind) && piece.symbol->has_body);
  return piece.rows.count() <= kSmallRows && (own_rows == 1 || !is_definition);
}

/// Pieces that become one chunk, or several if it is one long piece.
struct Group {
  std::vector<Piece> pieces;

  Rows rows() const { return {pieces.front().rows.first, pieces.back().rows.last}; }
};

class Grouper {
 public:
  Grouper(const Lines& lines, std::vector<Piece> pieces)
      : lines_(lines), pieces_(std::move(pieces)) {}

  std::vector<Group> run() && {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (belongs_to_last(i)) {
        groups_.back().pieces.push_back(pieces_[i]);
      } else {
        groups_.push_back({{pieces_[i]}});
      }
    }
    return std::move(groups_);
  }

 private:
  bool belongs_to_last(std::size_t index) const {
    const Piece& piece = pieces_[index];
    if (piece.symbol != nullptr && !is_small(piece)) {
      return completes_last(piece);
    }
    if (piece.is_head) {
      return wraps(piece);
    }
    if (piece.symbol == nullptr && only_closes(lines_, piece.rows)) {
      return fits_last(piece);
    }
    return !opens_next(index) && joins_last(piece);
  }

  /// A few lines of text that stand right above a symbol, and apart from what is above them.
  bool opens_next(std::size_t index) const {
    const Piece& piece = pieces_[index];
    return piece.symbol == nullptr && piece.rows.count() <= kTinyTextRows &&
           index + 1 < pieces_.size() && pieces_[index + 1].rows.first == piece.rows.last + 1 &&
           (index == 0 || pieces_[index - 1].rows.last + 1 < piece.rows.first);
  }

  bool fits_last(const Piece& piece) const {
    return !groups_.empty() &&
           fits_one_chunk(lines_, {groups_.back().rows().first, piece.rows.last});
  }

  /// A large symbol takes the few lines of text before it: `public:`, `namespace net {`.
  bool completes_last(const Piece& piece) const {
    if (!fits_last(piece)) {
      return false;
    }
    const std::vector<Piece>& before = groups_.back().pieces;
    return before.size() == 1 && before[0].symbol == nullptr && !before[0].is_head &&
           before[0].rows.count() <= kTinyTextRows && home(before[0]) == home(piece) &&
           piece.rows.first - before[0].rows.last <= kTinyTextRows;
  }

  /// The head of a type takes the line of the module it is in: `module Net`.
  bool wraps(const Piece& head) const {
    if (!fits_last(head) || !head.owner->parent) {
      return false;
    }
    const std::vector<Piece>& before = groups_.back().pieces;
    return before.size() == 1 && before[0].symbol == nullptr && before[0].owner != nullptr &&
           before[0].owner->kind == SymbolKind::module && before[0].owner != head.owner &&
           before[0].rows.count() <= kTinyTextRows &&
           head.rows.first - before[0].rows.last <= kTinyTextRows;
  }

  /// Small pieces and text of one home are joined, unless a blank line offers a better place.
  bool joins_last(const Piece& piece) const {
    if (!fits_last(piece)) {
      return false;
    }
    const Group& last = groups_.back();
    const Piece& neighbour = last.pieces.back();
    const bool is_taken = std::ranges::any_of(
        last.pieces, [](const Piece& p) { return p.symbol != nullptr && !is_small(p); });
    if (is_taken || home(piece) != home(neighbour)) {
      return false;
    }
    const std::uint32_t joined = piece.rows.last - last.rows().first + 1;
    const bool after_blank = piece.rows.first > neighbour.rows.last + 1;
    const bool unlike = (piece.symbol == nullptr) != (neighbour.symbol == nullptr) &&
                        std::max(piece.rows.count(), neighbour.rows.count()) > kTinyTextRows;
    return joined <= kJoinedRows && !(after_blank && last.rows().count() >= kSettledRows) &&
           !(after_blank && unlike);
  }

  const Lines& lines_;
  std::vector<Piece> pieces_;
  std::vector<Group> groups_;
};

/// The large symbol in a group, or the innermost one whose head it holds.
const Symbol* main_symbol(const Group& group) {
  const Symbol* head = nullptr;
  for (const Piece& piece : group.pieces) {
    if (piece.symbol != nullptr && !is_small(piece)) {
      return head != nullptr ? head : piece.symbol;
    }
    head = piece.is_head ? piece.owner : head;
  }
  return head;
}

/// The symbol that names a group: its main one, its only small one, the type or function that all
/// of it belongs to, or else its first small one.
const Symbol* name_of(const Group& group) {
  if (const Symbol* const symbol = main_symbol(group)) {
    return symbol;
  }
  const auto is_symbol = [](const Piece& piece) { return piece.symbol != nullptr; };
  const auto count = std::ranges::count_if(group.pieces, is_symbol);
  const Symbol* const owner = home(group.pieces.front());
  if (count == 1 || (count > 1 && owner == nullptr)) {
    return std::ranges::find_if(group.pieces, is_symbol)->symbol;
  }
  const Symbol* const around = group.pieces.front().owner;
  const bool is_impl = around != nullptr && around->kind == SymbolKind::impl;
  return is_impl ? around : owner;
}

/// Lines so long that no one wrote them: not worth a parse.
bool looks_generated(std::string_view text, const Lines& lines) {
  constexpr std::size_t kRowBytes = 1000;
  return text.size() > kMaxBytes && text.size() / lines.count() > kRowBytes;
}

/// By a grammar, or by how lines look where the build has none for the language.
FoundSymbols symbols_of(std::string_view text, std::string_view language, StopCheck stop) {
  FoundSymbols found = find_symbols(text, language, stop);
  return found || found.error() != NoSymbols::unknown_language ? std::move(found)
                                                               : scan_outline(text, language, stop);
}

SourceChunk text_chunk(const Lines& lines, Rows rows, const std::string& package) {
  SourceChunk chunk;
  chunk.text = lines.text(rows);
  chunk.start_line = std::int64_t{rows.first} + 1;
  chunk.end_line = std::int64_t{rows.last} + 1;
  if (!package.empty()) {
    chunk.package_name = package;
  }
  return chunk;
}

Definition definition_of(const Symbol& symbol) {
  return {.name = symbol.name,
          .kind = std::string(to_string(symbol.kind)),
          .line = std::int64_t{symbol.rows.first} + 1,
          .start_line = std::int64_t{symbol.lead_row} + 1,
          .end_line = std::int64_t{symbol.rows.last} + 1,
          .is_minor = symbol.is_minor};
}

/// The symbols that begin in `rows`; `symbols` are in order of where they begin.
std::vector<Definition> symbols_in(const std::vector<Symbol>& symbols, Rows rows) {
  const auto first_row = [](const Symbol& symbol) { return symbol.rows.first; };
  std::vector<Definition> found;
  std::set<std::pair<std::string_view, SymbolKind>> seen;
  for (auto at = std::ranges::lower_bound(symbols, rows.first, {}, first_row);
       at != symbols.end() && at->rows.first <= rows.last; ++at) {
    if (!at->name.empty() && seen.emplace(at->name, at->kind).second) {
      found.push_back(definition_of(*at));
    }
  }
  return found;
}

/// `symbols` are minor ones.
std::vector<SourceChunk> chunk_by_lines(const Lines& lines,
                                        std::string_view language,
                                        const std::string& package,
                                        const std::vector<Symbol>& symbols) {
  const Rows all{0, lines.count() - 1};
  std::vector<SourceChunk> chunks;
  for (const Rows rows : language == "markdown" ? cut_markdown(lines, all) : cut_rows(lines, all)) {
    SourceChunk chunk = text_chunk(lines, rows, package);
    chunk.symbols = symbols_in(symbols, rows);
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

/// The namespace around what names a group, or else around its beginning, or the text's package.
const std::string& package_of(const Group& group, const SymbolTable& table) {
  const Symbol* const named = name_of(group);
  const Symbol* const inner = named != nullptr ? named : group.pieces.front().owner;
  if (inner == nullptr) {
    return table.package;
  }
  const std::string& space = inner->kind == SymbolKind::name_space ? inner->name : inner->package;
  return space.empty() ? table.package : space;
}

std::vector<SourceChunk> chunk_by_symbols(const Lines& lines, const SymbolTable& table) {
  std::vector<SourceChunk> chunks;
  for (const Group& group : Grouper(lines, Cutter(lines, table).run()).run()) {
    const Symbol* const symbol = name_of(group);
    for (const Rows rows : cut_rows(lines, group.rows())) {
      SourceChunk chunk = text_chunk(lines, rows, package_of(group, table));
      if (symbol != nullptr) {
        chunk.symbol_name = symbol->name;
        chunk.symbol_kind = to_string(symbol->kind);
        chunk.signature = symbol->signature;
      }
      chunk.symbols = symbols_in(table.symbols, rows);
      chunks.push_back(std::move(chunk));
    }
  }
  return chunks;
}

Cut without_symbols(NoSymbols why,
                    const Lines& lines,
                    std::string_view language,
                    const std::string& package) {
  if (why == NoSymbols::stopped) {
    return {.chunks = {}, .stopped = true};
  }
  return {.chunks = chunk_by_lines(lines, language, package, {}),
          .too_costly = why == NoSymbols::too_costly};
}

}  // namespace

Cut cut(std::string_view text,
        std::string_view language,
        std::string_view path,
        const std::function<bool()>& should_stop) {
  if (text.empty()) {
    return {};
  }
  const Lines lines(text);
  const std::string path_package = package_of_path(language, path);
  if (looks_generated(text, lines)) {
    return {chunk_by_lines(lines, language, path_package, {})};
  }
  FoundSymbols table = symbols_of(text, language, StopCheck(should_stop));
  if (!table) {
    return without_symbols(table.error(), lines, language, path_package);
  }
  if (table->package.empty()) {
    table->package = path_package;
  }
  const bool only_minor = std::ranges::all_of(table->symbols, &Symbol::is_minor);
  return {only_minor ? chunk_by_lines(lines, language, table->package, table->symbols)
                     : chunk_by_symbols(lines, *table)};
}

std::vector<SourceChunk> chunk(std::string_view text,
                               std::string_view language,
                               std::string_view path) {
  return cut(text, language, path, {}).chunks;
}

std::vector<std::string> grammar_languages() {
  return languages_with_symbols();
}

std::vector<std::string> outline_languages() {
  std::vector<std::string> names;
  for (const OutlineSyntax& syntax : outline_syntaxes()) {
    names.emplace_back(syntax.language);
  }
  return names;
}

}  // namespace quire::chunking
