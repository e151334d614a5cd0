"""Writes SVG elements. Everything that comes from a name passes through `escape` here."""

from __future__ import annotations

from html import escape

from funclab.view import theme
from funclab.view.measure import text_width

KAPPA = 0.5523
"""How far the handles of a cubic curve reach that looks like a quarter of a circle."""


class Canvas:
    """Collects elements. Colours are names of the palette: each element carries both the colour
    itself and a class, so that a style sheet can overrule it and viewers without one need none."""

    def __init__(self, palette: dict[str, str]) -> None:
        self.palette = palette
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def open(self, title: str, kind: str = "", **data: str) -> None:
        """Begin a part that has a name of its own, which readers hear or see when they point."""
        label = escape(title)
        notes = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
        kind_class = f' class="{kind}"' if kind else ""
        self.parts.append(f'<g role="graphics-symbol" aria-label="{label}"{kind_class}{notes}>')
        self.parts.append(f"<title>{label}</title>")

    def shift(self, x: float, y: float) -> None:
        self.parts.append(f'<g transform="translate({number(x)},{number(y)})">')

    def close(self) -> None:
        self.parts.append("</g>")

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        radius: float,
        fill: str = "",
        stroke: str = "",
        line: float = 1,
        dash: str = "",
    ) -> None:
        corner = f' rx="{number(radius)}"' if radius else ""
        place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
        self.parts.append(f"<rect {place}{corner}{self._paint(fill, stroke, line, dash)}/>")

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        place = f'cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
        self.parts.append(f"<circle {place}{self._paint(fill, '', 0, '')}/>")

    def bar(
        self, x: float, y: float, height: float, width: float, radius: float, fill: str
    ) -> None:
        """The coloured left side of a rounded box."""
        right, low, inner = x + width, y + height, x + radius
        bend = radius * (1 - KAPPA)
        first = f"C{x + bend:.1f},{y:.1f} {x:.1f},{y + bend:.1f} {x:.1f},{y + radius:.1f}"
        second = f"C{x:.1f},{low - bend:.1f} {x + bend:.1f},{low:.1f} {inner:.1f},{low:.1f}"
        data = f"M{right:.1f},{y:.1f}L{inner:.1f},{y:.1f}{first}L{x:.1f},{low - radius:.1f}"
        self.path(f"{data}{second}L{right:.1f},{low:.1f}Z", fill=fill)

    def path(
        self, data: str, fill: str = "", stroke: str = "", width: float = 1, dash: str = ""
    ) -> None:
        self.parts.append(f'<path d="{data}"{self._paint(fill, stroke, width, dash)}/>')

    def polygon(self, points: str, fill: str) -> None:
        self.parts.append(f'<polygon points="{points}"{self._paint(fill, "", 0, "")}/>')

    def text_line(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        ink: str,
        bold: bool = False,
        mono: bool = False,
        anchor: str = "",
    ) -> None:
        family = theme.MONO if mono else theme.SANS
        weight = ' font-weight="600"' if bold else ""
        where = f' text-anchor="{anchor}"' if anchor else ""
        self.parts.append(
            f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" '
            f'font-family="{family}"{weight}{where}{self._paint(ink, "", 0, "")}>'
            f"{escape(text, quote=False)}</text>"
        )

    def width_of(self, text: str, size: float) -> float:
        return text_width(text, size, bold=True)

    def _paint(self, fill: str, stroke: str, width: float, dash: str) -> str:
        classes = " ".join(f"{kind}-{name}" for kind, name in (("f", fill), ("s", stroke)) if name)
        paint = f' class="{classes}" fill="{self.palette[fill] if fill else "none"}"'
        if stroke:
            paint += f' stroke="{self.palette[stroke]}" stroke-width="{number(width)}"'
        if dash:
            paint += f' stroke-dasharray="{dash}" stroke-linecap="round"'
        return paint


def number(value: float) -> str:
    """A coordinate, to a tenth, without needless digits."""
    return f"{value:.1f}".removesuffix(".0")
