"""From Keras: what stays the same, what is different, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from docs.errors import plain
from funclab.errors.missing_names import ELSEWHERE
from tests.keras2.spellings import CALLS
from tests.project.test_keras_names import DOCUMENTED, MISSING, NAMES, documented, reasons

WRITTEN = Path(__file__).with_name("keras.md")
"""The first part of the page."""
ALL = """[Every name of Keras 3.15.1, one by one](names.md).

```{toctree}
:hidden:
names
```
"""


EXAMPLES = {
    "runs": "runs",
    "none": "",
    "refused": "is refused by name",
    "not on Keras": "does not run there either",
}
"""What is said of the example of a name."""


def pages() -> dict[str, str]:
    first = WRITTEN.read_text(encoding="utf-8")
    return {
        "index.md": "\n".join([first, rooms(), ALL, spellings(), elsewhere(), missing()]),
        "names.md": names(),
    }


def table(heading: str, titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A section that is a table."""
    lines = [titles, ["---" for _ in titles], *rows]
    return "\n".join([f"## {heading}\n", *(f"| {' | '.join(line)} |" for line in lines), ""])


def rooms() -> str:
    """How many names of each room of Keras are here."""
    without = {room: " ".join(MISSING.get(room, {}).values()).split() for room in NAMES}
    rows = [
        (full(room), str(len(names)), str(len(names) - len(without[room])))
        for room, names in NAMES.items()
    ]
    return table("Rooms", ("room", "names of Keras 3.15.1", "of these here"), rows)


def spellings() -> str:
    """Calls of Keras 1 and 2, and how they are written now; after install_as_keras() both work."""
    rows = [(f"`{old}`", f"`{new}`") for old, new in CALLS]
    return table("Old spellings", ("notebooks of 2016 to 2019; runs, with a hint", "now"), rows)


def elsewhere() -> str:
    """Names that people look for, and what to type instead."""
    rows = [(f"`{name}`", plain(said)) for name, said in ELSEWHERE.items()]
    return table("What is written otherwise", ("you look for", "here"), rows)


def missing() -> str:
    """What Keras has and funclab lacks, with the reason."""
    rows = [
        (full(room), ", ".join(f"`{name}`" for name in names.split()), reason)
        for room, reasons in MISSING.items()
        for reason, names in reasons.items()
    ]
    return table("What is not here", ("room", "names", "why"), rows)


def names() -> str:
    """Every name of Keras, and whether it is here, or why not."""
    counts = Counter(map(documented, DOCUMENTED))
    parts = [
        "# Every name of Keras 3.15.1\n",
        "What is not here says, when it is used, what to write. The last column says what becomes "
        "of the example in Keras' own documentation, with that of each method for a class: of "
        f"{counts.total() - counts['none']} names that have one, it runs for {counts['runs']} and "
        f"gives what it gives in Keras on JAX, to 1e-5; for {counts['differs']} it gives "
        f"something else, for the reason that stands there; for {counts['refused']} it is refused "
        f"by name, as a whole or where it comes to what is not here; for {counts['not on Keras']} "
        "it does not run in Keras either.",
    ]
    for room, public in NAMES.items():
        why = reasons(room)
        rows = [
            (f"`{name}`", why.get(name, "here"), example(f"{room}.{name}".lstrip("."), name in why))
            for name in public
        ]
        parts.append(f"\n{table(full(room), ('name', 'here, or why not', 'its example'), rows)}")
    return "\n".join(parts)


def example(name: str, is_absent: bool) -> str:
    """What becomes of the documented example of a name."""
    said = plain(DOCUMENTED[name].partition(": ")[2])
    if documented(name) == "refused" and not is_absent:
        return f"is refused where it says: {said}"
    return EXAMPLES.get(documented(name)) or said


def full(room: str) -> str:
    return f"`keras.{room}`" if room else "`keras`"
