#!/usr/bin/env python3
"""A server of embeddings in OpenAI's form, on a free port of this machine, that fails as the model's name says.

  embedding_server.py LOG [PORT]

Prints "port N" when it listens; writes one JSON line a request to LOG: path, headers, model, texts. Vectors have 16
numbers: how often words with that hash are in the text. Models:

  plain             answers
  shuffled          in another order
  busy-N-S          N times HTTP 429 with Retry-After: S (left out for S = none), then answers
  broken-N          N times HTTP 500, then answers
  reset-N           N times the connection is reset, then answers
  slow-S            after S seconds
  dies-N            the server's process ends at request N
  status-N          HTTP N with a message that repeats the key it was given
  redirect          HTTP 302 to another host
  endless, cut, truncated, text, empty
                    an answer without end; one that ends before its announced length; half a JSON; no JSON; nothing
  missing, extra, twice, no-index, odd-index, no-embedding, encoded, null, nan, huge-number, nested, zeros, longer
                    an answer that is wrong in this way
  silent            accepts the request, never answers

The first text of a connection test ("quire", perhaps after a prefix, alone) is answered plainly, but of models whose
name begins with "probe-", which fail from the start on.
"""

import http.server
import json
import os
import re
import socket
import struct
import sys
import threading
import time
import zlib

DIMENSIONS = 16
ANSI = "\u001b[31m"
lock = threading.Lock()
counts = {}


def embedding_of(text):
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"[A-Za-z]+", text):
        vector[zlib.crc32(word.lower().encode()) % DIMENSIONS] += 1
    vector[0] += 0.5
    return vector


def answer_to(texts):
    return {"object": "list", "model": "m", "usage": {"prompt_tokens": 1, "details": [{"index": [7]}]},
            "data": [{"object": "embedding", "index": i, "embedding": embedding_of(text)}
                     for i, text in enumerate(texts)]}


def spoil(answer, how):
    data = answer["data"]
    last = data[-1]
    if how == "shuffled":
        data.reverse()
    elif how == "missing":
        data.pop()
    elif how == "extra":
        data.append(last)
    elif how == "twice":
        data[0]["index"] = last["index"]
    elif how == "no-index":
        del last["index"]
    elif how == "odd-index":
        last["index"] = len(data)
    elif how == "no-embedding":
        del last["embedding"]
    elif how == "encoded":
        last["embedding"] = "AAAAAA=="
    elif how == "null":
        last["embedding"][3] = None
    elif how == "nan":
        last["embedding"][3] = float("nan")
    elif how == "huge-number":
        last["embedding"][3] = 1e300
    elif how == "nested":
        last["embedding"] = [last["embedding"]]
    elif how == "zeros":
        last["embedding"] = [0.0] * DIMENSIONS
    elif how == "longer":
        last["embedding"].append(1.0)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = json.loads(body)
        model, texts = request["model"], request["input"]
        with lock:
            with open(sys.argv[1], "a", encoding="utf-8") as log:
                log.write(json.dumps({"path": self.path, "headers": dict(self.headers), "model": model,
                                      "texts": texts, "format": request["encoding_format"]}) + "\n")
            is_probe = len(texts) == 1 and texts[0].endswith("quire") and not model.startswith("probe-")
            if not is_probe:
                counts[model] = counts.get(model, 0) + 1
        self.answer("plain" if is_probe else model.removeprefix("probe-"), texts, counts.get(model, 0))

    def answer(self, model, texts, count):
        kind, *numbers = re.fullmatch(r"([a-z]+(?:-[a-z]+)?)(?:-([0-9.]+))?(?:-([0-9.a-z]+))?", model).groups()
        often = float(numbers[0] or 0)
        if kind == "dies" and count >= often:
            os._exit(1)
        if kind in ("slow", "silent"):
            time.sleep(often or 3600)
        if kind == "busy" and count <= often:
            after = {} if numbers[1] == "none" else {"Retry-After": numbers[1]}
            return self.send(429, json.dumps({"error": {"message": "too fast"}}), after)
        if kind == "broken" and count <= often:
            return self.send(500, "oops")
        if kind == "reset" and count <= often:
            return self.reset()
        if kind == "status":
            said = f"no {ANSI} good: {self.headers.get('Authorization')} " + "x" * 1000
            return self.send(int(often), json.dumps({"error": {"message": said}}))
        if kind == "redirect":
            return self.send(302, "", {"Location": "http://elsewhere.example:81/v1/embeddings?x"})
        if kind == "endless":
            return self.flood()
        self.send_text(kind, texts)

    def send_text(self, kind, texts):
        answer = answer_to(texts)
        spoil(answer, kind)
        text = json.dumps(answer)
        if kind == "truncated":
            text = text[:len(text) // 2]
        elif kind == "text":
            text = "<html>hello</html>"
        elif kind == "empty":
            text = ""
        self.send(200, text, size=len(text) + 10 if kind == "cut" else None)

    def send(self, status, text, headers=None, size=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode()) if size is None else size))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(text.encode())
        self.close_connection = True

    def reset(self):
        """Closes with RST, not FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
        self.wfile = open(os.devnull, "wb")

    def flood(self):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                self.wfile.write(b'{"data": [' * 10_000)
        except OSError:
            pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that went away is part of the tests."""


def main():
    server = Server(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
    print("port", server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
