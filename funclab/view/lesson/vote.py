"""A question for a class that answers by raising cards: counted twice, then shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from string import ascii_uppercase
from typing import Any, ClassVar

import traitlets

from funclab.errors import ArgumentError
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.lesson.card import Card
from funclab.view.live import cover
from funclab.view.live.view import View

VOTES = ("first", "second")
MOST_CARDS = 999
Votes = list[list[int]]


class VoteView(View):
    """A question with lettered options; the teacher counts raised cards by key.

    `state` holds the counts of both votes, `first` and `second`, by option, and how many votes have
    `ended`. The page shows how many cards were counted, but no count of an option before both votes
    have ended: a class that sees the first result follows its majority.
    """

    room = "lesson"
    coverable = False
    blank_state: ClassVar[dict[str, Any]] = {"first": [], "second": [], "ended": 0}

    def __init__(
        self,
        name: str,
        prompt: str,
        options: Sequence[dict[str, Any]],
        reveal: str,
        *,
        state: dict[str, Any],
        covers: bool,
        record: Callable[[str, Votes], None],
        **settings: Any,
    ) -> None:
        self.name, self.record, self.covers = name, record, covers
        self.options, self.began = list(options), ""
        self.kept = _ended({**self.blank_state, **self._checked_state(state)})
        super().__init__(
            title=say("lesson_vote", id=name),
            call=f'vote("{name}"$)',
            facts={"kind": "vote", "id": name, "prompt": prompt, "options": self.options}
            | {"reveal": reveal},
            state=state,
            **settings,
        )

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        checked = super()._checked_state(state)
        counts, ended = [checked.get(name, []) for name in VOTES], checked.get("ended", 0)
        well = all(
            isinstance(vote, list) and len(vote) in (0, len(self.options)) for vote in counts
        )
        well = well and type(ended) is int and 0 <= ended <= len(VOTES)
        numbers = [number for vote in counts for number in vote] if well else []
        if not well or not all(type(n) is int and 0 <= n <= MOST_CARDS for n in numbers):
            raise ArgumentError(
                f"The vote on {self.name} was given {counts[0]!r}, {counts[1]!r} and {ended!r}.",
                why=f"a vote is a list of {len(self.options)} counts up to {MOST_CARDS}, one for "
                "each option, and `ended` is how many votes have ended: 0, 1 or 2.",
                fix=f'write for example vote("{self.name}", '
                f"first={[0] * len(self.options)}, ended=1).",
            )
        return checked

    @property
    def done(self) -> bool:
        """Whether the answer may be seen."""
        ended: Any = self.state["ended"]
        return ended == len(VOTES)

    @traitlets.observe("state")
    def _keep_votes(self, change: Any) -> None:
        votes = _ended(change["new"])
        if not any(change["new"].values()):  # the next class starts
            self.began, self.kept = "", []
        if votes and votes != self.kept:
            self.began = self.began or datetime.now().isoformat()
            self.kept = votes
            self.record(self.began, votes)
        if change["new"]["ended"] == len(VOTES):
            cover.uncover(self.name)

    def picture(self) -> Picture:
        facts: Any = self.facts
        lines = [facts["prompt"], *map(self._option, ascii_uppercase, range(len(self.options)))]
        lines.append(facts["reveal"] if self.done else say("lesson_vote_still"))
        return Card(self.title, lines, look=theme.still(self.look))

    def _option(self, letter: str, number: int) -> str:
        """An option in words; with its counts once the answer may be seen."""
        option = self.options[number]
        if not self.done:
            return f"{letter}: {option['text']}"
        counts = [
            say("lesson_vote_counts", vote=say(f"lesson_vote_{name}"), n=vote[number], of=sum(vote))
            for name, vote in zip(VOTES, _ended(self.state))
        ]
        words = "; ".join([option["text"], *counts])
        return f"{letter} {'✓' if option['right'] else '✗'}: {words}"

    def __repr__(self) -> str:
        return f"<Vote {self.name}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        cover.cover_next(self.name if self.covers and not self.done else "")
        return super()._repr_mimebundle_(**kwargs)


def _ended(state: Any) -> Votes:
    """The counts of the votes that have ended, without those in which no card was counted."""
    votes = [list(state[name]) for name in VOTES[: state["ended"]]]
    return [vote for vote in votes if sum(vote)]
