"""Two models side by side, alive: walk through the differences, both graphs marked."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab.view.diagram import MOST_CALLS, diagram
from funclab.view.diff import Difference
from funclab.view.diff_picture import DiffPicture
from funclab.view.live import defaults
from funclab.view.live.base import View
from funclab.view.live.explorer import PROJECTOR_CALLS, bare


class DiffView(View):
    """The differences of two models, one at a time."""

    scripts = ("diff",)
    blank_state: ClassVar[dict[str, Any]] = {"entry": -1}

    def __init__(self, difference: Difference, left: Any, right: Any, **settings: Any) -> None:
        self.difference, self.models = difference, (left, right)
        large = (settings.get("look") or defaults.look()) == "projector"
        limit = PROJECTOR_CALLS // 2 if large else MOST_CALLS
        super().__init__(
            title=f"Differences, {difference.title}",
            call="funclab.diff(a, b).view($)",
            facts=difference.to_dict(),
            pictures={
                "left": bare(diagram(left, most_calls=limit)),
                "right": bare(diagram(right, most_calls=limit)),
            },
            **settings,
        )

    def svg(self) -> str:
        return DiffPicture(self.difference, *self.models).svg
