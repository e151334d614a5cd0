"""An exercise: the verdict on an attempt, with its place in the graph, hints, and a solution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import traitlets

from funclab.errors import ArgumentError
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.lesson.card import Card, bare_inner
from funclab.view.live.view import View

INKS = {
    "right": "output",
    "wrong": "fault",
    "stale": "fault",
    "untried": "neutral",
    "kept": "input",
}
Entry = dict[str, Any]


@dataclass
class Verdict:
    """What is said about an attempt: `kind` is right, wrong, stale, untried or kept (to be
    graded later).

    `mistake` names an anticipated mistake, `marked` is the student's graph with the place at fault,
    `lit` the same with the place that the first hint is about.
    """

    kind: str
    says: str
    mistake: str = ""
    misconception: int = 0
    marked: Picture | None = None
    lit: Picture | None = None
    values: dict[str, Any] = field(default_factory=dict)
    undone: str = ""
    """What is said about the variables that were set and are now as before."""
    at: list[Any] = field(default_factory=list)
    """The calls and layers at fault."""
    already: list[str] = field(default_factory=list)
    """What is right in an answer that is not: a sentence for each thing."""
    common: Any = None
    """The calls behind these sentences; see `funclab.teach.already`."""
    cut: tuple[str, str, str] = ("", "", "")
    """The student's line at fault, if it is known: what is before the part that made the mistake,
    this part, if that is known, and what is behind it."""

    @property
    def right(self) -> bool:
        return self.kind == "right"

    @property
    def line(self) -> str:
        """The line at fault as a whole."""
        return "".join(self.cut)


class ExerciseView(View):
    """The verdict on an attempt, three hints, and after an attempt the solution beside it.

    `lines` are to be put in order; `check(order)` judges an order, given by the lines' numbers.
    `solution()` returns code, the pictures of both graphs, and their differences in sentences.
    `solved`: whether an earlier attempt was right, perhaps in another session. `strip`: how far the
    student has come in the lesson.
    """

    room = "lesson"
    coverable = False
    blank_state: ClassVar[dict[str, Any]] = {"hints": 0, "solution": False, "order": [], "at": 0}

    def __init__(
        self,
        name: str,
        task: str,
        hints: Sequence[str],
        verdict: Verdict,
        *,
        lines: Sequence[Entry] = (),
        check: Callable[[list[int]], Verdict] | None = None,
        solution: Callable[[], Entry] = dict,
        hinted: Callable[[int], None] = lambda number: None,
        tried: bool = False,
        solved: bool = False,
        strip: Entry | None = None,
        **settings: Any,
    ) -> None:
        self.name, self.check, self.solution, self.hinted = name, check, solution, hinted
        self.verdict, self.solved = verdict, solved
        self.numbers = [line["number"] for line in lines]
        known = {"kind": "exercise", "id": name, "task": task, "hints": list(hints)}
        known |= {} if strip is None else {"strip": strip}
        kind = "arrange" if lines else "hint"
        super().__init__(
            title=say("lesson_exercise", id=name),
            call=f'{kind}("{name}"$)',
            facts={**known, "lines": list(lines), **self._told(tried)},
            pictures=self._pictures(),
            **settings,
        )

    def _told(self, tried: bool) -> Entry:
        kind = self.verdict.kind
        before = kind == "untried" and self.solved
        heading = say("lesson_solved_before" if before else f"lesson_{kind}", id=self.name)
        return {
            "verdict": kind,
            "heading": heading,
            "says": " ".join(filter(None, [self.verdict.says, self.verdict.undone])),
            "told": self.verdict.says,
            "undone": self.verdict.undone,
            "already": list(self.verdict.already),
            "line": self.verdict.line,
            "cut": list(self.verdict.cut),
            "tried": tried or kind in ("right", "wrong"),
        }

    def _pictures(self) -> dict[str, str]:
        pictures = {"marked": self.verdict.marked, "lit": self.verdict.lit}
        return {key: bare_inner(picture) for key, picture in pictures.items() if picture}

    def judge(self, order: Sequence[int]) -> Verdict:
        """Judge an order of the lines, and show the verdict."""
        if self.check is None:
            return self.verdict
        self.verdict = self.check(list(order))
        facts: Any = self.facts
        self.facts = {**facts, **self._told(facts["tried"])}
        self.pictures = self._pictures()
        return self.verdict

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        checked = super()._checked_state(state)
        order, hints = checked.get("order", []), checked.get("hints", 0)
        known = isinstance(order, list) and all(one in self.numbers for one in order)
        if not known or len({*order}) < len(order) or type(hints) is not int:
            raise ArgumentError(
                f"{type(self).__name__} was given order={order!r} and hints={hints!r}.",
                why=f"`order` is a list of the numbers of lines, of {self.numbers}, each once, and "
                "`hints` is how many are open.",
                fix="leave both out, or give numbers.",
            )
        return checked

    @traitlets.observe("state")
    def _count_hints(self, change: Any) -> None:
        number = change["new"].get("hints", 0)
        if isinstance(change["old"], dict) and number > change["old"].get("hints", 0):
            self.hinted(number)

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        if content.get("ask") == "check":
            self.judge([number for number in content["key"] if type(number) is int])
            return None
        return super().answer_to(content)

    def told(self, kind: str, key: Any) -> Any:
        facts: Any = self.facts
        return self.solution() if kind == "solution" and facts["tried"] else None

    def picture(self) -> Picture:
        facts: Any = self.facts
        texts = [facts["says"] if facts["verdict"] != "untried" else facts["task"]]
        ink, look = INKS[facts["verdict"]], theme.still(self.look)
        if facts["verdict"] == "wrong":
            texts = [*self._signed(), facts["undone"]]
        return Card(facts["heading"], texts, self.verdict.marked, ink, look)

    def _signed(self) -> list[str]:
        """What is right and what is not, each with its sign."""
        facts: Any = self.facts
        return [*(f"✓ {right}" for right in facts["already"]), f"✕ {facts['told']}"]

    def __repr__(self) -> str:
        facts: Any = self.facts
        if not facts["already"]:
            return " ".join([facts["heading"], facts["says"]]).strip()
        lines = [facts["heading"], *(f"  {text}" for text in (*self._signed(), facts["undone"]))]
        return "\n".join(line for line in lines if line.strip())
