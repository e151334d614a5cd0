"""Two models side by side, alive: walk through the differences, both graphs marked."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab.view.diff.findings import Findings
from funclab.view.diff.picture import DiffPicture, half, name_of
from funclab.view.draw import defaults
from funclab.view.draw.picture import Picture
from funclab.view.live.view import View
from funclab.view.scene.compact import PROJECTOR_CALLS, bare
from funclab.view.scene.diagram import MOST_CALLS


class DiffView(View):
    """The differences of two models, one at a time."""

    room = "diff"
    blank_state: ClassVar[dict[str, Any]] = {"entry": -1}

    def __init__(self, difference: Findings, **settings: Any) -> None:
        self.difference = difference
        large = defaults.chosen(settings.get("look")) == "projector"
        limit = PROJECTOR_CALLS // 2 if large else MOST_CALLS
        super().__init__(
            title=f"Differences, {difference.title}",
            call="funclab.diff(a, b).view($)",
            facts=difference.to_dict()
            | {side: name_of(difference, side) for side in ("left", "right")},
            pictures={side: bare(half(difference, side, limit)) for side in ("left", "right")},
            **settings,
        )

    def picture(self) -> Picture:
        look = defaults.still(self.look)
        return DiffPicture(self.difference, look)
