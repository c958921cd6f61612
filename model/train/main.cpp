// quire-model-train PAIRS OUT [OPTION=VALUE...] [against=FOLDER...]
//
// Learns a table of word vectors from the pairs and writes it to OUT, and to OUT.json what was read, learned and
// measured. Options with their defaults: words=32000 fewest=5 epochs=3 dimensions=256 batch=1024 group=32 rate=0.002
// temperature=0.05 seed=1 version=1 permissive=1 (0: take other licences too) name_asked=0.15 name_kept=0.6
// path_added=0.5 query_dropout=0.1 code_dropout=0, part=1 (the share of the training pairs to use), stems=1 (0:
// no vectors of stems).

#include <algorithm>
#include <cblas.h>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "embedding/static_model/static_embedder.hpp"
#include "embedding/static_model/word_table.hpp"
#include "train/corpus.hpp"
#include "train/evaluation.hpp"
#include "train/trainer.hpp"
#include "train/vocabulary.hpp"

namespace {

using namespace quire;
using namespace quire::model;

class Settings {
 public:
  explicit Settings(std::span<char* const> arguments) {
    for (const std::string_view argument : arguments) {
      const std::size_t at = argument.find('=');
      values_.emplace(argument.substr(0, at), argument.substr(std::min(at + 1, argument.size())));
    }
  }
  double number(const std::string& name, double otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : std::stod(found->second);
  }
  std::size_t count(const std::string& name, std::size_t otherwise) const {
    return static_cast<std::size_t>(number(name, static_cast<double>(otherwise)));
  }
  std::vector<std::filesystem::path> folders(const std::string& name) const {
    std::vector<std::filesystem::path> out;
    const auto [from, to] = values_.equal_range(name);
    std::transform(from, to, std::back_inserter(out), [](const auto& entry) { return entry.second; });
    return out;
  }

 private:
  std::multimap<std::string, std::string> values_;
};

std::string table_bytes(const Table& table, const Vocabulary& vocabulary, std::uint32_t version) {
  std::vector<embedding::WordRow> rows;
  for (std::uint32_t word = 0; word < vocabulary.size(); ++word) {
    rows.push_back({vocabulary.words()[word], table.row(word), table.query_weights[word], table.code_weights[word]});
  }
  return embedding::make_word_table(rows, version);
}

std::vector<Finding> measure(const Corpus& corpus, const std::string& bytes, bool masks_name) {
  const auto table = embedding::WordTable::open(bytes);
  const auto model = embedding::make_static_embedder("model", *table);
  const auto hashing = make_hashing_embedder(256);
  EvaluationOptions options;
  options.masks_name = masks_name;
  return evaluate(corpus, {{"model", model.get()}, {"hashing", hashing.get()}}, options);
}

base::Json to_json(const std::vector<Finding>& findings) {
  base::Json out = base::Json::array();
  for (const Finding& finding : findings) {
    out.push_back({{"method", finding.method}, {"part", finding.part}, {"questions", finding.questions},
                   {"mrr@10", finding.mrr10}, {"recall@1", finding.recall1}, {"recall@10", finding.recall10}});
  }
  return out;
}

void print(std::string_view title, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.part == "all" || finding.part == "other words") {
      std::fprintf(stderr, "%s: %-16s %-12s %5zu questions, MRR@10 %.4f, R@1 %.3f, R@10 %.3f\n", std::string(title).c_str(),
                   finding.method.c_str(), finding.part.c_str(), finding.questions, finding.mrr10, finding.recall1,
                   finding.recall10);
    }
  }
}

void keep_part(Corpus& corpus, double part, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::ranges::shuffle(corpus.train, random);
  corpus.train.resize(static_cast<std::size_t>(static_cast<double>(corpus.train.size()) * part));
}

base::Json counts_by_language(const Corpus& corpus) {
  std::map<std::string, std::size_t> counts;
  for (const TrainingPair& pair : corpus.train) {
    ++counts[corpus.languages[pair.language]];
  }
  base::Json out = base::Json::object();
  for (const auto& [language, count] : counts) {
    out[language] = count;
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: quire-model-train PAIRS OUT [OPTION=VALUE...] [against=FOLDER...]\n");
    return 2;
  }
  openblas_set_num_threads(1);
  const Settings settings(std::span(argv, static_cast<std::size_t>(argc)).subspan(3));
  CorpusOptions corpus_options;
  corpus_options.pairs = argv[1];
  corpus_options.against = settings.folders("against");
  corpus_options.permissive_only = settings.number("permissive", 1) != 0;
  Corpus corpus = read_corpus(corpus_options);
  keep_part(corpus, settings.number("part", 1), 5);
  std::fprintf(stderr,
               "corpus: %zu pairs read, %zu of other licences, %zu repeated, %zu near-duplicates of what is judged by; %zu to "
               "learn from (%zu share a tenth), %zu held out, %zu groups\n",
               corpus.read, corpus.others, corpus.repeated, corpus.shared, corpus.train.size(), corpus.residue,
               corpus.held_out.size(), corpus.groups);
  const Vocabulary vocabulary(corpus, settings.count("words", 32000), settings.count("fewest", 5));
  std::fprintf(stderr, "vocabulary: %zu words, %zu stems, the rarest in %u pairs\n", vocabulary.size(), vocabulary.stems(),
               vocabulary.frequencies()[vocabulary.size() - 37]);

  TrainingOptions options;
  options.dimensions = settings.count("dimensions", options.dimensions);
  options.batch = settings.count("batch", options.batch);
  options.group = settings.count("group", options.group);
  options.epochs = settings.count("epochs", options.epochs);
  options.rate = static_cast<float>(settings.number("rate", 0.002));
  options.temperature = static_cast<float>(settings.number("temperature", 0.05));
  options.name_asked = static_cast<float>(settings.number("name_asked", 0.15));
  options.path_added = static_cast<float>(settings.number("path_added", 0.5));
  options.query_dropout = static_cast<float>(settings.number("query_dropout", 0.1));
  options.name_kept = static_cast<float>(settings.number("name_kept", 0.6));
  options.code_dropout = static_cast<float>(settings.number("code_dropout", 0));
  options.shares_stems = settings.number("stems", 1) != 0;
  options.seed = settings.count("seed", 1);
  const auto version = static_cast<std::uint32_t>(settings.count("version", 1));
  const Table table = train(corpus, vocabulary, options, [&](std::size_t epoch, const Table& now) {
    print("epoch " + std::to_string(epoch), measure(corpus, table_bytes(now, vocabulary, version), true));
  });

  const std::string bytes = table_bytes(table, vocabulary, version);
  std::ofstream(argv[2], std::ios::binary) << bytes;
  const std::vector<Finding> name_masked = measure(corpus, bytes, true);
  const std::vector<Finding> name_kept = measure(corpus, bytes, false);
  print("name masked", name_masked);
  print("name kept", name_kept);
  const base::Json report = {{"pairs", corpus.train.size()}, {"held_out", corpus.held_out.size()},
                             {"groups", corpus.groups}, {"read", corpus.read}, {"repeated", corpus.repeated},
                             {"other_licences", corpus.others}, {"near_duplicates", corpus.shared},
                             {"residue", corpus.residue}, {"languages", counts_by_language(corpus)},
                             {"words", vocabulary.size()}, {"bytes", bytes.size()},
                             {"name_masked", to_json(name_masked)}, {"name_kept", to_json(name_kept)}};
  std::ofstream(std::string(argv[2]) + ".json") << report.dump(1) << "\n";
  return 0;
}
