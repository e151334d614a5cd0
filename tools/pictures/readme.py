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

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

import funclab
from funclab import Input, Model, registry
from funclab.datasets import digits
from funclab.errors import FunclabError
from funclab.layers import Dense
from funclab.utils import set_random_seed
from funclab.view.faults.faults import picture_of_fault
from tests.browser.conftest import BROWSER_OPTIONS, program
from tests.view import gallery


def shared(units: int = 64, classes: int = 10, name: str = "model") -> Model:
    """The model at the top of README: one layer, called twice."""
    x = Input((units,), name="x")
    layer = Dense(units, activation="relu", name="shared")
    return Model(x, Dense(classes, activation="softmax", name="out")(layer(layer(x))), name=name)


def error() -> Any:
    """What a notebook draws under the error of a missing Input."""
    left, right = Input((64,), name="left"), Input((64,), name="right")
    layer = Dense(64, activation="relu", name="shared")
    try:
        Model(left, Dense(10, name="out")(layer(layer(right))))
    except FunclabError as fault:
        return picture_of_fault(fault, "light")


def explorer() -> Any:
    return funclab.explore(shared(), selected="shared[1]", look="light")


def a_batch() -> Any:
    """One batch in slow motion, through the shared layer and back."""
    random = np.random.default_rng(3)
    x = random.normal(size=(8, 4)).astype("float32")
    y = np.eye(2, dtype="float32")[(x[:, 0] > 0).astype(int)]
    model = shared(4, 2, "small")
    return funclab.trace(model, x, y, loss="categorical_crossentropy", look="light")


def slow_motion() -> Any:
    """The step in which two gradients meet at the shared bias."""
    view = a_batch()
    steps = [f"{step}" for step in view.facts["steps"]]
    view.show(step=next(i for i, step in enumerate(steps) if "bias" in step and "added" in step))
    return view


def training() -> Any:
    (x, y), _ = digits.load_data()
    model = shared()
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = x[:1000].reshape(1000, 64) / 16, y[:1000]
    model.fit(x, y, epochs=12, batch_size=64, validation_split=0.2, verbose=0, live=True)
    return funclab.watch(model, look="light")


def playground() -> Any:
    view = funclab.playground(data="spirals", seed=3, look="dark")
    view.train(200)
    return view


STILL: dict[str, Callable[[], Any]] = {
    "shared_layer": lambda: shared().plot(),
    "one_screen": lambda: gallery.drawn("unet"),
    "error": error,
}
LIVE: dict[str, tuple[Callable[[], Any], int]] = {  # and the width of the window
    "explorer": (explorer, 1032),
    "slow_motion": (slow_motion, 1300),
    "training": (training, 1032),
    "playground": (playground, 1152),
}


SECONDS = 1.2
"""How long each step of the moving picture is shown."""


def fresh(make: Callable[[], Any]) -> Any:
    registry.reset_names()
    set_random_seed(7)
    return make()


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
    shown, frames = opened(page, view, width), []
    shown.focus()
    for _ in view.facts["steps"]:
        frames.append(Image.open(io.BytesIO(shown.screenshot(animations="disabled"))))
        page.keyboard.press("ArrowRight")
    first, *rest = frames
    first.save(
        target, save_all=True, append_images=rest, duration=SECONDS * 1000, loop=0, quality=80
    )


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in STILL.items():
        fresh(make).save(folder / f"{name}.svg")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=BROWSER_OPTIONS)
        page = browser.new_page()
        for name, (make, width) in LIVE.items():
            opened(page, fresh(make), width).screenshot(
                path=folder / f"{name}.png", animations="disabled"
            )
        film(page, fresh(a_batch), 1032, folder / "moving.webp")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
