"""A training as a page from disk, without a kernel."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

import funclab
from funclab.layers import Dense


def test_a_page_from_disk_shows_the_curves_and_says_that_it_has_no_kernel(browser, tmp_path):
    model = trained()
    view = funclab.watch(model)
    view.status = {"phase": "running", "epoch": 2, "last": 3, "batch": 4, "steps": 4}
    funclab.export_html(view, tmp_path / "page.html")
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto((tmp_path / "page.html").as_uri())
    page.locator(".fl-training").focus()
    page.keyboard.press("x")

    expect(page.locator(".fl-status")).to_contain_text("no kernel")
    expect(page.locator(".fl-chart svg")).to_have_count(1)
    assert page.locator(".fl-heat").count() == 2
    assert errors == []
    page.close()


def test_undo_reset_and_tour_work_as_in_every_view(browser, tmp_path):
    tour = [{"text": "Losses.", "state": {"log": True}}, {"text": "Units.", "state": {}}]
    view = funclab.watch(trained(), measure="dead", tour=tour)
    funclab.export_html(view, tmp_path / "page.html")
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    chart, shows = page.locator(".fl-chart"), page.locator(".fl-bar .fl-soft")
    page.locator(".fl-training").focus()

    page.keyboard.press("PageDown")
    expect(chart).to_contain_text("log scale")
    page.keyboard.press("h")
    expect(shows).to_contain_text("gradient")
    page.keyboard.press("u")
    expect(shows).to_contain_text("dead units")
    page.keyboard.press("r")

    expect(chart).not_to_contain_text("log scale")
    page.close()


def trained():
    """A small model with a run behind it."""
    inputs = funclab.Input((4,), name="features")
    hidden = Dense(5, activation="relu", name="hidden")(inputs)
    model = funclab.Model(inputs, Dense(1, name="size")(hidden), name="line")
    model.compile("adam", "mse")
    x = np.random.RandomState(0).rand(64, 4)
    model.fit(x, x.sum(axis=1), epochs=3, live=True)
    return model
