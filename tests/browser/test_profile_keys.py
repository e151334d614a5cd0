"""A profile on a page from disk: which bar is chosen, and that it is the one it says."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

import funclab
from tests.view import models

WIDTHS = """all => all.map((row) => Number(row.querySelector("rect").getAttribute("width")))"""


def profile(**settings):
    return funclab.profile(models.twice(), np.ones((8, 4), "float32"), **settings)


def test_keys_choose_bars_of_layers_and_of_steps_and_the_longest(opened_page):
    view = profile()
    page = opened_page(view)
    rows = page.locator(".fl-steps:not(.fl-aside) > li")
    caption = page.locator(".fl-caption")

    def chosen() -> int:
        expect(page.locator(".fl-now")).to_have_count(1)
        expect(page.locator("[aria-current=step]")).to_have_class("fl-step fl-now")
        return rows.evaluate_all("all => all.findIndex((row) => row.matches('.fl-now'))")

    for by, key in (("layers", "s"), ("steps", "s"), ("layers", "")):
        count = rows.count()
        assert count == len([key for key in view.pictures if key.startswith(f"{by} ")])
        seen = []
        for press in ("Home", "ArrowDown", "ArrowUp", "ArrowUp", "End", "ArrowDown", "m"):
            page.keyboard.press(press)
            seen.append(chosen())
            said = view.facts["captions"][f"{by} {seen[-1]}"]
            expect(caption).to_have_text(said if len(said) <= 110 else f"{said[:109]}…")
            expect(page.locator(".fl-panel p").first).to_have_text(
                view.facts["reasons"][f"{by} {seen[-1]}"]
            )
        widths = rows.evaluate_all(WIDTHS)
        assert seen == [0, 1, 0, 0, count - 1, count - 1, widths.index(max(widths))]
        if key:
            page.keyboard.press(key)
            expect(caption).not_to_have_text(said)
            assert chosen() == 0
    rows.nth(1).click()
    assert chosen() == 1


def test_nothing_is_shown_before_the_longest_bar_was_guessed(opened_page):
    page = opened_page(profile(ask=True))
    rows = page.locator(".fl-step")
    expect(page.locator(".fl-choices button")).not_to_have_count(0)
    expect(rows).to_have_count(0)
    expect(page.locator(".fl-caption")).to_have_text("")

    page.keyboard.press("1")

    expect(rows).not_to_have_count(0)
    expect(page.locator(".fl-caption")).not_to_have_text("")
    expect(page.locator(".fl-choices")).to_have_count(0)
