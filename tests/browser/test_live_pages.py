"""A training as a page from disk, without a kernel."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

import funclab
from funclab.layers import Dense
from funclab.view.training import record
from tests.browser import stage
from tests.browser.projector import small_words
from tests.browser.waiting import laid_out
from tests.distribute.sweeps import small
from tests.view import gallery, models
from tests.view.counted import line

# The width of each picture on the page, and its own.
DRAWN = "all => all.map((svg) => [svg.getBoundingClientRect().width, svg.viewBox.baseVal.width])"
UNDER_WAY = {"phase": "running", "epoch": 2, "last": 3, "batch": 4, "steps": 4, "rate": "0.01"}


def test_a_page_saved_during_a_training_says_that_it_is_not_running_now(opened_page):
    view = funclab.watch(trained())
    view.status = UNDER_WAY
    page = opened_page(view)

    page.keyboard.press("x")

    words = "Training was under way when this was saved. It is not running now"
    expect(page.locator(".fl-where")).to_contain_text(words)
    expect(page.locator("[aria-keyshortcuts=x]")).to_be_hidden()
    expect(page.locator(".fl-status")).to_contain_text("no kernel")
    expect(page.locator(".fl-chart svg")).to_have_count(1)
    expect(page.locator(".fl-heat")).to_have_count(2)


def test_values_of_grouped_runs_are_read_under_the_pointer_and_by_keys(opened_page):
    groups = [[trained().history for _ in range(2)] for _ in range(2)]
    view = funclab.compare_runs(shared=groups[0], separate=groups[1])
    means = [np.mean([run.history["loss"][1] for run in group]) for group in groups]
    page = opened_page(view)
    ends = page.locator("[data-end] text")
    last = ends.all_text_contents()

    frame = page.locator(".fl-chart svg").bounding_box()
    tick = page.locator('.fl-chart text[text-anchor="middle"]', has_text=re.compile("^2$"))
    page.mouse.move(tick.bounding_box()["x"] + 3, frame["y"] + 90)
    expect(page.locator(".fl-cursor-text")).to_have_text("epoch 2")
    pointed = ends.all_text_contents()
    page.mouse.move(2, 2)
    expect(page.locator(".fl-cursor-text")).to_have_count(0)
    left = ends.all_text_contents()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".fl-caption")).to_contain_text("Epoch 2: loss: shared ")
    by_keys = ends.all_text_contents()

    assert left == last != pointed
    assert pointed == by_keys
    np.testing.assert_allclose(sorted(map(float, pointed)), sorted(means), rtol=1e-2)


@pytest.mark.parametrize("width", [420, 860, 1400])
@pytest.mark.parametrize("metrics", [["mae"], ["mae", "mape", "cosine_similarity"]])
def test_nothing_is_scaled_down_or_covered_however_narrow_the_output_is(
    opened_page, metrics, width
):
    page = opened_page(funclab.watch(twins(metrics)), width)

    pictures = page.locator(".fl-stage svg").evaluate_all(DRAWN)
    stage = page.locator(".fl-stage").bounding_box()
    boxes = [box.bounding_box() for box in page.locator(".fl-chart,.fl-graph").all()]

    assert [drawn for drawn, _ in pictures] == pytest.approx([own for _, own in pictures])
    assert len(pictures) == len(metrics) + 2
    assert all(box["x"] + box["width"] <= stage["x"] + stage["width"] + 1 for box in boxes)
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair)]


def test_names_of_curves_stand_at_their_ends_or_where_that_is_too_wide_in_the_legend(opened_page):
    places = set()
    for width in (1280, 1000, 900, 800):
        page = opened_page(funclab.watch(line(4, validated=True)), width=width)
        at_ends = "validation" in page.locator(".fl-chart:visible svg text").all_text_contents()
        in_legend = "validation" in page.locator(".fl-legend").first.inner_text()
        assert at_ends != in_legend, width
        places.add(at_ends)

    assert places == {True, False}


def test_where_an_epoch_was_not_measured_the_view_says_which_one_it_shows(opened_page, monkeypatch):
    monkeypatch.setattr(record, "PAUSE", math.inf)  # so that most are not, on any machine
    view = funclab.watch(trained(epochs=500), table=True)
    heat = {one["epoch"]: one["layers"]["hidden"][0][1] for one in view.curves["heat"]}
    epoch = next(epoch for epoch in range(2, 500) if epoch not in heat)
    page = opened_page(view)
    shows, caption = page.locator(".fl-bar .fl-soft"), page.locator(".fl-layers caption")
    gradient = page.locator(".fl-layers tbody .fl-measure").first

    expect(shows).to_have_text("The graph shows: gradient")
    expect(page.locator(".fl-place")).to_contain_text("the last epoch")
    expect(gradient).to_have_text(heat[500])
    page.locator(".fl-back").fill(str(epoch))

    expect(page.locator(".fl-place")).to_contain_text(f"epoch {epoch}")
    expect(shows).to_have_text(f"The graph shows: gradient, measured in epoch {epoch - 1}")
    expect(caption).to_have_text(f"Layers while they train, measured in epoch {epoch - 1}")
    expect(gradient).to_have_text(heat[epoch - 1])
    page.locator(".fl-back").fill("1")
    expect(shows).to_have_text("The graph shows: gradient")
    expect(caption).to_have_text("Layers while they train")
    expect(gradient).to_have_text(heat[1])


@pytest.mark.parametrize("charts", [1, 2])
def test_on_a_projector_the_view_of_a_training_fits_the_screen(browser, tmp_path, charts):
    view = funclab.watch(trained(metrics=["mae"][: charts - 1]), look="projector")
    view.status = UNDER_WAY
    funclab.export_html(view, tmp_path / "page.html")
    with_kernel = (tmp_path / "page.html").read_text().replace("alone:true", "alone:false")
    (tmp_path / "page.html").write_text(with_kernel)
    page = browser.new_page(viewport={"width": 1280, "height": 720})

    page.goto((tmp_path / "page.html").as_uri())
    laid_out(page)
    boxes = [
        page.locator(f".fl-training {part}").first.bounding_box()
        for part in (".fl-bar", ".fl-chart svg", ".fl-graph", ".fl-caption", ".fl-where")
    ]

    assert page.locator("[aria-keyshortcuts=Space]").is_visible()
    assert all(box["y"] >= 0 and box["y"] + box["height"] <= 720 for box in boxes)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 1280 for box in boxes)
    assert small_words(page.locator(".fl-stage")) == []
    page.focus(".fl")
    titles = [page.locator(".fl-chart:visible").inner_text()]
    for _ in range(2):
        page.keyboard.press("m")
        laid_out(page)
        titles.append(page.locator(".fl-chart:visible").inner_text())
    assert titles[2] == titles[0] and (titles[1] != titles[0]) == (charts == 2)
    page.close()


def test_the_page_of_a_sweep_has_its_curves_and_a_table_that_a_key_hides(opened_page):
    result = small({"units": [2, 8, -1]})
    page = opened_page(result.view())
    rows = page.locator(".fl-trials tbody tr")

    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text(str(result.best.config["units"]))
    expect(rows.last).to_contain_text("expected a positive integer. Received: units=-1")
    expect(page.locator(".fl-chart svg")).to_have_count(1)
    expect(page.locator(".fl-where")).to_contain_text("All 3 trainings have ended.")
    expect(page.locator("[aria-keyshortcuts=x]")).to_be_hidden()
    page.keyboard.press("t")
    expect(rows).to_have_count(0)
    page.keyboard.press("t")
    expect(rows).to_have_count(3)


def overlap(a, b):
    apart = (a["x"] + a["width"] <= b["x"], b["x"] + b["width"] <= a["x"])
    return not any((*apart, a["y"] + a["height"] <= b["y"], b["y"] + b["height"] <= a["y"]))


def twins(metrics):
    """A model whose graph is wider than what an output has room for beside a chart."""
    left, right = funclab.Input((4,), name="left"), funclab.Input((4,), name="right")
    eye = Dense(5, activation="relu", name="eye")
    model = funclab.Model([left, right], Dense(1, name="same")(eye(left) - eye(right)))
    model.compile("adam", "mse", metrics=metrics)
    x = np.random.RandomState(0).rand(64, 4)
    model.fit([x, x[::-1]], x[:, :1], epochs=3, live=True)
    return model


def trained(metrics=(), epochs=3):
    """A small model with a run behind it."""
    inputs = funclab.Input((4,), name="features")
    hidden = Dense(5, activation="relu", name="hidden")(inputs)
    model = funclab.Model(inputs, Dense(1, name="size")(hidden), name="line")
    model.compile("adam", "mse", metrics=list(metrics))
    x = np.random.RandomState(0).rand(64, 4)
    model.fit(x, x.sum(axis=1), epochs=epochs, live=True)
    return model


@pytest.mark.parametrize(
    "model", [models.twice, stage.convolutional, lambda: gallery.built("resnet")]
)
def test_on_a_projector_the_graph_is_seen_whole_and_each_call_has_its_own_number(
    model, opened_page
):
    model = model()
    x = np.random.default_rng(0).normal(size=(32, *model.inputs[0].shape[1:])).astype("float32")
    model.compile("sgd", "mse")
    model.fit(x, np.zeros((32, model.outputs[0].shape[-1])), epochs=2, verbose=0, live=True)
    view = funclab.watch(model, look="projector")
    page = opened_page(view, width=1280, height=720)

    room = page.locator(".fl-stage").bounding_box()
    graph = page.locator(".fl-graph")
    boxes = graph.locator(".box")
    within = [box.bounding_box() for box in boxes.all()]
    assert len(within) >= 4
    assert all(box["y"] + box["height"] <= room["y"] + room["height"] for box in within)
    measured = view.curves["heat"][-1]["layers"]
    for box in boxes.all():
        key, told = box.get_attribute("data-key"), box.locator(".fl-heat-text")
        own = measured.get(key) or measured.get(key.removesuffix("[0]"))
        if own and own[0]:
            expect(told).to_have_text(own[0][1])


def test_lines_in_boxes_are_explained_only_where_there_are_some(opened_page):
    measured, bare = opened_page(funclab.watch(trained())), opened_page(stage.VIEWS["training"]())

    expect(measured.locator(".fl-graph .fl-history").first).to_be_visible()
    expect(measured.locator(".fl-graph .fl-legend")).to_contain_text("In the boxes: the gradient")
    assert bare.locator(".fl-graph .fl-history").count() == 0
    expect(bare.locator(".fl-graph .fl-legend")).to_have_text("")
