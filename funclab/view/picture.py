"""The frame of every picture: an SVG document with a name, a description and a style sheet."""

from __future__ import annotations

from html import escape

from funclab.view import theme
from funclab.view.canvas import Canvas


def document(
    canvas: Canvas, width: float, height: float, title: str, description: str, look: str
) -> str:
    """What was drawn, as a whole SVG. It holds no ids, so that many fit on one page."""
    wide, high = round(width), round(height)
    name = escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="funclab" role="graphics-document" '
        f'aria-label="{name}" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'style="max-width:100%;height:auto"><title>{name}</title>'
        f"<desc>{escape(description)}</desc><style>{theme.style_sheet(look)}</style>"
        f"{canvas.text}</svg>"
    )
