"""Hashes of words, the same on every machine and the same as TensorFlow's.

Source: FarmHash's Fingerprint64 (github.com/google/farmhash); Aumasson and Bernstein, "SipHash: a
fast short-input PRF", INDOCRYPT 2012.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from funclab.errors import ArgumentError

WORD = (1 << 64) - 1
K0, K1, K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
PAIR = 0xC6A4A7935BD1E995


def _turned(x: int, by: int) -> int:
    """The 64 bits of x, rotated to the right."""
    return (x >> by | x << (64 - by)) & WORD


def _mixed(x: int) -> int:
    return x ^ (x >> 47)


def _joined(x: int, y: int, by: int) -> int:
    """Two numbers combined into one."""
    x = _mixed((x ^ y) * by & WORD)
    return _mixed((y ^ x) * by & WORD) * by & WORD


def _word(text: bytes, begin: int, size: int = 8) -> int:
    begin += len(text) if begin < 0 else 0
    return int.from_bytes(text[begin : begin + size], "little")


@functools.lru_cache(maxsize=1 << 16)
def fingerprint(text: bytes) -> int:
    """The 64-bit FarmHash fingerprint of some bytes."""
    size = len(text)
    if size > 64:
        return _long(text)
    by = K2 + 2 * size
    if size > 32:
        return _middle(text, by)
    if size > 16:
        x, y = _word(text, 0) * K1 & WORD, _word(text, 8)
        z, w = _word(text, -8) * by & WORD, _word(text, -16) * K2 & WORD
        first = _turned(x + y & WORD, 43) + _turned(z, 30) + w
        return _joined(first & WORD, x + _turned(y + K2 & WORD, 18) + z & WORD, by)
    if size >= 8:
        x, y = _word(text, 0) + K2 & WORD, _word(text, -8)
        first = _turned(y, 37) * by + x
        return _joined(first & WORD, (_turned(x, 25) + y) * by & WORD, by)
    if size >= 4:
        return _joined(size + (_word(text, 0, 4) << 3), _word(text, -4, 4), by)
    if not size:
        return K2
    y, z = text[0] + (text[size >> 1] << 8), size + (text[-1] << 2)
    return _mixed((y * K2 ^ z * K0) & WORD) * K2 & WORD


def _middle(text: bytes, by: int) -> int:
    """The fingerprint of 33 to 64 bytes."""
    x, y = _word(text, 0) * K2 & WORD, _word(text, 8)
    z, w = _word(text, -8) * by & WORD, _word(text, -16) * K2 & WORD
    i = _turned(x + y & WORD, 43) + _turned(z, 30) + w & WORD
    j = _joined(i, x + _turned(y + K2 & WORD, 18) + z & WORD, by)
    k, b = _word(text, 16) * by & WORD, _word(text, 24)
    g, lower = (i + _word(text, -32)) * by & WORD, (j + _word(text, -24)) * by & WORD
    first = _turned(k + b & WORD, 43) + _turned(g, 30) + lower
    return _joined(first & WORD, k + _turned(b + x & WORD, 18) + g & WORD, by)


def _weak(text: bytes, begin: int, x: int, y: int) -> tuple[int, int]:
    """Two numbers, from 32 bytes and two seeds."""
    i, j, k, last = (_word(text, begin + 8 * step) for step in range(4))
    x = x + i & WORD
    y = _turned(y + x + last & WORD, 21)
    seed, x = x, x + j + k & WORD
    return x + last & WORD, y + _turned(x, 44) + seed & WORD


def _long(text: bytes) -> int:
    """The fingerprint of more than 64 bytes, in blocks of 64."""
    x, y = 81 * K2 & WORD, 81 * K1 + 113 & WORD
    z = _mixed(y * K2 + 113 & WORD) * K2 & WORD
    x = x + _word(text, 0) & WORD
    v, w = (0, 0), (0, 0)
    end = (len(text) - 1) // 64 * 64
    for begin in range(0, end, 64):
        x = _turned(x + y + v[0] + _word(text, begin + 8) & WORD, 37) * K1 & WORD
        y = _turned(y + v[1] + _word(text, begin + 48) & WORD, 42) * K1 & WORD
        x, y = x ^ w[1], y + v[0] + _word(text, begin + 40) & WORD
        z = _turned(z + w[0] & WORD, 33) * K1 & WORD
        v = _weak(text, begin, v[1] * K1 & WORD, x + w[0] & WORD)
        w = _weak(text, begin + 32, z + w[1] & WORD, y + _word(text, begin + 16) & WORD)
        x, z = z, x
    by, begin = K1 + ((z & 0xFF) << 1) & WORD, len(text) - 64
    w = (w[0] + (len(text) - 1 & 63) & WORD, w[1])
    v = (v[0] + w[0] & WORD, v[1])
    w = (w[0] + v[0] & WORD, w[1])
    x = _turned(x + y + v[0] + _word(text, begin + 8) & WORD, 37) * by & WORD
    y = _turned(y + v[1] + _word(text, begin + 48) & WORD, 42) * by & WORD
    x, y = x ^ w[1] * 9 & WORD, y + v[0] * 9 + _word(text, begin + 40) & WORD
    z = _turned(z + w[0] & WORD, 33) * by & WORD
    v = _weak(text, begin, v[1] * by & WORD, x + w[0] & WORD)
    w = _weak(text, begin + 32, z + w[1] & WORD, y + _word(text, begin + 16) & WORD)
    x, z = z, x
    first = _joined(v[0], w[0], by) + _mixed(y) * K0 + z
    return _joined(first & WORD, _joined(v[1], w[1], by) + x & WORD, by)


def salted(text: bytes, salt: Sequence[int]) -> int:
    """The 64-bit SipHash-2-4 of some bytes, with two numbers as the key."""
    keys = [number & WORD for number in salt]
    start = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
    state = [constant ^ keys[i % 2] for i, constant in enumerate(start)]
    whole = len(text) // 8 * 8
    words = [_word(text, begin) for begin in range(0, whole, 8)]
    words.append(int.from_bytes(text[whole:], "little") | (len(text) & 0xFF) << 56)
    for word in words:
        state[3] ^= word
        _stir(state, 2)
        state[0] ^= word
    state[2] ^= 0xFF
    _stir(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _stir(state: list[int], rounds: int) -> None:
    x, y, z, w = state
    for _ in range(rounds):
        x, z = x + y & WORD, z + w & WORD
        y, w = _turned(y, 51) ^ x, _turned(w, 48) ^ z
        x = _turned(x, 32)
        z, x = z + y & WORD, x + w & WORD
        y, w = _turned(y, 47) ^ z, _turned(w, 43) ^ x
        z = _turned(z, 32)
    state[:] = x, y, z, w


def crossed(prints: Sequence[int], key: int = 0xDECAFCAFFE) -> int:
    """Several numbers combined into one; their order matters."""
    for number in prints:
        key = key ^ PAIR ^ (_mixed(number * PAIR & WORD) * PAIR & WORD)
        key = _mixed(_mixed(key * PAIR & WORD) * PAIR & WORD)
    return key


def bucket(text: str, count: int, salt: Sequence[int] | None = None) -> int:
    """The bucket of a word, from 0 to count - 1."""
    data = text.encode("utf-8", "surrogateescape")
    return (fingerprint(data) if salt is None else salted(data, salt)) % count


def salt_of(salt: Any) -> list[int] | None:
    """A salt as two numbers, from one integer or two."""
    if salt is None:
        return None
    if isinstance(salt, (tuple, list)) and len(salt) == 2:
        return list(salt)
    if isinstance(salt, int):
        return [salt, salt]
    raise ArgumentError(
        "The `salt` argument can only be a tuple of 2 integers, or a single integer. "
        f"Received: salt={salt!r}.",
        why="it is the key of the hash function.",
        fix="write for example salt=42.",
    )
