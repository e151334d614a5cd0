"""What a class says, compared with what was planted."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from funclab.teach import Class
from tools.classroom import said, wanted
from tools.classroom.expected import Expected
from tools.classroom.plan import Student
from tools.classroom.programs import AUTHOR

ROUNDED = 1e-6
DRAWN = 0.03
"""How far the ends of an interval may be apart that two computations draw at random."""
NUMBER = re.compile(r"−?\d+\.\d+")


@dataclass(frozen=True)
class Compared:
    """One thing that a class says, where, and what was planted."""

    where: str
    about: tuple[Any, ...]
    said: Any
    planted: Any

    @property
    def well(self) -> bool:
        drawn = str(self.about[-1]).startswith("gain")
        return same(self.said, self.planted, DRAWN if drawn else ROUNDED)

    def __str__(self) -> str:
        return f"{self.where}, {self.about}:\n  said    {self.said!r}\n  planted {self.planted!r}"


def same(one: Any, planted: Any, apart: float) -> bool:
    """Whether something is as planted. The ends of an interval, which are the last of several
    numbers, may be `apart`."""
    if isinstance(planted, (list, tuple)) and isinstance(one, (list, tuple)):
        each = [ROUNDED, *[apart] * len(planted)] if is_numbers(planted) else [apart] * len(planted)
        return len(one) == len(planted) and all(map(same, one, planted, each))
    if isinstance(planted, dict) and isinstance(one, dict):
        return {*one} == {*planted} and all(same(one[k], planted[k], apart) for k in one)
    if isinstance(planted, float) and isinstance(one, float):
        return abs(one - planted) <= apart
    return same_text(one, planted, apart) if isinstance(one, str) else one == planted


def same_text(one: str, planted: Any, apart: float) -> bool:
    """Whether a text is as planted, or one of a set. Of a line for a view, its first two words
    count."""
    if not isinstance(planted, str):
        return isinstance(planted, set) and one in planted
    if planted.startswith("%funclab"):
        return one.split()[:2] == planted.split()
    if planted.startswith("Gain") or apart == DRAWN:
        plain = NUMBER.sub("", one) == NUMBER.sub("", planted)
        return plain and all(map(same, in_numbers(one), in_numbers(planted), each_of(planted)))
    return one == planted


def each_of(text: str) -> list[float]:
    """How far each number of a text may be off: "0.52 (0.31 to 0.70)" ends with an interval."""
    exact = len(NUMBER.findall(text.partition(" to ")[0])) - (" to " in text)
    return [*[ROUNDED] * exact, DRAWN, DRAWN]


def is_numbers(values: Sequence[Any]) -> bool:
    return bool(values) and all(isinstance(value, float) for value in values)


def in_numbers(text: str) -> list[float]:
    return [float(x.replace("−", "-")) for x in NUMBER.findall(text)]


def compared(students: Sequence[Student], exports: Path, home: Path) -> list[Compared]:
    """All that `funclab class` and `teach.Class` say of these files."""
    planted, room = Expected(students), Class(exports)
    page, table = home / "class.html", home / "numbers.csv"
    command = [sys.executable, "-m", "funclab", "class", str(exports)]
    command += ["--out", str(page), "--csv", str(table)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    path = Class(exports, look="projector").save(home / "wall.html")
    wall = path.read_text(encoding="utf-8")
    rest = {
        ("the title in the terminal",): told.splitlines()[0],
        ("codes on the wall",): [
            x.code for x in planted.students if re.search(rf"\b{x.code}\b", wall)
        ],
        ("the comment with a name",): AUTHOR in wall + page.read_text(encoding="utf-8"),
    }
    wished = {
        ("the title in the terminal",): f"Class of {len(students)}",
        ("codes on the wall",): [],
        ("the comment with a name",): False,
    }
    return [
        *_all("CSV", said.numbers(table), wanted.numbers(planted)),
        *_all("teach.Class", said.rows(room), wanted.rows(planted)),
        *_all("page", said.words(page), wanted.words(planted)),
        *_all("wall", said.words(path), wanted.words(planted, wall=True)),
        *_all("other", rest, wished),
    ]


def _all(where: str, one: said.Said, planted: said.Said) -> Iterator[Compared]:
    for key in [*planted, *(key for key in one if key not in planted)]:
        yield Compared(where, key, one.get(key, "nothing"), planted.get(key, "nothing"))


def table(found: Sequence[Compared]) -> str:
    """How much was compared of each kind, how much of it differs, and each difference."""
    kinds = [(one.where, str(one.about[0])) for one in found]
    wrong = Counter(kind for kind, one in zip(kinds, found) if not one.well)
    lines = [f"{'where':12} {'what':28} {'compared':>8} {'differ':>6}"]
    for (where, what), n in Counter(kinds).items():
        lines.append(f"{where:12} {what:28} {n:8} {wrong[where, what]:6}")
    return "\n".join([*lines, *(str(one) for one in found if not one.well)])
