"""An exercise of editing on its page: what is said of each step."""

from __future__ import annotations

import re

from playwright.sync_api import expect

import funclab
from tests.browser.test_edit import at_step, bridged, press, select

__all__ = ["bridged"]


def test_in_an_exercise_the_verdict_is_read_out_after_each_step_and_again_after_undo(bridged):
    view, page = bridged(funclab.teach.edit("6E"))
    said, shown = page.locator(".fl-status"), page.locator(".fl-verdict")

    select(page, "both[0]")
    press(page, "d")
    at_step(page, 1, "duplicate both")
    wrong = view.verdict()
    expect(said).to_have_text(re.compile(f"^Step 1: duplicate both\\..* {re.escape(wrong)}$"))
    press(page, "u")
    expect(shown).to_have_count(0)
    expect(said).to_have_text(re.compile(r"^Step 0 of 1: start: \w+\.$"))
    select(page, "copy[1]")
    press(page, "s")
    expect(page.locator(".fl-at")).to_have_text("eye[1]")
    press(page, "Enter")

    right = "A model is a layer: called twice, it is still one set of weights."
    expect(said).to_have_text(f"Step 1: copy[1] calls the layer of eye[1]. {right}")
    expect(shown).to_have_text(right)
    assert wrong and wrong != right
