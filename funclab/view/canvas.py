"""Writes SVG elements. Everything that comes from a name passes through `escape` here."""

from __future__ import annotations

from html import escape

from funclab.view import theme
from funclab.view.measure import text_width


class Canvas:
    """Collects elements. Colours are names of the palette: each element carries both the colour
    itself and a class, so that a style sheet can overrule it and viewers without one need none."""

    def __init__(self, palette: dict[str, str]) -> None:
        self.palette = palette
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def open(self, title: str, role: str) -> None:
        label = escape(title)
        self.parts.append(f'<g role="{role}" aria-label="{label}"><title>{label}</title>')

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
        curve, straight = number(radius), number(height - 2 * radius)
        rest = number(width - radius)
        data = (
            f"M{number(x + width)},{number(y)}h-{rest}a{curve},{curve} 0 0 0 -{curve},{curve}"
            f"v{straight}a{curve},{curve} 0 0 0 {curve},{curve}h{rest}z"
        )
        self.path(data, fill=fill)

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
