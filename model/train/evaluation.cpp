#include "train/evaluation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "embedding/static_model/word_scanner.hpp"
#include "words/words.hpp"

namespace quire::model {
namespace {

using Terms = std::unordered_map<std::string, std::uint32_t>;

Terms terms_of(std::string_view text) {
  Terms out;
  embedding::WordScanner words(text);
  for (auto word = words.next(); !word.empty(); word = words.next()) {
    ++out[std::string(word)];
  }
  return out;
}

std::string_view stem_of(std::string_view word) {
  return word.substr(0, words::stem_length(word));
}

bool equal_folded(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

/// `code` without the first occurrence of each word of `name`.
std::string masked(const std::string& code, const std::vector<WordId>& name, const Lexicon& lexicon) {
  std::vector<std::string_view> hidden;
  for (const WordId id : name) {
    hidden.push_back(lexicon.word(id));
  }
  std::string out = code;
  words::IdentifierReader identifiers(code);
  for (auto identifier = identifiers.next(); !identifier.empty(); identifier = identifiers.next()) {
    words::PartReader parts(identifier);
    for (auto part = parts.next(); !part.empty(); part = parts.next()) {
      const auto at = std::ranges::find_if(hidden, [&](std::string_view word) { return equal_folded(part, word); });
      if (at != hidden.end()) {
        out.replace(static_cast<std::size_t>(part.data() - code.data()), part.size(), part.size(), ' ');
        hidden.erase(at);
      }
    }
  }
  return out;
}

/// True if code begins as a class, an interface or the like does.
bool is_type(std::string_view code) {
  constexpr auto kWords = std::to_array<std::string_view>({"class", "struct", "interface", "enum", "trait", "protocol",
                                                           "record", "typedef", "union", "type", "module", "package"});
  constexpr std::size_t kHeadWords = 6;
  embedding::WordScanner words(code.substr(0, code.find('\n')));
  for (std::size_t i = 0; i < kHeadWords; ++i) {
    if (std::ranges::find(kWords, words.next()) != kWords.end()) {
      return true;
    }
  }
  return false;
}

struct Candidate {
  std::string code;
  Terms terms;
  double length = 0;
  double norm = 0;  ///< Of its TF-IDF vector.
};

class Evaluation {
 public:
  Evaluation(const Corpus& corpus, const std::vector<std::pair<std::string, const Embedder*>>& models,
             const EvaluationOptions& options)
      : corpus_(corpus), models_(models), options_(options), random_(options.seed) {
    collect();
    weigh();
    embed();
  }

  std::vector<Finding> run() {
    for (std::size_t asked = 0; asked < questions_.size(); ++asked) {
      ask(asked);
    }
    std::vector<Finding> out;
    for (auto& [key, finding] : findings_) {
      const auto count = static_cast<double>(finding.questions);
      out.push_back({key.first, key.second, finding.questions, finding.mrr10 / count, finding.recall1 / count,
                     finding.recall10 / count});
    }
    return out;
  }

 private:
  void collect() {
    std::vector<const TrainingPair*> pairs;
    for (const TrainingPair& pair : corpus_.held_out) {
      if (pair.has_body && !pair.is_inside && !is_type(pair.code_text)) {
        pairs.push_back(&pair);
      }
    }
    std::ranges::shuffle(pairs, random_);
    for (const TrainingPair* const pair : pairs) {
      Candidate candidate;
      candidate.code = options_.masks_name ? masked(pair->code_text, pair->name, corpus_.lexicon) : pair->code_text;
      candidate.terms = terms_of(candidate.code);
      for (const auto& [word, times] : candidate.terms) {
        candidate.length += times;
        ++document_frequency_[word];
      }
      mean_length_ += candidate.length;
      candidates_.push_back(std::move(candidate));
      if (questions_.size() < options_.most_questions) {
        questions_.push_back(pair);
      }
    }
    mean_length_ /= static_cast<double>(std::max<std::size_t>(candidates_.size(), 1));
  }

  double rarity(const std::string& word) const {
    const auto known = document_frequency_.find(word);
    const double frequency = known == document_frequency_.end() ? 0 : known->second;
    return std::log(1 + (static_cast<double>(candidates_.size()) - frequency + 0.5) / (frequency + 0.5));
  }

  static double tf(std::uint32_t times) { return 1 + std::log(static_cast<double>(times)); }

  void weigh() {
    for (Candidate& candidate : candidates_) {
      for (const auto& [word, times] : candidate.terms) {
        candidate.norm += std::pow(tf(times) * rarity(word), 2);
      }
      candidate.norm = std::sqrt(candidate.norm);
    }
  }

  void embed() {
    for (const auto& [name, model] : models_) {
      const std::size_t dimensions = model->identity().dimensions;
      std::vector<float> vectors(candidates_.size() * dimensions);
      for (std::size_t i = 0; i < candidates_.size(); ++i) {
        const std::string_view text = candidates_[i].code;
        model->embed_documents(std::span(&text, 1), std::span(vectors).subspan(i * dimensions, dimensions)).value();
      }
      vectors_.push_back(std::move(vectors));
    }
  }

  void ask(std::size_t asked) {
    const TrainingPair& pair = *questions_[asked];
    const Terms terms = terms_of(pair.doc_text);
    const std::vector<std::size_t> pool = pool_with(asked);
    std::vector<std::string> parts = {"all", corpus_.languages[pair.language]};
    if (shares_no_word(terms, candidates_[asked].terms)) {
      parts.emplace_back("other words");
    }
    std::vector<double> by_words;
    std::vector<double> by_cosine;
    for (const std::size_t at : pool) {
      by_words.push_back(bm25(terms, candidates_[at]));
      by_cosine.push_back(tf_idf(terms, candidates_[at]));
    }
    note("BM25", parts, by_words);
    note("TF-IDF", parts, by_cosine);
    for (std::size_t model = 0; model < models_.size(); ++model) {
      const std::vector<double> by_vector = cosines(model, pair.doc_text, pool);
      note(models_[model].first, parts, by_vector);
      if (model == 0) {
        note("BM25 and " + models_[0].first, parts, sum(by_words, by_vector));
      }
    }
  }

  /// The right one first, then others at random.
  std::vector<std::size_t> pool_with(std::size_t asked) {
    std::vector<std::size_t> pool = {asked};
    std::unordered_set<std::size_t> taken = {asked};
    const std::size_t size = std::min(options_.candidates, candidates_.size());
    while (pool.size() < size) {
      const std::size_t at = random_() % candidates_.size();
      if (taken.insert(at).second) {
        pool.push_back(at);
      }
    }
    return pool;
  }

  bool shares_no_word(const Terms& question, const Terms& code) const {
    constexpr double kCommon = 2.5;
    std::unordered_set<std::string_view> stems;
    for (const auto& [word, times] : code) {
      stems.insert(stem_of(word));
    }
    std::size_t telling = 0;
    for (const auto& [word, times] : question) {
      const bool counts = word.size() > 2 && rarity(word) > kCommon;
      if (counts && stems.contains(stem_of(word))) {
        return false;
      }
      telling += counts ? 1 : 0;
    }
    return telling >= 2;
  }

  double bm25(const Terms& question, const Candidate& candidate) const {
    constexpr double k1 = 1.5;
    constexpr double b = 0.75;
    double score = 0;
    for (const auto& [word, asked] : question) {
      const auto found = candidate.terms.find(word);
      if (found != candidate.terms.end()) {
        const double times = found->second;
        score += rarity(word) * times * (k1 + 1) /
                 (times + k1 * (1 - b + b * candidate.length / mean_length_));
      }
    }
    return score;
  }

  double tf_idf(const Terms& question, const Candidate& candidate) const {
    double score = 0;
    for (const auto& [word, asked] : question) {
      const auto found = candidate.terms.find(word);
      if (found != candidate.terms.end()) {
        score += tf(asked) * tf(found->second) * std::pow(rarity(word), 2);
      }
    }
    return candidate.norm == 0 ? 0 : score / candidate.norm;
  }

  std::vector<double> cosines(std::size_t model, std::string_view question, const std::vector<std::size_t>& pool) const {
    const std::size_t dimensions = models_[model].second->identity().dimensions;
    std::vector<float> asked(dimensions);
    models_[model].second->embed_query(question, asked).value();
    std::vector<double> out;
    for (const std::size_t at : pool) {
      double product = 0;
      for (std::size_t i = 0; i < dimensions; ++i) {
        product += static_cast<double>(asked[i]) * static_cast<double>(vectors_[model][at * dimensions + i]);
      }
      out.push_back(product);
    }
    return out;
  }

  std::vector<double> sum(const std::vector<double>& words, const std::vector<double>& vectors) const {
    const double most_words = std::max(std::ranges::max(words), 1e-9);
    const double most_vector = std::max(std::ranges::max(vectors), 1e-9);
    std::vector<double> out;
    for (std::size_t i = 0; i < words.size(); ++i) {
      out.push_back(options_.word_share * words[i] / most_words +
                    (1 - options_.word_share) * std::max(vectors[i], 0.0) / most_vector);
    }
    return out;
  }

  /// The right one is scores[0]; equals rank before it, so that nothing is won by scoring all alike.
  void note(const std::string& method, const std::vector<std::string>& parts, const std::vector<double>& scores) {
    const auto rank = static_cast<double>(
        std::count_if(scores.begin() + 1, scores.end(), [&](double score) { return score >= scores[0]; }) + 1);
    for (const std::string& part : parts) {
      Finding& finding = findings_[{method, part}];
      ++finding.questions;
      finding.mrr10 += rank <= 10 ? 1 / rank : 0;
      finding.recall1 += rank <= 1 ? 1 : 0;
      finding.recall10 += rank <= 10 ? 1 : 0;
    }
  }

  const Corpus& corpus_;
  const std::vector<std::pair<std::string, const Embedder*>>& models_;
  EvaluationOptions options_;
  std::mt19937_64 random_;
  std::vector<const TrainingPair*> questions_;  ///< Each one's code is the candidate of the same number.
  std::vector<Candidate> candidates_;
  std::vector<std::vector<float>> vectors_;
  Terms document_frequency_;
  double mean_length_ = 0;
  std::map<std::pair<std::string, std::string>, Finding> findings_;
};

}  // namespace

std::vector<Finding> evaluate(const Corpus& corpus,
                              const std::vector<std::pair<std::string, const Embedder*>>& models,
                              const EvaluationOptions& options) {
  return Evaluation(corpus, models, options).run();
}

}  // namespace quire::model
