"""Files from the internet, kept in a folder so that they are downloaded only once."""

from __future__ import annotations

import functools
import hashlib
import os
import tarfile
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

from funclab.config import is_interactive_logging_enabled
from funclab.errors import ArgumentError, DataError, warn
from funclab.files import replacing
from funclab.layers.checks import one_of
from funclab.utils.progbar import Progbar

BLOCK = 1 << 16
PATIENCE = 30
"""Seconds without data after which a download is given up."""


def get_file(
    fname: Any = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> str:
    """The path of a file from the internet, which is downloaded unless it is already in the cache.

    fname: the name under which it is stored; None for the name in `origin`.
    origin: the URL.
    untar: whether it is a tar archive to unpack.
    md5_hash: its MD5 checksum, as in Keras 1.
    file_hash: its checksum; None to check nothing.
    cache_subdir: the folder in the cache.
    hash_algorithm: "md5", "sha256" or "auto", which distinguishes them by their length.
    extract: whether it is an archive to unpack; the path is then that of the folder.
    archive_format: "tar", "zip", "auto", or None to unpack nothing.
    cache_dir: the cache; None for KERAS_HOME or else ~/.keras, where Keras keeps its files.
    force_download: whether to download it even if it is in the cache.
    Raises: DataError if it cannot be downloaded, or does not match the checksum.
    """
    one_of("hash_algorithm", hash_algorithm, ("auto", "md5", "sha256"))
    name = _name_of(fname, origin)
    target = unpacked = _folder(cache_dir, cache_subdir) / name
    if extract or untar:
        ended = bool(fname) and "." in name
        target = target if ended else target.with_name(f"{name}_archive")
        unpacked = target.with_name(f"{name.partition('.')[0]}_extracted") if ended else unpacked
    wanted = file_hash or md5_hash
    algorithm = "md5" if md5_hash and not file_hash else hash_algorithm
    stored = target.exists() and (wanted is None or checksum(target, algorithm, wanted) == wanted)
    if target.exists() and not stored and is_interactive_logging_enabled():
        print(f"{target} is incomplete or outdated: its hash is not {wanted}.", flush=True)
    if force_download or not stored:
        _fetch(str(origin), target, wanted, algorithm)
    if extract or untar:
        _unpack(target, unpacked, "tar" if untar else archive_format)
        return str(unpacked)
    return str(target)


def _folder(cache_dir: Any, cache_subdir: str) -> Path:
    """The folder of a file: as in Keras, below /tmp if the cache is not writable."""
    home = Path(cache_dir or os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True)
    if not os.access(home, os.W_OK):
        home = Path("/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()) / ".keras"
    folder = home / cache_subdir
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _name_of(fname: Any, origin: str | None) -> str:
    if origin is None:
        raise ArgumentError(
            'Please specify the "origin" argument (URL of the file to download).',
            why="a file is fetched from an address.",
            fix='write get_file(origin="https://...").',
        )
    name = os.fspath(fname) if fname else Path(urllib.parse.urlsplit(origin).path).name
    if not name or Path(name).name != name:
        raise ArgumentError(
            f"Paths are not accepted as the `fname` argument. Received: fname={name!r}.",
            why="it is the name of a file in the folder cache_dir/cache_subdir.",
            fix="pass a name, and the folder as cache_dir.",
        )
    return name


def checksum(path: Path, algorithm: str, wanted: str) -> str:
    """The checksum of a file; "auto" is SHA-256 if the expected checksum has its length."""
    if algorithm == "auto":
        algorithm = "sha256" if len(wanted) == 64 else "md5"
    new = functools.partial(hashlib.new, algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        return hashlib.file_digest(file, new).hexdigest()


def _fetch(origin: str, target: Path, wanted: str | None, algorithm: str) -> None:
    with replacing(target) as new:
        with new.open("wb") as file:
            for block in _blocks(origin, target):
                file.write(block)
        if wanted is not None and (found := checksum(new, algorithm, wanted)) != wanted:
            raise DataError(
                f"Incomplete or corrupted file detected: the hash of {target.name} is {found}, "
                f"which does not match the provided value of {wanted}.",
                why="what was downloaded is another file.",
                fix="try again, or check the address and the hash.",
            )


def _blocks(origin: str, target: Path) -> Iterator[bytes]:
    """The contents of a URL, block by block, with a progress line."""
    verbose = int(is_interactive_logging_enabled())
    if verbose:
        print(f"Downloading data from {origin}", flush=True)
    try:
        with urllib.request.urlopen(origin, timeout=PATIENCE) as answer:
            size = int(answer.headers.get("Content-Length") or 0)
            line = Progbar(size or None, verbose=verbose, unit_name="byte")
            done = 0
            while block := answer.read(BLOCK):
                yield block
                done += len(block)
                line.update(done, finalize=done == size)
            if done < size:
                raise OSError(f"it ended after {done} of {size} bytes")
            if done > size:  # the size was not announced
                line.update(done, finalize=True)
    except (OSError, ValueError, HTTPException) as error:
        raise _not_fetched(origin, target, error) from None


def _not_fetched(origin: str, target: Path, error: Exception) -> DataError:
    what = f"URL fetch failure on {origin}: {getattr(error, 'reason', error)}."
    why = "the file is not in the cache, and the address does not answer: perhaps this machine is "
    why += "offline."
    if isinstance(error, urllib.error.HTTPError):
        what = f"URL fetch failure on {origin}: {error.code} -- {error.msg}."
        why = "the file is not in the cache, and the server does not give it."
    return DataError(what, why=why, fix=f"fetch it elsewhere, and put it at {target}.")


def _unpack(archive: Path, folder: Path, form: Any) -> None:
    forms = ("tar", "zip") if form == "auto" else [form] if isinstance(form, str) else form or ()
    if "tar" in forms and tarfile.is_tarfile(archive):
        with tarfile.open(archive) as file:
            file.extractall(folder, filter="data")
    elif "zip" in forms and zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            file.extractall(folder)  # which leaves out `..` and leading slashes
    elif forms:
        warn(f"Could not extract archive: {archive.name} is of another kind than {forms}.")
