"""On a projector, the numbers that say how far to trust a view are seen without scrolling."""

from __future__ import annotations

import pytest

import funclab
from tests.browser.test_inside import IDS, WORDS, looking
from tests.view.mistakes import models
from tests.view.whatif.models import editor, reader

VIEWS = {
    "whatif": (lambda **s: funclab.whatif(*reader(), **s), ".fl-wi-measures tr"),
    "whatif, words": (lambda **s: funclab.whatif(*editor(), **s), ".fl-wi-measures tr"),
    "attention": (
        lambda **s: funclab.attention(looking(), IDS, tokens=WORDS, **s),
        ".fl-in-table tr",
    ),
    "embedding": (
        lambda **s: funclab.embedding(models.images(), *models.digits(), sample=3, **s),
        ".fl-panel .fl-table tr",
    ),
}
UNSEEN = """(rows) => rows.filter((row) => {
  const { top, bottom } = row.getBoundingClientRect();
  for (let one = row.parentElement; one; one = one.parentElement) {
    const around = one.getBoundingClientRect();
    const cuts = getComputedStyle(one).overflowY !== "visible";
    if (cuts && (top < around.top - 1 || bottom > around.bottom + 1)) return true;
  }
  return false;
}).map((row) => row.innerText)"""


@pytest.mark.parametrize("name", VIEWS)
def test_every_row_of_its_table_is_in_sight(name, opened_page):
    make, rows = VIEWS[name]
    view = make(look="projector")
    if name.startswith("whatif"):
        view.told("trust", 40)  # as the page asks for it
    page = opened_page(view, width=1212, height=720)

    assert page.locator(rows).count() > 2
    assert page.locator(rows).evaluate_all(UNSEEN) == []
