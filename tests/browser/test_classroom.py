"""The page of a class: nothing runs on it, and it can be read on any screen, in print and aloud."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from funclab.teach import Class
from tests.teach import classes

SIZES = """() => [...document.querySelectorAll(".fl-classroom *")]
  .filter((part) => [...part.childNodes].some((x) => x.nodeType === 3 && x.data.trim()))
  .map((part) => parseFloat(getComputedStyle(part).fontSize) * (part.currentCSSZoom || 1))"""
SIDEWAYS = """() => [...document.querySelectorAll(".fl-classroom *")]
  .filter((one) => one.scrollWidth - one.clientWidth > 1 && one.clientWidth > 2
    && getComputedStyle(one).overflowX !== "visible").map((one) => one.outerHTML.slice(0, 80))"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
MOST_SIZES = 7


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Class:
    folder = tmp_path_factory.mktemp("class") / "exports"
    mistakes = {
        classes.TWO_EYES: "two_layers",
        classes.OTHER_NAMES: "two_layers",
        classes.ONE_INPUT: "input_missing",
        classes.AGAIN: "called_again",
        classes.COPIED: "copied_weights",
    }
    known = {
        lines: {"mistake": name, "lines": lines.strip(), "made": name}
        for lines, name in mistakes.items()
    }
    classes.hand_in(classes.planted(known), folder)
    return Class(folder, keep=10**6)


@pytest.fixture
def page(browser: Browser, room: Class, tmp_path, request) -> Iterator[Page]:
    """The page of a class in a look; nothing may complain, and nothing may come from elsewhere."""
    look, scheme = getattr(request, "param", ("auto", "light"))
    room.look, path, complaints = look, tmp_path / "class.html", []
    room.save(path)
    opened = browser.new_page(viewport={"width": 1096, "height": 720}, color_scheme=scheme)
    opened.on("console", lambda said: complaints.extend([said.text] * (said.type == "error")))
    opened.on("request", lambda sent: complaints.extend({sent.url} - {path.as_uri()}))
    opened.goto(path.as_uri())
    yield opened
    opened.close()
    assert complaints == []


LOOKS = [("auto", "light"), ("auto", "dark"), ("dark", "light"), ("projector", "light")]
GROUND = "el => getComputedStyle(el).backgroundColor"
DARK = "rgb(20, 24, 29)"


@pytest.mark.parametrize("page", LOOKS, indirect=True, ids=lambda look: " ".join(look))
def test_a_page_breaks_no_rule_of_accessibility_and_fits_on_any_screen(page, room):
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    least = 18 if room.look == "projector" else 11

    assert found.response["violations"] == [], found.generate_report()
    sizes = page.evaluate(SIZES)
    assert min(sizes) >= least and len({round(size, 1) for size in sizes}) <= MOST_SIZES
    dark = room.look == "dark" or page.evaluate("matchMedia('(prefers-color-scheme:dark)').matches")
    assert (page.locator(".fl").first.evaluate(GROUND) == DARK) == dark
    for width in (1096, 800, 390):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate(WIDER) <= 0, width
        if room.look != "projector":
            assert page.evaluate(SIDEWAYS) == [], width


def test_bars_are_as_long_as_the_counts_beside_them_also_in_print(page, room):
    [item] = [row for row in room.items() if row["question"] == "5.1"]
    card = page.locator("article", has=page.locator("h3", has_text="5.1"))
    rows = card.locator(".fl-row")

    for media in ("screen", "print"):
        page.emulate_media(media=media)
        for i, (first, second) in enumerate(zip(item["first"], item["second"])):
            bars = rows.nth(i).locator(".fl-bars")
            whole = bars.bounding_box()["width"]
            boxes = [bars.locator("i").nth(k).bounding_box() for k in range(2)]
            lengths = [box["width"] / whole for box in boxes]
            assert lengths == pytest.approx([first / 40, second / 40], abs=0.01)
            assert boxes[0]["height"] == pytest.approx(10) and boxes[1]["height"] < 5
            assert f"{first} → {second}" in rows.nth(i).inner_text()
    right = rows.locator("p").filter(has_text="✓")
    assert right.inner_text() == "✓ 1 layer, 2 nodes, 2,080 weights"


def test_everything_is_reached_by_key(page, room):
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")

    assert page.get_by_text(room.notes[0]).is_visible()
    stops = page.locator("[tabindex='0']")
    assert stops.count() == page.locator("pre, .fl-wide").count() > 0
    assert "s01 at 5A: 3 × two layers" in page.locator(".fl-aside").last.inner_text()


def test_a_notebook_shows_a_class_in_a_part_that_scrolls(jupyter, run_cells, room):
    folder = repr(str(room.folder))
    notebook = run_cells(jupyter, f"from funclab import teach\nteach.Class({folder}, keep=10**6)")

    held = notebook.page.locator(".fl-held")
    held.wait_for()
    assert held.bounding_box()["height"] <= 560
    assert "What the class believes" in held.inner_text()
    border = "el => getComputedStyle(el).borderTopWidth"
    assert held.locator(".fl-now").first.evaluate(border) == "10px"
