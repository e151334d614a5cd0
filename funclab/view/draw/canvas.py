"""Writes SVG elements. Everything that comes from a name passes through `escape` here."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from funclab.view.draw import theme
from funclab.view.draw.geometry import Area, area, closed
from funclab.view.draw.text import clean, folded_lines, steady


@dataclass(frozen=True)
class Paint:
    """How a shape is painted: names of colours, the width of the line, its dashes, and its
    opacity."""

    fill: str = ""
    stroke: str = ""
    width: float = 1
    dash: str = ""
    opacity: float = 1


@dataclass(frozen=True)
class Font:
    """How a line of text is set. `anchor` is "middle" or "end"; lines start at x without it."""

    size: float
    ink: str = "ink"
    bold: bool = False
    mono: bool = False
    anchor: str = ""


class Canvas:
    """Collects elements. Colours are names of the palette: each element carries both the colour
    itself and a class, so that a style sheet can override it, but none is needed.
    Points are complex numbers: x + 1j * y."""

    def __init__(self, palette: dict[str, str]) -> None:
        self.palette = palette
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def open(self, title: str, kind: str = "", **data: str) -> None:
        """Begin a part with a title of its own, for screen readers and as a tooltip."""
        label = escape(title)
        notes = "".join(_data(name, value) for name, value in data.items() if value)
        kind_class = f' class="{kind}"' if kind else ""
        # A part that holds others is an object: screen readers do not look inside a symbol.
        role = "graphics-object" if "frame" in kind else "graphics-symbol"
        self.parts.append(f'<g role="{role}" aria-label="{label}"{kind_class}{notes}>')
        self.parts.append(f"<title>{label}</title>")

    def shift(self, origin: complex, **data: str) -> None:
        """Begin a part with an origin of its own, and perhaps data for scripts."""
        place = f"{number(origin.real)},{number(origin.imag)}"
        notes = "".join(_data(name, value) for name, value in data.items())
        self.parts.append(f'<g transform="translate({place})"{notes}>')

    def close(self) -> None:
        self.parts.append("</g>")

    def rect(self, area: Area, paint: Paint, radius: float = 0) -> None:
        corner = f' rx="{number(radius)}"' if radius else ""
        size = f'width="{number(area.width)}" height="{number(area.height)}"'
        place = place_of(area.corner)
        self.parts.append(f"<rect {place} {size}{corner}{self._paint(paint)}/>")

    def circle(self, middle: complex, radius: float, paint: Paint) -> None:
        place = f'cx="{number(middle.real)}" cy="{number(middle.imag)}" r="{number(radius)}"'
        self.parts.append(f"<circle {place}{self._paint(paint)}/>")

    def path(self, data: str, paint: Paint) -> None:
        """Data of M, L, C and Z with absolute points, and of h and l with steps."""
        self.parts.append(f'<path d="{data}"{self._paint(paint)}/>')

    def bar(self, box: Area, fill: str, inset: float = 7, width: float = 4) -> None:
        """The coloured bar inside a box, along its left side."""
        corner = box.corner + inset * (1 + 1j)
        self.rect(area(corner, width, box.height - 2 * inset), Paint(fill), width / 2)

    def arrow(self, tip: complex, ahead: complex, fill: str) -> None:
        """The head of an arrow, as long as `ahead` and as wide."""
        back, side = tip - ahead, ahead * 0.5j
        self.path(closed([tip, back + side, back - side]), Paint(fill))

    def text_line(self, start: complex, text: str, font: Font) -> None:
        """A line of text whose baseline begins, ends or is centred at `start`."""
        weight = ' font-weight="600"' if font.bold else ""
        anchor = f' text-anchor="{font.anchor}"' if font.anchor else ""
        family = theme.MONO if font.mono else theme.SANS
        style = f'font-size="{number(font.size)}" font-family="{family}"{weight}{anchor}'
        ink = self._paint(Paint(font.ink))
        words = shown(text)
        self.parts.append(f"<text {place_of(start)} {style}{ink}>{words}</text>")

    def upward_line(self, start: complex, text: str, font: Font) -> None:
        """A line of text that is read from below, beginning at `start`."""
        self.text_line(0j, text, font)
        turned = f'transform="translate({tenths(start)}) rotate(-90)" '
        self.parts[-1] = self.parts[-1].replace("<text ", f"<text {turned}", 1)

    def prose(
        self, start: complex, texts: Sequence[str], width: float, font: Font, leading: float = 17
    ) -> float:
        """Sentences wrapped to lines of at most this width, each on a new line; returns where the
        next line would be."""
        room = width / 1.13 if font.bold else width
        for line in (line for text in texts for line in folded_lines(text, room, font.size)):
            self.text_line(start, line, font)
            start += leading * 1j
        return start.imag

    def _paint(self, paint: Paint) -> str:
        names = (("f", paint.fill), ("s", paint.stroke))
        classes = " ".join(f"{kind}-{name}" for kind, name in names if name)
        fill = self.palette[paint.fill] if paint.fill else "none"
        words = f' class="{classes}" fill="{fill}"'
        if paint.stroke:
            words += f' stroke="{self.palette[paint.stroke]}"'
            words += f' stroke-width="{number(paint.width)}"'
        if paint.opacity < 1:
            words += f' opacity="{paint.opacity:.2f}"'
        if paint.dash:
            words += f' stroke-dasharray="{paint.dash}" stroke-linecap="round"'
        return words


def _data(name: str, value: str) -> str:
    return f' data-{name}="{escape(value)}"'


def escape(text: str) -> str:
    """Text that is safe anywhere in a document: it is never read as markup."""
    return html.escape(clean(text))


def shown(text: str) -> str:
    """The same for display: right-to-left words do not reorder the text around them."""
    return html.escape(steady(text))


def place_of(point: complex) -> str:
    return f'x="{number(point.real)}" y="{number(point.imag)}"'


def tenths(point: complex) -> str:
    """A point or a step in a path, to a tenth."""
    return f"{number(point.real)},{number(point.imag)}"


def number(value: float) -> str:
    """A coordinate, to a tenth, without needless digits.

    >>> number(3.04), number(-0.01)
    ('3', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
