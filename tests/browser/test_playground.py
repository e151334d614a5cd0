"""The playground in a real JupyterLab and Notebook 7, with a real kernel, by keys alone."""

import re
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

import funclab
from tests.browser import stage
from tests.browser.bridge import bridged_page, wired
from tests.browser.projector import small_words
from tests.browser.waiting import becomes

ROOT = ".fl-playground"
STATUS = f"{ROOT} .fl-status"
TOLD = f"{ROOT} .fl-play-told"
SAID = f"document.querySelector('{TOLD}').textContent"
EPOCHS = rf"Number({SAID}.match(/after (\d+)/)?.[1] ?? 0)"


def playground_on(run_cells, server, settings=""):
    cell = f"view = funclab.playground({settings})\nview"
    notebook = run_cells(server, "%load_ext funclab\nimport funclab", cell)
    notebook.page.wait_for_selector(f"{ROOT} .fl-play-plane path.s-ink", state="attached")
    notebook.joined("view")
    notebook.page.focus(ROOT)
    return notebook


@pytest.fixture
def bridged(browser, tmp_path, monkeypatch):
    """`bridged(...)`: a playground, and its page, whose kernel is this process."""
    complaints, pages = [], []
    wired(monkeypatch)

    def show(*given, **settings):
        view = funclab.playground(*given, **settings)
        page = bridged_page(browser, tmp_path, view, complaints.append)
        pages.append(page)
        return view, page

    yield show
    for page in pages:
        page.close()
    assert complaints == []


def surface(page):
    return page.locator(f"{ROOT} .fl-play-plane path.s-ink").get_attribute("d")


def epochs(page):
    return page.evaluate(EPOCHS)


def wait_for_epochs(page, least):
    page.wait_for_function(f"least => {EPOCHS} >= least", arg=least, timeout=60_000)


def test_space_runs_and_pauses_and_the_surface_follows(jupyter, run_cells):
    notebook = playground_on(run_cells, jupyter, "branches=2, shared=True")
    page = notebook.page
    before = surface(page)

    page.keyboard.press("Space")
    wait_for_epochs(page, 60)
    page.keyboard.press("Space")

    expect(page.locator(STATUS)).to_contain_text("Paused")
    status = page.locator(STATUS)
    paused = "print(f\"Paused at epoch {len(view.losses['loss'])}.\")"
    becomes(page, lambda: notebook.kernel_says(paused) == status.inner_text(), True)
    expect(status).to_have_text(f"Paused at epoch {epochs(page)}.")
    assert surface(page) != before
    page.keyboard.press("w")  # another model: nothing is paused any more
    expect(page.locator(STATUS)).to_have_text("")
    for theme in ("light", "dark"):
        notebook.theme(theme)
        notebook.screenshot(f"playground-{jupyter.kind}-{theme}")
    assert notebook.quiet


PASTE = """async (code) => {
  const panel = jupyterapp.shell.currentWidget;
  panel.content.activeCellIndex = panel.content.widgets.length - 1;
  await jupyterapp.commands.execute("notebook:insert-cell-below");
  panel.content.activeCell.model.sharedModel.setSource(code);
  await jupyterapp.commands.execute("notebook:run-cell");
  await panel.sessionContext.session.kernel.requestKernelInfo();
}"""
MERGED = f"document.querySelector('{ROOT} .fl-play-network svg')?.textContent.includes('merged')"


def test_a_branch_is_added_and_shared_by_keys_and_the_code_pasted_into_a_cell_gives_the_curve(
    lab, run_cells
):
    notebook = playground_on(run_cells, lab, '"spirals", seed=3')
    page = notebook.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("b")
    page.wait_for_function(MERGED)
    page.keyboard.press("h")
    expect(page.locator(TOLD)).to_contain_text("with shared layers")
    for epoch in (1, 2, 3):
        page.keyboard.press("s")
        wait_for_epochs(page, epoch)
    page.keyboard.press("c")
    expect(page.locator(STATUS)).to_contain_text("copied")

    page.evaluate(PASTE, page.evaluate("() => navigator.clipboard.readText()"))

    line = "funclab.playground(data='spirals', branches=2, shared=True, seed=3, epochs=3)"
    notebook.comes_to_say("view.line()", line)
    assert notebook.kernel_says("print(history.history == view.losses)") == "True"
    notebook.screenshot("playground-pasted")
    assert notebook.quiet


def test_a_capital_letter_takes_a_control_back(lab, run_cells):
    notebook = playground_on(run_cells, lab, "branches=2")
    page = notebook.page

    page.keyboard.press("Shift+B")

    page.wait_for_function(f"!({MERGED})")
    assert page.evaluate("document.activeElement.dataset.control") == "branches"
    notebook.comes_to_say("view.state['branches']", "1")


def test_arrows_change_the_control_that_has_the_focus(jupyter, run_cells):
    notebook = playground_on(run_cells, jupyter, "epochs=5")
    page = notebook.page
    control = f"{ROOT} [data-control=branches]"
    page.keyboard.press("ArrowRight")
    for _ in range(2):
        page.keyboard.press("Tab")

    page.keyboard.press("ArrowRight")

    page.wait_for_function(MERGED)
    assert page.locator(control).get_attribute("aria-valuetext") == "2"
    assert page.evaluate("document.activeElement.dataset.control") == "branches"
    assert "not trained yet" in page.locator(TOLD).inner_text()
    notebook.comes_to_say("view.model.get_layer('merged').name", "merged")
    notebook.comes_to_say("view.line()", "funclab.playground(data='spirals', branches=2)")
    page.keyboard.press("u")
    wait_for_epochs(page, 5)
    assert page.locator(control).get_attribute("aria-valuetext") == "1"
    assert notebook.quiet


def test_reset_brings_the_lesson_s_state_back(lab, run_cells):
    notebook = playground_on(run_cells, lab, "epochs=5")
    page = notebook.page
    before = surface(page)
    page.keyboard.press("n")
    page.keyboard.press("s")
    expect(page.locator(f"{ROOT} [data-control=seed]")).to_have_text("1")
    page.wait_for_function(f"{EPOCHS} === 1")  # the surface is that of seed 1 now
    assert surface(page) != before

    page.keyboard.press("r")

    wait_for_epochs(page, 5)
    assert epochs(page) == 5
    assert surface(page) == before
    assert notebook.quiet


def test_a_tour_trains_up_to_the_epoch_of_its_stop(lab, run_cells):
    tour = '[{"text": "Trained.", "state": {"epochs": 30, "units": 4}}]'
    notebook = playground_on(run_cells, lab, f"tour={tour}")
    page = notebook.page

    page.keyboard.press("PageDown")

    wait_for_epochs(page, 30)
    assert epochs(page) == 30
    assert "units in each: 4" in page.locator(TOLD).inner_text()
    assert notebook.quiet


def test_a_reloaded_page_has_the_training_as_it_was(lab, run_cells):
    notebook = playground_on(run_cells, lab, "branches=2")
    page = notebook.page
    for _ in range(3):
        done = epochs(page)
        page.keyboard.press("s")
        wait_for_epochs(page, done + 1)
    assert epochs(page) == 3  # a step trains one epoch
    before = surface(page)
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    page.reload()

    page.wait_for_selector(f"{ROOT} .fl-play-plane path.s-ink", state="attached", timeout=30_000)
    wait_for_epochs(page, 3)
    assert surface(page) == before


ON_ONE_SCREEN = """(root) => {
  const seen = [...root.querySelectorAll("figure, p:not(:empty), .fl-play-control, button")];
  const { top, left } = root.getBoundingClientRect();
  return seen.map((one) => one.getBoundingClientRect()).every((at) =>
    at.right - left <= 1280 && at.bottom - top <= 720) && root.offsetHeight <= 720;
}"""


@pytest.mark.parametrize("branches", [1, 3])
def test_on_a_projector_all_of_it_is_on_one_screen_and_large_enough(branches, opened_page):
    view = funclab.playground("circles", branches=branches, epochs=20, look="projector")

    root = opened_page(view, height=720).locator(ROOT)

    assert root.evaluate(ON_ONE_SCREEN)
    assert root.locator(".fl-caption").is_visible()
    assert small_words(root) == []


def test_a_control_says_its_number_or_which_of_its_choices_it_is(opened_page):
    view = funclab.playground("moons", branches=2, shared=True, merge="add", optimizer="sgd")
    page = opened_page(view)

    for name, choices in view.facts["choices"].items():
        value = view.state[name]
        number = choices.index(value) if isinstance(value, (bool, str)) else value
        if name != "data":
            control = page.locator(f"[data-control={name}]")
            expect(control).to_have_attribute("aria-valuenow", f"{number:g}")


@pytest.mark.parametrize("settings", [{}, {"branches": 3, "layers": 4}, {"units": 32}], ids=str)
def test_in_a_notebook_all_of_it_is_seen_and_scrolls_nowhere(settings, opened_page):
    page = opened_page(funclab.playground(epochs=3, **settings), width=1128)

    assert page.locator(ROOT).evaluate("(root) => root.offsetWidth") == 1096
    assert page.evaluate(SCROLLED) == []


SCROLLED = """() => [document.documentElement, ...document.querySelectorAll(".fl-playground *")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1
    && getComputedStyle(one).overflowX.match(/auto|scroll|visible/) && one.clientWidth)
  .map((one) => one.className?.baseVal ?? one.className)"""


@pytest.mark.parametrize("width", [800, 390])
def test_on_a_narrow_page_only_the_network_scrolls(width, opened_page):
    page = opened_page(funclab.playground(branches=2, epochs=3), width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(f"{ROOT} .fl-play-network svg").evaluate("(svg) => svg.clientWidth") >= 690


def test_the_code_lies_over_the_picture_until_escape(opened_page):
    page = opened_page(funclab.playground(epochs=2))

    page.keyboard.press("c")
    pane = page.locator(f"{ROOT} .fl-play-code")
    expect(pane).to_contain_text("epochs=2")
    page.keyboard.press("Escape")

    expect(pane).to_be_hidden()
    assert page.locator(ROOT).evaluate("(root) => root === document.activeElement")


def test_the_words_of_a_neuron_stand_below_while_the_pointer_is_on_it(opened_page):
    page = opened_page(funclab.playground(epochs=2))
    caption, neuron = page.locator(".fl-caption"), page.locator("[aria-label^='a_2, neuron 3:']")
    before = caption.inner_text()

    neuron.hover()
    expect(caption).to_have_text(neuron.get_attribute("aria-label"))
    page.locator(f"{ROOT} .fl-play-count").hover()

    expect(caption).to_have_text(before)


def test_the_keys_of_a_control_are_told_while_it_has_the_pointer_or_the_focus(opened_page):
    page = opened_page(funclab.playground())
    tip = page.locator(".fl-play-control:has([data-control=units]) .fl-tip")

    expect(tip).to_be_hidden()
    page.locator("[data-control=units]").focus()

    expect(tip).to_be_visible()
    assert tip.inner_text().split() == ["w", "W"]


def test_data_are_chosen_by_pointer_by_arrows_and_by_letter(bridged):
    view, page = bridged("circles")
    chosen = page.locator("[role=radio][aria-checked=true]")

    page.get_by_role("radio", name="moons").click()
    expect(chosen).to_have_text("moons")
    page.keyboard.press("ArrowRight")
    expect(chosen).to_have_text("gaussians")
    page.keyboard.press("Shift+D")

    expect(chosen).to_have_text("moons")
    assert page.evaluate("document.activeElement.textContent") == "moons"
    becomes(page, lambda: view.trial.settings["data"], "moons")


def test_when_it_pauses_neurons_and_weights_are_those_of_the_last_epoch(bridged):
    view, page = bridged("moons")

    page.keyboard.press("Space")
    wait_for_epochs(page, 30)
    page.keyboard.press("Space")

    words = page.locator("[aria-label^='a_2, neuron 0:']")

    def told():
        weight = f"{view.model.get_layer('a_2').get_weights()[0][0, 0]:.2f}".replace("-", "−")
        return f"weights {weight}," in words.get_attribute("aria-label")

    becomes(page, told, True)
    expect(page.locator(STATUS)).to_have_text(f"Paused at epoch {view.trial.epochs}.")


def test_a_page_without_a_kernel_shows_the_last_state_and_says_so(opened_page):
    page = opened_page(funclab.playground("circles", branches=2, epochs=20))

    page.keyboard.press("Space")

    expect(page.locator(STATUS)).to_contain_text("needs a kernel")
    assert epochs(page) == 20


def test_a_page_without_a_kernel_plays_a_recorded_run_and_goes_to_each_of_its_epochs(opened_page):
    view = funclab.playground("circles", units=2, seed=1)
    view.record([0, 2, 9, 20])
    page = opened_page(view)
    slider, status = page.locator(f"{ROOT} input[type=range]"), page.locator(STATUS)
    assert epochs(page) == 20
    then = {}

    for at, epoch in enumerate((0, 2, 9, 20)):
        slider.fill(str(at))
        becomes(page, lambda: epochs(page), epoch)
        again = funclab.playground("circles", units=2, seed=1, epochs=epoch)
        then[epoch] = surface(page)
        assert then[epoch] == drawn_path(again)
        expect(slider).to_have_attribute("aria-valuetext", str(epoch))
    assert len({*then.values()}) == 4
    page.focus(ROOT)
    page.keyboard.press("ArrowLeft")
    becomes(page, lambda: epochs(page), 9)
    page.keyboard.press("s")
    expect(status).to_have_text("Epoch 20.")
    page.keyboard.press("Space")  # from its beginning again
    expect(status).to_have_text("The recorded run ends at epoch 20.", timeout=20_000)
    page.keyboard.press("w")
    expect(status).to_contain_text("A changed model needs a kernel")
    assert epochs(page) == 20 and view.trial.epochs == 20


def test_on_a_wall_a_recorded_run_leaves_the_network_as_large_as_one_without(opened_page):
    def height(view):
        page = opened_page(view, **stage.PROJECTOR)
        return page.locator(f"{ROOT} .fl-play-model").bounding_box()["height"]

    recorded = funclab.playground(seed=3, look="projector")
    recorded.record([0, 2])

    assert height(recorded) == height(funclab.playground(seed=3, epochs=2, look="projector"))


def drawn_path(view):
    """The line on which the model of a playground is undecided."""
    drawing = ElementTree.fromstring(view.pictures["surface"])
    return next(part.get("d") for part in drawing.iter() if "s-ink" in part.get("class", ""))


def test_a_page_that_was_stored_in_the_form_of_before_is_still_shown(browser, tmp_path):
    view = funclab.playground("moons", branches=2, epochs=20)
    text = funclab.export_html(view)
    for now, before in (("network", "model"), ("told", "caption"), ("counts", "heading")):
        text = text.replace(f'"{now}": "', f'"{before}": "')
    text = re.sub(r'"(data_\w+|answer|reading|right)": ', r'"gone_\1": ', text)
    (tmp_path / "stored.html").write_text(text, encoding="utf-8")
    page = browser.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto((tmp_path / "stored.html").as_uri())

    expect(page.locator(f"{ROOT} .fl-play-network")).to_contain_text("merged")
    assert epochs(page) == 20 and surface(page)
    assert page.locator(f"{ROOT} .fl-play-count").inner_text().strip() == "20"
    assert complaints == []
    page.close()


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


def test_a_line_that_is_too_long_goes_on_further_in_than_it_begins(opened_page):
    page = opened_page(funclab.playground(epochs=1), width=380, height=900)

    page.get_by_role("button", name="Code of this model").click()

    broken = [rows for rows in page.evaluate(STARTS) if len(rows) > 1]
    assert broken
    assert all(row > first for first, *rest in broken for row in rest)
    text = page.locator("pre code").inner_text()
    assert "\n\n\n" not in text
    assert "import funclab" in text
