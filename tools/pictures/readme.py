"""Draw the pictures of README: `python -m tools.pictures.readme notebooks/images`.

Live views are seen by a browser, from the pages that `export_html` makes of them.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

import funclab
from tests.browser.conftest import BROWSER_OPTIONS, program
from tests.view import gallery
from tools.pictures import shown

STILL: dict[str, Callable[[], Any]] = {
    "shared_layer": lambda: shown.shared().plot(),
    "one_screen": lambda: gallery.drawn("unet"),
    "error": shown.error,
}
LIVE: dict[str, tuple[Callable[[], Any], int]] = {  # and the width of the window
    "explorer": (shown.explorer, 1032),
    "slow_motion": (shown.slow_motion, 1300),
    "training": (shown.training, 1032),
    "playground": (shown.playground, 1152),
}


SECONDS = 1.2
"""How long each step of the moving picture is shown."""


def opened(page: Page, view: Any, width: int) -> Locator:
    """The view on a page of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        funclab.export_html(view, file)
        page.set_viewport_size({"width": width, "height": 860})
        page.goto(file.as_uri())
        page.wait_for_selector(".fl-bar")
        page.evaluate("document.fonts.ready")
        for details in page.locator("details[open]").all():
            details.evaluate("element => { element.open = false }")
    return page.locator(".fl").first


def film(page: Page, view: Any, width: int, target: Path) -> None:
    """All steps of a view, one after the other, as an animated picture."""
    live, frames = opened(page, view, width), []
    live.focus()
    for _ in view.facts["steps"]:
        frames.append(Image.open(io.BytesIO(live.screenshot(animations="disabled"))))
        page.keyboard.press("ArrowRight")
    first, *rest = frames
    first.save(
        target, save_all=True, append_images=rest, duration=SECONDS * 1000, loop=0, quality=80
    )


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in STILL.items():
        shown.fresh(make).save(folder / f"{name}.svg")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=BROWSER_OPTIONS)
        page = browser.new_page()
        for name, (make, width) in LIVE.items():
            opened(page, shown.fresh(make), width).screenshot(
                path=folder / f"{name}.png", animations="disabled"
            )
        film(page, shown.fresh(shown.a_batch), 1032, folder / "moving.webp")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
