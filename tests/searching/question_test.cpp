#include "searching/question.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quire::searching {
namespace {

using Kind = Question::Kind;

std::vector<std::string> names(std::string_view text) {
  std::vector<std::string> out;
  for (const AskedName& asked : understand(text).names) {
    out.push_back(asked.owner.empty() ? asked.name : asked.owner + "." + asked.name);
  }
  return out;
}

using Names = std::vector<std::string>;

TEST(Question, OneWordIsAName) {
  EXPECT_EQ(understand("Args").kind, Kind::symbol);
  EXPECT_EQ(understand("read_url").kind, Kind::symbol);
  EXPECT_EQ(names("Server.Start"), Names{"server.start"});
  EXPECT_EQ(names("net::Server::start()"), Names{"server.start"});
}

TEST(Question, AFileOrFolderIsAPath) {
  EXPECT_EQ(understand("setup.py").kind, Kind::path);
  EXPECT_EQ(understand("src/net/http.go").kind, Kind::path);
  EXPECT_EQ(understand("net/http").kind, Kind::path);
}

TEST(Question, PlainLanguageHasNoNamesButThoseWrittenAsCode) {
  EXPECT_EQ(understand("how are Requests parsed").kind, Kind::words);
  EXPECT_EQ(names("how are Requests parsed from JSON"), Names{});
  EXPECT_EQ(names("where is readUrl called by http_server"), (Names{"readurl", "httpserver"}));
  EXPECT_EQ(names("what does app.handle do, and List<T>?"), Names{"app.handle"});
  EXPECT_EQ(names("URLs and IDs"), Names{});
}

TEST(Question, FunctionWordsSayNothing) {
  EXPECT_EQ(understand("how does the parser work").words,
            (std::vector<std::string>{"pars", "work"}));
}

TEST(Question, QuotedTextIsAPhrase) {
  const Question question = understand("where is \"return nil, err\" used");
  EXPECT_EQ(question.phrases, std::vector<std::string>{"return nil, err"});
  EXPECT_FALSE(question.text.contains('"'));
  EXPECT_TRUE(understand("an open \" mark").phrases.empty());
  EXPECT_TRUE(understand("\"\"").phrases.empty());
}

using Phrases = std::vector<std::string>;

Phrases phrases(std::string_view text) {
  return understand(text).phrases;
}

TEST(Question, PhrasesEndWithTheirLine) {
  EXPECT_EQ(phrases("a = \"x y\"\nb = \"z"), Phrases{"x y"});
  EXPECT_EQ(phrases("it's 5\" wide\nFile \"a.py\", line 3"), Phrases{"a.py"});
  EXPECT_EQ(phrases("\"one\ntwo\""), Phrases{});
}

TEST(Question, MarksBehindABackslashAreText) {
  EXPECT_EQ(phrases("\"say \\\"hi\\\" twice\" now"), Phrases{"say \\\"hi\\\" twice"});
  EXPECT_EQ(phrases("{\\\"a\\\": \\\"b\\\"}"), Phrases{});
  EXPECT_EQ(phrases("\"C:\\temp\\\""), Phrases{"C:\\temp\\"});
  EXPECT_EQ(phrases("\"a\\\\\" b"), Phrases{"a\\\\"});
}

TEST(Question, APhraseIsAskedForOnceAndOfManyTheFirst) {
  EXPECT_EQ(phrases("\"a\" or \"b\" or \"a\""), (Phrases{"a", "b"}));
  std::string many = "pasted";
  for (int i = 0; i < 100; ++i) {
    many += " \"text " + std::to_string(i) + "\"";
  }
  EXPECT_EQ(phrases(many).size(), 16U);
  EXPECT_FALSE(understand(many.substr(6)).is_exact);
}

TEST(Question, NothingButQuotedTextIsExact) {
  for (const char* text : {"\"a b\"", "  \"a\" \"b\"\n", "\"\" \"a\"", "\"==\"", "(\"==\")"}) {
    EXPECT_TRUE(understand(text).is_exact) << text;
  }
  for (const char* text :
       {"", "\"", "\"\"", "a \"b\"", "\"a\", \"b\"", "\"a\"\n\"b\"", "\"a\" \"b"}) {
    EXPECT_FALSE(understand(text).is_exact) << text;
  }
}

TEST(Question, NothingAndOddBytesAreQuestionsToo) {
  for (const char* text : {"", " ", "...", "\"", "()", "::", "\xC3\xA9"}) {
    EXPECT_NO_FATAL_FAILURE(understand(text)) << text;
  }
}

TEST(Question, OfAWholeBookKeepsToWhatIsNeeded) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    const std::string number = std::to_string(i);
    text += "word" + number + "x Some.name" + number + "() \"quoted " + number + "\"\n";
  }
  const Question question = understand(text);
  EXPECT_LE(question.words.size(), 1000U);
  EXPECT_EQ(question.names.size(), 200U);
  EXPECT_EQ(question.phrases.size(), 16U);
  EXPECT_FALSE(question.is_exact);
}

}  // namespace
}  // namespace quire::searching
