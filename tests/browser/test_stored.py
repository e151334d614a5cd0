"""What views store passes the gate unchanged; what they never store is refused, or left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import funclab
from funclab.view.live.assets import module
from tests.browser.test_accessibility import VIEWS
from tests.view import gallery
from tests.view.models import twice

LOAD = """async (script) => {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  globalThis.view = await import(address);
}"""
CHECKED = "(traits) => view.live.checked(traits)"
REFUSED = """(traits) => {
  try { return view.live.checked(traits), ''; }
  catch (error) { return error.message; }
}"""
# What a picture loses: attributes that are others afterwards, and elements that are gone.
LOST = """(markups) => {
  const lost = new Set(), unseen = (part) => /^(title|desc|style)$/.test(part.localName);
  const compare = (before, after) => {
    for (const { name, value } of before.attributes)
      if (after.getAttribute(name) !== value) lost.add(`${name}=${value}`);
    const children = [...before.children].filter((part) => !unseen(part));
    if (children.length !== after.children.length) lost.add(before.outerHTML.slice(0, 200));
    else children.forEach((child, i) => compare(child, after.children[i]));
    const text = before.localName === 'text' && before.textContent;
    if (text && text !== after.textContent) lost.add(text);
  };
  for (const markup of markups) {
    const parsed = new DOMParser().parseFromString(markup, 'image/svg+xml').documentElement;
    for (const size of ["width", "height"]) parsed.removeAttribute(size); // it is as large as drawn
    compare(parsed, view.live.pictureFrom(markup));
  }
  return [...lost];
}"""

LARGE = {
    "explorer of 197 calls": lambda: funclab.explore(gallery.mobilenet(), look="projector"),
    "a model of 197 calls twice": lambda: funclab.diff(*[gallery.mobilenet()] * 2).view(),
}
WRONG: dict[str, dict[str, Any]] = {
    "a state in a state": {"state": {"selected": {"a": 1}}},
    "a stop that is a word": {"stop": "1"},
    "a tour without texts": {"tour": [{"state": {}}]},
    "facts in a list": {"facts": []},
    "a picture in place of pictures": {"pictures": "<svg/>"},
    "a long state": {"state": {"selected": "x" * 200_000}},
    "a long list": {"facts": {"layers": [0] * 30_000}},
    "a deep list": {"facts": {"layers": json.loads("[" * 99 + "]" * 99)}},
    "a name of all objects": {"facts": {"__proto__": {"a": 1}}},
}
LEFT_OUT = {"xmlns=http://www.w3.org/2000/svg", "style=max-width:100%;height:auto"}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with the module of a view, as anywidget loads it."""
    page = browser.new_page()
    page.evaluate(LOAD, module("explorer"))
    yield page
    page.close()


def stored(view: Any) -> dict[str, Any]:
    """All that a page or a notebook may keep of a view."""
    traits = {name: getattr(view, name) for name in view.page_traits()} | view.complete()
    return json.loads(json.dumps(traits))


def pictures(value: Any) -> list[str]:
    """All pictures in JSON."""
    if isinstance(value, str):
        return [value] * value.startswith("<svg")
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [picture for part in parts for picture in pictures(part)]


@pytest.mark.parametrize("name", [*VIEWS, *LARGE])
def test_all_that_a_view_stores_and_draws_is_shown_as_it_is(name, page):
    traits = stored((VIEWS | LARGE)[name]())

    assert page.evaluate(CHECKED, traits) == traits
    assert set(page.evaluate(LOST, pictures(traits))) <= LEFT_OUT


@pytest.mark.parametrize("name", WRONG)
def test_a_stored_view_that_no_view_would_store_is_refused(name, page):
    traits = json.dumps(stored(funclab.explore(twice())) | WRONG[name])

    said = page.evaluate(f"(text) => ({REFUSED})(JSON.parse(text))", traits)

    assert said.startswith("A stored view is refused: ")


def test_more_text_than_the_largest_views_have_is_refused(page):
    much = "{ facts: { lines: Array(50).fill('x'.repeat(1e6)) } }"

    assert "too large" in page.evaluate(f"() => ({REFUSED})({much})")


def test_what_is_no_trait_of_a_view_is_left_out(page):
    assert page.evaluate(CHECKED, {"stop": 1, "own_id": "a", "listeners": {}}) == {"stop": 1}
