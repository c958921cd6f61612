#include "embedding/model2vec/pre_tokenizer.hpp"

#include <utility>

#include "base/try.hpp"
#include "embedding/model2vec/code_points.hpp"
#include "embedding/model2vec/unicode.hpp"

namespace quire::model2vec {
namespace {

constexpr std::string_view kSupported =
    "BertPreTokenizer, Whitespace, WhitespaceSplit, Metaspace and Sequence";
constexpr int kDeepest = 16;
constexpr std::size_t kMostSteps = 16;

/// What a character does to the piece before it.
enum class Kind : std::uint8_t {
  gap,     ///< Ends it and is in no piece.
  single,  ///< Ends it and is a piece of its own.
  word,    ///< Goes on with a piece of the same kind.
  other,
};

Kind bert_kind(char32_t code) {
  return is_space(code) ? Kind::gap : is_punctuation(code) ? Kind::single : Kind::word;
}

Kind whitespace_kind(char32_t code) {
  return is_space(code) ? Kind::gap : is_word(code) ? Kind::word : Kind::other;
}

Kind whitespace_split_kind(char32_t code) {
  return is_space(code) ? Kind::gap : Kind::word;
}

/// The pieces of `range`, after `out`.
template <class KindOf>
void split_range(std::string_view text,
                 Pieces::Range range,
                 KindOf kind_of,
                 std::vector<Pieces::Range>& out) {
  Kind open = Kind::gap;  ///< Of the last piece in `out`, if it may go on.
  for (std::size_t at = range.begin; at < range.begin + range.size;) {
    const std::size_t begin = at;
    const Kind kind = kind_of(take_code_point(text, at));
    if (kind != Kind::gap && kind == open) {
      out.back().size += at - begin;
    } else if (kind != Kind::gap) {
      out.push_back({begin, at - begin});
    }
    open = kind == Kind::single ? Kind::gap : kind;
  }
}

template <class KindOf>
void split(Pieces& pieces, KindOf kind_of, Pieces& spare) {
  spare.ranges.clear();
  for (const Pieces::Range range : pieces.ranges) {
    split_range(pieces.text, range, kind_of, spare.ranges);
  }
  pieces.ranges.swap(spare.ranges);
}

}  // namespace

Result<PreTokenizer> PreTokenizer::read(JsonValue part) {
  PreTokenizer tokenizer;
  if (!part.is_null()) {
    QUIRE_TRY(tokenizer.add(part, 0));
  }
  if (tokenizer.steps_.size() > kMostSteps) {
    return fail(ErrorCode::store_serde,
                "pre_tokenizer of more than " + std::to_string(kMostSteps) + " steps");
  }
  return tokenizer;
}

Status PreTokenizer::add(JsonValue part, int depth) {
  const std::string type = type_of(part);
  if (type == "Sequence") {
    return add_sequence(part, depth);
  }
  if (type == "Metaspace") {
    return add_metaspace(part);
  }
  if (type == "BertPreTokenizer") {
    steps_.push_back({Action::bert});
  } else if (type == "Whitespace") {
    steps_.push_back({Action::whitespace});
  } else if (type == "WhitespaceSplit") {
    steps_.push_back({Action::whitespace_split});
  } else {
    return unsupported("pre_tokenizer \"" + type + "\"", kSupported);
  }
  return {};
}

Status PreTokenizer::add_sequence(JsonValue part, int depth) {
  const JsonValue parts = part.member("pretokenizers");
  if (!parts.is_array() || depth == kDeepest) {
    return fail(ErrorCode::store_serde,
                "pre_tokenizer \"Sequence\" without a list of pretokenizers, or too deep");
  }
  for (const JsonMember& each : parts.members()) {
    QUIRE_TRY(add(each.value, depth + 1));
  }
  return {};
}

Status PreTokenizer::add_metaspace(JsonValue part) {
  Step step{Action::metaspace};
  QUIRE_TRY_ASSIGN(step.sign, string_member(part, "replacement", "\xE2\x96\x81"));
  QUIRE_TRY_ASSIGN(step.split, bool_member(part, "split", true));
  // Files before tokenizers 0.15 say add_prefix_space.
  QUIRE_TRY_ASSIGN(const bool prefix, bool_member(part, "add_prefix_space", true));
  QUIRE_TRY_ASSIGN(const std::string scheme,
                   string_member(part, "prepend_scheme", prefix ? "always" : "never"));
  if (count_code_points(step.sign) != 1) {
    return fail(ErrorCode::store_serde,
                "pre_tokenizer \"Metaspace\" with a replacement that isn't one character");
  }
  if (scheme != "always" && scheme != "never") {
    return unsupported("pre_tokenizer \"Metaspace\" with prepend_scheme \"" + scheme + "\"",
                       "always and never");
  }
  step.prepend = scheme == "always";
  steps_.push_back(std::move(step));
  return {};
}

void PreTokenizer::run(std::string_view text, Pieces& pieces, Pieces& spare) const {
  pieces.text = text;
  pieces.ranges.clear();
  if (!text.empty()) {
    pieces.ranges.push_back({0, text.size()});
  }
  for (const Step& step : steps_) {
    switch (step.action) {
      case Action::bert:
        split(pieces, bert_kind, spare);
        break;
      case Action::whitespace:
        split(pieces, whitespace_kind, spare);
        break;
      case Action::whitespace_split:
        split(pieces, whitespace_split_kind, spare);
        break;
      case Action::metaspace:
        run_metaspace(step, pieces, spare);
        break;
    }
  }
}

void PreTokenizer::run_metaspace(const Step& step, Pieces& pieces, Pieces& spare) {
  spare.text.clear();
  spare.ranges.clear();
  for (const Pieces::Range range : pieces.ranges) {
    const std::string_view piece = pieces.view(range);
    spare.ranges.push_back({spare.text.size(), 0});
    if (step.prepend && piece[0] != ' ' && !piece.starts_with(step.sign)) {
      spare.text += step.sign;
    }
    for (std::size_t at = 0; at < piece.size();) {
      const std::size_t length = sequence_length(piece[at]);
      const std::string_view character = piece[at] == ' ' ? step.sign : piece.substr(at, length);
      if (step.split && at > 0 && character == step.sign) {
        spare.ranges.back().size = spare.text.size() - spare.ranges.back().begin;
        spare.ranges.push_back({spare.text.size(), 0});
      }
      spare.text += character;
      at += length;
    }
    spare.ranges.back().size = spare.text.size() - spare.ranges.back().begin;
  }
  std::swap(pieces, spare);
}

}  // namespace quire::model2vec
