#include "base/printable.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace quire::base {
namespace {

TEST(Printable, WhatIsSeenStaysAsItIs) {
  const std::string plain =
      "tab\there ~ \xC3\xA9\xC2\xA9 e\xCC\x81 \xE6\x97\xA5 \xE2\x9D\xA4\xEF\xB8\x8F "
      "\xF0\x9F\x92\xBB";
  EXPECT_EQ(printable(plain), plain);
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, ControlsCanNotSteerATerminal) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\u{1B}[31mb");
  EXPECT_EQ(printable(std::string_view("\0\n\r\x7f", 4)), "\\u{0}\\u{A}\\u{D}\\u{7F}");
  EXPECT_EQ(printable("\xC2\x9B"), "\\u{9B}");
}

TEST(Printable, NeitherDirectionsNorWhatHasNoWidthIsHidden) {
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "cod.exe"),
            "\\u{202E}cod.exe");
  EXPECT_EQ(printable("a\xE2\x80\x8B"
                      "b\xEF\xBB\xBF"),
            "a\\u{200B}b\\u{FEFF}");
  EXPECT_EQ(printable("\xF3\xA0\x81\x81"), "\\u{E0041}");
}

TEST(Printable, BytesThatAreNoTextAreShownAsSuch) {
  EXPECT_EQ(printable("a\x9B"
                      "1m\xE2\x80"),
            "a\\x9B1m\\xE2\\x80");
}

TEST(Printable, LinesStayLines) {
  EXPECT_EQ(printable_lines("a\r\nb\x1b\n"), "a\nb\\u{1B}\n");
  EXPECT_EQ(printable_lines("a\rb\n\nc\r"), "a\\u{D}b\n\nc\\u{D}");
  EXPECT_EQ(printable_lines(printable_lines("\xE2\x80\xAE\r\n")), "\\u{202E}\n");
}

TEST(Printable, JsonEscapesWhatIsUnseenAndReadsTheSame) {
  std::string text;
  for (char32_t code = 0; code < 0x110000; ++code) {
    if ((code < 0xD800 || code > 0xDFFF) && is_unseen(code)) {
      text += utf8_of(code);
    }
  }
  const std::string line = dump_json(Json{{text, text}});
  EXPECT_EQ(line.find_first_not_of("0123456789abcdef\\u{}:\"fnrtb"), std::string::npos);
  const auto read = parse_json(line);
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)[text], text);
  EXPECT_EQ(dump_json(Json("\xF3\xA0\x81\x81 \x7f\xC2\x9B\xC3\xA9")),
            "\"\\udb40\\udc41 \\u007f\\u009b\xC3\xA9\"");
}

TEST(Printable, ACharacterIsItsBytes) {
  for (const char32_t code : {0x0U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
    const std::string bytes = utf8_of(code);
    const Character found = first_character(bytes + "x");
    EXPECT_EQ(found.bytes, bytes.size());
    EXPECT_EQ(found.code, code);
  }
}

}  // namespace
}  // namespace quire::base
