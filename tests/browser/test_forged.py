"""A notebook that somebody sends does nothing: not when it is opened, clicked or typed into.

`make browsers` runs this with the oldest and the newest JupyterLab and Notebook that are allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.forgeries import OTHERS, outputs, write_forged
from tests.browser.notebook_page import CELLS, WINDOW, NotebookPage
from tests.browser.waiting import laid_out

KEYS = ["ArrowDown", "ArrowRight", "Enter", "t", "1", "+", "PageDown", "?", " ", "Escape"]
# Outputs may be drawn before a test can look: what they may change is noted before anything else.
BEFORE = """
window.acts = [];
window.act = (name) => { acts.push(`script of ${name}`); };
window.builtin = () => [Object, Object.prototype].map(Object.getOwnPropertyNames).join();
window.stored = () => JSON.stringify(
  Object.entries(localStorage).filter(([key]) => key.startsWith('funclab')));
Object.assign(window, { builtinBefore: builtin(), storedBefore: stored() });
"""
TRUSTED = "() => jupyterapp.shell.currentWidget.content.widgets.some((cell) => cell.model.trusted)"
# What the page notices: commands, messages to the kernel, dialogs. That a page asks a kernel which
# widgets it has is the widgets' own.
WATCH = """() => {
  const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
  const acting = /^(execute_request|comm_open|comm_msg|comm_close|input_reply)$/;
  const asksForWidgets = ({ target_name, data }) =>
    target_name === 'jupyter.widget.control' || data?.method === 'request_states';
  jupyterapp.commands.commandExecuted.connect((_, { id }) => {
    const ofKeys = /^notebook:(move-cursor-|enter-(edit|command)-mode$)/; // by a reader's keys
    if (!ofKeys.test(id)) acts.push(`command ${id}`);
  });
  kernel.anyMessage.connect((_, { direction, msg: { header, content } }) => {
    if (direction === 'send' && acting.test(header.msg_type) && !asksForWidgets(content))
      acts.push(`message ${header.msg_type}`);
  });
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes]))
      if (node.matches?.('.jp-Dialog')) {
        acts.push('dialog');
        node.querySelector('.jp-mod-reject')?.click();
      }
  }).observe(document.body, { childList: true });
  window.addressBefore = location.href;
}"""
SHOW = """async (index) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  await notebook.scrollToItem?.(index, 'start');
  notebook.widgets[index].node.dataset.place = index;
  document.activeElement?.blur();
}"""
# What was noticed since the last time; whether the page was changed beside the output, and whether
# an output is visible, or takes clicks, elsewhere than in its cell.
NOTICED = """(untouched) => {
  const found = acts.splice(0), inOutput = document.activeElement?.closest('.jp-OutputArea-output');
  if (builtin() !== builtinBefore) found.push('builtin objects changed');
  if (stored() !== storedBefore) found.push('browser storage changed');
  if (location.href !== addressBefore) found.push('address changed');
  if (untouched && inOutput) found.push('focus taken');
  Object.assign(window, { builtinBefore: builtin(), storedBefore: stored() });
  const strays = (x, y) => {
    const output = document.elementFromPoint(x, y)?.closest('.fl, .jp-OutputArea-output');
    const at = output?.closest('.jp-Cell')?.getBoundingClientRect();
    return output && !(at && x >= at.left && x <= at.right && y >= at.top && y <= at.bottom);
  };
  const along = (length) => Array.from({ length: length / 40 }, (_, i) => 40 * i + 5);
  const points = along(innerWidth).flatMap((x) => along(innerHeight).map((y) => [x, y]));
  if (points.some((point) => strays(...point))) found.push('page covered');
  return found;
}"""
CLICK = """(index) => {
  const moves = ['pointerover', 'mouseover', 'pointerdown', 'mousedown', 'pointerup', 'mouseup'];
  const output = document.querySelector(`[data-place="${index}"] .jp-Cell-outputWrapper`);
  for (const part of [...output.querySelectorAll('.fl *, img')].slice(0, 2000)) {
    for (const kind of [...moves, 'click'])
      part.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true, view: window }));
    part.focus?.({ preventScroll: true });
  }
}"""
# The widgets that a notebook has stored, as the widget manager reads them, after it was trusted.
STORED_WIDGETS = """(trusted) => {
  const { model } = jupyterapp.shell.currentWidget.context;
  if (trusted) for (const cell of model.cells) cell.trusted = true;
  const [{ state }] = Object.values(model.getMetadata('widgets'));
  return Object.keys(state).sort();
}"""
# The same scripts without this project's care: every element and attribute is copied, nothing is
# checked.
CARELESS = {
    "function pictureFrom(markup){": """function pictureFrom(markup) {{
  const copy = (part) => {
    const el = document.createElementNS(part.namespaceURI, part.localName);
    for (const one of part.attributes) el.setAttributeNS(one.namespaceURI, one.name, one.value);
    for (const child of part.childNodes)
      el.append(child.nodeType === Node.ELEMENT_NODE ? copy(child) : child.data ?? "");
    return el;
  };
  return copy(new DOMParser().parseFromString(markup, "image/svg+xml").documentElement);
}""",
    "function checked(stored){": "function checked(stored) { return stored;",
    "function ownClasses(names){": "function ownClasses(names) { return names;",
    "const tensors=Object.create(null);": "const tensors = {};",
}
WAYS = ("script of ", "request http", "window", "page covered")


class Watched(NotebookPage):
    """A notebook page, and all that was done on it without its reader."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.seen: list[str] = []
        see = self.seen.append
        self.page.add_init_script(BEFORE)
        self.page.on("request", lambda sent: "forged" in sent.url and see(f"request {sent.url}"))
        self.page.on("dialog", lambda dialog: (see("dialog"), dialog.dismiss()))
        self.page.on("popup", lambda page: (see("window"), page.close()))
        self.page.on("download", lambda _: see("download"))

    def open(self, server: Any, notebook: Path) -> Watched:
        super().open(server, notebook)
        assert not self.page.evaluate(TRUSTED)
        self.page.evaluate(WATCH)
        self.page.on("framenavigated", lambda _: self.seen.append("navigation"))
        return self

    def acts(self, untouched: bool = False) -> list[str]:
        """What was done since the last call."""
        laid_out(self.page)
        found = [*self.page.evaluate(NOTICED, untouched), *self.seen]
        self.seen.clear()
        return found

    def handle(self, index: int, name: str) -> list[str]:
        """Look at an output, click everywhere in it, type in it; returns what was done thereby. The
        browser may remember the answer to a question, once it has been given."""
        self.page.evaluate(SHOW, index)
        output = self.page.locator(f'[data-place="{index}"] .jp-OutputArea-output')
        expect(output.locator(".fl, img, p").first).to_be_attached()
        found = self.acts(untouched=True)
        self.page.evaluate(CLICK, index)
        output.click(timeout=5000, force=True)
        view = output.locator(".fl")
        if view.count():
            view.first.focus()
            for key in KEYS:
                self.page.keyboard.press(key)
        asked = OTHERS.get(name, ("",))[0] in ("question", "vote")
        return found + [one for one in self.acts() if not asked or one != "browser storage changed"]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Callable[[], Watched]]:
    """`watched()`: a window of its own, as scripts are added to it for good."""
    pages: list[Page] = []

    def open_window() -> Watched:
        pages.append(browser.new_context(viewport=WINDOW).new_page())
        return Watched(pages[-1])

    yield open_window
    for page in pages:
        page.context.close()


def test_a_forged_notebook_does_nothing_when_it_is_opened_clicked_and_typed_into(
    jupyter, watched, tmp_path
):
    chosen = outputs()
    notebook = watched().open(jupyter, write_forged(tmp_path / "sent.ipynb", chosen))

    acts = {name: notebook.handle(index, name) for index, name in enumerate(chosen, 1)}

    place = [*chosen].index("100 MB in 100 kB, added since") + 1
    refused = notebook.page.locator(f'[data-place="{place}"] p')
    expect(refused).to_contain_text(
        "This saved view cannot be shown: it may be damaged, or too large."
    )
    assert sum(len(name.split(", ")) for name in acts) >= 50
    assert {name: found for name, found in acts.items() if found} == {}
    assert {cell["count"] for cell in notebook.page.evaluate(CELLS)} == {None}
    assert notebook.kernel_says("print('ran' in globals())") == "False"
    assert notebook.outside_requests == []
    assert notebook.page.evaluate(STORED_WIDGETS, False) == ["other"]
    genuine = notebook.page.locator(f'[data-place="{len(chosen)}"] .fl-explorer')
    genuine.locator('[data-key="shared[1]"]').first.click()
    expect(genuine.locator(".fl-caption")).to_contain_text("shared[1] is selected")
    assert notebook.page.evaluate(STORED_WIDGETS, True) == ["other", "own"]


def test_without_this_projects_care_forgeries_act_and_are_noticed(lab, watched, tmp_path):
    def careless(route: Route) -> None:
        response = route.fetch()
        script = response.text()
        for careful, other in CARELESS.items():
            script = script.replace(careful, other)
        route.fulfill(response=response, body=script)

    # A command would end the rest; of other forgeries, some stop or break the page for good.
    chosen = {name: output for name, output in outputs().items() if ", a" in name}
    chosen = {name: output for name, output in chosen.items() if "command" not in name}
    notebook = watched()
    notebook.page.route("**/extensions/funclab/static/*.js*", careless)
    notebook.open(lab, write_forged(tmp_path / "sent.ipynb", chosen))

    acts = {act for index, name in enumerate(chosen, 1) for act in notebook.handle(index, name)}

    assert len(acts) >= 12
    assert all(any(act.startswith(way) for act in acts) for way in WAYS)
