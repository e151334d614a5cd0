"""A playground and its page, without Jupyter: it runs, pauses, and asks before a change is seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import funclab
from tests.browser.bridge import bridged_page, wired
from tests.browser.waiting import becomes


@pytest.fixture
def bridged(browser, tmp_path, monkeypatch):
    """`bridged(view)`: its page, with this process as its kernel."""
    wired(monkeypatch)
    pages, complaints = [], list[str]()

    def on_a_page(view):
        pages.append(bridged_page(browser, tmp_path, view, complaints.append))
        return pages[-1]

    yield on_a_page
    for page in pages:
        page.close()
    assert complaints == []


def losses(**settings) -> list[float]:
    return funclab.playground(**settings).losses["val_loss"]


def epochs_told(page) -> int:
    found = re.search(r"after (\d+) epoch", page.locator(".fl-play-told").text_content())
    return int(found[1]) if found else 0


def settled(page) -> bool:
    """Whether no burst of training arrives any more."""
    n = epochs_told(page)
    page.wait_for_timeout(500)
    return epochs_told(page) == n


def test_it_runs_until_it_is_paused_and_tells_the_loss_of_that_epoch(bridged):
    page = bridged(funclab.playground("xor", layers=1, units=4))
    status, run = page.locator(".fl-status"), page.locator("[aria-keyshortcuts=Space]")

    expect(run).to_contain_text("Run")
    page.keyboard.press("Space")
    expect(run).to_contain_text("pause")
    becomes(page, lambda: epochs_told(page) >= 8, True)
    page.keyboard.press("Space")

    expect(run).to_contain_text("Run")
    expect(status).to_have_text(re.compile(r"Paused at epoch \d+\."))
    becomes(page, lambda: settled(page), True)
    n = epochs_told(page)
    loss = losses(data="xor", layers=1, units=4, epochs=n)[-1]
    expect(page.locator(".fl-play-told")).to_contain_text(f"{loss:.3f} in the test")
    expect(status).to_have_text(f"Paused at epoch {n}.")
    page.keyboard.press("s")
    expect(status).to_have_text(f"Epoch {n + 1}.")


def test_a_step_while_it_runs_pauses_it(bridged):
    page = bridged(funclab.playground("xor", layers=1, units=4))

    page.keyboard.press("Space")
    becomes(page, lambda: epochs_told(page) >= 4, True)
    page.keyboard.press("s")

    expect(page.locator(".fl-status")).to_have_text(re.compile(r"Paused at epoch \d+\."))
    expect(page.locator("[aria-keyshortcuts=Space]")).to_contain_text("Run")


def test_a_state_with_epochs_is_trained_up_to_them(bridged):
    view = funclab.playground("xor", layers=1, units=4, epochs=12)
    page = bridged(view)

    assert epochs_told(page) == 12
    page.keyboard.press("u")
    page.keyboard.press("w")
    expect(page.locator(".fl-play-told")).to_contain_text("not trained yet")
    page.keyboard.press("u")

    becomes(page, lambda: epochs_told(page), 12)
    expect(page.locator(".fl-status")).to_have_text("Paused at epoch 12.")
    loss = losses(data="xor", layers=1, units=4, epochs=12)[-1]
    expect(page.locator(".fl-play-told")).to_contain_text(f"{loss:.3f} in the test")


def test_in_ask_mode_a_change_is_seen_after_it_was_guessed_which_side_ends_lower(bridged):
    settings = {"data": "xor", "layers": 1, "units": 4}
    page = bridged(funclab.playground(**settings, ask=True, epochs=6))
    before, after = (losses(**settings | {"units": n}, epochs=6)[-1] for n in (4, 8))
    assert after - before > 0.02
    ask, value = page.locator(".fl-ask"), page.locator("[data-control=units]")

    page.keyboard.press("w")

    expect(ask).to_contain_text("After 6 epochs, which ends with the lower test loss")
    expect(value).to_have_text("4")
    page.keyboard.press("1")
    expect(ask).to_contain_text(f"Test loss {before:.3f} with 4, {after:.3f} with 8.")
    expect(ask).to_contain_text("Right: units = 4.")
    expect(value).to_have_text("8")
    becomes(page, lambda: epochs_told(page), 6)
    expect(page.locator(".fl-play-told")).to_contain_text(f"{after:.3f} in the test")
    page.keyboard.press("i")  # other points are no question
    expect(page.locator("[data-control=seed]")).to_have_text("1")
