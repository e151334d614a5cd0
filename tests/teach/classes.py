"""A class of 40 that never existed, in which everything is planted: what each student answered and
tried in lesson 5, in which minute, and in which form the file was handed in.

Programs and their verdicts are real: `judged` runs them in lesson 5. The rest is a plan, from
which tests count again what a class shows.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from funclab.files import json_lines
from funclab.teach import course
from funclab.teach.attempt import run
from funclab.teach.checking import base_names, check_lines
from funclab.teach.records import storing
from funclab.teach.records.handing_in import HandedIn, in_minutes
from tests.teach import tries_05

MORNING = 1_700_000_000
"""When the class began, in seconds since 1970."""
TWO_EYES, ONE_INPUT = tries_05.WRONG["5A"]["two_layers"], tries_05.WRONG["5A"]["input_missing"]
COPIED, AGAIN = tries_05.WRONG["5C"]["copied_weights"], tries_05.WRONG["5B"]["called_again"]
OTHER_NAMES = TWO_EYES.replace("model", "net") + "\nmodel = net  # the same, by Ann"
N = 40
TESTED = range(10, 36)
"""The students who took both forms of the concept test; 36 and 37 took one of them."""
FLAWED = "5.3"
"""The question whose answers have nothing to do with what a student knows."""


@dataclass
class Planted:
    """A student: what was done, in order, each with its minute."""

    code: str
    plan: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def answer(self, minute: int, question: str, option: int | None, vote: int = 0) -> None:
        which = {"vote": vote} if vote else {"try": 1}
        self.plan.append(
            (minute, {"kind": "answer", "question": question, "option": option, **which})
        )

    def tried(self, minute: int, exercise: str, *tries: dict[str, Any], apart: int = 1) -> None:
        for i, known in enumerate(tries):
            self.plan.append(
                (minute + apart * i, {"kind": "attempt", "exercise": exercise, **known})
            )

    def hint(self, minute: int, exercise: str, number: int) -> None:
        self.plan.append((minute, {"kind": "hint", "exercise": exercise, "number": number}))

    def entries(self) -> list[dict[str, Any]]:
        """The plan as progress keeps it."""
        token = f"{int(self.code[1:]):012x}"
        return [
            {"version": 2, "id": f"{token}-{i}", "at": MORNING + 60.0 * minute, **about}
            for i, (minute, about) in enumerate(self.plan, 1)
        ]

    def events(self, kind: str) -> Iterator[dict[str, Any]]:
        yield from (about for _, about in self.plan if about["kind"] == kind)


def judged(tmp_path: Path, monkeypatch: Any) -> dict[str, dict[str, Any]]:
    """What is recorded of some wrong programs when lesson 5 judges them, by the program."""
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path / "judged.json"))
    names = dict(run(tries_05.LESSON, base_names({})).names)
    where = {TWO_EYES: "5A", OTHER_NAMES: "5A", ONE_INPUT: "5A", AGAIN: "5B", COPIED: "5C"}
    found = {}
    for lines, exercise in where.items():
        check_lines(exercise, lines, dict(names))
        last = storing.everything()[-1]
        found[lines] = {name: last[name] for name in ("mistake", "lines", "made") if name in last}
    return found


RIGHT = {"mistake": ""}


def planted(known: dict[str, dict[str, Any]]) -> list[Planted]:
    """The class: codes s00 to s39."""
    draw = random.Random(28)
    strength = [draw.gauss(0, 1) for _ in range(N)]
    students = [Planted(f"s{i:02}") for i in range(N)]
    for student, strong in zip(students, strength):
        if int(student.code[1:]) in (*TESTED, 36):
            _test(draw, student, "A", 0, 0.35 + 0.1 * strong)
        for at, question in enumerate(course.lesson(5).questions.values()):
            _votes(draw, student, 30 + 2 * at, question, strong)
    for i, student in enumerate(students):
        _exercises(i, student, known)
        if i in TESTED or i == 37:
            _test(draw, student, "B", 120, 0.62 + 0.1 * strength[i])
    return students


def _votes(
    draw: random.Random, student: Planted, minute: int, question: course.Question, strong: float
) -> None:
    """Two votes on a question: the second is right for most."""
    knows = 0.5 if question.id == FLAWED else 1 / (1 + 2.7 ** (-2.5 * strong))
    wrong = [i for i in range(len(question.options)) if i != question.answer]
    first = question.answer if draw.random() < knows else draw.choice(wrong)
    second = question.answer if draw.random() < 0.6 else first
    student.answer(minute, question.id, first, vote=1)
    student.answer(minute + 1, question.id, second, vote=2)


def _test(draw: random.Random, student: Planted, form: str, minute: int, share: float) -> None:
    for item in course.concept_test(form):
        wrong = [i for i in range(len(item.options)) if i != item.answer]
        right = draw.random() < share
        student.answer(minute, item.id, item.answer if right else draw.choice(wrong))


def _exercises(i: int, student: Planted, known: dict[str, dict[str, Any]]) -> None:
    """Tries at 5A to 5C. Stuck are s01 and s02 (three times one mistake), s03 (hints), s04 (five
    tries), s05 (for 20 minutes, when most have solved it)."""
    twice, other, one_input, again, copied = (
        known[lines] for lines in (TWO_EYES, OTHER_NAMES, ONE_INPUT, AGAIN, COPIED)
    )
    if i in (1, 2):
        student.tried(50, "5A", twice, twice, twice)
    elif i in range(6, 13):  # the same graph, some under other names; all solve it
        student.tried(50, "5A", other if i % 2 else twice, RIGHT)
    elif i == 3:
        student.tried(50, "5A", one_input)
        student.hint(51, "5A", 1)
        student.hint(52, "5A", 2)
    else:
        student.tried(50, "5A", RIGHT)
    if i == 4:
        student.tried(60, "5B", again, {"mistake": "other"}, again, {"mistake": "other"}, again)
    elif i == 5:
        student.tried(60, "5B", again, {"mistake": "other"}, apart=20)
    elif i % 3:
        student.tried(60, "5B", RIGHT)
    if i in range(20, 24):
        student.tried(90, "5C", copied)
    elif i % 4 == 0:
        student.tried(90, "5C", RIGHT)


def hand_in(students: Iterable[Planted], folder: Path) -> None:
    """Write the files: most for a class, s30 to s33 as copies of all progress, s38 by funclab 0.1,
    which knew neither times nor votes. These five have no codes."""
    folder.mkdir()
    for student in students:
        number, path = int(student.code[1:]), folder / f"{student.code}.json"
        entries = student.entries()
        if number in range(30, 34):
            lines = ",\n".join(json_lines.sealed(entry) for entry in entries)
            path.write_text(f'{{"entries": [\n{lines}\n]}}')
        elif number == 38:
            path.write_text(json.dumps(old(student)))
        else:
            HandedIn(student.code, tuple(in_minutes(entries))).save(path)


def old(student: Planted) -> dict[str, Any]:
    """The file that funclab 0.1 would have written."""
    names = dict.fromkeys(about["exercise"] for about in student.events("attempt"))
    tries = {
        name: [x["mistake"] for x in student.events("attempt") if x["exercise"] == name]
        for name in names
    }
    answers = [{"question": x["question"], "option": x["option"]} for x in student.events("answer")]
    exercises = {name: {"tries": tries[name], "right": True, "hints": 0} for name in names}
    return {"version": 1, "answers": answers, "exercises": exercises}


def shown_as(student: Planted) -> str:
    """The code under which a class shows a student: those whose files have none are numbered."""
    without = ["s30", "s31", "s32", "s33", "s38"]
    return f"no code {without.index(student.code) + 1}" if student.code in without else student.code
