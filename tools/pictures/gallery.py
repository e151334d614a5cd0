"""Draw the gallery: `python -m tools.pictures.gallery build/gallery`.

Every model that must be readable on one screen, for each room and look, as .svg and, seen by a
browser, as .png; `index.html` shows them all.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from funclab.view import Diagram
from tests.browser.conftest import BROWSER_OPTIONS, program
from tests.view import gallery
from tests.view.measures import texts

LOOKS = ("light", "dark", "print")
BACKGROUND = {"light": "#ffffff", "dark": "#15191e", "print": "#ffffff"}
INDEX = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>funclab: the gallery</title>
<style>body{{font:1rem/1.5 system-ui;margin:2rem}} figure{{margin:0 0 2rem}}
img{{border:1px solid #9aa5b1;max-width:100%}}</style>
<h1>Every model on one screen</h1>
{}
</html>
"""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    figures = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=BROWSER_OPTIONS)
        page = browser.new_page()
        for name in gallery.MODELS:
            for room in gallery.ROOMS:
                figures += [picture(page, folder, name, room, look) for look in LOOKS]
        browser.close()
    (folder / "index.html").write_text(INDEX.format("\n".join(figures)), encoding="utf-8")
    print(f"{len(figures)} pictures: {folder / 'index.html'}")


def picture(page: Page, folder: Path, name: str, room: str, look: str) -> str:
    """Write one picture twice, and return its figure for the index."""
    drawn = gallery.drawn(name, room, look)
    stem = f"{name}-{room}-{look}"
    svg = drawn.svg
    (folder / f"{stem}.svg").write_text(svg, encoding="utf-8")
    style = f"margin:0;background:{BACKGROUND[look]};zoom:{gallery.SCALE.get(room, 1)}"
    page.set_content(f"<body style='{style}'>{svg}</body>")
    page.locator("svg").screenshot(path=folder / f"{stem}.png")
    words = f"{name}, {room}, {look}: {told(drawn)}"
    return f'<figure><figcaption>{escape(words)}</figcaption><img src="{stem}.png"></figure>'


def told(drawn: Diagram) -> str:
    smallest = min(text.size for text in texts(drawn))
    return f"{drawn.scene.width:.0f} × {drawn.scene.height:.0f}, text from {smallest:g} px"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
