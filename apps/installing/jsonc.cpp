#include "installing/jsonc.hpp"

#include <utility>

#include "base/try.hpp"
#include "installing/lines.hpp"

namespace quire::installing {
namespace {

using base::Json;

constexpr std::size_t kMaxDepth = 100;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\n";

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
         c == '-' || c == '.';
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Result<JsoncDocument> parse() {
    if (const std::size_t lone = find_lone_return(text_); lone != std::string_view::npos) {
      return fail_at(lone, "a carriage return without a line feed");
    }
    at_ = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    QUIRE_TRY(skip_space());
    if (at_ < text_.size()) {
      QUIRE_TRY_ASSIGN(document_.root, value(0));
      QUIRE_TRY(skip_space());
    }
    if (at_ < text_.size()) {
      return fail_at(at_, "more follows the value");
    }
    return std::move(document_);
  }

 private:
  std::unexpected<Error> fail_at(std::size_t offset, const std::string& problem) const {
    return fail(ErrorCode::store_serde,
                file_ + ":" + std::to_string(line_number(text_, offset)) + ": " + problem);
  }

  /// '\0' behind the end.
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  Status skip_space() {
    for (;;) {
      at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
      const std::string_view two = text_.substr(at_, 2);
      if (two == "//") {
        skip_line_comment();
      } else if (two == "/*") {
        QUIRE_TRY(skip_block_comment());
      } else {
        return {};
      }
    }
  }

  void skip_line_comment() {
    std::size_t end = std::min(text_.find('\n', at_), text_.size());
    if (text_[end - 1] == '\r') {
      --end;
    }
    document_.comments.push_back({at_, end, true});
    at_ = end;
  }

  Status skip_block_comment() {
    const std::size_t close = text_.find("*/", at_ + 2);
    if (close == std::string_view::npos) {
      return fail_at(at_, "a comment that does not end");
    }
    document_.comments.push_back({at_, close + 2, false});
    at_ = close + 2;
    return {};
  }

  Result<JsoncValue> value(std::size_t depth) {
    if (depth > kMaxDepth) {
      return fail_at(at_, "nested too deep");
    }
    return next() == '{' || next() == '[' ? list(depth) : scalar();
  }

  Result<JsoncValue> scalar() {
    JsoncValue value;
    value.begin = at_;
    QUIRE_TRY(next() == '"' ? skip_string() : skip_word());
    value.end = at_;
    Result<Json> read = base::parse_json(text_.substr(value.begin, value.end - value.begin));
    if (!read) {
      return fail_at(value.begin, "not a JSON value");
    }
    value.scalar = *std::move(read);
    return value;
  }

  Status skip_string() {
    const std::size_t begin = at_;
    for (++at_; next() != '"'; ++at_) {
      at_ += next() == '\\' ? 1 : 0;
      if (at_ >= text_.size() || next() == '\n') {
        return fail_at(begin, "a string that does not end");
      }
    }
    ++at_;
    return {};
  }

  Status skip_word() {
    const std::size_t begin = at_;
    while (is_word(next())) {
      ++at_;
    }
    if (at_ == begin) {
      return fail_at(at_, at_ < text_.size() ? "a value was expected" : "the file ends too soon");
    }
    return {};
  }

  Result<JsoncValue> list(std::size_t depth) {
    JsoncValue list;
    list.kind = next() == '{' ? JsoncValue::Kind::object : JsoncValue::Kind::array;
    const char close = next() == '{' ? '}' : ']';
    list.begin = at_++;
    QUIRE_TRY(skip_space());
    while (next() != close) {
      if (!list.members.empty() && !list.members.back().comma) {
        return fail_at(at_, std::string("a comma or ") + close + " was expected");
      }
      QUIRE_TRY_ASSIGN(JsoncMember read, member(list.kind, depth));
      list.members.push_back(std::move(read));
    }
    list.end = ++at_;
    return list;
  }

  Result<JsoncMember> member(JsoncValue::Kind kind, std::size_t depth) {
    JsoncMember member;
    member.begin = at_;
    if (kind == JsoncValue::Kind::object) {
      QUIRE_TRY_ASSIGN(member.name, name());
    }
    QUIRE_TRY_ASSIGN(member.value, value(depth + 1));
    QUIRE_TRY(skip_space());
    if (next() == ',') {
      member.comma = at_++;
      QUIRE_TRY(skip_space());
    }
    return member;
  }

  /// With the colon.
  Result<std::string> name() {
    if (next() != '"') {
      return fail_at(at_, "a name in quotation marks was expected");
    }
    QUIRE_TRY_ASSIGN(const JsoncValue name, scalar());
    QUIRE_TRY(skip_space());
    if (next() != ':') {
      return fail_at(at_, "a colon was expected");
    }
    ++at_;
    QUIRE_TRY(skip_space());
    return name.scalar.get<std::string>();
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  JsoncDocument document_;
};

}  // namespace

std::vector<const JsoncMember*> JsoncValue::named(std::string_view name) const {
  std::vector<const JsoncMember*> found;
  for (const JsoncMember& member : members) {
    if (kind == Kind::object && member.name == name) {
      found.push_back(&member);
    }
  }
  return found;
}

Result<JsoncDocument> parse_jsonc(std::string_view text, const std::string& file) {
  return Parser(text, file).parse();
}

Json to_json(const JsoncValue& value) {
  if (value.kind == JsoncValue::Kind::scalar) {
    return value.scalar;
  }
  const bool is_object = value.kind == JsoncValue::Kind::object;
  Json json = is_object ? Json::object() : Json::array();
  for (const JsoncMember& member : value.members) {
    if (is_object) {
      json[member.name] = to_json(member.value);
    } else {
      json.push_back(to_json(member.value));
    }
  }
  return json;
}

}  // namespace quire::installing
