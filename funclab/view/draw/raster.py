"""Pictures as pixels or pages: what a Canvas draws, drawn by matplotlib instead."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from funclab.files import replacing
from funclab.view.draw.area import Area
from funclab.view.draw.canvas import Canvas, Font, Paint

ENDINGS = (".png", ".pdf")
_PIECE = re.compile(r"([MLCZhl])([^MLCZhl]*)")
_PAIR = re.compile(r"(-?[\d.]+)(?:,(-?[\d.]+))?")
_CODES = {"M": 1, "L": 2, "h": 2, "l": 2, "C": 4, "Z": 79}
"""The letters of a path as matplotlib numbers them."""


class Page(Canvas):
    """A canvas of pixels. Positions count from the upper left corner, as in SVG."""

    def __init__(self, palette: dict[str, str]) -> None:
        super().__init__(palette)
        self.artists: list[Any] = []
        self.origins = [0j]

    def open(self, title: str, kind: str = "", **data: str) -> None:
        self.origins.append(self.origins[-1])

    def shift(self, origin: complex, **data: str) -> None:
        self.origins.append(self.origins[-1] + origin)

    def close(self) -> None:
        self.origins.pop()

    def rect(self, area: Area, paint: Paint, radius: float = 0) -> None:
        from matplotlib.patches import FancyBboxPatch

        style = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
        corner = self._place(area.corner)
        box = FancyBboxPatch(corner, area.width, area.height, boxstyle=style)
        self._add(box, paint)

    def circle(self, middle: complex, radius: float, paint: Paint) -> None:
        from matplotlib.patches import Circle

        self._add(Circle(self._place(middle), radius), paint)

    def _place(self, point: complex) -> tuple[float, float]:
        moved = point + self.origins[-1]
        return moved.real, moved.imag

    def path(self, data: str, paint: Paint) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path as Outline

        points: list[tuple[float, float]] = []
        codes: list[int] = []
        for letter, numbers in _PIECE.findall(data):
            corners = [complex(float(x), float(y or 0)) for x, y in _PAIR.findall(numbers)]
            start = complex(*points[-1]) if letter in "hl" else self.origins[-1]
            pairs = [(at.real, at.imag) for at in (start + corner for corner in corners)]
            points += pairs or [points[-1]]
            codes += [_CODES[letter]] * max(1, len(pairs))
        self._add(PathPatch(Outline(points, codes)), paint)

    def text_line(self, start: complex, text: str, font: Font) -> None:
        from matplotlib.text import Text

        side: Any = {"middle": "center", "end": "right"}.get(font.anchor, "left")
        line = Text(
            *self._place(start),
            text,
            color=self.palette[font.ink],
            fontsize=font.size,
            fontweight="bold" if font.bold else "normal",
            fontfamily="DejaVu Sans Mono" if font.mono else "DejaVu Sans",
            horizontalalignment=side,
            verticalalignment="baseline",
            parse_math=False,
        )
        self.artists.append(line)

    def _add(self, patch: Any, paint: Paint) -> None:
        width = paint.width if paint.stroke else 0
        patch.set_facecolor(self.palette[paint.fill] if paint.fill else "none")
        patch.set_edgecolor(self.palette[paint.stroke] if paint.stroke else "none")
        patch.set_linewidth(width)
        patch.set_alpha(paint.opacity)
        if paint.dash and width:
            dashes = [float(length) / width for length in paint.dash.split()]
            patch.set_linestyle((0, dashes))
        self.artists.append(patch)

    def save(self, path: Path, width: float, height: float, dpi: int) -> None:
        """Write the page: at 72 dots an inch one unit is one pixel."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width / 72, height / 72), dpi=dpi)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        for i, artist in enumerate(self.artists):
            artist.set_zorder(i)
            artist.set_clip_on(False)
            axes.add_artist(artist)
        with warnings.catch_warnings():  # a letter without a glyph is drawn as a box
            warnings.filterwarnings("ignore", message="Glyph")
            with replacing(path) as new:
                kind = path.suffix.lstrip(".").lower()
                options = {"facecolor": self.palette["paper"], "metadata": _quiet(path)}
                figure.savefig(new, format=kind, dpi=dpi, **options)


def _quiet(path: Path) -> dict[str, Any]:
    """No dates: the same picture gives the same file."""
    return {"CreationDate": None} if path.suffix == ".pdf" else {"Software": "funclab"}
