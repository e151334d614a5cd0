"""Models of the gallery, built from nothing on a page by keys alone, and compared as graphs; what a
saved notebook keeps of what was made."""

from __future__ import annotations

import os

import nbformat
import pytest
from playwright.sync_api import expect

import funclab
from funclab.view.draw.text import clean
from funclab.view.live.view import MIME
from tests.browser.every_view import SHUT_DOWN
from tests.browser.test_edit import at_step, bridged, press, select
from tests.browser.test_live_reloaded import SAVE, unpacked
from tests.browser.waiting import becomes
from tests.view import gallery
from tests.view.edit.test_view import BUILT

LONG = bool(os.environ.get("SOAK"))
WRITTEN = {"transformer": lambda: gallery.transformer(2), "video questions": gallery.vqa}
"""Models of ops, and of models inside: they are written in the box for the code."""
__all__ = ["bridged"]


class Hands:
    """Makes each step as a student would: chooses a call, presses a key, fills in a form."""

    def __init__(self, view, page):
        self.view, self.page = view, page
        self.names = {}
        """What a layer is called here: the form has no field for a name."""

    def __call__(self, step, named):
        name, *args = step
        settings = args.pop() if args and isinstance(args[-1], dict) else {}
        position = self.view.state["position"]
        getattr(self, name)(*args, **settings)
        expect(self.page.locator(".fl-counts")).to_contain_text(f"step {position + 1}: ")
        expect(self.page.locator(".fl-form")).to_have_count(0)
        self.names[named.partition("[")[0]] = self.view.state["selected"].partition("[")[0]

    def here(self, key):
        """A call as it is called here."""
        name, bracket, rest = key.partition("[")
        return f"{self.names.get(name, name)}{bracket or '[0]'}{rest}"

    def choose(self, key):
        key = self.here(key)
        if self.view.state["selected"] == key:
            return
        press(self.page, "/")
        self.page.keyboard.type(key)
        press(self.page, "Enter")
        named = f'[data-key="{key}"]'  # Inputs alone are buttons, not yet a graph
        expect(
            self.page.locator(f"{named}[aria-current], {named}[aria-pressed=true]")
        ).to_be_visible()

    def fill(self, values):
        """Go through the form with Tab, and write into its fields, or choose from their lists."""
        left = dict(values)
        for _ in range(60):
            if not left:
                return
            name, tag = self.page.evaluate(
                "() => { const at = document.activeElement; return [at.name ?? '', at.tagName]; }"
            )
            if tag == "SUMMARY":
                press(self.page, "Enter")
            if name in left:
                if tag == "INPUT":
                    press(self.page, "Control+a")
                self.page.keyboard.type(written(left.pop(name)))
            if left:
                press(self.page, "Tab")
        raise AssertionError(f"no field for {left}")

    def input(self, shape, name=""):
        press(self.page, "i")
        self.fill({"shape": tuple(shape), "name": name})
        press(self.page, "Enter")

    def insert(self, after, kind, before=None, name="", **settings):
        self.choose(after)
        press(self.page, "a")
        self.page.keyboard.type(kind)
        marked = self.page.locator(".fl-menu .fl-here strong")
        expect(marked).to_contain_text(kind)
        while marked.text_content() != kind:
            press(self.page, "ArrowDown")
        press(self.page, "Enter")
        expect(self.page.locator(".fl-preview")).to_be_visible()
        self.fill(settings | ({"where": "as a branch"} if before == [] else {}))
        press(self.page, "Enter")

    def walk(self, key):
        """With the arrows to the call that is asked for; Enter takes it."""
        key, at = self.here(key), self.page.locator(".fl-at")
        order = [clean(own) for own in self.view._steps.state.draft.keys.values()]
        here = order.index(at.text_content())
        step = "ArrowRight" if order.index(key) > here else "ArrowLeft"
        while at.text_content() != key:
            press(self.page, step)
        press(self.page, "Enter")

    def connect(self, source, call, how=""):
        self.choose(call)
        press(self.page, "c")
        self.walk(source)
        if how or "merge" not in self.facts(call):
            offered = self.page.locator(".fl-repairs .fl-word")
            expect(offered).to_have_count(7)
            labels = [text.removeprefix("✓ ") for text in offered.all_text_contents()]
            press(self.page, str(labels.index(how or "Add") + 1))

    def facts(self, call):
        draft = self.view._steps.state.draft
        number = next(key for key, name in draft.keys.items() if name == self.here(call))
        return ["merge"] if draft.layer_of(number).merges else []

    def share(self, call, other):
        self.choose(call)
        press(self.page, "s")
        self.walk(other)

    def duplicate(self, call):
        self.choose(call)
        press(self.page, "d")

    def delete(self, call):
        self.choose(call)
        press(self.page, "Delete")


def written(value):
    return str(value) if not isinstance(value, list) else str(tuple(value))


def by_keys(name, view, page):
    """Each step that makes the model, as it is made in Python beside it."""
    hands, alike = Hands(view, page), funclab.edit()
    for command, *args in BUILT[name][1]:
        settings = args[-1] if isinstance(args[-1], dict) else {}
        alike.do(command, *args[: len(args) - bool(settings)], **settings)
        hands([command, *args], alike.state["selected"])


def in_code(name, page):
    """The model's own code, letter by letter."""
    press(page, "w")
    expect(page.locator(".fl-text")).to_be_focused()
    page.keyboard.type(str(funclab.to_code(WRITTEN[name](), names=False)))
    expect(page.locator(".fl-counts")).to_have_text("step 1: from the code", timeout=60_000)
    expect(page.locator(".fl-edit")).to_have_attribute("data-whole", "true")


@pytest.mark.soak("models built on a page by keys")
@pytest.mark.parametrize("name", [*BUILT, *WRITTEN] if LONG else ["two towers"])
def test_a_model_of_the_gallery_is_built_from_nothing_by_keys_alone(name, bridged):
    view, page = bridged()
    page.set_default_timeout(60_000)

    if name in BUILT:
        by_keys(name, view, page)
    else:
        in_code(name, page)

    wanted = BUILT[name][0]() if name in BUILT else WRITTEN[name]()
    verdict = funclab.teach.same_graph(view.model, wanted)
    assert verdict, verdict.reasons


def test_a_saved_notebook_keeps_the_steps_that_were_made_on_the_page(run_cells, notebook7):
    code = funclab.to_code(gallery.unet())
    notebook = run_cells(notebook7, str(code), "import funclab\nview = funclab.edit(model)\nview")
    page = notebook.page
    notebook.kernel_says("for n in range(18): view.do('set', 'bottom_a', filters=32 + n)")
    page.locator(".fl-edit").first.focus()
    at_step(page, 18, "bottom_a: filters 49")
    select(page, "max_pooling2d_2[0]")
    press(page, "Delete")
    at_step(page, 19, "delete max_pooling2d_2")
    select(page, "mask[0]")
    press(page, "d")
    at_step(page, 20, "duplicate mask")
    press(page, "u")
    at_step(page, 19, "delete max_pooling2d_2")

    path = notebook7.folder / page.evaluate("() => jupyterapp.shell.currentWidget.context.path")
    becomes(page, lambda: added_by_a_save(page, path), "packed")
    assert path.stat().st_size < 300_000
    page.evaluate(SHUT_DOWN)
    for old in (False, True):
        if old:
            as_older_files_are(path)
        page.reload()

        at_step(page, 19, "delete max_pooling2d_2")
        expect(page.locator('.box[data-key="max_pooling2d_2[0]"]')).to_have_count(0)
        page.locator(".fl-edit").first.focus()
        press(page, "U")
        at_step(page, 20, "duplicate mask")
        expect(page.locator('.box[data-key="mask_1[0]"]')).to_be_visible()
        press(page, "i")
        expect(page.locator(".fl-status")).to_contain_text("needs its kernel")


def added_by_a_save(page, path):
    """Save: is what the page adds packed? It takes a moment after the last change."""
    page.evaluate(SAVE)
    since = view_in(nbformat.read(path, 4)).get("since")
    return "packed" if isinstance(since, str) else since


def view_in(notebook):
    """What a notebook keeps of its only view."""
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    (kept,) = [output.metadata[MIME] for output in outputs if MIME in output.metadata]
    return kept


def as_older_files_are(path):
    """Write a saved notebook as it was when a page's addition was not packed."""
    notebook = nbformat.read(path, 4)
    kept = view_in(notebook)
    kept["since"] = unpacked(kept["since"])
    kept["serial"] = 1
    nbformat.write(notebook, path)
