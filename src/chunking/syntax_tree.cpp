#ifdef QUIRE_GRAMMARS

#include "chunking/syntax_tree.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include <tree_sitter/api.h>

#include "chunking/parser_work.h"

extern "C" {
const TSLanguage* tree_sitter_c();
const TSLanguage* tree_sitter_cpp();
const TSLanguage* tree_sitter_go();
const TSLanguage* tree_sitter_java();
const TSLanguage* tree_sitter_javascript();
const TSLanguage* tree_sitter_python();
const TSLanguage* tree_sitter_rust();
const TSLanguage* tree_sitter_tsx();
const TSLanguage* tree_sitter_typescript();
}

namespace quire::chunking {
namespace {

struct NamedGrammar {
  std::string_view name;
  const TSLanguage* (*language)();
};

constexpr std::array<NamedGrammar, 9> kGrammars{{
    {"c", tree_sitter_c},
    {"cpp", tree_sitter_cpp},
    {"go", tree_sitter_go},
    {"java", tree_sitter_java},
    {"javascript", tree_sitter_javascript},
    {"python", tree_sitter_python},
    {"rust", tree_sitter_rust},
    {"tsx", tree_sitter_tsx},
    {"typescript", tree_sitter_typescript},
}};

const TSLanguage* language_of(const void* grammar) {
  return static_cast<const TSLanguage*>(grammar);
}

/// What the parse of one text may cost, counted and not timed, so that every run gives the same.
/// Each limit is linear in the text's length, and a few times what the costliest of 87,000 real
/// files took: 2.7 turns, 55 steps and 150 bytes for each byte of a text, and 2.5 million steps
/// beyond that for short ones that it could not read. Nothing is looked at more often than once in
/// 100 turns of the parser or kReadBytes of text, so a parse ends a little behind its limit.
class ParseBudget {
 public:
  static constexpr std::uint32_t kReadBytes = 512;

  ParseBudget(std::size_t text_bytes, StopCheck& stop)
      : reports_left_(2000 + text_bytes / 40),
        most_steps_(kLeastSteps + kStepsPerByte * text_bytes),
        most_allocated_bytes_(kLeastAllocatedBytes + kAllocatedBytesPerByte * text_bytes),
        stop_(stop) {}

  /// tree-sitter's progress callback, after each 100 turns.
  static bool report(TSParseState* state) {
    auto& budget = *static_cast<ParseBudget*>(state->payload);
    budget.exhausted_ = budget.exhausted_ || budget.reports_left_-- == 0;
    return budget.stop_.now() || budget.exhausted();
  }

  /// The parser reads up to kReadBytes, perhaps not for the first time; false: no more for it.
  bool read() {
    read_bytes_ += kReadBytes;
    return !stop_.soon() && !exhausted();
  }

  bool exhausted() {
    exhausted_ = exhausted_ || quire_parser_steps - first_step_ + read_bytes_ > most_steps_ ||
                 quire_parser_allocated_bytes - first_allocated_byte_ > most_allocated_bytes_;
    return exhausted_;
  }

 private:
  static constexpr std::uint64_t kLeastSteps = std::uint64_t{8} << 20;
  static constexpr std::uint64_t kStepsPerByte = 96;  // A byte that is read counts as a step.
  static constexpr std::uint64_t kLeastAllocatedBytes = std::uint64_t{32} << 20;
  static constexpr std::uint64_t kAllocatedBytesPerByte = 256;

  std::uint64_t reports_left_;
  std::uint64_t most_steps_;
  std::uint64_t most_allocated_bytes_;
  StopCheck& stop_;
  std::uint64_t first_step_ = quire_parser_steps;
  std::uint64_t first_allocated_byte_ = quire_parser_allocated_bytes;
  std::uint64_t read_bytes_ = 0;
  bool exhausted_ = false;
};

/// Hands a text out piece by piece, so that a parser that reads it again and again is noticed.
struct Text {
  std::string_view bytes;
  ParseBudget& budget;

  static const char* read(void* payload, std::uint32_t offset, TSPoint, std::uint32_t* size) {
    auto& text = *static_cast<Text*>(payload);
    const std::size_t begin = std::min<std::size_t>(offset, text.bytes.size());
    // Whole characters: where one is cut, the parser takes it for granted that more can be read.
    const std::string_view piece = cut_at(text.bytes.substr(begin), ParseBudget::kReadBytes);
    *size = text.budget.read() ? static_cast<std::uint32_t>(piece.size()) : 0;
    return piece.data();
  }
};

}  // namespace

struct Node::Foreign {
  TSNode node;
};

Node::Node(const Foreign& foreign) : bytes_(std::bit_cast<decltype(bytes_)>(foreign.node)) {}

Node::Foreign Node::foreign() const {
  return {std::bit_cast<TSNode>(bytes_)};
}

bool Node::exists() const {
  return !ts_node_is_null(foreign().node);
}

std::string_view Node::type() const {
  return exists() ? std::string_view(ts_node_type(foreign().node)) : std::string_view();
}

std::uint16_t Node::type_id() const {
  return exists() ? ts_node_symbol(foreign().node) : 0;
}

std::uint32_t Node::first_byte() const {
  return exists() ? ts_node_start_byte(foreign().node) : 0;
}

std::uint32_t Node::end_byte() const {
  return exists() ? ts_node_end_byte(foreign().node) : 0;
}

Rows Node::rows() const {
  if (!exists()) {
    return {};
  }
  const TSPoint first = ts_node_start_point(foreign().node);
  const TSPoint end = ts_node_end_point(foreign().node);
  const bool ends_at_line_feed = end.column == 0 && end.row > first.row;
  return {first.row, ends_at_line_feed ? end.row - 1 : end.row};
}

Node Node::field(std::string_view name) const {
  if (!exists()) {
    return {};
  }
  return Node(Foreign{ts_node_child_by_field_name(foreign().node, name.data(),
                                                  static_cast<std::uint32_t>(name.size()))});
}

Node Node::child(std::string_view type) const {
  for (std::uint32_t i = 0; i < child_count(); ++i) {
    if (const Node found = child_at(i); found.type() == type) {
      return found;
    }
  }
  return {};
}

std::uint32_t Node::child_count() const {
  return exists() ? ts_node_named_child_count(foreign().node) : 0;
}

Node Node::child_at(std::uint32_t index) const {
  return Node(Foreign{ts_node_named_child(foreign().node, index)});
}

std::string_view Node::text(std::string_view source) const {
  return source.substr(first_byte(), end_byte() - first_byte());
}

struct TreeCursor::State {
  TSTreeCursor cursor;

  explicit State(TSNode root) : cursor(ts_tree_cursor_new(root)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ts_tree_cursor_delete(&cursor); }
};

TreeCursor::TreeCursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
TreeCursor::TreeCursor(TreeCursor&&) noexcept = default;
TreeCursor& TreeCursor::operator=(TreeCursor&&) noexcept = default;
TreeCursor::~TreeCursor() = default;

Node TreeCursor::node() const {
  return Node(Node::Foreign{ts_tree_cursor_current_node(&state_->cursor)});
}
bool TreeCursor::to_first_child() {
  return ts_tree_cursor_goto_first_child(&state_->cursor);
}
bool TreeCursor::to_next_sibling() {
  return ts_tree_cursor_goto_next_sibling(&state_->cursor);
}
bool TreeCursor::to_parent() {
  return ts_tree_cursor_goto_parent(&state_->cursor);
}

struct SyntaxTree::State {
  TSTree* tree;  ///< Null: the parse was given up.

  explicit State(TSTree* parsed) : tree(parsed) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (tree != nullptr) {
      ts_tree_delete(tree);
    }
  }
};

SyntaxTree::SyntaxTree(std::unique_ptr<State> state) : state_(std::move(state)) {}
SyntaxTree::SyntaxTree(SyntaxTree&&) noexcept = default;
SyntaxTree& SyntaxTree::operator=(SyntaxTree&&) noexcept = default;
SyntaxTree::~SyntaxTree() = default;

std::expected<SyntaxTree, NoSymbols> SyntaxTree::parse(std::string_view text,
                                                       Grammar grammar,
                                                       StopCheck stop) {
  if (text.size() > kMaxParsedBytes) {
    return std::unexpected(NoSymbols::too_costly);
  }
  const std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser(ts_parser_new(),
                                                                      ts_parser_delete);
  if (!ts_parser_set_language(parser.get(), language_of(grammar.language_))) {
    return std::unexpected(NoSymbols::unknown_language);
  }
  ParseBudget budget(text.size(), stop);
  Text source{text, budget};
  const TSInput input{&source, Text::read, TSInputEncodingUTF8, nullptr};
  auto state = std::make_unique<State>(
      ts_parser_parse_with_options(parser.get(), nullptr, input, {&budget, ParseBudget::report}));
  if (stop.now()) {
    return std::unexpected(NoSymbols::stopped);
  }
  // There may be a tree all the same, of a text that seemed to end where the budget did.
  if (state->tree == nullptr || budget.exhausted()) {
    return std::unexpected(NoSymbols::too_costly);
  }
  return SyntaxTree(std::move(state));
}

TreeCursor SyntaxTree::walk() const {
  return TreeCursor(std::make_unique<TreeCursor::State>(ts_tree_root_node(state_->tree)));
}

std::optional<Grammar> Grammar::named(std::string_view name) {
  for (const NamedGrammar& grammar : kGrammars) {
    if (grammar.name == name) {
      return Grammar(grammar.language());
    }
  }
  return std::nullopt;
}

std::optional<std::uint16_t> Grammar::type_id(std::string_view node_type) const {
  const TSSymbol id = ts_language_symbol_for_name(
      language_of(language_), node_type.data(), static_cast<std::uint32_t>(node_type.size()), true);
  return id == 0 ? std::nullopt : std::optional(id);
}

std::size_t Grammar::type_count() const {
  return ts_language_symbol_count(language_of(language_));
}

}  // namespace quire::chunking

#endif
