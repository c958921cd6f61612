#include "searching/ranking.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "searching/file_role.hpp"
#include "searching/names.hpp"
#include "words/paths.hpp"

// Constants come from published recipes and from coarse steps on real questions; docs/ranking.md
// says which from where. Where neither told anything, the simplest number.

namespace quire::searching {
namespace {

/// The vectors' share beside words.
constexpr double kVectorShare = 0.5;
constexpr double kVectorShareOfNames = 0.2;

/// What a whole question's name adds where it is defined, and a name within a sentence.
constexpr double kDefinition = 1.5;
constexpr double kDefinitionInSentence = 0.5;
/// What is left of it where only the owner's name fits: a method of the asked type.
constexpr double kMember = 0.3;
/// ... and where the name fits, but not the owner that the question gives it.
constexpr double kWrongOwner = 0.5;

/// What a path that says all of the question's words adds.
constexpr double kPath = 0.8;
constexpr double kFolderWord = 0.5;  ///< A word in a folder's name beside one in the file's.

/// What each further chunk of a file adds to its best one: 0.7, 0.49, ... of its own score.
constexpr double kFileDecay = 0.7;

/// What is left of another chunk's score once its file has been shown.
constexpr double kRepetition = 0.5;

/// How far those that hold quoted text stand above the best of the others.
constexpr double kQuoted = 1;

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

/// What the candidates of one file have in common.
struct File {
  double path = 0;        ///< Signal::path.
  double role = 1;        ///< What its role leaves of a score.
  double decay = 1;       ///< Of the next candidate, best first.
  double others = 0;      ///< What all but the best add.
  double repetition = 1;  ///< What is left of the next one that is shown.
  std::size_t best = 0;   ///< The candidate.
};

/// Candidates as numbers, so that sorting moves nothing else.
struct Place {
  double score = 0;
  std::size_t candidate = 0;
};

class Ranker {
 public:
  Ranker(const Question& question,
         const std::vector<Signal>& without,
         std::vector<Candidate>& candidates)
      : question_(question), candidates_(candidates) {
    uses_.fill(true);
    for (const Signal signal : without) {
      uses_[static_cast<std::size_t>(signal)] = false;
    }
  }

  void run() {
    find_files();
    add_retrieval();
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      add(i, Signal::definition, definition(candidates_[i]));
      add(i, Signal::path, files_[file_of_[i]].path);
    }
    add_files(best_first());
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      add(i, Signal::role, (files_[file_of_[i]].role - 1) * candidates_[i].score());
    }
    add_repetition(best_first());
    add_quoted();
    reorder(best_first());
  }

 private:
  void add(std::size_t candidate, Signal signal, double value) {
    if (uses_[static_cast<std::size_t>(signal)]) {
      candidates_[candidate].part(signal) += value;
    }
  }

  void find_files() {
    std::unordered_map<std::string_view, std::size_t> known;
    for (const Candidate& candidate : candidates_) {
      const ChunkMeta& meta = candidate.meta;
      const auto [file, is_new] = known.try_emplace(meta.file_path, files_.size());
      if (is_new) {
        files_.push_back({.path = path(meta.file_path),
                          .role = factor_of(role_of(meta.file_path, meta.language), question_)});
      }
      file_of_.push_back(file->second);
    }
  }

  /// Best first, ties by lower key.
  std::vector<Place> best_first() const {
    std::vector<Place> places;
    places.reserve(candidates_.size());
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      places.push_back({candidates_[i].score(), i});
    }
    std::ranges::sort(places, [&](const Place& a, const Place& b) {
      return a.score != b.score ? a.score > b.score
                                : candidates_[a.candidate].key < candidates_[b.candidate].key;
    });
    return places;
  }

  void reorder(const std::vector<Place>& places) {
    std::vector<Candidate> sorted;
    sorted.reserve(places.size());
    for (const Place& place : places) {
      sorted.push_back(std::move(candidates_[place.candidate]));
    }
    candidates_ = std::move(sorted);
  }

  void add_retrieval() {
    double most_words = 0;
    double most_cosine = 0;
    for (const Candidate& candidate : candidates_) {
      most_words = std::max(most_words, candidate.words);
      most_cosine = std::max(most_cosine, candidate.cosine);
    }
    const double wanted =
        question_.kind == Question::Kind::words ? kVectorShare : kVectorShareOfNames;
    const double share = most_words <= 0 ? 1 : most_cosine <= 0 ? 0 : wanted;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const Candidate& candidate = candidates_[i];
      add(i, Signal::words, most_words > 0 ? (1 - share) * candidate.words / most_words : 0);
      add(i, Signal::vectors,
          most_cosine > 0 ? share * std::max(0.0, candidate.cosine) / most_cosine : 0);
    }
  }

  double definition(const Candidate& candidate) const {
    if (!candidate.meta.symbol_name || question_.names.empty()) {
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
        best = std::max(best, weight * (owner_fits ? 1 : kWrongOwner));
      } else if (owner == asked.name) {
        best = std::max(best, weight * kMember);
      }
    }
    return best;
  }

  /// How much of the question the file's name and the folder it is in say.
  double path(std::string_view path) const {
    const std::string_view stem = words::file_stem(path);
    const std::string plain_stem = plain_name(stem);
    for (const AskedName& asked : question_.names) {
      if (asked.is_whole_question && plain_stem == asked.name) {
        return kPath;
      }
    }
    if (question_.words.empty()) {
      return 0;
    }
    const std::size_t slash = path.rfind('/');
    const std::vector<std::string> in_stem = telling_words(stem);
    const std::vector<std::string> in_folder =
        telling_words(slash == std::string_view::npos ? "" : last_part(path.substr(0, slash)));
    double said = 0;
    for (const std::string& word : question_.words) {
      if (std::ranges::find(in_stem, word) != in_stem.end() || plain_stem == word) {
        said += 1;
      } else if (std::ranges::find(in_folder, word) != in_folder.end()) {
        said += kFolderWord;
      }
    }
    return kPath * said / static_cast<double>(question_.words.size());
  }

  /// The other chunks of a file speak for its best one.
  void add_files(const std::vector<Place>& places) {
    for (const Place& place : places) {
      File& file = files_[file_of_[place.candidate]];
      if (file.decay == 1) {
        file.best = place.candidate;
      } else {
        file.others += file.decay * place.score;
      }
      file.decay *= kFileDecay;
    }
    for (const File& file : files_) {
      add(file.best, Signal::file, file.others);
    }
  }

  void add_repetition(const std::vector<Place>& places) {
    for (const Place& place : places) {
      File& file = files_[file_of_[place.candidate]];
      add(place.candidate, Signal::repetition, (file.repetition - 1) * place.score);
      file.repetition *= kRepetition;
    }
  }

  /// Lifts those that hold the most of the quoted text above all others, whose order among
  /// themselves stays as it is.
  void add_quoted() {
    std::size_t most = 0;
    for (const Candidate& candidate : candidates_) {
      most = std::max(most, candidate.quoted);
    }
    double lift = kQuoted;
    for (const Candidate& candidate : candidates_) {
      lift = candidate.quoted < most ? std::max(lift, kQuoted + candidate.score()) : lift;
    }
    for (std::size_t i = 0; most > 0 && i < candidates_.size(); ++i) {
      add(i, Signal::quoted, candidates_[i].quoted == most ? lift : 0);
    }
  }

  const Question& question_;
  std::vector<Candidate>& candidates_;
  std::array<bool, kSignals> uses_{};
  std::vector<File> files_;
  std::vector<std::size_t> file_of_;  ///< By candidate.
};

}  // namespace

void rank(const Question& question,
          const std::vector<Signal>& without,
          std::vector<Candidate>& candidates) {
  Ranker(question, without, candidates).run();
}

}  // namespace quire::searching
