#!/usr/bin/env python3
"""Picks the Debian packages to train on from apt's lists, and prints packages/debian.txt.

    model/pick.py > model/packages/debian.txt

Only packages that hold source: by the name's family, one a source package, within a window of sizes.
Run it again only to choose anew: the list that is kept is what the model was trained on.
"""

import re
import subprocess
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0] + "/packages")
from names import is_excluded

# family: (pattern of names, smallest size, largest size, at most so many, largest first)
FAMILIES = {
    "python": (r"python3-", 18_000, 6_000_000, 1800),
    "go": (r"golang-.*-dev$", 10_000, 8_000_000, 750),
    "rust": (r"librust-.*-dev$", 10_000, 8_000_000, 550),
    "node": (r"node-", 8_000, 8_000_000, 350),
    "ruby": (r"ruby-", 8_000, 8_000_000, 450),
    "php": (r"php-", 8_000, 8_000_000, 500),
    "lua": (r"lua-", 4_000, 4_000_000, 150),
    "perl": (r"lib.*-perl$", 60_000, 4_000_000, 250),
    "ocaml": (r"lib.*-ocaml-dev$", 60_000, 4_000_000, 80),
    "lisp": (r"cl-", 15_000, 4_000_000, 100),
    "erlang": (r"erlang-src$|erlang-p1-|erlang-(cowboy|jose|lager|ranch|hackney)", 4_000, 20_000_000, 40),
    "tcl": (r"tcllib$|tklib$|tcl-", 15_000, 4_000_000, 30),
    "headers": (r"lib(?!rust|ghc).*(?<!ocaml)-dev$", 60_000, 1_000_000, 550),
    "large": (r"(golang-1\.19-src|rust-src|openjdk-17-source|openjfx-source|libboost1\.81-dev|libinsighttoolkit5-dev|"
              r"libvtk9-dev|libdeal\.ii-dev|libtrilinos.*-dev|juce-modules-source|castle-game-engine-src|bsh-src|"
              r"bash-completion|git|libmono-.*|elixir|qml6?-module-.*|gnome-shell-extension-.*)$",
              20_000, 120_000_000, 60),
}
WITHOUT_SOURCE = re.compile(r"(-doc|-dbg|-data|-locale|-l10n|-bin)$|^libx11|fonts|^python3-(stdlib|minimal)")


def packages():
    text = subprocess.run(["apt-cache", "dumpavail"], check=True, capture_output=True, text=True).stdout
    for stanza in text.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version|Source|Size|SHA256|Architecture): (.*)$", stanza, re.M))
        if "Size" in fields and "SHA256" in fields:
            yield fields


def main() -> None:
    chosen, sources = [], set()
    newest = {}
    for fields in packages():
        newest.setdefault(fields["Package"], fields)
    for family, (pattern, smallest, largest, most) in FAMILIES.items():
        fits = [f for name, f in newest.items()
                if re.match(pattern, name) and smallest <= int(f["Size"]) <= largest
                and not WITHOUT_SOURCE.search(name)
                and not is_excluded(name) and not is_excluded(f.get("Source", name).split()[0])]
        if family == "headers":
            fits = [f for f in fits if f["Architecture"] == "all" or int(f["Size"]) < 400_000]
        taken = 0
        for fields in sorted(fits, key=lambda f: (-int(f["Size"]), f["Package"])):
            source = fields.get("Source", fields["Package"]).split()[0]
            if source in sources or taken == most:
                continue
            sources.add(source)
            taken += 1
            chosen.append(fields)
        print(f"{family}: {taken}", file=sys.stderr)
    print("# package version sha256, made by model/pick.py")
    for fields in sorted(chosen, key=lambda f: f["Package"]):
        print(fields["Package"], fields["Version"], fields["SHA256"])
    print(sum(int(f["Size"]) for f in chosen) // 1_000_000, "MB", file=sys.stderr)


main()
