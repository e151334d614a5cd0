"""What a real Keras prints: the installed one, or the one from which the output was recorded."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.lesson.card import Card
from funclab.view.live.view import View


class KerasView(View):
    """A heading that says which Keras it was, and what it printed.

    Its plain text is what was recorded, so that a notebook shows the same with and without Keras.
    """

    room = "lesson"
    blank_state: ClassVar[dict[str, Any]] = {}

    def __init__(self, heading: str, printed: str, recorded: str, **settings: Any) -> None:
        self.recorded = recorded
        facts = {"kind": "printed", "printed": printed}
        super().__init__(title=heading, call="", facts=facts, **settings)

    def picture(self) -> Picture:
        facts: Any = self.facts
        return Card(self.title, facts["printed"].splitlines(), look=theme.still(self.look))

    def __repr__(self) -> str:
        return self.recorded
