#include "chunking/member_reader.hpp"

#include <cstddef>

#include "chunking/code_mask.hpp"

namespace quire::chunking {
namespace {

/// How far a type is followed.
constexpr std::size_t kMostBytes = 400;

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

void skip_spaces(std::string_view& line) {
  while (!line.empty() && is_space(line.front())) {
    line.remove_prefix(1);
  }
}

std::string_view take_name(std::string_view& line) {
  std::size_t length = 0;
  while (length < line.size() && is_name_char(line[length])) {
    ++length;
  }
  const bool is_name = length > 0 && is_name_start(line.front());
  const std::string_view name = line.substr(0, is_name ? length : 0);
  line.remove_prefix(name.size());
  return name;
}

bool has_word(std::string_view list, std::string_view word) {
  bool found = false;
  for_each_word(list, [&](std::string_view each) { found = found || each == word; });
  return found;
}

/// True and behind `word`, if the line begins with it and a space.
bool take_word(std::string_view& line, std::string_view word) {
  if (!line.starts_with(word) || line.size() == word.size() || !is_space(line[word.size()])) {
    return false;
  }
  line.remove_prefix(word.size());
  skip_spaces(line);
  return true;
}

/// Behind the bracket that closes the one at the beginning; all of the line where none does.
void skip_brackets(std::string_view& line) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    depth += c == '(' || c == '[' || c == '{' || c == '<' ? 1 : 0;
    if ((c == ')' || c == ']' || c == '}' || c == '>') && --depth == 0) {
      line.remove_prefix(at + 1);
      return;
    }
  }
  line = {};
}

/// To behind the next comma that is in no brackets; false where there is none.
bool skip_to_comma(std::string_view& line) {
  int depth = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
    if (depth < 0 || (depth == 0 && c == ';')) {
      return false;
    }
    if (depth == 0 && c == ',') {
      line.remove_prefix(at + 1);
      skip_spaces(line);
      return true;
    }
  }
  return false;
}

/// Names with commas between, each with what the language lets follow it.
std::vector<Member> read_names(std::string_view line, SymbolKind kind, std::string_view after) {
  std::vector<Member> found;
  do {
    while (line.starts_with('[') || line.starts_with('@')) {
      line.remove_prefix(line.starts_with('@') ? 1 : 0);
      static_cast<void>(line.starts_with('[') ? std::string_view() : take_name(line));
      if (line.starts_with('[') || line.starts_with('(')) {
        skip_brackets(line);
      }
      skip_spaces(line);
    }
    const std::string name(take_name(line));
    skip_spaces(line);
    if (name.empty() || !(line.empty() ? after.contains('$') : after.contains(line.front()))) {
      break;
    }
    found.push_back({name, kind});
  } while (skip_to_comma(line));
  return found;
}

class MemberReader {
 public:
  MemberReader(std::string_view line, const OutlineSyntax& syntax, const MemberPlace& place)
      : line_(line), syntax_(syntax), place_(place) {}

  std::vector<Member> read() {
    const MemberSyntax& members = syntax_.members;
    if (members.entries && place_.in_enum) {
      return read_names(line_, SymbolKind::constant, "=({,;:}$@");
    }
    bool is_constant = false;
    while (true) {
      if (const Keyword* const word = take_keyword()) {
        return by_word(*word);
      }
      const std::string_view before = line_;
      if (!skip_modifier(is_constant)) {
        line_ = before;
        break;
      }
    }
    const bool in_type = place_.parent && is_type(*place_.parent);
    if (members.upper && is_upper_constant()) {
      return {{std::string(take_name(line_)), SymbolKind::constant}};
    }
    if (members.colon && in_type) {
      return by_colon();
    }
    const bool may_be_typed = members.typed && (in_type || (is_constant && !place_.parent));
    return may_be_typed ? typed(is_constant) : std::vector<Member>();
  }

 private:
  const Keyword* take_keyword() {
    for (const Keyword& word : syntax_.members.words) {
      const bool is_case = word.word == "case";
      if ((!is_case || place_.in_enum) && take_word(line_, word.word)) {
        return &word;
      }
    }
    return nullptr;
  }

  std::vector<Member> by_word(const Keyword& word) {
    if (has_word(syntax_.members.lists, word.word)) {
      return symbols();
    }
    if (word.last_part) {
      std::string_view behind = line_;
      const Typed found = take_typed(behind);
      return behind.starts_with('(') && found.words > 1
                 ? std::vector<Member>{{std::string(found.name), word.kind}}
                 : std::vector<Member>();
    }
    // A receiver of an extension: `val User.initials`.
    std::string_view rest = line_;
    static_cast<void>(take_name(rest));
    if (rest.starts_with('.')) {
      line_ = rest.substr(1);
    }
    return read_names(line_, word.kind, word.after);
  }

  /// Ruby's `:name, :other`.
  std::vector<Member> symbols() {
    std::vector<Member> found;
    line_.remove_prefix(line_.starts_with('(') ? 1 : 0);
    do {
      const bool is_symbol = line_.starts_with(':');
      line_.remove_prefix(is_symbol ? 1 : 0);
      const std::string name(take_name(line_));
      if (!is_symbol || name.empty()) {
        break;
      }
      found.push_back({name, SymbolKind::method});
    } while (skip_to_comma(line_));
    return found;
  }

  bool skip_modifier(bool& is_constant) {
    std::string_view rest = line_;
    const std::string_view word = take_name(rest);
    const bool is_fixed = word == "const" || word == "final";
    if (word.empty() || (!has_word(syntax_.modifiers, word) && !is_fixed)) {
      return false;
    }
    if (rest.starts_with('(') || rest.starts_with('[')) {
      skip_brackets(rest);
    }
    if (rest.empty() || !is_space(rest.front())) {
      return false;
    }
    is_constant = is_constant || is_fixed;
    skip_spaces(rest);
    line_ = rest;
    return true;
  }

  bool is_upper_constant() const {
    std::string_view rest = line_;
    const std::string_view name = take_name(rest);
    skip_spaces(rest);
    return !name.empty() && name.front() >= 'A' && name.front() <= 'Z' && rest.starts_with('=') &&
           !rest.starts_with("==") && !rest.starts_with("=~") && !rest.starts_with("=>");
  }

  /// `name: Type`, `name(args): Type`
  std::vector<Member> by_colon() {
    const std::string name(take_name(line_));
    if (line_.starts_with('(')) {
      skip_brackets(line_);
    }
    skip_spaces(line_);
    return name.empty() || !line_.starts_with(':') ? std::vector<Member>()
                                                   : std::vector<Member>{{name, SymbolKind::field}};
  }

  struct Typed {
    std::string_view name;    ///< The last of the words.
    std::string_view before;  ///< The one before it.
    std::size_t words = 0;
  };

  /// `Map<K, V>? name`: words, with what a type has between them.
  static Typed take_typed(std::string_view& rest) {
    Typed found;
    for (std::string_view word = take_name(rest); !word.empty(); word = take_name(rest)) {
      found = {word, found.name, found.words + 1};
      while (!rest.empty() && std::string_view("<[?*").contains(rest.front())) {
        const bool is_sign = rest.front() == '?' || rest.front() == '*';
        is_sign ? rest.remove_prefix(1) : skip_brackets(rest);
      }
      rest.remove_prefix(rest.starts_with('.') ? 1 : 0);
      skip_spaces(rest);
      rest.remove_prefix(rest.starts_with('$') ? 1 : 0);
    }
    return found;
  }

  /// `Type name;`, `Type name = 1`, `Type Name { get; }`, `Type get name => 1;`
  std::vector<Member> typed(bool is_constant) {
    constexpr std::string_view kStatements =
        "return throw new await yield else using goto case assert import export if for foreach "
        "while switch catch lock when typedef delegate operator package part library";
    std::string_view rest = line_.substr(0, kMostBytes);
    const bool has_sigil = rest.starts_with('$');
    rest.remove_prefix(has_sigil ? 1 : 0);
    std::string_view first = rest;
    if (has_word(kStatements, take_name(first))) {
      return {};
    }
    const Typed found = take_typed(rest);
    const MemberSyntax& members = syntax_.members;
    const bool is_accessor = members.accessors && (found.before == "get" || found.before == "set");
    if (is_accessor && (rest.starts_with("=>") || rest.starts_with('{') || rest.starts_with('('))) {
      return {{std::string(found.name), SymbolKind::method}};
    }
    const bool ends = rest.starts_with(';') || (rest.starts_with('=') && !rest.starts_with("==")) ||
                      rest.starts_with(',') ||
                      (members.properties && (rest.empty() || rest.starts_with('{')));
    const bool is_named = found.words >= 2 || (found.words == 1 && (is_constant || has_sigil));
    return is_named && ends
               ? std::vector<Member>{{std::string(found.name),
                                      is_constant ? SymbolKind::constant : SymbolKind::field}}
               : std::vector<Member>();
  }

  std::string_view line_;
  const OutlineSyntax& syntax_;
  const MemberPlace& place_;
};

}  // namespace

std::vector<Member> read_members(std::string_view line,
                                 const OutlineSyntax& syntax,
                                 const MemberPlace& place) {
  return MemberReader(line, syntax, place).read();
}

std::vector<Member> read_entries(std::string_view code) {
  const std::size_t open = code.find('{');
  if (open == std::string_view::npos) {
    return {};
  }
  code.remove_prefix(open + 1);
  skip_spaces(code);
  return read_names(code, SymbolKind::constant, "=({,;:}$");
}

}  // namespace quire::chunking
