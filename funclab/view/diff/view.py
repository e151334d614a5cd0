"""Two models side by side, alive: walk through the differences, both graphs marked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from funclab.view.diff.picture import SIDES, Comparison, halves, name_of
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
        graphs = dict(zip(SIDES, halves(difference, large), strict=True))
        facts: dict[str, Any] = difference.to_dict()
        for side, graph in graphs.items():
            facts[side] = name_of(difference, side)
            for entry in facts["entries"]:
                entry[side] = graph.keys_of(entry[side])
        super().__init__(
            title=difference.title,
            call="funclab.diff(a, b).view($)",
            facts=facts,
            pictures={side: bare(graph) for side, graph in graphs.items()},
            **settings,
        )

    def picture(self) -> Picture:
        return replace(self.difference, look=defaults.still(self.look))
