"""Source in a panel that is too narrow for it."""

from __future__ import annotations

import funclab

# For each line of source: where its first letter stands, and where its further rows begin.
STARTS = """() => [...document.querySelectorAll("pre .fl-line:not(:empty)")].map((line) => {
  const text = line.firstChild;
  const range = document.createRange(), first = Math.max(0, text.data.search(/\\S/));
  range.setStart(text, first);
  range.setEnd(text, text.length);
  const rows = new Map();
  for (const { top, left } of range.getClientRects())
    rows.set(Math.round(top), Math.min(left, rows.get(Math.round(top)) ?? Infinity));
  return [...rows.values()];
})"""


def test_a_line_that_is_too_long_goes_on_further_in_than_it_begins(browser, tmp_path):
    path = funclab.playground(epochs=1).save(tmp_path / "playground.html")
    page = browser.new_page(viewport={"width": 380, "height": 900})
    page.goto(path.as_uri())

    page.locator("summary", has_text="code").first.click()

    broken = [rows for rows in page.evaluate(STARTS) if len(rows) > 1]
    assert broken
    assert all(row > first for first, *rest in broken for row in rest)
    text = page.locator("pre code").inner_text()
    assert "\n\n\n" not in text
    assert "import funclab" in text
    page.close()
