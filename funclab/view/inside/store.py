"""What a page knows of the values of calls without a kernel, within a number of characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, prod
from typing import Any, NamedTuple

import numpy as np

from funclab.graph.shape_math import Array
from funclab.graph.value import Constant, Value, Variable
from funclab.view.inside.calls import VECTOR, Shown
from funclab.view.inside.recipes import Recipe, plane
from funclab.view.learned.look import Look
from funclab.view.learned.packed import packed

UNITS = 64
"""The most numbers of a vector that are stored, when there is no room for all."""


class Level(NamedTuple):
    """How much of each call is stored: bits of a number, channels, the longest side of a map, and
    samples; 0 for all."""

    bits: int
    channels: int = 0
    side: int = 0
    samples: int = 0


LEVELS = (
    *(Level(32), Level(16), Level(8), Level(8, 16), Level(8, 16, 28), Level(8, 8, 28)),
    *(Level(8, 8, 28, 6), Level(8, 6, 20, 4), Level(8, 4, 14, 4), Level(8, 4, 14, 2)),
    *(Level(8, 4, 10, 1), Level(8, 2, 7, 1), Level(8, 1, 5, 1), Level(8, 1, 1, 1)),
)
USUAL = Recipe()
WEIGHTS = 90_000
"""Up to how many characters of kernels are stored, the smallest first."""


@dataclass
class Store:
    """The values of all calls for some samples, as many as there is room for.

    `order` has, for each call, its channels from the one that varies most.
    """

    look: Look
    calls: list[Shown]
    order: list[list[int]]
    level: Level = LEVELS[0]

    def fit(self, samples: int, room: float) -> None:
        """Choose the first level that needs no more than `room` characters."""
        for level in LEVELS:
            self.level = level
            if self.needed(level.samples or samples) <= room:
                return

    def needed(self, samples: int) -> float:
        numbers = sum(prod(self.shape(i)) for i in range(len(self.calls)))
        return numbers * samples * self.level.bits / 8 * 4 / 3 + 80 * len(self.calls)

    def kept(self, index: int) -> list[int] | None:
        """The channels of a call that are stored, in their order; None for all."""
        call, most = self.calls[index], self.level.channels
        most = max(most, UNITS) if call.kind == VECTOR and most else most
        if not most or call.plane[2] <= most:
            return None
        return sorted(self.order[index][:most]) if self.order[index] else [*range(most)]

    def factor(self, index: int) -> int:
        """By which factor maps are made smaller."""
        longest, most = max(self.calls[index].plane[:2]), self.level.side
        return ceil(longest / most) if most and longest > most else 1

    def shape(self, index: int) -> tuple[int, int, int]:
        rows, columns, channels = self.calls[index].plane
        factor, kept = self.factor(index), self.kept(index)
        if self.calls[index].between and not self.whole:
            return 0, 0, 0
        made = channels if kept is None else len(kept)
        return ceil(rows / factor), ceil(columns / factor), made

    @property
    def whole(self) -> bool:
        """Whether all numbers are stored, so that sums can be computed from them."""
        return self.level.bits > 8

    def of(self, samples: Sequence[int]) -> list[dict[str, Any]]:
        """The stored values of these samples, by call: (samples, rows, columns, channels)."""
        made = [self._of(sample) for sample in samples]
        return [packed(np.stack(arrays), self.level.bits) for arrays in zip(*made)]

    def exact(self, sample: int, index: int) -> dict[str, Any]:
        """All numbers of one call for one sample."""
        (array,) = values_of(self.look, sample, [self.calls[index].value])
        return packed(array.reshape(self.calls[index].plane), 32)

    def _of(self, sample: int) -> list[Array]:
        arrays = values_of(self.look, sample, [call.value for call in self.calls])
        return [self._reduced(i, array) for i, array in enumerate(arrays)]

    def _reduced(self, index: int, array: Array) -> Array:
        if array.dtype.kind not in "biuf":
            return np.zeros(self.shape(index), "float32")
        whole = array.reshape(self.calls[index].plane).astype("float32")
        kept, factor = self.kept(index), self.factor(index)
        whole = whole if kept is None else whole[..., kept]
        if factor > 1:
            whole = _means(whole, factor)
        return whole[: self.shape(index)[0]]


def values_of(look: Look, sample: int, values: Sequence[Value]) -> list[Array]:
    """Some values for one sample."""
    return look.recorded().values(values, look.rows(slice(sample, sample + 1)))


def _means(array: Array, factor: int) -> Array:
    """Maps made smaller: each number is the mean of a square."""
    rows, columns, channels = array.shape
    high, wide = ceil(rows / factor), ceil(columns / factor)
    filled = np.full((high * factor, wide * factor, channels), np.nan, "float32")
    filled[:rows, :columns] = array
    squares = filled.reshape(high, factor, wide, factor, channels)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.nanmean(squares, axis=(1, 3)))


def stored_recipes(calls: Sequence[Shown], room: float = WEIGHTS) -> list[dict[str, Any]]:
    """The recipes as pages read them: kernels as long as there is room, the smallest first."""
    places = {call.value: i for i, call in reversed([*enumerate(calls)])}
    sizes = sorted(
        (c.recipe.kernel.size, i) for i, c in enumerate(calls) if c.recipe.kernel is not None
    )
    kept = set()
    for size, i in sizes:
        room -= size * 16 / 3
        if room >= 0:
            kept.add(i)
    return [_stored(call, i in kept, places) for i, call in enumerate(calls)]


def _stored(call: Shown, whole: bool, places: dict[Value, int]) -> dict[str, Any]:
    recipe = call.recipe
    if not recipe.kind:
        return {"kind": ""}
    constants = (Constant, Variable)
    sources = [v.array.item() if isinstance(v, constants) else None for v in recipe.sources]
    found: dict[str, Any] = {
        "kind": recipe.kind,
        "sources": [places.get(value) for value in recipe.sources],
        "settings": {k: v for k, v in recipe.settings.items() if isinstance(v, (int, float))},
    }
    if any(number is not None for number in sources):
        found["numbers"] = [None if number is None else float(number) for number in sources]
    for name in (
        "op",
        "axis",
        "divisor",
        "activation",
        "group",
        "epsilon",
    ):  # pages know the usual values
        if getattr(recipe, name) != getattr(USUAL, name):
            found[name] = getattr(recipe, name)
    if recipe.window != USUAL.window:
        found["window"] = [*map(list, recipe.window.axes)]
    if recipe.window.transposed:
        found["transposed"] = True
    if recipe.window.deep:
        found["deep"] = list(recipe.window.deep)
    names = ("bias", "scale", "offset", "mean", "variance", "down", "across")
    arrays = {name: getattr(recipe, name) for name in names}
    found |= {name: packed(array, 32) for name, array in arrays.items() if array is not None}
    if recipe.kernel is not None:
        found["size"] = list(recipe.kernel.shape)
        found["kernel"] = packed(recipe.kernel, 32) if whole else None
    return found


def source_arrays(look: Look, call: Shown, sample: int) -> list[Array]:
    """What a recipe reads for a sample, as rows, columns and channels."""
    read = [v for v in call.recipe.sources if not isinstance(v, (Constant, Variable))]
    made = dict(zip(read, values_of(look, sample, read)))
    return [
        made[v].reshape(plane(made[v].shape[1:]))
        if v in made
        else np.full((1, 1, 1), v.array.item())  # type: ignore[attr-defined]
        for v in call.recipe.sources
    ]
