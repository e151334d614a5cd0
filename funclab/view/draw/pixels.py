"""What `Canvas` wrote, as pixels or pages: small PNGs for places that strip SVG, drawn by Pillow in
milliseconds, and .png and .pdf files of any size, drawn by matplotlib."""

from __future__ import annotations

import base64
import io
import re
import warnings
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from funclab.errors import import_for
from funclab.files import replacing

ENDINGS = (".png", ".pdf")
MOST_DOTS = 1_000_000
"""The most pixels of a picture: a larger one has less than a pixel for each unit."""
LARGEST = 300_000
"""The most characters of an SVG of which a PNG is made."""
SHEER, SHADES = ' opacity="', 64
"""What is in the SVG if something is seen through; how many colours its pixels have then."""
CURVE = 5
"""How many straight segments make a curve."""
_PIECE = re.compile(r"([MLCQZlh])([^MLCQZlh]*)")
_NUMBER = re.compile(r"-?[\d.]+")
_SHIFT = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)")
UPWARD = "rotate(-90)"
_CODES = {"M": 1, "L": 2, "h": 2, "l": 2, "C": 4, "Z": 79}
"""The commands of a path as matplotlib's codes."""
_SIDES = {"middle": "center", "end": "right"}


def pictures(svg: str, paper: str) -> dict[str, str]:
    """A picture as notebooks keep it: the PNG is for viewers that strip SVG. Very large pictures,
    which would be illegible in so few pixels, have none."""
    return {"image/svg+xml": svg} | ({"image/png": png(svg, paper)} if len(svg) < LARGEST else {})


def png(svg: str, paper: str) -> str:
    """A picture that `Canvas` drew, as PNG in base64, on a background of the colour `paper`."""
    from PIL import Image, ImageDraw

    root, (width, height) = _parsed(svg)
    dots = min(1, (MOST_DOTS / (width * height)) ** 0.5)
    size = round(width * dots), round(height * dots)
    image = Image.new("RGB" if SHEER in svg else "P", size, paper)
    pencil = Pencil(ImageDraw.Draw(image), dots)
    pencil.image = image
    pencil.draw(root, 0j)
    image = image.quantize(SHADES, Image.Quantize.FASTOCTREE) if SHEER in svg else image
    written = io.BytesIO()
    image.save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def save(svg: str, paper: str, path: Path, dpi: int) -> None:
    """Write a picture that `Canvas` drew: at 72 dots an inch one unit is one pixel."""
    import_for("Saving a picture as pixels or PDF", "matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    root, (width, height) = _parsed(svg)
    figure = Figure(figsize=(width / 72, height / 72), dpi=dpi)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    Page(axes, 1).draw(root, 0j)
    kind = path.suffix.lstrip(".").lower()
    # No dates: the same picture gives the same file.
    quiet = {"CreationDate": None} if kind == "pdf" else {"Software": "funclab"}
    with warnings.catch_warnings():  # a letter without a glyph is drawn as a box
        warnings.filterwarnings("ignore", message="Glyph")
        with replacing(path) as new:
            figure.savefig(new, format=kind, dpi=dpi, facecolor=paper, metadata=quiet)


def _parsed(svg: str) -> tuple[Any, tuple[float, float]]:
    """The elements of a picture, and its width and height."""
    root = ElementTree.fromstring(svg)
    width, height = map(float, root.get("viewBox", "").split()[2:])
    return root, (width, height)


class Pencil:
    """Draws the elements that `Canvas` writes."""

    image: Any = None

    def __init__(self, draw: Any, dots: float) -> None:
        self.on, self.dots = draw, dots

    def draw(self, element: Any, origin: complex) -> None:
        """An element and all in it; positions count from `origin`."""
        shift = _SHIFT.match(element.get("transform", ""))
        origin += complex(*map(float, shift.groups())) if shift else 0
        method = getattr(self, element.tag.rpartition("}")[2], None)
        if method is not None:
            method(element, origin)
        for part in element:
            self.draw(part, origin)

    def rect(self, element: Any, origin: complex) -> None:
        first = self._point(element, "x", "y", origin)
        last = first + self._point(element, "width", "height", 0j)
        radius = float(element.get("rx", 0)) * self.dots
        box = (first.real, first.imag, last.real, last.imag)
        self.on.rounded_rectangle(box, radius, **self._paint(element))

    def circle(self, element: Any, origin: complex) -> None:
        middle, radius = self._point(element, "cx", "cy", origin), float(element.get("r"))
        box = [middle.real, middle.imag, middle.real, middle.imag]
        self.on.ellipse(
            [side + sign * radius * self.dots for side, sign in zip(box, (-1, -1, 1, 1))],
            **self._paint(element),
        )

    def path(self, element: Any, origin: complex) -> None:
        paint, opacity = self._paint(element), float(element.get("opacity", 1))
        outline = [[(p + origin) * self.dots for p in part] for part in outlines(element.get("d"))]
        areas = [part for part in outline if len(part) > 2]
        if paint["fill"] and opacity < 1 and areas:
            self._tint(areas, paint["fill"], opacity)
        for dots in outline:
            if paint["fill"] and len(dots) > 2 and opacity == 1:
                self.on.polygon([(dot.real, dot.imag) for dot in dots], fill=paint["fill"])
            if paint["outline"]:
                dash = [float(length) for length in element.get("stroke-dasharray", "").split()]
                for piece in dashed(dots, max(4.0, sum(dash)) * self.dots) if dash else [dots]:
                    line = [(dot.real, dot.imag) for dot in piece]
                    self.on.line(line, fill=paint["outline"], width=paint["width"], joint="curve")

    def _tint(self, parts: list[list[complex]], colour: str, opacity: float) -> None:
        """Areas that are seen through, with the holes in them, which run the other way round."""
        from PIL import Image, ImageDraw

        dots = [dot for part in parts for dot in part]
        left, top = int(min(dot.real for dot in dots)), int(min(dot.imag for dot in dots))
        right, low = max(dot.real for dot in dots), max(dot.imag for dot in dots)
        mask = Image.new("L", (int(right) - left + 2, int(low) - top + 2))
        draw = ImageDraw.Draw(mask)
        largest = sorted(parts, key=lambda part: -abs(turning(part)))
        for part in largest:
            hole = turning(part) * turning(largest[0]) < 0
            corners = [(dot.real - left, dot.imag - top) for dot in part]
            draw.polygon(corners, fill=0 if hole else round(255 * opacity))
        self.image.paste(colour, (left, top), mask)

    def text(self, element: Any, origin: complex) -> None:
        start = self._point(element, "x", "y", origin)
        side = _SIDES.get(element.get("text-anchor"), "left")[0].replace("c", "m")
        mono = "Mono" * ("mono" in element.get("font-family", "").lower())
        bold = "-Bold" * (element.get("font-weight") == "600")
        size = round(float(element.get("font-size", 11)) * self.dots)
        words = "".join(element.itertext())
        typeface = font(f"DejaVuSans{mono}{bold}", size)
        ink = element.get("fill", "black")
        if UPWARD in element.get("transform", ""):
            self._upward(start, words, ink, typeface)
            return
        self.on.text((start.real, start.imag), words, ink, typeface, anchor=f"{side}s")

    def _upward(self, start: complex, words: str, ink: str, typeface: Any) -> None:
        """A line of text that is read from below."""
        from PIL import Image, ImageDraw

        left, top, right, low = (int(side) for side in typeface.getbbox(words, anchor="ls"))
        grey = "1" if self.image.mode == "P" else "L"  # a palette has no shades of an edge
        mask = Image.new(grey, (max(1, right - left + 1), max(1, low - top + 1)))
        ImageDraw.Draw(mask).text((-left, -top), words, 255, typeface, anchor="ls")
        turned = mask.transpose(Image.Transpose.ROTATE_90)
        corner = (round(start.real) + top, round(start.imag) - right - 1)
        self.on.bitmap(corner, turned, fill=ink)

    def _point(self, element: Any, x: str, y: str, origin: complex) -> complex:
        return (complex(float(element.get(x, 0)), float(element.get(y, 0))) + origin) * self.dots

    def _paint(self, element: Any) -> dict[str, Any]:
        fill, stroke = element.get("fill", "none"), element.get("stroke", "none")
        width = float(element.get("stroke-width", 1)) * self.dots
        return {
            "fill": None if fill == "none" else fill,
            "outline": None if stroke == "none" else stroke,
            "width": max(1, round(width)),
        }


class Page(Pencil):
    """Draws the same elements on the axes of matplotlib."""

    def rect(self, element: Any, origin: complex) -> None:
        from matplotlib.patches import FancyBboxPatch

        corner = self._point(element, "x", "y", origin)
        size = self._point(element, "width", "height", 0j)
        radius = float(element.get("rx", 0))
        style = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
        box = FancyBboxPatch((corner.real, corner.imag), size.real, size.imag, boxstyle=style)
        self._add(box, element)

    def circle(self, element: Any, origin: complex) -> None:
        from matplotlib.patches import Circle

        middle = self._point(element, "cx", "cy", origin)
        self._add(Circle((middle.real, middle.imag), float(element.get("r"))), element)

    def path(self, element: Any, origin: complex) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path as Outline

        points: list[tuple[float, float]] = []
        codes: list[int] = []
        for letter, corners in pieces(element.get("d")):
            moved = [corner + origin for corner in corners]
            points += [(corner.real, corner.imag) for corner in moved] or points[-1:]
            codes += [_CODES[letter]] * max(1, len(corners))
        self._add(PathPatch(Outline(points, codes)), element)  # type: ignore[arg-type]

    def text(self, element: Any, origin: complex) -> None:
        start = self._point(element, "x", "y", origin)
        mono = " Mono" * ("mono" in element.get("font-family", "").lower())
        line = self.on.text(start.real, start.imag, "".join(element.itertext()), zorder=0)
        line.set(
            color=element.get("fill"),
            fontsize=float(element.get("font-size")),
            fontweight="bold" if element.get("font-weight") == "600" else "normal",
            fontfamily=f"DejaVu Sans{mono}",
            horizontalalignment=_SIDES.get(element.get("text-anchor"), "left"),
            parse_math=False,
            rotation=90 if UPWARD in element.get("transform", "") else 0,
            rotation_mode="anchor",
        )

    def _add(self, patch: Any, element: Any) -> None:
        stroke = element.get("stroke", "none")
        width = float(element.get("stroke-width", 1)) if stroke != "none" else 0
        patch.set(facecolor=element.get("fill"), edgecolor=stroke, linewidth=width)
        patch.set(alpha=float(element.get("opacity", 1)), zorder=0, clip_on=False)
        dash = element.get("stroke-dasharray", "")
        if dash and width:
            patch.set_linestyle((0, [float(length) / width for length in dash.split()]))
        self.on.add_artist(patch)


def pieces(data: str) -> Iterator[tuple[str, list[complex]]]:
    """The commands of a path, each with its points, which count from the origin."""
    last = 0j
    for letter, told in _PIECE.findall(data):
        numbers = [*map(float, _NUMBER.findall(told)), *[0.0] * (letter == "h")]
        points = [complex(x, y) for x, y in zip(numbers[::2], numbers[1::2])]
        points = [*accumulate(points, initial=last)][1:] if letter in "hl" else points
        if letter == "Q":  # the same curve, with two control points
            control, end = points
            letter, points = "C", [(last + 2 * control) / 3, (end + 2 * control) / 3, end]
        last = points[-1] if points else last
        yield letter, points


def outlines(data: str) -> list[list[complex]]:
    """The corners of each part of a path; curves become short straight segments."""
    parts: list[list[complex]] = []
    for letter, points in pieces(data):
        if letter == "M":
            parts.append(points)
        elif letter == "Z":
            parts[-1].append(parts[-1][0])
        elif letter == "C":
            for i in range(0, len(points), 3):
                parts[-1] += curve(parts[-1][-1], *points[i : i + 3])
        else:
            parts[-1] += points
    return parts


def turning(corners: list[complex]) -> float:
    """Twice the area within some corners: above 0 if they go clockwise."""
    ends = zip(corners, [*corners[1:], corners[0]])
    return sum((a.conjugate() * b).imag for a, b in ends)


def curve(a: complex, b: complex, c: complex, d: complex) -> list[complex]:
    """Points of a cubic curve, without its first one."""
    return [
        a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3
        for t in (k / CURVE for k in range(1, CURVE + 1))
    ]


def dashed(points: list[complex], period: float) -> list[list[complex]]:
    """The dashes of a line: every other half period."""
    pieces, walked = [], 0.0
    for a, b in zip(points, points[1:]):
        length = abs(b - a)
        start = -(walked % period)
        while length and start < length:
            first, last = max(0.0, start), min(length, start + period / 2)
            if last > first:
                pieces.append([a + (b - a) * (first / length), a + (b - a) * (last / length)])
            start += period
        walked += length
    return pieces


@cache
def font(name: str, size: int) -> Any:
    """One of the typefaces that come with matplotlib."""
    from PIL import ImageFont

    spec = find_spec("matplotlib")
    if spec is None:
        return ImageFont.load_default(size)
    folder = Path(str(spec.origin)).parent / "mpl-data" / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / f"{name}.ttf"), size)
