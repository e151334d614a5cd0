"""Views that are alive on a page of the site, as they are in a saved notebook.

A page has the still picture, which stays where no script runs, and what a notebook would keep of
the view; `pages/_static/live.js` puts the view in its place as soon as it is almost in sight.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from funclab.view.live.assets import modules
from funclab.view.live.view import View, compressed
from tools.pictures import shown


def stored(room: str, held: str, still: str) -> str:
    """The place of a view: `still` is HTML, `held` is what `View` keeps of itself in a notebook."""
    return f'<div class="stored" data-room="{room}" data-held="{held}">{still}</div>'


def place_of(view: View, *, folded: bool = False) -> str:
    """A view that was just made, with all that it could ask a kernel for. Of one that is `folded`,
    pages with scripts do not build the still picture, which nobody sees."""
    still = f'<div class="picture">{view.svg()}</div>'
    still = f"<noscript>{still}</noscript>" if folded else still
    return stored(view.room, compressed(view.alone()), still)


def place(make: Callable[[], View], *, folded: bool = False) -> str:
    """The same of what a function makes in a new session, light or dark as the page is."""
    view = shown.fresh(make)
    view.look = "auto"
    return place_of(view, folded=folded)


def write_scripts(folder: Path) -> None:
    """The script of each room, and what all of them need."""
    folder.mkdir()
    for name, text in modules().items():
        (folder / name).write_text(text, encoding="utf-8")


def as_output(output: Any, mime: str, still: str) -> str:
    """A notebook's output as the place of its view."""
    return stored(output["data"][mime]["view"], output["metadata"][mime]["held"], still)


def raw(html: str) -> str:
    """HTML as Markdown takes it unchanged."""
    return f"```{{raw}} html\n{html}\n```"
