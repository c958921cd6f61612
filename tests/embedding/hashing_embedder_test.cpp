#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <quire/embedder.hpp>

#include "base/checksum.hpp"

namespace quire {
namespace {

using Vector = std::vector<float>;

Vector embed(std::string_view text, std::uint32_t dimensions = 256) {
  Vector out(dimensions);
  EXPECT_TRUE(make_hashing_embedder(dimensions)->embed_query(text, out).has_value());
  return out;
}

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += double{a[i]} * double{b[i]};
  }
  return sum;
}

double cosine(std::string_view a, std::string_view b) {
  return dot(embed(a), embed(b));
}

TEST(HashingEmbedder, NamesItself) {
  const EmbedderIdentity identity = make_hashing_embedder()->identity();
  EXPECT_EQ(identity, (EmbedderIdentity{"hash", 1, "", 256}));
  EXPECT_EQ(identity.to_string(), "hash/1 (256 dimensions)");
  EXPECT_EQ((EmbedderIdentity{"m", 2, "ab12", 8}).to_string(), "m/2/ab12 (8 dimensions)");
}

TEST(HashingEmbedder, EveryVectorHasUnitLength) {
  std::string huge;
  for (int i = 0; i < 300'000; ++i) {
    huge += "word" + std::to_string(i % 5000) + " same ";
  }
  for (const std::string_view text :
       {std::string_view("x"), std::string_view(""), std::string_view(" \n{};"),
        std::string_view("\xFF\xFE\x00", 3), std::string_view("the quick brown fox"),
        std::string_view(huge)}) {
    for (const std::uint32_t dimensions : {1U, 7U, 256U, 1024U}) {
      const Vector vector = embed(text, dimensions);
      EXPECT_NEAR(dot(vector, vector), 1, 1e-5);
    }
  }
}

TEST(HashingEmbedder, ATextWithoutWordsHasAFixedVector) {
  EXPECT_EQ(embed(""), embed("{ ( + ) }"));
  EXPECT_EQ(embed("")[0], 1.0F);
}

TEST(HashingEmbedder, CaseStyleDoesNotMatter) {
  EXPECT_EQ(embed("readFileHeader"), embed("read_file_header"));
  EXPECT_EQ(embed("READ_FILE_HEADER"), embed("ReadFileHeader"));
  EXPECT_GT(cosine("read file header", "int read_file_header(int fd);"), 0.6);
  EXPECT_GT(cosine("getaddrinfo", "getAddrInfo"), 0.2);
}

TEST(HashingEmbedder, WordFormsAndPiecesOfWordsCount) {
  EXPECT_GT(cosine("parsing", "parser"), 0.3);
  EXPECT_GT(cosine("configuration", "config"), 0.15);
  EXPECT_LT(std::abs(cosine("parsing", "socket")), 0.2);
}

TEST(HashingEmbedder, LongWordsWeighMoreThanShortOnes) {
  EXPECT_GT(cosine("is the checkpoint", "checkpoint"), cosine("is the checkpoint", "is the"));
}

// The vectors are part of every index: this number changes only together with the embedder's
// version.
TEST(HashingEmbedder, VectorsAreTheSameEverywhere) {
  std::string numbers;
  for (const float value :
       embed("Result<Config> parse_config(std::string_view text, HTTPServer2 x);")) {
    numbers += std::to_string(std::lround(double{value} * 1e6)) + ' ';
  }
  EXPECT_EQ(base::to_hex(base::checksum(numbers)), "67f40242949a050c");
}

TEST(HashingEmbedder, OneTextsVectorDoesNotDependOnTheOthers) {
  const auto embedder = make_hashing_embedder();
  const std::vector<std::string_view> texts = {"alpha beta", "", "gamma_delta", "alpha beta"};
  Vector out(texts.size() * 256);
  ASSERT_TRUE(embedder->embed_documents(texts, out).has_value());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto begin = out.begin() + static_cast<std::ptrdiff_t>(i * 256);
    EXPECT_EQ(Vector(begin, begin + 256), embed(texts[i]));
  }
}

TEST(HashingEmbedder, TooLittleRoomIsAnError) {
  Vector out(255);
  const Status status = make_hashing_embedder()->embed_query("x", out);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::invalid_argument);
}

TEST(HashingEmbedder, ServesSeveralThreadsAtOnce) {
  const auto embedder = make_hashing_embedder();
  std::vector<Vector> out(4, Vector(256));
  std::vector<std::thread> threads;
  for (Vector& vector : out) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(embedder->embed_query("one two three fourFive", vector).has_value());
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const Vector& vector : out) {
    EXPECT_EQ(vector, embed("one two three fourFive"));
  }
}

const std::vector<std::pair<std::string_view, std::string_view>> kPairs = {
    {"open a file and read all of its bytes",
     "std::string slurp(const char* path) {\n  FILE* file = fopen(path, \"rb\");\n  std::string "
     "bytes;\n"
     "  while (fread(buffer, 1, sizeof buffer, file) > 0) bytes.append(buffer);\n  "
     "fclose(file);\n}"},
    {"compute the distance between two vectors",
     "float vectorDistance(const float* a, const float* b, int n) {\n  float sum = 0;\n"
     "  for (int i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);\n  return "
     "sqrtf(sum);\n}"},
    {"where are expired sessions removed",
     "def remove_expired(self):\n    for session in list(self.sessions):\n        if "
     "session.expires < now():\n"
     "            del self.sessions[session.key]"},
    {"parse the command line options",
     "func parseOptions(args []string) (*Options, error) {\n\tflags := "
     "flag.NewFlagSet(\"command\", 0)\n"
     "\treturn opts, flags.Parse(args)\n}"},
    {"retry a failed http request with backoff",
     "async function fetchWithRetry(request, retries) {\n  for (let i = 0; i < retries; i++) {\n   "
     " try {"
     " return await http(request); } catch (e) { await sleep(backoff(i)); }\n  }\n}"},
    {"insert a key into the hash table",
     "bool HashTable::insert(Key key, Value v) {\n  size_t slot = hash(key) & mask;\n"
     "  while (table[slot].used) slot = (slot + 1) & mask;\n  table[slot] = {key, v};\n}"},
    {"write the journal record and sync it to disk",
     "Status JournalWriter::append(std::string_view record) {\n  file_->write(frame(record));\n"
     "  return file_->sync();\n}"},
    {"sort users by their last login",
     "users.sort_by { |user| user.last_login_at }.reverse.each do |user|\n  puts user.name\nend"},
};

TEST(HashingEmbedder, FindsTheCodeThatAQuestionIsAbout) {
  std::size_t right = 0;
  for (const auto& [question, code] : kPairs) {
    std::string_view best;
    double best_score = -std::numeric_limits<double>::infinity();
    for (const auto& candidate : kPairs) {
      const double score = cosine(question, candidate.second);
      if (score > best_score) {
        best_score = score;
        best = candidate.second;
      }
    }
    right += best == code ? 1 : 0;
  }
  EXPECT_GE(right, kPairs.size() - 1);
}

}  // namespace
}  // namespace quire
