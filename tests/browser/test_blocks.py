"""Blocks in the explorer: opened and closed in place, walked by keys, and in the table."""

import re

import pytest
from playwright.sync_api import expect

import funclab
from tests.view import gallery

ROOT = ".fl-explorer"


def box(page, key):
    return page.locator(f'{ROOT} .box[data-key="{key}"]')


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


COLUMNS_OF = """keys => keys.map((key) => {
  const at = document.querySelector(`.box[data-key="${key}"] > rect`).getBoundingClientRect();
  return Math.round(at.x + at.width / 2);
})"""


def test_a_block_opens_in_place_all_others_keep_their_columns_and_it_closes_again(opened_page):
    page = opened_page(funclab.explore(gallery.built("mobilenet")))
    shown = page.locator(f"{ROOT} .fl-stage .box").all()
    keys = [box.get_attribute("data-key") for box in shown]
    key = next(key for key in keys if key.startswith("block block_6"))
    others = [other for other in keys if other != key]

    def columns():
        centres = page.evaluate(COLUMNS_OF, others)
        return [sorted({*centres}).index(centre) for centre in centres]

    before = columns()

    box(page, key).locator(".fl-sign").click()

    assert box(page, key).get_attribute("aria-expanded") == "true"
    assert "Opened: " in page.locator(f"{ROOT} .fl-status").inner_text()
    assert len({*before}) > 1
    assert columns() == before
    for pressed, opened in (("Escape", "false"), ("Enter", "true"), ("0", "false")):
        press(page, pressed)
        assert box(page, key).get_attribute("aria-expanded") == opened


def test_arrows_walk_from_block_to_block_and_the_panel_says_what_one_holds(opened_page):
    view = funclab.explore(gallery.built("mobilenet"))
    page = opened_page(view)
    current = page.locator(f"{ROOT} .fl-stage [aria-pressed=true]")

    press(page, "]")
    first = current.get_attribute("data-key")
    facts = list(view.pictures.values())[-1]["blocks"][first]
    panel = page.locator(f"{ROOT} .fl-panel").inner_text()
    press(page, "ArrowDown")
    second = current.get_attribute("data-key")
    press(page, "ArrowUp")

    assert facts["content"] in panel
    assert facts["weights"] in panel
    assert first != second
    assert current.get_attribute("data-key") == first


def test_the_table_of_all_calls_says_in_which_block_each_is(opened_page):
    view = funclab.explore(gallery.built("mobilenet"))
    page = opened_page(view)

    told = page.locator(f"{ROOT} .fl-panel").inner_text()
    press(page, "t")

    held = int(re.search(r"(\d+) in \d+ blocks", told)[1])
    cells = page.locator(f"{ROOT} .fl-all tr > :last-child").all_inner_texts()
    assert cells[0] == "in block"
    assert len(cells) == 1 + len(view.facts["nodes"])
    assert sum(bool(cell.strip()) for cell in cells[1:]) == held


@pytest.mark.parametrize("name", ["chain_60", "vqa", "mobilenet"])
def test_the_sign_that_opens_a_box_is_in_the_right_half_of_it(name, opened_page):
    page = opened_page(funclab.explore(gallery.built(name)))
    signs = page.locator(".box[aria-expanded=false] > .fl-sign")

    expect(signs.first).to_be_attached()
    for sign in signs.all():
        at, around = sign.bounding_box(), sign.locator("xpath=../*[local-name()='rect'][1]")
        box = around.bounding_box()
        assert box["x"] + box["width"] / 2 < at["x"]
        assert at["x"] + at["width"] <= box["x"] + box["width"] + 1
        assert at["y"] + at["height"] <= box["y"] + box["height"] + 1


def test_the_caption_says_how_many_boxes_hold_several_calls(opened_page):
    page = opened_page(funclab.explore(gallery.built("mobilenet")))
    caption = page.locator(f"{ROOT} .fl-caption")
    closed = page.locator(f"{ROOT} .fl-stage .box[data-key^='block ']:not(.frame)").count()

    assert closed > 1
    expect(caption).to_contain_text(f"{closed} boxes with + hold several of them")
