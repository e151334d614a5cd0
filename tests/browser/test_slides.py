"""Lessons as slides: each fits the screen, keys turn them, and nothing comes from elsewhere."""

from __future__ import annotations

import pytest

from funclab.teach.slides import write_slides
from tests.lessons.lesson import LESSONS, numbered

SIZE = {"width": 1280, "height": 720}
LETTERS = "26 * slides[at].getBoundingClientRect().width / slides[at].offsetWidth"
CHOSEN = [lesson for lesson in LESSONS if lesson.number in (3, 5, 9)]


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport=SIZE)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("lesson", CHOSEN, ids=str)
def test_every_slide_fits_the_screen_and_can_be_read(lesson, page, tmp_path):
    page.goto(write_slides(lesson.path, tmp_path / "slides.html").as_uri())
    sizes = []

    for _ in range(page.evaluate("slides.length")):
        box = page.locator("section.now").bounding_box()
        letters = page.evaluate(LETTERS)
        sizes.append((box["x"] + box["width"], box["y"] + box["height"], letters))
        page.keyboard.press("PageDown")

    assert len(sizes) > 20
    assert max(right for right, _, _ in sizes) <= 1280
    assert max(bottom for _, bottom, _ in sizes) <= 720
    assert min(letters for _, _, letters in sizes) >= 16


def test_keys_turn_the_slides_and_open_the_answer(page, tmp_path):
    page.goto(write_slides(numbered(5).path, tmp_path / "slides.html").as_uri())
    number, answer = page.locator("#number"), page.locator("section.now details")
    before = number.text_content()

    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    closed = answer.get_attribute("open")
    page.keyboard.press("a")

    assert (before, number.text_content()) == ("1 / 43", "4 / 43")
    assert closed is None and answer.get_attribute("open") is not None
    page.keyboard.press("End")
    assert number.text_content() == "43 / 43"
    page.keyboard.press("Home")
    assert number.text_content() == "1 / 43"


def test_slides_need_no_network_and_open_where_they_were(page, tmp_path):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    path = write_slides(numbered(1).path, tmp_path / "slides.html")

    page.goto(f"{path.as_uri()}#4")
    page.reload()

    assert page.locator("#number").text_content().startswith("4 / ")
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
