"""What a class can read on a projector: the size of every word a view shows."""

from __future__ import annotations

from playwright.sync_api import Locator

LEAST = 18  # pixels, at 1280x720
SMALL_WORDS = """(root, least) => [...root.querySelectorAll("*")]
  .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) =>
    node.nodeType === 3 && node.data.trim()))
  .map((one) => {
    const drawn = one.getScreenCTM && one instanceof SVGElement;
    const scale = drawn ? one.getScreenCTM().a : one.currentCSSZoom ?? 1;
    return [parseFloat(getComputedStyle(one).fontSize) * scale,
      one.textContent];
  })
  .filter(([size]) => size < least)"""


def small_words(view: Locator) -> list[tuple[float, str]]:
    """The words of a view that are too small for a projector, each with its size in pixels."""
    return view.evaluate(SMALL_WORDS, LEAST - 0.01)
