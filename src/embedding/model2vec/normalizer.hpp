#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "embedding/model2vec/json_members.hpp"

namespace quire::model2vec {

/// What a tokenizer does to characters before it looks for words: BertNormalizer, NFD,
/// StripAccents, Lowercase, Strip, Replace (of a string, or of `\s+`), and Sequence of these.
class Normalizer {
 public:
  /// `part` is tokenizer.json's "normalizer"; null: nothing is done. Errors: `incompatible`, with
  /// the name of what is not supported; `store_serde`.
  static Result<Normalizer> read(JsonValue part);

  /// Changes `text`, valid UTF-8, using the memory of `spare`. What a Replace makes beyond 8 bytes
  /// for each of the text's, and 1024 more, is dropped.
  void run(std::string& text, std::string& spare) const;

 private:
  enum class Action : std::uint8_t {
    clean,             ///< Drops control characters, makes each white space a space.
    space_ideographs,  ///< Spaces around each Chinese character.
    nfd,
    drop_nonspacing,
    drop_marks,
    lower,
    strip,
    replace_string,
    replace_spaces,  ///< Each run of white space.
  };
  struct Step {
    Action action = Action::clean;
    std::string from = {};
    std::string to = {};
    bool left = false;
    bool right = false;
  };

  Status add(JsonValue part, int depth);
  Status add_sequence(JsonValue part, int depth);
  Status add_bert(JsonValue part);
  Status add_strip(JsonValue part);
  Status add_replace(JsonValue part);
  static void run_step(const Step& step,
                       std::string_view text,
                       std::size_t limit,
                       std::string& out);

  std::vector<Step> steps_;
};

}  // namespace quire::model2vec
