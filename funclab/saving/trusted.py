"""Reading untrusted files.

Everything that a file says is checked before it is used: no other file is opened, no code runs,
and no memory is allocated beyond `allowance`. Whatever is wrong, the error is a FunclabError.
"""

from __future__ import annotations

import io
import itertools
import math
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from funclab.errors import ConfigError, FunclabError, import_for, plain
from funclab.graph.shape_math import Array

Texts = dict[tuple[str, str], list[str]]
"""The texts in the attributes of a file, by the path of the group and the name."""

FREE_BYTES, TIMES = 64 << 20, 100
"""The contents of a file may take 64 MB of memory, or 100 times the size of the file."""
MOST_TEXT = 1 << 30
"""The bytes that one attribute may take if each text is as long as all that is not an array."""
MOST_OBJECTS, MOST_LEVELS = 1_000_000, 100
FILTERS = (1, 2, 3, 32000)  # gzip, shuffle, fletcher32, lzf
"""The filters of stored arrays that h5py can read without loading a plugin."""


@contextmanager
def reading(path: Any) -> Iterator[None]:
    """Turn every error in the block into a FunclabError that names the file."""
    try:
        yield
    except FunclabError as error:
        if name_of(path) not in error.what:
            error.what = f"In {name_of(path)}: {error.what}"
            error.args = (error.what,)
        raise
    except Exception as error:  # zipfile, h5py and json have some twenty kinds for a broken file
        raise refused(path, f"it is damaged or of another kind ({type(error).__name__})") from error


def refused(path: Any, reason: str) -> ConfigError:
    return ConfigError(
        f"The file {name_of(path)!r} cannot be read: {reason}.",
        why="only what a saved model consists of is read: JSON text and arrays of numbers.",
        fix="save the model again, or get the file again from where it came.",
    )


def name_of(path: Any) -> str:
    if isinstance(path, Member):
        path = path.path
    return "model.weights.h5" if isinstance(path, bytes) else plain(Path(path).name)


def allowance(size: int) -> int:
    """The bytes that the contents of a file of this size may take."""
    return max(FREE_BYTES, TIMES * size)


def read_archive(path: Any, names: list[str]) -> dict[str, bytes]:
    """Those of the members with these names that a zip archive has.

    Raises: ConfigError for a file that is not such an archive, and for members that are encrypted,
    duplicated, or too large for the file.
    """
    with reading(path), zipfile.ZipFile(path) as archive:
        return {m.filename: archive.read(m) for m in _members(path, archive, names)}


def _members(path: Any, archive: zipfile.ZipFile, names: list[str]) -> list[zipfile.ZipInfo]:
    members = [member for member in archive.infolist() if member.filename in names]
    if len({member.filename for member in members}) < len(members):
        raise refused(path, "it holds two members of one name")
    if any(member.flag_bits & 1 for member in members):
        raise refused(path, "it is encrypted")
    total = sum(member.file_size for member in members)
    if total > allowance(Path(path).stat().st_size):
        raise refused(path, f"its contents would take {total:,} bytes")
    return members


class Member(NamedTuple):
    """A file in a zip archive, of which only the parts are read that somebody wants."""

    path: Path
    name: str

    def open(self) -> BinaryIO:
        """The member as a file.

        Raises: ConfigError as `read_archive` does, and if there is no such member.
        """
        with zipfile.ZipFile(self.path) as archive:
            members = _members(self.path, archive, [self.name])
            if not members:
                raise refused(self.path, f"it holds no {self.name}")
            if members[0].compress_type != zipfile.ZIP_STORED:
                return io.BytesIO(archive.read(members[0]))
            header, size = members[0].header_offset, members[0].file_size
            with archive.open(members[0]):  # it checks the header that is read below
                pass
        file = Path(self.path).open("rb")  # noqa: SIM115 who opens the member closes it
        file.seek(header + 26)
        begin = header + 30 + sum(struct.unpack("<HH", file.read(4)))
        return io.BufferedReader(_Part(file, begin, size))


class _Part(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, file: BinaryIO, begin: int, size: int) -> None:
        self.file, self.begin, self.size, self.at = file, begin, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def readinto(self, buffer: Any) -> int:
        self.file.seek(self.begin + self.at)
        data = self.file.read(min(len(buffer), max(0, self.size - self.at)))
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)

    def close(self) -> None:
        self.file.close()
        super().close()


def read_datasets(source: Any) -> dict[str, Array]:
    """The arrays of an HDF5 file by their path in it, such as "layers/dense/vars/0".

    `source` is a path, or the file's bytes.
    Raises: ConfigError for a file that holds anything but arrays of numbers: links to elsewhere,
    virtual or external arrays, objects, loops; or more than a file of its size can hold.
    """
    return read_hdf5(source)[0]


def read_dataset(source: Any, name: str) -> Array:
    """One array of an HDF5 file that `read_hdf5` has checked, by its path in it.

    Raises: ConfigError when the file has changed so that there is something else.
    """
    h5py = import_for("Loading weights", "h5py")

    with reading(source), _opened(source) as opened, h5py.File(opened, "r") as file:
        parts = name.split("/")
        for i in range(len(parts)):
            link = file.get("/".join(parts[: i + 1]), getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise refused(source, f"{name} is a link to another place or file")
        _check(source, name, file[name])
        if _bytes_of(file[name]) > allowance(opened.seek(0, io.SEEK_END)):
            raise refused(source, f"{name} would take {file[name].nbytes:,} bytes")
        return np.asarray(file[name])


def read_hdf5(
    source: Any, names: Sequence[str] = (), take: Callable[[Any], Any] = np.asarray
) -> tuple[dict[str, Any], Texts]:
    """What `read_datasets` gives; and the texts of the groups, of attributes with these names.
    `take` is what is done with each array; by default it is read.

    Keras splits a long list of texts into several attributes, whose names end with 0, 1 ...
    """
    h5py = import_for("Loading weights", "h5py")

    with reading(source), _opened(source) as opened, h5py.File(opened, "r") as file:
        if names:
            opened.seek(0)
            _check_heaps(source, opened.read())
        items = dict(_items(source, file))
        arrays = {path: item for path, item in items.items() if isinstance(item, h5py.Dataset)}
        size = opened.seek(0, io.SEEK_END)
        total = sum(map(_bytes_of, arrays.values()))
        if total > allowance(size):
            raise refused(source, f"its arrays would take {total:,} bytes")
        rest = size - sum(array.id.get_storage_size() for array in arrays.values())
        groups = {"": file, **{path: item for path, item in items.items() if path not in arrays}}
        texts = {
            (path, name): _texts(source, group, name, rest)
            for path, group in (groups.items() if names else ())
            for name in names
        }
        return {path: take(array) for path, array in arrays.items()}, texts


def _check_heaps(source: Any, data: bytes) -> None:
    """Refuse damaged heaps, which hold texts: HDF5 would read some of them in an endless loop.

    Source: HDF5 File Format Specification, version 3, III.E: Global Heap.
    """
    lengths = data[13:15] if data[8] < 2 else data[9:11]
    if lengths != b"\x08\x08":  # the bytes of an address and of a length: 8 in Keras' files
        raise refused(source, "it is damaged or of another kind")
    for heap in re.finditer(rb"GCOL\x01\0\0\0", data):
        begin = heap.end() + 8
        end = heap.start() + int.from_bytes(data[heap.end() : begin], "little")
        while end - begin >= 16:
            number, size = struct.unpack_from("<H6xQ", data, begin) if end <= len(data) else (0, 0)
            taken = 16 + (size + 7) // 8 * 8 if number else size  # 0 is the free space
            if not 16 <= taken <= end - begin:
                raise refused(source, "its texts are damaged")
            begin += taken


def _texts(source: Any, group: Any, name: str, rest: int) -> list[str]:
    """The texts in an attribute, or in its parts. No text is longer than the `rest` of the file."""
    h5py = import_for("Loading weights", "h5py")

    texts: list[str] = []
    parts = [name] if name in group.attrs else map(f"{name}{{}}".format, itertools.count())
    for part in itertools.takewhile(group.attrs.__contains__, parts):
        kind = group.attrs.get_id(part)
        text = h5py.check_string_dtype(kind.dtype)
        if 0 in kind.shape:  # an empty list, which h5py stores as numbers
            continue
        if text is None:
            raise refused(source, f"its attribute {part} is not text")
        # HDF5 says how long texts of variable length are only after it has read them all.
        if math.prod(kind.shape) * (text.length or max(rest, 1)) > MOST_TEXT:
            raise refused(source, f"its attribute {part} holds too many texts")
        values = np.asarray(group.attrs[part]).reshape(-1).tolist()
        texts += [text.decode() if isinstance(text, bytes) else text for text in values]
    return texts


def _bytes_of(dataset: Any) -> int:
    """The memory that an array takes while it is read: at least one chunk, which may be larger."""
    chunk = math.prod(dataset.chunks) * dataset.dtype.itemsize if dataset.chunks else 0
    return max(dataset.nbytes, chunk)


def _opened(source: Any) -> BinaryIO:
    if isinstance(source, Member):
        return source.open()
    return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")


def _items(source: Any, file: Any) -> Iterator[tuple[str, Any]]:
    """The groups and arrays in a file, each checked before it is read, by their path."""
    h5py = import_for("Loading weights", "h5py")

    waiting, addresses = [("", file)], set()
    while waiting:
        path, group = waiting.pop()
        if path.count("/") > MOST_LEVELS or len(addresses) > MOST_OBJECTS:
            raise refused(source, "its groups are nested too deeply, or too many")
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise refused(source, f"{path}{name} is a link to another place or file")
            item = group[name]
            address = h5py.h5o.get_info(item.id).addr
            if address in addresses:
                raise refused(source, f"{path}{name} is there under two names")
            addresses.add(address)
            if isinstance(item, h5py.Group):
                waiting.append((f"{path}{name}/", item))
            else:
                _check(source, f"{path}{name}", item)
            yield f"{path}{name}", item


def _check(source: Any, name: str, dataset: Any) -> None:
    """Refuse anything but an array of numbers that is in the file itself."""
    h5py = import_for("Loading weights", "h5py")

    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "biuf":
        raise refused(source, f"{name} is not an array of numbers")
    if dataset.is_virtual or dataset.external:
        raise refused(source, f"the numbers of {name} lie in another file")
    layout = dataset.id.get_create_plist()
    if any(layout.get_filter(i)[0] not in FILTERS for i in range(layout.get_nfilters())):
        raise refused(source, f"{name} is compressed in a way that needs a plugin")
