#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "chunking/chunker.hpp"
#include "chunking/invariants.hpp"
#include "support/portion.hpp"

// What cutting a text costs must grow as the text does, whatever is in it. Each language reads
// texts of many kinds that some parser somewhere was slow on; texts, not code: the same kinds for
// all languages, since what is odd in one is at home in the next.
//
// QUIRE_GROWTH_BYTES is the length of the texts, 16,000 (with AddressSanitizer 2,000) unless it is
// set, and then every language reads every kind, not each its share. Long ones show more, and take
// their time: some minutes for 24,000, hours for 1,000,000.

namespace quire::chunking {
namespace {

/// `open` many times, then `close` as many times. A `%` in them stands for a number of its own.
struct Kind {
  std::string_view before;
  std::string_view open;
  std::string_view close = "";
  std::string_view after = "\n";
};

constexpr auto kKinds = std::to_array<Kind>({
    // Deep nesting, closed and not.
    {"x = ", "("},
    {"x = ", "(", ")"},
    {"x = ", "["},
    {"x = ", "[", "]"},
    {"x = ", "{"},
    {"x = ", "{", "}"},
    {"x = ", "<"},
    {"x = ", "A<", ">"},
    {"x = ", "{a:", "}"},
    {"x = ", "f(a<b,"},
    {"x = ", "f(", ")"},
    {"int p", "()", "", ";\n"},
    {"int if", "()", "", ";\n"},
    {"int ", "(*", ")()", ";\n"},
    {"int ", "*", "", "p;\n"},
    {"class A { ", "class B { ", "}"},
    {"", "namespace a% {\n", "}\n"},
    {"", "mod a {\n", "}\n"},
    {"", "module A%\n", "end\n"},
    {"", "(defun a (", "))"},
    {"", "if (a)\n{\n", "}\n"},
    {"", "if(a){}else "},
    {"", "begin\n", "end\n"},
    {"x = ", "lambda: "},
    {"x = ", "(a) => ("},
    {"x = ", "<a>", "</a>"},
    {"x = ", "`${", "}`"},
    {"x = ", "f\"{", "}\""},
    {"x = ", "a ? b : ", "", "c;\n"},
    {"x = ", "a + b * ", "", "c;\n"},
    {"x = ", "- ", "", "c;\n"},
    {"x = ", "not ", "", "c\n"},
    {"x = ", "a.", "", "b\n"},
    {"x = ", "a = ", "", "b\n"},
    {"a", "::b", "", "() {}\n"},
    {"type A = ", "B | ", "", "C;\n"},
    // Much of the same.
    {"", "a"},
    {"", "\xC3\xA9"},
    {"", " "},
    {"", "\t\n"},
    {"", "\r"},
    {"", "\n"},
    {"int ", "a%, ", "", "b;\n"},
    {"x = {", "1, ", "", "};\n"},
    {"", "a% "},
    {"", "a% = 1\n"},
    {"", "int a%;\n"},
    {"", "void f%() {} "},
    {"", "def f%(): pass; "},
    {"", "def f%(); 1; end; "},
    {"", "fn f%() {} "},
    {"", "function f%() {} "},
    {"", "func f%() {} "},
    {"", "void f%() {}\n"},
    {"", "def f%():\n  pass\n"},
    {"", "def f%\n  1\nend\n"},
    {"", "fun f% = 1\n"},
    {"", "f% x = 1\n"},
    {"", "public "},
    {"package ", "a", "", "\nint f() {}\nint g() {}\n"},
    {"", "@a(1)\n", "", "void f() {}\n"},
    {"", "@A ", "", "void f() {}\n"},
    {"", "#[a]\n", "", "fn f() {}\n"},
    {"", "[A] ", "", "void f() {}\n"},
    {"", "[[a]] ", "", "void f() {}\n"},
    {"", "#if A\n"},
    {"", "#if A\nint x;\n#else\nint y;\n"},
    {"", "#if A\nint x;\n#endif\n"},
    {"", "#define A% 1\n"},
    {"#define A \\\n", "  x \\\n"},
    {"", "X(a)\n"},
    {"enum E {\n", "X(a)\n"},
    {"", "LIB_API "},
    {"", "LIB_API const "},
    // Comments.
    {"", "// a\n"},
    {"", "# a\n"},
    {"", "-- a\n"},
    {"", "/**/"},
    {"x = (", "/**/"},
    {"", "/**/\x01x"},
    {"", "\"\"\"a\"\"\"\n"},
    // What is opened, and never closed.
    {"x = ", "\""},
    {"x = ", "\\'"},
    {"x = \"", "\\\""},
    {"x = ", "\"a\n"},
    {"x = ", "'a\n"},
    {"x = \"", "a b\n"},
    {"x = '''", "a b\n"},
    {"x = \"\"\"", "a b\n"},
    {"x = ", "\"\"\"\n'''\n"},
    {"x = `", "a b\n"},
    {"x = `", "${a\n"},
    {"/*", "a b\n"},
    {"", "/* a\n"},
    {"", "x = /*\n"},
    {"", "(* a\n"},
    {"", "{- a\n"},
    {"", "<!-- a\n"},
    {"", "=begin\n"},
    {"", "--[[ a\n"},
    {"x = R\"(", "a b\n"},
    {"", "x = R\"a(\n"},
    {"", "x = r#\"\n"},
    {"", "x <<E\n"},
    {"", "x <<E%\n"},
    {"", "<<E% "},
    {"", "<<<E%\n"},
    {"", "x = <a \n"},
    {"", "x = / a\n"},
    // What is no token, or stands where it may not.
    {"int f() {}\n", "\x01x"},
    {"int f() {}\n", "\x01"},
    {"int f() {}\n", "\x7f;"},
    {"int f() {}\n", "$ "},
    {"int f() {}\n", "@"},
    {"int f() {}\n", "#"},
    {"int f() {}\n", "x)"},
    {"int f() {}\n", "x}"},
    {"int f() {}\n", "] "},
    {"int f() {}\n", ","},
    {"int f() {}\n", ": "},
    {"int f() {}\n", "= "},
    {"int f() {}\n", "(\x01"},
    {"int f() {}\n", "{\x01"},
    {"int f() {}\n", "if(\x01"},
    {"int f() {}\n", "a b("},
    {"int f() {}\n", "x(){ "},
    {"int f() {}\n", "for("},
    {"int f() {}\n", "case 1: "},
    {"int f() {}\n", "template<"},
    {"int f() {}\n", "class "},
    {"int f() {}\n", "def "},
    {"int f() {}\n", "import "},
    {"int f() {}\n", "return "},
    {"int f() {}\n", "1x "},
    {"int f() {}\n", "-> "},
    {"int f() {}\n", "\\\n"},
    {"int f() {}\n", "\n\tx"},
    {"", "int f() {}\n\x01x"},
    {"", "x = 1;\n}\n"},
    {"", "end\n"},
    {"", "}\n"},
});

void add_piece(std::string& text, std::string_view piece, std::size_t number) {
  const std::size_t mark = piece.find('%');
  text += piece.substr(0, mark);
  if (mark != std::string_view::npos) {
    text += std::to_string(number);
    text += piece.substr(mark + 1);
  }
}

/// About `bytes` long, and with so many lines that it does not look generated.
std::string text_of(const Kind& kind, std::size_t bytes) {
  std::string text(kind.before);
  const std::size_t times = bytes / (kind.open.size() + kind.close.size());
  for (std::size_t i = 0; i < times; ++i) {
    add_piece(text, kind.open, i);
  }
  for (std::size_t i = 0; i < times; ++i) {
    add_piece(text, kind.close, i);
  }
  text += kind.after;
  return text.append(bytes / 500, '\n');
}

std::string described(std::string_view language, const Kind& kind) {
  std::string out = std::string(language) + ": " + std::string(kind.before) + " | " +
                    std::string(kind.open) + " | " + std::string(kind.close);
  std::ranges::replace(out, '\n', '~');
  return out;
}

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double cost(const Kind& kind, std::string_view language, std::size_t bytes) {
  const std::string text = text_of(kind, bytes);
  const double begin = cpu_seconds();
  const std::vector<SourceChunk> chunks = chunk(text, language, "a");
  return cpu_seconds() - begin;
}

/// How long the texts are, and which of the kinds a language gets: every `stride`-th.
struct Extent {
  std::size_t bytes = 16'000;
  std::size_t stride = 9;
};

Extent extent() {
  const char* const bytes = std::getenv("QUIRE_GROWTH_BYTES");
  return bytes != nullptr            ? Extent{std::strtoull(bytes, nullptr, 10), 1}
         : support::kPartsOfOne == 1 ? Extent{}
                                     : Extent{.bytes = 2'000};  // A sanitizer looks at the rest.
}

struct Allowance {
  double seconds;
  double seconds_per_byte;
};

/// What nobody minds. A parse may cost that much of what it is allowed at most, ten times what code
/// does, before it is given up.
constexpr Allowance kParse{1.0, 20e-6};
constexpr Allowance kScan{0.1, 2e-6};

void expect_linear(std::string_view language, const Kind& kind, Allowance allowed) {
  constexpr double kMostExponent = 1.3;
  const std::size_t bytes = extent().bytes;
  const double enough = allowed.seconds + allowed.seconds_per_byte * static_cast<double>(bytes);
  // The second time, another program is less likely to have taken the caches away.
  if (cost(kind, language, bytes) < enough) {
    return;
  }
  const double seconds = cost(kind, language, bytes);
  const double exponent = std::log2(seconds / cost(kind, language, bytes / 4)) / 2;
  EXPECT_TRUE(seconds < enough || exponent < kMostExponent)
      << described(language, kind) << ": " << seconds << " s, exponent " << exponent;
}

/// The languages take turns with the kinds, if not all are wanted.
void expect_linear(const std::vector<std::string>& languages, Allowance allowed) {
  const std::size_t stride = extent().stride;
  for (std::size_t i = 0; i < languages.size(); ++i) {
    for (std::size_t kind = i % stride; kind < kKinds.size(); kind += stride) {
      expect_linear(languages[i], kKinds[kind], allowed);
    }
  }
}

TEST(Growth, ParsingIsLinearInWhateverText) {
  expect_linear(grammar_languages(), kParse);
}

TEST(Growth, ReadingOutlinesIsLinearInWhateverText) {
  std::vector<std::string> languages = outline_languages();
  languages.insert(languages.end(), {"markdown", "text"});
  expect_linear(languages, kScan);
}

TEST(Growth, EveryKindKeepsTheInvariants) {
  for (const std::string_view language : {"cpp", "python", "ruby", "text"}) {
    for (const Kind& kind : kKinds) {
      const std::string text = text_of(kind, 1500);
      EXPECT_EQ(broken_invariant(text, chunk(text, language, "a")), "")
          << described(language, kind);
    }
  }
}

}  // namespace
}  // namespace quire::chunking
