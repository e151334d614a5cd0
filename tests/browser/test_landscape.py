"""A landscape on a page from disk: the epoch that is marked, and what is said of it."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

from funclab import Input, Model, layers, optimizers
from funclab.callbacks import WeightPath

X = np.array([[0.0], [1.0], [2.0]])
Y = 3 * X + 1


def run(hidden: int = 0):
    x = y = Input((1,), name="x")
    if hidden:
        y = layers.Dense(hidden, activation="tanh", name="hidden")(x)
    y = layers.Dense(1, kernel_initializer="zeros", name="line")(y)
    model = Model(x, y, name="line")
    model.compile(optimizers.SGD(0.1), "mse")
    path = WeightPath()
    return model.fit(X, Y, epochs=6, batch_size=3, verbose=0, live=False, callbacks=[path])


def losses() -> list[float]:
    """The loss after each step of gradient descent, by hand."""
    w = b = 0.0
    found = []
    for _ in range(7):
        off = w * X + b - Y
        found.append(float(np.mean(off**2)))
        w, b = w - 0.2 * float(np.mean(off * X)), b - 0.2 * float(np.mean(off))
    return found


def test_keys_walk_along_the_path_and_say_the_loss_of_each_epoch(opened_page):
    page = opened_page(run().landscape(X, Y))
    place, ring = page.locator(".fl-place"), page.locator("circle.fl-ring")

    expect(place).to_have_text(f"after 6 epochs: loss {losses()[6]:.3f}")
    for key, epoch in (("ArrowLeft", 5), ("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        epochs = "1 epoch" if epoch == 1 else f"{epoch} epochs"
        expect(place).to_have_text(f"after {epochs}: loss {losses()[epoch]:.3f}")
        expect(page.locator(f'[data-key="{epoch}"] circle.fl-ring')).to_have_count(1)
        expect(ring).to_have_count(1)
    page.keyboard.press("u")
    expect(place).to_contain_text("after 0 epochs")
    page.keyboard.press("y")
    expect(page.locator(".fl-status")).to_contain_text("epoch=0")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(place).to_contain_text("after 6 epochs")


def test_the_other_plane_is_on_an_exported_page_and_its_question_comes_first(opened_page):
    page = opened_page(run(hidden=2).landscape(X, Y, ask=True))

    page.keyboard.press("f")
    expect(page.locator(".fl-prompt")).to_contain_text("Is there no lower loss")
    page.keyboard.press("2")
    expect(page.locator(".fl-ask")).to_contain_text("two of 7 directions")
    expect(page.locator(".fl-not")).to_contain_text("Two directions of 7")
    expect(page.locator(".fl-place")).to_have_text("")
    page.keyboard.press("f")
    expect(page.locator(".fl-not")).to_contain_text("5 other directions are missing")
