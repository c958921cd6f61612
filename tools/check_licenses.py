#!/usr/bin/env python3
"""Checks that `quire --licenses` and THIRD_PARTY.md name all that is linked into the program, and no more.

  tools/check_licenses.py BUILD      BUILD: a build folder in which `quire` is up to date
  tools/check_licenses.py --self-test

The build's own records are asked: which headers each object of the program was compiled from
(ninja -t deps) and which objects and libraries the link took (ninja -t commands). Every header
that isn't in our folders and every library must belong to a component of notices/components.tsv.
"""

import collections
import pathlib
import re
import shlex
import subprocess
import sys

Component = collections.namedtuple("Component", "name version license linked headers libraries")


def read_components(text):
    components = []
    for line in text.splitlines():
        name, version, spdx, kind, headers, libraries = line.split("\t")
        components.append(Component(name, version, spdx, kind == "linked",
                                    re.compile(headers or r"(?!)"), set(libraries.split())))
    return components


def ninja(build, *arguments):
    return subprocess.run(["ninja", "-C", str(build), *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def linked_objects_and_libraries(command):
    """What a link command names: the objects, and the libraries by their bare names."""
    objects, libraries = set(), set()
    for word in shlex.split(command):
        name = word.rpartition("/")[2]
        if word.endswith(".o"):
            objects.add(word)
        elif re.fullmatch(r"lib.+\.(a|so[.0-9]*)", name):
            libraries.add(re.sub(r"^lib|\.(a|so[.0-9]*)$", "", name))
        elif word.startswith("-l"):
            libraries.add(word[2:])
    return objects, libraries


def headers_of(deps, inputs):
    """From `ninja -t deps`: the files that the objects among `inputs` were compiled from."""
    files, wanted = set(), False
    for line in deps.splitlines():
        if line.startswith("    "):
            if wanted:
                files.add(line.strip())
        elif line:
            wanted = line.partition(":")[0] in inputs
    return files


def check(components, headers, libraries, notices, page):
    """Yields what is wrong."""
    used = set()
    for kind, names, matches in (("header", headers, lambda c, n: c.headers.fullmatch(n)),
                                 ("library", libraries, lambda c, n: n in c.libraries)):
        for name in sorted(names):
            owners = [c for c in components if matches(c, name)]
            if not owners:
                yield f"{kind} {name} is linked in, and no component of cmake/licenses.cmake has it"
            used.update(c.name for c in owners)
    for component in components:
        if component.linked and component.name not in used:
            yield f"{component.name} has a notice, but nothing of it is linked in"
        if component.linked and f"{component.name} {component.version} ({component.license})" not in notices:
            yield f"{component.name} is linked in, and `quire --licenses` doesn't say so"
        if not re.search(rf"^\| *{re.escape(component.name)} *\|.*{re.escape(component.license)}", page, re.MULTILINE):
            yield f"{component.name} ({component.license}) has no row in THIRD_PARTY.md"


def check_build(root, build):
    command = ninja(build, "-t", "commands", "-s", "quire").splitlines()[-1]
    inputs = set(ninja(build, "-t", "inputs", "quire").splitlines())
    _, libraries = linked_objects_and_libraries(command)
    files = headers_of(ninja(build, "-t", "deps"), inputs)
    ours = [root / folder for folder in ("include", "src", "apps")] + [build / "notices"]
    files = {pathlib.Path(build, f).resolve() for f in files}
    headers = {str(f) for f in files if not any(f.is_relative_to(folder) for folder in ours)}
    # The libraries that the compiler adds by itself.
    libraries |= {"c", "m"} | ({"c++"} if "/zig-clang++ " in command else {"stdc++", "gcc"})
    notices = subprocess.run([build / "quire", "--licenses"], check=True, text=True, stdout=subprocess.PIPE).stdout
    components = read_components((build / "notices/components.tsv").read_text())
    if not headers or not any(i.endswith(".o") for i in inputs):
        return ["the build's records name no header: build `quire` first"], components
    return list(check(components, headers, libraries, notices, (root / "THIRD_PARTY.md").read_text())), components


def self_test():
    components = read_components("zed\t1.0\tMIT\tlinked\t/usr/include/zed/.*\tzed\n"
                                 "C library\t2\tLGPL-2.1\tsystem\t/usr/include/(stdio|sys/.*)\\.h\tc m\n")
    good = dict(headers={"/usr/include/zed/z.h", "/usr/include/stdio.h"}, libraries={"zed", "c"},
                notices="zed 1.0 (MIT)\n\ntext", page="| zed | MIT |\n| C library | LGPL-2.1 |\n")
    cases = [
        ({}, None),
        ({"headers": good["headers"] | {"/usr/include/zlib.h"}}, "header /usr/include/zlib.h"),
        ({"headers": good["headers"] | {"/opt/zed/z.h"}}, "header /opt/zed/z.h"),
        ({"libraries": {"zed", "c", "crypto"}}, "library crypto"),
        ({"headers": {"/usr/include/stdio.h"}, "libraries": {"c"}}, "zed has a notice"),
        ({"notices": "zed 0.9 (MIT)"}, "`quire --licenses` doesn't say so"),
        ({"page": "| C library | LGPL-2.1 |"}, "zed (MIT) has no row"),
    ]
    failed = 0
    for change, expected in cases:
        said = list(check(components, **(good | change)))
        if not (not said if expected is None else len(said) == 1 and expected in said[0]):
            failed += 1
            print(f"self-test: {change}: expected {expected!r}, got {said}", file=sys.stderr)
    objects, libraries = linked_objects_and_libraries("g++ -O2 a/b.o -o quire lib/libzed.a -lpthread /x/libq.so.1")
    deps = headers_of("a/b.o: #deps 1, deps mtime 1 (VALID)\n    /x/y.h\n\nc.o: #deps 1\n    /q/z.h\n", {"a/b.o"})
    if (objects, libraries, deps) != ({"a/b.o"}, {"zed", "pthread", "q"}, {"/x/y.h"}):
        failed += 1
        print(f"self-test: parsed {objects} {libraries} {deps}", file=sys.stderr)
    print(f"check_licenses self-test: {len(cases) + 1 - failed} passed, {failed} failed")
    return failed


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test() else 0
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(__file__).resolve().parent.parent
    wrong, components = check_build(root, pathlib.Path(sys.argv[1]).resolve())
    for complaint in wrong:
        print(complaint, file=sys.stderr)
    print(f"licenses: {len(components)} components, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
