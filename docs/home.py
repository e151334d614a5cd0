"""The first page of the site: what is written, and the views in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs.stored import place, raw
from funclab.view.explorer.view import explore
from funclab.view.live.view import View
from tools.pictures import shown

WRITTEN = Path(__file__).parent / "pages" / "index.md"
VIEWS: dict[str, Callable[[], View]] = {
    "explorer": lambda: explore(shown.shared()),
    "slow motion": shown.a_batch,
    "playground": shown.playground,
    "training": shown.training,
}
"""What `<!-- view: ... -->` in the written page stands for."""


def page() -> str:
    text = WRITTEN.read_text(encoding="utf-8")
    for name, make in VIEWS.items():
        mark = f"<!-- view: {name} -->"
        assert text.count(mark) == 1, f"{WRITTEN.name} has {mark} once"
        text = text.replace(mark, raw(place(make)))
    return text
