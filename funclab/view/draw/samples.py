"""One sample of a tensor as a small picture, and in words: pixels as pixels, ids as words, rows of
a table with their columns, a series as bars or as a strip.

What a sample looks like is decided here, for every view: by what its tensor means (see
`funclab.meaning`), and where that is not known, by its shape.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.graph.meaning import COLOURS, Meaning
from funclab.graph.shape_math import Array, show
from funclab.view.draw import theme
from funclab.view.draw.canvas import Canvas, Font, Paint, escape
from funclab.view.draw.geometry import area
from funclab.view.draw.sentences import few, listed, say, signed
from funclab.view.draw.text import clean, shorten, text_width

LOOKS = ("image", "words", "row", "series", "strip", "number")
SMALLEST_IMAGE = 8
"""From this height and width on, a matrix without a meaning and without numbers below zero is an
image."""
LEVELS, MOST_COLOURS = (16, 10, 8, 6, 5, 4), 96
"""How many greys, or steps of each of the three colours, are told apart: the most with which an
image has no more than so many colours."""
BYTES = np.array([65536, 256, 1])
"""What red, green and blue count in the number of a colour."""
BLANK = "·"
"""What is drawn for a word of no letters, such as padding."""
LINE, SIZE, GAP = 17, 11, 5
LONGEST, SPOKEN = 18, 12
"""The most letters of a name in a picture, and of columns in a sentence."""
PLAIN, SOFT = Font(SIZE), Font(SIZE, "soft")
NUMBER = Font(SIZE, mono=True, anchor="end")
ODD = Font(SIZE, "fault", bold=True, anchor="middle")


@dataclass(frozen=True)
class Sample:
    """A sample that is ready to be drawn.

    look: "image", "words" (in order), "row" (a number for each of some columns), "series" (numbers
        in the order of time), "strip" (several numbers for each point in time) or "number".
    numbers: an image (height, width, channels) from 0 to 1; a row or a series (n,); a strip (time,
        features); else empty.
    names: the words; the names of columns, or of points in time; of a number, its class or itself.
    """

    look: str
    numbers: Array
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sample in words, for screen readers and plain text."""
        if self.look == "image":
            return say("sample_image", size=" × ".join(map(str, self.numbers.shape[:2])))
        if self.look == "words":
            return " ".join(word for word in self.names if word) or say("sample_no_words")
        if self.look == "number":
            return self.names[0]
        if self.look == "row" and self.names:
            pairs = zip(self.names, self.numbers.tolist())
            told = [say("sample_column", name=name, value=written(x)) for name, x in pairs]
            return listed(few(told, SPOKEN))
        return self._range()

    def _range(self) -> str:
        """How many numbers there are, and where the least and the greatest of them are."""
        if not np.isfinite(self.numbers).any():
            return say("sample_not_a_number")
        told: dict[str, Any] = {"n": self.numbers.size}
        for name, find in (("least", np.nanargmin), ("greatest", np.nanargmax)):
            i = int(find(np.where(np.isfinite(self.numbers), self.numbers, np.nan)))
            told[name] = written(self.numbers.reshape(-1)[i])
            step = i // max(1, math.prod(self.numbers.shape[1:]))
            known = self.names and self.names[min(step, len(self.names) - 1)]
            told[f"where_{name}"] = say("sample_at", name=known) if known else ""
        return say("sample_series", **told)


def sample_of(
    array: Any, meaning: Meaning | None = None, *, show: str | None = None, names: Any = ()
) -> Sample:
    """A sample as it is drawn.

    array: its numbers or words, without the batch axis.
    meaning: what its tensor means; default None, then the shape decides: (h, w) with both at least
        8 and no number below 0, and (h, w, 1, 3 or 4), are images; whole numbers (n,) are words of
        which only the numbers are known; other (n,) are rows; (n, d) are strips.
    show: one of LOOKS, in place of what would be chosen; default None.
    names: names of columns or of points in time that are known from elsewhere.

    Raises: ArgumentError for an unknown `show`, or one that does not fit the shape.
    """
    array = np.asarray(array)
    kind = meaning.kind if meaning is not None else ""
    names = tuple(clean(str(name)) for name in names)
    if meaning is not None and meaning.size is not None and array.size == math.prod(meaning.size):
        array = array.reshape(meaning.size)
    look = _checked(show, array) if show else _look(array, meaning)
    if look == "words":
        words = Meaning("words") if meaning is None else meaning
        return Sample(look, np.zeros(0), tuple(map(clean, words.words(array.reshape(-1).tolist()))))
    if look == "image":
        return Sample(look, _pixels(array))
    if look == "number":
        number = array.reshape(-1)[0]
        named = meaning.name(number) if meaning is not None and kind == "classes" else ""
        return Sample(look, array, (clean(named) or written(number),))
    length = array.shape[0] if look != "row" else array.size
    names = names or _names(meaning, look, length)
    numbers = array.reshape(array.shape[0], -1) if look == "strip" else array.reshape(-1)
    return Sample(look, numbers.astype("float64"), names)


def _names(meaning: Meaning | None, look: str, length: int) -> tuple[str, ...]:
    """The names of columns or of points in time, if there is one for each."""
    fits = meaning is not None and (meaning.is_time if look != "row" else not meaning.is_time)
    names = meaning.positions(length) if fits and meaning is not None else ()
    known = meaning is not None and (meaning.is_time or isinstance(meaning.labels, tuple))
    return tuple(map(clean, names)) if known and len(names) == length else ()


def _look(array: Array, meaning: Meaning | None) -> str:
    kind = meaning.kind if meaning is not None else ""
    if array.dtype.kind in "OUST" or kind == "words":
        return "words"
    if array.size == 1 and kind != "image":
        return "number"
    if kind == "image" and array.ndim in (2, 3):
        return "image"
    if meaning is not None and meaning.is_time:
        return "series" if array.size == len(array) else "strip"
    if array.ndim == 3 and array.shape[2] in COLOURS:
        return "image"
    if array.ndim == 2:
        large = min(array.shape) >= SMALLEST_IMAGE and not (array < 0).any()
        return "image" if large and not kind else "strip"
    if array.ndim == 1:
        return "words" if array.dtype.kind in "iu" and not kind else "row"
    return "strip"


def _checked(look: str, array: Array) -> str:
    fits = {
        "image": array.ndim == 2 or (array.ndim == 3 and array.shape[2] in COLOURS),
        "words": array.ndim < 2,
        "row": array.ndim == 1,
        "series": array.ndim > 0 and array.size == len(array),
        "strip": array.ndim > 1,
        "number": array.size == 1,
    }
    if look not in LOOKS or not fits[look]:
        possible = [name for name in LOOKS if fits[name]]
        raise ArgumentError(
            f"show={look!r} does not fit a sample of shape {show(array.shape)}.",
            why=f"such a sample can be shown as {', '.join(possible) or 'nothing of these'}; all "
            f"ways are {', '.join(LOOKS)}.",
            fix=f'write show="{(possible or LOOKS)[0]}", or leave `show` out.',
        )
    return look


def _pixels(array: Array) -> Array:
    """An image from 0 to 1, as (height, width, 1 or 3): of 255, of its largest number, or, with
    numbers below zero, between its least and its largest."""
    image = array.astype("float64").reshape(*array.shape[:2], -1)
    image = np.nan_to_num(image[..., :3], nan=0.0, posinf=0.0, neginf=0.0)
    low, high = min(0.0, float(image.min(initial=0))), float(image.max(initial=0))
    if image.shape[2] == 3 and low == 0:  # colours are of a whole, whatever occurs in the image
        high = 255.0 if high > 1 else 1.0
    return (image - low) / ((high - low) or 1.0)


def written(number: Any) -> str:
    """A number in a few characters."""
    whole = isinstance(number, (int, np.integer, np.bool_))
    return f"{int(number)}".replace("-", "−") if whole else signed(float(number))


# The picture.
def size_of(sample: Sample, width: float, height: float) -> tuple[float, float]:
    """The width and height of a sample's picture, within those that are given."""
    if sample.look == "image":
        high, wide = blocks(sample.numbers, width, height).shape[:2]
        unit = _unit(wide, high, width, height)
        return wide * unit, high * unit
    if sample.look == "number":
        return min(width, text_width(_cut(sample.names[0]), SIZE) + 2), LINE
    if sample.look == "words":
        return width, LINE * len(_lines(sample.names, width, height))
    if sample.look == "row" and sample.names:
        return width, LINE * min(len(sample.names), max(1, int(height // LINE)))
    return width, min(height, 3 * LINE if sample.look != "strip" else height)


def draw_sample(
    canvas: Canvas, sample: Sample, corner: complex, width: float, height: float
) -> None:
    """Draw a sample, at most so large; its upper left corner is given."""
    canvas.shift(corner)
    draw = {"image": _image, "words": _words, "number": _number, "strip": _strip}
    named = sample.look == "row" and sample.names
    (_row if named else draw.get(sample.look, _bars))(canvas, sample, width, height)
    canvas.close()


def sample_svg(sample: Sample, width: float = 96, height: float = 96, look: str = "light") -> str:
    """A sample as an SVG of its own, at most so large, with its words for screen readers."""
    canvas = Canvas(theme.palette(look))
    draw_sample(canvas, sample, 0j, width, height)
    wide, high = (math.ceil(side) for side in size_of(sample, width, height))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" '
        f'height="{high}" role="img" aria-label="{escape(sample.text)}">{canvas.text}</svg>'
    )


def _unit(wide: int, high: int, width: float, height: float) -> int:
    return max(1, int(min(width // wide, height // high)))


def blocks(image: Array, width: float, height: float) -> Array:
    """An image with at most a pixel for each unit of room: means of blocks of a larger one."""
    step = max(1, math.ceil(image.shape[0] / height), math.ceil(image.shape[1] / width))
    if step == 1:
        return image
    for axis in (0, 1):
        edges = np.arange(0, image.shape[axis], step)
        counts = np.diff([*edges, image.shape[axis]])
        sums = np.add.reduceat(image, edges, axis)
        image = sums / counts.reshape([-1 if i == axis else 1 for i in range(3)])
    return image


def _image(canvas: Canvas, sample: Sample, width: float, height: float) -> None:
    """Pixels in their own colours, which no theme changes; 0 of an image in greys is paper."""
    image = blocks(sample.numbers, width, height)
    high, wide = image.shape[:2]
    unit = _unit(wide, high, width, height)
    names = _colours(image)
    paths: dict[str, list[str]] = defaultdict(list)
    for y, row in enumerate(names):
        start = 0
        for x in range(1, wide + 1):
            if x == wide or row[x] != row[start]:
                if row[start] != "#ffffff":
                    paths[row[start]].append(
                        f"M{start * unit},{(y + 0.5) * unit:g}h{(x - start) * unit}"
                    )
                start = x
    canvas.parts.append(
        f'<rect x="0" y="0" width="{wide * unit}" height="{high * unit}" fill="#ffffff"/>'
    )
    for colour, data in sorted(paths.items()):
        canvas.parts.append(
            f'<path d="{"".join(data)}" fill="none" stroke="{colour}" stroke-width="{unit}"/>'
        )
    canvas.rect(area(0j, wide * unit, high * unit), Paint("", "rim", 0.8))


def _colours(image: Array) -> list[list[str]]:
    """The colour of each pixel, of few enough different ones."""
    image = image if image.shape[2] == 3 else np.repeat(1 - image, 3, axis=2)
    codes = np.zeros(image.shape[:2], int)
    for levels in LEVELS:
        codes = 255 * np.round(image * (levels - 1)).astype(int) // (levels - 1) @ BYTES
        if len(np.unique(codes)) <= MOST_COLOURS:
            break
    return [[f"#{code:06x}" for code in row] for row in codes.tolist()]


def _cut(name: str) -> str:
    return shorten(name, LONGEST)


def _lines(words: Sequence[str], width: float, height: float) -> list[list[str]]:
    """Words in lines of at most this width; what has no room is counted at the end."""
    words = [_cut(word) or BLANK for word in words]
    lines, right = [list[str]()], 0.0
    for i, word in enumerate(words):
        wide = text_width(word, SIZE) + GAP
        if lines[-1] and right + wide > width:
            if (len(lines) + 1) * LINE > height:
                lines[-1] = _counted(lines[-1], len(words) - i, width)
                return lines
            lines.append([])
            right = 0.0
        lines[-1].append(word)
        right += wide
    return lines


def _counted(line: list[str], left: int, width: float) -> list[str]:
    """The last line: as many words as fit before the number of those that are left out."""
    for kept in range(len(line) - 1, 0, -1):
        told = [*line[:kept], say("more", n=left + len(line) - kept)]
        if sum(text_width(word, SIZE) + GAP for word in told) <= width + GAP:
            return told
    return [say("more", n=left + len(line))]


def _words(canvas: Canvas, sample: Sample, width: float, height: float) -> None:
    for i, line in enumerate(_lines(sample.names, width, height)):
        right = 0.0
        for word in line:
            font = SOFT if word == BLANK else PLAIN
            canvas.text_line(complex(right, LINE * (i + 1) - GAP), word, font)
            right += text_width(word, SIZE) + GAP


def _number(canvas: Canvas, sample: Sample, width: float, height: float) -> None:
    canvas.text_line(complex(0, LINE - GAP), _cut(sample.names[0]), PLAIN)


def _row(canvas: Canvas, sample: Sample, width: float, height: float) -> None:
    """A line for each column: its name, and the number at the right."""
    most = max(1, int(height // LINE))
    names = few(sample.names, most)
    for i, name in enumerate(names):
        base = LINE * (i + 1) - GAP
        last = i == len(names) - 1 and len(names) < len(sample.names)
        value = "" if last else written(sample.numbers[i])
        room = width - text_width(value, SIZE, mono=True) - GAP
        while text_width(name, SIZE) > room and len(name) > 2:
            name = shorten(name, len(name) - 1)
        canvas.text_line(complex(0, base), name, SOFT)
        if value:
            canvas.text_line(complex(width, base), value, NUMBER)


def _bars(canvas: Canvas, sample: Sample, width: float, height: float) -> None:
    """Numbers as bars from left to right, up above zero and down below."""
    numbers = np.where(np.isfinite(sample.numbers), sample.numbers, 0.0)
    _, high = size_of(sample, width, height)
    least, greatest = min(0.0, float(numbers.min())), max(0.0, float(numbers.max()))
    scale, step = high / ((greatest - least) or 1.0), width / numbers.size
    zero = greatest * scale
    paths: dict[str, list[str]] = defaultdict(list)
    for i, number in enumerate(numbers.tolist()):
        top, tall = min(zero, zero - number * scale), abs(number) * scale
        if tall:
            sides = f"{step * 0.8:.1f},0l0,{tall:.1f}l-{step * 0.8:.1f},0Z"
            paths["pos" if number > 0 else "neg"].append(f"M{i * step:.1f},{top:.1f}l{sides}")
    for name, data in sorted(paths.items()):
        canvas.path("".join(data), Paint(name))
    canvas.path(f"M0,{zero:.1f}h{width:g}", Paint("", "line", 1))
    for i in np.flatnonzero(~np.isfinite(sample.numbers)).tolist():
        canvas.text_line(complex((i + 0.4) * step, max(zero, SIZE) - 1), "×", ODD)


def _strip(canvas: Canvas, sample: Sample, width: float, height: float) -> None:
    """Time to the right, a row for each feature: the stronger the colour, the larger the number;
    those below zero are blue and hatched."""
    fields = blocks(sample.numbers.T[..., None], width / 3, height / 3)[..., 0]
    rows, columns = fields.shape
    wide, high = width / columns, min(height / rows, 16)
    top = float(np.abs(fields[np.isfinite(fields)]).max(initial=0)) or 1.0
    signs: list[str] = []
    for (row, column), number in np.ndenumerate(fields):
        share = min(1.0, abs(number) / top) if math.isfinite(number) else 1.0
        level = round(share * 8) / 8
        field = area(complex(column * wide, row * high), wide, high)
        name = "fault" if not math.isfinite(number) else "pos" if number > 0 else "neg"
        if level:
            canvas.rect(field, Paint(name, opacity=level * 0.95))
        if level and number < 0:
            signs.append(f"M{field.x:.1f},{field.bottom:.1f}l{wide:.1f},{-high:.1f}")
    if signs:
        canvas.path("".join(signs), Paint("", "ink", 0.6))
    canvas.rect(area(0j, width, rows * high), Paint("", "rim", 0.8))
