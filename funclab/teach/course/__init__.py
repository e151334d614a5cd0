"""The course as data: misconceptions, and each lesson's questions and exercises.

Each lesson has a TOML file, such as `lesson_01.toml` or `lesson_layer.toml`, which is read when
something of the lesson is first needed, and checked as a whole: an error names what is missing or
does not fit.

>>> question("1.1").options[2].right
True
>>> exercise("1B").wrong["new_layer"].misconception
3
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from funclab.errors import ArgumentError, NameLookupError
from funclab.files.json_lines import digest
from funclab.registry import near

HERE = Path(__file__).parent
ORDER: tuple[int | str, ...] = (
    "layer", 1, 2, 3, 4, "know", 5, 6, 7, 8, 9, "make", 10, 11, 12, 13, 14,
)  # fmt: skip
"""The lessons in the order in which they are taught. Some have names instead of numbers: stored
answers and exercises refer to the numbers, so these never change."""
KINDS = ("predict", "arrange", "complete", "repair", "change", "make", "find")
"""The kinds of exercises, in the order in which a lesson gives less and less help. Something to
find is found in a view."""
GUESSED = ("predict", "find")
"""The kinds whose answer is a list of words and numbers."""
FORMS = ("A", "B")
"""The forms of the concept test."""
SIGNS = ("code", "error", "has", "lacks", "when", "equal")
"""How a mistake of a teacher's own lesson is recognized."""
LONGEST_MESSAGE = 40
"""The most words of a message to a student."""


@dataclass(frozen=True)
class Misconception:
    """What some students believe, what is true instead, and the view that shows it."""

    number: int
    belief: str
    truth: str
    view: str


@dataclass(frozen=True)
class Option:
    """An option of a question: right, or tied to a misconception, with feedback of its own."""

    text: str
    right: bool = False
    misconception: int = 0
    answer: str = ""


@dataclass(frozen=True)
class Question:
    """A prediction: two to four options, one of them right, and what shows it."""

    id: str
    text: str
    options: tuple[Option, ...]
    reveal: str
    again: Question | None = None
    """The same with other numbers, for later lessons: each option is tied to what it was here."""

    @property
    def answer(self) -> int:
        """The number of the right option, from 0."""
        return next(i for i, option in enumerate(self.options) if option.right)


@dataclass(frozen=True)
class Wrong:
    """An anticipated mistake: its name, its misconception (0 for none), and the feedback on it.

    The judges of the course find its mistakes. In teachers' own lessons, the fields `code` to
    `equal` say how to recognize one, and `mark` which call is at fault: see
    `funclab.teach.own.foreseen`.
    """

    name: str
    says: str
    misconception: int = 0
    code: str = ""
    error: str = ""
    has: str = ""
    lacks: str = ""
    when: str = ""
    equal: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Exercise:
    """An exercise: its task, the anticipated mistakes, three hints and a solution."""

    id: str
    kind: str
    task: str
    hints: tuple[str, ...]
    right: tuple[str, ...]
    wrong: dict[str, Wrong]
    otherwise: str = ""
    """The feedback on a mistake not anticipated; a place in it is one that the judge fills in."""
    objective: str = ""
    wants: str = ""
    """The name of the variable that holds the answer."""
    start: str = ""
    """What is in the cell before the student begins."""
    lines: tuple[str, ...] = ()
    """The lines to arrange."""
    solution: str | list[int] = ""
    """Code; or the numbers of the lines, in order."""
    stops: bool = False
    """Whether a right answer ends in an error. In teachers' own lessons, the solution says so."""
    right_when: str = ""
    """In teachers' own lessons: what has to be true of a right answer, besides its graph."""
    learns: dict[str, Any] = field(default_factory=dict)
    """In teachers' own lessons: how a model is trained before its `accuracy` is measured."""
    graded: bool = False
    """Whether answers are only graded later, where its solution is: `funclab release`."""

    @property
    def lesson(self) -> int | str:
        """The number or the name of its lesson."""
        return lesson_named(self.id.rstrip(ascii_uppercase).rstrip("."))

    @property
    def solution_code(self) -> str:
        if isinstance(self.solution, str):
            return self.solution
        return "\n".join(self.lines[number] for number in self.solution)


@dataclass(frozen=True)
class Lesson:
    """The content of a lesson's file."""

    number: int | str
    title: str
    questions: dict[str, Question] = field(default_factory=dict)
    exercises: dict[str, Exercise] = field(default_factory=dict)


OWN: dict[str, Lesson] = {}
"""Teachers' own lessons, by name: those that `use_lesson` has loaded."""


def question(name: str) -> Question:
    """The question with this name, such as "1.1".

    Raises: NameLookupError if there is none.
    """
    return _named(name, "question", r"(\w+)\.\d+", "5.1", lambda lesson: lesson.questions)


def recalled(name: str) -> Question:
    """A question as later lessons ask it: with other numbers, if it has such a form.

    Raises: NameLookupError if there is none.

    >>> question("2.2").options[1].text, recalled("2.2").options[1].text
    ('`(None, 24, 8)`', '`(None, 100, 3)`')
    """
    item = question(name)
    return item.again or item


def all_questions() -> dict[str, Question]:
    """The questions of all lessons, teachers' own included, and the items of the test, by name."""
    tests = {item.id: item for form in FORMS for item in concept_test(form)}
    return {name: item for one in lessons() for name, item in one.questions.items()} | tests


def all_exercises() -> dict[str, Exercise]:
    """The exercises of all lessons, teachers' own and those of editing included, by name."""
    rows = read(HERE / "edits.toml")["edit"]
    edits = [Exercise(row["id"], "edit", row["task"], tuple(row["hints"]), (), {}) for row in rows]
    known = {name: item for one in lessons() for name, item in one.exercises.items()}
    return known | {item.id: item for item in edits}


def lessons() -> list[Lesson]:
    """All lessons: those of the course, then teachers' own."""
    return [*map(lesson, numbers()), *OWN.values()]


def group_of(item: Question) -> str:
    """Where a question belongs: to a lesson, such as "5" or "bees", or to a form of the test.

    >>> group_of(question("5.1"))
    '5'
    """
    return item.id.rpartition(".")[0]


def key_of(group: str) -> str:
    """16 digits for what the numbers of options in a group of questions mean: which is right, and
    what the others are tied to. Answers with another key were given to other options."""
    if group in FORMS:
        questions = [*concept_test(group)]
    else:
        known = OWN[group] if group in OWN else lesson(lesson_named(group))
        questions = [*known.questions.values()]
    return digest(
        [[one.id, [(x.right, x.misconception) for x in one.options]] for one in questions]
    )


def exercise(name: str) -> Exercise:
    """The exercise with this name, such as "1A".

    Raises: NameLookupError if there is none.
    """
    return _named(name, "exercise", r"(\w+?)\.?[A-Z]", "5A", lambda lesson: lesson.exercises)


def _named(
    name: Any, kind: str, form: str, example: str, items: Callable[[Lesson], dict[str, Any]]
) -> Any:
    match = re.fullmatch(form, str(name))
    number = lesson_named(match[1]) if match else 0
    known = items(lesson(number)) if number in numbers() else {}
    for own in OWN.values():
        known = {**known, **items(own)}
    if str(name) not in known:
        every = [item for one in lessons() for item in items(one)]
        raise NameLookupError(
            f"There is no {kind} {str(name)!r}{near(str(name), every)}.",
            why=f"the {kind}s of the course are {', '.join(every)}.",
            fix=f'name one of them, such as "{example}".',
        )
    return known[str(name)]


@functools.cache
def numbers() -> tuple[int | str, ...]:
    """The numbers and names of the lessons that have a file, in the order of the course."""
    files = {path.stem for path in HERE.glob("lesson_*.toml")}
    return tuple(number for number in ORDER if file_stem(number) in files)


def lesson_named(text: str) -> int | str:
    """The number or the name of a lesson, from its text.

    >>> lesson_named("5"), lesson_named("know")
    (5, 'know')
    """
    return int(text) if re.fullmatch("[0-9]+", text) else text


def written(number: int | str) -> str:
    """The number or the name of a lesson in a line of Python.

    >>> print(written(5), written("know"))
    5 "know"
    """
    return f'"{number}"' if isinstance(number, str) else str(number)


def file_stem(number: int | str) -> str:
    """How the files of a lesson are called.

    >>> file_stem(5), file_stem("know")
    ('lesson_05', 'lesson_know')
    """
    return f"lesson_{number:02}" if isinstance(number, int) else f"lesson_{number}"


def prefix(number: int | str) -> str:
    """How the name of a lesson's notebook begins, so that a list of files has the course's order.

    >>> prefix(5), prefix("know"), prefix("layer")
    ('05', '04b', '00b')
    """
    if isinstance(number, int):
        return f"{number:02}"
    before = [one for one in ORDER[: ORDER.index(number)] if isinstance(one, int)]
    return f"{max(before, default=0):02}b"


@functools.cache
def misconceptions() -> dict[int, Misconception]:
    """All misconceptions, by number."""
    rows = read(HERE / "misconceptions.toml")["misconception"]
    return {row["number"]: Misconception(**row) for row in rows}


@functools.cache
def concept_test(form: str) -> tuple[Question, ...]:
    """The items of the concept test in a form of `FORMS`."""
    rows = read(HERE / "concept_test.toml")["item"]
    return tuple(
        _question({"id": f"{form}.{number}", "reveal": "", **row[form]})
        for number, row in enumerate(rows, 1)
    )


@functools.cache
def lesson(number: int | str) -> Lesson:
    """A lesson's questions and exercises.

    Raises: ArgumentError for a file that does not fit.
    """
    return made(number, read(HERE / f"{file_stem(number)}.toml"))


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def made(number: int | str, data: dict[str, Any], own: bool = False) -> Lesson:
    """The lesson that the contents of a file describe: `number` is its number or its name. In a
    teacher's own, mistakes need no misconceptions, and answers no variants.

    Raises: ArgumentError for contents that do not fit.
    """
    _check_keys(data, ("title", "question", "exercise"), ("title",), f"lesson {number}")
    questions = [_question(row, own) for row in data.get("question", [])]
    exercises = [_exercise(row, own) for row in data.get("exercise", [])]
    made = Lesson(
        number,
        data["title"],
        {item.id: item for item in questions},
        {item.id: item for item in exercises},
    )
    names = [item.id for item in (*questions, *exercises)]
    named = isinstance(number, str)
    told = f", not all different and such as {number}.1 and {number}{'.' * named}A"
    form = rf"{number}\.(\d+|[A-Z])" if named else rf"{number}(\.\d+|[A-Z])"
    fit = all(re.fullmatch(form, name) for name in names) and len({*names}) == len(names)
    _demand(fit, f"lesson {number}", f"has the names {names}{told}")
    return made


def _question(row: dict[str, Any], own: bool = False) -> Question:
    _check_row(Question, row, row.get("id", "a question"))
    for option in row["options"]:
        _check_row(Option, option, f"an option of {row['id']}")
    options = tuple(Option(**option) for option in row["options"])
    again = _again(row["id"], row["again"], options) if "again" in row else None
    made = Question(**{**row, "options": options, "again": again})
    _demand(2 <= len(options) <= 4, made.id, "needs two to four options")
    _demand(sum(option.right for option in options) == 1, made.id, "needs one right option")
    for option in options:
        told = f"the wrong option {option.text!r}"
        _check_misconception(option.misconception, own or option.right, made.id, told)
    _short(made.id, [option.answer for option in options])
    return made


def _again(name: str, row: dict[str, Any], options: tuple[Option, ...]) -> Question:
    """The parallel form of a question: texts alone, in the order of the question's options."""
    told = f"{name} again"
    _check_keys(row, ("text", "options", "reveal"), ("text", "options", "reveal"), told)
    _demand(len(row["options"]) == len(options), told, "needs an option for each of the question's")
    for one in row["options"]:
        _check_keys(one, ("text", "answer"), ("text",), f"an option of {told}")
    pairs = zip(options, row["options"])
    made = tuple(Option(**{**asdict(was), "answer": "", **one}) for was, one in pairs)
    _short(told, [option.answer for option in made])
    return Question(name, row["text"], made, row["reveal"])


def _exercise(row: dict[str, Any], own: bool = False) -> Exercise:
    name = row.get("id", "an exercise")
    rows = [{"name": key, **mistake} for key, mistake in row.get("wrong", {}).items()]
    own_rows = row.get("mistake", []) if own else []
    row = {key: value for key, value in row.items() if key != "mistake" or not own}
    for mistake in (*rows, *own_rows):
        _check_row(Wrong, mistake, f"a mistake of {name}")
    wrong = {mistake["name"]: Wrong(**mistake) for mistake in (*rows, *own_rows)}
    _demand(len(wrong) == len(rows) + len(own_rows), name, "has two mistakes with one name")
    for mistake in own_rows:
        told = f"does not say how to recognize {mistake['name']}: give it one of {', '.join(SIGNS)}"
        _demand(any(mistake.get(sign) for sign in SIGNS), name, told)
    _check_row(Exercise, {"right": (), "wrong": {}, **row}, name)
    lists = {key: tuple(row.get(key, ())) for key in ("hints", "right", "lines")}
    otherwise = row.get("otherwise", "{reason}" if own else "")
    made = Exercise(**{**row, **lists, "wrong": wrong, "otherwise": otherwise})
    _demand(
        made.kind in KINDS, made.id, f"is none of {', '.join(KINDS)}: its kind is {made.kind!r}"
    )
    _check_lines(made)
    _demand(len(made.hints) == 3, made.id, "needs three hints: where, which rule, an example")
    _demand(own or len(made.right) >= 3, made.id, "needs three right answers, each built otherwise")
    _demand(own or len(wrong) >= 5, made.id, f"foresees {len(wrong)}, but needs five mistakes")
    for mistake in wrong.values():
        _check_misconception(mistake.misconception, own, made.id, mistake.name)
        _demand(bool(mistake.says.strip()), made.id, f"says nothing about {mistake.name}")
    _short(made.id, [*(mistake.says for mistake in wrong.values()), made.otherwise])
    return made


def _check_lines(item: Exercise) -> None:
    told = "needs lines to arrange, and their numbers, from 0, such as solution = [2, 0, 1]"
    told = f"has lines to arrange, but is of the kind {item.kind!r}" if item.lines else told
    _demand(bool(item.lines) == (item.kind == "arrange"), item.id, told)
    numbers = [] if isinstance(item.solution, str) else item.solution
    known = all(number in range(len(item.lines)) for number in numbers)
    _demand(known, item.id, f"has no lines with the numbers {numbers}: they begin with 0")


def _check_misconception(number: int, optional: bool, name: str, told: str) -> None:
    _demand(number != 0 or optional, name, f"ties {told} to no misconception")
    known = number == 0 or number in misconceptions()
    _demand(known, name, f"ties {told} to the misconception {number!r}, which does not exist")


def _check_row(kind: type, row: dict[str, Any], name: str) -> None:
    """Check that a table of a file has the keys of a class, and all that it needs."""
    known = [one.name for one in fields(kind)]
    needed = [x.name for x in fields(kind) if x.default is MISSING and x.default_factory is MISSING]
    _check_keys(row, known, needed, name)


def _check_keys(row: Any, known: Sequence[str], needed: Sequence[str], name: str) -> None:
    _demand(isinstance(row, dict), name, "is not a table with keys")
    for key in row:
        if key not in known:
            _demand(False, name, f"has the unknown key {key!r}{near(key, known)}")
    for key in needed:
        _demand(key in row, name, f"lacks the key {key!r}")


def _short(name: str, messages: Iterable[str]) -> None:
    for message in messages:
        count = len(message.split())
        _demand(count <= LONGEST_MESSAGE, name, f"says {count} words: {message!r}")


def _demand(well: bool, name: str, problem: str) -> None:
    if not well:
        raise ArgumentError(
            f"{name} {problem}.",
            why="questions and exercises have a fixed form, which the lessons rely on.",
            fix="correct the TOML file of the lesson.",
        )
