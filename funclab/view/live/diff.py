"""Two models side by side, alive: walk through the differences, both graphs marked."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab.view.diagram import diagram
from funclab.view.diff import Difference
from funclab.view.diff_picture import DiffPicture
from funclab.view.live.base import View
from funclab.view.live.explorer import bare


class DiffView(View):
    """The differences of two models, one at a time."""

    scripts = ("diff",)
    blank_state: ClassVar[dict[str, Any]] = {"entry": -1}

    def __init__(self, difference: Difference, left: Any, right: Any, **settings: Any) -> None:
        self.difference, self.models = difference, (left, right)
        super().__init__(
            title=f"Differences, {difference.title}",
            call="funclab.diff(a, b)",
            facts=difference.to_dict(),
            pictures={
                side: bare(diagram(one)) for side, one in zip(("left", "right"), self.models)
            },
            **settings,
        )

    def svg(self) -> str:
        return DiffPicture(self.difference, *self.models).svg
