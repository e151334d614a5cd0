"""Printing where the encoding lacks characters: a pipe on Windows (cp1252), or an ASCII terminal.

Python would stop with a UnicodeEncodeError at the first arrow or line of a table. Instead, a
similar character of ASCII is written for each; those that tables are drawn with stay as wide.
"""

from __future__ import annotations

import codecs
from typing import Any

SIMILAR = str.maketrans(
    "×−·“”‘’–≈÷µ↑↓✓✗☞▶▼━─┏┳┓┡╇┩┴└┘├┼┤┃│", "x-.\"\"''-~/u^v+x>>v=-++++++++++++||"
)
LONGER = ("→ ->", "← <-", "↷ ~>", "≤ <=", "≥ >=", "≠ !=", "² ^2", "³ ^3", "… ...")
SIMILAR |= str.maketrans(dict(map(str.split, LONGER)))


def similar(error: UnicodeError) -> tuple[str, int]:
    """The handler of errors for characters that an encoding lacks.

    >>> "a → b │ √".encode("ascii", "funclab")
    b'a -> b | \\\\u221a'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(SIMILAR)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end


def write_anything(stream: Any) -> None:
    """Let a stream write similar characters, if it would otherwise raise an error."""
    encoding = str(getattr(stream, "encoding", None) or "utf-8").lower()
    strict = getattr(stream, "errors", "") in ("strict", "surrogateescape")
    if strict and not encoding.startswith("utf") and hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="funclab")


codecs.register_error("funclab", similar)
