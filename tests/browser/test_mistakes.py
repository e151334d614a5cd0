"""The view of mistakes on a page from disk, by keys alone: what it opens, and what it says."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from sklearn.metrics import confusion_matrix

import funclab
from tests.view.mistakes import models

INSIDE = """(view) => {
  const around = view.getBoundingClientRect();
  return [...view.querySelectorAll(".fl-header,.fl-stage,.fl-told,.fl-foot")].every((part) => {
    const { left, right } = part.getBoundingClientRect();
    return left >= around.left - 1 && right <= around.right + 1;
  });
}"""
STEPS = [
    ("ArrowRight", (0, 1)), ("ArrowDown", (1, 1)), ("ArrowDown", (2, 1)),
    ("ArrowLeft", (2, 0)), ("ArrowLeft", (2, 0)), ("ArrowUp", (1, 0)),
]  # fmt: skip


@pytest.fixture(scope="module")
def data():
    return models.sample()


def echo(data, **settings):
    return funclab.mistakes(models.classes(), *data, **settings)


def test_arrows_go_from_cell_to_cell_and_each_says_its_count(data, opened_page):
    x, y = data
    page = opened_page(echo(data, at=[0, 0]))
    counts = confusion_matrix(y, x.argmax(axis=1))
    status, heading = page.locator(".fl-status"), page.locator(".fl-told h2")

    expect(heading).to_have_text("0, said right")
    for key, cell in STEPS:
        page.keyboard.press(key)
        expect(status).to_contain_text(f"{counts[cell]} of {counts[cell[0]].sum()} samples of")
        same = cell[0] == cell[1]
        expect(heading).to_have_text(
            f"{cell[0]}, said right" if same else f"{cell[0]} taken for {cell[1]}"
        )
    page.keyboard.press("m")
    np.fill_diagonal(counts, 0)
    expect(status).to_contain_text(f"{counts.max()} of ")
    page.keyboard.press("u")
    expect(heading).to_have_text("1 taken for 0")


def test_each_cell_has_its_count_in_accessible_text(data, opened_page):
    x, y = data
    page = opened_page(echo(data))
    counts = confusion_matrix(y, x.argmax(axis=1))
    labels = page.locator(".fl-mistakes-main [data-key]").evaluate_all(
        "all => all.map((cell) => [cell.dataset.key, cell.getAttribute('aria-label')])"
    )

    assert len(labels) == 100
    for key, label in labels:
        i, j = map(int, key.split())
        assert label.startswith(f"{counts[i, j]} of {counts[i].sum()} samples of {i} were answered")


def test_comma_and_point_go_through_the_samples_of_a_cell(data, opened_page):
    view = echo(data)
    page = opened_page(view)
    first = " ".join(map(str, view.facts["first"]))
    samples = view.facts["parts"][f"cell  {first}"]["samples"]
    chosen = page.locator(".fl-panel .fl-sample[aria-pressed=true]")

    for key, i in ((".", samples[0]), (".", samples[1]), (",", samples[0]), (",", samples[0])):
        page.keyboard.press(key)
        expect(page.locator(".fl-status")).to_have_text(
            f"{view.facts['samples'][str(i)]['words']} {view.samples.text(i)}"
        )
        expect(chosen).to_contain_text(f"#{i}")
    page.keyboard.press("y")
    expect(page.locator(".fl-status")).to_contain_text(f"sample={samples[0]})")
    page.keyboard.press("Escape")
    expect(chosen).to_have_count(0)


def test_f_turns_to_each_face_and_p_to_percents(data, opened_page):
    x, y = data
    page = opened_page(echo(data, at=[3, 3]))
    share = confusion_matrix(y, x.argmax(axis=1), normalize="true")[3, 3]
    cell = page.locator('.fl-mistakes-main [data-key="3 3"] text')

    page.keyboard.press("p")
    expect(cell).to_have_text(f"{share:.0%}"[:-1])
    page.keyboard.press("f")
    expect(page.locator(".fl-mistakes-main .fl-sample")).to_have_count(24)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".fl-status")).to_contain_text("Sample ")
    page.keyboard.press("f")
    expect(page.locator(".fl-told h2")).to_contain_text("% sure")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".fl-status")).to_contain_text("% sure: ")
    page.keyboard.press("f")
    expect(cell).to_have_text(f"{share:.0%}"[:-1])


def test_a_sample_is_found_by_its_number(data, opened_page):
    view = echo(data)
    page = opened_page(view)
    i = view.facts["parts"]["surest"]["samples"][5]

    page.keyboard.press("/")
    page.keyboard.type(f"{i}\n")
    expect(page.locator(".fl-status")).to_contain_text(f"Sample {i}: ")
    expect(page.locator(".fl-told h2")).to_contain_text("taken for")
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("99999\n")
    expect(page.locator(".fl-status")).to_have_text("There is no sample 99999 here.")


def test_brackets_move_the_threshold(opened_page):
    x = np.linspace(-3, 3, 61, dtype="float32")[:, None]
    y = (np.arange(61) % 3 == 0).astype(int)
    page = opened_page(funclab.mistakes(models.yes_or_no(), x, y, at=[0, 1]))
    p = 1 / (1 + np.exp(-x[:, 0]))
    cell = page.locator('.fl-mistakes-main [data-key="0 1"] text')

    for key, threshold in (("]", 0.55), ("]", 0.6), ("[", 0.55), ("[", 0.5), ("[", 0.45)):
        page.keyboard.press(key)
        expect(page.locator(".fl-bar output")).to_have_text(f"{threshold:.2f}")
        expect(cell).to_have_text(str(confusion_matrix(y, p >= threshold)[0, 1]))
        expect(page.locator(".fl-mistakes-main dl")).to_contain_text("false alarms")


def test_the_threshold_goes_below_a_twentieth_where_a_true_yes_is(opened_page):
    shares = np.array([0.0183, 0.03, 0.3], "float32")
    x, y = np.log(shares / (1 - shares))[:, None], np.array([1, 0, 0])
    page = opened_page(funclab.mistakes(models.yes_or_no(), x, y, threshold=0.05))
    found = page.locator(".fl-mistakes-main dt", has_text="recall").locator("+ dd")

    for threshold in ("0.04", "0.03", "0.025", "0.02"):
        page.keyboard.press("[")
        expect(page.locator(".fl-bar output")).to_have_text(threshold)
        expect(found).to_contain_text("0 · 0 %")
    page.keyboard.press("[")
    expect(page.locator(".fl-bar output")).to_have_text("0.015")
    expect(found).to_contain_text("1 · 100 %")


def test_a_question_covers_its_column_and_nothing_else(data, opened_page):
    view = echo(data, ask=True)
    page = opened_page(view)
    asked = view.facts["questions"]["overview"]
    veiled = page.locator(".fl-veiled")

    expect(page.locator(".fl-prompt")).to_have_text(asked["prompt"])
    expect(veiled).to_have_count(9)
    expect(page.locator(".fl-panel")).to_be_hidden()
    page.keyboard.press(str(asked["options"].index(asked["answer"]) + 1))
    expect(page.locator(".fl-ask")).to_contain_text(f"Right: {asked['answer']}.")
    expect(veiled).to_have_count(0)
    expect(page.locator(".fl-panel")).to_be_visible()
    page.keyboard.press("f")
    page.keyboard.press("f")
    expect(page.locator(".fl-prompt")).to_have_text(view.facts["questions"]["confidence"]["prompt"])
    page.keyboard.press("0")
    expect(page.locator(".fl-told h2")).to_contain_text("% sure")


@pytest.mark.parametrize("look, width", [
    ("light", 1128), ("dark", 832), ("light", 422), ("projector", 1212),
])  # fmt: skip
def test_it_is_whole_at_every_width_and_its_height_stays(look, width, opened_page):
    view = funclab.mistakes(models.images(), *models.digits(60), look=look, sample=0)
    page = opened_page(view, width=width, height=720)
    heights = set()

    for key in ("f", "f", "f", "m"):
        page.keyboard.press(key)
        expect(page.locator(".fl-limits")).to_be_visible()
        heights.add(round(page.locator(".fl").bounding_box()["height"]))
        assert page.locator(".fl").evaluate(INSIDE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert len(heights) == 1
    assert max(heights) <= 620


@pytest.mark.parametrize("face", ["overview", "confidence"])
def test_what_is_true_of_all_samples_is_in_sight_below_the_picture(face, opened_page):
    view = funclab.mistakes(models.images(), *models.digits(60), face=face)
    page = opened_page(view, width=848, height=647)  # in JupyterLab of 1280 × 720
    stage = page.locator(".fl-stage").bounding_box()

    values = page.locator(".fl-mistakes-main .fl-whole dd")
    expect(values).to_have_text([value for _, value in view.facts["whole"][""]])
    for value in values.all():
        box = value.bounding_box()
        assert stage["y"] < box["y"] and box["y"] + box["height"] <= stage["y"] + stage["height"]


def test_what_is_not_shown_follows_the_threshold(opened_page):
    x = np.linspace(-2, 2, 60, dtype="float32")[:, None]
    view = funclab.mistakes(models.yes_or_no(), x, np.arange(60) % 3 == 0)
    page = opened_page(view)
    limits, told = page.locator(".fl-limits"), view.facts["limits_from"]
    expect(limits).to_contain_text(told["0.50"])

    page.keyboard.press("[")

    expect(limits).to_contain_text(told["0.45"])


SIDEWAYS = "stage => stage.scrollWidth - stage.clientWidth"


def test_the_chart_of_sureness_fits_its_width_and_says_what_is_pale(data, opened_page):
    page = opened_page(echo(data, face="confidence"), width=1132, height=660)
    charts = page.locator(".fl-mistakes-main > svg")
    expect(charts).to_have_attribute("viewBox", "0 0 700 420")
    expect(charts).to_contain_text("pale: under 20 samples")
    expect(page.locator(".fl-limits")).not_to_contain_text("pale")

    page.set_viewport_size({"width": 880, "height": 660})
    expect(charts).to_have_attribute("viewBox", "0 0 420 270")

    assert page.locator(".fl-stage").evaluate(SIDEWAYS) == 0


def test_the_mistake_with_the_largest_loss_is_marked_and_no_mistake_is_said(opened_page):
    scores = np.log([[0.6, 0.3, 0.1], [0.1, 0.2, 0.7], [0.9, 0.05, 0.05], [0.6, 0.39, 0.01]])
    page = opened_page(funclab.mistakes(models.classes(3), scores, [2, 2, 0, 2], face="surest"))
    marked = page.locator(".fl-mistakes-main .fl-sample:has(.fl-surest)")

    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("#3 60 %")

    right = opened_page(funclab.mistakes(models.classes(3), scores[1:3], [2, 0]))
    expect(right.locator(".fl-mistakes-side > p")).to_have_text("There is no mistake.")


def test_on_a_projector_a_table_of_ten_classes_is_seen_whole(data, opened_page):
    page = opened_page(echo(data, look="projector"), width=1212, height=720)
    stage = page.locator(".fl-stage")

    assert stage.evaluate(SIDEWAYS) <= 0
    assert stage.evaluate("stage => stage.scrollHeight - stage.clientHeight") <= 0
    expect(page.locator(".fl-told .fl-sample")).to_have_count(3)
