#include "train/corpus.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>
#include <utility>

#include "base/checksum.hpp"
#include "base/json.hpp"
#include "embedding/static_model/word_scanner.hpp"
#include "words/paths.hpp"

namespace quire::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSameCodeWords = 40;
constexpr double kResidue = 0.1;
constexpr std::size_t kFewestCodeWords = 5;

std::vector<WordId> ids_of(std::string_view text, Lexicon& lexicon, std::size_t most) {
  std::vector<WordId> out;
  embedding::WordScanner words(text);
  for (auto word = words.next(); !word.empty() && out.size() < most; word = words.next()) {
    out.push_back(lexicon.id(word));
  }
  return out;
}

std::uint64_t hash_of(const std::vector<WordId>& ids, std::size_t most) {
  const std::size_t count = std::min(ids.size(), most);
  return base::checksum({reinterpret_cast<const char*>(ids.data()), count * sizeof(WordId)});
}

std::vector<std::uint64_t> word_hashes(const std::vector<WordId>& ids, const Lexicon& lexicon) {
  std::vector<std::uint64_t> out;
  out.reserve(ids.size());
  for (const WordId id : ids) {
    out.push_back(base::checksum(lexicon.word(id)));
  }
  return out;
}

/// Calls `use` with the hash of each run of kWords words.
template <typename Use>
void for_each_shingle(const std::vector<std::uint64_t>& hashes, Use use) {
  for (std::size_t i = 0; i + Shingles::kWords <= hashes.size(); ++i) {
    use(base::checksum({reinterpret_cast<const char*>(&hashes[i]), Shingles::kWords * sizeof(std::uint64_t)}));
  }
}

/// Packages of one project stay on one side of the split: npm packages by their scope or first word.
std::string group_of(std::string_view package) {
  if (!package.starts_with("npm:")) {
    return std::string(package);
  }
  return std::string(package.substr(0, package.find('-')));
}

bool is_held_out(std::string_view group, unsigned percent) {
  return base::checksum(group, 7) % 100 < percent;
}

std::string_view last_name(std::string_view name) {
  const std::size_t at = name.find_last_of(".:#");
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

std::string text_of(const base::Json& line, const char* member) {
  return line.at(member).get<std::string>();
}

}  // namespace

WordId Lexicon::id(std::string_view word) {
  if (const auto known = ids_.find(word); known != ids_.end()) {
    return known->second;
  }
  const auto id = static_cast<WordId>(words_.size());
  words_.emplace_back(word);
  ids_.emplace(words_.back(), id);
  return id;
}

void Shingles::add(std::string_view text) {
  std::vector<std::uint64_t> hashes;
  embedding::WordScanner words(text);
  for (auto word = words.next(); !word.empty(); word = words.next()) {
    hashes.push_back(base::checksum(word));
  }
  for_each_shingle(hashes, [&](std::uint64_t hash) { hashes_.insert(hash); });
}

void Shingles::add_tree(const fs::path& folder) {
  constexpr std::uintmax_t kLargestFile = 2 << 20;
  std::error_code failed;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, failed);
  for (; !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
    if (at->is_symlink(failed) || !at->is_regular_file(failed) || at->file_size(failed) > kLargestFile) {
      continue;
    }
    std::ifstream file(at->path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!std::string_view(text).substr(0, 8192).contains('\0')) {
      add(text);
    }
  }
}

double Shingles::share(const std::vector<std::uint64_t>& hashes) const {
  std::size_t all = 0;
  std::size_t known = 0;
  for_each_shingle(hashes, [&](std::uint64_t hash) {
    ++all;
    known += hashes_.contains(hash) ? 1 : 0;
  });
  return all == 0 ? 0 : static_cast<double>(known) / static_cast<double>(all);
}

Corpus read_corpus(const CorpusOptions& options) {
  Shingles forbidden;
  for (const fs::path& folder : options.against) {
    forbidden.add_tree(folder);
  }
  std::fprintf(stderr, "corpus: %zu shingles of code to stay away from\n", forbidden.size());

  Corpus corpus;
  std::unordered_set<std::uint64_t> docs;
  std::unordered_set<std::uint64_t> codes;
  std::map<std::string, std::uint32_t> groups;
  std::map<std::string, std::uint16_t> languages;
  std::ifstream file(options.pairs);
  for (std::string raw; std::getline(file, raw);) {
    const auto line = base::parse_json(raw);
    if (!line) {
      continue;
    }
    ++corpus.read;
    TrainingPair pair;
    pair.permissive = text_of(*line, "x") == "permissive";
    if (options.permissive_only && !pair.permissive) {
      ++corpus.others;
      continue;
    }
    const std::string doc = text_of(*line, "w");
    const std::string code = text_of(*line, "c");
    pair.doc = ids_of(doc, corpus.lexicon, kCodeWords);
    pair.code = ids_of(code, corpus.lexicon, kCodeWords);
    if (pair.code.size() < kFewestCodeWords) {
      continue;
    }
    const bool is_new = docs.insert(hash_of(pair.doc, kCodeWords)).second;
    if (!codes.insert(hash_of(pair.code, kSameCodeWords)).second || !is_new) {
      ++corpus.repeated;
      continue;
    }
    const double shared = forbidden.share(word_hashes(pair.code, corpus.lexicon));
    if (shared >= options.shared_at_most) {
      ++corpus.shared;
      continue;
    }
    corpus.residue += shared >= kResidue ? 1 : 0;
    const std::string path = text_of(*line, "p");
    const std::string kind = text_of(*line, "k");
    const std::string group = group_of(text_of(*line, "g"));
    pair.name = ids_of(last_name(text_of(*line, "n")), corpus.lexicon, kCodeWords);
    pair.path = ids_of(words::path_end(path), corpus.lexicon, kCodeWords);
    const auto stem = ids_of(words::file_stem(path), corpus.lexicon, kCodeWords);
    pair.path.insert(pair.path.end(), stem.begin(), stem.end());
    pair.has_body = kind != "declaration";
    pair.is_inside = kind == "inside";
    pair.group = groups.try_emplace(group, static_cast<std::uint32_t>(groups.size())).first->second;
    pair.language =
        languages.try_emplace(text_of(*line, "l"), static_cast<std::uint16_t>(languages.size())).first->second;
    if (is_held_out(group, options.held_out_percent)) {
      pair.code_text = code;
      pair.doc_text = doc;
      corpus.held_out.push_back(std::move(pair));
    } else {
      corpus.train.push_back(std::move(pair));
    }
  }
  corpus.groups = groups.size();
  corpus.languages.resize(languages.size());
  for (const auto& [name, number] : languages) {
    corpus.languages[number] = name;
  }
  return corpus;
}

}  // namespace quire::model
