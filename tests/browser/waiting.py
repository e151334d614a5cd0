"""Waiting for what a page does in its own time: no test reads once and hopes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from time import monotonic
from typing import Any

from playwright.sync_api import Page

PATIENCE = int(os.environ.get("PATIENCE", "30"))
"""Seconds; only a failing test takes this long, and `make mutants` makes many fail."""
# Sizes are watched between two frames.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def laid_out(page: Page) -> None:
    """Wait until a page has been redrawn after a change of its size or contents."""
    page.evaluate(TWO_FRAMES)


def strict(page: str) -> str:
    """The code of a page whose scripts may ask for no text that there is not: a fault of its own,
    where otherwise the text's key would be shown."""
    known = """new Proxy(\\1, { get(texts, key) {
      if (!(key in texts)) throw new Error(`no text is called ${String(key)}`);
      return texts[key];
    } })"""
    return re.sub(r"const TEXTS = (\{.*\});$", f"const TEXTS = {known};", page, count=1, flags=re.M)


def becomes(page: Page, read: Callable[[], Any], wanted: Any) -> None:
    """Wait until `read()` returns what is wanted."""
    end = monotonic() + PATIENCE
    while (last := read()) != wanted and monotonic() < end:
        page.wait_for_timeout(50)
    assert last == wanted, f"{last!r}, not {wanted!r}"
