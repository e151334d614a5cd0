"""Which worker runs which file, when there are several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xdist.scheduler import LoadFileScheduling

from tests.covering import BROWSER


class Names(list[str]):
    """The names of all tests, each of which is found at once: a list is searched from its start,
    which takes ten seconds for thirty thousand."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.places = {name: place for place, name in enumerate(names)}

    def index(self, name: str, *limits: Any) -> int:  # type: ignore[override]
        return self.places[name]


class WaitingBesideWorking(LoadFileScheduling):
    """Files as a whole, in their order. Tests in a browser mostly wait for its next picture: every
    other worker begins with them, while the others compute; who has no more of its kind takes of
    the other. So there are half as many browsers and servers, too."""

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        super().add_node_collection(node, collection)
        if node in self.registered_collections:
            self.registered_collections[node] = Names(collection)

    def _assign_work_unit(self, node: Any) -> None:
        waiting = self.nodes.index(node) % 2 == 0
        kind = (file for file in self.workqueue if file.startswith(BROWSER) == waiting)
        file = next(kind, next(iter(self.workqueue)))
        self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)
