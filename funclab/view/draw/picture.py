"""The base of every still picture: its SVG, the same in words, and the files it can be saved as."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape as escaped
from pathlib import Path
from typing import Any, ClassVar

from funclab.errors import ArgumentError
from funclab.files import write_text
from funclab.view.draw import pixels, theme
from funclab.view.draw.canvas import Canvas, escape, shown

Cells = Sequence[str]
Written = Callable[[], str]
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def text_grid(titles: Cells, rows: Sequence[Cells], right: bool = False) -> list[str]:
    """The lines of a table, its columns aligned to the left or to the right."""
    lines = [titles, *rows]
    widths = [max(map(len, column)) for column in zip(*lines)]
    rule = ["-" * width for width in widths]
    justified = str.rjust if right else str.ljust
    return ["  ".join(map(justified, line, widths)).rstrip() for line in (titles, rule, *rows)]


def html_grid(caption: str, titles: Cells, rows: Sequence[Cells]) -> str:
    """A table whose first column and first row are headings."""
    heads = "".join(f'<th scope="col">{shown(title)}</th>' for title in titles)
    body = ""
    for first, *others in rows:
        cells = "".join(f"<td>{shown(cell)}</td>" for cell in others)
        body += f'<tr><th scope="row">{shown(first)}</th>{cells}</tr>'
    return (
        f'<table class="funclab-table"><caption>{shown(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


class Picture:
    """A picture. Notebooks show its `svg`; `print` shows its `text`.

    A subclass has a `title`, a `description` (the picture in sentences) and `draw`; each of the
    two texts is an attribute or a property.
    """

    title: Any
    description: Any
    look: str = "auto"
    word: ClassVar[str] = ""
    """What `repr` calls the picture; the name of its class unless given."""
    fits: ClassVar[bool] = False
    """Whether the projector's look keeps it within the window."""
    numeric: ClassVar[bool] = False
    """Whether its cells are numbers, which are aligned to the right."""

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw on a canvas; returns the width and height needed."""
        raise NotImplementedError

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        """The same as the titles and the rows of a table; no titles if there is no table."""
        return (), ()

    @property
    def text(self) -> str:
        """The same as plain text."""
        titles, rows = self.grid
        table = text_grid(titles, rows, self.numeric) if titles else []
        return "\n".join([self.title, "", *table]) if table else self.description

    @property
    def table(self) -> str:
        """The same as an HTML table; empty if there is none."""
        titles, rows = self.grid
        return html_grid(self.title, titles, rows) if titles else ""

    @property
    def svg(self) -> str:
        """The picture. It contains no ids, so that a page can have several pictures."""
        canvas = Canvas(theme.palette(self.look))
        width, height = map(round, self.draw(canvas))
        scale = 1.0
        if self.look == "projector":
            room = [theme.WINDOW[0] / width, theme.WINDOW[1] / height] if self.fits else []
            scale = max(scale, min([theme.PROJECTOR, *room]))
        size = f'width="{width * scale:.0f}" height="{height * scale:.0f}"'
        name, words = escape(self.title), escape(self.description)
        # A fixed look is in the colours of the elements themselves, where no page overrides it.
        kind, style = "", ""
        if self.look in theme.FOLLOWING:
            kind, style = 'class="funclab" ', f"<style>{theme.style_sheet()}</style>"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {kind}role="graphics-document" '
            f'aria-label="{name}" viewBox="0 0 {width} {height}" {size} '
            f'style="max-width:100%;height:auto"><title>{name}</title><desc>{words}</desc>'
            f"{style}{canvas.text}</svg>"
        )

    def texts(self) -> dict[str, Written]:
        """The text of this picture's files by extension; pixels and PDF are written separately."""
        return {
            ".svg": lambda: f"{XML}\n{self.svg}\n",
            ".html": lambda: document(self.title, theme.PAGE, self.svg + self.table),
            ".txt": lambda: f"{self.text}\n",
        }

    def save(self, path: Any, dpi: int = 200) -> Path:
        """Write a file of the kind that the extension of `path` names; returns its path.

        `path`: .svg, .png, .pdf, .html (picture and table) or .txt; a graph also .json, .gv, .dot
        and .mmd. `dpi`: the dots per inch of a .png.

        Raises: ArgumentError for any other extension.
        """
        if Path(path).suffix.lower() not in pixels.ENDINGS:
            return write(path, self.texts(), pixels.ENDINGS)
        pixels.save(self.svg, theme.palette(self.look)["paper"], Path(path), dpi)
        return Path(path)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<{self.word or type(self).__name__}: {self.title}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # No text/html: GitHub and untrusted notebooks would show it, without the picture in it.
        paper = theme.palette(self.look)["paper"]
        return {**pixels.pictures(self.svg, paper), "text/plain": repr(self)}


def write(path: Any, texts: Mapping[str, Written], more: tuple[str, ...] = ()) -> Path:
    """Write the text for the extension of `path`; `more` are other extensions that exist.

    Raises: ArgumentError for an unknown extension.
    """
    target = Path(path)
    written = texts.get(target.suffix.lower())
    if written is None:
        raise ArgumentError(
            f"A picture cannot be written as {target.name!r}.",
            why=f"the ending names the kind of file: {', '.join([*texts, *more])}.",
            fix=f'write for example "{target.stem or "picture"}.svg".',
        )
    write_text(target, written())
    return target


def document(title: str, style: str, body: str, policy: str = "") -> str:
    """An HTML page that opens from disk; a `policy` says what its contents may do."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{meta}'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escaped(title)}</title><style>{style}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )
