#include <algorithm>
#include <array>
#include <compare>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <quire/filter.hpp>

#include "base/real_number.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "store/filters/field.hpp"
#include "store/filters/filter_node.hpp"
#include "store/filters/lexer.hpp"

// The grammar, which docs/filters.md explains. Words are keywords, functions and members in any
// case; a name is a word, or any text in "..." or `...`.
//
//   filter    = any-of | nothing
//   any-of    = all-of {OR all-of}
//   all-of    = not {AND not}
//   not       = NOT not | "(" any-of ")" | condition
//   condition = field compare value | value compare field | value compare value
//             | field [NOT] IN "(" value {"," value} ")"
//             | field [NOT] (LIKE | ILIKE) string [ESCAPE string]
//             | field [NOT] BETWEEN value AND value
//             | field IS [NOT] (NULL | TRUE | FALSE) | field
//             | (STARTS_WITH | ENDS_WITH | CONTAINS) "(" field "," string ")"
//             | TRUE | FALSE
//   compare   = "=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">="
//   field     = name {"." name} | "(" field ")"
//   value     = 'string' | number | TRUE | FALSE | "(" value ")"
//   number    = [sign] digits ["." {digit}] ["e" [sign] digits]

namespace quire::filters {
namespace {

constexpr std::array<std::string_view, 12> kKeywords{
    "AND", "OR", "NOT", "IN", "LIKE", "IS", "NULL", "ILIKE", "BETWEEN", "TRUE", "FALSE", "ESCAPE"};

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

bool is_name(const Token& token) {
  return token.kind == TokenKind::word || token.kind == TokenKind::quoted_word;
}

bool is_value(const Token& token) {
  return token.kind == TokenKind::string || token.kind == TokenKind::number;
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

/// The function that a token names.
std::optional<Place> function_of(const Token& token) {
  if (is_keyword(token, "STARTS_WITH")) {
    return Place::front;
  }
  if (is_keyword(token, "ENDS_WITH")) {
    return Place::back;
  }
  return is_keyword(token, "CONTAINS") ? std::optional(Place::anywhere) : std::nullopt;
}

NodePtr leaf_of(Operator op, std::string field, std::vector<Filter::Value> values) {
  Node node;
  node.op = op;
  node.field = std::move(field);
  node.values = std::move(values);
  return std::make_shared<const Node>(std::move(node));
}

/// Whether `order` (below, at or above 0) is what `op` asks for.
bool fits(Operator op, std::strong_ordering order) {
  switch (op) {
    case Operator::equal:
      return order == 0;
    case Operator::not_equal:
      return order != 0;
    case Operator::less:
      return order < 0;
    case Operator::less_equal:
      return order <= 0;
    case Operator::greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

class Parser {
 public:
  Parser(std::string_view text, const Schema& schema)
      : text_(text), lexer_(text), schema_(schema) {}

  Result<NodePtr> filter();

 private:
  struct FieldName {
    std::string name;
    FieldType type = FieldType::string;
  };
  struct Value {
    Filter::Value value;  ///< Where it has a fraction, the integer below it.
    std::string written;
    std::size_t offset = 0;
    bool has_fraction = false;
    bool is_huge = false;
  };

  Result<NodePtr> any_of();
  Result<NodePtr> all_of();
  Result<NodePtr> inverse();
  Result<NodePtr> nested(Result<NodePtr> (Parser::*part)());
  Result<NodePtr> parenthesized();
  Result<NodePtr> condition();
  Result<NodePtr> mirrored_condition();
  Result<NodePtr> function();
  Result<NodePtr> word_condition(const FieldName& field);
  Result<NodePtr> is_null(const FieldName& field);
  Result<NodePtr> in(const FieldName& field);
  Result<NodePtr> like(const FieldName& field, Operator op);
  Result<NodePtr> between(const FieldName& field);
  Result<char> escape();

  static NodePtr comparison(const FieldName& field, Operator op, const Value& value);
  Result<NodePtr> comparison_of_values(const Value& left, Operator op);

  Result<FieldName> field();
  Result<std::string> name();
  Result<std::string> name_part();
  Result<Value> value();
  /// A value that may be compared with `field`.
  Result<Value> value_for(const FieldName& field);
  Result<std::string> string_for(const FieldName& field);
  /// Whether `value` may be compared with `field`; one of an f64 becomes a double.
  Status check(const FieldName& field, Value& value) const;
  /// Whether a value comes, in parentheses or not.
  bool begins_value() const;
  /// Whether parentheses come with nothing but a field or a value in them: "(language) = 'go'".
  bool holds_operand() const;
  bool is_next_symbol(std::string_view symbol) const;
  /// Passes parentheses that open; how many.
  Result<std::size_t> open_parentheses();
  Status close_parentheses(std::size_t count);

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
  const Schema& schema_;
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
  return is_symbol(token_, "(") && !holds_operand() ? parenthesized() : condition();
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

/// Looks ahead without making an error: that takes time linear in the text.
bool Parser::holds_operand() const {
  Lexer lexer = lexer_;
  Token token = token_;
  const auto passes = [&](bool fits) {
    if (!fits) {
      return false;
    }
    Result<Token> next = lexer.next();
    if (!next.has_value()) {
      return false;
    }
    token = *std::move(next);
    return true;
  };
  std::size_t open = 0;
  while (open < kMaxDepth && passes(is_symbol(token, "("))) {
    ++open;
  }
  bool whole = passes(is_value(token) || (is_name(token) && !is_any_keyword(token)));
  while (whole && is_symbol(token, ".")) {
    whole = passes(true) && passes(is_name(token));
  }
  while (whole && open > 1 && passes(is_symbol(token, ")"))) {
    --open;
  }
  return whole && open == 1 && is_symbol(token, ")");
}

bool Parser::is_next_symbol(std::string_view symbol) const {
  const Result<Token> next = Lexer(lexer_).next();
  return next.has_value() && is_symbol(*next, symbol);
}

Result<std::size_t> Parser::open_parentheses() {
  std::size_t count = 0;
  for (; is_symbol(token_, "("); ++count) {
    if (count == kMaxDepth) {
      return refuse(token_.offset, "nested deeper than 100");
    }
    QUIRE_TRY(advance());
  }
  return count;
}

Status Parser::close_parentheses(std::size_t count) {
  for (; count != 0; --count) {
    QUIRE_TRY(expect_symbol(")"));
  }
  return {};
}

bool Parser::begins_value() const {
  Lexer lexer = lexer_;
  Token token = token_;
  for (std::size_t i = 0; i < kMaxDepth && is_symbol(token, "("); ++i) {
    token = lexer.next().value_or(Token());
  }
  return is_value(token);
}

Result<NodePtr> Parser::condition() {
  for (const bool constant_value : {true, false}) {
    QUIRE_TRY_ASSIGN(const bool given, pass_keyword(constant_value ? "TRUE" : "FALSE"));
    if (given) {
      return constant(constant_value);
    }
  }
  if (token_.kind == TokenKind::word && !is_any_keyword(token_) && is_next_symbol("(")) {
    return function();
  }
  if (begins_value()) {
    return mirrored_condition();
  }
  QUIRE_TRY_ASSIGN(const FieldName name, field());
  const std::optional<Operator> op = comparison_of(token_);
  if (!op.has_value()) {
    return word_condition(name);
  }
  QUIRE_TRY(advance());
  QUIRE_TRY_ASSIGN(const Value right, value_for(name));
  return comparison(name, *op, right);
}

/// A member is a whole number: it is below 1.5 if it is 1 or less.
NodePtr Parser::comparison(const FieldName& field, Operator op, const Value& value) {
  if (!value.has_fraction) {
    return leaf_of(op, field.name, {value.value});
  }
  if (op == Operator::equal || op == Operator::not_equal) {
    return constant(op == Operator::not_equal);
  }
  const bool is_below = op == Operator::less || op == Operator::less_equal;
  return leaf_of(is_below ? Operator::less_equal : Operator::greater, field.name, {value.value});
}

Result<NodePtr> Parser::mirrored_condition() {
  QUIRE_TRY_ASSIGN(Value left, value());
  const std::optional<Operator> op = comparison_of(token_);
  if (!op.has_value()) {
    return expected("one of = != < <= > >= after a value");
  }
  QUIRE_TRY(advance());
  if (begins_value()) {
    return comparison_of_values(left, *op);
  }
  QUIRE_TRY_ASSIGN(const FieldName name, field());
  QUIRE_TRY(check(name, left));
  return comparison(name, mirrored(*op), left);
}

/// "1 = 1", as programs write it that build conditions.
Result<NodePtr> Parser::comparison_of_values(const Value& left, Operator op) {
  QUIRE_TRY_ASSIGN(const Value right, value());
  if (left.value.index() != right.value.index()) {
    return refuse(right.offset, "values of two types can't be compared");
  }
  if (left.is_huge || right.is_huge) {
    return refuse((left.is_huge ? left : right).offset, "a number that does not fit into 64 bits");
  }
  if (left.has_fraction && right.has_fraction && left.value == right.value) {
    return refuse(right.offset, "two fractions are not compared: write TRUE or FALSE");
  }
  const bool same = left.value == right.value;
  const std::strong_ordering order = same ? left.has_fraction <=> right.has_fraction
                                     : left.value < right.value ? std::strong_ordering::less
                                                                : std::strong_ordering::greater;
  return constant(fits(op, order));
}

Result<NodePtr> Parser::function() {
  const Token name = token_;
  const std::optional<Place> place = function_of(name);
  if (!place) {
    return refuse(name.offset, "unknown function " + described(name) +
                                   "; the functions are starts_with, ends_with and contains");
  }
  QUIRE_TRY(advance());
  QUIRE_TRY(expect_symbol("("));
  const std::size_t offset = token_.offset;
  QUIRE_TRY_ASSIGN(const FieldName field, this->field());
  if (const Status valid = check_like_field(field.name, field.type, base::ascii_lower(name.text));
      !valid.has_value()) {
    return refuse(offset, valid.error().message);
  }
  QUIRE_TRY(expect_symbol(","));
  QUIRE_TRY_ASSIGN(const std::string text, string_for(field));
  QUIRE_TRY(expect_symbol(")"));
  return std::make_shared<const Node>(like_of(field.name, text, *place));
}

Result<NodePtr> Parser::word_condition(const FieldName& field) {
  if (is_keyword(token_, "IS")) {
    return is_null(field);
  }
  QUIRE_TRY_ASSIGN(const bool negated, pass_keyword("NOT"));
  if (field.type == FieldType::boolean && !negated) {
    return leaf_of(Operator::equal, field.name, {true});
  }
  Result<NodePtr> node;
  if (is_keyword(token_, "IN")) {
    node = in(field);
  } else if (is_keyword(token_, "LIKE")) {
    node = like(field, Operator::like);
  } else if (is_keyword(token_, "ILIKE")) {
    node = like(field, Operator::ilike);
  } else if (is_keyword(token_, "BETWEEN")) {
    node = between(field);
  } else {
    return expected(negated ? "IN, LIKE, ILIKE or BETWEEN"
                            : "one of = != < <= > >= IN LIKE ILIKE BETWEEN IS NOT after a field");
  }
  return node.has_value() && negated ? negation(*std::move(node)) : node;
}

Result<NodePtr> Parser::is_null(const FieldName& field) {
  QUIRE_TRY(advance());
  QUIRE_TRY_ASSIGN(const bool negated, pass_keyword("NOT"));
  NodePtr node = leaf_of(Operator::is_null, field.name, {});
  if (field.type == FieldType::boolean && !is_keyword(token_, "NULL")) {
    QUIRE_TRY_ASSIGN(const Value truth, value_for(field));
    // Of an absent value false, and not unknown.
    node = join(Operator::all_of,
                {negation(node), leaf_of(Operator::equal, field.name, {truth.value})});
  } else {
    QUIRE_TRY(expect_keyword("NULL"));
  }
  return negated ? negation(std::move(node)) : node;
}

Result<NodePtr> Parser::in(const FieldName& field) {
  QUIRE_TRY(advance());
  QUIRE_TRY(expect_symbol("("));
  std::vector<Filter::Value> values;
  for (bool more = true; more;) {
    QUIRE_TRY_ASSIGN(Value value, value_for(field));
    if (!value.has_fraction) {  // No member is equal to one.
      values.push_back(std::move(value.value));
    }
    more = is_symbol(token_, ",");
    if (more) {
      QUIRE_TRY(advance());
    }
  }
  QUIRE_TRY(expect_symbol(")"));
  return values.empty() ? constant(false) : leaf_of(Operator::in, field.name, std::move(values));
}

Result<NodePtr> Parser::like(const FieldName& field, Operator op) {
  if (const Status valid =
          check_like_field(field.name, field.type, op == Operator::like ? "LIKE" : "ILIKE");
      !valid.has_value()) {
    return refuse(token_.offset, valid.error().message);
  }
  QUIRE_TRY(advance());
  const std::size_t offset = token_.offset;
  QUIRE_TRY_ASSIGN(std::string pattern, string_for(field));
  Node node;
  QUIRE_TRY_ASSIGN(node.escape, escape());
  if (const Status valid = check_pattern(pattern, node.escape); !valid.has_value()) {
    return refuse(offset, valid.error().message);
  }
  node.op = op;
  node.field = field.name;
  node.values.emplace_back(std::move(pattern));
  return std::make_shared<const Node>(std::move(node));
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

Result<NodePtr> Parser::between(const FieldName& field) {
  QUIRE_TRY(advance());
  QUIRE_TRY_ASSIGN(Value low, value_for(field));
  QUIRE_TRY(expect_keyword("AND"));
  QUIRE_TRY_ASSIGN(Value high, value_for(field));
  if (low.has_fraction) {
    low.value = std::get<std::int64_t>(low.value) + 1;
  }
  return leaf_of(Operator::between, field.name, {std::move(low.value), std::move(high.value)});
}

Result<std::string> Parser::name_part() {
  if (!is_name(token_)) {
    return expected("a name");
  }
  std::string name = std::move(token_.text);
  QUIRE_TRY(advance());
  return name;
}

Result<std::string> Parser::name() {
  const bool is_word = token_.kind == TokenKind::word;
  QUIRE_TRY_ASSIGN(std::string name, name_part());
  if (is_word) {
    name = name_of_word(name);
  }
  while (is_symbol(token_, ".")) {
    QUIRE_TRY(advance());
    QUIRE_TRY_ASSIGN(const std::string part, name_part());
    name += "." + part;
  }
  return name;
}

Result<Parser::FieldName> Parser::field() {
  QUIRE_TRY_ASSIGN(const std::size_t opened, open_parentheses());
  const std::size_t offset = token_.offset;
  if (!is_name(token_) || is_any_keyword(token_)) {
    return expected("a field");
  }
  FieldName field;
  QUIRE_TRY_ASSIGN(field.name, name());
  const Result<FieldTarget> target = target_of(field.name, schema_);
  if (!target.has_value()) {
    return refuse(offset, target.error().message);
  }
  field.type = target->type;
  QUIRE_TRY(close_parentheses(opened));
  return field;
}

Result<Parser::Value> Parser::value() {
  QUIRE_TRY_ASSIGN(const std::size_t opened, open_parentheses());
  if (is_keyword(token_, "NULL")) {
    return refuse(token_.offset, "nothing is equal to NULL: write IS NULL or IS NOT NULL");
  }
  const bool is_true = is_keyword(token_, "TRUE");
  if (is_true || is_keyword(token_, "FALSE")) {
    Value value{is_true, {}, token_.offset};
    QUIRE_TRY(advance());
    QUIRE_TRY(close_parentheses(opened));
    return value;
  }
  if (!is_value(token_)) {
    return expected("a 'string' or a number");
  }
  Value value{token_.number, {}, token_.offset, token_.has_fraction, token_.is_huge};
  if (token_.kind == TokenKind::string) {
    value.value = std::move(token_.text);
  } else {
    value.written = std::move(token_.text);
  }
  QUIRE_TRY(advance());
  QUIRE_TRY(close_parentheses(opened));
  return value;
}

Status Parser::check(const FieldName& field, Value& value) const {
  if (field.type == FieldType::f64 && !value.written.empty()) {
    const std::optional<double> real = base::real_number(value.written);
    if (!real) {
      return refuse(value.offset, "a number beyond those of double precision");
    }
    value.value = *real;
    value.has_fraction = false;
    return {};
  }
  if (value.is_huge) {
    return refuse(value.offset, "a number that does not fit into 64 bits");
  }
  const Status valid = check_value(field.name, field.type, value.value, value.written);
  return valid.has_value() ? Status() : refuse(value.offset, valid.error().message);
}

Result<Parser::Value> Parser::value_for(const FieldName& field) {
  QUIRE_TRY_ASSIGN(Value parsed, value());
  QUIRE_TRY(check(field, parsed));
  return parsed;
}

/// Of a field that is a string.
Result<std::string> Parser::string_for(const FieldName& field) {
  QUIRE_TRY_ASSIGN(Value parsed, value_for(field));
  return std::get<std::string>(std::move(parsed.value));
}

}  // namespace

bool is_reserved(std::string_view word) {
  return std::ranges::any_of(kKeywords, [&](std::string_view keyword) {
    return base::ascii_lower(keyword) == base::ascii_lower(word);
  });
}

}  // namespace quire::filters

namespace quire {

Result<Filter> Filter::parse(std::string_view text, const Schema& fields) {
  if (text.size() > filters::kMaxTextBytes) {
    return fail(ErrorCode::invalid_argument,
                "filter: " + std::to_string(text.size()) + " bytes are more than 1 MiB (1048576)");
  }
  if (const std::optional<std::size_t> bad = base::invalid_utf8_offset(text)) {
    return fail(ErrorCode::invalid_argument,
                "filter: invalid UTF-8 at byte " + std::to_string(*bad));
  }
  QUIRE_TRY_ASSIGN(filters::NodePtr root, filters::Parser(text, fields).filter());
  Filter filter(std::move(root));
  // The text in normal form may be longer, and must be readable too.
  if (filter.to_string().size() > filters::kMaxTextBytes) {
    return fail(ErrorCode::invalid_argument, "filter: in normal form it is longer than 1 MiB");
  }
  return filter;
}

}  // namespace quire
