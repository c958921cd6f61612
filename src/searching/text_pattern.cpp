#include "searching/text_pattern.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <re2/prefilter.h>
#include <re2/re2.h>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "searching/expression_fault.hpp"

namespace quire::searching {
namespace {

/// Of the automata that are built while texts are read; beyond it they are thrown away, and at last
/// done without.
constexpr std::int64_t kMostMemory = std::int64_t{16} << 20;
/// What is done without them takes so many steps a byte.
constexpr int kMostSteps = 10'000;
constexpr std::size_t kMostRanges = 1000;

bool has_capital(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return (static_cast<unsigned char>(c) & 0x80U) == 0; });
}

re2::RE2::Options options_for(std::string_view expression, const TextPattern::Options& asked) {
  re2::RE2::Options options;
  options.set_case_sensitive(!asked.ignore_case);
  options.set_encoding(is_ascii(expression) ? re2::RE2::Options::EncodingLatin1
                                            : re2::RE2::Options::EncodingUTF8);
  options.set_never_nl(true);
  options.set_never_capture(!asked.whole_words);
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  return options;
}

/// True if a character beyond ASCII may count as an ASCII letter, which the word index does not
/// say of it: KELVIN SIGN as k, LONG S as s. They may stand there themselves, in a set, as an
/// escape, or be meant by `(?i)`.
bool may_fold_into_ascii(std::string_view expression, const TextPattern::Options& asked) {
  constexpr std::array<std::string_view, 7> kWays = {"\u212A", "\u017F", "[",  "(?",
                                                     "\\p",    "\\P",    "\\x"};
  return !is_ascii(expression) &&
         (asked.ignore_case || std::ranges::any_of(kWays, [&](std::string_view way) {
            return expression.contains(way);
          }));
}

/// True if the expression ends within `\Q...`, where nothing behind it has a meaning.
bool ends_quoted(std::string_view expression) {
  bool quoted = false;
  for (std::size_t at = 0; at + 1 < expression.size(); ++at) {
    const std::string_view pair = expression.substr(at, 2);
    if (quoted ? pair == "\\E" : pair.starts_with('\\')) {
      quoted = pair == "\\Q";
      ++at;
    }
  }
  return quoted;
}

/// What matches is the first group where words are to be whole: RE2 can't look beside it.
std::string written_out(const std::string& expression, const TextPattern::Options& asked) {
  if (!asked.whole_words) {
    return "(?m)" + expression;
  }
  return "(?m)(?:^|\\W)(" + expression + (ends_quoted(expression) ? "\\E" : "") + ")(?:$|\\W)";
}

RequiredText required_by(re2::Prefilter& filter);

std::vector<RequiredText> parts_of(re2::Prefilter& filter) {
  std::vector<RequiredText> parts;
  for (re2::Prefilter* const part : *filter.subs()) {
    parts.push_back(required_by(*part));
  }
  return parts;
}

/// RE2's own answer, whose texts are in lower case.
RequiredText required_by(re2::Prefilter& filter) {
  using Kind = RequiredText::Kind;
  switch (filter.op()) {
    case re2::Prefilter::NONE:
      return {.kind = Kind::any, .text = {}, .parts = {}};
    case re2::Prefilter::ATOM:
      return {.kind = Kind::text, .text = filter.atom(), .parts = {}};
    case re2::Prefilter::AND:
      return {.kind = Kind::all, .text = {}, .parts = parts_of(filter)};
    case re2::Prefilter::OR:
      return {.kind = Kind::any, .text = {}, .parts = parts_of(filter)};
    default:
      return {};
  }
}

/// Where a line ends, another one need not begin.
std::string_view without_last_newline(std::string_view content) {
  content.remove_suffix(content.ends_with('\n') ? 1 : 0);
  return content;
}

}  // namespace

struct TextPattern::Compiled {
  Compiled(const std::string& expression, const Options& asked)
      : regex(written_out(expression, asked), options_for(expression, asked)),
        group(asked.whole_words ? 1 : 0) {}

  bool is_too_large() const { return !regex.ok() || regex.ProgramSize() > kMostSteps; }

  RequiredText required() const {
    const std::unique_ptr<re2::Prefilter> filter(re2::Prefilter::FromRE2(&regex));
    return filter == nullptr ? RequiredText() : required_by(*filter);
  }

  /// The next place from `at` on that matches, if there is one.
  std::optional<Range> next(std::string_view text, std::size_t at) const {
    std::array<re2::StringPiece, 2> found;
    if (at > text.size() || !regex.Match(text, at, text.size(), re2::RE2::UNANCHORED, found.data(),
                                         static_cast<int>(group) + 1)) {
      return std::nullopt;
    }
    const auto begin = static_cast<std::size_t>(found.at(group).data() - text.data());
    return Range{begin, begin + found.at(group).size()};
  }

  re2::RE2 regex;
  std::size_t group;  ///< That is what matches; 0: all.
};

TextPattern::TextPattern() = default;
TextPattern::TextPattern(TextPattern&&) noexcept = default;
TextPattern& TextPattern::operator=(TextPattern&&) noexcept = default;
TextPattern::~TextPattern() = default;

TextPattern TextPattern::literal(std::string text) {
  TextPattern pattern;
  pattern.required_ = {.kind = RequiredText::Kind::text, .text = text, .parts = {}};
  pattern.fold_ = !has_capital(text);
  pattern.literal_ = std::move(text);
  return pattern;
}

Result<TextPattern> TextPattern::fixed(const std::string& text, const Options& options) {
  if (text.contains('\n')) {
    return fail(ErrorCode::invalid_argument,
                "the text to find has several lines; what is found stands within one");
  }
  return regex(re2::RE2::QuoteMeta(text), options);
}

Result<TextPattern> TextPattern::regex(const std::string& expression, const Options& options) {
  QUIRE_TRY(check_syntax(expression));
  TextPattern pattern;
  pattern.compiled_ = std::make_unique<Compiled>(expression, options);
  if (pattern.compiled_->is_too_large()) {
    return std::unexpected(refused_expression(
        expression, "is too large with its repeats written out; write fewer or smaller ones"));
  }
  if (!may_fold_into_ascii(expression, options)) {
    pattern.required_ = pattern.compiled_->required();
  }
  return pattern;
}

bool TextPattern::matches(std::string_view content) const {
  if (compiled_ == nullptr) {
    return fold_ ? base::ascii_lower(content).contains(literal_) : content.contains(literal_);
  }
  const std::string_view text = without_last_newline(content);
  return compiled_->regex.Match(text, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

std::vector<TextPattern::Range> TextPattern::ranges(std::string_view content) const {
  if (compiled_ == nullptr) {
    return fold_ ? literal_ranges(base::ascii_lower(content)) : literal_ranges(content);
  }
  const std::string_view text = without_last_newline(content);
  std::vector<Range> ranges;
  std::size_t at = 0;
  for (auto found = compiled_->next(text, at); found && ranges.size() < kMostRanges;
       found = compiled_->next(text, at)) {
    if (found->end > found->begin) {
      ranges.push_back(*found);
    }
    at = std::max(found->end, found->begin + 1);
  }
  return ranges;
}

std::vector<std::size_t> TextPattern::lines(std::string_view content) const {
  const bool folds = compiled_ == nullptr && fold_;
  const std::string folded = folds ? base::ascii_lower(content) : "";
  const std::string_view text = folds                  ? std::string_view(folded)
                                : compiled_ == nullptr ? content
                                                       : without_last_newline(content);
  const auto begin_of_next = [&](std::size_t at) -> std::optional<std::size_t> {
    if (compiled_ != nullptr) {
      const auto found = compiled_->next(text, at);
      return found ? std::optional(found->begin) : std::nullopt;
    }
    const std::size_t found = text.find(literal_, at);
    return found == std::string_view::npos ? std::nullopt : std::optional(found);
  };
  std::vector<std::size_t> out;
  std::size_t line = 0;
  std::size_t counted = 0;  // Up to here newlines are in `line`.
  for (auto found = begin_of_next(0); found;) {
    line +=
        static_cast<std::size_t>(std::ranges::count(text.substr(counted, *found - counted), '\n'));
    out.push_back(line);
    const std::size_t end = text.find('\n', *found);
    if (end == std::string_view::npos) {
      break;
    }
    counted = end;
    found = begin_of_next(end + 1);
  }
  return out;
}

std::vector<TextPattern::Range> TextPattern::literal_ranges(std::string_view content) const {
  std::vector<Range> ranges;
  if (literal_.empty()) {
    return ranges;
  }
  for (std::size_t at = content.find(literal_); at != std::string_view::npos;
       at = content.find(literal_, at + literal_.size())) {
    ranges.push_back({at, at + literal_.size()});
  }
  return ranges;
}

}  // namespace quire::searching
