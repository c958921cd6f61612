#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <quire/filter.hpp>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "store/filters/field.hpp"
#include "store/filters/filter_node.hpp"
#include "store/filters/lexer.hpp"

// Words are keywords in any case; a field is a word, or any text in "..." or `...`.
//
//   filter    = any-of | nothing
//   any-of    = all-of {OR all-of}
//   all-of    = not {AND not}
//   not       = NOT not | "(" any-of ")" | condition
//   condition = field compare value | value compare field
//             | field [NOT] IN "(" value {"," value} ")"
//             | field [NOT] LIKE string [ESCAPE string]
//             | field [NOT] BETWEEN value AND value
//             | field IS [NOT] NULL
//   compare   = "=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">="
//   field     = name {"." name}
//   value     = 'string' | integer

namespace quire::filters {
namespace {

constexpr std::array<std::string_view, 9> kKeywords{"AND",     "OR", "NOT",  "IN",    "LIKE",
                                                    "BETWEEN", "IS", "NULL", "ESCAPE"};

bool is_keyword(const Token& token, std::string_view keyword) {
  return token.kind == TokenKind::word && token.text.size() == keyword.size() &&
         base::ascii_lower(token.text) == base::ascii_lower(keyword);
}

bool is_any_keyword(const Token& token) {
  return std::ranges::any_of(kKeywords, [&](auto word) { return is_keyword(token, word); });
}

bool is_symbol(const Token& token, std::string_view symbol) {
  return token.kind == TokenKind::symbol && token.text == symbol;
}

std::string described(const Token& token) {
  switch (token.kind) {
    case TokenKind::end:
      return "the end";
    case TokenKind::string:
      return "a string";
    case TokenKind::number:
      return "a number";
    case TokenKind::quoted_word:
      return "a quoted name (a string is written in ' ')";
    default:
      return token.text.size() <= 40 ? token.text : "a long word";
  }
}

std::optional<Operator> comparison_of(const Token& token) {
  struct Spelling {
    std::string_view symbol;
    Operator op;
  };
  constexpr std::array<Spelling, 8> kSpellings{{{"=", Operator::equal},
                                                {"==", Operator::equal},
                                                {"!=", Operator::not_equal},
                                                {"<>", Operator::not_equal},
                                                {"<", Operator::less},
                                                {"<=", Operator::less_equal},
                                                {">", Operator::greater},
                                                {">=", Operator::greater_equal}}};
  const auto found = std::ranges::find_if(
      kSpellings, [&](const Spelling& spelling) { return is_symbol(token, spelling.symbol); });
  return found == kSpellings.end() ? std::nullopt : std::optional(found->op);
}

/// The operator of `b op a` where `op` is that of `a op b`.
Operator mirrored(Operator op) {
  switch (op) {
    case Operator::less:
      return Operator::greater;
    case Operator::less_equal:
      return Operator::greater_equal;
    case Operator::greater:
      return Operator::less;
    case Operator::greater_equal:
      return Operator::less_equal;
    default:
      return op;
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) {}

  Result<NodePtr> filter();

 private:
  struct FieldName {
    std::string name;
    FieldType type = FieldType::string;
  };
  struct Value {
    Filter::Value value;
    std::size_t offset = 0;
  };

  Result<NodePtr> any_of();
  Result<NodePtr> all_of();
  Result<NodePtr> inverse();
  Result<NodePtr> nested(Result<NodePtr> (Parser::*part)());
  Result<NodePtr> parenthesized();
  Result<NodePtr> condition();
  Result<NodePtr> mirrored_condition();
  Result<NodePtr> word_condition(const FieldName& field);
  Result<NodePtr> is_null(const FieldName& field);
  Result<Node> in(const FieldName& field);
  Result<Node> like(const FieldName& field);
  Result<Node> between(const FieldName& field);
  Result<char> escape();

  Result<FieldName> field();
  Result<std::string> name_part();
  Result<Value> value();
  /// A value that may be compared with `field`.
  Result<Filter::Value> value_for(const FieldName& field);
  Status check(const FieldName& field, const Value& value) const;

  Result<NodePtr> joined(Operator op, const std::vector<NodePtr>& children, std::size_t offset);
  Result<NodePtr> shallow(NodePtr node, std::size_t offset) const;

  Status advance();
  /// Passes the keyword if it is next.
  Result<bool> pass_keyword(std::string_view keyword);
  Status expect_keyword(std::string_view keyword);
  Status expect_symbol(std::string_view symbol);
  std::unexpected<Error> expected(std::string_view what) const;
  std::unexpected<Error> refuse(std::size_t offset, const std::string& problem) const {
    return refuse_at(text_, offset, problem);
  }

  std::string_view text_;
  Lexer lexer_;
  Token token_;
  std::uint32_t nesting_ = 0;
};

Status Parser::advance() {
  QUIRE_TRY_ASSIGN(token_, lexer_.next());
  return {};
}

std::unexpected<Error> Parser::expected(std::string_view what) const {
  return refuse(token_.offset, "expected " + std::string(what) + ", found " + described(token_));
}

Result<bool> Parser::pass_keyword(std::string_view keyword) {
  if (!is_keyword(token_, keyword)) {
    return false;
  }
  QUIRE_TRY(advance());
  return true;
}

Status Parser::expect_keyword(std::string_view keyword) {
  return is_keyword(token_, keyword) ? advance() : expected(keyword);
}

Status Parser::expect_symbol(std::string_view symbol) {
  return is_symbol(token_, symbol) ? advance() : expected(symbol);
}

Result<NodePtr> Parser::filter() {
  QUIRE_TRY(advance());
  if (token_.kind == TokenKind::end) {
    return NodePtr();
  }
  QUIRE_TRY_ASSIGN(NodePtr root, any_of());
  if (token_.kind != TokenKind::end) {
    return expected("AND, OR or the end");
  }
  return root;
}

Result<NodePtr> Parser::shallow(NodePtr node, std::size_t offset) const {
  if (node->depth > kMaxDepth) {
    return refuse(offset, "nested deeper than 100");
  }
  return node;
}

Result<NodePtr> Parser::joined(Operator op,
                               const std::vector<NodePtr>& children,
                               std::size_t offset) {
  return shallow(join(op, children), offset);
}

Result<NodePtr> Parser::any_of() {
  const std::size_t offset = token_.offset;
  std::vector<NodePtr> children;
  for (bool more = true; more;) {
    QUIRE_TRY_ASSIGN(children.emplace_back(), all_of());
    QUIRE_TRY_ASSIGN(more, pass_keyword("OR"));
  }
  return joined(Operator::any_of, children, offset);
}

Result<NodePtr> Parser::all_of() {
  const std::size_t offset = token_.offset;
  std::vector<NodePtr> children;
  for (bool more = true; more;) {
    QUIRE_TRY_ASSIGN(children.emplace_back(), inverse());
    QUIRE_TRY_ASSIGN(more, pass_keyword("AND"));
  }
  return joined(Operator::all_of, children, offset);
}

Result<NodePtr> Parser::inverse() {
  const std::size_t offset = token_.offset;
  QUIRE_TRY_ASSIGN(const bool negated, pass_keyword("NOT"));
  if (negated) {
    QUIRE_TRY_ASSIGN(NodePtr child, nested(&Parser::inverse));
    return shallow(negation(std::move(child)), offset);
  }
  return is_symbol(token_, "(") ? parenthesized() : condition();
}

Result<NodePtr> Parser::nested(Result<NodePtr> (Parser::*part)()) {
  if (nesting_ == kMaxDepth) {
    return refuse(token_.offset, "nested deeper than 100");
  }
  ++nesting_;
  Result<NodePtr> node = (this->*part)();
  --nesting_;
  return node;
}

Result<NodePtr> Parser::parenthesized() {
  QUIRE_TRY(expect_symbol("("));
  QUIRE_TRY_ASSIGN(NodePtr node, nested(&Parser::any_of));
  QUIRE_TRY(expect_symbol(")"));
  return node;
}

Result<NodePtr> Parser::condition() {
  if (token_.kind == TokenKind::string || token_.kind == TokenKind::number) {
    return mirrored_condition();
  }
  QUIRE_TRY_ASSIGN(const FieldName name, field());
  const std::optional<Operator> op = comparison_of(token_);
  if (!op.has_value()) {
    return word_condition(name);
  }
  QUIRE_TRY(advance());
  Node node;
  node.op = *op;
  node.field = name.name;
  QUIRE_TRY_ASSIGN(node.values.emplace_back(), value_for(name));
  return std::make_shared<const Node>(std::move(node));
}

Result<NodePtr> Parser::mirrored_condition() {
  QUIRE_TRY_ASSIGN(const Value left, value());
  const std::optional<Operator> op = comparison_of(token_);
  if (!op.has_value()) {
    return expected("one of = != < <= > >= after a value");
  }
  QUIRE_TRY(advance());
  QUIRE_TRY_ASSIGN(const FieldName name, field());
  QUIRE_TRY(check(name, left));
  Node node;
  node.op = mirrored(*op);
  node.field = name.name;
  node.values.push_back(left.value);
  return std::make_shared<const Node>(std::move(node));
}

Result<NodePtr> Parser::word_condition(const FieldName& field) {
  if (is_keyword(token_, "IS")) {
    return is_null(field);
  }
  QUIRE_TRY_ASSIGN(const bool negated, pass_keyword("NOT"));
  Result<Node> node;
  if (is_keyword(token_, "IN")) {
    node = in(field);
  } else if (is_keyword(token_, "LIKE")) {
    node = like(field);
  } else if (is_keyword(token_, "BETWEEN")) {
    node = between(field);
  } else {
    return expected(negated ? "IN, LIKE or BETWEEN"
                            : "one of = != < <= > >= IN LIKE BETWEEN IS NOT after a field");
  }
  if (!node.has_value()) {
    return std::unexpected(std::move(node).error());
  }
  NodePtr leaf = std::make_shared<const Node>(*std::move(node));
  return negated ? negation(std::move(leaf)) : leaf;
}

Result<NodePtr> Parser::is_null(const FieldName& field) {
  QUIRE_TRY(advance());
  QUIRE_TRY_ASSIGN(const bool negated, pass_keyword("NOT"));
  QUIRE_TRY(expect_keyword("NULL"));
  Node node;
  node.op = Operator::is_null;
  node.field = field.name;
  NodePtr leaf = std::make_shared<const Node>(std::move(node));
  return negated ? negation(std::move(leaf)) : leaf;
}

Result<Node> Parser::in(const FieldName& field) {
  QUIRE_TRY(advance());
  QUIRE_TRY(expect_symbol("("));
  Node node;
  node.op = Operator::in;
  node.field = field.name;
  for (bool more = true; more;) {
    QUIRE_TRY_ASSIGN(node.values.emplace_back(), value_for(field));
    more = is_symbol(token_, ",");
    if (more) {
      QUIRE_TRY(advance());
    }
  }
  QUIRE_TRY(expect_symbol(")"));
  return node;
}

Result<Node> Parser::like(const FieldName& field) {
  if (const Status valid = check_like_field(field.name, field.type); !valid.has_value()) {
    return refuse(token_.offset, valid.error().message);
  }
  QUIRE_TRY(advance());
  const std::size_t offset = token_.offset;
  QUIRE_TRY_ASSIGN(Filter::Value pattern, value_for(field));
  QUIRE_TRY_ASSIGN(const char escape_character, escape());
  if (const Status valid = check_pattern(std::get<std::string>(pattern), escape_character);
      !valid.has_value()) {
    return refuse(offset, valid.error().message);
  }
  Node node;
  node.op = Operator::like;
  node.field = field.name;
  node.values.push_back(std::move(pattern));
  node.escape = escape_character;
  return node;
}

Result<char> Parser::escape() {
  QUIRE_TRY_ASSIGN(const bool given, pass_keyword("ESCAPE"));
  if (!given) {
    return '\0';
  }
  const Token token = token_;
  const bool is_one = token.kind == TokenKind::string && token.text.size() == 1;
  if (!is_one || token.text[0] == '\0' || !check_escape(token.text[0]).has_value()) {
    return expected("a string of one ASCII character after ESCAPE");
  }
  QUIRE_TRY(advance());
  return token.text[0];
}

Result<Node> Parser::between(const FieldName& field) {
  QUIRE_TRY(advance());
  Node node;
  node.op = Operator::between;
  node.field = field.name;
  QUIRE_TRY_ASSIGN(node.values.emplace_back(), value_for(field));
  QUIRE_TRY(expect_keyword("AND"));
  QUIRE_TRY_ASSIGN(node.values.emplace_back(), value_for(field));
  return node;
}

Result<std::string> Parser::name_part() {
  if (token_.kind != TokenKind::word && token_.kind != TokenKind::quoted_word) {
    return expected("a name");
  }
  std::string name = std::move(token_.text);
  QUIRE_TRY(advance());
  return name;
}

Result<Parser::FieldName> Parser::field() {
  const std::size_t offset = token_.offset;
  const bool is_name = token_.kind == TokenKind::word || token_.kind == TokenKind::quoted_word;
  if (!is_name || is_any_keyword(token_)) {
    return expected("a field");
  }
  FieldName field;
  QUIRE_TRY_ASSIGN(field.name, name_part());
  while (is_symbol(token_, ".")) {
    QUIRE_TRY(advance());
    QUIRE_TRY_ASSIGN(const std::string part, name_part());
    field.name += "." + part;
  }
  const Result<FieldTarget> target = target_of(field.name);
  if (!target.has_value()) {
    return refuse(offset, target.error().message);
  }
  field.type = target->type;
  return field;
}

Result<Parser::Value> Parser::value() {
  Value value{token_.number, token_.offset};
  if (token_.kind == TokenKind::string) {
    value.value = std::move(token_.text);
  } else if (is_keyword(token_, "NULL")) {
    return refuse(token_.offset, "nothing is equal to NULL: write IS NULL or IS NOT NULL");
  } else if (token_.kind != TokenKind::number) {
    return expected("a 'string' or an integer");
  }
  QUIRE_TRY(advance());
  return value;
}

Status Parser::check(const FieldName& field, const Value& value) const {
  const Status valid = check_value(field.name, field.type, value.value);
  return valid.has_value() ? Status() : refuse(value.offset, valid.error().message);
}

Result<Filter::Value> Parser::value_for(const FieldName& field) {
  QUIRE_TRY_ASSIGN(Value parsed, value());
  QUIRE_TRY(check(field, parsed));
  return std::move(parsed.value);
}

}  // namespace
}  // namespace quire::filters

namespace quire {

Result<Filter> Filter::parse(std::string_view text) {
  if (text.size() > filters::kMaxTextBytes) {
    return fail(ErrorCode::invalid_argument,
                "filter: " + std::to_string(text.size()) + " bytes are more than 1 MiB (1048576)");
  }
  if (const std::optional<std::size_t> bad = base::invalid_utf8_offset(text)) {
    return fail(ErrorCode::invalid_argument,
                "filter: invalid UTF-8 at byte " + std::to_string(*bad));
  }
  QUIRE_TRY_ASSIGN(filters::NodePtr root, filters::Parser(text).filter());
  Filter filter(std::move(root));
  // The text in normal form may be longer, and must be readable too.
  if (filter.to_string().size() > filters::kMaxTextBytes) {
    return fail(ErrorCode::invalid_argument, "filter: in normal form it is longer than 1 MiB");
  }
  return filter;
}

}  // namespace quire
