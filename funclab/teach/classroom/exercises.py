"""What the tries of a class show: who has solved what, who needs help, and which wrong programs
many have written."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from funclab.teach import course
from funclab.teach.classroom.records import Moment, Records, Try

STUCK_TRIES, STUCK_SAME, STUCK_HINTS, STUCK_MINUTES = 5, 3, 2, 15
GRAPH = re.compile("[0-9a-f]{16}")
"""The fingerprint of a graph."""
FEWEST = 3
"""How many students a group has at least: fewer might be recognized."""


@dataclass
class Work:
    """One student at one exercise: the mistakes in order ("" for a right try), the highest hint
    that was read, and minutes from the first try to a right one, or to the end of that day; None if
    they are not known."""

    tries: list[str] = field(default_factory=list)
    hints: int = 0
    minutes: int | None = None

    @property
    def solved(self) -> bool:
        return "" in self.tries

    @property
    def count(self) -> int:
        """How many tries there were until a right one, or so far."""
        return self.tries.index("") + 1 if self.solved else len(self.tries)

    def is_stuck(self, half_have_solved: bool) -> bool:
        """Whether somebody should help: see `Class.stuck`."""
        if self.solved:
            return False
        same = len(self.tries) >= STUCK_SAME and self.tries[-1] == self.tries[-2]
        long = half_have_solved and (self.minutes or 0) >= STUCK_MINUTES
        return same or long or self.hints >= STUCK_HINTS or len(self.tries) >= STUCK_TRIES


@dataclass(frozen=True)
class Program:
    """A wrong program that several students wrote, whatever names they gave: how many they are, how
    many of them have not solved the exercise since; the mistake, what was made, and the shortest
    of their programs, if they handed in any."""

    exercise: course.Exercise
    mistake: str
    misconception: int
    students: int
    still: int
    made: str
    lines: str

    @property
    def as_foreseen(self) -> str:
        """The program as the TOML of a mistake that is foreseen; what it `says` is left empty."""
        plain = self.lines.replace("\n", "").isprintable() and "'''" not in self.lines
        code = f"'''\n{self.lines}\n'''" if plain else json.dumps(self.lines)
        name = f"unforeseen_{self.made[:4]}"
        return f'[[exercise.mistake]]\nname = "{name}"\ncode = {code}\nsays = ""'


def work_of(student: Records) -> dict[str, Work]:
    """A student's work, by exercise."""
    found: dict[str, Work] = defaultdict(Work)
    times: dict[str, list[Moment | None]] = defaultdict(list)
    for hint in student.hints:
        work = found[hint.exercise.id]
        work.hints = max(work.hints, hint.number)
    for one in student.tries:
        found[one.exercise.id].tries.append(one.mistake)
        times[one.exercise.id].append(one.at)
    for name, [began, *_] in times.items():
        work = found[name]
        if began is not None:
            ended = (began[0], student.last_minute[began[0]])
            ended = times[name][work.count - 1] if work.solved else ended
            same_day = ended is not None and ended[0] == began[0]
            work.minutes = max(0, ended[1] - began[1]) if ended is not None and same_day else None
    return dict(found)


def stuck(work: Mapping[str, Mapping[str, Work]]) -> list[tuple[str, str]]:
    """The codes of students and the exercises at which they are stuck."""
    solved = Counter(name for each in work.values() for name, one in each.items() if one.solved)
    return [
        (code, name)
        for code, each in work.items()
        for name, one in each.items()
        if one.is_stuck(2 * solved[name] >= len(work))
    ]


def programs(
    students: Iterable[Records], work: Mapping[str, Mapping[str, Work]], lessons: Iterable[str]
) -> list[Program]:
    """Groups of at least three students who made the same mistake with the same graph, or were
    stopped by the same error: first those that most still have."""
    groups: dict[tuple[str, str, str], dict[str, list[Try]]] = defaultdict(
        lambda: defaultdict(list)
    )
    lessons = {*lessons}
    for student in students:
        for one in student.tries:
            if one.mistake and str(one.exercise.lesson) in lessons:
                groups[one.exercise.id, one.mistake, one.made][student.code].append(one)
    found = []
    for (name, mistake, made), group in groups.items():
        tries = [one for each in group.values() for one in each]
        lines = sorted({one.lines for one in tries if one.lines}, key=lambda x: (len(x), x))
        if len(group) >= FEWEST:
            still = sum(not work[code][name].solved for code in group)
            about = tries[0].exercise, mistake, tries[0].misconception
            found.append(Program(*about, len(group), still, made, lines[0] if lines else ""))
    return sorted(found, key=lambda x: (-x.still, -x.students, x.exercise.id, x.mistake, x.lines))
