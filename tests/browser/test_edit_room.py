"""The editor where there is little room: what is in sight, and what is said of the rest."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_edit import bridged, press, select
from tests.view import gallery
from tests.view.edit.test_commands import reader

__all__ = ["bridged"]


def test_where_there_is_little_room_verbs_take_the_place_of_the_panel_until_escape(bridged):
    _, page = bridged(reader(), width=1212, look="projector", selected="strokes[0]")
    verbs, panel = page.locator(".fl-verbs"), page.locator(".fl-panel")
    expect(verbs).to_be_hidden()

    press(page, "v")
    expect(verbs).to_be_visible()
    expect(panel).to_be_hidden()
    assert cut_boxes(page) == []
    press(page, "Escape")
    expect(verbs).to_be_hidden()
    expect(page.locator(".box[aria-current]")).to_have_attribute("data-key", "strokes[0]")

    press(page, "v", "e")  # a form has the room that the verbs had
    expect(page.locator("[name=filters]")).to_be_focused()
    expect(verbs).to_be_hidden()
    assert cut_boxes(page) == []
    press(page, "Escape")
    expect(page.locator(".fl-form")).to_have_count(0)


def cut_boxes(page):
    """The calls that are not seen whole."""
    return page.evaluate("""() => {
      const pane = document.querySelector(".fl-graph").getBoundingClientRect();
      return [...document.querySelectorAll(".box[data-key]")].filter((box) => {
        const at = box.getBoundingClientRect();
        return at.left < pane.left || at.right > pane.right
          || at.top < pane.top || at.bottom > pane.bottom;
      }).map((box) => box.dataset.key);
    }""")


def test_a_graph_that_is_wider_than_its_room_says_so_and_what_matters_is_in_sight(bridged):
    _, page = bridged(gallery.inception(), width=848)
    sign = page.locator(".fl-beyond")
    expect(sign).to_have_text("▶ more to the right")
    assert "dense[0]" in cut_boxes(page)

    sign.click()
    expect(sign).to_be_hidden()
    select(page, "image[0]")
    expect(sign).to_have_text("▶ more to the right")
    select(page, "dense[0]")
    assert "dense[0]" not in cut_boxes(page)

    steps = [["connect", "strokes", "flat", {"how": "Add"}]]
    _, page = bridged(reader(), width=422, steps=steps)
    expect(page.locator(".box.fl-failed")).to_have_attribute("data-key", "add[0]")
    expect(page.locator(".fl-beyond")).to_have_text("▼ more below")
    assert "add[0]" not in cut_boxes(page)


def test_what_a_step_breaks_is_said(bridged):
    _, page = bridged(reader(), selected="pool[0]")

    press(page, "c", "Enter")
    offered = page.locator(".fl-repairs .fl-word")
    expect(offered).to_have_count(7)
    press(page, str(offered.all_text_contents().index("Add") + 1))

    expect(page.locator(".fl-status")).to_have_text(
        "Step 1: connect strokes to pool: Add. add cannot be called."
    )


def test_the_numbers_of_inputs_are_above_the_ring_and_beside_the_question_mark(bridged):
    steps = [["connect", "strokes", "pool", {"how": "Concatenate"}]]
    _, page = bridged(reader(), steps=steps, selected="concatenate[0]")
    above = """(key) => {
      const box = document.querySelector(`.box[data-key="${key}"]`);
      const [ring, ...rest] = [...box.children].slice(1), tag = box.querySelector(".fl-tag");
      const numbers = rest.filter((one) => one.textContent.match(/^\\d$/));
      const meet = (a, b) => a.left < b.right && b.left < a.right
        && a.top < b.bottom && b.top < a.bottom;
      const at = (one) => one.getBoundingClientRect();
      return [ring.classList.contains("fl-ring"), numbers.map((one) => one.textContent),
        numbers.some((one) => tag && meet(at(one.previousSibling), at(tag)))];
    }"""
    assert page.evaluate(above, "concatenate[0]") == [True, ["1", "0"], False]

    select(page, "digit[0]")
    press(page, "c")
    while page.locator(".fl-at").text_content() != "concatenate[0]":
        press(page, "ArrowLeft")
    expect(page.locator('.box[data-key="concatenate[0]"] .fl-tag')).to_be_visible()
    assert page.evaluate(above, "concatenate[0]") == [True, ["1", "0"], False]
