"""The pages that `make lessons` writes, opened from disk."""

from __future__ import annotations

from playwright.sync_api import expect

from tools.lessons.render import main

SLIDER = "import ipywidgets; ipywidgets.IntSlider()"
PICTURE = """
from IPython.display import HTML
HTML('<svg class="probe" width="80" height="40"><rect width="80" height="40"/></svg>')
"""


def test_a_page_shows_its_pictures_and_asks_nothing_of_the_network(
    browser, write_notebook, tmp_path
):
    main(tmp_path / "pages", [write_notebook("01_demo", "6 * 7", PICTURE, SLIDER)])
    requests = []
    page = browser.new_page()
    page.on("request", lambda request: requests.append(request.url))

    page.goto((tmp_path / "pages/index.html").as_uri())
    page.get_by_role("link", name="01_demo").click()

    expect(page.locator("text=42").first).to_be_visible()
    expect(page.locator(".probe")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    page.close()
