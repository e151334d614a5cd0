"""Pictures as files."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from funclab.errors import ArgumentError
from funclab.view.draw import raster, theme
from funclab.view.draw.picture import Picture, picture_of


def save(picture: Picture, path: Any, dpi: int, others: Mapping[str, str] | None = None) -> Path:
    """Write a picture in the form that the ending of `path` names.

    Raises: ArgumentError for an ending that is not known.
    """
    target = Path(path)
    ending = target.suffix.lower()
    texts = {
        ".svg": f'<?xml version="1.0" encoding="UTF-8"?>\n{picture_of(picture)}\n',
        ".html": page(picture),
        ".txt": f"{picture.text}\n",
        **(others or {}),
    }
    if ending in raster.ENDINGS:
        canvas = raster.page(picture.look)
        width, height = picture.draw(canvas)
        canvas.save(target, width, height, dpi)
    elif ending in texts:
        target.write_text(texts[ending], encoding="utf-8")
    else:
        raise ArgumentError(
            f"A picture cannot be written as {target.name!r}.",
            why=f"the ending says the form: {', '.join([*texts, *raster.ENDINGS])}.",
            fix=f'write for example "{target.stem}.svg".',
        )
    return target


def page(picture: Picture) -> str:
    """A page of its own: the picture, and under it the same as a table."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(picture.title)}</title><style>{theme.PAGE}</style></head>"
        f"<body><main>{picture_of(picture)}{picture.table}</main></body></html>\n"
    )
