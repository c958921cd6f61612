#include "chunking/definition_reader.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"

namespace quire::chunking {
namespace {

/// How far a signature, or the parameters behind a name, are followed.
constexpr std::size_t kMostBytes = 800;

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_char(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9');
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool has_word(std::string_view list, std::string_view word) {
  if (word.empty()) {
    return false;
  }
  for (std::size_t at = list.find(word); at != std::string_view::npos;
       at = list.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) {
      return true;
    }
  }
  return false;
}

bool is_capital(char c) {
  return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// `<+> b`: what follows the first argument of an operator's equation.
bool is_operator(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&*+./<>?@\\^|-~:`";
  const std::size_t solid = text.find_first_not_of(' ');
  return solid != std::string_view::npos && kSigns.contains(text[solid]);
}

bool names_container(SymbolKind kind) {
  return is_type(kind) || kind == SymbolKind::module || kind == SymbolKind::name_space;
}

std::string_view without_space_behind(std::string_view text) {
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

/// A place on a line of the code.
struct DefinitionReader::Cursor {
  std::string_view code;
  std::size_t at = 0;
  std::size_t end = 0;

  char peek(std::size_t ahead = 0) const { return at + ahead < end ? code[at + ahead] : '\0'; }
  std::string_view rest() const { return code.substr(at, end - at); }
  bool starts_with(std::string_view token) const { return rest().starts_with(token); }

  void skip_spaces() {
    while (is_space(peek())) {
      ++at;
    }
  }

  std::string_view word() const {
    std::size_t length = 0;
    while (is_name_char(peek(length))) {
      ++length;
    }
    return code.substr(at, length);
  }

  /// Goes behind the bracket that closes the one here, if that is on the line.
  bool skip_brackets() {
    const char open = peek();
    const char close = open == '(' ? ')' : open == '[' ? ']' : '>';
    const std::size_t limit = std::min(end, at + kMostBytes);
    std::size_t depth = 0;
    for (std::size_t i = at; i < limit; ++i) {
      depth += code[i] == open ? 1 : 0;
      if (code[i] == close && --depth == 0) {
        at = i + 1;
        return true;
      }
    }
    return false;
  }
};

std::optional<LineDefinition> DefinitionReader::read(std::size_t from,
                                                     std::size_t end,
                                                     const LinePlace& place) const {
  Cursor cursor{code_, behind_attributes(from, end), end};
  const std::size_t begin = cursor.at;
  if (syntax_.block == Block::parens) {
    if (cursor.peek() != '(') {
      return std::nullopt;
    }
    ++cursor.at;
  }
  if (syntax_.needs_modifier && base::ascii_lower(cursor.word()) == "alter") {
    return std::nullopt;
  }
  bool is_modified = false;
  while (skip_modifier(cursor)) {
    is_modified = true;
    skip_quoted(cursor);
  }
  std::optional<LineDefinition> found = by_keyword(cursor, is_modified, place);
  if (!found) {
    found = by_assignment(cursor);
  }
  if (!found) {
    found = by_form(cursor, place);
  }
  if (found) {
    found->begin = begin;
    if (!syntax_.constructors.empty() && found->name == syntax_.constructors) {
      found->kind = SymbolKind::constructor;
    }
  }
  return found;
}

std::size_t DefinitionReader::behind_attributes(std::size_t from, std::size_t end) const {
  Cursor cursor{code_, from, end};
  for (;;) {
    const std::size_t before = cursor.at;
    const bool at_sign =
        cursor.peek() == '@' && is_name_start(cursor.peek(1)) && has_word(syntax_.leads, "@");
    if (at_sign) {
      cursor.at += 1;
      while (is_name_char(cursor.peek()) || cursor.peek() == '.' || cursor.peek() == ':') {
        ++cursor.at;
      }
    } else if (cursor.starts_with("#[") && has_word(syntax_.leads, "#[")) {
      ++cursor.at;
    }
    const bool is_list =
        cursor.peek() == '[' && (cursor.at > before || has_word(syntax_.leads, "["));
    if (is_list || (at_sign && cursor.peek() == '(')) {
      if (!cursor.skip_brackets()) {
        return before;
      }
    }
    if (cursor.at == before) {
      return before;
    }
    cursor.skip_spaces();
  }
}

bool DefinitionReader::skip_modifier(Cursor& cursor) const {
  std::size_t length = 0;
  while (cursor.peek(length) != '\0' && !is_space(cursor.peek(length)) &&
         cursor.peek(length) != '(' && cursor.peek(length) != '[') {
    ++length;
  }
  const std::string_view word = code_.substr(cursor.at, length);
  const std::string lower = syntax_.folds_case ? base::ascii_lower(word) : std::string();
  const bool found = has_word(syntax_.modifiers, syntax_.folds_case ? lower : word) ||
                     (syntax_.needs_modifier && lower.starts_with("definer="));
  if (length == 0 || !found) {
    return false;
  }
  Cursor next = cursor;
  next.at += length;
  if ((next.peek() == '(' || next.peek() == '[') && !next.skip_brackets()) {
    return false;
  }
  if (!is_space(next.peek())) {
    return false;
  }
  next.skip_spaces();
  cursor = next;
  return true;
}

/// Zig's `extern "c" fn`.
void DefinitionReader::skip_quoted(Cursor& cursor) const {
  const std::string_view raw = std::string_view(text_).substr(cursor.at, cursor.end - cursor.at);
  const std::size_t close = raw.starts_with('"') ? raw.find('"', 1) : std::string_view::npos;
  if (close != std::string_view::npos && !syntax_.needs_modifier) {
    cursor.at += close + 1;
    cursor.skip_spaces();
  }
}

const Keyword* DefinitionReader::keyword_at(const Cursor& cursor) const {
  const Keyword* best = nullptr;
  for (const Keyword& keyword : syntax_.keywords) {
    const std::string_view here = cursor.rest().substr(0, keyword.word.size());
    const bool same =
        syntax_.folds_case ? base::ascii_lower(here) == keyword.word : here == keyword.word;
    const char next = cursor.peek(keyword.word.size());
    const bool ends = keyword.word.ends_with('(') || is_space(next) ||
                      (keyword.after == "self" && !is_name_char(next) && next != '.');
    if (same && ends && (best == nullptr || best->word.size() < keyword.word.size())) {
      best = &keyword;
    }
  }
  return best;
}

bool DefinitionReader::may_follow(const Cursor& cursor, std::string_view after) const {
  if (after.empty()) {
    return true;
  }
  Cursor next = cursor;
  next.skip_spaces();
  if (next.peek() == '\0') {
    return after.contains('$');
  }
  if (after.contains(next.peek()) && !is_name_char(next.peek())) {
    return true;
  }
  const std::string_view word = next.word();
  return after.contains('w') &&
         has_word(syntax_.followers,
                  syntax_.folds_case ? base::ascii_lower(word) : std::string(word));
}

/// SQL Server's `[dbo].[Users]`.
std::string DefinitionReader::read_bracketed(Cursor& cursor) const {
  std::string name;
  while (cursor.peek() == '[') {
    const std::size_t close = cursor.rest().find(']');
    if (close == std::string_view::npos || close == 1) {
      return {};
    }
    name.append(name.empty() ? "" : ".").append(cursor.rest().substr(1, close - 1));
    cursor.at += close + 1;
    cursor.at += cursor.peek() == '.' && cursor.peek(1) == '[' ? 1 : 0;
  }
  return name;
}

/// Haskell's `(<+>)`, behind the opening parenthesis.
std::string DefinitionReader::read_operator(Cursor& cursor) const {
  constexpr std::string_view kSigns = "!#$%&*+./<=>?@\\^|-~:";
  const std::string_view rest = cursor.rest();
  const std::size_t length = std::min(rest.find_first_not_of(kSigns), rest.size());
  if (length == 0 || !rest.substr(length).starts_with(')')) {
    return {};
  }
  cursor.at += length + 1;
  return std::string(rest.substr(0, length));
}

/// `+`, `<=>`, `[]=`
std::string DefinitionReader::read_sign(Cursor& cursor) const {
  constexpr std::string_view kSigns = "+-*/%<>=!~^&|[]";
  const std::string_view rest = cursor.rest();
  const std::size_t length = std::min(rest.find_first_not_of(kSigns), rest.size());
  cursor.at += length;
  return std::string(rest.substr(0, length));
}

/// From the text itself, as a mask hides what is in quotes.
std::string DefinitionReader::read_name(Cursor& cursor) const {
  const Cursor raw{text_, cursor.at, cursor.end};
  if (raw.peek() == '[' && syntax_.needs_modifier) {
    return read_bracketed(cursor);
  }
  const bool is_quoted = raw.peek() == '`' || (raw.peek() == '"' && syntax_.needs_modifier);
  std::size_t length = is_quoted ? 1 : 0;
  if (is_quoted) {
    length = std::min(raw.rest().find(raw.peek(), 1), raw.rest().size() - 1);
    const std::string_view name = raw.rest().substr(1, length - 1);
    cursor.at += length + 1;
    return name.contains(' ') ? std::string() : std::string(name);
  }
  const auto is_first = [&](char c) {
    return c != '\0' &&
           (is_name_start(c) || (syntax_.block == Block::parens && syntax_.name_chars.contains(c)));
  };
  const auto is_next = [&](char c) {
    return c != '\0' && (is_name_char(c) || syntax_.name_chars.contains(c));
  };
  if (!is_first(raw.peek())) {
    return {};
  }
  for (;;) {
    while (is_next(raw.peek(length))) {
      ++length;
    }
    std::size_t joined = length;
    while (raw.peek(joined) != '\0' && syntax_.path_signs.contains(raw.peek(joined))) {
      ++joined;
    }
    if (joined == length || joined > length + 2 || !is_name_start(raw.peek(joined))) {
      break;
    }
    length = joined;
  }
  const char last = raw.peek(length);
  const bool is_setter = last == '=' && raw.peek(length + 1) == '(';
  if (last != '\0' && syntax_.name_ends.contains(last) &&
      (is_setter || (last != '=' && raw.peek(length + 1) != '='))) {
    ++length;
  }
  cursor.at += length;
  return std::string(raw.rest().substr(0, length));
}

std::optional<LineDefinition> DefinitionReader::by_keyword(Cursor cursor,
                                                           bool modified,
                                                           const LinePlace& place) const {
  const Keyword* keyword = keyword_at(cursor);
  if (keyword == nullptr || (syntax_.needs_modifier && !modified)) {
    return std::nullopt;
  }
  cursor.at += keyword->word.size();
  if (keyword->after == "self") {
    return LineDefinition{std::string(keyword->word), keyword->kind};
  }
  cursor.skip_spaces();
  if (const Keyword* const second = keyword_at(cursor)) {
    Cursor behind = cursor;
    behind.at += second->word.size();
    behind.skip_spaces();
    if (is_name_start(behind.peek()) && second->after != "self") {
      keyword = second;
      cursor = behind;
    }
  }
  while (!cursor.word().empty() && has_word(syntax_.fillers, base::ascii_lower(cursor.word()))) {
    cursor.at += cursor.word().size();
    cursor.skip_spaces();
  }
  const bool is_haskell = syntax_.form == Form::signature;
  if (const std::size_t arrow = cursor.rest().find("=>");
      is_haskell && keyword->kind != SymbolKind::type_alias && arrow != std::string_view::npos) {
    cursor.at += arrow + 2;
    cursor.skip_spaces();
  }
  if (cursor.peek() == '<' && !cursor.skip_brackets()) {
    return std::nullopt;
  }
  cursor.skip_spaces();
  while (syntax_.block == Block::parens &&
         (cursor.peek() == '(' || cursor.peek() == '\'' || cursor.peek() == '^')) {
    const bool is_hint = cursor.peek() == '^';
    ++cursor.at;
    while (is_hint && cursor.peek() != '\0' && !is_space(cursor.peek())) {
      ++cursor.at;
    }
    cursor.skip_spaces();
  }
  const bool is_function_word = keyword->kind == SymbolKind::function;
  cursor.at += is_function_word && cursor.peek() == '&' ? 1 : 0;  // PHP's `function &items()`.
  std::string name = read_name(cursor);
  if (name.empty() && is_function_word && syntax_.has_sign_names) {
    name = read_sign(cursor);
  }
  if (is_haskell && keyword->kind == SymbolKind::impl) {
    while (is_space(cursor.peek()) || cursor.peek() == '(' || cursor.peek() == '[') {
      ++cursor.at;
    }
    if (is_capital(cursor.peek())) {
      name = read_name(cursor);
    }
  }
  // Kotlin's receivers: `fun List<T>.second()`, `fun String?.orEmpty()`.
  if (Cursor behind = cursor;
      syntax_.path_signs == "." && !name.empty() && keyword->kind == SymbolKind::function) {
    if (behind.peek() == '<') {
      behind.skip_brackets();
    }
    behind.at += behind.peek() == '?' ? 1 : 0;
    if (behind.peek() == '.' && behind.at > cursor.at) {
      ++behind.at;
      name += "." + read_name(behind);
      cursor = behind;
    }
  }
  if (keyword->last_part) {
    name.erase(0, name.rfind('.') + 1);
  }
  if (name.empty() || name.ends_with('.') || !may_follow(cursor, keyword->after) ||
      (syntax_.upper_types && names_container(keyword->kind) && !is_capital(name.front()))) {
    return std::nullopt;
  }
  LineDefinition found{std::move(name), keyword->kind};
  cursor.skip_spaces();
  if (syntax_.cuts_at_equals && keyword->word == "let") {
    const bool is_value = cursor.peek() == '=' || cursor.peek() == ':';
    found.kind = is_value ? SymbolKind::constant : SymbolKind::function;
  }
  if (syntax_.block == Block::indent && keyword->kind == SymbolKind::module &&
      syntax_.language == "fsharp" && cursor.peek() == '\0' && !place.parent) {
    found.kind = SymbolKind::name_space;
  }
  return found;
}

std::optional<LineDefinition> DefinitionReader::by_assignment(Cursor cursor) const {
  if (syntax_.assigned.empty()) {
    return std::nullopt;
  }
  LineDefinition found{read_name(cursor), SymbolKind::function};
  cursor.skip_spaces();
  bool is_assigned = false;
  for_each_word(syntax_.operators, [&](std::string_view sign) {
    if (!is_assigned && cursor.starts_with(sign) && cursor.peek(sign.size()) != '=') {
      is_assigned = true;
      cursor.at += sign.size();
    }
  });
  if (found.name.empty() || !is_assigned) {
    return std::nullopt;
  }
  cursor.skip_spaces();
  while (cursor.word() == "extern" || cursor.word() == "packed") {
    cursor.at += cursor.word().size();
    cursor.skip_spaces();
  }
  const auto* const word =
      std::ranges::find(syntax_.assigned, cursor.word(), &Keyword::word).base();
  if (word == syntax_.assigned.data() + syntax_.assigned.size()) {
    return std::nullopt;
  }
  cursor.at += word->word.size();
  found.kind = word->kind;
  return may_follow(cursor, word->after) ? std::optional(found) : std::nullopt;
}

std::optional<LineDefinition> DefinitionReader::by_form(Cursor cursor,
                                                        const LinePlace& place) const {
  const char first = cursor.peek();
  switch (syntax_.form) {
    case Form::none:
      return std::nullopt;
    case Form::c_like:
    case Form::member:
      return member(cursor, place);
    case Form::shell: {
      if (cursor.starts_with("function ")) {
        cursor.at += std::string_view("function ").size();
        cursor.skip_spaces();
      }
      const std::string name = read_name(cursor);
      cursor.skip_spaces();
      if (name.empty() || !cursor.starts_with("()")) {
        return std::nullopt;
      }
      cursor.at += 2;
      return may_follow(cursor, "{($") ? std::optional(LineDefinition{name, SymbolKind::function})
                                       : std::nullopt;
    }
    case Form::signature: {
      constexpr std::string_view kOther =
          "import infix infixl infixr deriving where default foreign if then else in let case";
      std::string name = read_name(cursor);
      if (name.empty() && cursor.peek() == '(') {
        ++cursor.at;
        name = read_operator(cursor);
      }
      const bool in_class = place.may_be_member &&
                            (place.parent == SymbolKind::trait || place.parent == SymbolKind::impl);
      if ((!place.begins_line && !in_class) || name.empty() || is_capital(name.front()) ||
          has_word(kOther, name)) {
        return std::nullopt;
      }
      const std::string_view sign = syntax_.language == "elm" ? " : " : " :: ";
      const std::string rest = std::string(cursor.rest()) + " ";
      Cursor next{code_, cursor.at, std::min(code_.size(), cursor.at + kMostBytes)};
      next.skip_spaces();
      const bool is_typed_below = cursor.peek() == '\0' && next.starts_with("::");
      const bool is_typed = rest.starts_with(sign) || rest.starts_with(",") || is_typed_below;
      const bool is_equation = rest.contains(" = ") && !is_operator(cursor.rest());
      return is_typed || is_equation ? std::optional(LineDefinition{name, SymbolKind::function})
                                     : std::nullopt;
    }
    case Form::clause: {
      if (!place.begins_line) {
        return std::nullopt;
      }
      const bool is_module = cursor.starts_with("-module(");
      const bool is_record = cursor.starts_with("-record(");
      cursor.at += is_module || is_record ? 8 : 0;
      std::string name = read_name(cursor);
      if (name.empty() || is_capital(name.front())) {
        return std::nullopt;
      }
      if (is_module || is_record) {
        return LineDefinition{name, is_module ? SymbolKind::name_space : SymbolKind::struct_type};
      }
      return cursor.peek() == '(' && body_follows(cursor.at)
                 ? std::optional(LineDefinition{name, SymbolKind::function})
                 : std::nullopt;
    }
    case Form::message: {
      if (!place.begins_line || (first != '-' && first != '+')) {
        return std::nullopt;
      }
      ++cursor.at;
      cursor.skip_spaces();
      if (cursor.peek() != '(' || !cursor.skip_brackets()) {
        return std::nullopt;
      }
      cursor.skip_spaces();
      const std::string name = read_name(cursor);
      return name.empty() ? std::nullopt : std::optional(LineDefinition{name, SymbolKind::method});
    }
    case Form::julia: {
      const std::string name = read_name(cursor);
      if (!place.begins_line || name.empty() || cursor.peek() != '(' || !cursor.skip_brackets()) {
        return std::nullopt;
      }
      cursor.skip_spaces();
      return cursor.peek() == '=' && cursor.peek(1) != '='
                 ? std::optional(LineDefinition{name, SymbolKind::function})
                 : std::nullopt;
    }
  }
  return std::nullopt;
}

/// `Type name(`, `Type<A> name<B>(`, `Type IFace.name(`, `(A, B) name(`, and a type's own name.
std::optional<LineDefinition> DefinitionReader::member(Cursor cursor,
                                                       const LinePlace& place) const {
  constexpr std::string_view kStatements =
      "return throw new await yield else using goto case assert import export if for foreach while "
      "switch catch lock fixed when sizeof typeof nameof synchronized get set do try var delete "
      "typedef define event";
  const bool in_type = place.parent && is_type(*place.parent) && place.may_be_member;
  const bool at_top = syntax_.form == Form::c_like && place.begins_line && !place.parent;
  if ((!in_type && !at_top) || has_word(kStatements, cursor.word())) {
    return std::nullopt;
  }
  if (cursor.peek() == '(' && !cursor.skip_brackets()) {
    return std::nullopt;
  }
  const std::size_t start = cursor.at;
  const std::size_t length = cursor.rest().substr(0, kMostBytes).find('(');
  if (length == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view head = without_space_behind(code_.substr(start, length));
  if (const std::size_t word = head.find("operator "); in_type && word != std::string_view::npos) {
    return LineDefinition{std::string(head.substr(word)), SymbolKind::method};
  }
  const auto is_odd = [](char c) {
    return !is_name_char(c) && !std::string_view(" <>,.?[]:*&~").contains(c);
  };
  if (std::ranges::any_of(head, is_odd)) {
    return std::nullopt;
  }
  if (head.ends_with('>')) {
    std::size_t depth = 0;
    while (!head.empty()) {
      const char c = head.back();
      head.remove_suffix(1);
      depth += c == '>' ? 1 : 0;
      if (c == '<' && --depth == 0) {
        break;
      }
    }
  }
  std::size_t name_at = head.size();
  while (name_at > 0 && is_name_char(head[name_at - 1])) {
    --name_at;
  }
  const std::string name(head.substr(name_at));
  const std::string_view before = head.substr(0, name_at);
  const bool is_own = in_type && (before.empty() ? name == place.parent_name
                                                 : before == std::string(place.parent_name) + ".");
  const bool is_typed = before.contains(' ') || (start > 0 && code_[start - 1] == ')');
  if (name.empty() || !is_name_start(name.front()) || has_word(kStatements, name) ||
      before.ends_with('~') || before.ends_with(',') || (!is_own && !is_typed) ||
      !body_follows(start + length)) {
    return std::nullopt;
  }
  return LineDefinition{name, is_own    ? SymbolKind::constructor
                              : in_type ? SymbolKind::method
                                        : SymbolKind::function};
}

/// True if what follows the closed parameters is a body, or ends a declaration.
bool DefinitionReader::body_follows(std::size_t open) const {
  constexpr std::string_view kWords = "where throws async sync const when override";
  Cursor cursor{code_, open, std::min(code_.size(), open + kMostBytes)};
  if (!cursor.skip_brackets()) {
    return false;
  }
  cursor.skip_spaces();
  if (syntax_.form == Form::clause) {
    return cursor.starts_with("->") || cursor.word() == "when";
  }
  return cursor.peek() == '{' || cursor.peek() == ';' || cursor.starts_with("=>") ||
         (cursor.peek() == ':' && cursor.peek(1) != ':') || has_word(kWords, cursor.word());
}

DefinitionReader::Signature DefinitionReader::signature(std::size_t begin) const {
  const bool is_braced = syntax_.block == Block::braces;
  const std::size_t limit = std::min(code_.size(), begin + kMostBytes);
  Signature found;
  std::string raw;
  int depth = 0;
  for (std::size_t at = begin; at < limit; ++at) {
    const char c = code_[at];
    if (c == '\n' && (depth <= 0 || syntax_.block == Block::parens)) {
      Cursor next{code_, at, limit};
      next.skip_spaces();
      found.opens_body = is_braced && next.peek() == '{';
      constexpr std::string_view kOngoing = "where extends implements with throws";
      const bool goes_on = is_braced ? next.peek() == ':' || has_word(kOngoing, next.word())
                                     : syntax_.form == Form::signature &&
                                           (next.starts_with("=>") || next.starts_with("->") ||
                                            next.starts_with("::"));
      if (found.opens_body || !goes_on) {
        break;
      }
    }
    depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    const bool is_equals = c == '=' && syntax_.cuts_at_equals && at + 1 < limit && at > begin &&
                           is_space(code_[at - 1]);
    const bool is_arrow = is_braced && c == '=' && at + 1 < limit && code_[at + 1] == '>' &&
                          (syntax_.form == Form::member || syntax_.form == Form::c_like);
    if (depth <= 0 && ((is_braced && (c == '{' || c == ';')) || is_equals || is_arrow)) {
      found.opens_body = c != ';';
      break;
    }
    raw += c == ' ' ? ' ' : text_[at];
  }
  found.text = signature_line(raw);
  for (const std::string_view end : {" do", " where", " =", ", do", "\\"}) {
    if (found.text.ends_with(end)) {
      found.text.resize(found.text.size() - end.size());
    }
  }
  return found;
}

}  // namespace quire::chunking
