"""Views last: a saved notebook shows them without its kernel, untrusted, reloaded and converted."""

from __future__ import annotations

import base64
import json
import shutil
import zlib

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from tests.browser.every_view import CASES, MODEL, OTHER, SHUT_DOWN, TWO_RUNS
from tests.browser.notebook_page import WINDOW, NotebookPage, write_cells
from tests.browser.server import serve

MIME = "application/vnd.funclab.view+json"
KINDS = [case for case in CASES if case.name not in ("live training", "training")]
# What these show next is drawn or trained by the kernel.
ASK_KERNEL = ("runs", "playground")
VIEWS = ".fl[aria-roledescription]"
FIT = "history = model.fit(x, y, epochs=3, validation_split=0.25)"
CELLS = [MODEL + OTHER + TWO_RUNS, *(case.make() for case in KINDS), "model", FIT]
SAVE = "() => jupyterapp.commands.execute('docmanager:save')"
CLEAR = "() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
BUSY = """async () => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code: `
from pathlib import Path
print("busy")
end = time.time() + 200  # so that a failure here leaves no kernel busy for ever
while not Path("go").exists() and time.time() < end:
    time.sleep(0.05)`});
  await new Promise((done) => {
    future.onIOPub = ({header}) => { if (header.msg_type === "stream") done(); };
  });
}"""
# What a view unpacks from the file has no address.
READ_AFTER_THE_KERNEL = """
const read = Response.prototype.json;
Response.prototype.json = async function () {
  const known = () => this.url || globalThis.funclab?.models.size;
  while (!known()) {
    window.reading = true;
    await new Promise((done) => setTimeout(done, 20));
  }
  return read.call(this);
};"""
# As on a page so busy that a script takes longer than anywidget waits for it.
NO_PATIENCE = """AbortSignal.timeout = () => {
  const waiting = new AbortController();
  queueMicrotask(() => waiting.abort());
  return waiting.signal;
};"""
WIDGETS = (
    "from ipywidgets.widgets.widget import _instances; "
    "widgets = [w for w in _instances.values() if hasattr(w, 'room')]"
)
TRUSTED = "() => jupyterapp.shell.currentWidget.content.widgets.every((cell) => cell.model.trusted)"
FORGED = (
    '<svg viewBox="0 0 9 9" width="9" height="9"><g onclick="forged = 1" class="box" data-key="a">'
    "<rect/></g><script>forged = 1</script></svg>"
)


@pytest.fixture(scope="module", params=["lab", "notebook7"])
def saved(request, open_notebook, tmp_path_factory):
    """A front end, and a notebook of every view that was run, saved and closed there."""
    server = request.getfixturevalue(request.param)
    path = write_cells(tmp_path_factory.mktemp("lasting") / "lasting.ipynb", *CELLS)
    notebook = open_notebook(server, path)
    assert not [cell["error"] for cell in notebook.run_all() if cell["error"]]
    expect(notebook.page.locator(VIEWS)).to_have_count(len(CELLS) - 1)
    notebook.page.evaluate(SAVE)
    notebook.page.evaluate(SHUT_DOWN)
    return server, shutil.copy(server.folder / path.name, path)


def view_outputs(notebook):
    """The outputs with a view, in order."""
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    return [output for output in outputs if MIME in output.get("data", {})]


def altered(path, change):
    """An untrusted copy of a notebook, in which something was changed after it was saved."""
    notebook = nbformat.read(path, 4)
    change(view_outputs(notebook))
    notebook.cells.append(nbformat.v4.new_markdown_cell("Handed in."))
    copy = path.with_name("handed_in.ipynb")
    nbformat.write(notebook, copy)
    return copy


def click_through(notebook):
    """Click in each view as its row in the table says, and check the result."""
    page = notebook.page
    expect(page.locator(VIEWS)).to_have_count(len(CELLS) - 1)
    for case in KINDS:
        if case.name not in ASK_KERNEL:
            view = page.locator(case.root).first
            view.locator(case.click).first.click()
            shown = view.locator(case.clicked.place).filter(has_text=case.clicked.text)
            expect(shown.first).to_be_attached()
    expect(page.get_by_text("Error displaying")).to_have_count(0)
    last = page.locator(".fl-training").last
    expect(last.locator(".fl-where")).to_contain_text("Trained for 3 epochs")
    expect(last.locator("svg path").first).to_be_attached()


def test_a_saved_notebook_opened_without_its_kernel_shows_views_that_can_be_clicked(
    open_notebook, saved
):
    notebook = open_notebook(*saved)

    click_through(notebook)
    search = notebook.page.locator(".fl-explorer .fl-search").first
    search.fill("head")
    search.press("Enter")

    expect(notebook.page.locator(".fl-explorer .fl-caption").first).to_contain_text("head")
    assert notebook.quiet


def test_an_untrusted_notebook_shows_the_same(open_notebook, saved):
    server, path = saved
    notebook = open_notebook(server, altered(path, lambda outputs: None))

    click_through(notebook)

    assert not notebook.page.evaluate(TRUSTED)
    assert notebook.console_errors == []


def test_forged_pictures_do_not_run_and_a_view_that_cannot_be_read_is_a_still_picture(
    open_notebook, saved
):
    def forge(outputs):
        held = json.loads(zlib.decompress(base64.b64decode(outputs[0].metadata[MIME]["held"])))
        pictures = held["pictures"]
        held["pictures"] = {name: {**drawn, "svg": FORGED} for name, drawn in pictures.items()}
        packed = base64.b64encode(zlib.compress(json.dumps(held).encode())).decode()
        outputs[0].metadata[MIME]["held"] = packed
        del outputs[1].metadata[MIME]

    server, path = saved
    notebook = open_notebook(server, altered(path, forge))
    page = notebook.page

    page.locator('.fl-explorer [data-key="a"]').first.dispatch_event("click")
    still = page.locator(".jp-OutputArea-output > img")

    expect(still).to_have_count(1)
    assert still.evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 100
    assert page.locator(".fl script").count() == 0
    assert page.evaluate("() => window.forged") is None


def test_a_page_reloaded_while_the_kernel_is_busy_shows_its_views_and_they_join_it_later(
    open_notebook, saved
):
    notebook = open_notebook(*saved)
    page = notebook.page
    notebook.run_all()
    page.evaluate(SAVE)
    page.evaluate(BUSY)

    page.reload()
    page.wait_for_function("() => window.jupyterapp")
    box = page.locator('.fl-explorer .box[data-key="shared[1]"]').first
    box.click(timeout=30_000)

    expect(page.locator(".fl-explorer .fl-here").first).to_contain_text("at(1)")
    assert page.evaluate("() => funclab.models.size") == 0
    (saved[0].folder / "go").touch()
    page.wait_for_function("() => funclab.models.size > 0")
    expect(page.locator(".fl-explorer .fl-here").first).to_contain_text("at(1)")
    notebook.kernel_says(WIDGETS)
    notebook.comes_to_say("'shared[1]' in [w.state.get('selected') for w in widgets]", "True")
    page.evaluate(SHUT_DOWN)


def test_a_view_whose_kernel_answers_while_it_is_being_read_from_the_file_is_live(
    lab, browser, write_notebook
):
    page, go = browser.new_page(viewport=WINDOW), lab.folder / "go"
    page.add_init_script(READ_AFTER_THE_KERNEL)  # for good, so the page is this test's own
    path = write_notebook("late", MODEL, "view = funclab.explore(model)\nview")
    notebook = NotebookPage(page).open(lab, path)
    notebook.run_all()
    page.evaluate(SAVE)
    go.unlink(missing_ok=True)
    page.evaluate(BUSY)

    page.goto(lab.page(path.name))  # without what another window has left in the workspace
    page.wait_for_function("() => window.reading")
    go.touch()
    page.wait_for_selector(VIEWS)
    notebook.kernel_says("view.show(selected='shared[1]')")

    expect(page.locator(".fl-explorer .fl-here")).to_contain_text("at(1)")
    page.close()


def test_clearing_outputs_lets_go_of_the_views_in_them(open_notebook, saved):
    notebook = open_notebook(*saved)
    page = notebook.page
    notebook.run_all()
    notebook.kernel_says(WIDGETS)
    notebook.comes_to_say("len(widgets)", str(len(CELLS) - 1))

    page.evaluate(CLEAR)

    page.wait_for_function("() => funclab.models.size === 0")
    notebook.comes_to_say("[widget.comm for widget in widgets]", str([None] * (len(CELLS) - 1)))
    page.evaluate(SHUT_DOWN)


def test_without_the_extension_a_view_is_a_widget(open_notebook, tmp_path, write_notebook):
    with serve("lab", tmp_path / "home", without=("funclab",)) as server:
        notebook = open_notebook(server, write_notebook("plain", MODEL, "model"))
        notebook.run_all()

        notebook.page.locator('.fl-explorer .box[data-key="shared[1]"]').first.click()

        here = notebook.page.locator(".lm-Panel.jp-OutputArea-output .fl-here")
        expect(here).to_contain_text("at(1)")
        assert notebook.console_errors == []
        notebook.leave()  # the server ends sooner without a kernel
        notebook.page.close()


def test_a_page_made_by_nbconvert_has_a_picture_of_every_view(saved):
    notebook = nbformat.read(saved[1], 4)

    page, _ = HTMLExporter().from_notebook_node(notebook)

    assert (
        page.count('src="data:image/svg+xml;base64')
        == len(view_outputs(notebook))
        == len(CELLS) - 1
    )


def test_a_view_that_anywidget_has_given_up_on_still_hears_python(browser, lab, write_notebook):
    context = browser.new_context(viewport=WINDOW)
    context.add_init_script(NO_PATIENCE)
    path = write_notebook("slow", MODEL, "view = funclab.explore(model)\nview")
    notebook = NotebookPage(context.new_page()).open(lab, path)
    notebook.run_all()
    caption = notebook.page.locator(".fl-caption")
    expect(caption).to_contain_text("one box for each")

    notebook.kernel_says("view.show(selected=next(iter(view.facts['nodes'])))")

    expect(caption).to_contain_text("is selected")
    assert {*notebook.console_errors} <= {"[anywidget] Failed to initialize model."}
    context.close()
