#include "chunking/symbol_walk.hpp"

#ifdef QUIRE_GRAMMARS

#include <algorithm>
#include <array>
#include <utility>

#include "chunking/languages/language.hpp"
#include "chunking/syntax_tree.hpp"

namespace quire::chunking {
namespace {

/// What the parser calls text that it could not read.
constexpr std::uint16_t kErrorTypeId = 0xffff;

/// A language with its grammar, and its rules by node type.
class Syntax {
 public:
  Syntax(const Language& language, Grammar grammar)
      : language_(language), grammar_(grammar), rules_(grammar.type_count()) {
    add(language.rules);
    add(language.family_rules);
  }

  const Language& language() const { return language_; }
  Grammar grammar() const { return grammar_; }

  /// Null: a node of that type means nothing.
  const Rule* rule(const Node& node) const {
    static constexpr Rule kBroken{.node_type = "ERROR", .role = Role::open};
    const std::uint16_t id = node.type_id();
    if (id == kErrorTypeId) {
      return &kBroken;
    }
    return id < rules_.size() ? rules_[id] : nullptr;
  }

 private:
  void add(std::span<const Rule> rules) {
    for (const Rule& rule : rules) {
      if (const auto id = grammar_.type_id(rule.node_type); id && *id < rules_.size()) {
        rules_[*id] = &rule;
      }
    }
  }

  Language language_;
  Grammar grammar_;
  std::vector<const Rule*> rules_;
};

std::vector<Syntax> all_syntaxes() {
  std::vector<Syntax> all;
  for (const Language& language :
       {c_language(), cpp_language(), go_language(), java_language(), javascript_language(),
        python_language(), rust_language(), tsx_language(), typescript_language()}) {
    if (const auto grammar = Grammar::named(language.name)) {
      all.emplace_back(language, *grammar);
    }
  }
  return all;
}

const std::vector<Syntax>& syntaxes() {
  static const std::vector<Syntax> all = all_syntaxes();
  return all;
}

const Syntax* syntax_of(std::string_view language) {
  const auto found = std::ranges::find(syntaxes(), language,
                                       [](const Syntax& syntax) { return syntax.language().name; });
  return found == syntaxes().end() ? nullptr : &*found;
}

/// Where the parenthesis at `open` is closed; strings inside are passed over.
std::size_t end_of_parentheses(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '"' || text[at] == '\'') {
      at = std::min(text.find(text[at], at + 1), text.size());
    } else if (text[at] == '(') {
      ++depth;
    } else if (text[at] == ')' && --depth == 0) {
      return at + 1;
    }
  }
  return text.size();
}

/// What follows annotations and decorators: `@Override`, `@Route("/x") `.
std::string_view without_annotations(std::string_view text) {
  while (text.starts_with('@') && !text.starts_with("@interface")) {
    std::size_t end = std::min(text.find_first_of("( \t\r\n"), text.size());
    if (end < text.size() && text[end] == '(') {
      end = end_of_parentheses(text, end);
    }
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n", end), text.size()));
  }
  return text;
}

std::string signature_of(std::string_view declaration) {
  return signature_line(without_annotations(declaration));
}

/// An open node: where the walk is among its children.
struct Frame {
  std::optional<std::size_t> symbol;  ///< The enclosing one.
  std::string prefix;                 ///< Of the names inside.
  std::string package;
  std::optional<std::uint32_t> signature_from;
  std::optional<Rows> lead;              ///< Comments and attributes seen last.
  std::optional<std::uint32_t> end_row;  ///< Of the last child that was none of those.
  std::size_t nesting = 0;
  bool is_minor = false;    ///< All symbols in it are.
  bool names_body = false;  ///< The types right in it are the body of `symbol`.
};

class Walk {
 public:
  Walk(std::string_view source, const Syntax& syntax, const SyntaxTree& tree)
      : source_(source), syntax_(syntax), cursor_(tree.walk()) {}

  FoundSymbols run(StopCheck stop) && {
    frames_.emplace_back();
    bool more = cursor_.to_first_child();
    while (more) {
      if (stop.soon()) {
        return std::unexpected(NoSymbols::stopped);
      }
      if (!visit(cursor_.node())) {
        more = cursor_.to_next_sibling() || leave();
      }
    }
    sort_by_row(table_.symbols);
    return std::move(table_);
  }

 private:
  /// Open nodes around minor symbols: no one writes more, and each takes memory.
  static constexpr std::size_t kMostOpenForMinor = 256;

  /// Goes to the next node behind the innermost frames that are done; false at the end.
  bool leave() {
    while (frames_.size() > 1) {
      cursor_.to_parent();
      frames_.pop_back();
      if (cursor_.to_next_sibling()) {
        return true;
      }
    }
    return false;
  }

  /// True if the cursor went into the node.
  bool visit(const Node& node) {
    const Rule* const rule = syntax_.rule(node);
    if (rule == nullptr) {
      frames_.back().end_row = node.rows().last;
      return false;
    }
    switch (rule->role) {
      case Role::lead:
        add_lead(node.rows());
        if (!rule->begins_signature) {
          frames_.back().signature_from.reset();
        }
        return false;
      case Role::package:
        table_.package = package_name(node);
        return false;
      case Role::symbol:
        return declare(node, *rule);
      case Role::open:
      case Role::open_minor:
        return enter(node, inside(node, *rule));
      case Role::open_long:
        return rule->find != nullptr ? declare(node, *rule) : enter(node, inside(node, *rule));
    }
    return false;
  }

  static bool is_long(const Node& node) { return node.rows().count() > kMaxRows; }

  void add_lead(Rows rows) {
    Frame& frame = frames_.back();
    const bool overlaps = frame.lead && frame.lead->last >= rows.first;
    if (frame.end_row == rows.first && !overlaps) {
      return;  // It speaks about what stands on its line.
    }
    const bool continues = overlaps || (frame.lead && frame.lead->last + 1 == rows.first);
    frame.lead = continues ? Rows{frame.lead->first, rows.last} : rows;
  }

  std::string package_name(const Node& clause) const {
    const std::uint32_t names = clause.child_count();
    // Each chunk has it.
    return names == 0
               ? ""
               : std::string(cut_at(collapse_spaces(clause.child_at(names - 1).text(source_)),
                                    kMaxNameBytes));
  }

  std::string qualified(std::string_view name) const {
    const std::string& prefix = frames_.back().prefix;
    if (prefix.empty() || name.empty()) {
      return std::string(cut_at(prefix.empty() ? name : prefix, kMaxNameBytes));
    }
    return std::string(cut_at(
        prefix + std::string(syntax_.language().separator) + std::string(name), kMaxNameBytes));
  }

  /// Where the comments above `row` begin, if they end right above it or on it.
  std::uint32_t lead_row(std::uint32_t row) const {
    const std::optional<Rows>& lead = frames_.back().lead;
    return lead && lead->first <= row && lead->last + 1 >= row ? lead->first : row;
  }

  /// A frame for the inside of a node that is no symbol: its first child takes over what was said
  /// before the node, if it begins on the node's first line.
  Frame inside(const Node& node, const Rule& rule) const {
    const Frame& outer = frames_.back();
    const std::uint32_t row = node.rows().first;
    Frame frame;
    frame.symbol = outer.symbol;
    frame.prefix = outer.prefix;
    frame.package = outer.package;
    frame.nesting = outer.nesting;
    frame.is_minor = outer.is_minor || rule.role == Role::open_minor ||
                     (rule.role == Role::open_long && !is_long(node));
    frame.signature_from = outer.signature_from;
    if (rule.begins_signature && !frame.signature_from) {
      frame.signature_from = node.first_byte();
    }
    const std::uint32_t first = lead_row(row);
    if (rule.begins_signature) {
      frame.lead = Rows{first, row};
    } else if (first < row) {
      frame.lead = Rows{first, row - 1};
    }
    return frame;
  }

  Frame inside_symbol(std::size_t index, const Node& node, const Declared& declared) const {
    const bool is_short_function = is_function(table_.symbols[index].kind) && !is_long(node);
    Frame frame;
    frame.names_body = declared.names_body;
    frame.is_minor =
        table_.symbols[index].is_minor || declared.is_minor_inside || is_short_function;
    frame.symbol = index;
    frame.prefix = table_.symbols[index].name;
    frame.package = table_.symbols[index].kind == SymbolKind::name_space
                        ? table_.symbols[index].name
                        : frames_.back().package;
    frame.nesting = frames_.back().nesting + 1;
    return frame;
  }

  bool enter(const Node& node, Frame frame) {
    frames_.back().end_row = node.rows().last;
    const bool is_too_deep =
        frame.nesting >= kMaxNesting || (frame.is_minor && frames_.size() >= kMostOpenForMinor);
    if (is_too_deep || !cursor_.to_first_child()) {
      return false;
    }
    frames_.push_back(std::move(frame));
    return true;
  }

  Place place() const {
    const Frame& frame = frames_.back();
    Place place;
    place.source = source_;
    place.depth = static_cast<std::uint32_t>(frames_.size());
    place.is_minor = frame.is_minor;
    place.names_body = frame.names_body;
    if (frame.symbol) {
      place.parent = table_.symbols[*frame.symbol].kind;
      place.parent_name = table_.symbols[*frame.symbol].name;
    }
    return place;
  }

  bool declare(const Node& node, const Rule& rule) {
    const std::optional<Declared> declared = rule.find != nullptr
                                                 ? rule.find(node, place())
                                                 : declared_by_fields(node, place(), rule.kind);
    if (!declared ||
        (declared->name.empty() && declared->kind && declared->kind != SymbolKind::name_space)) {
      return enter(node, inside(node, rule));
    }
    if (!declared->kind) {
      add_further(node, *declared);
      Frame frame = inside(node, rule);
      frame.prefix = qualified(declared->name);
      ++frame.nesting;
      return enter(node, std::move(frame));
    }
    const std::size_t index = add_symbol(node, *declared, rule);
    add_further(node, *declared);
    if (declared->leaf || *declared->kind == SymbolKind::macro) {
      frames_.back().end_row = node.rows().last;
      return false;
    }
    return enter(node, inside_symbol(index, node, *declared));
  }

  void add_further(const Node& node, const Declared& declared) {
    const Frame& frame = frames_.back();
    for (const Further& further : declared.also) {
      Symbol symbol;
      symbol.name = qualified(further.name);
      symbol.kind = further.kind;
      symbol.package = frame.package;
      symbol.rows = (further.node.exists() ? further.node : node).rows();
      symbol.lead_row = symbol.rows.first;
      symbol.parent = frame.symbol;
      symbol.is_minor = true;
      table_.symbols.push_back(std::move(symbol));
    }
  }

  std::size_t add_symbol(const Node& node, const Declared& declared, const Rule& rule) {
    Frame& frame = frames_.back();
    Symbol symbol;
    symbol.name = qualified(declared.name);
    symbol.kind = declared.kind.value();
    if (symbol.kind == SymbolKind::function && frame.symbol &&
        is_type(table_.symbols[*frame.symbol].kind)) {
      symbol.kind = SymbolKind::method;
    }
    symbol.package = frame.package;
    symbol.is_minor = frame.is_minor || declared.is_minor || rule.is_minor;
    const std::uint32_t begin = frame.signature_from.value_or(node.first_byte());
    const std::uint32_t end = declared.body.exists() ? declared.body.first_byte() : node.end_byte();
    symbol.signature =
        symbol.is_minor ? "" : signature_of(source_.substr(begin, end - std::min(begin, end)));
    symbol.has_body = declared.body.exists();
    symbol.rows = node.rows();
    symbol.lead_row = lead_row(symbol.rows.first);
    symbol.parent = frame.symbol;
    frame.signature_from.reset();
    frame.lead.reset();
    table_.symbols.push_back(std::move(symbol));
    return table_.symbols.size() - 1;
  }

  std::string_view source_;
  const Syntax& syntax_;
  TreeCursor cursor_;
  std::vector<Frame> frames_;
  SymbolTable table_;
};

}  // namespace

FoundSymbols find_symbols(std::string_view text, std::string_view language, StopCheck stop) {
  const Syntax* const syntax = syntax_of(language);
  if (syntax == nullptr) {
    return std::unexpected(NoSymbols::unknown_language);
  }
  const auto readable = syntax->language().readable;
  const std::string replaced = readable != nullptr ? readable(text) : "";
  const auto tree =
      SyntaxTree::parse(readable != nullptr ? replaced : text, syntax->grammar(), stop);
  if (!tree) {
    return std::unexpected(tree.error());
  }
  return Walk(text, *syntax, *tree).run(stop);
}

std::string package_of_path(std::string_view language, std::string_view path) {
  const Syntax* const syntax = syntax_of(language);
  return syntax != nullptr && syntax->language().package_of_path != nullptr
             ? syntax->language().package_of_path(path)
             : "";
}

std::vector<std::string> languages_with_symbols() {
  std::vector<std::string> names;
  for (const Syntax& syntax : syntaxes()) {
    names.emplace_back(syntax.language().name);
  }
  return names;
}

}  // namespace quire::chunking

#else

namespace quire::chunking {

FoundSymbols find_symbols(std::string_view, std::string_view, StopCheck) {
  return std::unexpected(NoSymbols::unknown_language);
}

std::string package_of_path(std::string_view, std::string_view) {
  return "";
}

std::vector<std::string> languages_with_symbols() {
  return {};
}

}  // namespace quire::chunking

#endif
