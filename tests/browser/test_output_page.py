"""How a notebook's output becomes a live view, with a kernel and without: a page without Jupyter.

The scripts are those of the JupyterLab extension, the outputs those that a cell gets; Lumino's
widget, which JupyterLab brings, is the one part that a small class stands for.
"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

import funclab
from funclab.teach import ask, course, progress
from funclab.view.live.view import MIME
from funclab.view.notebook import labextension
from tests.browser.bridge import MODEL, Wire, bridged_page, hear, traits_of, wired
from tests.browser.waiting import becomes, laid_out
from tests.view import models

SITE = "http://127.0.0.1:9/"
WIDGET = """globalThis.setUp = async (factories) => {
  class Widget {
    constructor() { this.node = document.body.appendChild(document.createElement("div")); }
    dispose() { this.isDisposed = true; this.node.remove(); }
  }
  const old = class { constructor() { throw new Error("an old copy"); } };
  const copy = (kind) => ({ get: async () => () => ({ Widget: kind }) });
  const copies = { "2.9.0": copy(old), "2.10.1": copy(Widget) };
  await _JUPYTERLAB.funclab.init({ "@lumino/widgets": copies });
  globalThis.plugin = (await _JUPYTERLAB.funclab.get("./mimeExtension"))();
  globalThis.outputs = [];
};
globalThis.show = (bundle, i = outputs.length) => {
  outputs[i] ??= plugin.rendererFactory.createRenderer();
  outputs[i].onAfterAttach?.();
  return outputs[i].renderModel(bundle);
};"""


def bundle_of(view) -> dict:
    data, metadata = view._repr_mimebundle_()
    return {"data": data, "metadata": metadata}


@pytest.fixture
def notebook(browser, monkeypatch):
    """A page with the extension, and no output yet."""
    wired(monkeypatch)
    files = labextension.files("0")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.expose_function("kernel", hear)
    page.add_init_script(MODEL + WIDGET)

    def serve(route) -> None:
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        text = files.get(path, f'<script src="{SITE}static/remoteEntry.js?v=1"></script>')
        kind = "text/javascript" if path in files else "text/html"
        route.fulfill(body=text, content_type=kind)

    page.route(f"{SITE}**", serve)
    page.goto(SITE)
    page.evaluate("() => setUp()")
    yield page
    page.close()
    assert complaints == []


def arrive(page, view) -> None:
    """The kernel's model of a view announces itself, as anywidget lets it."""
    Wire.sent.clear()  # it knows what was sent before
    page.evaluate(
        """async ([room, id, traits]) => {
          const { default: view } = await import(`/static/${room}.js?v=1`);
          const model = bridged(id, traits);
          model.widget_manager.get_model = async () => model;
          model.set_state = (state) => model.take({ method: "update", state });
          view.initialize({ model });
        }""",
        [view.room, view.comm.comm_id, json.loads(traits_of(view))],
    )


def test_the_extension_shows_one_kind_of_output_of_any_trusted_or_not_notebook(notebook):
    plugin = notebook.evaluate(
        """() => ({ id: plugin.id, rank: plugin.rank, dataType: plugin.dataType,
          safe: plugin.rendererFactory.safe, mimeTypes: plugin.rendererFactory.mimeTypes })"""
    )

    assert plugin == {
        "id": "funclab:view", "rank": -20, "dataType": "json", "safe": True, "mimeTypes": [MIME],
    }  # fmt: skip


def test_a_stored_output_is_live_without_a_kernel_and_two_have_one_style_sheet(notebook):
    view = funclab.explore(models.twice())
    for _ in range(2):
        notebook.evaluate("(bundle) => show(bundle)", bundle_of(view))

    notebook.locator('[data-key="shared[1]"]').first.click()

    captions = notebook.locator(".fl-caption")
    expect(captions.first).to_contain_text("shared[1] is selected")
    expect(captions.last).to_contain_text("1 input, 3 calls of 2 layers")
    expect(notebook.locator("#funclab-style")).to_have_count(1)
    assert view.state["selected"] == ""


def test_with_a_kernel_a_click_reaches_python_and_a_change_in_python_the_page(notebook):
    view = funclab.explore(models.twice())
    arrive(notebook, view)
    notebook.evaluate("(bundle) => show(bundle)", bundle_of(view))

    notebook.locator('[data-key="shared[1]"]').first.click()
    becomes(notebook, lambda: view.state["selected"], "shared[1]")
    view.show(selected="out[0]")

    expect(notebook.locator(".fl-caption")).to_contain_text("out[0] is selected")


def test_what_was_done_before_the_kernel_came_is_handed_to_it_and_the_rest_is_the_kernel_s(
    notebook,
):
    view = funclab.explore(models.twice())
    notebook.evaluate("(bundle) => show(bundle)", bundle_of(view))
    notebook.locator('[data-key="shared[1]"]').first.click()
    view.show(table=True)

    arrive(notebook, view)

    becomes(notebook, lambda: (view.state["selected"], view.state["table"]), ("shared[1]", True))
    expect(notebook.locator(".fl-all")).to_have_count(1)
    expect(notebook.locator(".fl-explorer")).to_have_count(1)
    expect(notebook.locator(".fl-caption")).to_contain_text("shared[1] is selected")


def test_the_focus_stays_on_a_view_that_is_drawn_again(notebook):
    view = funclab.explore(models.twice())
    notebook.evaluate("(bundle) => show(bundle)", bundle_of(view))
    notebook.focus(".fl-explorer")

    arrive(notebook, view)
    notebook.keyboard.press("ArrowDown")

    becomes(notebook, lambda: view.state["selected"], "x[0]")


def test_pictures_that_got_lost_on_their_way_come_from_the_output(notebook):
    view = funclab.explore(models.twice())
    arrive(notebook, view)
    notebook.evaluate("(id) => bridges[id].set_state({ pictures: {} })", view.comm.comm_id)

    notebook.evaluate("(bundle) => show(bundle)", bundle_of(view))

    expect(notebook.locator(".fl-explorer .box")).to_have_count(4)


def test_an_output_that_cannot_be_read_shows_its_picture(notebook):
    view = funclab.explore(models.twice())
    bundle = bundle_of(view)
    bundle["metadata"][MIME]["held"] = "AAAA"

    notebook.evaluate("(bundle) => show(bundle)", bundle)

    picture = notebook.locator("img")
    expect(picture).to_have_attribute("alt", repr(view))
    assert picture.evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 100


def test_a_view_is_released_when_its_last_output_is_cleared(notebook):
    view = funclab.explore(models.twice())
    notebook.clock.install()
    arrive(notebook, view)
    for _ in range(2):
        notebook.evaluate("(bundle) => show(bundle)", bundle_of(view))
    notebook.evaluate("() => outputs[0].dispose()")
    notebook.clock.fast_forward(3500)  # it waits three seconds, for a view that moves
    laid_out(notebook)
    between = view.comm

    notebook.evaluate("() => outputs[1].dispose()")
    notebook.clock.fast_forward(2500)
    laid_out(notebook)
    soon = view.comm
    notebook.clock.fast_forward(1000)

    assert between is soon is not None
    becomes(notebook, lambda: view.comm, None)


def test_a_covered_view_opens_when_its_question_is_answered(browser, tmp_path, monkeypatch):
    wired(monkeypatch)
    question, graph = ask("1.1"), funclab.explore(models.twice())
    bundle_of(question), bundle_of(graph)
    complaints: list[str] = []
    page = bridged_page(browser, tmp_path, [question, graph], complaints.append)
    cover, picture = page.locator(".fl-cover"), page.locator(".fl-explorer")
    expect(cover).to_contain_text("1.1")
    expect(picture).to_have_count(0)

    known = course.question("1.1")
    texts = page.locator(".fl-options button").all_inner_texts()
    right = next(i for i, text in enumerate(texts) if known.options[known.answer].text in text)

    page.focus(".fl-lesson")
    page.keyboard.press(str(right + 1))

    expect(cover).to_have_count(0)
    expect(picture).to_have_count(1)
    given = [(one["question"], one["option"]) for one in progress()["answers"]]
    assert given == [("1.1", known.answer)]
    page.close()
    assert complaints == []


def test_show_me_on_a_cover_opens_it_and_is_kept_as_no_option(browser, tmp_path, monkeypatch):
    wired(monkeypatch)
    question, graph = ask("1.1"), funclab.explore(models.twice())
    bundle_of(question), bundle_of(graph)
    complaints: list[str] = []
    page = bridged_page(browser, tmp_path, [question, graph], complaints.append)

    page.locator(".fl-cover button").focus()
    page.keyboard.press("Enter")

    expect(page.locator(".fl-explorer")).to_be_focused()
    expect(page.locator(".fl-reveal")).to_contain_text("The answer:")
    becomes(
        page,
        lambda: [(one["question"], one["option"]) for one in progress()["answers"]],
        [("1.1", None)],
    )
    page.close()
    assert complaints == []
