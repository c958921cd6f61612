"""Golden stores in a folder of their own, the real program over them, and files that are forged so that their
checksums hold (docs/format.md)."""

import hashlib
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

from xxh3 import xxh3_64

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
INDEX, METADATA, CACHE = "index.usearch", "metadata.json", "cache/checkpoint-1"
FOOTER, JOURNAL_HEADER, FRAME_HEADER = 64, 96, 48
TIMEOUT_S = 20
NOBODY = 65534


class Ran:
    """One run of the program."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __str__(self):
        return f"exit code {self.code}\n    stdout: {self.out}\n    stderr: {self.err}"


class Tree:
    """A copy of the golden tree with a copy of a golden store as its index; goes away with the `with`."""

    def __init__(self, program, store="format-1-journals"):
        self.program, self.user = program, {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-stores-"))
        self.root, self.db = self.folder / "tree", self.folder / "tree/.quire"
        shutil.copytree(GOLDEN / "tree", self.root)
        shutil.copytree(GOLDEN / store / "store", self.db)
        (self.db / ".gitignore").write_text("*\n")
        self.own()

    def own(self):
        """Lets the copy count as made here by this user."""
        number = "0123456789abcdef" * 2
        (self.db / "OWNER").write_text(f"quire owner 1\nid {number}\n")
        known = self.folder / ".local/state/quire/indexes"
        known.mkdir(parents=True)
        (known / number).touch()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def quire(self, *words):
        """Runs to the end, within TIMEOUT_S; paths of the store are DB in what it prints."""
        env = {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
               "QUIRE_REFRESH_MS": "0"}  # The store as it is, not as its tree would make it anew.
        done = subprocess.run([self.program, *words], cwd=self.root, env=env, capture_output=True, check=False,
                              timeout=TIMEOUT_S, **self.user)
        ran = Ran(done.returncode, self.plain(done.stdout), self.plain(done.stderr))
        if ran.code < 0:
            raise RuntimeError(f"{words} died: {ran}")
        return ran

    def search(self):
        return self.quire("search", "--json", "-n", "100", "make step")

    def become_nobody(self):
        """Runs from now on have no right to more than the files' modes say."""
        if os.geteuid() == 0:
            self.program = shutil.copy(self.program, self.folder / "quire")
            self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            subprocess.run(["chown", "-R", str(NOBODY), self.folder], check=True)

    def plain(self, output):
        return output.decode().replace(str(self.db), "DB").splitlines()

    # ---- Files of the store.

    def read(self, name):
        return (self.db / name).read_bytes()

    def write(self, name, data):
        (self.db / name).write_bytes(data)

    def edit(self, name, change):
        self.write(name, change(self.read(name)))

    def flip(self, name, at, bits=1):
        self.put(name, at, bytes([self.read(name)[at] ^ bits]))

    def put(self, name, at, data):
        self.edit(name, lambda old: old[:at] + data + old[at + len(data):])

    def cut(self, name, size):
        """To its first `size` bytes; below 0: but for its last ones."""
        self.edit(name, lambda old: old[:size])

    def append(self, name, data):
        self.edit(name, lambda old: old + data)

    def replace(self, name, old, new, count=1):
        assert old in self.read(name), (name, old)
        self.edit(name, lambda data: data.replace(old, new, count))

    def remove(self, *names):
        for path in (self.db / name for name in names):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def make_folder(self, name):
        """In the place of what is there."""
        if (self.db / name).exists():
            self.remove(name)
        (self.db / name).mkdir()

    def signed_replace(self, old, new):
        """In metadata.json, with a checksum that holds."""
        self.replace(METADATA, old, new)
        self.edit(METADATA, sign_metadata)

    def content(self):
        """The hash of every file, by name."""
        files = (path for path in self.db.rglob("*") if path.is_file())
        return {str(path.relative_to(self.db)): hashlib.sha1(path.read_bytes()).hexdigest()[:8] for path in files}


def sign_metadata(data):
    """metadata.json with the checksum of what is before it."""
    body = data[:data.rindex(b'"checksum"')]
    return body + b'"checksum":"xxh3:%016x"}\n' % xxh3_64(body)


def sign_index(data, **changes):
    """index.usearch with the footer that belongs to its content; `changes` are fields of it."""
    content, footer = data[:-FOOTER], bytearray(data[-FOOTER:])
    layout = {"format": ("<I", 8), "lsn": ("<Q", 16), "uuid": ("16s", 24), "length": ("<Q", 40)}
    for name, value in ({"length": len(content)} | changes).items():
        kind, at = layout[name]
        struct.pack_into(kind, footer, at, value)
    footer[48:56] = struct.pack("<Q", xxh3_64(content))
    footer[56:] = struct.pack("<Q", xxh3_64(bytes(footer[:56])))
    return content + bytes(footer)


def sign_journal(data, offset=JOURNAL_HEADER):
    """A journal whose header and frame at `offset` have the hashes that belong to them."""
    header = data[:88] + struct.pack("<Q", xxh3_64(data[:88]))
    if len(data) < offset + FRAME_HEADER:
        return header + data[JOURNAL_HEADER:]
    salt = struct.unpack_from("<Q", data, 48)[0]
    size = struct.unpack_from("<Q", data, offset + 8)[0]
    payload = data[offset + FRAME_HEADER:offset + FRAME_HEADER + size]
    frame = data[offset:offset + 32]
    if len(payload) > 16:
        frame += struct.pack("<Q", xxh3_64(payload, salt))
    else:
        frame += data[offset + 32:offset + 40]
    frame += struct.pack("<Q", xxh3_64(frame, salt + offset & (1 << 64) - 1))
    return header + data[JOURNAL_HEADER:offset] + frame + data[offset + FRAME_HEADER:]


def sign_cache(data):
    return data[:-8] + struct.pack("<Q", xxh3_64(data[:-8]))
