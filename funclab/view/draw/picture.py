"""The frame of every picture: an SVG document with a name, a description and a style sheet."""

from __future__ import annotations

from typing import Protocol

from funclab.view.draw import theme
from funclab.view.draw.canvas import Canvas, escape


class Picture(Protocol):
    """What can be drawn and written: a picture, and the same in words."""

    look: str

    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def table(self) -> str: ...
    def draw(self, canvas: Canvas) -> tuple[float, float]: ...


def picture_of(picture: Picture) -> str:
    """The whole SVG. It holds no ids, so that many pictures fit on one page."""
    canvas = Canvas(theme.palette(picture.look))
    width, height = map(round, picture.draw(canvas))
    scale = theme.PROJECTOR if picture.look == "projector" else 1
    size = f'width="{width * scale:.0f}" height="{height * scale:.0f}"'
    name, words = escape(picture.title), escape(picture.description)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="funclab" role="graphics-document" '
        f'aria-label="{name}" viewBox="0 0 {width} {height}" {size} '
        f'style="max-width:100%;height:auto"><title>{name}</title><desc>{words}</desc>'
        f"<style>{theme.style_sheet(picture.look)}</style>{canvas.text}</svg>"
    )
