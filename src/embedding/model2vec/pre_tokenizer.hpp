#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "embedding/model2vec/json_members.hpp"

namespace quire::model2vec {

/// A text and the parts of it that are looked up one by one.
struct Pieces {
  struct Range {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  std::string text;
  std::vector<Range> ranges;

  std::string_view view(Range range) const {
    return std::string_view(text).substr(range.begin, range.size);
  }
};

/// How a tokenizer cuts a text into pieces: BertPreTokenizer, Whitespace, WhitespaceSplit,
/// Metaspace, and Sequence of these.
class PreTokenizer {
 public:
  /// `part` is tokenizer.json's "pre_tokenizer"; null: a text is one piece. Errors: `incompatible`,
  /// with the name of what is not supported; `store_serde`.
  static Result<PreTokenizer> read(JsonValue part);

  /// Cuts `text`, valid UTF-8, into `pieces`, none of them empty, using the memory of `spare`.
  void run(std::string_view text, Pieces& pieces, Pieces& spare) const;

 private:
  enum class Action : std::uint8_t {
    bert,              ///< White space goes, each punctuation character is a piece.
    whitespace,        ///< White space goes; runs of what \w matches, and of what it doesn't.
    whitespace_split,  ///< White space goes.
    metaspace,         ///< Spaces become a visible sign.
  };
  struct Step {
    Action action = Action::bert;
    std::string sign = {};
    bool prepend = false;  ///< The sign, before each piece that doesn't begin with it.
    bool split = false;    ///< Before each sign.
  };

  Status add(JsonValue part, int depth);
  Status add_sequence(JsonValue part, int depth);
  Status add_metaspace(JsonValue part);
  static void run_metaspace(const Step& step, Pieces& pieces, Pieces& spare);

  std::vector<Step> steps_;
};

}  // namespace quire::model2vec
