#include "chunking/outline_scan.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/utf8.hpp"
#include "chunking/definition_reader.hpp"
#include "chunking/member_reader.hpp"
#include "chunking/outline_syntax.hpp"

namespace quire::chunking {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// True if `line` begins with one of the words or signs of `list`.
bool begins_with_one(std::string_view line, std::string_view list) {
  if (!list.contains(line.front())) {
    return false;
  }
  bool found = false;
  for_each_word(list, [&](std::string_view token) {
    found = found ||
            (line.starts_with(token) && (!is_word(token.back()) || line.size() == token.size() ||
                                         !is_word(line[token.size()])));
  });
  return found;
}

/// `end`, `endfunction`, `end;`; not `endpoint`.
bool begins_with_end(std::string_view line) {
  constexpr std::string_view kTails =
      "function func fun f fu def module task class package interface macro";
  if (!line.starts_with("end")) {
    return false;
  }
  line.remove_prefix(3);
  std::size_t length = 0;
  while (length < line.size() && is_word(line[length])) {
    ++length;
  }
  return length == 0 || begins_with_one(line, kTails);
}

int net_brackets(std::string_view code, char open, char close) {
  int net = 0;
  for (const char c : code) {
    net += c == open ? 1 : c == close ? -1 : 0;
  }
  return net;
}

/// A definition whose end has not been seen.
struct Open {
  std::size_t symbol = 0;
  std::int64_t indent = 0;
  std::string own_name;
  bool expects_close = false;               ///< A line that closes it is to come.
  std::int64_t braces = 0;                  ///< Opened and not closed, until expects_close.
  std::optional<std::uint32_t> seems_over;  ///< Its last row, if no closing line comes.
  std::optional<std::int64_t> member_indent;
  std::uint32_t least_last = 0;  ///< The last row of what is in it.
};

class Scan {
 public:
  Scan(std::string_view text, const OutlineSyntax& syntax)
      : text_(text),
        syntax_(syntax),
        lines_(text),
        code_(mask_code(text, syntax.mask)),
        reader_(text, code_, syntax) {}

  FoundSymbols run(StopCheck stop) && {
    for (std::uint32_t row = 0; row < lines_.count(); ++row) {
      if (stop.soon()) {
        return std::unexpected(NoSymbols::stopped);
      }
      visit(row);
    }
    while (!open_.empty()) {
      close_last();
    }
    return std::move(table_);
  }

 private:
  struct Line {
    std::size_t from = 0;
    std::size_t end = 0;
  };

  /// The code of a row without white space around it.
  Line code_of(std::uint32_t row) const {
    const std::string_view line = lines_.line(row);
    Line found;
    found.from = static_cast<std::size_t>(line.data() - text_.data());
    found.end = found.from + line.size();
    const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (found.from < found.end && is_space(code_[found.from])) {
      ++found.from;
    }
    while (found.end > found.from && is_space(code_[found.end - 1])) {
      --found.end;
    }
    return found;
  }

  void visit(std::uint32_t row) {
    if (lines_.is_blank(row)) {
      lead_.reset();
      return;
    }
    const Line line = code_of(row);
    if (line.from == line.end) {
      lead_ = lead_.value_or(row);  // A comment.
      return;
    }
    if (code_[line.from] != kStringFill) {
      visit_code(row, line);
    }
    last_row_ = row;
  }

  std::string_view folded(std::string_view code) {
    constexpr std::size_t kMostBytes = 64;
    if (!syntax_.folds_case) {
      return code;
    }
    folded_ = base::ascii_lower(code.substr(0, kMostBytes));
    return folded_;
  }

  void visit_code(std::uint32_t row, Line line) {
    const std::string_view code = std::string_view(code_).substr(line.from, line.end - line.from);
    if (code.front() == '#' && is_conditional(code)) {
      lead_.reset();
      return;
    }
    if (lead_brackets_ > 0) {
      lead_brackets_ += net_brackets(code, '(', ')') + net_brackets(code, '[', ']');
      return;
    }
    const std::int64_t indent = indent_of(row, code);
    if (belongs_to_open(row, indent, folded(code))) {
      lead_.reset();
      return;
    }
    const std::optional<LineDefinition> found = definition(row, line, indent);
    settle(indent, found.has_value());
    if (found) {
      declare(row, indent, *found, code);
      add_entries(row, *found, code);
    } else if (!names_members(row, indent, line) && is_lead(line, code)) {
      lead_ = lead_.value_or(row);
      lead_brackets_ = std::max(0, net_brackets(code, '(', ')') + net_brackets(code, '[', ']'));
      return;
    } else {
      look_for_brace(code);
    }
    lead_.reset();
  }

  /// Adds them. A word that is an attribute elsewhere may be one that begins a member.
  bool names_members(std::uint32_t row, std::int64_t indent, Line line) {
    const auto code_from = [&](std::size_t begin) {
      return std::string_view(code_).substr(begin, line.end - begin);
    };
    return add_members(row, indent, code_from(line.from)) ||
           add_members(row, indent, code_from(reader_.behind_attributes(line.from, line.end)));
  }

  /// Those of a line that defines nothing: at its beginning, or in what is no function. False if
  /// there are none.
  bool add_members(std::uint32_t row, std::int64_t indent, std::string_view code) {
    if (syntax_.members.is_empty()) {
      return false;
    }
    const auto outer = std::ranges::find_if(open_.rbegin(), open_.rend(),
                                            [&](const Open& open) { return open.indent < indent; });
    MemberPlace place;
    std::string around;
    if (outer != open_.rend()) {
      const Symbol& parent = table_.symbols[outer->symbol];
      if (is_function(parent.kind) || parent.kind == SymbolKind::macro ||
          outer->member_indent != indent) {
        return false;
      }
      place = {parent.kind, is_enum(parent)};
      around = parent.name;
    } else if (lines_.indent(row) != 0 && package_.empty()) {
      return false;
    }
    const std::vector<Member> members = read_members(code, syntax_, place);
    for (const Member& member : members) {
      add_minor(row, around, member);
    }
    return !members.empty();
  }

  /// Of an enum on one line.
  void add_entries(std::uint32_t row, const LineDefinition& found, std::string_view code) {
    if (!syntax_.members.entries || found.kind != SymbolKind::enum_type || open_.empty() ||
        table_.symbols.empty()) {
      return;
    }
    const std::string around = table_.symbols[open_.back().symbol].name;
    for (const Member& member : read_entries(code)) {
      add_minor(row, around, member);
    }
  }

  static bool is_enum(const Symbol& symbol) {
    return symbol.kind == SymbolKind::enum_type || symbol.signature.contains("enum class");
  }

  void add_minor(std::uint32_t row, const std::string& around, const Member& member) {
    const std::string_view sign =
        is_function(member.kind) ? syntax_.member_separator : syntax_.separator;
    Symbol made;
    made.name = around.empty() ? member.name : around + std::string(sign) + member.name;
    made.name = cut_at(made.name, kMaxNameBytes);
    made.kind = member.kind;
    made.package = package_;
    made.rows = {row, row};
    made.lead_row = lead_.value_or(row);
    made.is_minor = true;
    table_.symbols.push_back(std::move(made));
  }

  /// `#if` and its like may stand at any indentation.
  static bool is_conditional(std::string_view code) {
    return begins_with_one(code,
                           "#if #else #elif #elseif #endif #region #endregion #pragma #ifdef "
                           "#ifndef #define #nullable");
  }

  /// What Objective-C has between `@interface` and `@end` is not indented.
  std::int64_t indent_of(std::uint32_t row, std::string_view code) const {
    const bool is_frame = syntax_.form == Form::message && code.front() == '@';
    return is_frame ? -1 : std::int64_t{lines_.indent(row)};
  }

  bool is_lead(Line line, std::string_view code) const {
    return reader_.behind_attributes(line.from, line.end) > line.from ||
           begins_with_one(code, syntax_.leads);
  }

  /// True if the row closes the definition of its indentation, or goes on with its head.
  bool belongs_to_open(std::uint32_t row, std::int64_t indent, std::string_view code) {
    const auto same = std::ranges::find(open_.rbegin(), open_.rend(), indent, &Open::indent);
    if (same == open_.rend()) {
      return false;
    }
    const bool is_close = closes(code);
    if (!is_close && !goes_on(*same, code)) {
      return false;
    }
    while (open_.back().indent > indent) {
      close_last();
    }
    Open& open = open_.back();
    if (is_close && open.expects_close) {
      open.seems_over.reset();
      last_row_ = row;
      close_last();
    } else if (is_close && open.seems_over) {
      close_last();
    } else {
      look_for_brace(code);
    }
    return true;
  }

  bool closes(std::string_view code) const {
    if (syntax_.block == Block::end) {
      return begins_with_end(code);
    }
    const bool is_frame_end = syntax_.form == Form::message && code.starts_with("@end");
    const bool is_in_quotes = code.starts_with("}'") || code.starts_with("}\"");
    return is_frame_end || (code.starts_with('}') && !code.ends_with('{') && !is_in_quotes);
  }

  bool goes_on(const Open& open, std::string_view code) const {
    if (syntax_.block == Block::parens) {
      return !code.starts_with('(');
    }
    const char first = code.front();
    if (first == '}' || first == ')' || first == ']') {
      return true;
    }
    const std::string& name = open.own_name;
    const bool says_name =
        (syntax_.form == Form::signature || syntax_.form == Form::clause) &&
        begins_with_one(code, name) &&
        (code.size() == name.size() || !syntax_.name_chars.contains(code[name.size()]));
    return says_name || begins_with_one(code, syntax_.continues);
  }

  void look_for_brace(std::string_view code) {
    if (open_.empty() || syntax_.block != Block::braces || open_.back().expects_close) {
      return;
    }
    Open& open = open_.back();
    open.braces += net_brackets(code, '{', '}');
    open.expects_close = open.braces > 0;
  }

  std::optional<LineDefinition> definition(std::uint32_t row, Line line, std::int64_t indent) {
    const auto outer = std::ranges::find_if(open_.rbegin(), open_.rend(),
                                            [&](const Open& open) { return open.indent < indent; });
    LinePlace place;
    place.begins_line = lines_.indent(row) == 0;
    if (outer != open_.rend()) {
      place.parent = table_.symbols[outer->symbol].kind;
      place.parent_name = outer->own_name;
      const bool is_brace = code_[line.from] == '{';
      if (!outer->member_indent && !is_brace) {
        outer->member_indent = indent;
      }
      place.may_be_member = outer->member_indent == indent;
      if (is_function(*place.parent) || *place.parent == SymbolKind::macro) {
        return std::nullopt;
      }
    }
    return reader_.read(line.from, line.end, place);
  }

  /// Ends what a row of that indentation ends. What still expects its closing line only seems to be
  /// over, as the row may be of a string; the next definition settles it.
  void settle(std::int64_t indent, bool is_definition) {
    while (!open_.empty() && open_.back().indent >= indent &&
           (is_definition || !open_.back().expects_close)) {
      close_last();
    }
    for (auto open = open_.rbegin(); open != open_.rend() && open->indent >= indent; ++open) {
      open->seems_over = open->seems_over.value_or(last_row_);
    }
  }

  void close_last() {
    const Open open = std::move(open_.back());
    open_.pop_back();
    Symbol& symbol = table_.symbols[open.symbol];
    symbol.rows.last =
        std::max({symbol.rows.first, open.seems_over.value_or(last_row_), open.least_last});
    symbol.has_body =
        symbol.has_body || (syntax_.block != Block::braces && symbol.rows.count() > 1);
    if (!open_.empty()) {
      open_.back().least_last = std::max(open_.back().least_last, symbol.rows.last);
    }
  }

  void declare(std::uint32_t row,
               std::int64_t indent,
               const LineDefinition& found,
               std::string_view code) {
    if (found.kind == SymbolKind::name_space) {
      package_ = cut_at(found.name, kMaxNameBytes);
      table_.package = table_.package.empty() ? package_ : table_.package;
      return;
    }
    if (open_.size() >= kMaxNesting) {
      return;
    }
    table_.symbols.push_back(symbol(row, found));
    Open open;
    open.symbol = table_.symbols.size() - 1;
    open.indent = indent;
    open.own_name = cut_at(found.name, kMaxNameBytes);  // Each line below may be compared with it.
    open.expects_close = expects_end(found, code);
    open_.push_back(std::move(open));
    look_for_brace(code);
  }

  /// True if the definition's line lets an `end` be expected.
  bool expects_end(const LineDefinition& found, std::string_view code) const {
    if (syntax_.form == Form::message) {
      return found.kind != SymbolKind::method;
    }
    if (syntax_.block != Block::end) {
      return false;
    }
    if (!syntax_.block_word.empty()) {
      return code.ends_with(syntax_.block_word);
    }
    const std::string lower = syntax_.folds_case ? base::ascii_lower(code) : std::string();
    std::string_view line = syntax_.folds_case ? std::string_view(lower) : code;
    while (line.ends_with(';') || line.ends_with(')')) {
      line.remove_suffix(1);
    }
    return !(line.ends_with("end") && line.size() > 3 && !is_word(line[line.size() - 4]));
  }

  Symbol symbol(std::uint32_t row, const LineDefinition& found) {
    Symbol made;
    made.kind = found.kind;
    made.package = package_;
    made.rows = {row, row};
    made.lead_row = lead_.value_or(row);
    auto signature = reader_.signature(found.begin);
    made.signature = std::move(signature.text);
    made.has_body = signature.opens_body;
    std::string prefix;
    if (!open_.empty()) {
      made.parent = open_.back().symbol;
      Symbol& parent = table_.symbols[*made.parent];
      const bool is_member = made.kind == SymbolKind::function || made.kind == SymbolKind::method;
      parent.holds_members =
          parent.holds_members || (parent.kind == SymbolKind::module && is_function(made.kind));
      if (is_member && (is_type(parent.kind) ||
                        (syntax_.has_module_types && parent.kind == SymbolKind::module))) {
        made.kind = SymbolKind::method;
      }
      if (syntax_.block == Block::end && parent.kind == SymbolKind::module &&
          syntax_.language == "elixir") {
        made.package = parent.name;
      }
      const bool is_inner = is_function(made.kind) || made.kind == SymbolKind::macro;
      prefix = parent.name + std::string(is_inner ? syntax_.member_separator : syntax_.separator);
    } else if (syntax_.language == "elixir" && table_.package.empty()) {
      table_.package = cut_at(found.name, kMaxNameBytes);
    }
    made.name = cut_at(prefix + found.name, kMaxNameBytes);
    return made;
  }

  std::string_view text_;
  const OutlineSyntax& syntax_;
  Lines lines_;
  std::string code_;
  DefinitionReader reader_;
  SymbolTable table_;
  std::vector<Open> open_;
  std::string package_;
  std::string folded_;
  std::optional<std::uint32_t> lead_;  ///< Where the comments and attributes right above begin.
  int lead_brackets_ = 0;              ///< Of an attribute that goes on, opened and not closed.
  std::uint32_t last_row_ = 0;         ///< The last one with code or part of a string.
};

}  // namespace

FoundSymbols scan_outline(std::string_view text, std::string_view language, StopCheck stop) {
  const OutlineSyntax* const syntax = outline_syntax(language);
  if (syntax == nullptr) {
    return std::unexpected(NoSymbols::unknown_language);
  }
  return Scan(text, *syntax).run(stop);
}

}  // namespace quire::chunking
