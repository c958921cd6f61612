#include "chunking/chunker.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "chunking/invariants.hpp"

namespace quire::chunking {
namespace {

std::vector<std::string> all_languages() {
  std::vector<std::string> all = grammar_languages();
  std::ranges::copy(outline_languages(), std::back_inserter(all));
  all.insert(all.end(), {"markdown", "text"});
  return all;
}

const std::vector<std::string> kLanguages = all_languages();

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

/// Pieces of code of any language in any order.
std::string random_code(std::mt19937& random, std::size_t pieces) {
  static constexpr std::array<std::string_view, 72> kPieces{"\n",
                                                            "\n",
                                                            "\n",
                                                            "\n\n",
                                                            "  ",
                                                            "\t",
                                                            "(",
                                                            ")",
                                                            "{",
                                                            "}",
                                                            "{\n",
                                                            "}\n",
                                                            "[",
                                                            "]",
                                                            "<",
                                                            ">",
                                                            ";",
                                                            ":",
                                                            "=",
                                                            ",",
                                                            "\"",
                                                            "'",
                                                            "`",
                                                            "//",
                                                            "/* ",
                                                            " */",
                                                            "#",
                                                            "# ",
                                                            "int ",
                                                            "class ",
                                                            "def ",
                                                            "fn ",
                                                            "func ",
                                                            "function ",
                                                            "struct ",
                                                            "impl ",
                                                            "namespace ",
                                                            "template ",
                                                            "#if X\n",
                                                            "#endif\n",
                                                            "a",
                                                            "b ",
                                                            "return ",
                                                            "=> ",
                                                            "@a\n",
                                                            "\r\n",
                                                            "\xEF\xBB\xBF",
                                                            "\xC3\xA9",
                                                            "end\n",
                                                            "  end\n",
                                                            "module A",
                                                            "do\n",
                                                            "<<EOF",
                                                            "EOF\n",
                                                            "\"\"\"",
                                                            "(*",
                                                            "*)",
                                                            "{-",
                                                            "-}",
                                                            "--",
                                                            " :: ",
                                                            "a()",
                                                            "(defun ",
                                                            "public ",
                                                            "fun ",
                                                            "interface A ",
                                                            "where\n",
                                                            "[[",
                                                            "]]",
                                                            "self.",
                                                            "=begin",
                                                            "function a("};
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) {
    text += kPieces[random() % kPieces.size()];
  }
  return text;
}

TEST(Chunker, RandomTextKeepsTheInvariants) {
  std::mt19937 random(1);
  for (int round = 0; round < 80; ++round) {
    const std::string text = random_code(random, 1 + random() % 600);
    for (const std::string& language : kLanguages) {
      ASSERT_EQ(broken_invariant(text, chunk(text, language, "src/a.b")), "") << language << ":\n"
                                                                              << text;
    }
  }
}

/// This room's sources with lines dropped, doubled and swapped.
TEST(Chunker, TornSourceKeepsTheInvariants) {
  std::mt19937 random(2);
  for (const auto& entry : std::filesystem::directory_iterator(QUIRE_SOURCE_DIR "/src/chunking")) {
    if (!entry.is_regular_file()) {
      continue;
    }
    std::ifstream file(entry.path());
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
      lines.push_back(line + "\n");
    }
    for (int round = 0; round < 3; ++round) {
      std::swap(lines[random() % lines.size()], lines[random() % lines.size()]);
      lines[random() % lines.size()] = lines[random() % lines.size()];
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(random() % lines.size()));
      std::string text;
      std::ranges::for_each(lines, [&](const std::string& line) { text += line; });
      for (const std::string_view language : {"cpp", "c", "java", "text"}) {
        ASSERT_EQ(broken_invariant(text, chunk(text, language, "a")), "") << entry.path();
      }
    }
  }
}

TEST(Chunker, SameTextIsCutTheSameEveryTime) {
  std::mt19937 random(3);
  const std::string text = random_code(random, 3000);
  for (const std::string& language : kLanguages) {
    const auto once = chunk(text, language, "a");
    const auto twice = chunk(text, language, "a");
    ASSERT_EQ(once.size(), twice.size());
    for (std::size_t i = 0; i < once.size(); ++i) {
      EXPECT_EQ(once[i].text, twice[i].text);
      EXPECT_EQ(once[i].symbol_name, twice[i].symbol_name);
    }
  }
}

struct Nesting {
  std::string_view language;
  std::string_view before;
  std::string_view open;
  std::string_view middle;
  std::string_view close;
  std::string_view after;
};

/// Recursion over such a text would overflow the stack; time grows with its length only.
TEST(Chunker, DeepNestingNeitherHangsNorOverflows) {
  constexpr std::size_t kDepth = 100'000;
  static constexpr std::array kNestings = std::to_array<Nesting>({
      {"c", "int x = ", "(\n", "1", ")\n", ";\n"},
      {"c", "void f() ", "{\n", "", "}\n", "\n"},
      {"cpp", "", "namespace a {\n", "int f();\n", "}\n", ""},
      {"javascript", "x = ", "[\n", "", "]\n", ";\n"},
      {"javascript", "", "(function(){\n", "", "})();\n", ""},
      {"python", "x = ", "(\n", "", ")\n", "\n"},
      {"rust", "", "mod a {\n", "fn f() {}\n", "}\n", ""},
      {"typescript", "x = ", "{ a:\n", "1", "}\n", ";\n"},
  });
  for (const Nesting& nesting : kNestings) {
    const std::string text = std::string(nesting.before) + repeat(nesting.open, kDepth) +
                             std::string(nesting.middle) + repeat(nesting.close, kDepth) +
                             std::string(nesting.after);
    ASSERT_EQ(broken_invariant(text, chunk(text, nesting.language, "a")), "")
        << nesting.language << " " << nesting.open;
  }
}

/// tree-sitter follows many readings of this at once: without a budget it takes seconds.
TEST(Chunker, TextThatSlowsTheParserDownFallsBackToLines) {
  const std::string text = repeat("A<\n", 30'000) + "int" + repeat(">\n", 30'000) + " x;\n";
  const auto chunks = chunk(text, "cpp", "a.cpp");
  EXPECT_EQ(broken_invariant(text, chunks), "");
  EXPECT_FALSE(chunks.at(0).symbol_name);
}

TEST(Chunker, TextThatIsTooCostlyToParseIsSaidToBe) {
  const std::string costly = repeat("int f() {}\n", 900) + repeat("\x01x", 30'000);
  EXPECT_TRUE(cut(costly, "c", "a.c", {}).too_costly);
  EXPECT_FALSE(cut(costly, "text", "a.txt", {}).too_costly);
  EXPECT_FALSE(cut("int f() {}\n", "c", "a.c", {}).too_costly);
}

TEST(Chunker, CuttingStopsWhenItShould) {
  const std::string text = repeat("def f\n  1\nend\n", 1000);
  const auto always = [] { return true; };
  for (const std::string& language : kLanguages) {
    const Cut stopped = cut(text, language, "a", always);
    const bool by_lines = language == "markdown" || language == "text";
    EXPECT_EQ(stopped.stopped, !by_lines) << language;
    EXPECT_EQ(stopped.chunks.empty(), !by_lines) << language;
    EXPECT_FALSE(cut(text, language, "a", [] { return false; }).stopped) << language;
  }
}

TEST(Chunker, UnknownLanguageIsCutByLines) {
  const auto chunks = chunk("int f() {\n  return 1;\n}\n", "klingon", "a.kl");
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_FALSE(chunks[0].symbol_name);
  EXPECT_FALSE(chunks[0].package_name);
  EXPECT_EQ(chunks[0].signature, "");
}

TEST(Chunker, GrammarLanguagesAreThoseOfTheBuild) {
#ifdef QUIRE_GRAMMARS
  EXPECT_EQ(grammar_languages(), (std::vector<std::string>{"c", "cpp", "go", "java", "javascript",
                                                           "python", "rust", "tsx", "typescript"}));
#else
  EXPECT_TRUE(grammar_languages().empty());
#endif
}

/// The language that a file's name means; "" for others.
std::string_view language_of(const std::filesystem::path& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kExtensions{{
      {".c", "c"},
      {".h", "cpp"},
      {".hpp", "cpp"},
      {".cpp", "cpp"},
      {".cc", "cpp"},
      {".tcc", "cpp"},
      {".go", "go"},
      {".java", "java"},
      {".js", "javascript"},
      {".mjs", "javascript"},
      {".cjs", "javascript"},
      {".py", "python"},
      {".rs", "rust"},
      {".ts", "typescript"},
      {".tsx", "tsx"},
      {".md", "markdown"},
      {".txt", "text"},
  }};
  const std::string extension = path.extension().string();
  const auto found =
      std::ranges::find(kExtensions, extension, [](const auto& e) { return e.first; });
  return found == kExtensions.end() ? std::string_view() : found->second;
}

/// Checks the files below `root` that have an extension above, up to `most_bytes` in all.
void expect_invariants_below(const std::filesystem::path& root, std::uintmax_t most_bytes) {
  std::uintmax_t bytes = 0;
  std::error_code ignored;
  using std::filesystem::directory_options;
  for (std::filesystem::recursive_directory_iterator
           at(root, directory_options::skip_permission_denied, ignored),
       end;
       at != end && bytes < most_bytes; at.increment(ignored)) {
    const std::string_view language = language_of(at->path());
    if (language.empty() || !at->is_regular_file(ignored)) {
      continue;
    }
    std::ifstream file(at->path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    text = base::repair_utf8(text);
    bytes += text.size();
    ASSERT_EQ(broken_invariant(text, chunk(text, language, at->path().string())), "") << at->path();
  }
}

TEST(Chunker, RealFilesKeepTheInvariants) {
  expect_invariants_below(QUIRE_SOURCE_DIR "/src", 1 << 20);
  expect_invariants_below("/usr/include/c++", 1 << 20);
  expect_invariants_below("/usr/lib/python3", 1 << 20);
  expect_invariants_below("/usr/lib/node_modules", 1 << 20);
}

/// QUIRE_CHUNK_TREES="/usr/include /usr/lib/go" checks every file of those trees.
TEST(Chunker, TreesNamedInTheEnvironmentKeepTheInvariants) {
  const char* const named = std::getenv("QUIRE_CHUNK_TREES");
  if (named == nullptr) {
    GTEST_SKIP() << "QUIRE_CHUNK_TREES is not set";
  }
  std::istringstream roots(named);
  for (std::string root; roots >> root;) {
    expect_invariants_below(root, UINTMAX_MAX);
  }
}

TEST(Chunker, MinorSymbolsAreAmongTheNamesOfTheChunkTheyBeginIn) {
  const auto chunks = chunk("def f():\n    def g():\n        pass\n", "python", "");
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].symbol_name, "f");
  ASSERT_EQ(chunks[0].symbols.size(), 2U);
  EXPECT_EQ(chunks[0].symbols[0].name, "f");
  EXPECT_EQ(chunks[0].symbols[1].name, "f.g");
  EXPECT_TRUE(chunks[0].symbols[1].is_minor);
}

}  // namespace
}  // namespace quire::chunking
