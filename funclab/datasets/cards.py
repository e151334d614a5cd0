"""Examples as small pictures in a row: each on a card, with a caption."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from funclab.view.draw import pixels, theme

HEIGHT = 114


class Cards:
    """Pictures in a row, each on a card with its caption; a notebook shows them in its own colours.

    `what` says what they show. `drawings`: the shapes of each, as SVG from (8, 8) down to y = 88.
    `width`: the width of a card.
    """

    def __init__(
        self, what: str, drawings: Sequence[str], captions: Sequence[Any], width: int
    ) -> None:
        self.what, self.width = what, width
        self.drawings, self.captions = drawings, [str(caption) for caption in captions]

    @property
    def svg(self) -> str:
        """The row as SVG."""
        width = self.width * len(self.drawings)
        cards = "".join(
            self._card(self.width * i, drawing, caption)
            for i, (drawing, caption) in enumerate(zip(self.drawings, self.captions))
        )
        name = f"{self.what.capitalize()}: {escape(', '.join(self.captions))}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="funclab" role="img" '
            f'aria-label="{name}" width="{width}" height="{HEIGHT}" '
            f'viewBox="0 0 {width} {HEIGHT}" style="max-width:100%;height:auto">'
            f"<title>{name}</title><style>{theme.style_sheet()}</style>{cards}</svg>"
        )

    def __repr__(self) -> str:
        return f"<{len(self.drawings)} {self.what}: {', '.join(self.captions)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {**in_notebooks(self.svg), "text/plain": repr(self)}

    def _card(self, left: int, drawing: str, caption: str) -> str:
        paper, rim, ink = (theme.LIGHT[name] for name in ("paper", "rim", "ink"))
        return (
            f'<g transform="translate({left},0)">'
            f'<rect class="f-paper s-rim" fill="{paper}" stroke="{rim}" x="1.5" y="1.5" '
            f'width="{self.width - 7}" height="{HEIGHT - 3}" rx="6"/>'
            f'<g class="f-ink" fill="{ink}" shape-rendering="crispEdges">{drawing}</g>'
            f'<text class="f-ink" fill="{ink}" x="{self.width // 2 - 2}" y="{HEIGHT - 9}" '
            f'text-anchor="middle" font-size="15" font-family="{theme.SANS}">{escape(caption)}'
            "</text></g>"
        )


def in_notebooks(svg: str) -> dict[str, str]:
    """A row as notebooks keep it: in the PNG, what is seen through has the colour that one sees."""
    solid = re.sub(r'fill-opacity="([\d.]+)"', lambda seen: f'fill="{_shade(float(seen[1]))}"', svg)
    return {"image/svg+xml": svg, "image/png": pixels.png(solid, theme.LIGHT["paper"])}


def _shade(ink: float) -> str:
    """The colour of paper under this fraction of ink."""
    paper, full = (bytes.fromhex(theme.LIGHT[name][1:]) for name in ("paper", "ink"))
    return "#" + bytes(round(a + ink * (b - a)) for a, b in zip(paper, full)).hex()
