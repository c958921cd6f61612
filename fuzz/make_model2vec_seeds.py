#!/usr/bin/env python3
"""Writes the kept corpus of model2vec_fuzz: the tests' tokenizers with a text each, and matrices of all types."""

import json
import pathlib
import struct

FUZZ = pathlib.Path(__file__).resolve().parent
TOKENIZERS = FUZZ.parent / "tests/embedding/model2vec/tokenizers"
CORPUS = FUZZ / "corpus/model2vec_fuzz"
TEXT = "The connection, Retry(s)! caf\u00e9 e\u0301 \u65e5\u672c New York <both> the end"
TYPES = {"F64": "d", "F32": "f", "F16": "e", "I8": "b"}


def tensors(*parts):
    """(name, type, shape, bytes)"""
    header, data = {}, b""
    for name, kind, shape, content in parts:
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + data


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    for file in sorted(TOKENIZERS.glob("*.json")):
        (CORPUS / file.stem).write_bytes(b"t" + file.read_bytes() + b"\0" + TEXT.encode())
    for kind, letter in TYPES.items():
        matrix = ("embeddings", kind, [4, 2], struct.pack(f"<8{letter}", *range(8)))
        (CORPUS / f"matrix-{kind}").write_bytes(b"s" + tensors(matrix))
    mapped = (("0", "F32", [2, 2], struct.pack("<4f", *range(4))), ("mapping", "I32", [4], struct.pack("<4i", 0, 1, 1, 0)),
              ("weights", "F64", [4], struct.pack("<4d", 0.5, 1, 2, 0)))
    (CORPUS / "mapped").write_bytes(b"s" + tensors(*mapped))


if __name__ == "__main__":
    main()
