"""Four maps of a sample: how an answer would change if a part of the input did.

Each has one number for each cell of the input. They answer the same question in different ways and
need not agree; `trust.py` measures how far each goes.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, FunclabError
from funclab.graph.aside import set_aside
from funclab.graph.shape_math import Array
from funclab.models.model import Functional
from funclab.view.learned.look import BATCH, Look
from funclab.view.whatif.cells import IMAGE, ROW, SERIES, WORDS, Cells, Part
from funclab.view.whatif.target import Answering, Target

COVER, SLOPE, SHARE, REGION = "cover", "slope", "share", "region"
MOST_WINDOWS, MOST_COVERED = 784, 10_000_000
"""The most windows of an image, and the most numbers in all images in which one is covered."""
STEPS, MOST_STEPS, CLOSE = 32, 256, 0.05
"""How many points on the way from the base to the sample `share` reads, at first and at most: twice
as many until the shares add up to the difference within this fraction of it."""
AXES = {IMAGE: 4, SERIES: 3, WORDS: 3}
"""How many axes the output of a call has that keeps the places of an input."""


Pieces = Generator[float, None, Array]


def whole(pieces: Pieces) -> Array:
    """What a computation in pieces ends with."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            found: Array = end.value
            return found


class Maps:
    """The maps of samples of a model. A sample is a list of arrays with one row each.

    `fill` is what covered cells hold, a number or a list of arrays of the sample's shapes; without
    it, 0, the word 0, or the mean of a feature. `at` is the call of `region`.

    Raises: ArgumentError for an `at` that is not a call with places.
    """

    def __init__(self, answering: Answering, cells: Cells, fill: Any = None, at: str = "") -> None:
        self.answering, self.cells, self.fill = answering, cells, fill
        self.look = answering.look
        self.sources = {part.number: self.look.sources_of(part.number) for part in cells.parts}
        placed = [part for part in cells.parts if part.kind != ROW]
        self.placed = placed[0] if len(placed) == 1 else None
        self.places = self._places()
        if at and at not in self.places:
            raise ArgumentError(
                f"{at!r} is not a call that keeps the places of one input.",
                why=f"those are: {', '.join(self.places) or 'none'}.",
                fix="leave at= out, for the last one." if self.places else "leave at= out.",
            )
        nodes = {place: _node_at(self.look.model, place) for place in self.places}
        weighted = [
            place
            for place, node in nodes.items()
            if node and node.operation.is_layer and node.operation.weights
        ]
        self.at = at or (weighted or self.places or [""])[-1]
        self._way: tuple[Look, list[int]] | None = None

    @property
    def names(self) -> list[str]:
        """The maps that this model has: those of slopes need a way of floats to the answer."""
        smooth = all(self._reached.values())
        share = [SHARE] * (smooth and self.way is not None)
        region = [REGION] * (bool(self.at) and self._has_slope(self.at))
        return [COVER, *[SLOPE] * smooth, *share, *region]

    def map(self, name: str, sample: Sequence[Any], target: Target) -> Array:
        """One number for each cell of a sample."""
        return getattr(self, name)(sample, target)

    def pieces(self, name: str, sample: Sequence[Any], target: Target) -> Pieces:
        """As `map`, and after each piece of a long computation, which part of it is done."""
        if name == COVER:
            return (yield from self._covered(sample, target))
        return self.map(name, sample, target)

    def cover(self, sample: Sequence[Any], target: Target) -> Array:
        """By how much the answer falls when a window of cells holds the fill: of an image, the cell
        and its eight neighbours; of a large one, fewer and larger windows."""
        return whole(self._covered(sample, target))

    def _covered(self, sample: Sequence[Any], target: Target) -> Pieces:
        windows, owner = self.windows()
        at = self.answering.targets.index(target)
        falls = np.zeros(len(windows))
        for begin in range(0, len(windows), BATCH - 1):
            if begin:
                yield begin / len(windows)
            # The sample itself is in each batch, since sums of another batch are rounded otherwise.
            some = [[], *windows[begin : begin + BATCH - 1]]
            values = self.answering.values(self.cells.erased(sample, some, self.fill))[:, at]
            falls[begin : begin + BATCH - 1] = values[0] - values[1:]
        return falls[owner]

    def slope(self, sample: Sequence[Any], target: Target) -> Array:
        """By how much the score rises for a little more of a cell; of a word, the length of the
        gradient of its vector, which has no direction to choose."""
        return np.concatenate([self._slope(part, sample, target) for part in self.cells.parts])

    def share(self, sample: Sequence[Any], target: Target) -> Array:
        """What each cell adds to the score on the straight way from the base to the sample."""
        return self.shares(sample, target)[0]

    def shares(self, sample: Sequence[Any], target: Target) -> tuple[Array, float, float]:
        """The shares; their sum; and the difference of the scores, which they should add up to."""
        look, moving, base, end = self._ends(sample)
        difference, steps = self.rise(sample, target), STEPS
        while True:
            parts = self._integral(look, moving, base, end, target, steps)
            total = sum(float(part.sum()) for part in parts.values())
            if abs(total - difference) <= CLOSE * abs(difference) or steps >= MOST_STEPS:
                break
            steps *= 2
        shares = [self._per_cell(part, parts) for part in self.cells.parts]
        return np.concatenate(shares), total, difference

    def rise(self, sample: Sequence[Any], target: Target) -> float:
        """How far the score rises from the base to the sample."""
        look, _, base, end = self._ends(sample)
        return self._score(look, end, target) - self._score(look, base, target)

    def region(self, sample: Sequence[Any], target: Target) -> Array:
        """Where the call `at` holds maps that raise the score, on average over places: each map
        times its mean gradient, added up, without what is below zero."""
        [maps] = self.look.values([self.at], sample)
        [slopes] = self.answering.gradients([self.at], target, sample)
        axes = tuple(range(1, maps.ndim - 1))
        weights = slopes.mean(axis=axes, keepdims=True)
        raised = np.maximum((maps.astype("float64") * weights).sum(axis=-1)[0], 0)
        found = [np.zeros(part.count) for part in self.cells.parts]
        part = self.placed
        assert part is not None
        if part.kind == IMAGE:
            rows = np.arange(part.rows) * raised.shape[0] // part.rows
            columns = np.arange(part.columns) * raised.shape[1] // part.columns
            spread = raised[np.ix_(rows, columns)]
        else:
            moments = np.arange(part.columns) * len(raised) // part.columns
            spread = np.tile(raised[moments], (part.rows, 1))
        found[self.cells.parts.index(part)] = spread.reshape(-1)
        return np.concatenate(found)

    def windows(self) -> tuple[list[list[int]], Array]:
        """The windows that are covered, as lists of cells, and the window of each cell."""
        windows: list[list[int]] = []
        owner = np.zeros(len(self.cells), int)
        for part, start in zip(self.cells.parts, self.cells.starts):
            most = min(MOST_WINDOWS, MOST_COVERED // part.owner.size)
            step = int(np.ceil(np.sqrt(part.count / most))) if part.kind == IMAGE else 1
            radius = step if part.kind == IMAGE else 0
            grid = np.arange(part.count).reshape(part.rows, part.columns) + start
            for row in range(0, part.rows, step):
                for column in range(0, part.columns, step):
                    owner[grid[row : row + step, column : column + step]] = len(windows)
                    i, j = row + step // 2, column + step // 2
                    high = slice(max(0, i - radius), i + radius + 1)
                    wide = slice(max(0, j - radius), j + radius + 1)
                    windows.append(grid[high, wide].reshape(-1).tolist())
        return windows, owner

    # Where slopes begin and how they are added up.
    def _slope(self, part: Part, sample: Sequence[Any], target: Target) -> Array:
        slopes = self.answering.gradients(self.sources[part.number], target, sample)
        if part.kind == WORDS:
            return np.sqrt(
                sum(np.square(slope[0].reshape(part.count, -1)).sum(1) for slope in slopes)
            )
        if part.group:
            return np.array([float(slopes[0][0] @ sample[part.number][0])])
        return part.sums(slopes[0][0])

    def _has_slope(self, place: str | int) -> bool:
        look = self.look
        return any(look.has_slope(place, target.output) for target in self.answering.targets)

    @property
    def _reached(self) -> dict[int, bool]:
        """Whether a slope leads from each part to an answer."""
        return {
            number: bool(places) and all(map(self._has_slope, places))
            for number, places in self.sources.items()
        }

    @property
    def way(self) -> tuple[Look, list[int]] | None:
        """A look at the model from where its slopes begin, vectors of words among its inputs, and
        the numbers of the inputs that move from the base to the sample; None if there is none."""
        if self._way is None:
            words = [part for part in self.cells.parts if part.kind == WORDS]
            moving = [part.number for part in self.cells.parts if part.kind != WORDS]
            if not words:
                self._way = self.look, moving
            else:
                self._way = self._from_vectors(words, moving)
        return self._way if self._way[1] else None

    def _from_vectors(self, words: list[Part], moving: list[int]) -> tuple[Look, list[int]]:
        model, sample = self.look.model, [a if a is None else a[:2] for a in self.look.arrays]
        places = [str(place) for part in words for place in self.sources[part.number]]
        vectors = [tensor for place in places if (tensor := _tensor_at(model, place)) is not None]
        found = [*moving, *range(len(model.inputs), len(model.inputs) + len(vectors))]
        try:
            with set_aside():
                whole = Functional([*model.inputs, *vectors], [*model.outputs], name="way")
            look = Look(whole, [*sample, *self.look.values(places, sample)])
            pairs = zip(look.outputs(), self.look.outputs(sample))
            same = all(np.allclose(a, b, atol=1e-4) for a, b in pairs)
        except FunclabError:
            return self.look, []
        return (look, found) if same and len(vectors) == len(places) else (self.look, [])

    def _ends(self, sample: Sequence[Any]) -> tuple[Look, list[int], list[Any], list[Any]]:
        """The ends of the way of `share`: what does not move is that of the sample at both."""
        assert self.way is not None
        look, moving = self.way
        base, end = (self._on_the_way(arrays) for arrays in (self.cells.base(sample), sample))
        base = [a if number in moving else b for number, (a, b) in enumerate(zip(base, end))]
        return look, moving, base, end

    def _on_the_way(self, sample: Sequence[Any]) -> list[Any]:
        """A sample with the vectors of its words."""
        look, _ = self.way or (self.look, [])
        if look is self.look:
            return list(sample)
        words = [part.number for part in self.cells.parts if part.kind == WORDS]
        places = [str(place) for number in words for place in self.sources[number]]
        return [*sample, *self.look.values(places, sample)]

    def _score(self, look: Look, arrays: Sequence[Any], target: Target) -> float:
        return float(look.scores(target.output, arrays).reshape(1, -1)[0, target.column])

    def _integral(
        self, look: Look, moving: list[int], base: Any, end: Any, target: Target, steps: int
    ) -> dict[int, Array]:
        """For each moving input, its difference times the mean slope along the way."""
        along = (np.arange(steps) + 0.5) / steps
        way = []
        for number, (a, b) in enumerate(zip(base, end)):
            if b is None:
                way.append(None)
            elif number in moving:
                shape = (steps, *[1] * (b.ndim - 1))
                way.append((a + along.reshape(shape) * (b - a)).astype(b.dtype))
            else:
                way.append(np.repeat(b, steps, axis=0))
        chosen = look.chosen(target.column, target.output, steps)
        slopes = look.gradients(moving, chosen, target.output, way)
        return {
            number: (end[number] - base[number])[0].astype("float64") * slope.mean(axis=0)
            for number, slope in zip(moving, slopes)
        }

    def _per_cell(self, part: Part, parts: dict[int, Array]) -> Array:
        if part.kind != WORDS:
            return part.sums(parts[part.number])
        first = len(self.look.model.inputs)
        for other in self.cells.parts:
            if other.kind != WORDS:
                continue
            count = len(self.sources[other.number])
            if other is part:
                found = [parts[first + i].reshape(part.count, -1).sum(axis=1) for i in range(count)]
                return np.sum(found, axis=0)
            first += count
        raise AssertionError(part)

    def _places(self) -> list[str]:
        if self.placed is None:
            return []
        made = self.look.recorded().made
        axes, model = AXES[self.placed.kind], self.look.model
        return [
            place
            for path, values in made.items()
            if values
            and not ((node := _node_at(model, place := "/".join(path))) and node.is_input)
            and len(values[0].shape) == axes
            and values[0].dtype.startswith("float")
            and all(length is not None and length > 1 for length in values[0].shape[1:-1])
        ]


def _node_at(model: Any, place: str) -> Any:
    """The node of a call, at any depth of models; None for one inside of a layer."""
    node = None
    for key in place.split("/"):
        graph = getattr(node.operation if node else model, "graph", None)
        node = next((node for node in graph.nodes if node.key == key), None) if graph else None
        if node is None:
            return None
    return node


def _tensor_at(model: Any, place: Any) -> Any:
    """The tensor that a call of the model itself returns."""
    node = _node_at(model, place) if "/" not in place else None
    return node and node.output_tensors[0]
