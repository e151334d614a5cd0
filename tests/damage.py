"""Damaged copies of the files of lines that funclab keeps, and which of their lines are left."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Damage = Callable[[bytes, random.Random], bytes]


def truncated(contents: bytes, mix: random.Random) -> bytes:
    return contents[: mix.randrange(len(contents))]


def without_its_end(contents: bytes, mix: random.Random) -> bytes:
    return contents[: -mix.randint(1, 3)]


def without_its_beginning(contents: bytes, mix: random.Random) -> bytes:
    return contents[mix.randrange(len(contents)) :]


def flipped(contents: bytes, mix: random.Random) -> bytes:
    changed = bytearray(contents)
    for _ in range(mix.randint(1, 8)):
        changed[mix.randrange(len(changed))] ^= 1 << mix.randrange(8)
    return bytes(changed)


def zeroed(contents: bytes, mix: random.Random) -> bytes:
    """A block of a disk that was never written."""
    start = mix.randrange(len(contents))
    end = min(len(contents), start + mix.randint(1, 300))
    return contents[:start] + bytes(end - start) + contents[end:]


def with_joined_lines(contents: bytes, mix: random.Random) -> bytes:
    ends = [match.start() for match in re.finditer(b"\n", contents)]
    at = mix.choice(ends)
    return contents[:at] + contents[at + 1 :]


def _with_other_lines(change: Callable[[list[bytes], random.Random], None]) -> Damage:
    def damage(contents: bytes, mix: random.Random) -> bytes:
        lines = contents.splitlines(keepends=True)
        change(lines, mix)
        return b"".join(lines)

    damage.__name__ = change.__name__
    return damage


@_with_other_lines
def duplicated_lines(lines: list[bytes], mix: random.Random) -> None:
    lines.insert(mix.randrange(len(lines)), mix.choice(lines))


@_with_other_lines
def swapped_lines(lines: list[bytes], mix: random.Random) -> None:
    i, j = mix.randrange(len(lines)), mix.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]


@_with_other_lines
def lines_left_out(lines: list[bytes], mix: random.Random) -> None:
    del lines[mix.randrange(len(lines))]


STRANGE = (
    '"text"', "null", "true", "-1", "3.5", "NaN", "-Infinity", "1e999", "9" * 400, "9" * 6000, "[]",
    "{}", '[{"a": []}]', '"\\ud800"', '"' + "long" * 5000 + '"', "[" * 800 + "]" * 800,
    '{"a": ' * 800 + "1" + "}" * 800, "[" * 100_000,
)  # fmt: skip
"""Values of other types, huge numbers, and deep nesting."""


def with_strange_values(contents: bytes, mix: random.Random) -> bytes:
    values = [*re.finditer(rb'(?<=: )("[^"]*"|-?[\d.]+|null|true|false)', contents)]
    chosen = mix.choice(values)
    value = mix.choice(STRANGE).encode()
    return contents[: chosen.start()] + value + contents[chosen.end() :]


def with_strange_lines(contents: bytes, mix: random.Random) -> bytes:
    lines = contents.splitlines(keepends=True)
    lines.insert(mix.randrange(len(lines) + 1), mix.choice(STRANGE).encode() + b"\n")
    return b"".join(lines)


def with_a_mark(contents: bytes, mix: random.Random) -> bytes:
    return b"\xef\xbb\xbf" + contents


def with_the_ends_of_windows(contents: bytes, mix: random.Random) -> bytes:
    return contents.replace(b"\n", b"\r\n")


def in_utf_16(contents: bytes, mix: random.Random) -> bytes:
    return contents.decode().encode("utf-16")


def of_another_encoding(contents: bytes, mix: random.Random) -> bytes:
    at = mix.randrange(len(contents))
    return contents[:at] + "déjà vu".encode(mix.choice(("latin-1", "utf-16-be"))) + contents[at:]


def emptied(contents: bytes, mix: random.Random) -> bytes:
    return mix.choice((b"", b"\n", b" " * 20, bytes(len(contents))))


KINDS: tuple[Damage, ...] = (
    truncated, without_its_end, without_its_beginning, flipped, zeroed, with_joined_lines,
    duplicated_lines, swapped_lines, lines_left_out, with_strange_values, with_strange_lines,
    with_a_mark, with_the_ends_of_windows, in_utf_16, of_another_encoding, emptied,
)  # fmt: skip


def text_of(contents: bytes) -> str:
    """What is left of the text."""
    wide = contents.startswith((b"\xff\xfe", b"\xfe\xff"))
    return contents.decode("utf-16" if wide else "utf-8", "replace")
