#!/usr/bin/env python3
"""Embeds texts with a model2vec folder as the format's rules read, slowly and with the standard library alone.

  reference.py FOLDER TEXTS     TEXTS: a JSON list of strings; prints a JSON list of {"ids": [...], "vector": [...]}

The folder is FOLDER/{model.safetensors,tokenizer.json}, or FOLDER/0_StaticEmbedding/... .
"""

import json
import math
import pathlib
import re
import statistics
import struct
import sys
import unicodedata

MOST_TOKENS = 512
SPACES = set("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(c) for c in range(0x2000, 0x200B)}
ASCII_PUNCTUATION = set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
IDEOGRAPHS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
              (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
CONTROL = ("Cc", "Cf", "Co")
JOINERS = "\u200c\u200d"
STRUCT_LETTERS = {"F64": "d", "F32": "f", "F16": "e", "I8": "b", "I32": "i", "I64": "q", "U8": "B"}


def category(char):
    return unicodedata.category(char)


def is_punctuation(char):
    return char in ASCII_PUNCTUATION or category(char)[0] == "P"


def is_word(char):
    return category(char)[0] in "LM" or category(char) in ("Nd", "Nl", "Pc") or char in JOINERS


# --- normalizers: text to text


def bert_normalizer(part):
    def clean(text):
        kept = (c for c in text if c in "\t\n\r" or (c != "\ufffd" and category(c) not in CONTROL))
        return "".join(" " if c in SPACES else c for c in kept)

    def run(text):
        if part.get("clean_text", True):
            text = clean(text)
        if part.get("handle_chinese_chars", True):
            text = "".join(f" {c} " if any(a <= ord(c) <= b for a, b in IDEOGRAPHS) else c for c in text)
        lowercase = part.get("lowercase", True)
        accents = part.get("strip_accents")
        if lowercase if accents is None else accents:
            text = "".join(c for c in unicodedata.normalize("NFD", text) if category(c) != "Mn")
        return "".join(c.lower() for c in text) if lowercase else text
    return run


def replace_normalizer(part):
    if "String" in part["pattern"]:
        return lambda text: text.replace(part["pattern"]["String"], part["content"])
    spaces = "[" + "".join(SPACES) + "]+"
    return lambda text: re.sub(spaces, lambda match: part["content"], text)


def strip_normalizer(part):
    spaces = "".join(SPACES)

    def run(text):
        text = text.lstrip(spaces) if part["strip_left"] else text
        return text.rstrip(spaces) if part["strip_right"] else text
    return run


def sequence_normalizer(part):
    steps = [normalizer(each) for each in part["normalizers"]]

    def run(text):
        for step in steps:
            text = step(text)
        return text
    return run


def normalizer(part):
    if part is None:
        return lambda text: text
    return {"BertNormalizer": bert_normalizer, "Replace": replace_normalizer, "Strip": strip_normalizer,
            "Sequence": sequence_normalizer,
            "NFD": lambda _: lambda text: unicodedata.normalize("NFD", text),
            "StripAccents": lambda _: lambda text: "".join(c for c in text if category(c)[0] != "M"),
            "Lowercase": lambda _: lambda text: "".join(c.lower() for c in text)}[part["type"]](part)


# --- pre-tokenizers: a text to its pieces


def split_at(text, kind_of):
    """Runs of characters of one kind; None is no piece, "single" a piece of its own."""
    pieces, last = [], None
    for char in text:
        kind = None if char in SPACES else kind_of(char)
        if kind is not None:
            if kind == last and kind != "single":
                pieces[-1] += char
            else:
                pieces.append(char)
        last = kind
    return pieces


def metaspace(part):
    sign = part.get("replacement", "\u2581")
    scheme = part.get("prepend_scheme") or ("always" if part.get("add_prefix_space", True) else "never")

    def run(text):
        text = text.replace(" ", sign)
        if scheme == "always" and not text.startswith(sign):
            text = sign + text
        if not part.get("split", True):
            return [text]
        return [piece for piece in re.split(f"(?={re.escape(sign)})", text) if piece]
    return run


def pre_tokenizer_sequence(part):
    steps = [pre_tokenizer(each) for each in part["pretokenizers"]]

    def run(text):
        pieces = [text]
        for step in steps:
            pieces = [smaller for piece in pieces for smaller in step(piece)]
        return pieces
    return run


def pre_tokenizer(part):
    if part is None:
        return lambda text: [text]
    return {"BertPreTokenizer": lambda _: lambda text: split_at(text, lambda c: "single" if is_punctuation(c) else 0),
            "Whitespace": lambda _: lambda text: split_at(text, is_word),
            "WhitespaceSplit": lambda _: lambda text: split_at(text, lambda c: 0),
            "Metaspace": metaspace, "Sequence": pre_tokenizer_sequence}[part["type"]](part)


# --- models: a piece to the numbers of its tokens


def word_piece(model):
    vocab = model["vocab"]
    unknown, prefix = vocab[model.get("unk_token", "[UNK]")], model.get("continuing_subword_prefix", "##")

    def run(word):
        if len(word) > model.get("max_input_chars_per_word", 100):
            return [unknown]
        ids, begin = [], 0
        while begin < len(word):
            lead = prefix if begin else ""
            end = next((end for end in range(len(word), begin, -1) if lead + word[begin:end] in vocab), None)
            if end is None:
                return [unknown]
            ids.append(vocab[lead + word[begin:end]])
            begin = end
        return ids
    return run


def unigram(model):
    numbers = {token: number for number, (token, _) in enumerate(model["vocab"])}
    scores = [score for _, score in model["vocab"]]
    unknown, longest = model.get("unk_id"), max(map(len, numbers))

    def best_path(text):
        """[(begin, end, number)] with the greatest sum of scores; of equal ones what was found first."""
        best = [(0.0, None)] + [None] * len(text)
        for begin in range(len(text)):
            before, known = best[begin][0], False
            for end in range(begin + 1, min(begin + longest, len(text)) + 1):
                number = numbers.get(text[begin:end])
                if number is not None:
                    known = known or end == begin + 1
                    if best[end] is None or before + scores[number] > best[end][0]:
                        best[end] = (before + scores[number], (begin, end, number))
            score = before + min(scores) - 10
            if not known and (best[begin + 1] is None or score > best[begin + 1][0]):
                best[begin + 1] = (score, (begin, begin + 1, unknown))
        path, end = [], len(text)
        while end > 0:
            path.append(best[end][1])
            end = path[-1][0]
        return path[::-1]

    def run(text):
        fused = []
        for begin, end, number in best_path(text):
            if fused and number == unknown == fused[-1][2]:
                fused[-1] = (fused[-1][0], end, unknown)
            else:
                fused.append((begin, end, number))
        return [numbers.get(text[begin:end], unknown) for begin, end, _ in fused]
    return run


def word_level(model):
    return lambda word: [model["vocab"].get(word, model["vocab"][model.get("unk_token", "<unk>")])]


# --- the whole


def find_added(text, tokens):
    """Yields (what is before, number) for each added token, and (what is left, None). `tokens`: {content: token}"""
    at = done = 0
    while at < len(text):
        found = max((content for content in tokens if text.startswith(content, at)), key=len, default=None)
        if found is None:
            at += 1
            continue
        token, begin, end = tokens[found], at, at + len(found)
        at = end
        inside = (begin > 0 and is_word(text[begin - 1])) or (end < len(text) and is_word(text[end]))
        if token.get("single_word") and inside:
            continue
        while token.get("lstrip") and begin > done and text[begin - 1] in SPACES:
            begin -= 1
        while token.get("rstrip") and end < len(text) and text[end] in SPACES:
            end += 1
        yield text[done:begin], token["id"]
        done = end
    yield text[done:], None


class Tokenizer:
    def __init__(self, file):
        self.normalize = normalizer(file.get("normalizer"))
        self.cut = pre_tokenizer(file.get("pre_tokenizer"))
        model = file["model"]
        self.model = {"WordPiece": word_piece, "Unigram": unigram, "WordLevel": word_level}[model["type"]](model)
        added = sorted(file.get("added_tokens", []), key=lambda token: not token.get("special", False))
        self.raw = {token["content"]: token for token in added if not token.get("normalized", True)}
        self.normalized = {}
        for token in added:
            if token.get("normalized", True):
                self.normalized.setdefault(self.normalize(token["content"]), token)
        unk = model.get("unk_token")
        vocab = model["vocab"]
        names = set(vocab) if isinstance(vocab, dict) else {token for token, _ in vocab}
        self.unknown = vocab[unk] if unk and isinstance(vocab, dict) else None
        self.median = int(statistics.median(map(len, names | {token["content"] for token in added})))

    def encode(self, text):
        ids = []
        for raw, raw_id in find_added(text[:MOST_TOKENS * self.median], self.raw):
            for rest, number in find_added(self.normalize(raw), self.normalized):
                for piece in self.cut(rest) if rest else []:
                    ids += self.model(piece)
                ids += [] if number is None else [number]
            ids += [] if raw_id is None else [raw_id]
        return [number for number in ids if number not in (self.unknown, None)][:MOST_TOKENS]


def tensors(file):
    (length,) = struct.unpack_from("<Q", file)
    header = json.loads(file[8:8 + length])
    out = {}
    for name, tensor in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in tensor["data_offsets"])
            count = math.prod(tensor["shape"])
            out[name] = (tensor["shape"], struct.unpack(f"<{count}{STRUCT_LETTERS[tensor['dtype']]}", file[begin:end]))
    return out


class Model:
    def __init__(self, folder):
        if not (folder / "model.safetensors").exists():
            folder /= "0_StaticEmbedding"
        self.tokenizer = Tokenizer(json.loads((folder / "tokenizer.json").read_text()))
        found = tensors((folder / "model.safetensors").read_bytes())
        (self.rows, self.dimensions), self.numbers = next(
            found[name] for name in ("embeddings", "0", "embedding.weight") if name in found)
        self.mapping = found["mapping"][1] if "mapping" in found else None
        self.weights = found["weights"][1] if "weights" in found else None

    def row(self, token):
        row = self.mapping[token] if self.mapping else token
        weight = self.weights[token] if self.weights else 1
        return [weight * number for number in self.numbers[row * self.dimensions:(row + 1) * self.dimensions]]

    def embed(self, ids):
        total = [math.fsum(column) for column in zip(*map(self.row, ids))] or [0.0] * self.dimensions
        length = math.sqrt(math.fsum(number * number for number in total))
        return [number / length for number in total] if length else [1.0] + [0.0] * (self.dimensions - 1)


def main(folder, texts):
    model = Model(pathlib.Path(folder))
    answers = []
    for text in json.loads(pathlib.Path(texts).read_text()):
        ids = model.tokenizer.encode(text)
        answers.append({"ids": ids, "vector": model.embed(ids)})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
