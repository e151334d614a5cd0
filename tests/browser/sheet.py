"""A sheet: a view of every kind, one under the other on one page, and what is measured of all of
them at once, on the page and on its pixels.

`python -m tests.browser.sheet` prints the figures of each view.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import funclab
from funclab import errors, registry
from funclab.distribute import ClusterRecord
from funclab.layers import Add
from funclab.teach import ask
from funclab.utils import set_random_seed
from funclab.view.lesson.failed import FailedView
from funclab.view.live.page import page_of
from tests.browser import stage, test_landscape
from tests.browser.conftest import ALONE, BROWSER_OPTIONS, program
from tests.browser.picture import luminance
from tests.browser.waiting import laid_out
from tests.distribute.sweeps import small
from tests.view import gallery, models
from tests.view.mistakes import models as known

WINDOWS = {"1096": (1128, "auto"), "800": (832, "auto"), "projector": (1212, "projector")}
"""The width of the window that leaves a view so many pixels, and the look of the views in it."""
BLOCK, VARIES = 8, 6
"""The size of a block of pixels, and by how much its colour varies if there is nothing in it."""


def _fault(**settings: Any) -> FailedView:
    try:
        Add(name="sum")([funclab.Input((3,), name="left"), funclab.Input((4,), name="right")])
    except errors.FunclabError as error:
        return FailedView(error, "add([left, right])", **settings)
    raise AssertionError("Lengths 3 and 4 were added.")


def _answered(**settings: Any) -> Any:
    question = ask("1.2", **settings)
    question.choose(0)
    return question


def _slow(step: int, **settings: Any) -> Any:
    """A batch of images in slow motion, at a step."""
    model = stage.convolutional()
    model.compile("sgd", funclab.losses.SparseCategoricalCrossentropy(from_logits=True))
    return funclab.trace(model, *stage.digits(4), step=step, **settings)


def _runs(**settings: Any) -> Any:
    runs = [(stage.twice(), epochs) for epochs in (3, 5)]
    x, y = stage.batch()
    more = {"validation_split": 0.25, "verbose": 0}
    histories = [model.fit(x, y, epochs=n, run=f"{n} epochs", **more) for model, n in runs]
    return funclab.compare_runs(*histories, **settings)


def _landscape(**settings: Any) -> Any:
    x, y = test_landscape.X, test_landscape.Y
    return test_landscape.run(hidden=2).landscape(x, y, **settings)


VIEWS: dict[str, Callable[..., Any]] = {
    **stage.VIEWS,
    "table": lambda **s: funclab.explore(models.twice(), table=True, **s),
    "window": lambda **s: _slow(2, **s),
    "landscape": _landscape,
    "edit": lambda **s: funclab.edit(models.twice(), selected="shared[1]", **s),
    "whatif": lambda **s: funclab.whatif(known.images(), *known.digits(), **s),
    "sweep": lambda **s: small({"units": [2, 4, 8, 16], "rate": [0.01, 0.1]}).view(**s),
    "error": _fault,
    "answer": _answered,
}
"""Every kind of view with a stage, and how it is made with these settings."""
STATES: dict[str, Callable[..., Any]] = {
    "step of an input": lambda **s: _slow(0, **s),
    "step of a convolution": lambda **s: _slow(1, **s),
    "step of a layer": lambda **s: _slow(3, **s),
    "step of the loss": lambda **s: _slow(6, **s),
    "step back": lambda **s: _slow(11, **s),
    "step of an update": lambda **s: _slow(14, **s),
    "runs": _runs,
    "blocks": lambda **s: funclab.explore(gallery.built("resnet"), **s),
    "chain": lambda **s: funclab.explore(stage.convolutional(), **s),
    **{
        name: lambda name=name, **s: funclab.explore(gallery.built(name), **s)
        for name in ("chain_60", "mobilenet", "vqa", "siamese", "inception")
    },
    "question of a batch": lambda **s: funclab.trace(*stage.traced(), ask=True, **s),
    "question of images": lambda **s: _slow(0, ask=True, **s),
    "edit of nothing": lambda **s: funclab.edit(models.twice(), **s),
    "edit of a chain": lambda **s: funclab.edit(stage.convolutional(), **s),
    "edit of branches": lambda **s: funclab.edit(gallery.built("inception"), **s),
}
"""More states of some of them, with more or less to show."""


def cluster() -> Any:
    """The picture of two workers."""
    record = ClusterRecord()
    shares = [("tcp://10.0.0.1:40001", 96, 0.004), ("tcp://10.0.0.2:40002", 32, 0.008)]
    record.add("train", 0.020, 0, shares)
    return record.picture()


def made(look: str, makers: Mapping[str, Callable[..., Any]] = VIEWS) -> dict[str, Any]:
    """All views with this look, as if each were the first."""
    found = {}
    for name, make in makers.items():
        set_random_seed(0)
        registry.reset_names()
        found[name] = make(look=look)
    return found


# A picture of the whole page, however long it is.
SIZE = "() => [document.documentElement.clientWidth, document.documentElement.scrollHeight]"
BOXES = """() => [...document.querySelectorAll("section[id^=view]")].map((section) => {
  const box = section.querySelector(".fl").getBoundingClientRect();
  return [box.left, box.top + scrollY, box.width, box.height].map(Math.round);
})"""
# Where a part is on the page, with what is just around it; null if it is not seen.
PLACE = """([view, what]) => {
  const one = document.querySelector(`#view${view} .fl`).querySelector(what);
  const box = one.getBoundingClientRect(), near = 3;
  if (!one.checkVisibility({ visibilityProperty: true })) return null;
  return [box.left - near, box.top + scrollY - near, box.right + near, box.bottom + scrollY + near]
    .map((at) => Math.max(0, Math.round(at)));
}"""
# For each view: its words, as they are seen; paddings, margins and gaps of its parts; legends, with
# the distance to the nearest picture; and colours of lines.
MEASURES = """() => [...document.querySelectorAll("section[id^=view]")].map((section) => {
  const root = section.querySelector(".fl"), zoom = root.currentCSSZoom ?? 1;
  const all = (what) => [...root.querySelectorAll(what)].filter(seen);
  const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const style = (one) => getComputedStyle(one);
  const clips = (one) => !(one instanceof SVGElement) && style(one).overflow !== "visible";
  const above = (one) => { const found = []; for (; one && one !== section; one = one.parentElement)
    found.push(one); return found; };
  const visible = (box, one) => above(one).filter((up) => up === root || clips(up))
    .map((up) => up.getBoundingClientRect()).reduce(([left, top, right, bottom], up) =>
      [Math.max(left, up.left), Math.max(top, up.top), Math.min(right, up.right),
        Math.min(bottom, up.bottom)], [box.left, box.top, box.right, box.bottom]);
  const opacity = (one) => above(one).reduce((all, up) => all * parseFloat(style(up).opacity), 1);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), words = [];
  while (walker.nextNode()) {
    const { data, parentElement: one } = walker.currentNode, range = document.createRange();
    const heard = above(one).some((up) => style(up).clipPath !== "none");  // by screen readers
    if (!data.trim() || heard || !seen(one) || one.closest("title,desc,style,noscript")) continue;
    range.selectNodeContents(walker.currentNode);
    const drawn = one instanceof SVGElement, { a, b } = drawn ? one.getScreenCTM() : { a: 1, b: 0 };
    const size = parseFloat(style(one).fontSize) * (drawn ? Math.hypot(a, b) / zoom : 1);
    const places = [...range.getClientRects()].map((box) => [...visible(box, one), box.height])
      .filter(([left, top, right, bottom, high]) => right - left > 2 && bottom - top > high * 0.7)
      .map(([left, top, right, bottom]) => [left, top + scrollY, right, bottom + scrollY]);
    if (places.length) words.push({ text: data.trim().slice(0, 40), places,
      size: Math.round(100 * size) / 100, weight: style(one).fontWeight,
      slant: style(one).fontStyle, colour: drawn ? style(one).fill : style(one).color,
      opacity: opacity(one), drawn });
  }
  const sides = ["Top", "Right", "Bottom", "Left"].flatMap((side) => ["padding", "margin"]
    .map((name) => name + side)), gaps = [];
  for (const part of all(":scope>*,.fl-stage,.fl-panel,.fl-said,.fl-near,.fl-tiles,.fl-bar"))
    for (const name of [...sides, "rowGap", "columnGap"])
      gaps.push([part.className, name, parseFloat(style(part)[name]) || 0]);
  const pictures = all("figure,svg:not(.fl-icon),canvas,table")  // a legend explains captions, too
    .map((one) => [one, one.getBoundingClientRect()]);
  const between = (a, b) => Math.hypot(Math.max(0, a.left - b.right, b.left - a.right),
    Math.max(0, a.top - b.bottom, b.top - a.bottom)) / zoom;
  const legends = all(".fl-legend").filter((one) => one.textContent.trim()).map((one) =>
    [one.textContent.slice(0, 40), Math.min(...pictures.filter(([drawn]) => !one.contains(drawn))
      .map(([, box]) => between(one.getBoundingClientRect(), box)))]);
  const lines = all("svg:not(.fl-icon) :is(path,line,polyline,rect,circle,polygon)")
    .filter((one) => style(one).stroke !== "none" && opacity(one) === 1)
    .map((one) => style(one).stroke);
  const beyond = words.flatMap(({ text, places }) => places.filter((place) =>
    place[2] > root.getBoundingClientRect().right + 1).map(() => text));
  const keys = Object.fromEntries([...root.querySelectorAll(".fl-keys tr")].map((row) =>
    [row.querySelector("td").textContent, row.querySelector("th").textContent]));
  const name = (one) => one.ariaLabel ?? (one.querySelector(".fl-word") ?? one).textContent;
  const controls = all("button,input,select,[role=radio],[role=spinbutton]").map((one) =>
    [name(one), one.getAttribute("aria-keyshortcuts"),
      one.querySelector("kbd") !== null || name(one) in keys]);
  return { words, gaps, legends, lines: [...new Set(lines)], beyond, controls };
})"""
# From now on, each part that gets the focus is counted for its view, and noted if its ring is not
# seen: none, too thin, or cut off on more than one side by a part that clips. Returns how many
# parts can get it.
WATCH_FOCUS = """() => {
  const sections = [...document.querySelectorAll("section[id^=view]")];
  const watch = new AbortController();
  window.focused = { stops: sections.map(() => [0, []]), watch };
  const clips = (one) => getComputedStyle(one).overflow !== "visible";
  const hasRing = (one, section) => {
    const root = section.querySelector(".fl"), zoom = root.currentCSSZoom ?? 1;
    const { outlineStyle, outlineWidth, outlineOffset, outlineColor } = getComputedStyle(one);
    const width = parseFloat(outlineWidth) * zoom, out = width + parseFloat(outlineOffset) * zoom;
    const box = one.getBoundingClientRect();
    let cut = 0;
    for (let up = one.parentElement; up && up !== section; up = up.parentElement) {
      if (!clips(up)) continue;
      const { left, top, right, bottom } = up.getBoundingClientRect();
      cut = Math.max(cut, [left - box.left + out, top - box.top + out, box.right + out - right,
        box.bottom + out - bottom].filter((far) => far > 0.6).length);
    }
    const focus = getComputedStyle(root).getPropertyValue("--f-focus");
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(focus.slice(at, at + 2), 16));
    return outlineStyle === "solid" && width >= 1.9 && cut <= 1
      && outlineColor === `rgb(${r}, ${g}, ${b})`;
  };
  document.addEventListener("focusin", ({ target }) => {
    const section = target.closest("section[id^=view]"), at = sections.indexOf(section);
    if (at < 0) return;
    window.focused.stops[at][0] += 1;
    if (!hasRing(target, section)) window.focused.stops[at][1].push(target.outerHTML.slice(0, 100));
  }, { signal: watch.signal });
  document.activeElement?.blur();
  scrollTo(0, 0);
  const what = ":is(a,button,input,select,summary,textarea,[tabindex])";
  const all = document.querySelectorAll(`.fl,.fl ${what}`);
  return [...all].filter((one) => one.tabIndex >= 0 && !one.disabled
    && one.checkVisibility({ visibilityProperty: true })).length;
}"""
FOCUSED = "() => { window.focused.watch.abort(); return window.focused.stops; }"
WORDLESS = """.fl *,.fl ::placeholder{color:transparent!important}
.fl :is(text,tspan){fill:transparent!important}"""


@dataclass
class Sight:
    """A view in one window: its box and measures, its pixels with words and without."""

    measures: dict[str, Any]
    pixels: np.ndarray
    page: np.ndarray
    bare: np.ndarray | None = None

    @property
    def empty(self) -> float:
        """The largest rectangle in which there is nothing, as a share of the view in percent."""
        return 100 * largest_empty(self.pixels)

    @property
    def faint(self) -> list[tuple[str, float]]:
        """Words with too little contrast to what is behind them, each with its contrast."""
        found = [(word["text"], self._contrast(word)) for word in self.measures["words"]]
        return [(text, round(value, 2)) for text, value in found if value < 4.5]

    def _contrast(self, word: dict[str, Any]) -> float:
        """That of the word's own colour to the pixels under its letters: the least, but for the few
        where letters meet a line. Letters that cannot be told from what is behind them are not
        found; then all pixels in their place count, and so the word is not left out."""
        places = [[*map(round, place)] for place in word["places"]]
        letters = np.concatenate([self._under(*place) for place in places])
        ground = letters if len(letters) else np.concatenate([self._behind(*one) for one in places])
        return contrast(*colour_of(word["colour"]), word["opacity"], ground / 255)

    def _under(self, left: int, top: int, right: int, bottom: int) -> np.ndarray:
        """The pixels behind the letters in a part of the page."""
        assert self.bare is not None
        there, behind = (image[top:bottom, left:right] for image in (self.page, self.bare))
        drawn = np.abs(there.astype(int) - behind).max(-1)
        return behind[drawn > max(12, drawn.max(initial=0) / 2)]

    def _behind(self, left: int, top: int, right: int, bottom: int) -> np.ndarray:
        """All pixels of a part of the page without words."""
        assert self.bare is not None
        return self.bare[top:bottom, left:right].reshape(-1, 3)


def contrast(colour: np.ndarray, alpha: float, opacity: float, ground: np.ndarray) -> float:
    """That of a colour to most of some pixels: at least nine in ten have more."""
    alpha *= opacity
    shades = luminance(colour * alpha + ground * (1 - alpha)), luminance(ground)
    ratios = (np.maximum(*shades) + 0.05) / (np.minimum(*shades) + 0.05)
    return float(np.quantile(ratios, 0.1))


def colour_of(text: str) -> tuple[np.ndarray, float]:
    """A colour of CSS as three numbers between 0 and 1, and its opacity."""
    numbers = [float(one) for one in re.findall(r"[\d.]+", text)]
    scale = 1 if text.startswith("color(") else 255
    return np.array(numbers[:3]) / scale, numbers[3] if len(numbers) > 3 else 1.0


def largest_empty(pixels: np.ndarray) -> float:
    """The largest rectangle of blocks in which the colour does not vary, as a share of all."""
    high, wide = pixels.shape[0] // BLOCK, pixels.shape[1] // BLOCK
    blocks = pixels[: high * BLOCK, : wide * BLOCK].reshape(high, BLOCK, wide, BLOCK, 3)
    flat = (blocks.max((1, 3)).astype(int) - blocks.min((1, 3))).max(-1) < VARIES
    largest, heights = 0, np.zeros(wide + 1, int)
    for row in flat:
        heights[:-1] = np.where(row, heights[:-1] + 1, 0)
        largest = max(largest, _under(heights.tolist()))
    return largest / (high * wide)


def _under(heights: list[int]) -> int:
    """The largest rectangle under columns of these heights, of which the last is 0."""
    largest, rising = 0, list[tuple[int, int]]()
    for i, height in enumerate(heights):
        start = i
        while rising and rising[-1][1] >= height:
            start, last = rising.pop()
            largest = max(largest, last * (i - start))
        rising.append((start, height))
    return largest


def opened(browser: Browser, html: str, width: int, count: int = len(VIEWS)) -> Page:
    """A page with all so many views drawn, in a window of this width."""
    window = {"width": width, "height": 720}
    page = browser.new_page(viewport=window, reduced_motion="reduce", color_scheme="light")  # type: ignore[arg-type]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.html"
        path.write_text(html, encoding="utf-8")
        page.goto(path.as_uri())
    page.wait_for_function(
        "n => document.querySelectorAll('section[id^=view] > .fl').length >= n", arg=count
    )
    laid_out(page)
    pixels_of(page)  # the first time, views take their heights anew
    return page


def pixels_of(page: Page) -> np.ndarray:
    """The whole page as an array of height x width x 3 numbers up to 255."""
    width, height = page.evaluate(SIZE)
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    devtools = page.context.new_cdp_session(page)
    options = {"captureBeyondViewport": True, "optimizeForSpeed": True, "clip": clip}
    data = devtools.send("Page.captureScreenshot", options)["data"]
    devtools.detach()
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))


def sights(page: Page, bare: bool = False, names: Iterable[str] = VIEWS) -> dict[str, Sight]:
    """All views of a page, which have these names, as they are now; with `bare`, also without
    words."""
    settle(page)
    image = still_pixels_of(page)
    boxes, measures = page.evaluate(BOXES), page.evaluate(MEASURES)
    wordless = None
    if bare:
        hidden = page.add_style_tag(content=WORDLESS)
        wordless = still_pixels_of(page)
        hidden.evaluate("one => one.remove()")
    found = {}
    for name, box, measured in zip(names, boxes, measures, strict=True):
        left, top, width, height = box
        part = image[top : top + height, left : left + width]
        found[name] = Sight(measured, part, image, wordless)
    return found


def still_pixels_of(page: Page) -> np.ndarray:
    """The same when two in a row are equal: parts of a long page are painted late, and for a
    picture of all of it its window is higher for a moment, so that views may scroll."""
    last = None
    while not np.array_equal(last, image := pixels_of(page)):
        last = image
        page.wait_for_timeout(300)
    return image


def settle(page: Page) -> None:
    """Wait until no view moves: each takes its height in its own time."""
    before = None
    while (now := page.evaluate(BOXES)) != before:
        before = now
        page.wait_for_timeout(300)
        laid_out(page)


def stops(page: Page) -> dict[str, tuple[int, list[str]]]:
    """How often Tab stops in each view, and the stops whose ring is not seen."""
    for _ in range(page.evaluate(WATCH_FOCUS) + 1):
        page.keyboard.press("Tab")
    found = dict(zip(VIEWS, page.evaluate(FOCUSED), strict=True))
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    return found


def main() -> None:
    """Print a line of figures for each view."""
    with sync_playwright() as playwright:
        options = [*BROWSER_OPTIONS, ALONE]
        browser = playwright.chromium.launch(executable_path=program(), args=options)
        found: dict[str, dict[str, Sight]] = {window: {} for window in WINDOWS}
        for makers in (VIEWS, STATES):
            for window, (width, look) in WINDOWS.items():
                html = page_of([*made(look, makers).values()])
                page = opened(browser, html, width, len(makers))
                found[window] |= sights(page, names=makers)
                page.close()
        browser.close()
    print(f"{'':22}" + "".join(f"{window:>12}" for window in WINDOWS) + "       sizes")
    for name in (*VIEWS, *STATES):
        sizes = sorted({word["size"] for word in found["1096"][name].measures["words"]})
        shares = "".join(f"{found[window][name].empty:10.1f} %" for window in WINDOWS)
        print(f"{name:22}{shares}       {' '.join(f'{size:g}' for size in sizes)}")


if __name__ == "__main__":
    main()
