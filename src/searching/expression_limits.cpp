#include "searching/expression_limits.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/try.hpp"
#include "searching/expression.hpp"

namespace quire::searching {
namespace {

using Kind = ExpressionToken::Kind;

constexpr std::size_t kMostBytes = 8192;
constexpr std::size_t kMostDepth = 100;
constexpr std::uint32_t kMostRepeatDepth = 10;
constexpr std::uint64_t kMostSize = 1000;
constexpr std::uint64_t kMostEmptyRepeats = 8;

bool is_wide(Kind kind) {
  return kind == Kind::any || kind == Kind::set || kind == Kind::class_escape;
}

/// A part of the expression.
struct Part {
  std::uint64_t size = 0;
  std::uint64_t wide = 0;
  std::uint32_t repeats = 0;        ///< How deep they are nested.
  std::uint64_t empty_repeats = 0;  ///< Of what can be empty, as often as they repeat it.
  bool can_be_empty = true;

  void add(const Part& other) {
    size += other.size;
    wide += other.wide;
    repeats = std::max(repeats, other.repeats);
    empty_repeats += other.empty_repeats;
    can_be_empty = can_be_empty && other.can_be_empty;
  }
};

/// A group that is open, or the whole.
struct Group {
  Part before;  ///< All but the last part; whether it can be empty, of the current alternative.
  Part last;    ///< What a repeat would repeat.
  bool another_can_be_empty = false;  ///< An alternative before the current one.

  void add(const Part& part) {
    before.add(last);
    last = part;
  }

  void begin_alternative() {
    add({.size = 1});
    another_can_be_empty = whole().can_be_empty;
    before.can_be_empty = true;
  }

  Part whole() const {
    Part all = before;
    all.add(last);
    all.can_be_empty = all.can_be_empty || another_can_be_empty;
    return all;
  }
};

class CostReader {
 public:
  explicit CostReader(const std::string& expression) : expression_(expression), groups_(1) {}

  Result<ExpressionCost> read() {
    if (expression_.size() > kMostBytes) {
      return fail(ErrorCode::invalid_argument,
                  "the regular expression '" + shown_expression(expression_) + "' has " +
                      std::to_string(expression_.size()) + " bytes; at most " +
                      std::to_string(kMostBytes) + " are allowed");
    }
    ExpressionReader reader(expression_);
    for (auto token = reader.next(); token; token = reader.next()) {
      QUIRE_TRY(take(*token));
    }
    while (groups_.size() > 1) {
      close();
    }
    const Part all = groups_.front().whole();
    return ExpressionCost{all.size, all.wide, has_end_};
  }

 private:
  Status take(const ExpressionToken& token) {
    switch (token.kind) {
      case Kind::open:
        groups_.emplace_back();
        return groups_.size() <= kMostDepth + 1
                   ? Status()
                   : refusal(token, "parentheses are nested more than " +
                                        std::to_string(kMostDepth) + " deep");
      case Kind::close:
        close();
        return check_size(token);
      case Kind::repeat:
        return repeat(token);
      case Kind::back_reference:
        return refusal(token, "there are no back-references");
      case Kind::alternative:
        groups_.back().begin_alternative();
        return check_size(token);
      default:
        groups_.back().add({.size = 1,
                            .wide = is_wide(token.kind) ? 1U : 0U,
                            .can_be_empty = token.kind == Kind::anchor});
        return check_size(token);
    }
  }

  void close() {
    Part part = groups_.back().whole();
    ++part.size;
    groups_.pop_back();
    groups_.back().add(part);
  }

  /// As regcomp() does it: `a{2,5}` is five of them, `a{2,}` and `a+` one more than the least.
  Status repeat(const ExpressionToken& token) {
    const bool has_end = token.most != ExpressionToken::kNoEnd;
    const std::uint64_t times = has_end ? std::max(token.most, 1U) : std::uint64_t{token.least} + 1;
    Part& last = groups_.back().last;
    last.size = last.size * times + 1;
    last.wide *= times;
    last.empty_repeats *= times;
    last.empty_repeats += last.can_be_empty && token.most > 1 ? times : 0;
    last.can_be_empty = last.can_be_empty || token.least == 0;
    has_end_ = has_end_ && has_end;
    if (++last.repeats > kMostRepeatDepth) {
      return refusal(token, "repeats of repeats are nested more than " +
                                std::to_string(kMostRepeatDepth) + " deep");
    }
    return check_size(token);
  }

  /// Before another repeat could multiply it beyond 64 bits.
  Status check_size(const ExpressionToken& token) const {
    const Part all = groups_.back().whole();
    if (all.empty_repeats > kMostEmptyRepeats) {
      return refusal(token, "more than " + std::to_string(kMostEmptyRepeats) +
                                " repeats of what can be empty");
    }
    return all.size <= kMostSize
               ? Status()
               : refusal(token, "with repeats written out there are more than " +
                                    std::to_string(kMostSize) + " characters and sets");
  }

  Status refusal(const ExpressionToken& token, const std::string& reason) const {
    return fail(ErrorCode::invalid_argument,
                "the regular expression '" + shown_expression(expression_) + "': at byte " +
                    std::to_string(token.begin + 1) + ", '" +
                    shown_expression(expression_.substr(token.begin, token.end - token.begin)) +
                    "': " + reason);
  }

  const std::string& expression_;
  std::vector<Group> groups_;
  bool has_end_ = true;
};

}  // namespace

Result<ExpressionCost> cost_of(const std::string& expression) {
  return CostReader(expression).read();
}

std::string shown_expression(const std::string& expression) {
  constexpr std::size_t kMost = 80;
  if (expression.size() <= kMost) {
    return expression;
  }
  std::size_t size = kMost;
  while (size > 0 && (static_cast<unsigned char>(expression[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  return expression.substr(0, size) + "...";
}

}  // namespace quire::searching
