#!/usr/bin/env python3
"""Unpacks the packages that fetch.py got and extracts their pairs.

    model/corpus.py FOLDER EXTRACTOR [JOBS]
    model/corpus.py --unpack FOLDER

The first writes FOLDER/pairs/PACKAGE.jsonl.gz, one file a package (what is there is left alone), all of them together
as FOLDER/pairs.jsonl, and FOLDER/licences.tsv: package, version, pairs, licence class, licence names. The second
unpacks each package into FOLDER/unpacked.
"""

import concurrent.futures
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "packages"))
from names import EXCLUDED

PERMISSIVE = re.compile(
    r"(mit|expat|isc|apache|bsd|zlib|boost|bsl|public-domain|publicdomain|unlicense|cc0|wtfpl|0bsd|psf|python|"
    r"x11|ncsa|unicode|zpl|hpnd|ruby|artistic|perl|php|curl|openssl|postgresql|blueoak|w3c|mit-0|fsfap|permissive|"
    r"afl|ecl|upl|tcl|tcltk)")
SCRATCH = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None


def licence_names(folder: pathlib.Path) -> list[str]:
    """Of a Debian package's machine-readable copyright file, those of the packaging left out; or package.json's."""
    names = set()
    for path in folder.glob("usr/share/doc/*/copyright"):
        text = path.read_text(errors="replace") if path.is_file() else ""
        for stanza in text.split("\n\n"):
            files = re.search(r"^Files: *(.*(?:\n .*)*)", stanza, re.M)
            licence = re.search(r"^License: *(.*)", stanza, re.M)
            if files and licence and files[1].split() != ["debian/*"]:
                names.add(licence[1].strip().lower())
        if not names:
            names |= plain_licence(text)
    for path in folder.glob("*/package.json"):
        try:
            licence = json.loads(path.read_text(errors="replace")).get("license")
        except (ValueError, AttributeError):
            continue
        if isinstance(licence, dict):
            licence = licence.get("type")
        if isinstance(licence, str):
            names.add(licence.lower())
    return sorted(names)


def plain_licence(text: str) -> set[str]:
    """For copyright files that only people can read."""
    found = set()
    for name, pattern in {"gpl": r"General Public License|\bL?GPL", "mpl": "Mozilla Public",
                          "mit": "Permission is hereby granted, free of charge|MIT License",
                          "bsd": "Redistribution and use in source and binary forms", "apache": "Apache License",
                          "artistic": "Artistic License"}.items():
        if re.search(pattern, text):
            found.add(name)
    return found


def is_permissive(names: list[str]) -> bool:
    """Every licence offers a permissive one to choose."""
    def offers(name: str) -> bool:
        parts = [part.strip("() ") for choice in re.split(r"\bor\b|\|", name) for part in [choice]]
        return any(all(PERMISSIVE.match(one.strip("() ")) for one in re.split(r"\band\b|,|&", part) if one.strip("() "))
                   for part in parts)
    return bool(names) and all(map(offers, names))


def unpack(archive: pathlib.Path, folder: pathlib.Path) -> None:
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True, capture_output=True)
    else:
        subprocess.run(["tar", "-xzf", archive, "-C", folder, "--no-same-owner"], check=True, capture_output=True)
    for inner in folder.glob("usr/src/**/*.tar.*"):
        if inner.suffix in (".xz", ".gz", ".bz2") and inner.is_file() and not inner.is_symlink():
            with tarfile.open(inner) as tar:
                tar.extractall(inner.with_suffix(".unpacked"), filter="data")
    for inner in folder.rglob("src.zip"):
        if inner.is_file() and not inner.is_symlink():
            with zipfile.ZipFile(inner) as source:
                source.extractall(inner.with_suffix(".unpacked"))


def package_of(archive: pathlib.Path) -> tuple[str, str]:
    if archive.suffix == ".deb":
        name, version, _ = archive.name.split("_", 2)
        return name, version.replace("%3a", ":")
    match = re.match(r"(.*?)-(\d.*)\.tgz", archive.name)
    return "npm:" + match[1], match[2]


def extract(archive: pathlib.Path, out: pathlib.Path, extractor: str) -> list[str]:
    package, version = package_of(archive)
    target = out / (package.replace(":", "_") + ".jsonl.gz")
    about = target.with_suffix(".tsv")
    if about.exists():
        return about.read_text().rstrip("\n").split("\t")
    with tempfile.TemporaryDirectory(dir=SCRATCH) as scratch:
        folder = pathlib.Path(scratch)
        try:
            unpack(archive, folder)
        except (subprocess.CalledProcessError, tarfile.TarError, zipfile.BadZipFile, OSError) as error:
            print(f"corpus: {package}: can't be unpacked whole: {str(error)[:200]}", file=sys.stderr)
        names = licence_names(folder)
        kind = "permissive" if is_permissive(names) else "other"
        excluded = "\n".join(" ".join(words) for words in EXCLUDED)
        done = subprocess.run([extractor, package, kind, scratch], input=excluded.encode(), stdout=subprocess.PIPE)
        if done.returncode:
            print(f"corpus: {package}: the extractor ended with {done.returncode}", file=sys.stderr)
    target.write_bytes(gzip.compress(done.stdout, 1))
    row = [package, version, str(done.stdout.count(b"\n")), kind, ", ".join(names)[:200]]
    about.write_text("\t".join(row) + "\n")
    return row


def archives_in(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted([*folder.glob("debian/*.deb"), *folder.glob("npm/*.tgz")])


def unpack_all(folder: pathlib.Path) -> None:
    for archive in archives_in(folder):
        target = folder / "unpacked" / archive.stem
        target.mkdir(parents=True, exist_ok=True)
        unpack(archive, target)


def extract_all(folder: pathlib.Path, extractor: str, jobs: int) -> None:
    out = folder / "pairs"
    out.mkdir(exist_ok=True)
    archives = archives_in(folder)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        rows = list(pool.map(lambda archive: extract(archive, out, extractor), archives))
    with open(folder / "pairs.jsonl", "wb") as whole:
        for path in sorted(out.glob("*.jsonl.gz")):
            whole.write(gzip.decompress(path.read_bytes()))
    rows.sort()
    (folder / "licences.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
    print(f"{sum(int(row[2]) for row in rows)} pairs of {sum(row[2] != '0' for row in rows)} packages")


def main() -> None:
    if sys.argv[1] == "--unpack":
        unpack_all(pathlib.Path(sys.argv[2]))
    else:
        extract_all(pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 2)


main()
