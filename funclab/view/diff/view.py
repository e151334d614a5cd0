"""Two models side by side, alive: walk through the differences, both graphs marked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from funclab.view.diff.picture import SIDES, Comparison, half, name_of
from funclab.view.draw import defaults
from funclab.view.draw.picture import Picture
from funclab.view.live.view import View
from funclab.view.scene.compact import bare


class DiffView(View):
    """The differences of two models, one at a time."""

    room = "diff"
    blank_state: ClassVar[dict[str, Any]] = {"entry": -1}

    def __init__(self, difference: Comparison, **settings: Any) -> None:
        self.difference = difference
        large = defaults.chosen(settings.get("look")) == "projector"
        super().__init__(
            title=difference.title,
            call="funclab.diff(a, b).view($)",
            facts=difference.to_dict() | {side: name_of(difference, side) for side in SIDES},
            pictures={side: bare(half(difference, side, large)) for side in SIDES},
            **settings,
        )

    def picture(self) -> Picture:
        return replace(self.difference, look=defaults.still(self.look))
