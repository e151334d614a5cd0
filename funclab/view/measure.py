"""How wide text is, without asking a browser: a table with room for the widest common font."""

from __future__ import annotations

import unicodedata

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
"""From here on no monospaced font keeps to its width."""


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
