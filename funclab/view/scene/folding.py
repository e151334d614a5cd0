"""Which parts of a long model are drawn, and which ones a box of "more calls" stands for."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Part = TypeVar("Part", bound=Hashable)

MOST_AT_AN_END = 20


class Folding(Generic[Part]):
    """Parts in order, one or two runs of which are left out.

    Without a `focus` the middle is left out. A focus that would be left out with it is shown, with
    the parts around it, between two runs. No cut of a topological order makes a loop.
    """

    def __init__(self, parts: list[Part], limit: int, focus: Part | None = None) -> None:
        self.parts = parts
        self.moved = False
        """Whether other parts are drawn than without the focus."""
        self.runs = [parts[start:end] for start, end in self._cuts(limit, focus)]
        self.run_of = {part: i for i, run in enumerate(self.runs) for part in run}

    def _cuts(self, limit: int, focus: Part | None) -> list[tuple[int, int]]:
        count = len(self.parts)
        keep = max(1, min(MOST_AT_AN_END, limit // 2))
        if count <= max(limit, 2 * keep + 1):
            return []
        if focus is None or not (keep <= (at := self.parts.index(focus)) < count - keep):
            return [(keep, count - keep)]
        self.moved = True
        ends = max(1, keep // 4)
        size = max(1, 2 * (keep - ends))
        start = max(ends, min(at - size // 2, count - ends - size))
        cuts = [(ends, start), (start + size, count - ends)]
        return [(first, last) for first, last in cuts if first < last]

    @property
    def shown(self) -> list[Part]:
        return [part for part in self.parts if part not in self.run_of]

    @property
    def hidden(self) -> int:
        """How many parts are left out."""
        return len(self.run_of)

    def starts_run(self, part: Part) -> bool:
        """Whether the box of a run belongs where this part would be."""
        run = self.run_of.get(part)
        return run is not None and self.runs[run][0] == part
