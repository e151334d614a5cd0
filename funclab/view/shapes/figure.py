"""The picture of a step: what is read and what is made as blocks to one scale, and where the window
of a convolution or a pooling fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from funclab.graph.shape_math import Shape, show
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area, closed, polyline
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import narrowed, text_width
from funclab.view.shapes.step import Step
from funclab.view.shapes.window import Slide

WIDTH, HEIGHT = 768, 204
LOW_WIDTH, LOW_HEIGHT, LOW_LARGEST = 636, 144, 92
"""The size of a picture, and that of one on a projector, where the longest side is shorter."""
RULER_WIDTH, RULER_HIGH = 264, 144
"""How wide the ruler is, at the right of the picture, and how high with the words around it."""
EDGE = 6
"""How far the frames of its windows reach beyond it."""
LARGEST, LEAST, UNKNOWN = 132, 3, 40
"""How long, in the picture, the longest side is at most; the shortest one; and one that is not
known."""
DEEP = 0.7 - 0.4j
"""Where depth runs, in the picture."""
MOST, GAP, CUT = 3, 20, 1.6
"""How many tensors are drawn on a side; and a vector more than so many times longer than the
longest side is cut."""
SCALES = (1, 0.9, 0.8, 0.7, 0.6, 0.45, 0.3, 0.15)
"""Parts of the largest scale, of which the first is taken at which everything fits."""
LABEL = 116
"""How wide the words above an arrow may be."""
NUMBER, WORD, SMALL = Font(13, bold=True, mono=True), Font(12, bold=True), Font(12, "soft")
LEFT, BELOW = replace(NUMBER, anchor="end"), replace(NUMBER, anchor="middle")
FINE_CELL, FINE_DOT = 4.0, 5.0
"""Cells, and places, that are narrower than this are drawn as one bar, or line."""


@dataclass(repr=False)
class Figure(Picture):
    """The tensors of a step as blocks; beside them the ruler, if a window moves over the input."""

    step: Step
    low: bool = False
    """Whether there is little room, as on a projector."""

    @property
    def title(self) -> str:
        read, made = self.step.shapes
        return f"{said(read)} → {said(made)}" if read else said(made)

    @property
    def description(self) -> str:
        return self.step.words

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        slide, largest = self.step.slide, LOW_LARGEST if self.low else LARGEST
        width, height = (LOW_WIDTH, LOW_HEIGHT) if self.low else (WIDTH, HEIGHT)
        start = width - RULER_WIDTH - EDGE
        Blocks(self.step, largest).draw(canvas, start - 24 if slide else width, height)
        if slide:
            canvas.shift(complex(start, (height - RULER_HIGH) / 2))
            _ruler(canvas, self.step, slide)
            canvas.close()
        return width, height


def said(shapes: Sequence[Shape]) -> str:
    """Some shapes in words that can be read aloud."""
    shown = list(map(show, shapes[:MOST]))
    return ", ".join([*shown, f"+ {len(shapes) - MOST}"] if len(shapes) > MOST else shown)


def _lengths(shape: Shape, first: bool = False) -> tuple[int | None, ...]:
    """Without the batch: the front's height and width, then the depth. A vector is a column."""
    axes = shape[1:] if first is False else (*shape[2:], *shape[1:2])
    return tuple(axes[-3:]) or (1,)


class Blocks:
    """The inputs and outputs of a step, all drawn to one scale."""

    def __init__(self, step: Step, largest: float = LARGEST, arrow: float = 116) -> None:
        self.step, self.largest, self.arrow = step, largest, arrow
        slide = step.slide
        first = bool(slide and slide.axis == slide.ranks + 1)  # channels before the image
        self.more = [max(0, len(side) - MOST) for side in step.shapes]
        self.sides = [[_lengths(shape, first) for shape in side[:MOST]] for side in step.shapes]

    def draw(self, canvas: Canvas, width: float, height: float) -> None:
        """In the middle of a room, as large as fits."""
        for scale in self._scales():
            self.scale = scale
            if self._width() <= width:
                break
        x = (width - self._width()) / 2
        for i, side in enumerate(self.sides):
            x = self._arrow(canvas, complex(x, height / 2)) if i and self.sides[0] else x
            for j, lengths in enumerate(side):
                x += GAP if j else 0
                self._solid(canvas, complex(x, height / 2), lengths, ("input", "neutral")[i])
                x += self._wide(lengths)
            if self.more[i]:
                canvas.text_line(complex(x + 8, height / 2 + 4), f"+ {self.more[i]}", SMALL)
                x += 40

    def _scales(self) -> list[float]:
        """From the largest scale on: a long vector beside a block does not set it."""
        solids = [[n or 0 for n in lengths] for side in self.sides for lengths in side]
        flat = [lengths for lengths in solids if len(lengths) > 1] or solids
        self.longest = max([n for lengths in flat for n in lengths], default=1)
        more = (-DEEP.imag, DEEP.real)  # how much higher and wider depth makes a block
        sizes = [1.0]
        for lengths in flat:
            depth = sum(lengths[2:])
            sizes += [n + part * depth for n, part in zip(lengths, more)]
        unit = self.largest / max(sizes)
        return [part * unit for part in SCALES]

    def _drawn(self, length: int | None) -> float:
        return UNKNOWN if length is None else max(LEAST, length * self.scale)

    def _sizes(self, lengths: Sequence[int | None]) -> tuple[float, float, complex]:
        """Height, width, and the vector of the depth."""
        if len(lengths) == 1:
            longest = self.longest * self.scale * CUT
            return min(self._drawn(lengths[0]), longest), 14, 0j
        depth = self._drawn(lengths[2]) * DEEP if len(lengths) > 2 else 0j
        return self._drawn(lengths[0]), self._drawn(lengths[1]), depth

    def _wide(self, lengths: Sequence[int | None]) -> float:
        """The width of a tensor with the lengths beside it."""
        high, width, depth = self._sizes(lengths)
        beside = 0.0
        if depth:
            at = _depth_at(lengths, high, width, depth)
            beside = at.real - width + _label_width(lengths[2])
        return 8 + _label_width(lengths[0]) + width + max(depth.real, beside)

    def _width(self) -> float:
        wide = [sum(map(self._wide, side)) + GAP * max(0, len(side) - 1) for side in self.sides]
        return sum(wide) + self.arrow * bool(self.sides[0]) + 40 * sum(map(bool, self.more))

    def _solid(
        self, canvas: Canvas, middle: complex, lengths: Sequence[int | None], role: str
    ) -> None:
        high, wide, depth = self._sizes(lengths)
        left = 8 + _label_width(lengths[0])
        corner = middle + complex(left, -(high + depth.imag) / 2)
        dash = "4 3" if None in lengths else ""
        block(canvas, corner, (high, wide, depth), role, dash)
        cut = len(lengths) == 1 and lengths[0] is not None and high < lengths[0] * self.scale - 1
        if cut:
            _cut(canvas, corner + complex(0, high / 2), wide)
        at = corner + complex(-8, high / 2 + 4.5)
        canvas.text_line(at, str(lengths[0]), LEFT)
        if len(lengths) > 1:
            canvas.text_line(corner + complex(wide / 2, high + 17), str(lengths[1]), BELOW)
        if len(lengths) > 2:
            end = corner + _depth_at(lengths, high, wide, depth)
            canvas.text_line(end, str(lengths[2]), NUMBER)
        self._window(canvas, corner, depth, role)

    def _window(self, canvas: Canvas, corner: complex, depth: complex, role: str) -> None:
        """The window at its first place in what is read, and that place in what is made."""
        slide = self.step.slide
        if slide and slide.ranks == 2:
            reads = role == "input"
            side = max(4.0, (slide.span if reads else 1) * self.scale)
            start = -slide.before * self.scale * (1 + 1j) * reads
            block(canvas, corner + start, (side, side, depth), "focus", strong=True)

    def _arrow(self, canvas: Canvas, start: complex) -> float:
        """From what is read to what is made, with what is called above and below it."""
        line, end = start + 12, start + self.arrow - 8
        canvas.path(polyline([line, end - 6]), Paint(stroke="line", width=1.5))
        canvas.arrow(end, 8, "line")
        if self.largest < LOW_LARGEST:  # beside its name
            return start.real + self.arrow
        head, *rest = self.step.detail.split(" · ") if self.step.detail else [""]
        if self.step.slide and rest:
            rest = [rest[0].replace("×", " × ")]
        for text, y, font in ((head, -10, WORD), (" · ".join(rest[:1]), 20, SMALL)):
            at, label = (line + end) / 2 + 1j * y, narrowed(text, LABEL, 12, font.bold)
            canvas.text_line(at, label, Font(12, font.ink, font.bold, anchor="middle"))
        return start.real + self.arrow


def _depth_at(lengths: Sequence[int | None], high: float, wide: float, depth: complex) -> complex:
    """Where a block's depth is written, from the corner of its front: at its lower edge, or to the
    right of a block that is narrower than the number below it."""
    if _label_width(lengths[1]) - wide > depth.real:
        return complex(wide + depth.real + 4, high / 2 + 4.5)
    return complex(wide + depth.real / 2 + 4, high + depth.imag / 2 + 12)


def _label_width(length: int | None) -> float:
    return text_width(str(length), 13, bold=True, mono=True) + 4


def block(
    canvas: Canvas,
    corner: complex,
    sizes: tuple[float, float, complex],
    role: str,
    dash: str = "",
    strong: bool = False,
) -> None:
    """A block whose front has a height and a width, and whose depth runs to the upper right."""
    high, wide, depth = sizes
    right, below = corner + wide, corner + wide + high * 1j
    top = [corner, corner + depth, right + depth, right], 0.26
    side = [right, right + depth, below + depth, below], 0.38
    front = [corner, right, below, corner + high * 1j], 0.16
    for points, opacity in (top, side, front) if depth else (front,):
        opacity = min(0.6, 2 * opacity) if strong else opacity
        canvas.path(closed(points), Paint(role, opacity=opacity))
        canvas.path(closed(points), Paint(stroke=role, width=1.25, dash=dash))


def _cut(canvas: Canvas, at: complex, wide: float) -> None:
    """A vector that is longer than it is drawn."""
    start, end = at + complex(-3, 4), at + complex(wide + 3, -2)
    canvas.path(closed([start, end, end + 6j, start + 6j]), Paint("paper"))
    for down in (0, 6j):
        canvas.path(polyline([start + down, end + down]), Paint(stroke="neutral", width=1.25))


def _ruler(canvas: Canvas, step: Step, slide: Slide) -> None:
    """One line of positions, the window at its first and its last place, and a dot for each."""
    made, y = slide.places, 46
    key = "shapes_ruler_same" if made == slide.length else "shapes_ruler"
    canvas.text_line(14j, say(key, given=slide.length, made=made), Font(13, bold=True))
    over = ("shapes_sequence", "shapes_image", "shapes_volume")[slide.ranks - 1]
    canvas.text_line(30j, say("shapes_row", line=say(over)), Font(12, "label"))
    total = slide.before + slide.length + slide.after
    cell = RULER_WIDTH / total
    ends = (0, made - 1)
    covered = {slide.start(end) + slide.spread * i for end in ends for i in range(slide.size)}
    _cells(canvas, slide, 1j * y, cell, covered)
    for end in sorted(set(ends)):
        x = (slide.before + slide.start(end)) * cell
        width = max(6.0, slide.span * cell)
        frame = area(complex(x - 2, y - 5), width + 4, 28)
        canvas.rect(frame, Paint(stroke="focus", width=2.5), 5)
    dots = [(slide.before + slide.start(i) + slide.span / 2) * cell for i in range(made)]
    _dots(canvas, dots, y + 34)
    _formula(canvas, step, slide, y + 75)


def _cells(canvas: Canvas, slide: Slide, start: complex, cell: float, covered: set[int]) -> None:
    """The positions: zeros are outlined, and those in a window are darker."""
    if cell < FINE_CELL:
        canvas.rect(area(start, RULER_WIDTH, 18), Paint("input", opacity=0.28))
        for end, width in ((0, slide.before), (slide.before + slide.length, slide.after)):
            if width:
                zeros = area(start + end * cell, width * cell, 18)
                canvas.rect(zeros, Paint("paper", "line", 1))
        return
    for i in range(slide.before + slide.length + slide.after):
        at = i - slide.before
        place = area(start + i * cell + 0.75, cell - 1.5, 18)
        if 0 <= at < slide.length:
            canvas.rect(place, Paint("input", opacity=0.62 if at in covered else 0.28), 1.5)
        else:
            canvas.rect(place, Paint("paper", "line", 1, "2 2"), 1.5)


def _dots(canvas: Canvas, dots: Sequence[float], y: float) -> None:
    """A dot for each place of the window; the first and the last are named."""
    first, last = dots[0], dots[-1]
    for x in {first, last}:
        tick = polyline([complex(x, y - 12), complex(x, y - 5)])
        canvas.path(tick, Paint(stroke="focus"))
    if len(dots) > 1 and dots[1] - dots[0] < FINE_DOT:
        row = polyline([complex(first, y), complex(last, y)])
        canvas.path(row, Paint(stroke="neutral", width=5))
    else:
        for x in dots:
            canvas.circle(complex(x, y), 2.8, Paint("neutral"))
    names = [(first, say("shapes_place", n=1))]
    if last - first > 60:
        names.append((last, say("shapes_place", n=len(dots))))
    for x, name in names:
        place = min(max(x, 18), RULER_WIDTH - 26)
        canvas.text_line(complex(place, y + 17), name, Font(12, "label", anchor="middle"))


def _formula(canvas: Canvas, step: Step, slide: Slide, y: float) -> None:
    """The arithmetic, and what its parts are."""
    text = step.outputs[0].axes[slide.axis].text
    size = 13 if text_width(text, 13, mono=True) <= RULER_WIDTH else 12
    if text_width(text, size, mono=True) <= RULER_WIDTH + 6:
        canvas.text_line(1j * y, text, Font(size, bold=True, mono=True))
        y += 17
    key = "shapes_why_zeros" if slide.before or slide.after else "shapes_why_fits"
    canvas.text_line(1j * y, say(key, n=slide.stride), Font(12, "label"))
