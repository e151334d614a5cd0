"""Views as a class and a reader see them, and what is measured of them on a page: heights, sizes of
words, edges, empty room. The numbers wanted are those of the tests that use this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Page

import funclab
from funclab import Input, Model, layers
from funclab.layers import Conv2D, Dense
from funclab.teach import arrange, ask, vote
from funclab.teach.checking import check_lines
from tests.teach.tries import tries
from tests.view import gallery

NOTEBOOK, PROJECTOR = {"width": 1128, "height": 720}, {"width": 1212, "height": 720}
"""Windows whose pages leave a view 1,096 and 1,180 pixels, as JupyterLab does in a window of 1280
by 720."""


def twice() -> Model:
    """One layer called twice, as in README."""
    x = Input((64,), name="x")
    shared = Dense(64, activation="relu", name="shared")
    model = Model(x, Dense(10, activation="softmax", name="out")(shared(shared(x))), name="twice")
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def alone() -> Model:
    """The same job with a layer for each call."""
    y = x = Input((64,), name="x")
    for name in ("a", "b"):
        y = Dense(64, activation="relu", name=name)(y)
    return Model(x, Dense(10, name="out")(y), name="alone")


def convolutional() -> Model:
    image = Input((28, 28, 1), name="image")
    x = layers.MaxPooling2D(name="pool")(Conv2D(6, 3, activation="relu", name="conv")(image))
    return Model(image, Dense(10, name="digit")(layers.Flatten(name="flat")(x)), name="cnn")


def reading() -> Model:
    ids = Input((6,), dtype="int32", name="words")
    vectors = layers.Embedding(9, 8, name="vectors")(ids)
    looked = layers.MultiHeadAttention(2, 4, name="heads")(vectors, vectors)
    mean = layers.GlobalAveragePooling1D(name="mean")(looked)
    return Model(ids, Dense(3, activation="softmax", name="whom")(mean), name="who")


def digits(n: int = 20) -> tuple[np.ndarray, np.ndarray]:
    random_state = np.random.RandomState(0)
    return random_state.rand(n, 28, 28, 1).astype("float32"), random_state.randint(0, 10, n)


def batch(n: int = 64) -> tuple[np.ndarray, np.ndarray]:
    random_state = np.random.RandomState(0)
    return random_state.rand(n, 64), random_state.randint(0, 10, n)


def traced() -> Any:
    x, shared = Input((4,), name="x"), Dense(4, activation="relu", name="shared")
    model = Model(x, Dense(2, activation="softmax", name="out")(shared(shared(x))), name="small")
    model.compile("sgd", "sparse_categorical_crossentropy")
    rows, labels = batch(8)
    return model, rows[:, :4], labels % 2


def watched() -> Model:
    model = twice()
    model.fit(*batch(), epochs=7, validation_split=0.25, verbose=0)
    return model


def verdict(**settings: Any) -> Any:
    """The verdict on a new layer in place of one that the model has."""
    one = next(one for one in tries() if (one.exercise, one.mistake) == ("1B", "new_layer"))
    view = check_lines("1B", one.lines, one.names)
    for name, value in settings.items():
        setattr(view, name, value)
    return view


VIEWS: dict[str, Callable[..., Any]] = {
    "explorer": lambda **s: funclab.explore(twice(), **s),
    "selection": lambda **s: funclab.explore(twice(), selected="shared[1]", **s),
    "u-net": lambda **s: funclab.explore(gallery.built("unet"), **s),
    "shapes": lambda **s: funclab.shapes(convolutional(), step=1, **s),
    "diff": lambda **s: funclab.diff(twice(), alone()).view(**s),
    "trace": lambda **s: funclab.trace(*traced(), step=10, **s),
    "training": lambda **s: funclab.watch(watched(), **s),
    "playground": lambda **s: funclab.playground(epochs=3, **s),
    "inside": lambda **s: funclab.inside(convolutional(), *digits(), **s),
    "one number": lambda **s: funclab.inside(convolutional(), *digits(), face="number", **s),
    "attention": lambda **s: funclab.attention(reading(), np.arange(24).reshape(4, 6) % 9, **s),
    "profile": lambda **s: funclab.profile(twice(), batch(32)[0], **s),
    "question": lambda **s: ask("1.1", **s),
    "lines": lambda **s: arrange("1A", **s),
    "verdict": verdict,
    "vote": lambda **s: vote("5.1", **s),
}
"""Every kind of view, and how it is made with these settings."""

SENTENCE = 110
"""The most characters of the sentence on a foot."""
HEIGHT = "() => document.querySelector('.fl').getBoundingClientRect().height"
# What a reader might click, but for what leaves the page or asks a kernel that is not there.
CLICKABLE = "button,[data-key],.fl-rail li,.fl-steps li,summary,[role=radio]"
# The size of the smallest words, as they are seen, and those pictures with words that are shrunk.
SMALLEST = """() => {
  const words = [...document.querySelectorAll(".fl *")].filter((one) => one.checkVisibility() &&
    [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const of = ({ a, b }) => Math.hypot(a, b);  // words at an angle are as large as others
  const scale = (one) => one instanceof SVGElement && one.getScreenCTM
    ? of(one.getScreenCTM()) : one.currentCSSZoom ?? 1;
  return Math.min(...words.map((one) => parseFloat(getComputedStyle(one).fontSize) * scale(one)));
}"""
SHRUNK = """() => [...document.querySelectorAll(".fl svg:has(text)")]
  .filter((svg) => svg.checkVisibility() && svg.getScreenCTM().a < 0.999)
  .map((svg) => svg.getAttribute("aria-label"))"""
PAGE_SCROLLS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Filled buttons, outlined controls, keys that are written in the header, and controls without a
# name or, if they have a key, without saying so.
CONTROLS = """() => {
  const root = document.querySelector(".fl"), all = [...root.querySelectorAll(
    "button,input,select,[role=spinbutton],[role=radio]")].filter((one) => one.checkVisibility());
  const name = (one) => one.ariaLabel || (one.closest("label") ?? one).textContent.trim();
  const style = (one) => getComputedStyle(one), clear = /rgba\\(.*, 0\\)|transparent/;
  const header = [...root.querySelectorAll(".fl-header button,.fl-header input:not([type=range])")]
    .filter((one) => one.checkVisibility());
  return {
    filled: header.filter((one) => one.classList.contains("fl-main")).length,
    outlined: header.filter((one) => !clear.test(style(one).borderTopColor)
      && parseFloat(style(one).borderTopWidth) && !one.closest(".fl-seg")
      && !one.classList.contains("fl-main")).length,
    keys: [...root.querySelectorAll(".fl-header kbd")]
      .filter((one) => one.checkVisibility({ visibilityProperty: true })).length,
    unnamed: all.filter((one) => !name(one)).map((one) => one.outerHTML.slice(0, 80)),
  };
}"""
# Where what stands at the left edge begins, from the border of the view, in pixels of the view.
EDGES = """() => {
  const root = document.querySelector(".fl"), zoom = root.currentCSSZoom ?? 1;
  const left = root.getBoundingClientRect().left + zoom * root.clientLeft;
  const begin = (one) => (one.getBoundingClientRect().left - left) / zoom;
  const first = (what) => [...root.querySelectorAll(what)]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1)
    .sort((a, b) => begin(a) - begin(b))[0];
  const parts = {
    header: ".fl-header > .fl-bar > *, .fl-header .fl-title",
    foot: ".fl-foot > p:not(:empty)",
    tiles: ".fl-tiles dt", caption: ":scope > .fl-caption:not(:empty)",
    panel: ":scope > .fl-panel > *",
  };
  return Object.fromEntries(Object.entries(parts).map(([name, what]) => [name, first(what)])
    .filter(([, one]) => one).map(([name, one]) => [name, begin(one)]));
}"""
FOOT = "() => document.querySelector('.fl-foot > .fl-caption')?.textContent ?? ''"
# The longest transition and animation of any part, in milliseconds.
MOVES = """() => {
  const longest = (text) => Math.max(...text.split(",").map((one) =>
    parseFloat(one) * (one.trim().endsWith("ms") ? 1 : 1000)));
  const all = [...document.querySelectorAll(".fl, .fl *")];
  return Math.max(...all.map((one) => getComputedStyle(one)).flatMap((style) =>
    [longest(style.transitionDuration), longest(style.animationDuration)]));
}"""


# Random keys of the view and clicks on it, a frame apart; the changes of its height, each with the
# step that made it, and the longest sentence on its foot.
WALK = """async ([seed, count, clickable]) => {
  const root = document.querySelector(".fl"), height = () => root.getBoundingClientRect().height;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const any = (list) => list[Math.floor(random() * list.length)];
  const arrows = { "↑": "ArrowUp", "↓": "ArrowDown", "←": "ArrowLeft", "→": "ArrowRight" };
  const signs = { space: " ", ...arrows };
  const keys = [...root.querySelectorAll(".fl-keys kbd")].slice(1).map((one) => one.textContent);
  const first = height(), changes = [];
  let sentence = "";
  for (let i = 0; i < count; i++) {
    let done;
    if (random() < 0.7) {
      root.focus({ preventScroll: true });
      done = any([...new Set([...keys, "0", "1", "2"])]);
      root.dispatchEvent(new KeyboardEvent("keydown", { key: signs[done] ?? done, bubbles: true }));
    } else {
      const parts = [...root.querySelectorAll(clickable)];
      const part = any(parts.filter((one) => one.checkVisibility()));
      part?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
      done = `click ${part?.ariaLabel ?? part?.textContent.slice(0, 40)}`;
    }
    await new Promise(requestAnimationFrame);
    if (Math.abs(height() - first) > 0.5) changes.push([done, height() - first]);
    const said = root.querySelector(".fl-foot > .fl-caption")?.textContent ?? "";
    if (said.length > sentence.length) sentence = said;
  }
  return { changes, sentence };
}"""


def walk(page: Page, steps: int) -> list[Any]:
    """The changes of its height in so many random steps, and a sentence that is too long."""
    found = page.evaluate(WALK, [1, steps, CLICKABLE])
    long = [found["sentence"]] if len(found["sentence"]) > SENTENCE else []
    return found["changes"] + long
