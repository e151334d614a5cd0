"""Event files, which TensorBoard reads: records of protocol buffers, each with its checksums.

Source: tensorflow/core/util/event.proto and framework/summary.proto; the record format of
tensorflow/core/lib/io/record_writer.h; CRC-32C, RFC 3720, appendix B.4.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

POLYNOMIAL = 0x82F63B78
EDGES = np.concatenate([-(limits := 1e-12 * 1.1 ** np.arange(775))[::-1], limits, [np.inf]])
"""The upper ends of the bins of a histogram."""


def _entry(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
    return value


TABLE = [_entry(value) for value in range(256)]


def checksum(data: bytes) -> bytes:
    """The masked CRC-32C of some bytes.

    >>> checksum(b"123456789").hex()
    'e5b08ac7'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def varint(number: int) -> bytes:
    """A whole number in groups of seven bits, the lowest first."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def field(number: int, value: Any) -> bytes:
    """A field of a protocol buffer: a whole number, a float (as float32), text or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def doubles(number: int, values: Iterable[float]) -> bytes:
    """A field of several float64."""
    return field(number, np.asarray(values, "<f8").tobytes())


def double(number: int, value: float) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<d", value)


def scalar(tag: str, value: float) -> bytes:
    """A number with a name."""
    return field(1, tag) + field(2, float(value))


def histogram(tag: str, values: Any) -> bytes:
    """How often numbers fall into each bin; those that are not finite are left out."""
    x = np.asarray(values, "float64").reshape(-1)
    x = x[np.isfinite(x)]
    counts = np.bincount(np.searchsorted(EDGES, x), minlength=EDGES.size)
    used = np.flatnonzero(counts)
    bins = slice(max(used[0] - 1, 0), used[-1] + 1) if used.size else slice(0, 1)
    low, high = (x.min(), x.max()) if x.size else (0.0, 0.0)
    numbers = (low, high, float(x.size), x.sum(), np.square(x).sum())
    limits = np.minimum(EDGES[bins], np.finfo("float64").max)
    body = b"".join(double(i, number) for i, number in enumerate(numbers, 1))
    return field(1, tag) + field(5, body + doubles(6, limits) + doubles(7, counts[bins]))


def graph(tag: str, config: str) -> bytes:
    """A model, as its JSON."""
    plugin = field(1, "graph_keras_model") + field(2, "1")
    text = field(1, 7) + field(2, b"") + field(8, config)
    return field(1, tag) + field(8, text) + field(9, field(1, plugin))


class EventFile:
    """A new file of events in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"events.out.tfevents.{time.time():.0f}.{socket.gethostname()}.{os.getpid()}"
        count = len(list(folder.glob(f"{name}*")))
        self.file = (folder / f"{name}.{count}").open("ab")
        self._write(field(3, "brain.Event:2"))

    def add(self, value: bytes, step: int) -> None:
        """Add a value at a step."""
        self._write(field(2, step) + field(5, field(1, value)))

    def _write(self, fields: bytes) -> None:
        event = double(1, time.time()) + fields
        length = struct.pack("<Q", len(event))
        self.file.write(length + checksum(length) + event + checksum(event))

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        self.file.close()
