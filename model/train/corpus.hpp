#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

/// The pairs to learn from, as numbers.
namespace quire::model {

using WordId = std::uint32_t;

/// Every word that was seen, numbered in the order of its first appearance.
class Lexicon {
 public:
  WordId id(std::string_view word);
  const std::string& word(WordId id) const { return words_[id]; }
  std::size_t size() const { return words_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, WordId, Hash, std::equal_to<>> ids_;
  std::vector<std::string> words_;
};

struct TrainingPair {
  std::vector<WordId> doc;   ///< Words in the order of the text, as are all lists here.
  std::vector<WordId> code;  ///< At most kCodeWords.
  std::vector<WordId> name;  ///< The last part of the symbol's name.
  std::vector<WordId> path;  ///< The last parts of the path.
  std::uint32_t group = 0;   ///< Packages of one origin.
  std::uint16_t language = 0;
  bool has_body = false;  ///< Not a bare declaration.
  bool is_inside = false;
  bool permissive = false;
  std::string code_text;  ///< Of pairs that are held out alone.
  std::string doc_text;
};

inline constexpr std::size_t kCodeWords = 240;

/// 16 words in a row of texts that the model must not have seen.
class Shingles {
 public:
  static constexpr std::size_t kWords = 16;

  void add_tree(const std::filesystem::path& folder);
  void add(std::string_view text);
  std::size_t size() const { return hashes_.size(); }
  /// How much of `words`' shingles are known, in [0, 1]; 0 where there is none.
  double share(const std::vector<std::uint64_t>& word_hashes) const;

 private:
  std::unordered_set<std::uint64_t> hashes_;
};

struct CorpusOptions {
  std::filesystem::path pairs;                 ///< JSON Lines, as the extractor prints them.
  std::vector<std::filesystem::path> against;  ///< Trees whose code no pair may share.
  double shared_at_most = 0.3;
  bool permissive_only = true;
  unsigned held_out_percent = 6;
};

struct Corpus {
  Lexicon lexicon;
  std::vector<std::string> languages;
  std::vector<TrainingPair> train;
  std::vector<TrainingPair> held_out;
  std::size_t groups = 0;
  std::size_t read = 0;
  std::size_t repeated = 0;  ///< Left out: the same words or the same beginning of code came before.
  std::size_t shared = 0;    ///< Left out: near-duplicates of `against`.
  std::size_t residue = 0;   ///< Kept with at least a tenth of their shingles shared.
  std::size_t others = 0;    ///< Left out for their licence.
};

Corpus read_corpus(const CorpusOptions& options);

}  // namespace quire::model
