"""Pages that stay open from one test to the next: a new one, with a process of its own, takes twice
the time in which a page with a view is there."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

# What a page may keep for the next one, and scripts that may still run.
FORGET = "() => { localStorage.clear(); sessionStorage.clear(); }"
NOWHERE = "about:blank"


class KeptPages:
    """Pages as good as new. A test that changes the scripts of one for good closes it."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.settings = browser, dict[Page, str]()
        self.free = defaultdict[str, list[Page]](list)

    def take(self, viewport: ViewportSize, **settings: Any) -> Page:
        """A page in a window of this size, with these settings of Playwright."""
        kind = json.dumps(settings, sort_keys=True)
        if not self.free[kind]:
            page = self.browser.new_page(viewport=viewport, **settings)
            self.settings[page] = kind
            return page
        page = self.free[kind].pop()
        page.bring_to_front()
        page.set_viewport_size(viewport)
        page.emulate_media(
            media="null",
            color_scheme=settings.get("color_scheme", "light"),
            reduced_motion=settings.get("reduced_motion", "no-preference"),
            forced_colors=settings.get("forced_colors", "none"),
        )
        return page

    def give_back(self, page: Page) -> None:
        """Leave a page, unless its test has closed it."""
        if page.is_closed():
            return
        page.evaluate(FORGET)
        page.mouse.up()
        page.mouse.move(0, 0)
        page.goto(NOWHERE)
        self.free[self.settings[page]].append(page)
