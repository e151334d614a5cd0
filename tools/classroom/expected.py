"""What a class must show, counted from the plan alone, by formulas of its own.

Nothing here uses `funclab`: a fault in its counts or in its formulas would be a difference.
"""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from tools.classroom.lesson import EXERCISES, ITEMS, MISTAKES, QUESTIONS, Question
from tools.classroom.plan import Act, Student
from tools.classroom.programs import Program

ASKED: dict[str, Question] = QUESTIONS | {item.id: item for form in ITEMS.values() for item in form}
COLUMNS = [*EXERCISES, "5E"]
"""The exercises of the lesson, as the page shows them."""
DRAWS = 20_000
Estimate = tuple[float, float, float]
"""A number and the ends of its interval of 95 %."""


@dataclass
class Known:
    """A student as the class shows one."""

    code: str
    student: Student
    acts: list[Act]

    @property
    def answers(self) -> Iterator[tuple[str, int | None, int]]:
        """Question, option and vote, in order; those of a test, too, and not those of a ticket."""
        for act in self.acts:
            if act.kind == "answer":
                yield act.about, act.what, act.vote
            elif act.kind == "test":
                yield from ((name, option, 0) for name, option in act.what.items())

    @cached_property
    def work(self) -> dict[str, Work]:
        found: dict[str, Work] = defaultdict(Work)
        for act in self.acts:
            if act.kind == "attempt":
                found[act.about].tries.append((act, act.what.mistake))
            elif act.kind == "edit" and act.what:
                found[act.about].tries.append((act, ""))
            elif act.kind == "hint":
                found[act.about].hints = max(found[act.about].hints, act.what)
        ends = {act.day: act.minute for act in self.acts}
        for work in found.values():
            work.end_of_day = ends
        return dict(found)


@dataclass
class Work:
    """A student at an exercise: the tries with their mistakes, and the highest hint."""

    tries: list[tuple[Act, str]] = field(default_factory=list)
    hints: int = 0
    end_of_day: dict[int, int] = field(default_factory=dict)

    @property
    def mistakes(self) -> list[str]:
        return [mistake for _, mistake in self.tries]

    @property
    def solved(self) -> bool:
        return "" in self.mistakes

    @property
    def count(self) -> int:
        return self.mistakes.index("") + 1 if self.solved else len(self.tries)

    @property
    def minutes(self) -> int | None:
        """From the first try to a right one, or to the end of the day; None if that is another."""
        if not self.tries:
            return None
        begun = self.tries[0][0]
        if not self.solved:
            return self.end_of_day[begun.day] - begun.minute
        ended = self.tries[self.count - 1][0]
        return ended.minute - begun.minute if ended.day == begun.day else None

    def stuck(self, half: bool) -> bool:
        """As the page says it: not solved, and one of: three tries, the last two with one mistake;
        five tries; two hints; 15 minutes, and half of the class has solved it."""
        same = len(self.tries) >= 3 and self.mistakes[-1] == self.mistakes[-2]
        long = half and (self.minutes or 0) >= 15
        many = len(self.tries) >= 5 or self.hints >= 2
        return not self.solved and (same or many or long)


@dataclass
class Group:
    """Students who wrote the same wrong program, and the lines that they handed in."""

    exercise: str
    mistake: str
    codes: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    still: int = 0

    @property
    def misconception(self) -> int:
        return MISTAKES[self.exercise].get(self.mistake, 0)

    @property
    def shortest(self) -> str:
        return min(self.lines, key=lambda x: (len(x), x), default="")


class Expected:
    """All that a class must show of these students."""

    def __init__(self, students: Sequence[Student]) -> None:
        codes = codes_of(students)
        self.students = [Known(codes[one.number], one, one.handed_in) for one in students]
        self.students.sort(key=lambda one: one.code)

    @cached_property
    def stuck(self) -> set[tuple[str, str]]:
        solved = Counter(x for one in self.students for x in one.work if one.work[x].solved)
        half = {name for name, n in solved.items() if 2 * n >= len(self.students)}
        works = ((one.code, name, work) for one in self.students for name, work in one.work.items())
        return {(code, name) for code, name, work in works if work.stuck(name in half)}

    @cached_property
    def beliefs(self) -> dict[int, tuple[set[str], set[str]]]:
        """For each misconception, the codes of who held it at some time, and who holds it by the
        latest answer or try that could show it."""
        ever, now = defaultdict(set), defaultdict(set)
        for one in self.students:
            latest: dict[int, bool] = {}
            for shown in map(evidence, flat(one.acts)):
                latest |= shown
                for number in (number for number, holds in shown.items() if holds):
                    ever[number].add(one.code)
            for number in (number for number, holds in latest.items() if holds):
                now[number].add(one.code)
        return {number: (ever[number], now[number]) for number in ever}

    @property
    def strongest(self) -> list[int]:
        """The misconceptions, first those that most hold now."""
        sizes = {n: (-len(now), -len(ever), n) for n, (ever, now) in self.beliefs.items()}
        return sorted(sizes, key=lambda n: sizes[n])

    def voted_again(self, number: int) -> set[str]:
        """The questions of lessons in which most hold a misconception: one of them is proposed."""
        shown = Counter(
            act.about
            for one in self.students
            for act in one.acts
            if act.kind == "answer" and evidence(act).get(number)
        )
        return {name for name, n in shown.items() if n == max(shown.values())}

    @cached_property
    def groups(self) -> list[Group]:
        """The wrong programs of at least three students, first those that most still have."""
        found: dict[tuple[str, str, str], Group] = {}
        for one in self.students:
            programs = any(export.programs for export in one.student.exports)
            for act in (act for act in one.acts if act.kind == "attempt" and act.what.mistake):
                tried: Program = act.what
                group = Group(tried.exercise, tried.mistake)
                group = found.setdefault((tried.exercise, tried.mistake, tried.made), group)
                group.lines |= {tried.lines} - {""} if programs else set()
                if one.code not in group.codes:
                    group.codes.add(one.code)
                    group.still += not one.work[tried.exercise].solved
        large = [group for group in found.values() if len(group.codes) >= 3]
        return sorted(
            large, key=lambda x: (-x.still, -len(x.codes), x.exercise, x.mistake, x.shortest)
        )

    @cached_property
    def items(self) -> dict[str, Item]:
        """What is shown of each question: by lessons, and by forms of the test."""
        chosen = [list(QUESTIONS), *([item.id for item in form] for form in ITEMS.values())]
        tables = [Answers(self.students, names) for names in chosen]
        return {name: Item(name, table) for table in tables for name in table.first}

    @cached_property
    def test(self) -> tuple[list[float], list[float]]:
        """The shares right before and after of the students who took both forms."""
        taken = [{a.about: a.what for a in one.acts if a.kind == "test"} for one in self.students]
        both = [forms for forms in taken if {*forms} == {*ITEMS}]
        before, after = (
            [statistics.mean(forms[x][i.id] == i.answer for i in ITEMS[x]) for forms in both]
            for x in ITEMS
        )
        return before, after

    @cached_property
    def test_gain(self) -> Estimate | None:
        return gain(*self.test)

    def reliability(self, form: str) -> float | None:
        """Formula 20 of Kuder and Richardson."""
        taken = [
            a.what for x in self.students for a in x.acts if (a.kind, a.about) == ("test", form)
        ]
        rows = [[chosen[item.id] == item.answer for item in ITEMS[form]] for chosen in taken]
        if len(rows) < 20:
            return None
        shares, k = [statistics.mean(column) for column in zip(*rows)], len(ITEMS[form])
        spread = statistics.pvariance([sum(row) for row in rows])
        return k / (k - 1) * (1 - sum(p * (1 - p) for p in shares) / spread)


def codes_of(students: Sequence[Student]) -> dict[int, str]:
    """The code under which a class shows each student: that of the later file; of two who chose the
    same, the second by the names of their files gets a number, as does who chose none."""
    codes: dict[int, str] = {}
    without = 0
    for one in sorted(students, key=lambda one: one.exports[-1].file):
        code = one.exports[-1].code
        without += not code
        same = [*codes.values()].count(code)
        codes[one.number] = f"no code {without}" if not code else f"{code}~{same}" if same else code
    return codes


def flat(acts: Sequence[Act]) -> Iterator[Act]:
    """Acts, of which a test or a ticket is one for each of its answers."""
    for act in acts:
        if act.kind in ("test", "ticket"):
            yield from (Act("answer", about=name, what=option) for name, option in act.what.items())
        else:
            yield act


def evidence(act: Act) -> dict[int, bool]:
    """The misconceptions that an act could show, and whether it does."""
    if act.kind == "attempt":
        behind = MISTAKES[act.about]
        if not act.what.mistake:
            return dict.fromkeys(behind.values(), False)
        return {behind[act.what.mistake]: True} if act.what.mistake in behind else {}
    if act.kind != "answer" or act.what is None:
        return {}
    options = ASKED[act.about].options
    held = options[act.what].misconception
    return {x.misconception: x.misconception == held for x in options if x.misconception}


class Answers:
    """The answers of students to some questions: the first of each, or the last of a test, and
    those of second votes; by question, then by code."""

    def __init__(self, students: Sequence[Known], names: Sequence[str]) -> None:
        self.first: dict[str, dict[str, int | None]] = {}
        self.second: dict[str, dict[str, int | None]] = {}
        for one in students:
            for name, option, vote in one.answers:
                if name in names:
                    self.first.setdefault(name, {}).setdefault(one.code, option)
                    if vote == 2:
                        self.second.setdefault(name, {})[one.code] = option
        self.first = {name: self.first[name] for name in names if name in self.first}

    def right(self, name: str) -> dict[str, int]:
        """1 for each student who was right at first, 0 for one who chose something else."""
        return _right(name, self.first[name])

    def score(self, code: str, name: str) -> Fraction:
        """The share right of a student's answers to all other questions."""
        others = [self.right(other) for other in self.first if other != name]
        known = [row[code] for row in others if code in row]
        return Fraction(sum(known), len(known)) if known else Fraction(0)


def _right(name: str, row: Mapping[str, int | None]) -> dict[str, int]:
    return {
        code: int(option == ASKED[name].answer)
        for code, option in row.items()
        if option is not None
    }


class Item:
    """What is shown of a question."""

    def __init__(self, name: str, table: Answers) -> None:
        self.question, self.table = ASKED[name], table
        first, second = table.first[name], table.second.get(name, {})
        options = range(len(self.question.options))
        self.first = [[*first.values()].count(i) for i in options]
        self.second = [[*second.values()].count(i) for i in options]
        self.looked = [*first.values()].count(None)
        self.right = table.right(name)
        many = [code for code in self.right if 2 * self._answered(code) > len(table.first)]
        self.scores = {code: table.score(code, name) for code in many}
        self.after = _right(name, second)

    def _answered(self, code: str) -> int:
        return sum(code in self.table.right(name) for name in self.table.first)

    @property
    def share(self) -> Estimate | None:
        return score_interval(sum(self.right.values()), len(self.right)) if self.right else None

    @property
    def discrimination(self) -> Estimate | None:
        own = [self.right[code] for code in self.scores]
        return correlation(own, [float(score) for score in self.scores.values()])

    @cached_property
    def gain(self) -> Estimate | None:
        both = [code for code in self.right if code in self.after]
        return gain([self.right[code] for code in both], [self.after[code] for code in both])

    @property
    def by_third(self) -> list[list[int]]:
        """For each option, how many of the upper, middle and lower third chose it."""
        ranked = sorted(self.scores, key=lambda code: -self.scores[code])
        size = max(1, len(ranked) // 3)
        lower = max(size, len(ranked) - size)
        parts = ranked[:size], ranked[size:lower], ranked[lower:]
        chosen = self.table.first[self.question.id]
        return [
            [sum(chosen[c] == i for c in part) for part in parts] for i in range(len(self.first))
        ]

    @property
    def flags(self) -> list[str]:
        if self.share is None:
            return []
        n, p, r = sum(self.first), self.share[0], self.discrimination
        wrong = [i for i, option in enumerate(self.question.options) if not option.right]
        found = {
            "easy": p > 0.9,
            "guessed": p < 1 / len(self.first),
            "odd": r is not None and r[0] < 0.1,
            "idle": any(20 * self.first[i] < n for i in wrong),
            "draws": any(self.by_third[i][0] > self.by_third[i][2] + 1 for i in wrong),
        }
        return [name for name, holds in found.items() if holds]


def score_interval(right: int, n: int) -> Estimate:
    """A share with the ends at which a test of 95 % would just not reject: the roots p of
    (share - p)² n = 1.96² p (1 - p)."""
    share, square = right / n, 1.96**2
    a, b, c = n + square, -(2 * right + square), n * share * share
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return share, (-b - root) / (2 * a), (-b + root) / (2 * a)


def correlation(x: Sequence[float], y: Sequence[float]) -> Estimate | None:
    if len(x) < 15 or len({*x}) == 1 or len({*y}) == 1:
        return None
    r = statistics.correlation(x, y)
    z, half = math.log((1 + r) / (1 - r)) / 2, 1.96 / math.sqrt(len(x) - 3)
    return r, math.tanh(z - half), math.tanh(z + half)


def gain(before: Sequence[float], after: Sequence[float]) -> Estimate | None:
    """The gain of Hake; its interval from other draws than those of the page."""
    if len(before) < 10 or statistics.mean(before) > 0.9:
        return None
    draw, drawn = random.Random(1), []
    pairs = list(zip(before, after))
    for _ in range(DRAWS):
        chosen = draw.choices(pairs, k=len(pairs))
        a, b = (sum(column) / len(pairs) for column in zip(*chosen))
        if a < 1:
            drawn.append((b - a) / (1 - a))
    a, b = statistics.mean(before), statistics.mean(after)
    cuts = statistics.quantiles(drawn, n=40, method="inclusive")
    return (b - a) / (1 - a), cuts[0], cuts[-1]
