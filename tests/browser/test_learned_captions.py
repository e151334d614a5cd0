"""What each view of a trained model does not show is said in it, at every width, on every face."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import funclab
from tests.browser.waiting import laid_out
from tests.view.counted import landscape
from tests.view.mistakes import models
from tests.view.whatif.models import editor, reader

VIEWS = {
    "inside": lambda **look: funclab.inside(*reader(), **look),
    "whatif": lambda **look: funclab.whatif(*editor(), **look),
    "mistakes": lambda **look: funclab.mistakes(models.images(), *models.digits(), **look),
    "embedding": lambda **look: funclab.embedding(models.images(), *models.digits(), **look),
    "landscape": lambda **look: landscape(**look),
}


@pytest.mark.parametrize("look", ["light", "projector"])
@pytest.mark.parametrize("name", VIEWS)
def test_its_caption_is_in_it_at_every_width_and_on_every_face(name, look, opened_page):
    page = opened_page(VIEWS[name](look=look), width=1128, height=720)
    caption = page.locator(".fl p:has(> strong)").filter(has_text="What this does not show.")

    for width in (1128, 860, 680, 390):
        page.set_viewport_size({"width": width, "height": 720})
        for _ in range(3):
            laid_out(page)  # it may be put on the page anew
            expect(caption).to_be_visible()
            box = caption.bounding_box()
            assert box["width"] > 40 and box["x"] >= 0 and box["x"] + box["width"] <= width
            page.keyboard.press("f")
