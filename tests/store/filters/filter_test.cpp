#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <quire/filter.hpp>

#include "store/filters/filter_node.hpp"

namespace quire {
namespace {

Filter parsed(std::string_view text) {
  Result<Filter> filter = Filter::parse(text);
  EXPECT_TRUE(filter.has_value()) << text << "\n" << filter.error().message;
  return filter.has_value() ? *std::move(filter) : Filter();
}

/// The message of the error; one line, then the text, then the caret.
std::string message_of(std::string_view text) {
  const Result<Filter> filter = Filter::parse(text);
  EXPECT_FALSE(filter.has_value()) << text.substr(0, 300);
  if (filter.has_value()) {
    return "";
  }
  EXPECT_EQ(filter.error().code, ErrorCode::invalid_argument);
  return filter.error().message;
}

void expect_refused(std::string_view text, std::size_t character, std::string_view problem) {
  const std::string message = message_of(text);
  const std::string expected = "filter: character " + std::to_string(character) + ": ";
  EXPECT_TRUE(message.starts_with(expected)) << text << "\n" << message;
  EXPECT_NE(message.find(problem), std::string::npos) << text << "\n" << message;
}

/// Whether the text means `typed`, and the typed filter's text means it too.
void expect_same(std::string_view text, const Filter& typed) {
  EXPECT_TRUE(parsed(text) == typed) << text << "\n" << typed.to_string();
  EXPECT_TRUE(parsed(typed.to_string()) == typed) << typed.to_string();
  EXPECT_TRUE(typed.validate().has_value());
}

TEST(FilterParse, UnderstandsEachOperator) {
  expect_same("language = 'go'", field("language") == "go");
  expect_same("language == 'go'", field("language") == "go");
  expect_same("start_line != 10", field("start_line") != 10);
  expect_same("start_line <> 10", field("start_line") != 10);
  expect_same("start_line < 10", field("start_line") < 10);
  expect_same("start_line <= 10", field("start_line") <= 10);
  expect_same("start_line > 10", field("start_line") > 10);
  expect_same("start_line >= 10", field("start_line") >= 10);
  expect_same("symbol_kind IN ('func', 'method')", field("symbol_kind").in({"func", "method"}));
  expect_same("symbol_kind NOT IN ('func')", field("symbol_kind").not_in({"func"}));
  expect_same("file_path LIKE 'src/%'", field("file_path").like("src/%"));
  expect_same("file_path NOT LIKE 'src/%'", field("file_path").not_like("src/%"));
  expect_same("file_path LIKE '50!%' ESCAPE '!'", field("file_path").like("50!%", '!'));
  expect_same("content LIKE 'it''s' ESCAPE ''''", field("content").like("it's", '\''));
  expect_same("end_line BETWEEN -1 AND +5", field("end_line").between(-1, 5));
  expect_same("NOT end_line BETWEEN 1 AND 5", !field("end_line").between(1, 5));
  expect_same("end_line NOT BETWEEN 1 AND 5", !field("end_line").between(1, 5));
  expect_same("package_name IS NULL", field("package_name").is_null());
  expect_same("package_name IS NOT NULL", field("package_name").is_not_null());
  expect_same("extra.signature = 'x'", field("extra.signature") == "x");
}

TEST(FilterParse, MirrorsAComparisonThatBeginsWithItsValue) {
  expect_same("10 = start_line", field("start_line") == 10);
  expect_same("10 <> start_line", field("start_line") != 10);
  expect_same("10 < start_line", field("start_line") > 10);
  expect_same("10 <= start_line", field("start_line") >= 10);
  expect_same("10 > start_line", field("start_line") < 10);
  expect_same("'go' >= language", field("language") <= "go");
}

TEST(FilterParse, BindsNotThenAndThenOr) {
  const Filter a = field("language") == "a";
  const Filter b = field("language") == "b";
  const Filter c = field("language") == "c";
  expect_same("language='a' OR language='b' AND language='c'", a || (b && c));
  expect_same("(language='a' OR language='b') AND language='c'", (a || b) && c);
  expect_same("NOT language='a' AND language='b'", !a && b);
  expect_same("NOT (language='a' AND language='b')", !(a && b));
  expect_same("NOT NOT language='a'", !!a);
  expect_same("((language='a'))", a);
}

TEST(FilterParse, FlattensChains) {
  const Filter a = field("language") == "a";
  const Filter b = field("language") == "b";
  const Filter c = field("language") == "c";
  expect_same("language='a' AND language='b' AND language='c'", a && b && c);
  EXPECT_TRUE(((a && b) && c) == (a && (b && c)));
  EXPECT_TRUE(((a || b) || c) == (a || (b || c)));
  EXPECT_TRUE(parsed("language='a' AND (language='b' AND language='c')") == (a && b && c));
  EXPECT_EQ(filters::parts_of(*(a && b && c).root()).size(), 3U);
  EXPECT_EQ((a && b && c).root()->depth, 2U);
}

TEST(FilterParse, TakesKeywordsInAnyCaseAndAnySpace) {
  expect_same(
      "\tlanguage\nin('go')aNd\r\nNot(file_path lIkE'%'oR symbol_name Is nOt NuLl)and end_line "
      "Between 1 anD 2",
      field("language").in({"go"}) &&
          !(field("file_path").like("%") || field("symbol_name").is_not_null()) &&
          field("end_line").between(1, 2));
}

TEST(FilterParse, TakesFieldsInQuotes) {
  expect_same("\"language\" = 'go' AND `language` = 'c'",
              field("language") == "go" && field("language") == "c");
  expect_same("extra.\"my name\" = 'x'", field("extra.my name") == "x");
  expect_same("\"extra.my name\" = 'x'", field("extra.my name") == "x");
  expect_same("extra.`a\"b` = 'x'", field("extra.a\"b") == "x");
  expect_same("extra.\"a\"\"b\" = 'x'", field("extra.a\"b") == "x");
  expect_same("extra . a . b = 'x'", field("extra.a.b") == "x");
  expect_same("extra.like LIKE 'x'", field("extra.like").like("x"));
  expect_same("extra.\"\xe4\xb8\xad\" = 'x'", field("extra.\xe4\xb8\xad") == "x");
}

TEST(FilterParse, TakesQuotesAndAnyCharacterInStrings) {
  expect_same("content = 'it''s'", field("content") == "it's");
  expect_same("content = ''", field("content") == "");
  expect_same("content = ''''''", field("content") == "''");
  expect_same("content = 'a\nb \\ \" ` \xf0\x9f\x98\x80 AND'",
              field("content") == "a\nb \\ \" ` \xf0\x9f\x98\x80 AND");
  expect_same(std::string_view("content = '\0'", 13), field("content") == std::string(1, '\0'));
}

TEST(FilterParse, TakesIntegersOf64Bits) {
  expect_same("chunk_id = 9223372036854775807", field("chunk_id") == INT64_MAX);
  expect_same("chunk_id = -9223372036854775808", field("chunk_id") == INT64_MIN);
  expect_same("chunk_id = -0", field("chunk_id") == 0);
  expect_same("chunk_id = 007", field("chunk_id") == 7);
}

TEST(FilterParse, TakesMembersInAnyCase) {
  expect_same("LANGUAGE = 'go' AND File_Path LIKE 'src/%'",
              field("language") == "go" && field("file_path").like("src/%"));
  expect_same("EXTRA.Note = 'x' OR extra.note = 'x'",
              field("extra.Note") == "x" || field("extra.note") == "x");
  expect_same("`language` = 'Go'", field("language") == "Go");
}

TEST(FilterParse, TakesNumbersWithAFractionThatIsZero) {
  expect_same("start_line = 1.0", field("start_line") == 1);
  expect_same("start_line IN (1., 2.000, -3.0)", field("start_line").in({1, 2, -3}));
  expect_same("start_line BETWEEN -1.0 AND 1e3", field("start_line").between(-1, 1000));
  expect_same("start_line = 1.5e1", field("start_line") == 15);
  expect_same("start_line = 1500e-2", field("start_line") == 15);
  expect_same("start_line = 0e99999999999999999999", field("start_line") == 0);
  expect_same("chunk_id = 9223372036854775807.0", field("chunk_id") == INT64_MAX);
  expect_same("chunk_id = -9.223372036854775808e18", field("chunk_id") == INT64_MIN);
}

TEST(FilterParse, ComparesMembersWithFractions) {
  const Filter none = parsed("FALSE");
  expect_same("start_line = 1.5", none);
  expect_same("start_line != 1.5", parsed("TRUE"));
  expect_same("start_line < 1.5", field("start_line") <= 1);
  expect_same("start_line <= 1.5", field("start_line") <= 1);
  expect_same("start_line > 1.5", field("start_line") > 1);
  expect_same("start_line >= 1.5", field("start_line") > 1);
  expect_same("start_line < -1.5", field("start_line") <= -2);
  expect_same("start_line > -0.5", field("start_line") > -1);
  expect_same("1.5 < start_line", field("start_line") > 1);
  expect_same("start_line > 1e-99999999999999999999", field("start_line") > 0);
  expect_same("start_line BETWEEN 1.5 AND 3.5", field("start_line").between(2, 3));
  expect_same("start_line NOT BETWEEN -1.5 AND -0.5", !field("start_line").between(-1, -1));
  expect_same("start_line IN (1.5, 2)", field("start_line").in({2}));
  expect_same("start_line IN (1.5)", none);
  expect_same("start_line NOT IN (1.5)", !none);
}

TEST(FilterParse, TakesConstants) {
  EXPECT_FALSE(parsed("TRUE").empty());
  EXPECT_EQ(parsed("true").to_string(), "TRUE");
  EXPECT_EQ(parsed("not True").to_string(), "FALSE");
  expect_same("FALSE", !Filter());
  expect_same("NOT FALSE", !!Filter());
  expect_same("language = 'go' AND (true)", field("language") == "go" && parsed("TRUE"));
  for (const std::string_view text :
       {"1 = 1", "1 = 1.0", "(1) == (1)", "1 <> 2", "1 < 1.5", "1.5 > 1", "-1.5 < -1", "2 > 1.5",
        "'a' = 'a'", "'a' < 'b'", "1.5 <= 2.5", "1.5 != 2.5"}) {
    EXPECT_TRUE(parsed(text) == parsed("TRUE")) << text;
  }
  for (const std::string_view text : {"1 = 2", "1.5 = 1", "1.5 <= 1", "'a' = 'A'", "2 < 2"}) {
    EXPECT_TRUE(parsed(text) == parsed("FALSE")) << text;
  }
}

TEST(FilterParse, TakesOperandsInParentheses) {
  const Filter go = field("language") == "go";
  expect_same("(language) = 'go'", go);
  expect_same("((language)) = (('go'))", go);
  expect_same("((language) = 'go')", go);
  expect_same("'go' = (language)", go);
  expect_same("('go') = language", go);
  expect_same("NOT (extra.note) IN (('x'), 'y')", field("extra.note").not_in({"x", "y"}));
  expect_same("((start_line) BETWEEN (1) AND (2) OR (language) IS NULL)",
              field("start_line").between(1, 2) || field("language").is_null());
  expect_refused("(language)", 11, "expected one of = != ");
  expect_refused("((language) = 'go'", 19, "expected ), found the end");
  expect_refused("((language = 'go')) = 1", 21, "expected AND, OR or the end");
  expect_same(std::string(100, '(') + "language" + std::string(100, ')') + " = 'go'", go);
  EXPECT_FALSE(
      Filter::parse(std::string(101, '(') + "language" + std::string(101, ')') + " = 'go'"));
}

TEST(FilterParse, TakesIlikeAndFunctions) {
  expect_same("file_path ILIKE 'SRC/%'", field("file_path").ilike("SRC/%"));
  expect_same("file_path not ilike '50!%' ESCAPE '!'", field("file_path").not_ilike("50!%", '!'));
  expect_same("starts_with(file_path, 'src/')", field("file_path").starts_with("src/"));
  expect_same("STARTS_WITH((FILE_PATH), 'src/')", field("file_path").like("src/%"));
  expect_same("NOT Ends_With(extra.note, '.go')", field("extra.note").not_like("%.go"));
  expect_same("contains(content, 'a_b\\%')", field("content").like("%a\\_b\\\\\\%%", '\\'));
  expect_same("contains(content, '\\')", field("content").like("%\\%"));
  expect_same("contains(content, '')", field("content").contains(""));
  expect_refused("lower(language) = 'go'", 1,
                 "unknown function lower; the functions are starts_with");
  expect_refused("starts_with(language)", 21, "expected ,, found )");
  expect_refused("starts_with(language, 'a', 'b')", 26, "expected ), found ,");
  expect_refused("starts_with('a', language)", 13, "expected a field, found a string");
  expect_refused("starts_with = 'a'", 1, "unknown field starts_with");
  expect_refused("\"starts_with\"(language, 'a')", 1, "unknown field starts_with");
}

TEST(FilterParse, TakesTimeLinearInTheParentheses) {
  std::string text = "(language = 'a')";
  while (text.size() < filters::kMaxTextBytes / 2) {
    text += "or(language='a')";
  }
  EXPECT_TRUE(Filter::parse(text).has_value());
  const std::string deep = std::string(90, '(') + "language = 'a'" + std::string(90, ')');
  std::string many = deep;
  while (many.size() < filters::kMaxTextBytes / 2) {
    many += " or " + deep;
  }
  EXPECT_TRUE(Filter::parse(many).has_value());
}

TEST(FilterParse, TakesNothingForTheEmptyFilter) {
  EXPECT_TRUE(parsed("").empty());
  EXPECT_TRUE(parsed(" \n\t").empty());
  EXPECT_EQ(Filter().to_string(), "");
  EXPECT_TRUE(Filter().validate().has_value());
  EXPECT_TRUE(Filter() == Filter());
}

TEST(FilterParse, PointsAtTheCharacter) {
  EXPECT_EQ(
      message_of("language = 'go' AND lang = 'c'"),
      "filter: character 21: unknown field lang; the fields are file_path, chunk_id, content, "
      "symbol_name, symbol_kind, package_name, language, start_line, end_line, last_modified, "
      "key, extra.NAME\n"
      "    language = 'go' AND lang = 'c'\n"
      "                        ^");
}

TEST(FilterParse, PointsAtTheCharacterInATextOfManyBytesAndLines) {
  const std::string message =
      message_of("content = '\xe4\xb8\xad\xe6\x96\x87'\n AND content = " + std::string(500, 'x'));
  EXPECT_TRUE(message.starts_with("filter: character 31: ")) << message;
  EXPECT_TRUE(message.ends_with("\n    content = '\xe4\xb8\xad\xe6\x96\x87'  AND content = " +
                                std::string(60, 'x') + "\n    " + std::string(30, ' ') + "^"))
      << message;
}

TEST(FilterParse, RefusesBadSyntax) {
  expect_refused("language", 9, "expected one of = != < <= > >= IN LIKE ILIKE BETWEEN IS");
  expect_refused("language =", 11, "expected a 'string' or a number, found the end");
  expect_refused("= 'go'", 1, "expected a field, found =");
  expect_refused("language 'go'", 10, "found a string");
  expect_refused("language SIMILAR 'go'", 10, "found SIMILAR");
  expect_refused("language = 'go' language = 'c'", 17,
                 "expected AND, OR or the end, found language");
  expect_refused("language = 'go' AND", 20, "expected a field, found the end");
  expect_refused("language = 'go' OR OR", 20, "expected a field, found OR");
  expect_refused("language = 'go';", 16, "expected AND, OR or the end, found ;");
  expect_refused("(language = 'go'", 17, "expected ), found the end");
  expect_refused("language = 'go')", 16, "expected AND, OR or the end, found )");
  expect_refused("()", 2, "expected a field, found )");
  expect_refused("NOT", 4, "expected a field");
  expect_refused("language IN 'go'", 13, "expected (");
  expect_refused("language IN ()", 14, "expected a 'string' or a number, found )");
  expect_refused("language IN ('go',)", 19, "expected a 'string' or a number, found )");
  expect_refused("language IN ('go' 'c')", 19, "expected ), found a string");
  expect_refused("language NOT = 'go'", 14, "expected IN, LIKE, ILIKE or BETWEEN");
  expect_refused("language IS 'go'", 13, "expected NULL, found a string");
  expect_refused("language IS NOT", 16, "expected NULL, found the end");
  expect_refused("start_line BETWEEN 1, 2", 21, "expected AND, found ,");
  expect_refused("start_line BETWEEN 1 AND", 25, "expected a 'string' or a number");
  expect_refused("language = \"go\"", 12, "a quoted name (a string is written in ' ')");
  expect_refused("start_line = end_line", 14, "expected a 'string' or a number, found end_line");
  expect_refused("1 = '1'", 5, "values of two types can't be compared");
  expect_refused("1.5 < 1.25", 7, "two fractions are not compared");
  expect_refused("1 = 1 = 1", 7, "expected AND, OR or the end, found =");
  expect_refused("1 = TRUE", 5, "expected a field, found TRUE");
  expect_refused("language = TRUE", 12, "language is a string, and can't be compared with TRUE");
  expect_refused("TRUE = TRUE", 6, "expected AND, OR or the end, found =");
  expect_refused("1 IN (1)", 3, "expected one of = != < <= > >= after a value");
  expect_refused("language = NULL", 12, "write IS NULL");
  expect_refused("language IN ('a', null)", 19, "write IS NULL");
  expect_refused("language = 'go", 12, "this ' is not closed");
  expect_refused("\"language = 'go'", 1, "this \" is not closed");
  expect_refused("`language", 1, "this ` is not closed");
  expect_refused("language # 'go'", 10, "expected a field, a value or an operator");
  expect_refused("language ! 'go'", 10, "expected a field, a value or an operator");
  expect_refused("start_line = - 1", 14, "expected a field, a value or an operator");
  expect_refused("start_line = 1.5.2", 14, "this is not a number");
  expect_refused("start_line = 1e", 14, "this is not a number");
  expect_refused("start_line = 1e+", 14, "this is not a number");
  expect_refused("start_line = 12ab", 14, "this is not a number");
  expect_refused("start_line = 0x10", 14, "this is not a number");
  expect_refused("start_line = .5", 14, "expected a 'string' or a number, found .");
  expect_refused("start_line = 9223372036854775808", 14, "does not fit into 64 bits");
  expect_refused("start_line = -9223372036854775809", 14, "does not fit into 64 bits");
  expect_refused("start_line < 9223372036854775807.5", 14, "does not fit into 64 bits");
  expect_refused("start_line > -9223372036854775808.5", 14, "does not fit into 64 bits");
  expect_refused("start_line < 1e19", 14, "does not fit into 64 bits");
  expect_refused("start_line < 1e99999999999999999999", 14, "does not fit into 64 bits");
  expect_refused(std::string_view("language\0= 'go'", 15), 9, "expected a field");
}

TEST(FilterParse, PointsAtAStrayCharacterAfterAnyToken) {
  const std::string text =
      "NOT language NOT IN ( 'a' , 'b' ) AND ( file_path LIKE 'a!%' ESCAPE '!' OR "
      "start_line NOT BETWEEN 1 AND 5 ) AND 10 < end_line OR extra . name IS NOT NULL "
      "OR package_name IS NULL OR content NOT LIKE 'x' OR \"language\" != 'go' "
      "OR ( ( LANGUAGE ) ) ILIKE ( ( 'x' ) ) OR ( 1.5 ) > ( ( end_line ) ) OR TRUE OR ( 1 ) = 1 "
      "AND Contains ( ( content ) , 'x' ) ";
  ASSERT_TRUE(Filter::parse(text).has_value());
  expect_refused("#" + text, 1, "expected a field, a value or an operator");
  for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1)) {
    expect_refused(text.substr(0, at + 1) + "#" + text.substr(at), at + 2,
                   "expected a field, a value or an operator");
  }
}

TEST(FilterParse, RefusesUnknownFields) {
  expect_refused("lang = 'go'", 1, "unknown field lang;");
  expect_refused("\"Language\" = 'go'", 1, "unknown field Language;");
  expect_refused("Langage = 'go'", 1, "unknown field Langage;");
  expect_refused("'go' = lang", 8, "unknown field lang;");
  expect_refused("extra = 'x'", 1, "unknown field extra;");
  expect_refused("extra.\"\" = 'x'", 1, "unknown field");
  expect_refused("extra. = 'x'", 8, "expected a name, found =");
  expect_refused("language.x = 'x'", 1, "unknown field language.x;");
  expect_refused("\"\" = 'x'", 1, "unknown field \"\";");
}

TEST(FilterParse, RefusesWrongTypes) {
  expect_refused("start_line = '1'", 14, "start_line is a number");
  expect_refused("'1' = start_line", 1, "start_line is a number");
  expect_refused("language = 1", 12,
                 "language is a string, and can't be compared with a number: write '1'");
  expect_refused("extra.x IN ('a', 5)", 18, "extra.x is a string");
  expect_refused("start_line BETWEEN 1 AND 'b'", 26, "start_line is a number");
  expect_refused("start_line LIKE '1%'", 12, "LIKE compares strings");
  expect_refused("language LIKE 5", 15, "language is a string");
  expect_refused("start_line NOT ILIKE '1%'", 16, "ILIKE compares strings");
  expect_refused("language = 1.50", 12, "write '1.50' for the text");
  expect_refused("1.50 = language", 1, "write '1.50' for the text");
  expect_refused("starts_with(start_line, '1')", 13, "starts_with compares strings");
  expect_refused("ends_with(language, 1)", 21, "language is a string");
}

TEST(FilterParse, RefusesWrongPatterns) {
  expect_refused("language LIKE 'a!' ESCAPE '!'", 15, "ends in its escape");
  expect_refused("language LIKE 'a!!!' ESCAPE '!'", 15, "ends in its escape");
  expect_refused("language LIKE 'a' ESCAPE ''", 26, "one ASCII character");
  expect_refused("language LIKE 'a' ESCAPE '!!'", 26, "one ASCII character");
  expect_refused("language LIKE 'a' ESCAPE '\xc3\xa9'", 26, "one ASCII character");
  expect_refused("language LIKE 'a' ESCAPE 5", 26, "one ASCII character");
  expect_refused(std::string_view("language LIKE 'a' ESCAPE '\0'", 28), 26, "one ASCII character");
  EXPECT_TRUE(Filter::parse("language LIKE 'a!!' ESCAPE '!'").has_value());
}

TEST(FilterParse, RefusesInvalidUtf8) {
  EXPECT_EQ(message_of("language = '\xff'"), "filter: invalid UTF-8 at byte 12");
}

TEST(FilterParse, LimitsTheLengthOfTheText) {
  const std::string condition = "language = 'go'";
  const std::string padding(filters::kMaxTextBytes - condition.size(), ' ');
  EXPECT_TRUE(parsed(padding + condition) == (field("language") == "go"));
  EXPECT_EQ(message_of(padding + " " + condition),
            "filter: 1048577 bytes are more than 1 MiB (1048576)");
}

TEST(FilterParse, LimitsTheLengthInNormalForm) {
  std::string text = "chunk_id=1";
  while (text.size() < filters::kMaxTextBytes - 20) {
    text += " or chunk_id=1";
  }
  EXPECT_NE(message_of(text).find("in normal form it is longer than 1 MiB"), std::string::npos);
}

TEST(FilterParse, LimitsNesting) {
  const auto in_parentheses = [](std::size_t depth) {
    return std::string(depth, '(') + "language = 'go'" + std::string(depth, ')');
  };
  EXPECT_TRUE(parsed(in_parentheses(100)) == (field("language") == "go"));
  expect_refused(in_parentheses(101), 102, "nested deeper than 100");
  expect_refused(std::string(500'000, '('), 102, "nested deeper than 100");

  const auto negated = [](std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) {
      text += "NOT ";
    }
    return text + "language = 'go'";
  };
  EXPECT_TRUE(Filter::parse(negated(99)).has_value());
  EXPECT_NE(message_of(negated(100)).find("nested deeper than 100"), std::string::npos);
  EXPECT_NE(message_of(negated(200'000)).find("nested deeper than 100"), std::string::npos);
}

TEST(FilterParse, LimitsTheDepthOfTheTreeWhateverTheParentheses) {
  std::string text(60, '(');
  text += "chunk_id = 1";
  for (int i = 0; i < 60; ++i) {
    text += " OR chunk_id = 2) AND chunk_id = 3";
  }
  EXPECT_NE(message_of(text).find("nested deeper than 100"), std::string::npos);
}

TEST(Filter, ToStringIsShortAndCanonical) {
  const auto canonical = [](std::string_view text) { return parsed(text).to_string(); };
  EXPECT_EQ(canonical("((language<>'it''s'))and(start_line in(1,-2)or not end_line>+3)"),
            "language != 'it''s' AND (start_line IN (1, -2) OR NOT end_line > 3)");
  EXPECT_EQ(canonical("not (language is null)"), "language IS NOT NULL");
  EXPECT_EQ(canonical("not not language is null"), "NOT language IS NOT NULL");
  EXPECT_EQ(canonical("not file_path like '%' escape '!'"), "file_path NOT LIKE '%' ESCAPE '!'");
  EXPECT_EQ(canonical("not chunk_id between 1 and 2"), "chunk_id NOT BETWEEN 1 AND 2");
  EXPECT_EQ(canonical("not chunk_id in (1)"), "chunk_id NOT IN (1)");
  EXPECT_EQ(canonical("(chunk_id=1 and chunk_id=2) or not(chunk_id=3 or chunk_id=4)"),
            "chunk_id = 1 AND chunk_id = 2 OR NOT (chunk_id = 3 OR chunk_id = 4)");
  EXPECT_EQ(canonical("`extra.a b` = '' and extra.\"ok_1\" = '' and extra.\"1\" = ''"),
            "extra.\"a b\" = '' AND extra.ok_1 = '' AND extra.\"1\" = ''");
}

TEST(Filter, DiffersWhereAnythingDiffers) {
  const std::vector<Filter> filters{
      Filter(),
      field("language") == "a",
      field("language") == "b",
      field("content") == "a",
      field("language") != "a",
      !(field("language") == "a"),
      field("language").in({"a"}),
      field("language").in({"a", "a"}),
      field("language").like("a"),
      field("language").like("a", '!'),
      field("language").is_null(),
      field("chunk_id") == 1,
      field("chunk_id").between(1, 2),
      field("chunk_id").between(2, 1),
      field("chunk_id").in({1, 2}),
      field("chunk_id") == 1 && field("chunk_id") == 2,
      field("chunk_id") == 2 && field("chunk_id") == 1,
      field("chunk_id") == 1 || field("chunk_id") == 2,
  };
  for (std::size_t a = 0; a < filters.size(); ++a) {
    for (std::size_t b = 0; b < filters.size(); ++b) {
      EXPECT_EQ(filters[a] == filters[b], a == b) << a << " " << b;
    }
  }
}

TEST(Filter, EmptyOnesAreTrue) {
  const Filter a = field("language") == "a";
  EXPECT_TRUE((Filter() && a) == a);
  EXPECT_TRUE((a && Filter()) == a);
  EXPECT_TRUE((Filter() && Filter()).empty());
  EXPECT_TRUE((Filter() || a).empty());
  EXPECT_TRUE((a || Filter()).empty());
  EXPECT_FALSE((!Filter()).empty());
  EXPECT_TRUE((!Filter()).validate().has_value());
}

TEST(FilterValidate, GivesTheErrorsOfTypedPredicates) {
  const auto refused = [](const Filter& filter, std::string_view part_of_message) {
    const Status valid = filter.validate();
    ASSERT_FALSE(valid.has_value()) << part_of_message;
    EXPECT_EQ(valid.error().code, ErrorCode::invalid_argument);
    EXPECT_TRUE(valid.error().message.starts_with("filter: "));
    EXPECT_NE(valid.error().message.find(part_of_message), std::string::npos)
        << valid.error().message;
    EXPECT_FALSE(((field("chunk_id") == 1 || filter) && !filter).validate().has_value());
  };
  refused(field("lang") == "go", "unknown field lang; the fields are file_path");
  refused(field("") == "go", "unknown field \"\"");
  refused(field("extra.") == "go", "unknown field");
  refused(field("extra.\xff") == "go", "not UTF-8");
  refused(field("language") == 5, "language is a string");
  refused(field("start_line") == "5", "start_line is a number");
  refused(field("start_line").in({1, "5"}), "start_line is a number");
  refused(field("start_line").between(1, "5"), "start_line is a number");
  refused(field("start_line").like("5"), "LIKE compares strings");
  refused(field("language") == "\xff", "not UTF-8");
  refused(field("language").in({}), "IN needs at least one value");
  refused(field("language").not_in({}), "IN needs at least one value");
  refused(field("language").like("a!", '!'), "ends in its escape");
  refused(field("language").like("a", '\x80'), "one ASCII character");
}

TEST(FilterValidate, LimitsNoLengthOfWhatNobodyWroteAsText) {
  EXPECT_TRUE((field("content") == std::string(2 * filters::kMaxTextBytes, 'x')).validate());
  std::vector<Filter::Value> paths;
  for (int i = 0; i < 100'000; ++i) {
    paths.emplace_back("src/some/folder/file_" + std::to_string(i) + ".cpp");
  }
  const Filter filter = field("file_path").in(paths);
  EXPECT_TRUE(filter.validate().has_value());
  EXPECT_NE(message_of(filter.to_string()).find("are more than 1 MiB"), std::string::npos);
}

TEST(FilterValidate, LimitsDepthAndSurvivesTreesOfAnyDepth) {
  Filter filter = field("language") == "go";
  for (int i = 0; i < 99; ++i) {
    filter = !filter;
  }
  EXPECT_TRUE(filter.validate().has_value());
  EXPECT_TRUE(parsed(filter.to_string()) == filter);
  for (int i = 0; i < 1'000'000; ++i) {
    filter = i % 3 == 0   ? !filter
             : i % 3 == 1 ? filter && field("chunk_id") == 1
                          : field("chunk_id") == 2 || filter;
  }
  const Status valid = filter.validate();
  ASSERT_FALSE(valid.has_value());
  EXPECT_EQ(valid.error().message, "filter: nested deeper than 100");
  EXPECT_TRUE(filter == filter);
  EXPECT_FALSE(filter.to_string().empty());
}

TEST(FilterValidate, TakesLongFlatChains) {
  Filter filter;
  for (int i = 0; i < 3000; ++i) {
    filter = filter && field("chunk_id") != i;
  }
  EXPECT_TRUE(filter.validate().has_value());
  EXPECT_EQ(filters::parts_of(*filter.root()).size(), 3000U);
  EXPECT_TRUE(parsed(filter.to_string()) == filter);
}

TEST(FilterJoin, MakesOneSmallNodeWhateverItJoins) {
  Filter behind;
  Filter before;
  for (int i = 0; i < 5000; ++i) {
    const Filter more = field("chunk_id") < i && field("start_line") > i;
    behind = behind.empty() ? more : behind || more;
    before = before.empty() ? more : more || before;
    const Filter both = behind || before;
    ASSERT_LE(behind.root()->children.size(), 2U);
    ASSERT_LE(before.root()->children.size(), 2U);
    ASSERT_EQ(both.root()->children.size(), 2U);
  }
  EXPECT_EQ(filters::parts_of(*behind.root()).size(), 5000U);
  EXPECT_EQ(filters::parts_of(*(behind || before).root()).size(), 10'000U);
  EXPECT_EQ(filters::parts_of(*(behind && before).root()).size(), 2U);
}

TEST(FilterJoin, KeepsTheOrderHoweverItWasJoined) {
  Filter behind = field("chunk_id") == 0;
  Filter before = field("chunk_id") == 999;
  for (int i = 1; i < 1000; ++i) {
    behind = behind && field("chunk_id") == i;
    before = field("chunk_id") == 999 - i && before;
  }
  EXPECT_TRUE(behind == before);
  EXPECT_EQ(behind.to_string(), before.to_string());
  EXPECT_TRUE(parsed(behind.to_string()) == before);
}

TEST(FilterJoin, FreesAMillionTermsOnASmallStack) {
  const auto joined_and_freed = [] {
    Filter chain;
    Filter forth;
    for (int i = 0; i < 1'000'000; ++i) {
      const Filter one = field("chunk_id") < i;
      chain = chain && one;
      forth = one && forth;
    }
    EXPECT_TRUE((chain && forth).validate().has_value());
    const Filter other = chain || (forth && chain) || !chain;
    chain = Filter();
    EXPECT_TRUE(other.validate().has_value());
  };
  std::thread(joined_and_freed).join();
}

}  // namespace
}  // namespace quire
