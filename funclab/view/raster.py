"""Pictures as pixels or pages: what a Canvas draws, drawn by matplotlib instead."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from funclab.view import theme
from funclab.view.canvas import Canvas

ENDINGS = (".png", ".pdf")
_PIECE = re.compile(r"([MLCZ])([^MLCZ]*)")
_PAIR = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
_CODES = {"M": [1], "L": [2], "C": [4, 4, 4]}
_CLOSE = 79


class Page(Canvas):
    """A canvas of pixels. Positions count from the upper left corner, as in SVG."""

    def __init__(self, palette: dict[str, str]) -> None:
        super().__init__(palette)
        self.artists: list[Any] = []
        self.origins = [(0.0, 0.0)]

    def open(self, title: str, kind: str = "", **data: str) -> None:
        self.origins.append(self.origins[-1])

    def shift(self, x: float, y: float) -> None:
        self.origins.append((self.origins[-1][0] + x, self.origins[-1][1] + y))

    def close(self) -> None:
        self.origins.pop()

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
        from matplotlib.patches import FancyBboxPatch

        dx, dy = self.origins[-1]
        style = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
        box = FancyBboxPatch((x + dx, y + dy), width, height, boxstyle=style)
        self._add(box, fill, stroke, line, dash)

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        from matplotlib.patches import Circle

        dx, dy = self.origins[-1]
        self._add(Circle((x + dx, y + dy), radius), fill, "", 0, "")

    def path(
        self, data: str, fill: str = "", stroke: str = "", width: float = 1, dash: str = ""
    ) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path as Outline

        dx, dy = self.origins[-1]
        points: list[tuple[float, float]] = []
        codes: list[int] = []
        for letter, numbers in _PIECE.findall(data):
            pairs = [(float(u) + dx, float(v) + dy) for u, v in _PAIR.findall(numbers)]
            points += pairs or [points[-1]]
            codes += _CODES.get(letter, [_CLOSE]) * (len(pairs) // 3 if letter == "C" else 1)
        self._add(PathPatch(Outline(points, codes)), fill, stroke, width, dash)

    def polygon(self, points: str, fill: str) -> None:
        self.path("M" + "L".join(points.split()) + "Z", fill=fill)

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
        from matplotlib.text import Text

        dx, dy = self.origins[-1]
        side: Any = {"middle": "center", "end": "right"}.get(anchor, "left")
        self.artists.append(
            Text(
                x + dx,
                y + dy,
                text,
                color=self.palette[ink],
                fontsize=size,
                fontweight="bold" if bold else "normal",
                fontfamily="DejaVu Sans Mono" if mono else "DejaVu Sans",
                horizontalalignment=side,
                verticalalignment="baseline",
                parse_math=False,
            )
        )

    def _add(self, patch: Any, fill: str, stroke: str, width: float, dash: str) -> None:
        patch.set_facecolor(self.palette[fill] if fill else "none")
        patch.set_edgecolor(self.palette[stroke] if stroke else "none")
        patch.set_linewidth(width if stroke else 0)
        if dash and width:
            patch.set_linestyle((0, [float(one) / width for one in dash.split()]))
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
            figure.savefig(path, dpi=dpi, facecolor=self.palette["paper"], metadata=_quiet(path))


def _quiet(path: Path) -> dict[str, Any]:
    """No dates: the same picture gives the same file."""
    return {"CreationDate": None} if path.suffix == ".pdf" else {"Software": "funclab"}


def page(look: str) -> Page:
    return Page(theme.palette(look))
