"""A training in the background and its page, without Jupyter: what keys do, and what is said."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from funclab.callbacks import LambdaCallback
from funclab.view.training import record
from tests.browser.bridge import bridged_page, wired
from tests.browser.waiting import becomes
from tests.view.training.live_runs import LONG, X, Y, feed_of, fresh, wait_until, watched


@pytest.fixture
def training(monkeypatch):
    wired(monkeypatch)
    model = fresh()
    started = model.fit(X, Y, epochs=LONG, batch_size=32, live=True, background=True, verbose=0)
    wait_until(lambda: model.compiled_state.loop and model.optimizer.iterations.numpy() > 6)
    yield started
    started.stop().wait(30)


@pytest.fixture
def page(browser, tmp_path, training):
    complaints: list[str] = []
    page = bridged_page(browser, tmp_path, feed_of(training.model).view, complaints.append)
    expect(page.locator("[aria-keyshortcuts=Space]")).to_have_attribute("aria-disabled", "false")
    yield page
    page.close()
    assert complaints == []


def test_keys_steer_a_training_and_the_page_says_what_the_model_does(page, training):
    model, control = training.model, training.model.compiled_state.loop.control
    steps, status = model.optimizer.iterations, page.locator(".fl-status")
    rate = page.locator(".fl-rate")

    page.keyboard.press("Space")
    wait_until(lambda: control.parked)
    expect(status).to_have_text("Paused.")
    expect(page.locator("[aria-keyshortcuts=Space]")).to_contain_text("resume")
    expect(page.locator(".fl-where")).to_contain_text("Paused")
    batches = [int(steps.numpy())]
    for _ in range(4):  # an epoch has three batches
        page.keyboard.press("n")
        becomes(page, lambda: int(steps.numpy()) > batches[-1] and control.parked, True)
        batches.append(int(steps.numpy()))
        epoch, batch = divmod(batches[-1] - 1, 3)
        expect(page.locator(".fl-where")).to_contain_text(f"epoch {epoch + 1} of")
        expect(page.locator(".fl-where")).to_contain_text(f"batch {batch + 1} of 3")

    assert [b - a for a, b in zip(batches, batches[1:])] == [1] * 4
    for key, wanted in (("+", 0.02), ("+", 0.04), ("-", 0.02)):
        page.keyboard.press(key)
        becomes(page, lambda: round(float(model.optimizer.learning_rate), 6), wanted)
        expect(rate).to_have_value(f"{wanted:g}")
    rate.fill("0.5")
    rate.press("Enter")
    becomes(page, lambda: float(model.optimizer.learning_rate), 0.5)
    page.focus(".fl-training")
    page.keyboard.press("Space")
    becomes(page, lambda: control.paused, False)
    expect(page.locator("[aria-keyshortcuts=Space]")).to_contain_text("pause")
    page.keyboard.press("x")
    becomes(page, lambda: training.running, False)
    expect(status).to_contain_text("Stopped.")
    expect(page.locator("[aria-keyshortcuts=x]")).to_be_hidden()


def test_the_weights_of_the_epoch_looked_at_come_back(browser, tmp_path, monkeypatch):
    wired(monkeypatch)
    model, after, complaints = fresh(), [], list[str]()
    note = LambdaCallback(on_epoch_end=lambda epoch, logs: after.append(model.get_weights()))
    monkeypatch.setattr(record, "PAUSE", 0)
    feed = watched(model, note, epochs=4, snapshots=True, verbose=0)
    page = bridged_page(browser, tmp_path, feed.view, complaints.append)
    button = page.locator("[aria-keyshortcuts=Enter]")
    expect(button).to_be_enabled()

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")

    becomes(page, lambda: np.array_equal(model.get_weights()[0], after[1][0]), True)
    expect(page.locator(".fl-status")).to_contain_text("2")
    page.close()
    assert complaints == []
