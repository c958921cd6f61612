#include "chunking/code_mask.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace quire::chunking {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kOperatorSigns = "!#$%&*+./<=>?@\\^|~";
/// Bytes looked at for ends of here-documents in vain, for each byte of the text.
constexpr std::size_t kVainFactor = 4;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct Pair {
  std::string_view open;
  std::string_view close;
  bool is_comment = false;
  bool is_spent = false;  ///< No `close` follows any more.
};

std::vector<Pair> pairs_of(const MaskSyntax& syntax) {
  std::vector<Pair> pairs;
  for (const bool is_comment : {true, false}) {
    std::string_view open;
    for_each_word(is_comment ? syntax.block_comments : syntax.long_strings,
                  [&](std::string_view word) {
                    if (open.empty()) {
                      open = word;
                    } else {
                      pairs.push_back({open, word, is_comment});
                      open = {};
                    }
                  });
  }
  return pairs;
}

class Mask {
 public:
  Mask(std::string_view text, const MaskSyntax& syntax)
      : text_(text), syntax_(syntax), pairs_(pairs_of(syntax)), out_(text) {
    for_each_word(syntax.line_comments, [&](std::string_view word) { marks_.push_back(word); });
    const auto matters = [&](std::string_view token) {
      starts_[static_cast<unsigned char>(token.front())] = true;
    };
    std::ranges::for_each(marks_, matters);
    std::ranges::for_each(pairs_, matters, &Pair::open);
    for (const char quote : syntax.quotes) {
      matters({&quote, 1});
    }
    starts_['\''] = starts_['\''] || syntax.has_char_literals;
    starts_['<'] = starts_['<'] || syntax.heredoc != Heredoc::none;
    starts_['\n'] = syntax.heredoc != Heredoc::none;
  }

  std::string run() && {
    if (text_.starts_with(kByteOrderMark)) {
      fill(0, kByteOrderMark.size(), ' ');
      at_ = kByteOrderMark.size();
    }
    while (at_ < text_.size()) {
      if (!starts_[static_cast<unsigned char>(text_[at_])] || !pass_token()) {
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  /// Goes behind the comment or string that begins here; false: there is none.
  bool pass_token() {
    return pass_heredocs() || pass_pair() || pass_line_comment() || pass_quoted() || pass_char();
  }

  void fill(std::size_t from, std::size_t end, char with) {
    for (std::size_t i = from; i < end; ++i) {
      if (out_[i] != '\n') {
        out_[i] = with;
      }
    }
  }

  bool here(std::string_view token) const { return text_.substr(at_).starts_with(token); }
  char byte(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  bool begins_line() const { return at_ == 0 || text_[at_ - 1] == '\n'; }
  bool follows_space() const {
    return begins_line() || text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t' ||
           text_[at_ - 1] == ';';
  }

  bool opens(const Pair& pair) const {
    if (pair.is_spent || !here(pair.open)) {
      return false;
    }
    if (pair.open == "=") {
      return begins_line() && is_word(byte(at_ + 1));
    }
    return pair.open != "(*" || byte(at_ + 2) != ')';
  }

  bool pass_pair() {
    for (Pair& pair : pairs_) {
      if (!opens(pair)) {
        continue;
      }
      const std::size_t close = text_.find(pair.close, at_ + pair.open.size());
      if (close == std::string_view::npos) {
        pair.is_spent = true;
        continue;
      }
      const std::size_t end = close + pair.close.size();
      fill(pair.is_comment ? at_ : at_ + 1, end, pair.is_comment ? ' ' : kStringFill);
      at_ = end;
      return true;
    }
    return false;
  }

  bool opens_line_comment(std::string_view mark) const {
    if (!here(mark)) {
      return false;
    }
    if (mark == "#") {
      const bool is_attribute = syntax_.heredoc == Heredoc::php && byte(at_ + 1) == '[';
      return follows_space() && !is_attribute;
    }
    if (mark == "\"") {
      return is_first_of_line();
    }
    return mark != "--" || byte(at_ + 2) == '\0' || !kOperatorSigns.contains(byte(at_ + 2));
  }

  bool is_first_of_line() const {
    std::size_t at = at_;
    while (at > 0 && (text_[at - 1] == ' ' || text_[at - 1] == '\t')) {
      --at;
    }
    return at == 0 || text_[at - 1] == '\n';
  }

  std::size_t line_end() const { return std::min(text_.find('\n', at_), text_.size()); }

  bool pass_line_comment() {
    if (std::ranges::none_of(marks_, [&](std::string_view m) { return opens_line_comment(m); })) {
      return false;
    }
    const std::size_t end = line_end();
    fill(at_, end, ' ');
    at_ = end;
    return true;
  }

  bool pass_quoted() {
    const char quote = text_[at_];
    if (!syntax_.quotes.contains(quote)) {
      return false;
    }
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' && byte(end + 1) != '\n' ? 2 : 1;
    }
    end = std::min(end, text_.size());
    fill(at_ + 1, end, kStringFill);
    at_ = byte(end) == quote ? end + 1 : end;
    return true;
  }

  /// 'a', '\n', '\u{1F600}', and a character of several bytes.
  bool pass_char() {
    constexpr std::size_t kMostBytes = 12;
    if (!syntax_.has_char_literals || text_[at_] != '\'') {
      return false;
    }
    const bool is_escaped = byte(at_ + 1) == '\\';
    const bool is_ascii = static_cast<unsigned char>(byte(at_ + 1)) < 0x80;
    const std::size_t most = is_escaped ? kMostBytes : is_ascii ? 2 : 5;
    const std::size_t close = text_.substr(at_, most + 1).find('\'', is_escaped ? 3 : 2);
    if (close == std::string_view::npos ||
        text_.substr(at_, close).find('\n') != std::string_view::npos) {
      return false;
    }
    fill(at_ + 1, at_ + close, kStringFill);
    at_ += close + 1;
    return true;
  }

  struct Tag {
    std::string_view word;
    std::size_t end = 0;
  };

  /// The word that ends the here-document whose `<<` is here; "" if it is another operator.
  Tag tag_here() const {
    const std::string_view open = syntax_.heredoc == Heredoc::php ? "<<<" : "<<";
    std::size_t at = at_ + open.size();
    if (!here(open) || (at_ > 0 && text_[at_ - 1] == '<') || byte(at) == '<') {
      return {};
    }
    if (byte(at) == '-' || byte(at) == '~') {
      ++at;
    }
    while (syntax_.heredoc != Heredoc::ruby && byte(at) == ' ') {
      ++at;
    }
    const bool is_quoted = byte(at) == '"' || byte(at) == '\'';
    const std::size_t from = is_quoted ? at + 1 : at;
    std::size_t end = from;
    while (is_word(byte(end))) {
      ++end;
    }
    const char first = byte(from);
    const bool is_tag =
        is_quoted || syntax_.heredoc != Heredoc::ruby || (first >= 'A' && first <= 'Z');
    if (end == from || !is_tag || (first >= '0' && first <= '9')) {
      return {};
    }
    return {text_.substr(from, end - from), end + (is_quoted ? 1 : 0)};
  }

  bool pass_heredocs() {
    if (syntax_.heredoc == Heredoc::none) {
      return false;
    }
    if (text_[at_] == '\n') {
      ++at_;
      for (const std::string_view tag : std::exchange(tags_, {})) {
        pass_document(tag);
      }
      return true;
    }
    const Tag tag = text_[at_] == '<' ? tag_here() : Tag{};
    if (tag.word.empty()) {
      return false;
    }
    tags_.push_back(tag.word);
    at_ = std::min(tag.end, text_.size());
    return true;
  }

  static bool ends_document(std::string_view line, std::string_view tag) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return line.starts_with(tag) && (line.size() == tag.size() || !is_word(line[tag.size()]));
  }

  void pass_document(std::string_view tag) {
    if (vain_ > kVainFactor * text_.size()) {
      return;
    }
    for (std::size_t at = at_; at < text_.size();) {
      const std::size_t feed = std::min(text_.find('\n', at), text_.size());
      if (ends_document(text_.substr(at, feed - at), tag)) {
        fill(at_, feed, kStringFill);
        at_ = feed;
        return;
      }
      at = feed + 1;
    }
    vain_ += text_.size() - at_;
  }

  std::string_view text_;
  const MaskSyntax& syntax_;
  std::vector<Pair> pairs_;
  std::vector<std::string_view> marks_;
  std::array<bool, 256> starts_{};
  std::string out_;
  std::size_t at_ = 0;
  std::vector<std::string_view> tags_;  ///< Of the documents that begin on the next line.
  std::size_t vain_ = 0;
};

}  // namespace

std::string mask_code(std::string_view text, const MaskSyntax& syntax) {
  return Mask(text, syntax).run();
}

}  // namespace quire::chunking
