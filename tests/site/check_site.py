"""The built site: links, accessibility, its views; `make site` runs it.

`pytest tests/site/check_site.py` looks at what `make site` has built, and needs no network.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import zipfile
from collections.abc import Iterator
from functools import cache, partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import funclab
from docs import home
from funclab import Input, Model
from funclab.layers import Add, Dense
from tests.layers.examples import EXAMPLES
from tests.project.source import ROOT

BUILT = ROOT / "build" / "site"
SCREENSHOTS = ROOT / "build" / "screenshots"
EVERY_KIND = (
    "index.html",
    "ways.html",
    "hubs.html",
    "views.html",
    "drop.html",
    "teaching.html",
    "runs.html",
    "lessons/index.html",
    "lessons/01_what_does_a_call_build.html",
    "gallery/index.html",
    "errors/index.html",
    "errors/GraphError.html",
    "reference/index.html",
    "reference/funclab.layers.html",
    "keras/index.html",
    "search.html",
)
"""A page of each kind."""


class Links(HTMLParser):
    """Where a page leads, what it loads, and its ids."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.ids |= {values["id"]} if "id" in values else set()
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in ("script", "img", "iframe", "source") and "src" in values:
            self.loads.append(values["src"])
        if tag == "link" and values.get("rel") in ("stylesheet", "preload", "icon"):
            self.loads.append(values["href"])


@cache
def read(page: Path) -> Links:
    parser = Links()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


@pytest.fixture(scope="module")
def pages() -> list[Path]:
    assert BUILT.is_dir(), "make site builds it"
    return [page for page in BUILT.rglob("*.html") if "lite" not in page.relative_to(BUILT).parts]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the site on a server of this machine: from disk, no page loads its views."""
    server = Patient(("127.0.0.1", 0), partial(Quiet, directory=str(BUILT)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def opened(browser: Browser, **settings: Any) -> Page:
    """A page that loads only what it shows: no service worker fetches others meanwhile."""
    return browser.new_page(service_workers="block", **settings)


SHOWN = """() => {
  const places = [...document.querySelectorAll(".stored")].filter((one) => one.checkVisibility());
  const seen = places.filter((place) => place.getBoundingClientRect().top < innerHeight);
  return document.readyState === "complete" && seen.every((place) => place.querySelector(".fl"));
}"""
"""Whether a page is there, with all views in sight."""


class Patient(ThreadingHTTPServer):
    """Keeps all connections that a page opens at once, on a busy machine as well."""

    request_queue_size = 64


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link within the site reaches a file, and the place in it that it names."""
    parts = urlsplit(link)
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return False
    place = parts.fragment
    whole = not place or place.startswith("m=")  # a model that the page opens
    return target.suffix != ".html" or whole or place in read(target).ids


def test_every_link_within_the_site_leads_to_what_it_names(pages):
    links = [(page, link) for page in pages for link in read(page).links if inside(link)]
    broken = {
        (page.relative_to(BUILT).as_posix(), link)
        for page, link in links
        if not leads_somewhere(page, link)
    }

    assert len(links) > 2000
    assert sorted(broken) == []


def inside(link: str) -> bool:
    return not urlsplit(link).scheme


def test_no_page_loads_anything_from_elsewhere(pages):
    loads = {(page.name, url) for page in pages for url in read(page).loads}

    assert [(name, url) for name, url in loads if "//" in url] == []


def test_every_lesson_there_has_a_link_to_where_it_runs(pages):
    lessons = [path.stem for path in (ROOT / "notebooks").glob("*.ipynb")]
    texts = {page.stem: read(page).links for page in pages if page.parent.name == "lessons"}

    assert lessons
    assert [n for n in lessons if f"../lite/lab/index.html?path={n}.ipynb" not in texts[n]] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY_KIND)
def test_no_page_breaks_a_rule_of_accessibility(name, scheme, browser, site):
    page = opened(browser, viewport={"width": 1280, "height": 1000}, color_scheme=scheme)
    page.goto(f"{site}/{name}")
    page.locator(f"html[data-theme={scheme}]").wait_for()
    page.wait_for_function(SHOWN)

    found = Axe().run(page)

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"site-{name.replace('/', '-')}-{scheme}.png")
    page.close()
    assert found.violations_count == 0, found.generate_report()


def test_views_follow_the_theme_that_the_reader_has_chosen(browser, site):
    page = opened(browser, color_scheme="light")
    page.goto(f"{site}/gallery/index.html")
    page.locator(".stored .fl-stage").first.wait_for()
    colour = "() => getComputedStyle(document.querySelector('.fl-stage .f-ink')).fill"
    light = page.evaluate(colour)

    page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")

    assert page.evaluate(colour) != light
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_picture_changes_at_the_first_click_within_ten_seconds(width, browser, site):
    page = opened(browser, viewport={"width": width, "height": 800})
    complaints, loaded = [], []
    page.on("console", lambda said: complaints.extend([said.text] * (said.type == "error")))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda response: loaded.append(response.url.removeprefix(site)))
    page.set_default_timeout(10_000)

    page.goto(f"{site}/index.html")
    page.locator(".stored [data-key='shared[1]']").first.click()

    expect(page.locator(".stored .fl-panel").first).to_contain_text("get_output_at(1)")
    files = [BUILT / urlsplit(one).path.strip("/") for one in loaded]
    sent = sum(len(gzip.compress(file.read_bytes())) for file in files if file.is_file())
    assert sent < 600_000, loaded  # what servers send: text is packed
    page.get_by_role("tab", name="In slow motion").click()
    expect(page.locator(".fl-trace")).to_be_visible()
    page.keyboard.press("ArrowRight")  # to the next tab
    expect(page.locator(".fl-playground")).to_be_visible()
    slider = page.locator(".fl-playground input[type=range]")
    line = page.locator(".fl-play-plane path.s-ink")
    trained = line.get_attribute("d")
    slider.fill("4")
    expect(page.locator(".fl-play-count strong")).to_have_text(str(home.RECORDED[4]))
    assert line.get_attribute("d") != trained
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()


def test_every_view_of_a_lesson_is_alive_and_a_question_can_be_answered(browser, site):
    page = opened(browser, viewport={"width": 1280, "height": 1000})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/lessons/05_what_if_i_call_it_twice.html")
    places = page.locator(".stored")

    for i in range(places.count()):
        places.nth(i).scroll_into_view_if_needed()
        expect(places.nth(i).locator(".fl").first).to_be_visible()
    covers = page.locator(".fl-cover")
    before = covers.count()
    expect(covers.first).to_contain_text("Question 5.1")
    question = places.filter(has_text="Question 5.1 ·")
    question.locator(".fl-options button").first.click()

    expect(question.locator(".fl-reveal")).not_to_be_empty()
    expect(covers).to_have_count(before - 1)
    expect(covers.first).to_contain_text("Question 5.2")
    assert places.count() >= 20 and complaints == []
    page.close()


def test_a_view_of_one_call_opens_below_each_layer_of_the_reference(browser, site):
    page = opened(browser, viewport={"width": 1280, "height": 1000})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{site}/reference/funclab.layers.html")
    call = page.locator("dl:has(> [id='funclab.layers.Conv2D']) + details.call")
    call.locator("summary").click()

    example = next(one for one in EXAMPLES if one.name == "Conv2D")
    expect(call.locator(".stored .fl").first).to_contain_text(str((None, *example.shapes[0])))
    assert page.locator("details.call").count() == len({one.name for one in EXAMPLES})
    assert page.locator(".stored .fl").count() == 1 and complaints == []  # others stay folded
    page.close()


def test_pages_can_be_read_without_scripts(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{site}/index.html")

    assert page.locator(".stored svg").count() == 4
    expect(page.locator(".stored svg").first).to_be_visible()
    for name in EVERY_KIND:
        page.goto(f"{site}/{name}")
        expect(page.locator("h1")).to_be_visible()
        assert len(page.locator("main").inner_text()) > 200 or name == "search.html", name
    context.close()


CALLS = ["left", "shared[0]", "inner[0]", "right", "shared[1]", "inner[1]", "sum", "same"]
READ = ["–", "left", "shared[0]", "–", "right", "shared[1]", "inner[0], inner[1]", "sum"]
MADE = ["(None, 64)", "(None, 8)", "(None, 4)"] * 2 + ["(None, 4)", "(None, 1)"]
"""The model whose files are dropped: its calls, what each reads and makes."""
CELLS = "all => all.map((row) => [...row.children].map((one) => one.textContent))"

LED = """(picture) => {
  const boxes = [...picture.querySelectorAll("li")].map((one) => one.getBoundingClientRect());
  const at = ({ y }) => boxes.findIndex((box) => y > box.top - 1 && y < box.bottom + 1);
  return [...picture.querySelectorAll(".line")].map((line) => {
    const place = picture.querySelector("svg").getBoundingClientRect(), end = line.getTotalLength();
    const ends = [0, end].map((length) => line.getPointAtLength(length));
    return ends.map(({ y }) => at({ y: y + place.y }));
  });
}"""
"""From which box to which each line leads, by where it begins and ends on the page."""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A model with a shared layer and a nested one, in each kind of file, and as a link."""
    inputs, wide = [Input((64,), name=name) for name in ("left", "right")], Input((8,), name="wide")
    inner = Model(wide, Dense(4, name="narrow")(wide), name="inner")
    shared = Dense(8, activation="relu", name="shared")
    same = Dense(1, name="same")(Add(name="sum")([inner(shared(x)) for x in inputs]))
    model = Model(inputs, same, name="twins")
    kinds = "keras", "h5", "weights.h5", "onnx", "json", "link"
    paths = {kind: tmp_path / f"twins.{kind}" for kind in kinds}
    model.save(paths["keras"])
    model.save(paths["h5"])
    model.save_weights(paths["weights.h5"])
    model.export(paths["onnx"], format="onnx")
    paths["json"].write_text(model.to_json())
    paths["link"].write_text(funclab.explore(model).link("drop.html"))
    return paths


@pytest.fixture
def dropped(browser, site):
    """A phone's page for model files, which may complain of nothing and request nothing."""
    page = opened(browser, viewport={"width": 390, "height": 800})
    complaints = []
    page.on("console", lambda said: complaints.extend([said.text] * (said.type == "error")))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/drop.html")
    page.wait_for_load_state("networkidle")
    page.on("request", lambda sent: complaints.append(sent.url))
    yield page
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()


@pytest.mark.parametrize("kind", ["keras", "json", "h5"])
def test_a_dropped_model_is_shown_with_all_its_calls(kind, dropped, files):
    shown = dropped.locator("#drop .shown")

    dropped.set_input_files("#drop input", files[kind])

    expect(dropped.get_by_role("status")).to_have_text(f"twins.{kind} is open.")
    whole = shown.locator("table").filter(has_text="Reads").first
    rows = whole.locator("tbody tr").evaluate_all(CELLS)
    assert [row[0] for row in rows] == CALLS and [row[3] for row in rows] == READ
    known = [row[2] for row in rows] if kind != "h5" else MADE  # which has no shapes of calls
    assert [
        (one, made) for one, made in zip(known, MADE, strict=True) if one not in (made, "–")
    ] == []
    assert known.count("–") <= 1  # of an end that nobody reads
    expect(shown.locator(".boxes").first.locator("strong")).to_have_text(CALLS)
    expect(shown.locator("h3").first).to_have_text("inner")
    picture = shown.locator(".picture").first
    read = {i: names.split(", ") for i, names in enumerate(READ) if names != "–"}
    wanted = [[CALLS.index(one), i] for i in read for one in read[i]]
    expect(picture.locator(".line")).to_have_count(len(wanted))
    assert sorted(picture.evaluate(LED)) == sorted(wanted)
    expect(picture.locator("small")).to_have_text(["reads inner[0], inner[1]"])


def test_dropped_operators_weights_and_other_files_are_told_apart(dropped, files):
    status, shown = dropped.get_by_role("status"), dropped.locator("#drop .shown")

    dropped.set_input_files("#drop input", files["onnx"])
    expect(status).to_have_text("twins.onnx is open.")
    rows = shown.locator("table").filter(has_text="Reads").first.locator("tbody tr")
    assert [row[1] for row in rows.evaluate_all(CELLS) if row[3] == "–"] == ["Input", "Input"]
    dropped.set_input_files("#drop input", files["weights.h5"])
    expect(shown.locator("tbody tr")).to_have_count(6)  # two of each Dense
    expect(shown).to_contain_text("(64, 8)")
    dropped.set_input_files("#drop input", ROOT / "README.md")
    expect(status).to_contain_text("README.md cannot be shown: it is of no kind that is known here")


def test_a_dropped_model_is_given_to_the_notebook_that_shows_it(browser, site, files):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}/drop.html")

    page.set_input_files("#drop input", files["keras"])
    page.get_by_role("link", name="Open in a notebook").click()

    page.wait_for_url("**/lite/lab/index.html?path=dropped_model.ipynb")
    there = page.locator(".jp-Notebook .jp-CodeCell").nth(1)
    there.wait_for(timeout=120_000)
    code = there.locator(".cm-line").all_inner_texts()
    kept = page.evaluate(KEPT)
    space = {}
    with zipfile.ZipFile(files["keras"]) as archive:
        assert json.loads(kept) == json.loads(archive.read("config.json"))
    (files["keras"].parent / "dropped_model.json").write_text(kept)
    with contextlib.chdir(files["keras"].parent):
        exec("\n".join(code), space)
    assert {layer.name for layer in space["model"].layers} >= {"left", "shared", "inner", "same"}
    context.close()


KEPT = """() => new Promise((done) => {
  const opened = indexedDB.open("funclab");
  opened.onsuccess = () => {
    const got = opened.result.transaction("files").objectStore("files").get("dropped_model.json");
    got.onsuccess = () => done(got.result.content);
  };
})"""
"""What JupyterLite has of the model that was dropped."""


KEEPS = "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"


def test_after_a_visit_the_first_pages_open_without_a_network(browser):
    server = Patient(("127.0.0.1", 0), partial(Quiet, directory=str(BUILT)))
    Thread(target=server.serve_forever, daemon=True).start()
    site, context = f"http://127.0.0.1:{server.server_address[1]}", browser.new_context()
    page, complaints = context.new_page(), []
    page.goto(f"{site}/index.html")
    page.wait_for_function(KEEPS)

    server.shutdown()
    server.server_close()

    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name in ("index.html", "", "drop.html", "lessons/05_what_if_i_call_it_twice.html"):
        page.goto(f"{site}/{name}")
        expect(page.locator("h1")).to_be_visible()
        if "drop" not in name:
            expect(page.locator(".stored .fl").first).to_be_visible()
    page.goto(f"{site}/speed.html")
    expect(page.locator("h1")).to_contain_text("There is no network")
    assert complaints == []
    context.close()


def test_a_link_holds_a_model(browser, site, files):
    page = opened(browser)

    page.goto(f"{site}/{files['link'].read_text()}")

    expect(page.get_by_role("status")).to_have_text("The model in the address is open.")
    expect(page.locator(".boxes").first.locator("strong")).to_have_text(CALLS)
    page.close()
