"""A question: its options, the answers given, and the response to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import traitlets

from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.lesson.card import Card
from funclab.view.live import cover
from funclab.view.live.view import View

MOST_ANSWERS = 100
TRIES = 2
"""The answers before the right one is shown, where more than two options leave a choice."""
Answers = list[int | None]


class QuestionView(View):
    """A question that covers what comes next until it is answered. Displaying it never waits.

    Covered are the next view, which the kernel knows, and every output up to the next question,
    exercise or heading, which the page knows (`ahead.js`). Errors stay in sight.

    `answers` are the numbers of the options chosen, in order, from 0; None for "show me". `order`
    has these numbers as the options stand on the page, `strip` how far the student has come in the
    lesson.
    """

    room = "lesson"
    coverable = False
    blank_state: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        name: str,
        prompt: str,
        options: Sequence[dict[str, Any]],
        reveal: str,
        *,
        votes: int = 1,
        covers: bool = True,
        order: Sequence[int] | None = None,
        strip: dict[str, Any] | None = None,
        given: Sequence[int | None] = (),
        record: Callable[[int | None], None] = lambda option: None,
        **settings: Any,
    ) -> None:
        self.name, self.record, self.known = name, record, list(given)
        self.covers = covers
        facts = {"kind": "question", "id": name, "prompt": prompt, "options": list(options)}
        facts["tries"] = TRIES if len(options) > TRIES else 1
        facts |= {} if covers else {"recalled": True}
        facts["order"] = [*range(len(options))] if order is None else list(order)
        facts |= {} if strip is None else {"strip": strip}
        super().__init__(
            title=say("lesson_question", id=name),
            call=f'ask("{name}"$)',
            facts={**facts, "reveal": reveal, "votes": votes},
            answers=self.known,
            **settings,
        )

    @property
    def answered(self) -> bool:
        """Whether the answer may be seen."""
        facts: Any = self.facts
        answers = self.answers
        if None in answers or facts["votes"] > 1:
            return None in answers or len(answers) >= facts["votes"]
        right = any(facts["options"][number]["right"] for number in answers)
        return right or len(answers) >= facts["tries"]

    @traitlets.validate("answers")
    def _check_answers(self, proposal: Any) -> Answers:
        answers, options = proposal["value"], range(len(self.facts["options"]))
        well = all(one is None or (type(one) is int and one in options) for one in answers)
        if not well or len(answers) > MOST_ANSWERS:
            raise traitlets.TraitError(f"not answers to question {self.name}")
        return answers

    @traitlets.observe("answers")
    def _keep_answers(self, change: Any) -> None:
        for answer in change["new"][len(self.known) :]:
            self.record(answer)
        self.known = list(change["new"])
        if self.known and self.answered:
            cover.uncover(self.name)

    def choose(self, option: int | None) -> None:
        """Answer from Python, as a click or key would: an option's number from 0; None to see."""
        self.answers = [*self.answers, option]

    def picture(self) -> Picture:
        return Card(self.title, [say("lesson_question_still")], look=self.look)

    def __repr__(self) -> str:
        return f"<Question {self.name}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        cover.cover_next(self.name if self.covers and not self.answered else "")
        return super()._repr_mimebundle_(**kwargs)
