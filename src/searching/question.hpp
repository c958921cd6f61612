#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lexical/word_index.hpp"

namespace quire::searching {

/// A name in a question, as code would spell it.
struct AskedName {
  std::string name;   ///< Of its last part: lower case, without underscores.
  std::string owner;  ///< The same of the part before it; "" if there is none.
  bool is_whole_question = false;
};

/// What a question asks for, as far as its form tells.
struct Question {
  enum class Kind : std::uint8_t {
    words,   ///< In plain language.
    symbol,  ///< One name, perhaps qualified: `Server.Start`, `parse_url`, `Args`.
    path,    ///< A file or folder: `net/http.go`, `setup.py`.
  };

  Kind kind = Kind::words;
  std::string text;  ///< Without quotation marks.
  /// What stood in them, within a line each: to be found as it is. Each once, the first 16.
  std::vector<std::string> phrases;
  bool is_exact = false;  ///< Nothing else is asked for: all of them must stand in every hit.
  std::vector<AskedName> names;              ///< The first 200.
  std::vector<lexical::WeightedTerm> terms;  ///< For the word index.
  std::vector<std::string> words;            ///< Stems of the telling words, each once: for paths.
  bool wants_tests = false;                  ///< It speaks of tests, and so of the other roles.
  bool wants_examples = false;
  bool wants_docs = false;
};

Question understand(std::string_view text);

/// The same of a text whose form tells nothing, as a regular expression's: its words alone.
Question understand_plain(std::string_view text);

/// The stems of the words of `text` that are no function words, each once; the first 1,000.
std::vector<std::string> telling_words(std::string_view text);

}  // namespace quire::searching
