"""Keys of the live views do what their table says, once, and what the view then says is so."""

from __future__ import annotations

import re

from playwright.sync_api import expect

import funclab
from funclab.view.draw.chart import brief
from tests.browser.test_live_pages import trained, twins
from tests.distribute.sweeps import small
from tests.view.profile.test_truths import BATCH, dense


def undoes(page, states):
    """Press U until the first of these checks holds again: each press undoes one change, and one
    more says that there is nothing left."""
    for there in states[-2::-1]:
        page.keyboard.press("u")
        there()
        expect(page.locator(".fl-status").first).to_have_text("Undone.")
    page.keyboard.press("u")
    expect(page.locator(".fl-status").first).to_have_text("There is nothing to undo.")
    states[0]()


def shown_by(page, losses):
    """`shown(log, rows, epoch)`: what checks that these are what the view of a training shows."""

    def shown(log, rows, epoch):
        def check():
            label = re.compile("^loss · log scale: " if log else "^loss: ")
            expect(page.locator(".fl-chart svg").first).to_have_attribute("aria-label", label)
            expect(page.locator(".fl-layers tbody tr")).to_have_count(rows)
            words = f"Epoch {epoch}: loss: training {brief(losses[epoch - 1])}"
            last = epoch == len(losses)
            words = f"After epoch {epoch}: loss {brief(losses[-1])}, " if last else words
            expect(page.locator(".fl-caption")).to_contain_text(words)

        return check

    return shown


def test_keys_of_a_training_change_one_thing_each_and_undo_takes_them_back_one_by_one(
    opened_page,
):
    model = twins(["mae"])
    view, layers = funclab.watch(model), sum(bool(layer.weights) for layer in model.layers)
    page = opened_page(view)
    shown = shown_by(page, view.runs[-1]["values"]["loss"])
    states = [shown(False, 0, 3)]

    for key, state in [
        ("l", shown(True, 0, 3)), ("t", shown(True, layers, 3)), ("l", shown(False, layers, 3)),
    ]:  # fmt: skip
        page.keyboard.press(key)
        state()
        states.append(state)
    undoes(page, states)
    for key, epoch in [
        ("ArrowLeft", 2), ("ArrowLeft", 1), ("ArrowLeft", 1), ("ArrowRight", 2), ("Escape", 3),
    ]:  # fmt: skip
        page.keyboard.press(key)
        shown(False, 0, epoch)()
    for measure in ("gradient", "change", "dead units", "gradient"):
        expect(page.locator(".fl-bar .fl-soft")).to_have_text(f"The graph shows: {measure}")
        page.keyboard.press("h")
    page.keyboard.press("g")
    expect(page.locator(".fl-graph")).to_be_hidden()
    page.keyboard.press("r")
    expect(page.locator(".fl-graph")).to_be_visible()


def test_the_legend_of_a_training_with_validation_has_the_numbers_of_each_curve(opened_page):
    model = trained(["mae"])
    x, y = [[0.1, 0.2, 0.3, 0.4]] * 32, [1.0] * 32
    model.fit(x, y, epochs=4, validation_split=0.25, live=True, verbose=0)
    run = model.history.history
    page = opened_page(funclab.watch(model))

    for chart, key in zip(page.locator(".fl-chart svg").all(), ("loss", "mae"), strict=True):
        name = f"{brief(run[key][-1])}, validation {brief(run[f'val_{key}'][-1])}"
        expect(chart).to_have_attribute("aria-label", re.compile(f"{re.escape(name)}$"))


def test_keys_of_a_profile_walk_its_bars_and_undo_walks_back(opened_page):
    model, x, y = dense()
    view = funclab.profile(model, x, y, batch_size=BATCH)
    layers, steps = view.bars.bars["layers"], view.bars.bars["steps"]
    longest = max(range(len(layers)), key=lambda i: layers[i].seconds)
    page = opened_page(view)
    rows = page.locator(".fl-steps:not(.fl-aside) > li")  # of the two lists, the one keys walk
    here = page.locator(".fl-steps [aria-current]")
    caption = page.locator(".fl-caption")

    def at(bars, index):
        def check():
            expect(rows).to_have_count(len(bars))
            expect(here).to_have_count(1)
            expect(rows.nth(index)).to_have_attribute("aria-current", "step")
            expect(caption).to_have_text(bars[index].words.removesuffix(bars[index].why).strip())

        return check

    states = [at(layers, 0)]
    last = len(layers) - 1
    for key, state in [
        ("ArrowDown", at(layers, 1)),
        ("End", at(layers, last)),
        ("ArrowUp", at(layers, last - 1)),
        ("Home", at(layers, 0)),
        ("s", at(steps, 0)),
        ("ArrowDown", at(steps, 1)),
    ]:
        page.keyboard.press(key)
        state()
        states.append(state)
    undoes(page, states)
    page.keyboard.press("m")
    at(layers, longest)()


def test_keys_of_a_sweep_change_curves_and_table_and_the_rows_are_its_trials(opened_page):
    result = small({"units": [2, 8, 4]})
    page = opened_page(result.view())
    rows, chart = page.locator(".fl-trials tbody tr"), page.locator(".fl-chart svg").first
    scores = sorted((trial.values["val_loss"][-1], trial.number) for trial in result.trials)

    for row, (score, number) in zip(rows.all(), scores, strict=True):
        expect(row.locator("th")).to_have_text(str(number))
        expect(row).to_contain_text(brief(score))
    page.keyboard.press("l")
    expect(chart).to_have_attribute("aria-label", re.compile("log scale"))
    page.keyboard.press("t")
    expect(rows).to_have_count(0)
    page.keyboard.press("u")
    expect(rows).to_have_count(3)
    expect(chart).to_have_attribute("aria-label", re.compile("log scale"))
    page.keyboard.press("u")
    expect(chart).not_to_have_attribute("aria-label", re.compile("log scale"))


# For each ring around a value: how far it is from the nearest point of a curve, in pixels; and
# where the cursor's line, its words and the frame are.
AT_THE_CURSOR = """figure => {
  const svg = figure.querySelector("svg"), at = (one) => one.getBoundingClientRect();
  const middle = ({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2];
  const curves = [...svg.querySelectorAll("path")].filter((path) => path.getTotalLength() > 40);
  const places = curves.flatMap((path) => [...Array(2000).keys()].map((i) => {
    const { x, y } = path.getPointAtLength(path.getTotalLength() * i / 1999);
    const { a, d, e, f } = path.getScreenCTM();
    return [x * a + e, y * d + f];
  }));
  const far = [...svg.querySelectorAll("circle.fl-cursor")].map((ring) => {
    const [x, y] = middle(at(ring));
    return Math.min(...places.map(([u, v]) => Math.hypot(u - x, v - y)));
  });
  const line = at(svg.querySelector("line.fl-cursor")), told = svg.querySelector(".fl-cursor-text");
  return { far, x: middle(line)[0], line: [line.top, line.bottom], told: told.textContent,
    words: [middle(at(told))[0], at(told).bottom] };
}"""


def test_the_epoch_that_is_pointed_at_is_marked_on_its_curves(opened_page):
    model = trained(["mae"])
    x, y = [[0.1, 0.2, 0.3, 0.4]] * 32, [1.0] * 32
    model.fit(x, y, epochs=4, validation_split=0.25, live=True, verbose=0)
    page = opened_page(funclab.watch(model))
    figure = page.locator(".fl-chart").first
    ticks = figure.locator("svg text").filter(has_text=re.compile(r"^[1-4]$"))
    places = {int(one.text_content()): one.bounding_box() for one in ticks.all()}

    for epoch in (2, 4, 1):
        x = places[epoch]["x"] + places[epoch]["width"] / 2
        page.mouse.move(x, figure.bounding_box()["y"] + 60)
        found = figure.evaluate(AT_THE_CURSOR)

        assert abs(found["x"] - x) < 1.5
        assert found["told"] == f"epoch {epoch}"
        assert len(found["far"]) >= 2 and max(found["far"]) < 1.5
        assert abs(found["words"][0] - x) < 1.5
        assert -6 < found["words"][1] - found["line"][0] < 3
        assert found["line"][1] < places[epoch]["y"] < found["line"][1] + 12
    page.mouse.move(3, 3)
    expect(figure.locator(".fl-cursor")).to_have_count(0)
