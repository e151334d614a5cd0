"""The plan of a class, drawn from a seed: what each student does in lesson 5, cell by cell, in
which minute, and which files are handed in."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tools.classroom.lesson import (
    ASK,
    CELLS,
    EXERCISES,
    ITEMS,
    QUESTIONS,
    TASK,
    TICKET,
    Question,
    cell_with,
    code_cells,
)
from tools.classroom.programs import BEFORE_ITS_CELLS, RIGHT, WRONG, Program

VOTED = ("5.1", "5.5")
"""The questions at which the teacher lets the class vote, talk and vote again."""
RECORDED = ("answer", "attempt", "hint", "edit", "test", "ticket")
"""The acts that progress may record."""
TRAINING = ("fit(", "twins", "shared", "joined", "unseen")
"""The cells that train a model, or need one."""
OLD, DAYS_OLD = "old and unfinished", 200
ROLES = {
    3: "twice", 5: "restart", 9: "out of order", 14: "exports twice", 17: OLD,
    21: "same code", 24: "no code", 26: "only hints", 28: "two days", 31: "two codes",
    1: "five tries", 2: "four tries", 10: "three tries", 11: "two tries", 12: "two hints",
    13: "one hint", 18: "15 minutes", 19: "14 minutes",
}  # fmt: skip
"""What some students of the class do otherwise than the others."""
AT_5B = {
    "five tries": ([0, 1, 0, 1, 0], 0, 10), "four tries": ([0, 1, 0, 1], 0, 10),
    "three tries": ([1, 0, 0], 0, 10), "two tries": ([0, 0], 0, 10),
    "two hints": ([0], 2, 10), "one hint": ([0], 1, 10),
    "15 minutes": ([0], 0, 15), "14 minutes": ([0], 0, 14),
}  # fmt: skip
"""Students who do not solve 5B, on both sides of each border of who is stuck: the numbers of their
wrong programs, the hints, and the minutes from the first try to all that they do afterwards."""
TESTED = range(10, 36)
"""Who takes both forms of the concept test; the next two take one each."""


class Export(NamedTuple):
    """A file that is handed in: whether with programs, and whether it was looked at first."""

    file: str
    code: str
    programs: bool
    shown_first: bool


@dataclass(frozen=True)
class Act:
    """Something that a student does: see `Seat` for each kind. `cell` is the place of its cell;
    `about` a question, an exercise or a form; `vote` which vote of the class it is, 0 for none."""

    kind: str
    cell: int = -1
    about: str = ""
    what: Any = None
    vote: int = 0
    day: int = 0
    minute: int = 0


@dataclass
class Student:
    """A student of the class, by number, and what is done, in order."""

    number: int
    role: str
    acts: list[Act] = field(default_factory=list)

    @property
    def exports(self) -> list[Export]:
        return [act.what for act in self.acts if act.kind == "export"]

    @property
    def handed_in(self) -> list[Act]:
        """What is recorded of all that was done before the last file was written."""
        last = max(i for i, act in enumerate(self.acts) if act.kind == "export")
        acts = [act for act in self.acts[:last] if act.kind in RECORDED]
        return [act for act in acts if act.kind != "edit" or act.what]


def planned(seed: int, count: int, roles: dict[int, str] | None = None, light: bool = False):
    """A class of so many students. If it is `light`, they leave out the cells that train."""
    roles = ROLES if roles is None else roles
    left_out = {i for i in code_cells() if light and any(x in CELLS[i].source for x in TRAINING)}
    return [
        _Life(random.Random(f"{seed} {i}"), i, roles.get(i, ""), left_out).student
        for i in range(count)
    ]


class _Life:
    """The making of one student's plan."""

    def __init__(
        self, draw: random.Random, number: int, role: str, left_out: Collection[int]
    ) -> None:
        self.draw, self.role, self.left_out = draw, role, left_out
        self.strength = draw.gauss(0, 1)
        self.student = Student(number, role)
        self.day = self.minute = 0
        self.ends: int | None = None
        self.votes, self.solved, self.hints = True, set(), Counter()
        self.cells = [i for i in code_cells() if i not in left_out]
        self._live()

    def _live(self) -> None:
        number, middle = self.student.number, cell_with('edit("5E")')
        if number in TESTED or number == TESTED.stop:
            self._test("test", "A", ITEMS["A"], 0.35)
        if self.role == "twice":  # alone at home, then with the class
            self.votes = False
            self._walk(self.cells)
            self.day, self.minute, self.votes = 1, 0, True
        if self.role == "out of order":
            self._jump()
        self._walk([i for i in self.cells if i <= middle])
        if self.role in ("exports twice", OLD, "two codes"):
            self._export(f"{number:02}-early.json", self._code + "x" * (self.role == "two codes"))
        if self.role in ("restart", "two days"):
            self._again()
        self._walk([i for i in self.cells if i > middle])
        if number in TESTED or number == TESTED.stop + 1:
            self._test("test", "B", ITEMS["B"], 0.62)
        if self.draw.random() < 0.7:
            self._test("ticket", "5", TICKET, 0.6)
        if self.role != OLD:
            self._export(f"{number:02}.json", self._code)

    @property
    def _code(self) -> str:
        number = self.student.number - (self.role == "same code")
        return "" if self.role == "no code" else f"m{number:02}"

    def _add(self, kind: str, cell: int = -1, about: str = "", what: Any = None, **more: Any):
        if kind in RECORDED:
            later = self.minute + self.draw.choice((0, 1, 1, 2, 3))
            self.minute = later if self.ends is None else self.ends
        act = Act(kind, cell, about, what, day=self.day, minute=self.minute)
        self.student.acts.append(replace(act, **more))

    def _export(self, file: str, code: str) -> None:
        number = self.student.number
        shown_first = number % 3 == 0 and bool(code)
        self._add("export", what=Export(file, code, number % 4 != 0, shown_first))

    def _walk(self, cells: Collection[int]) -> None:
        """From cell to cell, in the order of the notebook."""
        for i in cells:
            source = CELLS[i].source
            if asked := ASK.search(source):
                self._question(i, QUESTIONS[asked[1]])
            elif task := TASK.search(source):
                self._exercise(i, task[1])
            elif source.startswith("edit("):
                self._edit(i)
            else:
                self._add("run", i)

    def _question(self, cell: int, item: Question) -> None:
        votes = 2 if item.id in VOTED and self.votes else 0
        self._add("ask", cell, item.id, votes)
        if self.draw.random() < 0.06:
            return  # left open
        given: list[int | None] = []
        for option in self._choices(item, votes):
            if votes or option is None or option not in given:
                given.append(option)
                self._add("answer", cell, item.id, option, vote=len(given) if votes else 0)

    def _choices(self, item: Question, votes: int) -> Iterator[int | None]:
        """The options chosen: a second one in a second vote, or after one that was wrong."""
        draw = self.draw
        knows = 1 / (1 + math.exp(-1.5 * self.strength))
        wrong = [i for i in range(len(item.options)) if i != item.answer]
        if draw.random() < 0.05:
            yield None
            return
        first = item.answer if draw.random() < knows else draw.choice(wrong)
        yield first
        if votes:
            yield item.answer if draw.random() < 0.6 else first
        elif first != item.answer:
            yield draw.choice([item.answer, item.answer, *wrong, None])

    def _exercise(self, cell: int, name: str) -> None:
        if name == "5B" and self.role in AT_5B:
            self._at_5b(cell)
            return
        draw = self.draw
        arranged = bool(EXERCISES[name].get("lines"))
        if arranged or draw.random() < 0.4:
            self._add("untouched", cell, name)
        if self.role == "only hints" and name == "5D":
            self._add("untouched", cell, name)
            self._add("hint", about=name, what=1)
            self._add("hint", about=name, what=2)
            return
        opened: Counter[int] = Counter()  # in each view: of the lines to arrange, and of each cell
        for at, program in enumerate(self._tries(name)):
            view = -1 if program.order else at
            self._add("attempt", cell, name, program)
            if not program.mistake or draw.random() > 0.3 or opened[view] == 3:
                continue
            if draw.random() < 0.3:
                self.hints[name] = min(3, self.hints[name] + 1)
                self._add("hint", cell, name, self.hints[name])
            else:
                opened[view] += 1
                self._add("hint", about=name, what=opened[view])

    def _at_5b(self, cell: int) -> None:
        tries, hints, minutes = AT_5B[self.role]
        for number in tries:
            self._add("attempt", cell, "5B", WRONG["5B"][number])
            self.ends = self.ends or self.minute  # the first one
        for number in range(hints):
            self._add("hint", about="5B", what=number + 1)
        self.ends = self.minute + minutes

    def _tries(self, name: str) -> Iterator[Program]:
        """Wrong programs, often the same again; then a right one, or none."""
        draw, programs = self.draw, self._possible(WRONG[name])
        if self.role == "out of order" and name == "5B":
            yield RIGHT[name][1]
            return
        fate = draw.random() + 0.1 * self.strength
        if fate < 0.1:
            return
        many = 0 if fate > 0.6 else draw.choice((1, 1, 2, 2, 3, 4, 5, 6))
        last = None
        for _ in range(many):
            weights = [1 / (1 + i) for i in range(len(programs))]
            drawn = draw.choices(programs, weights)[0]
            last = last if last and draw.random() < 0.35 else drawn
            yield last
        if fate > 0.3:
            yield draw.choice(self._possible(RIGHT[name]))

    def _possible(self, programs: list[Program]) -> list[Program]:
        """Without the twins, if they were left out."""
        return [one for one in programs if not self.left_out or "twins" not in one.source]

    def _edit(self, cell: int) -> None:
        steps = [("share", "right_eye", "left_eye")]
        if self.draw.random() < 0.7:
            first = "5E" not in self.solved  # it is recorded once
            self.solved.add("5E")
            self._add("edit", cell, "5E", steps if first else [])

    def _test(self, kind: str, about: str, items: list[Question], share: float) -> None:
        """A form of the concept test, or the exit ticket of the lesson."""
        chosen = {}
        for item in items:
            wrong = [i for i in range(len(item.options)) if i != item.answer]
            knows = self.draw.random() < share + 0.1 * self.strength
            chosen[item.id] = item.answer if knows else self.draw.choice(wrong)
        self._add(kind, about=about, what=chosen)

    def _jump(self) -> None:
        """Cells out of order: some stop, and a try does not count, because cells are missing."""
        first, call, again = map(cell_with, ("%load_ext", "a = enc(left)", "b = enc(right)"))
        late, half = cell_with("late(scrap)"), cell_with("%%check 5B")
        self._add("run", first)
        self._add("run", again, what="stops")
        self._add("run", late, what="stops")
        self._add("early", half, "5B", BEFORE_ITS_CELLS)
        self._add("run", call)
        self._add("run", late)
        self._question(cell_with('ask("5.6")'), QUESTIONS["5.6"])
        self.cells.remove(cell_with('ask("5.6")'))

    def _again(self) -> None:
        """A new kernel, on the next day or at once, and what is needed to go on."""
        if self.role == "two days":
            self.day, self.minute = 1, 0
        self._add("restart")
        self.hints.clear()
        needed = ("%load_ext", "load_pairs(300", "a = enc(left)", "b = enc(right)", "twins.fit")
        self._walk([i for i in map(cell_with, needed) if i in self.cells])
