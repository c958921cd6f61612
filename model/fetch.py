#!/usr/bin/env python3
"""Downloads the packages to train on, as packages/debian.txt and packages/npm.txt pin them.

    model/fetch.py FOLDER [LIST...]

FOLDER gets debian/*.deb and npm/*.tgz; what is there already is left alone. Files are verified against the lists'
hashes. A version that the mirror no longer has is replaced by the present one, and said.
"""

import base64
import hashlib
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
DEBIAN_BATCH = 100
NPM_BATCH = 10
CONNECTIONS = 4


def rows(path: pathlib.Path):
    return [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]


def batches(items, size):
    return [items[i:i + size] for i in range(0, len(items), size)]


def deb_name(package: str, version: str) -> str:
    """How apt names a package's file, without its architecture."""
    return f"{package}_{version.replace(':', '%3a')}_"


def apt_download(folder: pathlib.Path, names) -> bool:
    command = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *names]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def fetch_debs(folder: pathlib.Path, batch) -> None:
    if apt_download(folder, [f"{name}={version}" for name, version, _ in batch]):
        return
    for name, version, _ in batch:
        if not apt_download(folder, [f"{name}={version}"]):
            found = apt_download(folder, [name])
            print(f"fetch: {name} {version}: {'another version' if found else 'not to be had'}", file=sys.stderr)


def fetch_debian(folder: pathlib.Path, wanted) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    have = {path.name.rsplit("_", 1)[0] + "_" for path in folder.glob("*.deb")}
    missing = [row for row in wanted if deb_name(row[0], row[1]) not in have]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda batch: fetch_debs(folder, batch), batches(missing, DEBIAN_BATCH)))


def check_debian(folder: pathlib.Path, wanted) -> None:
    hashes = {deb_name(name, version): digest for name, version, digest in wanted}
    for path in folder.glob("*.deb"):
        expected = hashes.get(path.name.rsplit("_", 1)[0] + "_")
        if expected and hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            path.unlink()
            print(f"fetch: {path.name}: not the bytes of the list, removed", file=sys.stderr)


def tarball(name: str, version: str) -> str:
    return name.lstrip("@").replace("/", "-") + f"-{version}.tgz"


def npm_pack(folder: pathlib.Path, names) -> None:
    done = subprocess.run(["npm", "pack", "--ignore-scripts", "--loglevel=error", *names], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode and len(names) > 1:
        for name in names:
            npm_pack(folder, [name])
    elif done.returncode:
        print(f"fetch: {names[0]}: npm pack failed", file=sys.stderr)


def fetch_npm(folder: pathlib.Path, wanted) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    missing = [f"{name}@{version}" for name, version, _ in wanted if not (folder / tarball(name, version)).exists()]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda batch: npm_pack(folder, batch), batches(missing, NPM_BATCH)))
    for name, version, integrity in wanted:
        path = folder / tarball(name, version)
        if path.exists() and "sha512-" + base64.b64encode(
                hashlib.sha512(path.read_bytes()).digest()).decode() != integrity:
            path.unlink()
            print(f"fetch: {path.name}: not the bytes of the list, removed", file=sys.stderr)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    lists = sys.argv[2:] or ["debian.txt", "npm.txt"]
    for name in lists:
        wanted = rows(HERE / "packages" / name)
        if name.endswith("npm.txt"):
            fetch_npm(folder / "npm", wanted)
        else:
            fetch_debian(folder / "debian", wanted)
            check_debian(folder / "debian", wanted)


main()
