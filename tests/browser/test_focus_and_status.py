"""After a look at the keys, a reader is back where they were; what a status says is about the state
that is shown; and in slow motion every filter can be reached."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

import funclab
from funclab import Input, Model
from funclab.layers import Conv2D
from tests.browser import stage


def many_filters(filters=20):
    image = Input((5, 5, 1), name="image")
    model = Model(image, Conv2D(filters, 3, activation="relu", name="conv")(image), name="many")
    return model, np.random.default_rng(0).random((2, 5, 5, 1)).astype("float32")


@pytest.mark.parametrize("name", ["explorer", "trace", "training", "mistakes", "inside", "lines"])
def test_the_keys_are_shown_and_left_from_wherever_the_focus_was(name, opened_page):
    page = opened_page(stage.VIEWS[name]())
    stops = page.locator(".fl-stage, .fl-bar button:not([disabled])").locator("visible=true")

    for place in (stops.first, stops.last):
        place.focus()
        page.keyboard.press("?")
        expect(page.locator(".fl-keys")).to_have_attribute("open", "")
        page.keyboard.press("Escape")
        expect(place).to_be_focused()


def test_the_place_of_a_window_is_not_said_any_more_in_another_step(opened_page):
    page = opened_page(funclab.trace(*many_filters(), step=1))
    status = page.locator(".fl-status")
    page.keyboard.press("]")
    expect(status).to_contain_text("of filter 1:")

    page.keyboard.press("Home")

    expect(status).to_be_empty()


def test_filters_beyond_the_eighth_are_reached_by_keys_and_by_the_mouse(opened_page):
    model, batch = many_filters()
    page = opened_page(funclab.trace(model, batch, step=1))
    made = np.asarray(model(batch))[0]
    thumbs, status = page.locator(".fl-thumb"), page.locator(".fl-status")

    expect(thumbs).to_have_count(8)
    page.get_by_role("button", name="12 more").click()
    expect(thumbs.first).to_have_text("8")
    page.get_by_role("button", name="4 more").click()
    expect(thumbs).to_have_count(4)
    page.keyboard.press("]")

    row, column = np.unravel_index(made[..., 0].argmax(), made.shape[:2])
    wanted = f"{made[row, column, 17]:.3f}"
    expect(status).to_contain_text("of filter 17: ")
    expect(status).to_contain_text(f"it makes {wanted}.")
    for _ in range(3):
        page.keyboard.press("]")
    expect(status).to_contain_text("of filter 0: ")
    page.keyboard.press("[")
    expect(status).to_contain_text("of filter 19: ")
