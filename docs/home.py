"""The first page of the site: what is written, and the views in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs.stored import apart, made, place, raw
from docs.thumbs import decorative, named_once, picture
from funclab.view.explorer.view import explore
from funclab.view.live.view import View
from funclab.view.playground.view import playground
from tools.pictures import shown

WRITTEN = Path(__file__).parent / "pages" / "index.md"
VIEWS: dict[str, Callable[[], View]] = {
    "explorer": lambda: explore(shown.shared()),
    "slow motion": shown.a_batch,
    "training": shown.training,
}
"""What `<!-- view: ... -->` in the written page stands for."""


SEEN = (
    ("10_what_does_the_error_want", "A mistake is marked in your own graph, with what to write."),
    ("01_what_does_a_call_build", "Which digits a model misreads, and how sure it was of them."),
    ("03_how_does_it_get_better", "The way down a loss, epoch by epoch."),
)
"""Lessons, and what is seen in them."""


RECORDED = (0, 2, 6, 12, 20, 30, 40, 50, 60, 80, 100, 130, 160, 200)
"""The epochs of the run that is played: more of them where more changes."""


def pages() -> dict[str, str]:
    """The page, and the file of the view that only those fetch who look at it."""
    place_of_run, files = apart("home-run", made(recorded))
    text = WRITTEN.read_text(encoding="utf-8")
    text = text.replace("<!-- pictures -->", raw(pictures()))
    for name, make in VIEWS.items():
        text = put(text, name, place(make))
    text = put(text, "playground", place_of_run)
    return {"index.md": text} | {path.removeprefix("../"): file for path, file in files.items()}


def put(text: str, name: str, html: str) -> str:
    mark = f"<!-- view: {name} -->"
    assert text.count(mark) == 1, f"{WRITTEN.name} has {mark} once"
    return text.replace(mark, raw(html))


def recorded() -> View:
    view = playground(data="spirals", seed=3)
    view.record(RECORDED)
    return view


def pictures() -> str:
    """What is seen in three lessons; the first picture is of an error, which is no stored view."""
    svgs = [
        named_once(shown.fresh(lambda: shown.error("auto")).svg),
        *(picture(lesson) for lesson, _ in SEEN[1:]),
    ]
    cards = (
        f'<li class="tile"><a class="to" href="lessons/{lesson}.html">{decorative(svg)}'
        f"<span>{words}</span></a></li>"
        for svg, (lesson, words) in zip(svgs, SEEN)
    )
    return f'<ol class="tiles three">{"".join(cards)}</ol>'
