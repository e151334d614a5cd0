"""The keys of a question choose what stands at their number, in the order that a student sees."""

from __future__ import annotations

import pytest

from funclab.teach import course
from funclab.teach.asking import ask


@pytest.mark.parametrize("key", [1, 2, 3, 4])
def test_a_number_chooses_the_option_beside_it_and_its_own_answer_is_told(opened_page, key):
    page = opened_page(ask("5.1"))
    options = page.locator(".fl-options .fl-word")
    shown = options.all_inner_texts()

    page.keyboard.press(str(key))

    chosen = page.locator(".fl-options [aria-pressed=true]")
    assert chosen.count() == 1
    said = chosen.locator(".fl-word").inner_text()
    assert said.startswith(shown[key - 1])
    option = next(o for o in course.question("5.1").options if o.text == shown[key - 1])
    sign = "✓ " if option.right else "✕ "
    assert chosen.get_attribute("data-sign") == sign
    if not option.right:
        assert (option.answer or "").replace("`", "") in said
