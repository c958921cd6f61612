#include "embedding/model2vec/normalizer.hpp"

#include <cstddef>
#include <utility>

#include "base/try.hpp"
#include "embedding/model2vec/code_points.hpp"
#include "embedding/model2vec/unicode.hpp"

namespace quire::model2vec {
namespace {

constexpr std::string_view kSupported =
    "BertNormalizer, NFD, StripAccents, Lowercase, Strip, Replace and Sequence";
constexpr int kDeepest = 16;
constexpr std::size_t kMostSteps = 256;
constexpr std::size_t kLongestContent = 1024;

constexpr char32_t kReplacementCharacter = 0xFFFD;

/// Appends what `keep` is true of.
template <class Keep>
void append_if(std::string_view text, std::string& out, Keep keep) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (keep(take_code_point(text, at))) {
      out += text.substr(begin, at - begin);
    }
  }
}

bool is_line_space(char32_t code) {
  return code == '\t' || code == '\n' || code == '\r';
}

void append_clean(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t code = take_code_point(text, at);
    if (is_space(code) && (is_line_space(code) || !is_control(code))) {
      out.push_back(' ');
    } else if (code != kReplacementCharacter && !is_control(code)) {
      out += text.substr(begin, at - begin);
    }
  }
}

void append_spaced_ideographs(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const std::string_view space = is_ideograph(take_code_point(text, at)) ? " " : "";
    out.append(space).append(text.substr(begin, at - begin)).append(space);
  }
}

std::string_view without_left_space(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (!is_space(take_code_point(text, at))) {
      return text.substr(begin);
    }
  }
  return {};
}

std::string_view without_right_space(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_space(take_code_point(text, at))) {
      end = at;
    }
  }
  return text.substr(0, end);
}

/// Bytes of UTF-8 match only where characters do.
void append_replaced(std::string_view text,
                     std::string_view from,
                     std::string_view to,
                     std::size_t limit,
                     std::string& out) {
  std::size_t done = 0;
  for (std::size_t found = text.find(from); found != std::string_view::npos && out.size() < limit;
       found = text.find(from, done)) {
    out.append(text.substr(done, found - done)).append(to);
    done = found + from.size();
  }
  if (out.size() < limit) {
    out += text.substr(done);
  }
}

void append_replaced_spaces(std::string_view text,
                            std::string_view to,
                            std::size_t limit,
                            std::string& out) {
  bool in_space = false;
  for (std::size_t at = 0; at < text.size() && out.size() < limit;) {
    const std::size_t begin = at;
    const bool space = is_space(take_code_point(text, at));
    if (!space) {
      out += text.substr(begin, at - begin);
    } else if (!in_space) {
      out += to;
    }
    in_space = space;
  }
}

}  // namespace

Result<Normalizer> Normalizer::read(JsonValue part) {
  Normalizer normalizer;
  if (!part.is_null()) {
    QUIRE_TRY(normalizer.add(part, 0));
  }
  if (normalizer.steps_.size() > kMostSteps) {
    return fail(ErrorCode::store_serde,
                "normalizer of more than " + std::to_string(kMostSteps) + " steps");
  }
  return normalizer;
}

Status Normalizer::add(JsonValue part, int depth) {
  const std::string type = type_of(part);
  if (type == "Sequence") {
    return add_sequence(part, depth);
  }
  if (type == "BertNormalizer") {
    return add_bert(part);
  }
  if (type == "Strip") {
    return add_strip(part);
  }
  if (type == "Replace") {
    return add_replace(part);
  }
  if (type == "NFD") {
    steps_.push_back({Action::nfd});
  } else if (type == "StripAccents") {
    steps_.push_back({Action::drop_marks});
  } else if (type == "Lowercase") {
    steps_.push_back({Action::lower});
  } else {
    return unsupported("normalizer \"" + type + "\"", kSupported);
  }
  return {};
}

Status Normalizer::add_sequence(JsonValue part, int depth) {
  const JsonValue parts = part.member("normalizers");
  if (!parts.is_array() || depth == kDeepest) {
    return fail(ErrorCode::store_serde,
                "normalizer \"Sequence\" without a list of normalizers, or too deep");
  }
  for (const JsonMember& each : parts.members()) {
    QUIRE_TRY(add(each.value, depth + 1));
  }
  return {};
}

Status Normalizer::add_bert(JsonValue part) {
  QUIRE_TRY_ASSIGN(const bool clean, bool_member(part, "clean_text", true));
  QUIRE_TRY_ASSIGN(const bool ideographs, bool_member(part, "handle_chinese_chars", true));
  QUIRE_TRY_ASSIGN(const bool lowercase, bool_member(part, "lowercase", true));
  QUIRE_TRY_ASSIGN(const bool strip_accents, bool_member(part, "strip_accents", lowercase));
  const auto add_if = [&](bool wanted, Action action) {
    if (wanted) {
      steps_.push_back({action});
    }
  };
  add_if(clean, Action::clean);
  add_if(ideographs, Action::space_ideographs);
  add_if(strip_accents, Action::nfd);
  add_if(strip_accents, Action::drop_nonspacing);
  add_if(lowercase, Action::lower);
  return {};
}

Status Normalizer::add_strip(JsonValue part) {
  Step step{Action::strip};
  QUIRE_TRY_ASSIGN(step.left, bool_member(part, "strip_left", true));
  QUIRE_TRY_ASSIGN(step.right, bool_member(part, "strip_right", true));
  steps_.push_back(std::move(step));
  return {};
}

Status Normalizer::add_replace(JsonValue part) {
  const JsonValue pattern = part.member("pattern");
  QUIRE_TRY_ASSIGN(std::string to, string_member(part, "content", ""));
  QUIRE_TRY_ASSIGN(std::string from, string_member(pattern, "String", ""));
  QUIRE_TRY_ASSIGN(const std::string regex, string_member(pattern, "Regex", ""));
  if (to.size() > kLongestContent) {
    return fail(ErrorCode::store_serde, "normalizer \"Replace\" with a content of over " +
                                            std::to_string(kLongestContent) + " bytes");
  }
  if (regex == "\\s+") {
    steps_.push_back({Action::replace_spaces, "", std::move(to)});
  } else if (!from.empty()) {
    steps_.push_back({Action::replace_string, std::move(from), std::move(to)});
  } else {
    return unsupported("normalizer \"Replace\" of the pattern \"" + regex + "\"",
                       "strings that aren't empty and the regular expression \\s+");
  }
  return {};
}

void Normalizer::run(std::string& text, std::string& spare) const {
  const std::size_t limit = 8 * text.size() + 1024;
  for (const Step& step : steps_) {
    spare.clear();
    run_step(step, text, limit, spare);
    text.swap(spare);
  }
}

void Normalizer::run_step(const Step& step,
                          std::string_view text,
                          std::size_t limit,
                          std::string& out) {
  switch (step.action) {
    case Action::clean:
      return append_clean(text, out);
    case Action::space_ideographs:
      return append_spaced_ideographs(text, out);
    case Action::nfd:
      return append_nfd(text, out);
    case Action::drop_nonspacing:
      return append_if(text, out, [](char32_t code) { return !is_nonspacing_mark(code); });
    case Action::drop_marks:
      return append_if(text, out, [](char32_t code) { return !is_mark(code); });
    case Action::lower:
      return append_lower(text, out);
    case Action::strip:
      text = step.left ? without_left_space(text) : text;
      out += step.right ? without_right_space(text) : text;
      return;
    case Action::replace_string:
      return append_replaced(text, step.from, step.to, limit, out);
    case Action::replace_spaces:
      return append_replaced_spaces(text, step.to, limit, out);
  }
}

}  // namespace quire::model2vec
