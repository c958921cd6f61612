#!/usr/bin/env python3
"""Checks that the relative links in every *.md file lead somewhere, headings included.

  tools/check_links.py [ROOT]      0: all do; 1: the broken ones, one line each
  tools/check_links.py --self-test
"""

import os
import pathlib
import re
import sys
import tempfile
import urllib.parse

LINK = re.compile(r"(?<!\\)\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\s{0,3}\[[^\]]+\]:\s+<?([^\s>]+)>?", re.MULTILINE)
FENCE = re.compile(r"^(\s*)(```|~~~).*?^\1\2[^\n]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
SKIPPED = {".git", ".quire", "build", "node_modules"}


def blank(match):
    return "\n" * match.group().count("\n")


def anchors(text):
    """The anchors that a Markdown page's headings get, and the ids it names itself."""
    found = {}
    for heading in HEADING.findall(FENCE.sub(blank, text)):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = found.get(slug, 0)
        found[slug] = count + 1
        if count:
            found[f"{slug}-{count}"] = 1
    return set(found) | set(re.findall(r'\b(?:id|name)="([^"]+)"', text))


def check_page(root, page):
    text = page.read_text()
    code_free = CODE.sub(blank, FENCE.sub(blank, text))
    for pattern in (LINK, REFERENCE):
        for match in pattern.finditer(code_free):
            target = urllib.parse.unquote(match.group(1))
            if re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE):
                continue
            where = f"{page.relative_to(root)}:{code_free.count(chr(10), 0, match.start(1)) + 1}"
            path, _, anchor = target.partition("#")
            file = (root / path.lstrip("/") if path.startswith("/") else page.parent / path) if path else page
            if not file.exists():
                yield f"{where}: {target} doesn't exist"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
                yield f"{where}: {path or page.name} has no heading #{anchor}"


def check(root):
    broken, seen = [], 0
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(names):
            if name.endswith(".md"):
                seen += 1
                broken += check_page(root, pathlib.Path(directory, name))
    return broken, seen


SELF_TEST = [  # (text of docs/page.md, what the complaint must say; None: no complaint)
    ("[a](../other.md) [b](../other.md#two-words-here) [c](#own)\n\n# Own\n", None),
    ("[web](https://example.org/x) `[x](gone.md)`\n```\n[x](gone.md)\n```\n", None),
    ("[a](gone.md)\n", "page.md:1: gone.md doesn't exist"),
    ("\n[a](../other.md#gone)\n", "page.md:2: ../other.md has no heading #gone"),
    ("[a]\n\n[a]: gone.md\n", "page.md:3: gone.md"),
    ("[![badge](gone.png)](../other.md)\n", None),
]


def self_test():
    failed = 0
    for text, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "docs").mkdir()
            (root / "other.md").write_text("## Two words, `here`\n")
            (root / "docs/page.md").write_text(text)
            broken, _ = check(root)
        if not (not broken if expected is None else len(broken) == 1 and expected in broken[0]):
            failed += 1
            print(f"self-test: {text!r}: expected {expected!r}, got {broken}", file=sys.stderr)
    print(f"check_links self-test: {len(SELF_TEST) - failed} passed, {failed} failed")
    return failed


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test() else 0
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    broken, seen = check(root)
    for complaint in broken:
        print(complaint, file=sys.stderr)
    print(f"links: {seen} pages, {len(broken)} broken")
    return 1 if broken or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
