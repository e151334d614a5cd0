"""Pictures that lead somewhere: the lessons as cards, each with something that it shows."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import nbformat

from tools.lessons.refresh import lesson_in
from tools.lessons.render import LESSONS, title

PROJECT = tomllib.loads((LESSONS.parent / "pyproject.toml").read_text("utf-8"))["project"]
ADDRESS = PROJECT.get("urls", {}).get("Source", "")
"""Where the project is, once `tools.publishing.address` has written it."""
VIEW = "application/vnd.funclab.view+json"
SHOWN = {
    "00b_what_does_one_layer_compute": ("inside", 1),
    "01_what_does_a_call_build": ("mistakes", 0),
    "03_how_does_it_get_better": ("landscape", 0),
    "04_can_one_model_answer_three_questions": ("explorer", 1),
    "04b_does_it_really_know": ("mistakes", 0),
    "05_what_if_i_call_it_twice": ("explorer", 1),
    "06_can_a_model_be_a_layer": ("explorer", 1),
    "07_what_if_the_paper_slips": ("inside", 0),
    "08_how_is_order_read": ("embedding", 0),
    "09_which_word_looks_at_which": ("inside", 0),
    "09b_what_can_it_make": ("embedding", 0),
    "13_what_does_a_step_cost": ("profile", 0),
}
"""Which view of a lesson its card shows, and which of these; of the others, their first graph."""


@cache
def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def named_once(svg: str) -> str:
    """A picture without the style sheet, which the site has once, and without its comments."""
    return re.sub(r"<style>.*?</style>", "", svg, flags=re.DOTALL)


def picture(lesson: str) -> str:
    """The picture on the card of a lesson: one that no question covers."""
    room, which = SHOWN.get(lesson, ("explorer", 0))
    outputs = [
        o for cell in read(LESSONS / f"{lesson}.ipynb").cells for o in cell.get("outputs", [])
    ]
    views = [o for o in outputs if VIEW in o.get("data", {}) and not o.metadata[VIEW].get("cover")]
    found = [o["data"]["image/svg+xml"] for o in views if o["data"][VIEW]["view"] == room]
    return named_once(found[which])


def decorative(svg: str) -> str:
    """A picture beside words that say what it is: it has no words of its own."""
    return f'<span class="seen" aria-hidden="true">{svg}</span>'


def card(path: Path) -> str:
    """A lesson: its picture, its number or name, its question, and how long it takes."""
    notebook = read(path)
    number, minutes = lesson_in(path), notebook.cells[0].source.split("*")[1].partition(".")[0]
    words = f"<small>{number}</small> <strong>{escape(title(notebook, path))}</strong>"
    drawing = decorative(picture(path.stem))
    to_page = f'<a class="to" href="{path.stem}.html">{drawing}<span>{words}</span></a>'
    return f'<li class="tile">{to_page}<p>{escape(minutes)} · {link(path.name, "run it")}</p></li>'


def link(name: str, text: str = "run it in the browser") -> str:
    """To the lesson where it runs in the browser: beside the site, not a page of it."""
    return f'<a href="../lite/lab/index.html?path={name}">{text}</a>'


def on_binder(name: str, address: str = ADDRESS) -> str:
    """The same on Binder, where the project has a public address."""
    if not address:
        return ""
    where = f"{address.replace('https://github.com', 'https://mybinder.org/v2/gh')}/main"
    return f' · <a href="{where}?labpath=notebooks%2F{name}">on Binder</a>'


def cards(paths: list[Path]) -> str:
    return f'<ol class="tiles">{"".join(map(card, paths))}</ol>'
