"""Arrays as small pictures: enough numbers to draw each, and statistics of all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.samples import BLANK, Sample
from funclab.view.draw.sentences import named, say, short, signed, told_shape
from funclab.view.draw.text import clean, shorten

SIDE = 24
"""The most numbers along one side of a picture; more become means of blocks."""
BARS = 64
"""The most bars below each other."""
IDS = 30
"""The most ids that are written out."""
PRINTED = 8
"""Up to how many along each side the numbers themselves are written by default."""
TILES = 16
NAMED = 24
"""Up to how many positions along an axis have their names beside them."""
LONGEST = 7
"""The longest text of a number that fits into a field of a printed matrix."""
LONGEST_WORD = 14
"""The most letters of a word or of a name in a picture."""
NOISE = 1e-6
"""A mean that is smaller than the largest number by this factor is zero, up to rounding."""
Statistics = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """A picture of an array before it is drawn.

    `kind` is "number", "bars" (a vector), "ids" (whole numbers in a row, such as those of words),
    "heat" (a matrix), "strip" (a sequence: one row for each time step) or "image" (one tile for
    each channel). `numbers` has the axes tile, row, column; `top` is the size of the strongest
    colour. The statistics are of the whole array. `whole` numbers are integers by nature, such as
    the ids of words. `counted` says for each time step whether the mask lets it count; it is empty
    without a mask. Up to `most_printed` along each side, the numbers themselves are written. `mark`
    is the index of the number that is outlined, that of the example, in the flattened frame.
    `sides` says whether there are numbers below and above zero, here or in frames to compare with.
    Bars are at most `wide` across.
    `rows` and `columns` are the names along these axes (of bars: `rows`), `words` what is written
    in place of numbers that stand for words or for a class; each may be empty. A frame of the kind
    "pixels" is drawn as the image `pixels`.
    """

    name: str
    kind: str
    shape: str
    numbers: Array
    note: str
    statistics: Statistics
    top: float
    whole: bool
    counted: tuple[bool, ...]
    most_printed: int = PRINTED
    wide: int = 84
    mark: int | None = None
    sides: tuple[bool, bool] | None = None
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    pixels: Sample | None = None

    @property
    def zero(self) -> float:
        """How far across the bars the zero line is: in the middle, or at an end if all numbers are
        on one side of it."""
        below, above = self.sides or _sides(self.numbers)
        return 0.0 if not below else 0.5 if above else 1.0

    @property
    def printed(self) -> bool:
        """Whether the numbers themselves are written."""
        tiles, rows, columns = self.numbers.shape
        most = min(self.most_printed, PRINTED // 2 if self.kind == "image" else PRINTED)
        return tiles == 1 and max(rows, columns) <= most and self.pixels is None

    def counts(self, i: int) -> bool:
        """Whether the mask lets the number at this index of the flattened frame count."""
        step = i // self.numbers.shape[2] if self.kind == "strip" else i
        return self.kind == "image" or not self.counted or self.counted[step]

    @cached_property
    def texts(self) -> list[str]:
        """The numbers in a few characters each, or the words for which they stand."""
        if self.words:
            return [shorten(word, LONGEST_WORD) or BLANK for word in self.words]
        return [self.text(number) for number in self.numbers.reshape(-1).tolist()]

    @cached_property
    def decimals(self) -> int | None:
        """How many decimals all numbers of a column have, so that they can be compared: as many as
        they need, at most four digits of the largest; None for one number, and if that is too small
        or too large."""
        if self.kind == "number" or not self.printed:
            return None
        numbers = self.numbers[np.isfinite(self.numbers)]
        most = np.abs(numbers).max(initial=0.0)
        if not 0.01 <= most < 9999.5:
            return None
        enough = min(4, 3 - math.floor(math.log10(most)))
        exact = (n for n in range(1, enough) if np.allclose(numbers, numbers.round(n), 0, NOISE))
        return next(exact, enough)

    def text(self, number: float) -> str:
        """One of the numbers in a few characters, with a real minus sign."""
        if self.whole and float(number).is_integer():
            return f"{int(number)}".replace("-", "−")
        if self.decimals is not None and math.isfinite(number):
            return f"{number:.{self.decimals}f}".replace("-", "−")
        texts = [signed(number, digits) for digits in (3, 2, 1)]
        return next((text for text in texts if len(text) <= LONGEST), texts[1])

    @property
    def not_finite(self) -> int:
        """How many numbers of the whole array are NaN or infinite."""
        return self.statistics["nan"] + self.statistics["infinite"]

    @property
    def odd(self) -> bool:
        """Whether some numbers that are shown are not finite, or do not count."""
        return not all(self.counted) or not np.isfinite(self.numbers).all()

    @property
    def brief(self) -> str:
        """The number itself, or the mean, spread and fraction of zeros."""
        statistics = self.statistics
        if self.not_finite:
            return say("frame_odd", n=self.not_finite, size=statistics["size"])
        if self.pixels is not None:
            return self.pixels.text
        if self.words:
            told = " ".join(word for word in self.words if word)
            return named(told) if told else say("sample_no_words")
        if statistics["size"] == 1:
            return self.texts[0]
        mean, spread = signed(statistics["mean"]), short(statistics["spread"])
        text = say("frame_brief", mean=mean, spread=spread, zeros=percent(statistics["zeros"]))
        return f"{text}; {self.largest}" if self.largest else text

    @property
    def largest(self) -> str:
        """Where the largest number that is shown is, by the names of its row and column."""
        if not (self.rows or self.columns) or not np.isfinite(self.numbers).all():
            return ""
        place = np.unravel_index(int(self.numbers.argmax()), self.numbers.shape)[1:]
        if self.kind == "bars":
            place = place[::-1]
        pairs = [(axis[i], int(i)) for axis, i in zip((self.rows, self.columns), place) if axis]
        names = [name or say("frame_position", n=i + 1) for name, i in pairs]
        value = self.text(float(self.numbers.max()))
        return say("frame_largest", where=", ".join(map(named, names)), value=value)

    @property
    def spoken(self) -> str:
        """The frame in words for screen readers."""
        return f"{named(self.name)} {self.shape}: {self.brief}"

    @property
    def cells(self) -> list[str]:
        """Its row in the table of statistics, after name and shape."""
        statistics = self.statistics
        names = ("mean", "spread", "least", "greatest")
        cells = ["–" if statistics[name] is None else signed(statistics[name]) for name in names]
        cells.insert(2, percent(statistics["zeros"]))
        return [*cells, say("frame_odd_cell", **statistics) if self.not_finite else "0"]


def percent(fraction: float) -> str:
    return f"{100 * fraction:z.0f} %"  # a rest of 0 may be a little below it


def frame_of(
    name: str, array: Array, *, batched: bool = False, counted: Sequence[bool] = ()
) -> Frame:
    """The picture that suits an array; for a batch, that of its first sample."""
    array = np.asarray(array)
    notes: list[str] = []
    if array.dtype == object:  # text has no colours
        array = np.array([len(text) for text in array.reshape(-1)], "int64").reshape(array.shape)
        notes.append(say("frame_text_lengths"))
    part = _part(array, batched, notes)
    kind = _kind(part, batched)
    numbers = _reduced(_tiles(part, notes), notes)
    steps = numbers.shape[1 if kind == "strip" else 2]
    fractions = _shrunk(np.asarray(counted, float), 0, steps) if len(counted) else ()
    return Frame(
        name=named(name),
        kind=kind,
        shape=told_shape(array.shape, batched),
        numbers=numbers,
        note="; ".join(notes),
        statistics=statistics_of(array),
        top=_top(numbers),
        whole=array.dtype.kind in "iub",
        counted=tuple(bool(fraction) for fraction in fractions),
    )


def with_names(frame: Frame, names: Sequence[Sequence[str]]) -> Frame:
    """A frame with names along the axes of what it shows, for those that have room for them."""
    _, rows, columns = frame.numbers.shape
    if frame.kind == "bars" and len(names) == 1:
        return replace(frame, rows=_if_all(names[0], columns))
    if frame.kind in ("strip", "heat") and len(names) == 2:
        return replace(frame, rows=_if_all(names[0], rows), columns=_if_all(names[1], columns))
    return frame


def _if_all(names: Sequence[str], count: int) -> tuple[str, ...]:
    """The names, if there is one for each position, and room for them."""
    return tuple(map(clean, names)) if len(names) == count <= NAMED else ()


def shown_positions(shape: Sequence[int], batched: bool = False) -> Array:
    """Which numbers of an array, by their index when flattened, its picture is made from."""
    positions = np.arange(math.prod(shape)).reshape(shape)
    return _tiles(_part(positions, batched, []), []).reshape(-1)


def marked(frame: Frame, shape: Sequence[int], position: int, batched: bool = False) -> Frame:
    """A frame in which the field or bar that shows one position of its array is outlined; a single
    number needs no mark."""
    if frame.kind in ("number", "ids"):
        return frame
    spot = np.zeros(shape)
    spot.reshape(-1)[position] = 1
    numbers = _reduced(_tiles(_part(spot, batched, []), []), [])
    return replace(frame, mark=int(numbers.argmax()) if numbers.any() else None)


def alike(frames: Sequence[Frame]) -> list[Frame]:
    """The frames with a common scale of colours and bars, so that they can be compared."""
    top = _top(*(frame.numbers for frame in frames))
    below, above = zip(*(_sides(frame.numbers) for frame in frames))
    return [replace(frame, top=top, sides=(any(below), any(above))) for frame in frames]


def statistics_of(array: Array) -> Statistics:
    """Mean, spread (standard deviation), fraction of zeros, least and greatest of the finite
    numbers, and how many are not finite."""
    numbers = np.asarray(array, "float64").reshape(-1)
    finite = numbers[np.isfinite(numbers)]
    known: dict[str, Any] = dict.fromkeys(("mean", "spread", "least", "greatest"))
    if finite.size:
        mean, noise = finite.mean(), NOISE * np.abs(finite).max()
        values = (mean * (abs(mean) > noise), finite.std(), finite.min(), finite.max())
        known = {name: rounded(value) for name, value in zip(known, values)}
    return {
        "size": int(numbers.size),
        **known,
        "zeros": rounded((finite == 0).sum() / max(1, numbers.size)),
        "nan": int(np.isnan(numbers).sum()),
        "infinite": int(np.isinf(numbers).sum()),
    }


def rounded(number: float) -> float:
    """A number rounded to four digits."""
    return float(f"{number:.4g}") + 0.0


def _sides(numbers: Array) -> tuple[bool, bool]:
    """Whether there are finite numbers below and above zero."""
    finite = numbers[np.isfinite(numbers)]
    return bool((finite < 0).any()), bool((finite > 0).any())


def _part(array: Array, batched: bool, notes: list[str]) -> Array:
    """The part of an array that is drawn, with at most three axes."""
    part = array
    if batched and part.ndim:
        part = _first(part, "frame_first_sample", notes)
    if part.ndim == 4 and not batched:  # the kernel of a convolution: height, width, in, out
        part = _first(np.moveaxis(part, 2, 0), "frame_first_channel", notes)
    while part.ndim > 3:
        part = _first(part, "frame_first_of", notes)
    return part


def _first(array: Array, key: str, notes: list[str]) -> Array:
    if len(array) > 1:
        notes.append(say(key, n=len(array)))
    return array[0]


def _kind(part: Array, batched: bool) -> str:
    if part.size == 1:
        return "number"
    if part.ndim == 1 and part.dtype.kind in "iu" and part.size <= IDS:
        return "ids"
    return ("number", "bars", "strip" if batched else "heat", "image")[part.ndim]


def _tiles(part: Array, notes: list[str]) -> Array:
    """The array with the axes tile, row and column."""
    if part.ndim < 3:
        rows = part if part.ndim == 2 else part.reshape(1, -1)
        return rows[None]
    channels = part.shape[2]
    if channels > TILES:
        notes.append(say("frame_first_channels", k=TILES, n=channels))
    return np.moveaxis(part[:, :, :TILES], 2, 0)


def _reduced(tiles: Array, notes: list[str]) -> Array:
    """At most SIDE x SIDE numbers in all, as means of blocks."""
    count, rows, columns = tiles.shape
    side = max(1, math.isqrt(SIDE * SIDE // max(1, count)))
    if count * rows == 1:  # bars, for equally many numbers each
        side = max(1, math.ceil(columns / math.ceil(columns / BARS)))
    numbers = tiles.astype("float64")
    if rows <= side and columns <= side:
        return numbers
    notes.append(say("frame_block_means", size=f"{rows} × {columns}" if rows > 1 else columns))
    numbers = _shrunk(numbers, 1, min(rows, side))
    return _shrunk(numbers, 2, min(columns, side))


def _shrunk(numbers: Array, axis: int, length: int) -> Array:
    """The means of stretches of nearly equal length along an axis."""
    if numbers.shape[axis] <= length:
        return numbers
    edges = np.linspace(0, numbers.shape[axis], length + 1).astype(int)
    with np.errstate(all="ignore"):
        sums = np.add.reduceat(numbers, edges[:-1], axis)
    sizes = np.diff(edges).reshape([-1 if i == axis else 1 for i in range(numbers.ndim)])
    return sums / sizes


def _top(*arrays: Array) -> float:
    """The largest finite number, without its sign; 1 if there are only zeros."""
    sizes = [np.abs(array[np.isfinite(array)]).max(initial=0.0) for array in arrays]
    return float(max(sizes)) or 1.0
