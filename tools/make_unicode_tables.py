#!/usr/bin/env python3
"""Writes src/embedding/model2vec/unicode_tables.hpp from the Unicode database of Python's standard library.

  tools/make_unicode_tables.py            writes the file
  tools/make_unicode_tables.py --check    0: the file is what would be written; 1: it isn't;
                                          77: this Python knows another version of Unicode
"""

import pathlib
import sys
import unicodedata

VERSION = "14.0.0"
FILE = pathlib.Path(__file__).resolve().parent.parent / "src/embedding/model2vec/unicode_tables.hpp"
CODES = range(0x110000)
BLOCK = 128
HANGUL = range(0xAC00, 0xAC00 + 11172)

# Of a code point: category Mn; M*; P*; Cc, Cf or Co; what \w matches; has a canonical decomposition; has a lower case.
FLAGS = ("nonspacing", "mark", "punctuation", "control", "word", "decomposable", "cased")
NONSPACING, MARK, PUNCTUATION, CONTROL, WORD, DECOMPOSABLE, CASED = (1 << bit for bit in range(len(FLAGS)))

# Other_Alphabetic outside of the marks: circled and squared letters.
SYMBOLS_IN_WORDS = (range(0x24B6, 0x24EA), range(0x1F130, 0x1F14A), range(0x1F150, 0x1F16A), range(0x1F170, 0x1F18A))
JOINERS = (0x200C, 0x200D)

HEAD = """\
// Unicode {version}, written by tools/make_unicode_tables.py: change that.
// clang-format off
#pragma once

#include <array>
#include <cstdint>

namespace quire::model2vec::tables {{

enum Flag : std::uint8_t {{
{flags}}};

/// kCharacters[kClasses[kBlocks[code / kBlock] * kBlock + code % kBlock]] is what a code point is.
constexpr unsigned kBlock = {block};
struct Character {{
  std::uint8_t flags;
  std::uint8_t combining_class;
}};
/// Every stride-th code point in [first, last] has a lower case `difference` away. U+0130 isn't here: its has two.
struct LowerRange {{
  char32_t first;
  char32_t last;
  std::uint8_t stride;
  std::int32_t difference;
}};
/// The full canonical decomposition of `code`: kDecomposed[begin, begin + size). Hangul syllables aren't here.
struct Decomposition {{
  char32_t code;
  std::uint16_t begin;
  std::uint8_t size;
}};

"""
FOOT = """\
}  // namespace quire::model2vec::tables
// clang-format on
"""


def decomposition(code):
    """The full canonical decomposition, less Hangul's, which is arithmetic."""
    if code in HANGUL:
        return ()
    parts = tuple(map(ord, unicodedata.normalize("NFD", chr(code))))
    return parts if parts != (code,) else ()


def lower(code):
    """Lower case without context, hence of the character alone."""
    text = chr(code).lower()
    return tuple(map(ord, text)) if text != chr(code) else ()


def in_words(code, category):
    """What a regular expression's \\w is by UTS 18: alphabetic, marks, decimal digits, connectors, joiners."""
    return (category[0] in "LM" or category in ("Nl", "Nd", "Pc") or code in JOINERS
            or any(code in symbols for symbols in SYMBOLS_IN_WORDS))


def character(code):
    """(flags, canonical combining class)"""
    category = unicodedata.category(chr(code))
    flags = 0
    flags |= NONSPACING if category == "Mn" else 0
    flags |= MARK if category[0] == "M" else 0
    flags |= PUNCTUATION if category[0] == "P" else 0
    flags |= CONTROL if category in ("Cc", "Cf", "Co") else 0
    flags |= WORD if in_words(code, category) else 0
    flags |= DECOMPOSABLE if decomposition(code) or code in HANGUL else 0
    flags |= CASED if lower(code) else 0
    return flags, unicodedata.combining(chr(code))


def rows(values):
    """Numbers with commas, filled into lines."""
    line, lines = "", []
    for text in (f"{value}," for value in values):
        if len(line) + len(text) > 117:
            lines.append(line)
            line = ""
        line += text
    return "".join(f"  {each}\n" for each in [*lines, line])


def array(kind, name, values):
    return f"constexpr std::array<{kind}, {len(values)}> {name} = {{{{\n{rows(values)}}}}};\n\n"


def class_tables():
    records, index, blocks = {}, [], {}
    for begin in range(0, len(CODES), BLOCK):
        block = tuple(records.setdefault(character(code), len(records)) for code in range(begin, begin + BLOCK))
        index.append(blocks.setdefault(block, len(blocks)))
    assert len(records) <= 256 and len(blocks) <= 65536
    yield "kCharacters", "Character", ["{%d, %d}" % record for record in records]
    yield "kBlocks", "std::uint16_t", index
    yield "kClasses", "std::uint8_t", [number for block in blocks for number in block]


def lower_ranges():
    """(first, last, stride, difference): runs of the same difference, as far apart as the first two."""
    ranges = []
    for code in CODES:
        to = lower(code)
        if len(to) != 1:
            continue
        difference = to[0] - code
        if ranges and ranges[-1][3] == difference:
            first, last, stride, _ = ranges[-1]
            step = code - last
            if step in (1, 2) and (first == last or step == stride):
                ranges[-1] = (first, code, step, difference)
                continue
        ranges.append((code, code, 1, difference))
    return ["{0x%X, 0x%X, %d, %d}" % each for each in ranges]


def decompositions():
    """Of each code that has one, where its parts begin; and the parts."""
    starts, parts = [], []
    for code in CODES:
        if to := decomposition(code):
            starts.append("{0x%X, %d, %d}" % (code, len(parts), len(to)))
            parts += to
    assert len(parts) < 65536
    return starts, ["0x%X" % part for part in parts]


def source():
    assert [code for code in CODES if len(lower(code)) > 1] == [0x130], "only U+0130 grows in lower case"
    flags = "".join(f"  is_{name} = {1 << bit},\n" for bit, name in enumerate(FLAGS))
    text = HEAD.format(version=VERSION, flags=flags, block=BLOCK)
    for name, kind, values in class_tables():
        text += array(kind, name, values)
    starts, parts = decompositions()
    text += array("LowerRange", "kLowerRanges", lower_ranges())
    text += array("Decomposition", "kDecompositions", starts)
    text += array("char32_t", "kDecomposed", parts)
    return text + FOOT


def main(arguments):
    if unicodedata.unidata_version != VERSION:
        print(f"{FILE.name} is of Unicode {VERSION}, this Python's is {unicodedata.unidata_version}", file=sys.stderr)
        return 77
    if arguments == ["--check"]:
        return 0 if FILE.read_text() == source() else 1
    FILE.write_text(source())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
