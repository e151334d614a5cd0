"""Scripts fill texts as Python does."""

from __future__ import annotations

from funclab.view.draw.sentences import ROOMS, SLOT, filled, texts

SCRIPT = (ROOMS / "live" / "sentences.js").read_text("utf-8").replace("export ", "")
FILL = f"(cases) => {{ {SCRIPT}; return cases.map(([text, values]) => filled(text, values)); }}"


def cases():
    """Every text of the tables, with numbers, or yes and no, where it has two forms."""
    for text in texts().values():
        slots = SLOT.findall(text)
        counted = {name for name, *forms in slots if any(forms)}
        for value in (0, 1, 2, 1234, *[True, False] * ("#" not in text)):
            yield text, {name: value if name in counted else "a name" for name, *_ in slots}


def test_scripts_and_python_fill_every_text_alike(browser):
    texts_and_values = list(cases())

    written = browser.new_page().evaluate(FILL, texts_and_values)

    assert written == [filled(text, values) for text, values in texts_and_values]
    assert len(written) > len(texts())
