#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "expect.hpp"
#include "lexical/segment_builder.hpp"
#include "lexical/word_index.hpp"

namespace quire {
namespace {

/// This repository's own sources.
std::vector<std::string> sources() {
  std::vector<std::string> out;
  for (const char* folder : {"/src", "/tests", "/include", "/apps"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(QUIRE_SOURCE_DIR + std::string(folder))) {
      const std::string ending = entry.path().extension().string();
      if (ending == ".cpp" || ending == ".hpp") {
        std::ifstream file(entry.path(), std::ios::binary);
        out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
      }
    }
  }
  return out;
}

/// Pieces of as many bytes as a chunk has.
std::vector<std::string_view> pieces(const std::vector<std::string>& files) {
  constexpr std::size_t kPiece = 1500;
  std::vector<std::string_view> out;
  for (const std::string_view file : files) {
    for (std::size_t at = 0; at < file.size(); at += kPiece) {
      out.push_back(file.substr(at, kPiece));
    }
  }
  return out;
}

void build_words(benchmark::State& state) {
  const std::vector<std::string> files = sources();
  const std::vector<std::string_view> chunks = pieces(files);
  std::int64_t bytes = 0;
  std::size_t written = 0;
  while (state.KeepRunning()) {
    lexical::SegmentBuilder builder({});
    std::uint64_t key = 0;
    for (const std::string_view chunk : chunks) {
      builder.add({key++, chunk, "cpp", {}, {}, {}});
      bytes += static_cast<std::int64_t>(chunk.size());
    }
    written = std::move(builder).finish().size();
  }
  state.SetBytesProcessed(bytes);
  state.SetLabel(std::to_string(written * 100 * static_cast<std::size_t>(state.iterations()) /
                                static_cast<std::size_t>(bytes)) +
                 " % of the text");
}
BENCHMARK(build_words)->Unit(benchmark::kMillisecond);

constexpr std::uint32_t kChunks = 100'000;
constexpr std::uint32_t kVocabulary = 50'000;

/// Word number of a rank by Zipf's law: about as often as one over it.
class Zipf {
 public:
  std::uint32_t operator()(std::mt19937& random) {
    return static_cast<std::uint32_t>(std::pow(kVocabulary, uniform_(random))) - 1;
  }

 private:
  std::uniform_real_distribution<double> uniform_{0, 1};
};

const lexical::WordIndex& zipf_index() {
  static const lexical::WordIndex kIndex = [] {
    std::mt19937 random(1);
    Zipf zipf;
    std::vector<std::uint64_t> keys;
    lexical::SegmentBuilder builder({});
    for (std::uint64_t key = 0; key < kChunks; ++key) {
      std::string content;
      for (auto words = 20 + random() % 160; words > 0; --words) {
        content += "w" + std::to_string(zipf(random) + 1000) + " ";
      }
      builder.add({key, content, "cpp", {}, {}, {}});
      keys.push_back(key);
    }
    return lexical::WordIndex({lexical::Segment::of(std::move(builder).finish())}, keys);
  }();
  return kIndex;
}

/// Terms are drawn as the text's are, so that most questions have some very common ones.
void search_words(benchmark::State& state) {
  const lexical::WordIndex& index = zipf_index();
  std::mt19937 random(2);
  Zipf zipf;
  std::vector<lexical::WordQuestion> questions(64);
  for (lexical::WordQuestion& question : questions) {
    std::string text;
    while (std::ssize(question.terms) < state.range(0)) {
      text += " w" + std::to_string(zipf(random) + 1000);
      question.terms = lexical::terms_of_question(text);
      std::erase_if(question.terms,
                    [](const lexical::WeightedTerm& term) { return term.term[0] != 'w'; });
    }
    question.limit = 150;
  }
  std::size_t next = 0;
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(bench::expect(index.search(questions[next++ % questions.size()])));
  }
}
BENCHMARK(search_words)->Arg(3)->Arg(6)->Arg(10)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace quire
