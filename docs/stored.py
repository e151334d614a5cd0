"""Views that are alive on a page of the site, as they are in a saved notebook.

A page has the still picture, which stays where no script runs, and what a notebook would keep of
the view; `pages/_static/live.js` puts the view in its place as soon as it is almost in sight.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from docs.thumbs import named_once
from funclab.view.live.assets import modules
from funclab.view.live.view import View, compressed
from tools.pictures import shown


def stored(room: str, held: str, still: str) -> str:
    """The place of a view: `still` is HTML, `held` is what `View` keeps of itself in a notebook."""
    return f'<div class="stored" data-room="{room}" data-held="{held}">{still}</div>'


def place_of(view: View) -> str:
    """A view that was just made, with all that it could ask a kernel for."""
    return stored(view.room, compressed(view.alone()), still_of(view))


def still_of(view: View) -> str:
    return f'<div class="picture">{named_once(view.svg())}</div>'


def place(make: Callable[[], View]) -> str:
    """The same of what a function makes in a new session, light or dark as the page is."""
    return place_of(made(make))


def made(make: Callable[[], View]) -> View:
    view = shown.fresh(make)
    view.look = "auto"
    return view


def apart(name: str, view: View, *, folded: bool = False) -> tuple[str, dict[str, str]]:
    """The place of a view on a page of many, and the files that it is fetched from when it is
    almost in sight. The still picture of one that is `folded` is a file, too: only pages without
    scripts show it."""
    files = {f"{APART}/{name}.txt": compressed(view.alone())}
    still = still_of(view)
    if folded:
        files[f"{APART}/{name}.svg"] = view.svg()
        words = escape(view.picture().title)
        still = f'<noscript><img src="{APART}/{name}.svg" alt="{words}" loading="lazy"></noscript>'
    return f'<div class="stored" data-room="{view.room}" data-from="{name}">{still}</div>', files


APART = "../_static/apart"
"""Where these files are, from a page in a folder."""


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
