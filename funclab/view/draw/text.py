"""Text in pictures: how wide it is, made safe to show, and made to fit."""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_left

CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Characters that would break a line or change the direction of what follows, or are not text."""

_LETTERS = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]+"
RIGHT_TO_LEFT = re.compile(f"{_LETTERS}(?: +{_LETTERS})*")
"""Words of right-to-left scripts."""

FIRST, LAST, UNITS = 32, 126, 2048
# Advance widths of the characters 32 to 126 of DejaVu Sans. It is the widest of the fonts that
# "system-ui" stands for, so what fits here fits everywhere.
_WIDTHS = """
651 821 942 1716 1303 1946 1597 563 799 799 1024 1716 651 739 651 690 1303 1303 1303 1303 1303 1303
1303 1303 1303 1303 690 690 1716 1716 1716 1087 2048 1401 1405 1430 1577 1294 1178 1587 1540 604 604
1343 1141 1767 1532 1612 1235 1612 1423 1300 1251 1499 1401 2025 1403 1251 1403 799 690 799 1716
1024 1024 1255 1300 1126 1300 1260 721 1300 1298 569 569 1186 569 1995 1298 1253 1300 1300 842 1067
803 1298 1212 1675 1212 1212 1075 1303 690 1303 1716
"""
_REGULAR = [int(width) for width in _WIDTHS.split()]
_BOLD, _MONOSPACE = 1.13, 0.602
_WIDE, _USUAL = 1.0, 0.75
_DRAWING = 0x2500
"""From this code point on, characters of monospaced fonts have other widths."""


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False, mono: bool = False) -> float:
    """The width of one line, in the units of `size`.

    >>> round(text_width("dense", 10, mono=True))
    30
    """
    widths = sum(_width(character, mono) for character in text)
    heavier = _BOLD if bold and not mono else 1
    return widths * size * heavier


def _width(character: str, mono: bool) -> float:
    code = ord(character)
    if FIRST <= code <= LAST:
        return _MONOSPACE if mono else _REGULAR[code - FIRST] / UNITS
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    return _MONOSPACE if mono and code < _DRAWING else _USUAL


def clean(text: str) -> str:
    """A name on one line, without characters that affect the text around it."""
    return text if text.isprintable() else CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def steady(text: str) -> str:
    """A line as it is drawn: right-to-left words do not reorder the text around them.

    Without this, `[0:1]` after such a word would appear before it, and two such words in a list
    would swap. U+2068 and U+2069 isolate a word (Unicode Annex 9); apply `clean` first.
    """
    return RIGHT_TO_LEFT.sub("\u2068\\g<0>\u2069", clean(text))


def prose(text: str) -> str:
    """A sentence as pictures show it: backticks become quotation marks.

    >>> prose("write `name=`")
    'write “name=”'
    """
    return re.sub("`([^`]+)`", "“\\1”", text)


def shorten(text: str, length: int) -> str:
    """At most `length` characters; what is left out in the middle becomes "…".

    A number at the end stays whole: `conv2d_transpose_12` may become `conv2…_12`.
    """
    text = clean(text)
    if len(text) <= length:
        return text
    number = re.search(r"_?\d*$", text)
    tail = max((length - 1) // 3, min(len(number[0]) if number else 0, length - 2))
    return f"{text[: length - 1 - tail]}…{text[len(text) - tail :]}"


def narrowed(text: str, width: float, size: float, bold: bool, mono: bool = False) -> str:
    """A text, with its middle left out if it would be wider than this.

    >>> narrowed("conv2d_transpose_12", 80, 12, bold=False)
    'conv2d…_12'
    """

    def too_wide(length: int) -> bool:
        return text_width(shorten(text, length), size, bold, mono) > width

    if not too_wide(len(text)):
        return text
    return shorten(text, max(4, bisect_left(range(len(text)), True, 4, key=too_wide) - 1))


def folded_lines(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """A sentence wrapped to lines of at most this width."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, bold) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def quote(text: str) -> str:
    """A string in double quotes, whatever it holds; invisible characters are escaped.

    >>> print(quote('say "hi"\\n'))
    "say \\"hi\\"\\n"
    """
    escaped = (
        f"\\{letter}" if letter in '"\\'
        else letter if letter.isprintable() and not "\u0590" <= letter <= "\u08ff"
        else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )  # fmt: skip
    return f'"{"".join(escaped)}"'
