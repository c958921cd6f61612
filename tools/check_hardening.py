#!/usr/bin/env python3
"""Reads off a program of Linux what cmake/hardening.cmake should have given it, and names what is missing.

  tools/check_hardening.py PROGRAM [--libc=musl]     musl has no size checks (_FORTIFY_SOURCE) to call
  tools/check_hardening.py --self-test

It reads the ELF file itself (64 bits, little-endian). What a linker does is seen for certain. What a compiler does is seen
by the names that its code calls, and in a stripped static program, which has no names, by bytes of its code.
"""

import re
import struct
import sys

ET_DYN = 3
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_STACK, PT_GNU_RELRO = 1, 2, 3, 0x6474E551, 0x6474E552
SHT_SYMTAB, SHT_DYNSYM = 2, 11
DT_RPATH, DT_TEXTREL, DT_BIND_NOW, DT_RUNPATH, DT_FLAGS, DT_FLAGS_1 = 15, 22, 24, 29, 30, 0x6FFFFFFB
EXECUTABLE, WRITABLE = 1, 2
X86_64, AARCH64 = 62, 183

# What a function that guards its frame has (the guard at %fs:0x28 is read), and where a function may be jumped to begins:
# endbr64; bti c, or paciasp, which counts as one.
GUARD = {X86_64: rb"\x64[\x48\x4c][\x2b\x33\x3b\x8b].\x25\x28\0\0\0"}
LANDING = {X86_64: rb"\xf3\x0f\x1e\xfa", AARCH64: rb"\x5f\x24\x03\xd5|\x3f\x23\x03\xd5"}
# In so many bytes of code there is one, at the least; system libraries alone bring far fewer.
BYTES_PER_GUARD, BYTES_PER_LANDING = 4096, 700


class Elf:
    def __init__(self, data):
        self.data = data
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not an ELF file of 64 bits, little-endian")
        self.type, self.machine = struct.unpack_from("<HH", data, 16)
        start, sections = struct.unpack_from("<QQ", data, 32)
        size, count, section_size, section_count = struct.unpack_from("<HHHH", data, 54)
        self.segments = [struct.unpack_from("<IIQQQQ", data, start + i * size) for i in range(count)]
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", data, sections + i * section_size)
                         for i in range(section_count)]

    def flags(self, kind):
        """Of the segments of one kind."""
        return [segment[1] for segment in self.segments if segment[0] == kind]

    def dynamic(self):
        """The entries of the dynamic section: values by tag."""
        entries = {}
        for kind, _, offset, _, _, size in self.segments:
            if kind == PT_DYNAMIC:
                entries |= dict(struct.iter_unpack("<qQ", self.data[offset:offset + size // 16 * 16]))
        return entries

    def names(self):
        """Of all symbols that it still has."""
        names = set()
        for section in self.sections:
            if section[1] in (SHT_SYMTAB, SHT_DYNSYM):
                strings = self.sections[section[6]][4]
                for at in range(section[4], section[4] + section[5], 24):
                    begin = strings + struct.unpack_from("<I", self.data, at)[0]
                    names.add(self.data[begin:self.data.index(b"\0", begin)].decode(errors="replace"))
        return names

    def code(self):
        return b"".join(self.data[s[2]:s[2] + s[5]] for s in self.segments if s[0] == PT_LOAD and s[1] & EXECUTABLE)


def is_dense(pattern, code, bytes_per_one):
    return len(re.findall(pattern, code, re.DOTALL)) * bytes_per_one >= len(code) > 0


def missing_of_linker(elf):
    dynamic = elf.dynamic()
    stack, relro = elf.flags(PT_GNU_STACK), elf.flags(PT_GNU_RELRO)
    binds_now = dynamic.get(DT_FLAGS, 0) & 8 or dynamic.get(DT_FLAGS_1, 0) & 1 or DT_BIND_NOW in dynamic
    if elf.type != ET_DYN:
        yield "position independence: it is loaded at one fixed address (-pie, -static-pie)"
    if not stack or stack[0] & EXECUTABLE:
        yield "a stack that can't be executed (-z noexecstack)"
    if any(flags & EXECUTABLE and flags & WRITABLE for flags in elf.flags(PT_LOAD)):
        yield "code that can't be written: a segment is writable and executable"
    if not relro or not binds_now:
        yield "full RELRO (-z relro -z now)"
    if DT_TEXTREL in dynamic or dynamic.get(DT_FLAGS, 0) & 4:
        yield "code without relocations (-fPIC)"
    if DT_RPATH in dynamic or DT_RUNPATH in dynamic:
        yield "libraries from the system alone: it has a search path of its own (-rpath)"


def missing_of_compiler(elf, has_size_checks):
    names, code = elf.names(), elf.code()
    is_static = not elf.flags(PT_INTERP)
    # A static program has the C library's own calls of these, and another machine's code isn't read.
    guards = "__stack_chk_fail" in names
    if is_static and elf.machine in GUARD:
        guards = is_dense(GUARD[elf.machine], code, BYTES_PER_GUARD)
    checks = {name for name in names if re.fullmatch(r"__\w+_chk", name)}
    if is_static:
        checks = b"buffer overflow detected" in elf.data
    if not guards:
        yield "stack guards (-fstack-protector-strong)"
    if has_size_checks and not checks:
        yield "size checks (-D_FORTIFY_SOURCE)"
    if elf.machine in LANDING and not is_dense(LANDING[elf.machine], code, BYTES_PER_LANDING):
        yield "landing pads for jumps (-fcf-protection, -mbranch-protection)"


def missing(elf, has_size_checks=True):
    return [*missing_of_linker(elf), *missing_of_compiler(elf, has_size_checks)]


def made_up(kind=ET_DYN, stack=6, relro=True, load=5, dynamic=((DT_FLAGS, 8),), code=None, text=b""):
    """A static program for x86-64, as far as the checks look."""
    if code is None:
        code = b"\xf3\x0f\x1e\xfa" + b"\x64\x48\x8b\x04\x25\x28\0\0\0"
    table = b"".join(struct.pack("<qQ", *entry) for entry in (*dynamic, (0, 0)))
    body = table + code + text
    segments = [(PT_LOAD, load, len(table), len(code)), (PT_DYNAMIC, 6, 0, len(table))]
    segments += [(PT_GNU_STACK, stack, 0, 0)] if stack is not None else []
    segments += [(PT_GNU_RELRO, 4, 0, 0)] if relro else []
    begin = 64 + 56 * len(segments)
    header = b"\x7fELF\x02\x01".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", kind, X86_64, 1, 0, 64, 0, 0, 64, 56, len(segments), 64, 0, 0)
    return header + b"".join(struct.pack("<IIQQQQQQ", kind, flags, begin + at, 0, 0, size, size, 1)
                             for kind, flags, at, size in segments) + body


def self_test():
    good = dict(text=b"buffer overflow detected")
    cases = [
        ({}, None),
        ({"kind": 2}, "position independence"),
        ({"stack": 7}, "a stack that"),
        ({"stack": None}, "a stack that"),
        ({"load": 7}, "code that can't be written"),
        ({"relro": False}, "full RELRO"),
        ({"dynamic": ()}, "full RELRO"),
        ({"dynamic": ((DT_FLAGS_1, 1),)}, None),
        ({"dynamic": ((DT_FLAGS, 12),)}, "code without relocations"),
        ({"dynamic": ((DT_FLAGS, 8), (DT_RUNPATH, 1))}, "libraries from the system alone"),
        ({"code": b"\xf3\x0f\x1e\xfa" * 9}, "stack guards"),
        ({"code": b"\x64\x48\x8b\x04\x25\x28\0\0\0" * 9}, "landing pads"),
        ({"text": b""}, "size checks"),
    ]
    failed = 0
    for change, expected in cases:
        said = missing(Elf(made_up(**(good | change))))
        if not (not said if expected is None else len(said) == 1 and said[0].startswith(expected)):
            failed += 1
            print(f"self-test: {change}: expected {expected!r}, got {said}", file=sys.stderr)
    print(f"check_hardening self-test: {len(cases) - failed} passed, {failed} failed")
    return failed


def main():
    words = sys.argv[1:]
    if words == ["--self-test"]:
        return 1 if self_test() else 0
    is_musl = "--libc=musl" in words
    words = [word for word in words if word != "--libc=musl"]
    if len(words) != 1 or words[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    with open(words[0], "rb") as file:
        lacks = missing(Elf(file.read()), has_size_checks=not is_musl)
    for what in lacks:
        print(f"{words[0]} lacks {what}", file=sys.stderr)
    print(f"hardening: {len(lacks)} missing")
    return 1 if lacks else 0


if __name__ == "__main__":
    sys.exit(main())
