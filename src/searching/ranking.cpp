#include "searching/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "searching/file_role.hpp"
#include "words/words.hpp"

// Constants come from three places: published recipes (docs/ranking.md names them), the eval
// folder's figures by halves, and where neither told anything, the simplest number.

namespace quire::searching {
namespace {

/// The vectors' share beside words.
constexpr double kVectorShare = 0.4;
constexpr double kVectorShareOfNames = 0.2;

/// What a whole question's name adds where it is defined, and a name within a sentence.
constexpr double kDefinition = 1.5;
constexpr double kDefinitionInSentence = 0.5;
/// What is left of it where only the owner's name fits: a method of the asked type.
constexpr double kMember = 0.3;

/// What a path that says all of the question's words adds.
constexpr double kPath = 0.8;
constexpr double kFolderWord = 0.5;  ///< A word in a folder's name beside one in the file's.

/// What each further chunk of a file adds to its best one: 0.5, 0.25, ... of its own score.
constexpr double kFileDecay = 0.5;

/// What is left of another chunk's score once its file has been shown.
constexpr double kRepetition = 0.5;

double factor_of(FileRole role, const Question& question) {
  switch (role) {
    case FileRole::source:
      return 1;
    case FileRole::test:
      return question.wants_tests ? 1 : 0.3;
    case FileRole::example:
      return question.wants_examples || question.wants_tests ? 1 : 0.3;
    case FileRole::docs:
      return question.wants_docs ? 1 : 0.4;
    case FileRole::vendored:
      return 0.3;
    case FileRole::generated:
      return 0.4;
    case FileRole::legacy:
      return 0.3;
    case FileRole::interface:
      return 0.6;
    case FileRole::data:
      return 0.5;
  }
  return 1;
}

std::string_view last_part(std::string_view name) {
  const std::size_t at = name.find_last_of(":.#/$\\");
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

std::string_view owner_of(std::string_view name) {
  const std::string_view last = last_part(name);
  std::string_view rest = name.substr(0, name.size() - last.size());
  while (!rest.empty() && std::string_view(":.#/$\\").contains(rest.back())) {
    rest.remove_suffix(1);
  }
  return last_part(rest);
}

std::string_view file_stem(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  return dot == 0 ? name : name.substr(0, dot);
}

class Ranker {
 public:
  Ranker(const Question& question,
         const std::vector<Signal>& without,
         std::vector<Candidate>& candidates)
      : question_(question), without_(without), candidates_(candidates) {}

  void run() {
    for (const Candidate& candidate : candidates_) {
      most_words_ = std::max(most_words_, candidate.words);
      most_cosine_ = std::max(most_cosine_, candidate.cosine);
    }
    for (Candidate& candidate : candidates_) {
      add_retrieval(candidate);
      add(candidate, Signal::definition, definition(candidate));
      add(candidate, Signal::path, path(candidate));
    }
    sort();
    add_files();
    for (Candidate& candidate : candidates_) {
      const FileRole role = role_of(candidate.meta.file_path, candidate.meta.language);
      add(candidate, Signal::role, (factor_of(role, question_) - 1) * candidate.score());
    }
    sort();
    add_repetition();
    sort();
  }

 private:
  bool uses(Signal signal) const { return std::ranges::find(without_, signal) == without_.end(); }

  void add(Candidate& candidate, Signal signal, double value) const {
    if (value != 0 && uses(signal)) {
      candidate.parts.push_back({signal, value});
    }
  }

  void sort() {
    std::ranges::sort(candidates_, [](const Candidate& a, const Candidate& b) {
      const double first = a.score();
      const double second = b.score();
      return first != second ? first > second : a.key < b.key;
    });
  }

  void add_retrieval(Candidate& candidate) const {
    const double wanted =
        question_.kind == Question::Kind::words ? kVectorShare : kVectorShareOfNames;
    const double share = most_words_ <= 0 ? 1 : most_cosine_ <= 0 ? 0 : wanted;
    if (most_words_ > 0) {
      add(candidate, Signal::words, (1 - share) * candidate.words / most_words_);
    }
    if (most_cosine_ > 0) {
      add(candidate, Signal::vectors, share * std::max(0.0, candidate.cosine) / most_cosine_);
    }
  }

  double definition(const Candidate& candidate) const {
    if (!candidate.meta.symbol_name) {
      return 0;
    }
    double best = 0;
    const std::string name = plain_name(last_part(*candidate.meta.symbol_name));
    const std::string owner = plain_name(owner_of(*candidate.meta.symbol_name));
    for (const AskedName& asked : question_.names) {
      const double weight = asked.is_whole_question ? kDefinition : kDefinitionInSentence;
      if (name == asked.name) {
        const bool owner_fits = asked.owner.empty() || asked.owner == owner ||
                                plain_name(candidate.meta.file_path).contains(asked.owner);
        best = std::max(best, weight * (owner_fits ? 1 : 0.5));
      } else if (owner == asked.name) {
        best = std::max(best, weight * kMember);
      }
    }
    return best;
  }

  /// How much of the question the file's name and the folder it is in say.
  double path(const Candidate& candidate) {
    const auto [known, is_new] = paths_.try_emplace(candidate.meta.file_path, 0.0);
    if (is_new) {
      known->second = path(candidate.meta.file_path);
    }
    return known->second;
  }

  double path(std::string_view path) const {
    const std::string_view stem = file_stem(path);
    const std::size_t slash = path.rfind('/');
    const std::string_view folder =
        slash == std::string_view::npos ? "" : last_part(path.substr(0, slash));
    const std::string plain_stem = plain_name(stem);
    for (const AskedName& asked : question_.names) {
      if (asked.is_whole_question && plain_stem == asked.name) {
        return kPath;
      }
    }
    if (question_.words.empty()) {
      return 0;
    }
    double said = 0;
    const std::vector<std::string> in_stem = stems_of(stem);
    const std::vector<std::string> in_folder = stems_of(folder);
    for (const std::string& word : question_.words) {
      if (std::ranges::find(in_stem, word) != in_stem.end() || plain_stem == word) {
        said += 1;
      } else if (std::ranges::find(in_folder, word) != in_folder.end()) {
        said += kFolderWord;
      }
    }
    return kPath * said / static_cast<double>(question_.words.size());
  }

  static std::vector<std::string> stems_of(std::string_view text) { return understand(text).words; }

  /// The other chunks of a file speak for its best one.
  void add_files() {
    std::map<std::string_view, std::pair<Candidate*, double>> best;
    std::map<std::string_view, double> decay;
    for (Candidate& candidate : candidates_) {
      const std::string_view path = candidate.meta.file_path;
      const double score = candidate.score();
      const auto [known, is_new] = best.try_emplace(path, &candidate, 0.0);
      double& factor = decay.try_emplace(path, 1.0).first->second;
      if (!is_new) {
        known->second.second += factor * score;
      }
      factor *= kFileDecay;
    }
    for (const auto& [path, sum] : best) {
      add(*sum.first, Signal::file, sum.second);
    }
  }

  void add_repetition() {
    std::map<std::string_view, double> left;
    for (Candidate& candidate : candidates_) {
      double& factor = left.try_emplace(candidate.meta.file_path, 1.0).first->second;
      add(candidate, Signal::repetition, (factor - 1) * candidate.score());
      factor *= kRepetition;
    }
  }

  const Question& question_;
  const std::vector<Signal>& without_;
  std::vector<Candidate>& candidates_;
  double most_words_ = 0;
  double most_cosine_ = 0;
  std::map<std::string, double, std::less<>> paths_;
};

}  // namespace

void rank(const Question& question,
          const std::vector<Signal>& without,
          std::vector<Candidate>& candidates) {
  Ranker(question, without, candidates).run();
}

}  // namespace quire::searching
