#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <quire/corpus.hpp>
#include <quire/embedder.hpp>
#include <quire/indexer.hpp>
#include <quire/searcher.hpp>

#include "measurement.hpp"

// How long one question takes in a process that is already running: the time of an MCP server's
// search without its protocol.
//
//   quire-search-bench ROOT DB QUESTIONS     QUESTIONS: a file with one a line

namespace quire::bench {
namespace {

constexpr int kRounds = 5;
constexpr double kMicro = 1e6;

template <class T>
T expect(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "quire-search-bench: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  return *std::move(result);
}

std::vector<std::string> lines_of(const char* path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

void print(const char* what, const std::vector<Cost>& costs) {
  const auto us = [&](double Cost::* member, double share) {
    return percentile(column(costs, member), share) * kMicro;
  };
  std::printf("%-22s %6zu  p50 %7.0f  p95 %7.0f  p99 %7.0f  cpu p50 %7.0f  us\n", what,
              costs.size(), us(&Cost::wall_s, 0.5), us(&Cost::wall_s, 0.95),
              us(&Cost::wall_s, 0.99), us(&Cost::thread_cpu_s, 0.5));
}

/// All questions, kRounds times, after one round that warms up.
std::vector<Cost> ask_all(const Searcher& searcher,
                          const std::vector<std::string>& questions,
                          SearchRequest request) {
  std::vector<Cost> costs;
  for (int round = 0; round <= kRounds; ++round) {
    for (const std::string& question : questions) {
      request.text = question;
      const Cost cost = cost_of([&] { expect(searcher.search(request)); });
      if (round > 0) {
        costs.push_back(cost);
      }
    }
  }
  return costs;
}

int run(const char* root, const char* db, const char* questions_file) {
  StoreOptions options;
  options.read_only = true;
  const std::vector<std::string> questions = lines_of(questions_file);
  std::vector<Cost> opening;
  const Corpus corpus = [&] {
    std::unique_ptr<Corpus> opened;
    opening.push_back(cost_of([&] {
      opened = std::make_unique<Corpus>(expect(Corpus::open(db, options)));
      expect(opened->view());
    }));
    return std::move(*opened);
  }();
  const std::unique_ptr<Embedder> embedder = expect(open_embedder(model_of(corpus.store())));
  const Searcher searcher = expect(Searcher::create(corpus, *embedder, root));
  std::printf("%llu chunks, %zu questions\n",
              static_cast<unsigned long long>(corpus.store().chunk_count()), questions.size());
  print("open, first view", opening);
  SearchRequest request;
  print("both", ask_all(searcher, questions, request));
  request.by = SearchRequest::By::words;
  print("words", ask_all(searcher, questions, request));
  request.by = SearchRequest::By::vectors;
  print("vectors", ask_all(searcher, questions, request));
  request.by = SearchRequest::By::both;
  request.paths = {"*.c"};
  print("both, --path '*.c'", ask_all(searcher, questions, request));
  return 0;
}

}  // namespace
}  // namespace quire::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: quire-search-bench ROOT DB QUESTIONS\n");
    return 2;
  }
  return quire::bench::run(argv[1], argv[2], argv[3]);
}
