"""A test: items one after the other, and after the last one what the answers show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import traitlets

from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.lesson.card import Card
from funclab.view.live.view import View


class TestView(View):
    """Items with two to four options each, chosen by key; no feedback before all are answered.

    `answers` holds the number of the option chosen for each item, from 0, and None while it is
    open. `told` returns the sentences of the result: the first is its heading. `call` is the
    line of Python that makes the view.
    """

    __test__ = False  # pytest collects classes whose names begin with Test
    room = "lesson"
    coverable = False
    blank_state: ClassVar[dict[str, Any]] = {"at": 0}

    def __init__(
        self,
        title: str,
        call: str,
        items: Sequence[tuple[str, Sequence[str]]],
        *,
        told: Callable[[list[int]], list[str]],
        record: Callable[[int, int], None],
        **settings: Any,
    ) -> None:
        self.result_of, self.record = told, record
        asked = [{"text": text, "options": list(options)} for text, options in items]
        super().__init__(
            title=title,
            call=call,
            facts={"kind": "test", "items": asked},
            answers=[None] * len(asked),
            **settings,
        )

    @property
    def done(self) -> bool:
        """Whether every item is answered."""
        return None not in self.answers

    def choose(self, item: int, option: int) -> None:
        """Answer an item from Python, as a key would; `item` and `option` count from 0."""
        answers: Any = list(self.answers)
        answers[item] = option
        self.answers = answers

    @traitlets.validate("answers")
    def _check_answers(self, proposal: Any) -> list[int | None]:
        answers, items = proposal["value"], self.facts["items"]
        well = len(answers) == len(items) and all(
            answer is None or (type(answer) is int and 0 <= answer < len(item["options"]))
            for answer, item in zip(answers, items)
        )
        if not well:
            raise traitlets.TraitError(f"not answers to the test {self.title}")
        return answers

    @traitlets.observe("answers")
    def _keep_answers(self, change: Any) -> None:
        before = change["old"] if isinstance(change["old"], list) else []
        for item, option in enumerate(change["new"]):
            if option is not None and (item >= len(before) or before[item] != option):
                self.record(item, option)
        if self.done:
            facts: Any = self.facts
            self.facts = {**facts, "result": self.result_of(change["new"])}

    def picture(self) -> Picture:
        facts: Any = self.facts
        heading, *rest = facts.get("result") or [
            self.title,
            say("lesson_test_still", n=len(self.answers)),
        ]
        return Card(heading, rest, look=self.look)

    def __repr__(self) -> str:
        return f"<{self.title}>"
