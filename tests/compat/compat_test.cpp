#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <sys/wait.h>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "store/vectors/distance.hpp"
#include "store/vectors/hnsw_builder.hpp"
#include "store/vectors/nearest.hpp"
#include "store/vectors/usearch_file.hpp"
#include "support/random_vectors.hpp"
#include "support/temp_dir.hpp"

// Each reads what the other wrote: this library and npm's binding of usearch. npm_usearch.mjs is
// the other side.
namespace quire {
namespace {

constexpr std::uint32_t kDimensions = 64;
constexpr std::size_t kRows = 2000;
constexpr std::size_t kQueries = 100;

struct Output {
  int exit_code = -1;
  std::string text;
};

Output run(const std::string& command) {
  Output output;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) {
    return output;
  }
  char buffer[1 << 16];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    output.text.append(buffer, got);
  }
  const int status = ::pclose(pipe);
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

std::string shell_word(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Names and contents of a folder's files.
std::map<std::string, std::string> snapshot(const std::filesystem::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    out[entry.path().filename().string()] = contents(entry.path());
  }
  return out;
}

std::string usearch_name(Metric metric) {
  switch (metric) {
    case Metric::cosine:
      return "cos";
    case Metric::inner_product:
      return "ip";
    case Metric::squared_l2:
      break;
  }
  return "l2sq";
}

using Answers = std::vector<std::vector<vectors::KeyDistance>>;

Answers parse_answers(const std::string& text) {
  Answers out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    out.emplace_back();
    for (vectors::KeyDistance one; words >> one.key >> one.distance;) {
      out.back().push_back(one);
    }
  }
  return out;
}

double overlap(const Answers& a, const Answers& b) {
  std::size_t same = 0;
  std::size_t all = 0;
  for (std::size_t query = 0; query < a.size(); ++query) {
    for (const vectors::KeyDistance& one : a[query]) {
      ++all;
      same += static_cast<std::size_t>(
          std::any_of(b.at(query).begin(), b.at(query).end(),
                      [&](const vectors::KeyDistance& other) { return other.key == one.key; }));
    }
  }
  return static_cast<double>(same) / static_cast<double>(all);
}

class NpmUsearch : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const Output fetched = run(shell_word(QUIRE_SOURCE_DIR "/tests/compat/fetch"));
    ASSERT_EQ(fetched.exit_code, 0)
        << "no npm binding of usearch to test with: see the line above; "
           "./test installs what is needed";
    modules = fetched.text.substr(0, fetched.text.find('\n'));
    support::RandomVectors random(kDimensions, 17);
    for (std::size_t i = 0; i < kRows; ++i) {
      rows.push_back(random.next());
    }
    for (std::size_t i = 0; i < kQueries; ++i) {
      queries.push_back(random.next());
    }
  }

  void SetUp() override {
    ASSERT_FALSE(modules.empty()) << "tests/compat/fetch failed";
    write_floats("rows.f32", rows);
    write_floats("queries.f32", queries);
  }

  std::filesystem::path path(std::string_view name) const { return folder_.path() / name; }

  /// Runs npm_usearch.mjs; its output.
  std::string node(const std::vector<std::string>& arguments) const {
    std::string command = "QUIRE_COMPAT_MODULES=" + shell_word(modules) + " node " +
                          shell_word(QUIRE_SOURCE_DIR "/tests/compat/npm_usearch.mjs");
    for (const std::string& argument : arguments) {
      command += " " + shell_word(argument);
    }
    const Output output = run(command);
    EXPECT_EQ(output.exit_code, 0) << command;
    return output.text;
  }

  Answers npm_answers(const std::string& index, const VectorFormat& format, std::string how) const {
    return parse_answers(
        node({"search", index, path("queries.f32"), std::to_string(kDimensions),
              usearch_name(format.metric), std::string(to_string(format.scalar)), std::move(how)}));
  }

  void write_floats(std::string_view name, const std::vector<std::vector<float>>& vectors) const {
    std::string bytes;
    for (const std::vector<float>& vector : vectors) {
      bytes.append(reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float));
    }
    folder_.write(name, bytes);
  }

  static inline std::vector<std::vector<float>> rows;
  static inline std::vector<std::vector<float>> queries;

 private:
  static inline std::string modules;
  support::TempDir folder_;
};

std::string encoded(const VectorFormat& format, const std::vector<float>& vector) {
  std::string stored;
  EXPECT_TRUE(vectors::encode_vector(format, vector, stored).has_value());
  return stored;
}

TEST_F(NpmUsearch, OpensOurIndexWithItsFooterAndFindsTheSameNeighbours) {
  for (const VectorFormat& format : {VectorFormat{kDimensions, Metric::cosine, Scalar::bf16},
                                     VectorFormat{kDimensions, Metric::cosine, Scalar::f32},
                                     VectorFormat{kDimensions, Metric::cosine, Scalar::i8},
                                     VectorFormat{kDimensions, Metric::inner_product, Scalar::f32},
                                     VectorFormat{kDimensions, Metric::squared_l2, Scalar::bf16}}) {
    std::vector<std::string> stored;
    for (const std::vector<float>& row : rows) {
      stored.push_back(encoded(format, row));
    }
    vectors::HnswBuilder builder(format, {}, 2);
    for (std::size_t key = 0; key < kRows; ++key) {
      builder.add(key, stored[key].data());
    }
    ASSERT_TRUE(builder.link().has_value());
    std::string bytes;
    ASSERT_TRUE(builder.save([&](std::string_view part) {
      bytes += part;
      return Status{};
    }));
    const auto graph = vectors::HnswGraph::open(bytes);
    ASSERT_TRUE(graph.has_value()) << graph.error().message;
    std::ofstream(path("ours.usearch"), std::ios::binary) << bytes << std::string(64, '\xa5');

    Answers ours;
    for (const std::vector<float>& query : queries) {
      vectors::WalkCounts counts;
      ours.emplace_back();
      for (const auto& found : graph->search(encoded(format, query).data(), 64, counts)) {
        ours.back().push_back({graph->key(found.slot), found.distance});
      }
      ours.back().resize(10);
    }
    // npm's side rounds an i8 query in its own way and divides by the norms of the rounded vectors.
    const double least = format.scalar == Scalar::i8 ? 0.90 : 0.95;
    for (const char* how : {"load", "view"}) {
      const Answers theirs = npm_answers(path("ours.usearch"), format, how);
      ASSERT_EQ(theirs.size(), kQueries);
      EXPECT_GE(overlap(ours, theirs), least)
          << to_string(format.metric) << " " << to_string(format.scalar) << " " << how;
      EXPECT_NEAR(theirs[0][0].distance, ours[0][0].distance,
                  0.01 * (1 + std::abs(ours[0][0].distance)));
    }
  }
}

TEST_F(NpmUsearch, WritesIndexesThatWeRead) {
  node({"write", path("theirs.usearch"), path("rows.f32"), std::to_string(kDimensions), "cos",
        "f32"});
  const std::string bytes = contents(path("theirs.usearch"));
  const auto file = vectors::UsearchFile::read(bytes);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->dimensions(), kDimensions);
  EXPECT_EQ(file->metric(), Metric::cosine);
  EXPECT_EQ(file->scalar(), vectors::FileScalar::f32);
  std::vector<std::uint64_t> keys;
  for (const vectors::UsearchFile::Entry& entry : file->entries()) {
    keys.push_back(entry.key);
    EXPECT_EQ(file->numbers(entry.slot), rows.at(entry.key));
  }
  std::vector<std::uint64_t> expected;
  for (std::uint64_t key = 0; key < kRows; ++key) {
    if (key % 7 != 6) {
      expected.push_back(key);
    }
  }
  EXPECT_EQ(keys, expected);
}

ChunkMeta meta_of(std::int64_t number) {
  ChunkMeta meta;
  meta.file_path = "src/" + std::to_string(number / 10) + ".cpp";
  meta.chunk_id = number;
  meta.content = "line \"1\"\n\ttab \\ \x01 \xC3\xA9 \xF0\x9F\x98\x80";
  if (number % 2 == 0) {
    meta.symbol_name = "f" + std::to_string(number);
  }
  meta.language = "cpp";
  meta.start_line = number + 1;
  meta.end_line = number + 2;
  meta.last_modified = 1'700'000'000;
  meta.extra = {{"signature", "void f()"}};
  return meta;
}

Answers store_answers(const VectorStore& store, const std::vector<std::vector<float>>& queries) {
  Answers out;
  for (const std::vector<float>& query : queries) {
    auto found = store.search(query, 10);
    EXPECT_TRUE(found.has_value());
    out.emplace_back();
    for (const Neighbor& neighbor : *found) {
      out.back().push_back({neighbor.key.value, neighbor.distance});
    }
  }
  return out;
}

TEST_F(NpmUsearch, AndJsonParseReadAWholeStore) {
  auto store = VectorStore::open(path("store"));
  ASSERT_TRUE(store.has_value());
  std::vector<ChunkRow> inserted;
  inserted.reserve(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    inserted.push_back({meta_of(static_cast<std::int64_t>(i)), rows[i]});
  }
  ASSERT_TRUE(store->insert(std::move(inserted)).has_value());
  ASSERT_TRUE(store->delete_file("src/0.cpp").has_value());
  ASSERT_TRUE(store->checkpoint().has_value());
  EXPECT_EQ(node({"metadata", path("store/metadata.json")}), "2000 1990\n");
  const Answers theirs = npm_answers(path("store/index.usearch"), store->info().format, "load");
  EXPECT_GE(overlap(store_answers(*store, queries), theirs), 0.95);
}

TEST_F(NpmUsearch, PairOfTheOriginalOpensAsAStoreAndBecomesOneAtItsFirstWrite) {
  std::filesystem::create_directory(path("pair"));
  node({"write-pair", path("pair"), path("rows.f32"), std::to_string(kDimensions)});
  const auto before = snapshot(path("pair"));
  std::uint64_t chunks = 0;
  {
    auto store = VectorStore::open(path("pair"));
    ASSERT_TRUE(store.has_value()) << store.error().message;
    EXPECT_TRUE(store->info().imported);
    EXPECT_EQ(store->info().next_key, kRows);
    chunks = store->chunk_count();
    EXPECT_EQ(chunks, kRows - kRows / 7);
    const auto meta = store->get({10});
    ASSERT_TRUE(meta.has_value());
    EXPECT_EQ(meta->file_path, "src/file_1.go");
    EXPECT_EQ(meta->symbol_name, "f10");
    EXPECT_EQ(meta->package_name, std::nullopt);
    EXPECT_EQ(meta->content, "func f10() {\n\treturn \"\xC3\xA9 \xF0\x9F\x98\x80\"\n}");
    EXPECT_EQ(meta->start_line, 31);
    const auto nearest = store->search(rows[12], 1);
    ASSERT_TRUE(nearest.has_value());
    EXPECT_EQ(nearest->at(0).key.value, 12U);
    EXPECT_NEAR(nearest->at(0).distance, 0, 1e-5);
  }
  EXPECT_EQ(snapshot(path("pair")), before) << "opening must write nothing";

  {
    auto store = VectorStore::open(path("pair"));
    ASSERT_TRUE(store.has_value());
    const auto commit = store->insert({{meta_of(1), rows[6]}});
    ASSERT_TRUE(commit.has_value()) << commit.error().message;
    EXPECT_EQ(commit->inserted.at(0).value, kRows);
    ASSERT_TRUE(store->close().has_value());
  }
  auto store = VectorStore::open(path("pair"));
  ASSERT_TRUE(store.has_value()) << store.error().message;
  EXPECT_FALSE(store->info().imported);
  EXPECT_EQ(store->chunk_count(), chunks + 1);
  EXPECT_EQ(store->search(rows[6], 1)->at(0).key.value, kRows);
  EXPECT_EQ(store->search(rows[12], 1)->at(0).key.value, 12U);
  ASSERT_TRUE(store->checkpoint().has_value());
  EXPECT_EQ(node({"metadata", path("pair/metadata.json")}),
            std::to_string(kRows + 1) + " " + std::to_string(chunks + 1) + "\n");
  EXPECT_GE(overlap(store_answers(*store, queries),
                    npm_answers(path("pair/index.usearch"), store->info().format, "load")),
            0.95);
}

TEST_F(NpmUsearch, DamagedPairOfTheOriginalIsReportedAndLeftAlone) {
  std::filesystem::create_directory(path("good"));
  node({"write-pair", path("good"), path("rows.f32"), std::to_string(kDimensions)});
  const std::string index = contents(path("good/index.usearch"));
  const std::string metadata = contents(path("good/metadata.json"));
  std::string without_one = metadata;
  const std::size_t second = without_one.find("\"1\":{");
  without_one.erase(second, without_one.find("\"2\":{") - second);
  // The first neighbour of the first node: behind the head, the graph's header, the levels, the
  // node's key and level, and the number of its neighbours.
  const std::size_t indexed = kRows - kRows / 7;
  const std::size_t neighbour = index.rfind("usearch") + 64 + 40 + 2 * indexed + 8 + 2 + 4;
  std::string odd_node = index;
  odd_node.replace(neighbour, 4, 4, '\xff');

  const std::map<std::string, std::pair<std::string, std::string>> damages = {
      {"index cut in the vectors", {index.substr(0, 1000), metadata}},
      {"index cut at its last byte", {index.substr(0, index.size() - 1), metadata}},
      {"index empty", {"", metadata}},
      {"metadata cut", {index, metadata.substr(0, metadata.size() / 2)}},
      {"metadata empty", {index, ""}},
      {"a chunk missing", {index, without_one}},
      {"the two exchanged", {metadata, index}},
      {"a neighbour that is not there", {odd_node, metadata}},
  };
  for (const auto& [damage, pair] : damages) {
    std::filesystem::remove_all(path("bad"));
    std::filesystem::create_directory(path("bad"));
    std::ofstream(path("bad/index.usearch"), std::ios::binary) << pair.first;
    std::ofstream(path("bad/metadata.json"), std::ios::binary) << pair.second;
    const auto before = snapshot(path("bad"));
    const auto store = VectorStore::open(path("bad"));
    ASSERT_FALSE(store.has_value()) << damage;
    EXPECT_TRUE(store.error().message.find("index.usearch") != std::string::npos ||
                store.error().message.find("metadata.json") != std::string::npos)
        << damage << ": " << store.error().message;
    EXPECT_EQ(snapshot(path("bad")), before) << damage;
  }
}

}  // namespace
}  // namespace quire
