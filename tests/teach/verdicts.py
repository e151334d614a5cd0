"""What is said of each try, and where it is marked, as it was read and counted.

After a change of words, `VERDICTS=1 pytest tests/teach/test_exercises.py` writes the files anew:
read what has changed, and check each number and place, before you commit it.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from funclab.teach import course
from tests.teach.tries import Try, tries

FOLDER = Path(__file__).parent / "verdicts"
RENEWED = bool(os.environ.get("VERDICTS"))
MEASURED = re.compile(r"(-?\d+\.\d+|\d+(?= %))")
RIM = 12
"""How far a mark may lie around what it marks, in pixels."""


def text_of(view: Any) -> str:
    """What a verdict says, and what its pictures mark."""
    facts = view.facts
    lines = [f"{view.verdict.kind}: {facts['says']}"]
    lines += [f"already: {text}" for text in facts["already"]]
    lines += [f"{name}: {mark}" for name, svg in view.pictures.items() for mark in marks(svg)]
    return "\n".join(lines)


def marks(svg: str) -> list[str]:
    """What each mark of a picture lies around, and the words at it."""
    root = ElementTree.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', ""))
    boxes = [(part, part.get("data-key")) for part in root.iter("g") if part.get("data-key")]
    marked = []
    for mark in (part for part in root.iter("g") if part.get("data-mark")):
        words = "".join(text for part in mark.iter("text") for text in part.itertext())
        rim = extent(mark)
        inside = [key for box, key in boxes if rim and box.find("rect") is not None
                  and lies_in(extent(box), rim)]  # fmt: skip
        marked.append(f"{mark.get('data-mark')} {' '.join(inside) or 'lines'} {words}".strip())
    return marked


def extent(part: ElementTree.Element) -> tuple[float, ...] | None:
    """Left, top, right and bottom of the first rectangle."""
    rect = part.find("rect")
    if rect is None:
        return None
    x, y, width, height = (float(rect.get(name, 0)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def lies_in(inner: Any, outer: Any) -> bool:
    """Whether a rectangle lies in another, close to its rim."""
    gaps = [inner[0] - outer[0], inner[1] - outer[1], outer[2] - inner[2], outer[3] - inner[3]]
    return all(-1 < gap <= RIM for gap in gaps)


@cache
def names() -> dict[Try, str]:
    """A name for each try; those that end in the same line are numbered."""
    counts: Counter[str] = Counter()
    named = {}
    for attempt in tries():
        counts[str(attempt)] += 1
        count = counts[str(attempt)]
        named[attempt] = str(attempt) if count == 1 else f"{attempt} ({count})"
    return named


@cache
def known(lesson: int | str) -> dict[str, str]:
    """The verdicts that are kept for a lesson, by the name of each try."""
    path = FOLDER / f"{course.file_stem(lesson)}.txt"
    parts = path.read_text("utf-8").split("\n\n") if path.exists() else []
    return {name[2:]: rest for name, _, rest in (part.strip().partition("\n") for part in parts)}


def agree(kept: str, told: str) -> bool:
    """Whether two texts are the same. Shares and decimal numbers may come from training, which
    gives slightly other numbers on a processor that adds in another order: 4 in 100, or 5 % of a
    decimal number, are allowed for."""
    pairs = [*zip(MEASURED.split(kept), MEASURED.split(told), strict=False)]
    if len(MEASURED.split(kept)) != len(MEASURED.split(told)):
        return False
    return all(
        a == b
        if i % 2 == 0
        else abs(float(a) - float(b)) <= (0.05 * abs(float(a)) if "." in a else 4)
        for i, (a, b) in enumerate(pairs)
    )


def compare(attempt: Try, view: Any) -> None:
    """Compare a verdict with the one that is kept."""
    kept, name = known(attempt.lesson), names()[attempt]
    if RENEWED:
        kept[name] = text_of(view)
        texts = [f"# {key}\n{text}\n" for key, text in sorted(kept.items())]
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{course.file_stem(attempt.lesson)}.txt").write_text("\n".join(texts), "utf-8")
    told = text_of(view)
    assert agree(kept.get(name, ""), told), (
        f"{FOLDER.name}/{course.file_stem(attempt.lesson)}.txt keeps another verdict of {name!r}. "
        f"If the new one is right, run VERDICTS=1 pytest tests/teach/test_exercises.py:\n{told}"
    )
