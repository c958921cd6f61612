#!/usr/bin/env python3
"""What goes out comes back: random stores of every metric and scalar, exported, imported and exported again. The second
export equals the first, byte for byte, and both stores answer alike.

  exchange_test.py QUIRE [unittest arguments]
"""

import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

QUIRE = os.path.abspath(sys.argv[1])
TIMEOUT_S = 120
FORMATS = [(metric, scalar) for metric in ("cosine", "inner_product", "squared_l2") for scalar in ("f32", "bf16", "i8")
           if scalar != "i8" or metric == "cosine"]  # i8 keeps directions alone.
TEXTS = ["", "a", "\0", "quote \" and \\", "\u2028\u2029", "\x7f\x80", "emoji \U0001F600", "x" * 5000, "line\nline\r\n\t"]
NUMBERS = [0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1]


def as_float(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def vector(generator, dimensions, metric):
    if metric != "cosine" and generator.random() < 0.1:
        return [0] * dimensions
    length = 10 ** generator.uniform(-3, 6)
    return [as_float(generator.gauss(0, 1) * length) for _ in range(dimensions)]


FIELDS = {"price": {"type": "f64"}, "stock": {"type": "i64"}, "sku": {"type": "string", "unique": True},
          "text": {"type": "string", "words": True}, "active": {"type": "boolean"},
          "uses": {"type": "table", "columns": {"name": "string", "line": "i64", "weight": "f64", "hidden": "boolean"}}}


def own_fields(generator, key):
    """Some values of FIELDS."""
    def number():
        return generator.choice([0.5, -1e300, 5e-324, generator.uniform(-1e6, 1e6)])
    rows = [[generator.choice([None, *TEXTS]), generator.choice([None, *NUMBERS]), number(), generator.choice([None, True])]
            for _ in range(generator.randrange(3))]
    values = {"price": number(), "stock": generator.choice(NUMBERS), "sku": f"sku {key}", "text": generator.choice(TEXTS),
              "active": generator.random() < 0.5, "uses": rows}
    return {name: value for name, value in values.items() if value != [] and generator.random() < 0.7}


def row(generator, key, dimensions, metric, has_fields):
    def optional():
        return generator.choice([None, *TEXTS])
    return {"key": key, "file_path": generator.choice(TEXTS), "chunk_id": generator.choice(NUMBERS),
            "content": generator.choice(TEXTS), "symbol_name": optional(), "symbol_kind": optional(),
            "package_name": optional(), "language": generator.choice(TEXTS), "start_line": generator.choice(NUMBERS),
            "end_line": generator.choice(NUMBERS), "last_modified": generator.choice(NUMBERS),
            **{f"own {i}": generator.choice(TEXTS) for i in range(generator.randrange(3))},
            **(own_fields(generator, key) if has_fields else {}),
            "vector": vector(generator, dimensions, metric)}


def lines(generator, metric, scalar, has_fields):
    """A store as an export has it: keys with gaps, attributes, own fields, a next key beyond them."""
    dimensions = generator.choice([1, 2, 7, 64])
    keys = sorted(generator.sample(range(1000), generator.randrange(0, 60)))
    head = {"quire_export": 1, "dimensions": dimensions, "metric": metric, "scalar": scalar,
            "next_key": keys[-1] + generator.randrange(1, 100) if keys else 0,
            "attributes": {f"attribute {i}": generator.choice(TEXTS[:6]) for i in range(generator.randrange(4))}}
    if has_fields:
        head |= {"quire_export": 2, "fields": FIELDS}
    return [head, *(row(generator, key, dimensions, metric, has_fields) for key in keys)]


class Exchange(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)

    def quire(self, *words):
        done = subprocess.run([QUIRE, *words], cwd=self.root, capture_output=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def test_a_second_export_equals_the_first(self):
        generator = random.Random(7)
        for number, (metric, scalar) in enumerate(FORMATS * 3):
            with self.subTest(metric=metric, scalar=scalar, number=number):
                stores = [f"{number}-{name}" for name in "abc"]
                text = "".join(json.dumps(line) + "\n" for line in lines(generator, metric, scalar, number % 2 == 1))
                (self.root / "in.jsonl").write_text(text)
                source, exports = "in.jsonl", []
                for store in stores:
                    self.quire("--db", store, "import", source)
                    exports.append(self.quire("--db", store, "export"))
                    source = f"{store}.jsonl"
                    (self.root / source).write_bytes(exports[-1])
                first = [json.loads(line) for line in exports[0].splitlines()]
                given = [json.loads(line) for line in text.splitlines()]
                self.assertEqual([{name: row.get(name) for name in FIELDS} for row in first],
                                 [{name: row.get(name) for name in FIELDS} for row in given])
                self.assertEqual(exports[1], exports[0])
                self.assertEqual(exports[2], exports[0])

    def test_own_fields_are_filtered_by(self):
        head = {"quire_export": 2, "dimensions": 1, "metric": "cosine", "scalar": "f32", "next_key": 2, "fields": FIELDS}
        rows = [row(random.Random(1), key, 1, "squared_l2", False) | {"symbol_name": f"step_{key}", "stock": key, "vector": [1]}
                for key in range(2)]
        (self.root / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [head, *rows]))
        self.quire("--db", "store", "import", "in.jsonl")
        for words in (["symbol", "step"], ["search", "--by", "words", "step"]):
            found = json.loads(self.quire("--db", "store", *words, "--json", "--where", "stock > 0 AND uses IS NULL"))
            self.assertEqual([hit["key"] for hit in found["results"]], [1], words)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
