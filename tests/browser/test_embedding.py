"""Rows in the plane on a page from disk, by keys alone: which mark is chosen, and what is said."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from playwright.sync_api import expect

import funclab
from funclab.layers import Embedding
from funclab.view.embedding.view import EmbeddingView
from tests.browser.bridge import bridged_page, wired
from tests.view.mistakes import models


@pytest.fixture(scope="module")
def view():
    return funclab.embedding(models.images(), *models.digits(80))


@pytest.fixture
def bridged(browser, tmp_path, monkeypatch):
    """`bridged(view)`: its page, whose kernel is this process."""
    complaints, pages = [], []
    wired(monkeypatch)
    monkeypatch.setattr(EmbeddingView, "complete", lambda self: {})  # a notebook does without it

    def show(view):
        pages.append(bridged_page(browser, tmp_path, view, complaints.append))
        return pages[-1]

    yield show
    for page in pages:
        page.close()
    assert complaints == []


def chosen(page) -> int:
    heading = page.locator(".fl-told h2")
    expect(heading).to_contain_text("Sample ")
    return int(heading.inner_text().split(":")[0].split()[1])


def test_arrows_go_to_a_mark_in_their_direction(view, opened_page):
    page = opened_page(view)
    places = np.array(view.facts["places"]["pca"])
    page.keyboard.press("ArrowRight")
    now = chosen(page)

    for key, (dx, dy) in {"ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowLeft": (-1, 0),
                          "ArrowDown": (0, 1)}.items():  # fmt: skip
        page.keyboard.press(key)
        then = chosen(page)
        step = places[then] - places[now]
        ahead, aside = step @ (dx, dy), abs(step @ (dy, dx))
        assert then == now or 0 < ahead >= aside
        expect(page.locator(".fl-status")).to_contain_text(view.facts["words"][then])
        now = then
    page.keyboard.press("u")
    assert chosen(page) != now


def test_n_goes_through_the_nearest_in_the_full_space(view, opened_page):
    page = opened_page(view)
    page.keyboard.press(".")
    near, away = view.facts["near"][0], view.facts["away"][0]
    assert chosen(page) == 0
    expect(page.locator(".fl-chosen path")).to_have_count(8)

    for k in range(8):
        page.keyboard.press("n")
        expect(page.locator(".fl-status")).to_have_text(
            f"Neighbour {k + 1} of 8, {away[k]} away. {view.facts['names'][near[k]]}."
        )
        expect(page.locator(".fl-cards li").nth(k).locator("button")).to_have_attribute(
            "aria-pressed", "true"
        )
    page.keyboard.press("Enter")
    assert chosen(page) == near[7]
    page.keyboard.press("Escape")
    expect(page.locator(".fl-told h2")).to_have_count(0)


def test_every_mark_is_written_as_its_label_and_wrong_ones_have_a_circle(view, opened_page):
    page = opened_page(view)
    marks = page.locator(".fl-plane g.shape > text").all_text_contents()

    assert marks == view.rows.labels
    assert page.locator(".fl-plane circle").count() == int(view.rows.wrong.sum())


def test_f_turns_to_tsne_and_says_what_that_does_not_show(view, opened_page):
    page = opened_page(view)

    for face in ("tsne", "pca"):
        page.keyboard.press("f")
        expect(page.locator(".fl-limits")).to_contain_text(view.facts["limits"][face])
        x = page.locator(".fl-plane g.shape > text").nth(7).get_attribute("x")
        assert float(x) == pytest.approx(view.facts["places"][face][7][0], abs=0.06)
    for name, value in view.facts["trust"]:
        expect(page.locator(".fl-panel table")).to_contain_text(name + value)


def test_tsne_is_computed_when_it_is_looked_at_and_can_be_stopped(bridged, monkeypatch):
    monkeypatch.setattr("funclab.view.embedding.view.PIECE", 0)
    view = funclab.embedding(models.images(), *models.digits(80))
    page = bridged(view)
    line, mark = page.locator(".fl-computing"), page.locator(".fl-plane g.shape > text").nth(7)
    before = mark.get_attribute("x")
    expect(line).to_have_count(0)

    page.keyboard.press("f")
    expect(line).to_contain_text("of 300. Until then, this is PCA.")
    page.keyboard.press("Escape")
    expect(line).to_contain_text("stopped at step")
    expect(page.locator(".fl-panel")).to_contain_text("its groups may still be mixed")
    stopped = view.plane.step
    assert 0 < stopped < 300
    page.keyboard.press("f")
    expect(line).to_have_count(0)
    assert mark.get_attribute("x") == before and view.plane.step == stopped

    monkeypatch.setattr("funclab.view.embedding.view.PIECE", 0.2)
    page.keyboard.press("f")
    line.get_by_role("button", name="Go on").click()
    expect(line).to_have_count(0)
    expect(page.locator(".fl-status")).to_have_text("t-SNE is computed.")
    expect(page.locator(".fl-limits")).to_contain_text("In t-SNE, sizes of groups")
    assert float(mark.get_attribute("x")) == pytest.approx(
        view.facts["places"]["tsne"][7][0], abs=0.06
    )
    whole = funclab.embedding(view.rows.points, face="tsne")
    assert view.facts["places"] == whole.facts["places"]


def test_a_saved_view_without_tsne_says_that_it_needs_the_kernel(opened_page, monkeypatch):
    view = funclab.embedding(models.images(), *models.digits(80))
    monkeypatch.setattr(EmbeddingView, "complete", lambda self: {})  # a notebook does without it
    page = opened_page(view)
    page.keyboard.press("f")

    expect(page.locator(".fl-computing")).to_contain_text("was not looked at before this was saved")
    expect(page.locator(".fl-limits")).to_contain_text(view.facts["limits"]["pca"])
    page.keyboard.press("ArrowRight")
    assert 0 <= chosen(page) < 80


def test_i_shows_stored_samples_in_place_of_their_marks(view, opened_page):
    page = opened_page(view)
    stored = [int(name.split()[1]) for name in view.pictures if name.startswith("sample")]
    places = np.array(view.facts["places"]["pca"])
    apart = []
    for i in stored:
        if all(np.abs(places[i] - places[j]).max() >= 22 for j in apart):
            apart.append(i)

    page.keyboard.press("i")
    expect(page.locator(".fl-thumbs > svg")).to_have_count(len(apart))
    expect(page.locator(".fl-foot")).to_contain_text(f"{len(apart)} samples are drawn")
    expect(page.locator(".fl-plane g.shape > text").nth(apart[0])).to_be_hidden()
    far = next(i for i in range(len(places)) if np.abs(places[i] - places[apart]).max(1).min() > 16)
    expect(page.locator(".fl-plane g.shape > text").nth(far)).to_be_visible()
    page.keyboard.press("i")
    expect(page.locator(".fl-thumbs")).to_be_hidden()


def test_a_sample_is_found_by_its_number_and_a_mark_by_a_click(view, opened_page):
    page = opened_page(view)

    page.keyboard.press("/")
    page.keyboard.type("42\n")
    assert chosen(page) == 42
    page.locator(".fl-plane g.shape > text").nth(9).click(force=True)
    near = np.array(view.facts["places"]["pca"])
    assert np.hypot(*(near[chosen(page)] - near[9])) < 8


def test_words_that_lie_on_each_other_are_moved_apart_and_chosen_by_a_click(opened_page):
    rows = np.array([[0, 0], [0.02, 0.01], [0.01, -0.02], [1, 1], [-1, 1]], "float32")
    names = ["bites", "chases", "feeds", "cat", "dog"]
    table = Embedding(5, 2)
    table.build((None, 1))
    table.set_weights([rows])
    page = opened_page(funclab.embedding(table, tokens=names))
    words = page.locator(".fl-plane g.shape > text")
    boxes = {word.text_content(): word.bounding_box() for word in words.all()}
    crowd = sorted((boxes[name]["y"], name) for name in names[:3])

    assert all(b[0] - a[0] >= 11 for a, b in itertools.pairwise(crowd))
    assert page.locator(".fl-plane svg > path").count() == 2
    for name, box in boxes.items():
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.locator(".fl-told h2")).to_contain_text(name)


def test_the_question_covers_the_numbers_of_trust(opened_page):
    view = funclab.embedding(models.images(), *models.digits(80), ask=True)
    page = opened_page(view)
    asked = view.facts["questions"]["open"]

    expect(page.locator(".fl-prompt")).to_have_text(asked["prompt"])
    expect(page.locator(".fl-panel table")).to_have_count(0)
    page.keyboard.press(str(asked["options"].index(asked["answer"]) + 1))
    expect(page.locator(".fl-ask")).to_contain_text(f"Right: {asked['answer']}.")
    expect(page.locator(".fl-panel table")).to_be_visible()


@pytest.mark.parametrize("look, width", [
    ("light", 1128), ("dark", 832), ("light", 422), ("projector", 1212),
])  # fmt: skip
def test_all_marks_are_in_sight_at_every_width(look, width, opened_page):
    view = funclab.embedding(models.images(), *models.digits(60), look=look, sample=0)
    page = opened_page(view, width=width, height=720)
    stage = page.locator(".fl-stage").bounding_box()

    for key in ("f", "f"):
        page.keyboard.press(key)
        plane = page.locator(".fl-plane > svg").bounding_box()
        assert plane["x"] >= stage["x"] - 1
        assert plane["x"] + plane["width"] <= stage["x"] + stage["width"] + 1
        assert page.locator(".fl").bounding_box()["height"] <= 620
    assert page.evaluate("document.documentElement.scrollWidth") <= width
