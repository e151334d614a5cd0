"""A sample that is changed and drawn, and its maps: on a page from disk, and with a kernel."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

import funclab
from tests.browser.bridge import bridged_page, wired
from tests.browser.projector import small_words
from tests.browser.waiting import becomes
from tests.view.whatif.models import editor, reader, trio

ROOT = ".fl-whatif"
SAY, STATUS = f"{ROOT} .fl-wi-say", f"{ROOT} .fl-status"
HEIGHT = "() => document.querySelector('.fl').getBoundingClientRect().height"
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FACES = ["all", "change", "cover", "slope", "share", "region"]


@pytest.fixture
def bridged(browser, tmp_path, monkeypatch):
    """`bridged(...)`: a view, and its page, whose kernel is this process."""
    complaints, pages = [], []
    wired(monkeypatch)

    def show(made, **settings):
        view = funclab.whatif(*made(), **settings)
        page = bridged_page(browser, tmp_path, view, complaints.append)
        pages.append(page)
        return view, page

    yield show
    for page in pages:
        page.close()
    assert complaints == []


def p_of(sample):
    return reader()[0].predict(sample, verbose=0)[0]


def percent(p):
    return f"{100 * p:.0f} %" if 0.01 <= p <= 0.99 else f"{100 * p:.1f} %"


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_keys_walk_samples_faces_and_answers(opened_page):
    model, x, y = reader()
    view = funclab.whatif(model, x, y)
    page = opened_page(view)
    p = model.predict(x, verbose=0)
    first, last = view.strip[0], view.strip[-1]

    expect(page.locator(SAY)).to_have_text(
        f"Sample {last} is read as {p[last].argmax()}, with {percent(p[last].max())}; "
        f"the truth is {y[last]}."
    )
    press(page, ".")
    expect(page.locator(SAY)).to_have_text(
        f"Sample {first} is read as {y[first]}, with {percent(p[first].max())}."
    )
    for face in FACES[1:]:
        press(page, "f")
        expect(page.locator(ROOT)).to_have_attribute("data-face", face)
        expect(page.locator(f"{ROOT} .fl-wi-limits")).to_contain_text("What this does not show.")
    press(page, ",", "t")
    expect(page.locator(STATUS)).to_have_text(f"for the truth, {y[last]}")
    press(page, "]")
    expect(page.locator(STATUS)).to_contain_text(f"{(int(y[last]) + 1) % 10}")


def test_a_chosen_cell_is_read_out_with_the_number_of_each_map(opened_page):
    view = funclab.whatif(*reader(), sample=368)
    page = opened_page(view)

    press(page, "ArrowDown", *["ArrowRight"] * 5)

    value = float(reader()[1][368, 1, 5, 0])
    said = page.locator(STATUS).inner_text()
    assert said.startswith(f"row 1, column 5: {value:.2f}; ")
    for name, numbers in view.maps.items():
        [number] = re.findall(rf"{name} (−?[\d.]+)", said, re.IGNORECASE)
        top = abs(numbers).max()
        assert float(number.replace("−", "-")) == pytest.approx(
            numbers[1, 5], abs=top / 200 + 0.006
        )
        label = page.get_by_role("img", name=f"{name} for its answer, 5, row 1, column 5").first
        expect(label).to_be_visible()


def test_the_smallest_change_is_made_undone_and_shown_without_a_kernel(opened_page):
    view = funclab.whatif(*reader(), sample=368, of="9")
    page = opened_page(view)
    found = view.study.told_smallest(json.dumps([368, False, [], 9]))
    before = page.locator(SAY).inner_text()

    press(page, "s")

    own = int(np.argmax(found["answers"]))
    expect(page.locator(SAY)).to_have_text(
        f"One change: read as {own}, with {percent(found['answers'][own])}; before, as 5."
    )
    expect(page.locator(STATUS)).to_contain_text(
        f"row {found['cell'] // 8}, column {found['cell'] % 8} from"
    )
    bars = page.locator(f"{ROOT} .fl-wi-answers").nth(1).locator("li")
    assert bars.locator("code").all_inner_texts() == [percent(p) for p in found["answers"]]
    press(page, "u")
    expect(page.locator(SAY)).to_have_text(before)


def test_a_change_that_is_not_stored_says_that_it_needs_the_kernel(opened_page):
    page = opened_page(funclab.whatif(*reader()))

    press(page, "Enter")

    expect(page.locator(SAY)).to_contain_text("it needs the kernel")


def test_a_feature_is_moved_along_its_stored_curve(opened_page):
    model, x, y = trio()
    view = funclab.whatif(model, x, y, sample=3, face="change")
    page = opened_page(view)

    page.get_by_role("slider").focus()
    press(page, "Home", *["ArrowRight"] * 4)

    grid = np.linspace(x["measures"][:, 0].min(), x["measures"][:, 0].max(), 33)
    other = {name: array[3:4].copy() for name, array in x.items()}
    other["measures"][0, 0] = grid[4]
    answers = model.predict(other, verbose=0)
    shown = page.locator(f"{ROOT} .fl-wi-answers").nth(1).locator("code").all_inner_texts()
    assert shown[:3] == [percent(p) for p in answers[0][0]]
    assert float(shown[4]) == pytest.approx(answers[2][0, 0], abs=2e-3)


def test_a_digit_is_drawn_with_the_mouse_read_by_the_model_and_followed_to_its_maps(bridged):
    view, page = bridged(reader)
    press(page, "d")
    expect(page.locator(SAY)).to_contain_text("An empty picture")
    box = page.locator(f"{ROOT} .fl-wi-image").bounding_box()

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 20, steps=8)
    page.mouse.up()

    becomes(page, lambda: bool(view.state["blank"] and view.sample.any()), True)
    drawn = view.sample[0, :, :, 0]
    assert drawn.max() >= 0.75 and drawn[:, 3:5].sum() > 0.8 * drawn.sum()
    p = p_of(view.sample)
    expect(page.locator(SAY)).to_have_text(
        f"Your drawing is read as {p.argmax()}, with {percent(p.max())}."
    )
    press(page, "f")
    expect(page.locator(f"{ROOT} .fl-wi-map")).to_have_count(1)
    press(page, "u", "u")
    expect(page.locator(SAY)).to_contain_text("An empty picture")


def test_a_finger_draws_on_a_phone_and_the_page_does_not_move(bridged):
    view, page = bridged(reader)
    page.set_viewport_size({"width": 390, "height": 800})
    press(page, "d")
    picture = page.locator(f"{ROOT} .fl-wi-image")
    box = picture.bounding_box()
    middle = box["x"] + box["width"] / 2

    assert picture.evaluate("one => getComputedStyle(one).touchAction") == "none"
    for kind, y in (("pointerdown", 20), ("pointermove", box["height"] - 20), ("pointerup", 20)):
        place = {"clientX": middle, "clientY": box["y"] + y, "pointerId": 1, "pointerType": "touch"}
        picture.dispatch_event(kind, {**place, "isPrimary": True, "bubbles": True})

    becomes(page, lambda: bool(view.state["blank"] and view.sample.any()), True)
    p = p_of(view.sample)
    expect(page.locator(SAY)).to_contain_text(f"read as {p.argmax()}, with {percent(p.max())}")
    expect(page.locator(f"{ROOT} .fl-wi-limits")).to_be_in_viewport()


def test_a_digit_is_drawn_with_keys_and_moved(bridged):
    view, page = bridged(reader)
    press(page, "d", "ArrowUp", "ArrowUp", "ArrowUp", *["ArrowDown"] * 6)
    becomes(page, lambda: bool(view.sample[0, 6, 4, 0]), True)
    before = view.sample[0, :, :, 0]

    press(page, "m", "ArrowRight", "ArrowDown")

    wanted = np.zeros((8, 8))
    wanted[1:, 1:] = before[:-1, :-1]
    becomes(page, lambda: bool(np.array_equal(view.sample[0, :, :, 0], wanted)), True)
    p = p_of(view.sample)
    expect(page.locator(SAY)).to_contain_text(f"read as {p.argmax()}, with {percent(p.max())}")
    press(page, "u", "u")
    becomes(page, lambda: bool(np.array_equal(view.sample[0, :, :, 0], before)), True)


def test_a_pixel_and_a_word_are_set_by_keys_and_the_answer_follows(bridged):
    view, page = bridged(reader, sample=368)
    press(page, "ArrowDown", *["ArrowRight"] * 5, "Enter")
    becomes(page, lambda: view.state["changes"], [13, 1])
    p = p_of(view.sample)
    expect(page.locator(SAY)).to_contain_text(f"read as {p.argmax()}, with {percent(p.max())}")

    view, page = bridged(editor, sample=0)
    press(page, "+")
    becomes(page, lambda: len(view.state["changes"]), 2)
    model = editor()[0]
    p = float(model.predict(view.sample, verbose=0)[0, 0])
    expect(page.locator(SAY)).to_contain_text(f"popular = {percent(p)}")


def test_a_key_takes_a_word_out_or_the_ink_or_sets_a_feature_to_its_mean(bridged):
    view, page = bridged(editor, sample=0)
    before = view.sample["words"][0].copy()
    press(page, "ArrowRight", "x")
    becomes(page, lambda: view.state["changes"], [1, 0])
    without = np.array([[before[0], 0, *before[2:]]])
    p = float(editor()[0].predict({**view.sample, "words": without}, verbose=0)[0, 0])
    expect(page.locator(SAY)).to_contain_text(f"popular = {percent(p)}")
    expect(page.locator(".fl-wi-said")).to_contain_text("(no word), was ")

    _, x, _ = reader()
    view, page = bridged(reader, sample=368)
    press(page, "ArrowDown", *["ArrowRight"] * 5)
    assert x[368, 1, 5, 0] > 0
    press(page, "x")
    becomes(page, lambda: view.state["changes"], [13, 0])

    _, x, _ = trio()
    view, page = bridged(trio, sample=0)
    press(page, "x")
    becomes(page, lambda: view.state["changes"][:1], [0])
    mean = float(x["measures"][:500, 0].mean())
    assert view.sample["measures"][0, 0] == pytest.approx(mean, abs=1e-4)


def test_another_sample_begins_as_it_is(bridged):
    view, page = bridged(reader, sample=368)
    press(page, "m", "ArrowLeft")
    becomes(page, lambda: bool(view.state["changes"]), True)

    press(page, "Escape", ".")
    becomes(page, lambda: view.state["sample"] != 368, True)
    assert view.state["changes"] == []
    press(page, "u")
    becomes(page, lambda: (view.state["sample"], bool(view.state["changes"])), (368, True))


def test_what_was_tried_is_stored_with_the_view(bridged):
    view, page = bridged(reader, sample=368)

    press(page, "Enter", "+")

    becomes(page, lambda: len(view.facts["answer"]), 1)
    assert view._stored()["serial"] == view.status["serial"]


def test_a_question_comes_before_the_face_that_answers_it(opened_page):
    page = opened_page(funclab.whatif(*reader(), face="slope", ask=True))

    press(page, "f")
    expect(page.locator(f"{ROOT} .fl-prompt")).to_have_text("What do the shares add up to?")
    expect(page.locator(ROOT)).to_have_attribute("data-face", "slope")
    press(page, "2")

    expect(page.locator(ROOT)).to_have_attribute("data-face", "share")
    expect(page.locator(f"{ROOT} .fl-ask")).to_contain_text("Right")


@pytest.mark.parametrize("made", [reader, trio, editor])
def test_it_has_one_height_in_a_notebook_and_no_sideways_scroll(opened_page, made):
    view = funclab.whatif(*made())
    page = opened_page(view, width=1128, height=720)
    heights = []

    for _ in view.facts["faces"]:
        heights.append(page.evaluate(HEIGHT))
        press(page, "f")

    assert max(heights) == min(heights) <= 620
    for width in (832, 422):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SIDEWAYS) <= 0


def test_on_a_projector_every_word_is_large_enough(opened_page):
    page = opened_page(funclab.whatif(*reader(), look="projector"), width=1280, height=720)

    for _ in FACES:
        assert small_words(page.locator(ROOT)) == []
        press(page, "f")
    assert page.evaluate(HEIGHT) <= 620


def test_samples_that_are_not_stored_are_said_to_need_the_kernel(opened_page):
    page = opened_page(funclab.whatif(*reader(), store=False))

    expect(page.locator(SAY)).to_contain_text("not stored")


def test_maps_that_take_long_can_be_stopped_and_gone_on_with(bridged, monkeypatch):
    monkeypatch.setattr("funclab.view.whatif.view.PIECE", 0)
    _, page = bridged(reader, face="cover")
    computing = page.locator(f"{ROOT} .fl-wi-computing")
    maps = page.locator(f"{ROOT} .fl-wi-maps svg")

    press(page, "]")
    expect(computing).to_contain_text("Computing the maps")
    press(page, "Escape")
    expect(computing).to_contain_text("stopped at")
    stopped = computing.text_content()
    assert maps.count() == 0 and computing.text_content() == stopped
    computing.get_by_role("button", name="Go on").click()

    expect(maps).to_have_count(1)
    expect(computing).to_have_count(0)


@pytest.mark.parametrize("face", ["all", "change"])
def test_in_a_low_window_image_and_panel_are_seen_whole(opened_page, face):
    page = opened_page(funclab.whatif(*reader(), face=face), width=1132, height=628)
    hidden = "part => part.scrollHeight - part.clientHeight"

    assert page.locator(".fl").bounding_box()["height"] == 528
    assert page.locator(".fl-stage").evaluate(hidden) <= 4
    assert page.locator(".fl-panel").evaluate(hidden) <= 0


def test_where_the_answer_is_wrong_there_is_a_second_row_of_maps_for_the_truth(opened_page):
    view = funclab.whatif(*reader())
    told = view.facts["sample"]
    wrong = next(int(key) for key in told if told[key]["truths"] != [told[key]["own"]])
    view.show(sample=wrong)
    truth = view.facts["targets"][told[str(wrong)]["truths"][0]]["name"]
    labels = "maps => maps.map((map) => map.ariaLabel)"

    page = opened_page(view, width=1132, height=760)
    page.locator(".fl-wi-whom").first.wait_for()
    both = page.locator(".fl-wi-map").evaluate_all(labels)
    view.show(of=truth)
    alone = opened_page(view, width=1132, height=760).locator(".fl-wi-map").evaluate_all(labels)

    assert len(both) == 8 and len(alone) == 4
    assert both[4:] == alone and all(f"for the truth, {truth}" in label for label in alone)
