"""What the course says, sentence by sentence, and the programs that show whether it is so.

A program is a function of a module: funclab, or a real Keras. With `@says(where, sentence)` it
is tied to sentences of the lessons, and fails if they are untrue. With `@asks(name)` it is tied to
the options of a question: it returns for each of them whether it is true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from funclab.teach import course
from funclab.teach.catching_up import lesson_files, notebook

HERE = Path(__file__).parent
KERAS = ("tensorflow", "jax", "torch")
EVERYWHERE = ("funclab", *KERAS)
KEEP = "**To keep.**"

Program = Callable[[Any], Mapping[str, Any] | None]
Unit = tuple[str, str]
"""Where something is said, such as "lesson 5" or "5.1", and its words."""


@dataclass(eq=False)
class Claim:
    """A program, what it is tied to, and where it runs: on funclab, on backends of Keras."""

    program: Program
    on: tuple[str, ...]
    sentences: list[Unit] = field(default_factory=list)
    question: str = ""

    @property
    def name(self) -> str:
        return f"{self.program.__module__.rsplit('.', 1)[-1]}.{self.program.__name__}"


CLAIMS: dict[str, Claim] = {}
LONG: set[Program] = set()


def says(where: str, *sentences: str, on: tuple[str, ...] = EVERYWHERE) -> Any:
    """Tie the program below to sentences."""

    def tie(program: Program) -> Program:
        _claim(program, on).sentences += [(where, sentence) for sentence in sentences]
        return program

    return tie


def asks(question: str, on: tuple[str, ...] = EVERYWHERE) -> Any:
    """Tie the program below to the options of a question."""

    def tie(program: Program) -> Program:
        _claim(program, on).question = question
        return program

    return tie


def measured(program: Program) -> Program:
    """Mark a program that trains models to the end: minutes with a real Keras, not seconds."""
    LONG.add(program)
    return program


def _claim(program: Program, on: tuple[str, ...]) -> Claim:
    claim = Claim(program, on)
    known = CLAIMS.setdefault(claim.name, claim)
    assert known.program is program, f"two programs are called {claim.name}"
    assert known.on == on, f"{claim.name} runs on {known.on} and on {on}"
    return known


@cache
def claims() -> tuple[Claim, ...]:
    """All programs, in the order of the lessons."""
    for path in sorted(HERE.glob("about_*.py")):
        import_module(f"tests.truth.{path.stem}")
    return tuple(CLAIMS.values())


def asked(name: str) -> course.Question:
    """A question of a lesson, such as "2.2", its form in later lessons, "2.2 again", or an item of
    the concept test, such as "A.3"."""
    first, _, again = name.partition(" ")
    if again:
        return course.recalled(first)
    form, _, number = name.partition(".")
    return course.concept_test(form)[int(number) - 1] if form in "AB" else course.question(name)


def check(claim: Claim, keras: Any) -> dict[str, bool]:
    """Run a program. Returns the options that it judged, and asserts that the course agrees."""
    judged = dict(claim.program(keras) or {})
    if claim.question:
        options = {option.text: option.right for option in asked(claim.question).options}
        assert judged.keys() <= options.keys(), f"{claim.question} has no {judged.keys() - options}"
        differ = {text: is_so for text, is_so in judged.items() if bool(is_so) != options[text]}
        assert not differ, f"{claim.question} is wrong about {differ}"
        assert any(judged.values()), f"the right option of {claim.question} is not judged"
    return judged


# What there is to say.
def units() -> list[Unit]:
    """What must be tied or listed: right options, sentences to keep, and those about Keras."""
    return list(dict.fromkeys([*right_options(), *kept(), *about_keras()]))


def right_options() -> Iterator[Unit]:
    for question in questions():
        yield question.id, question.options[question.answer].text
        if question.again:
            yield f"{question.id} again", question.again.options[question.answer].text


def questions() -> Iterator[course.Question]:
    for number in course.numbers():
        yield from course.lesson(number).questions.values()
    for form in "AB":
        yield from course.concept_test(form)


def kept() -> Iterator[Unit]:
    for where, line in lines():
        if line.startswith(KEEP):
            yield from ((where, one) for one in sentences(line.removeprefix(KEEP)))


def about_keras() -> Iterator[Unit]:
    """Sentences that name Keras, but for questions: in the lessons and in the course's data."""
    for where, line in [*lines(), *data()]:
        for sentence in said(line):
            if re.search(r"\bKeras\b|\bkeras\.", sentence) and not sentence.endswith("?"):
                yield where, sentence


def lines() -> Iterator[Unit]:
    """The lines of a lesson's text; questions and their answers are in the data."""
    for number, path in lesson_files().items():
        for cell in notebook(path)["cells"]:
            named = "question" in cell["metadata"].get("funclab", {})
            if cell["cell_type"] == "markdown" and not named:
                for line in "".join(cell["source"]).splitlines():
                    yield f"lesson {number}", line.strip()


def data() -> Iterator[Unit]:
    for number in course.numbers():
        lesson = course.lesson(number)
        for question in lesson.questions.values():
            yield question.id, question.reveal
            for option in question.options:
                yield question.id, option.answer
        for item in lesson.exercises.values():
            texts = [item.task, *item.hints, item.otherwise, *(w.says for w in item.wrong.values())]
            yield from ((item.id, text) for text in texts)
    for number, misconception in course.misconceptions().items():
        yield f"misconception {number}", misconception.truth


def everything() -> set[Unit]:
    """All sentences of the course."""
    texts = {(where, one) for where, line in [*lines(), *data()] for one in said(line)}
    return texts | {*right_options()}


def said(line: str) -> list[str]:
    """The sentences of a line of text; the row of a table is one."""
    return [line] if line.startswith("|") else sentences(line.removeprefix(KEEP))


def sentences(text: str) -> list[str]:
    parts = re.split(r"(?:(?<=[.!?])|(?<=[.!?]\)))\s+(?=[A-Z`(\"“*]|funclab)", text.strip())
    return [part.strip() for part in parts if part.strip()]


# For programs.
def backend(keras: Any) -> str:
    """funclab, tensorflow, jax or torch."""
    return keras.backend.backend()


def fails(call: Callable[[], Any]) -> bool:
    """Whether a call raises an error."""
    try:
        call()
    except Exception:
        return True
    return False


def same(some: Any, others: Any) -> bool:
    """Whether two lists of arrays are equal."""
    return len(some) == len(others) and all(map(np.array_equal, some, others))


def gradients(keras: Any, model: Any, x: Any, y: Any = None, loss: Any = None) -> list[Any]:
    """The gradients of all weights: what a step of SGD with the rate 1 subtracts.

    Without a loss, that of the mean of the model's outputs.
    """
    before, first = model.get_weights(), x[0] if isinstance(x, list) else x
    model.compile(keras.optimizers.SGD(1.0), loss or (lambda _, answer: keras.ops.mean(answer)))
    model.train_on_batch(x, np.zeros((len(first), 1)) if y is None else y)
    return [old - new for old, new in zip(before, model.get_weights(), strict=True)]


def reader(keras: Any, units: int = 32) -> Any:
    """A reader of digits: one hidden layer, ten probabilities."""
    pixels = keras.Input((64,), name="pixels")
    hidden = keras.layers.Dense(units, activation="relu", name="hidden")(pixels)
    digit = keras.layers.Dense(10, activation="softmax", name="digit")(hidden)
    return keras.Model(pixels, digit, name="reader")


@cache
def images() -> tuple[Any, Any, Any, Any]:
    """Digits to train on and digits to test on: images of 64 numbers, and what they show."""
    from funclab.datasets import digits

    (x, y), (x_test, y_test) = digits.load_data()
    return x.reshape(-1, 64) / 16, y, x_test.reshape(-1, 64) / 16, y_test
