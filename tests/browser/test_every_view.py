"""What every live view does, in a real JupyterLab with a real kernel; the core in Notebook 7 too.

The views are in `every_view.CASES`. Views that need the same share one notebook; each test makes a
new view.
"""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.every_view import CASES, Stage
from tests.browser.picture import LEGIBLE, look_at

ASK = ("runs", "playground")


def kind(case):
    """In what a view differs from others on the way to its kernel: what lives on there, and whether
    each key asks it."""
    return {case.setup, case.name in ASK}


ALIKE = pytest.mark.covering(facts=lambda in_lab: kind(in_lab))
"""What the core does for all views alike; what each does of it by itself, pages from disk show."""
COUNT = "() => jupyterapp.shell.currentWidget.content.widgets[1].model.executionCount"


@pytest.fixture(scope="module")
def staged(open_notebook, tmp_path_factory):
    """`staged(case, server)`: a notebook with what a view needs; the last one, if it has that."""
    last = {}

    def of(case, server):
        if server in last and last[server].case.setup != case.setup:
            last.pop(server).close()
        if server not in last:
            folder = tmp_path_factory.mktemp("view")
            last[server] = Stage.open(case, open_notebook, server, folder)
        last[server].case = case
        return last[server]

    yield of
    for stage in last.values():
        stage.close()


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def in_lab(request, staged, lab):
    return staged(request.param, lab)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def in_notebook7(request, staged, notebook7):
    return staged(request.param, notebook7)


@pytest.fixture
def stage(in_lab):
    """JupyterLab, where nothing may complain, and no request may leave the machine."""
    yield in_lab
    check_quiet(in_lab)


@pytest.fixture
def stage7(in_notebook7):
    yield in_notebook7
    check_quiet(in_notebook7)


def check_quiet(stage):
    complaints = [*stage.notebook.console_errors, *stage.notebook.outside_requests]
    stage.notebook.console_errors.clear()
    stage.notebook.outside_requests.clear()
    assert complaints == []


def a_click_and_keys_alone_change_the_state(stage):
    case = stage.case
    view = stage.show()

    view.locator(case.click).first.click()
    stage.sees(case.clicked)
    stage.knows("view.state", case.clicked.state)

    stage.press("r")
    stage.sees_nothing_of(case.clicked)
    stage.press(*case.keys)
    stage.sees(case.keyed)
    stage.knows("view.state", case.keyed.state)


def test_a_click_changes_the_state_and_so_do_keys_alone(stage):
    a_click_and_keys_alone_change_the_state(stage)


@pytest.mark.covering(facts=lambda in_notebook7: kind(in_notebook7))
def test_a_click_and_keys_do_so_in_notebook_7(stage7):
    a_click_and_keys_alone_change_the_state(stage7)


def test_what_python_sets_shows_on_the_page(stage):
    case = stage.case
    stage.show()

    said = stage.notebook.kernel_says(f"view.show(**{case.keyed.state})")

    assert said == ""
    stage.sees(case.keyed)


def test_in_ask_mode_the_question_comes_first_and_the_answer_is_recorded(stage):
    case = stage.case
    view = stage.show(ask=True)
    stage.run(2, "view")  # the same once more, which must not ask again
    twin = stage.views(2).first
    stage.focus(view)

    stage.press(*case.asks)
    for number, key in enumerate(case.answers):
        expect(view.locator(".fl-choices button").first).to_be_visible()
        stage.sees_nothing_of(case.answered)
        option = view.locator(".fl-choices button").first.inner_text().split("\n")[0]
        stage.press("Enter", key)
        stage.knows("len(view.answers)", number + 1)
        given = stage.notebook.kernel_says("print(view.answers[-1]['given'])")
        assert option.startswith(given.split("\n")[0])

    stage.sees(case.answered)
    stage.knows("view.state", case.answered.state)
    stage.sees(case.answered, twin)
    expect(twin.locator(".fl-choices button")).to_have_count(0)
    expect(view.locator(".fl-ask")).to_contain_text(re.compile("Right: |You said |Noted: "))


@ALIKE
def test_a_tour_is_walked_with_a_clicker_and_one_key_leads_back(stage):
    case = stage.case
    stops = [
        {"text": "Look here.", "state": case.clicked.state},
        {"text": "Now there.", "state": case.keyed.state},
    ]
    view = stage.show(tour=stops)
    told = view.locator(".fl-tour")

    stage.press("PageDown")
    stage.sees(case.clicked)
    expect(told).to_contain_text("1 of 2: Look here.")
    stage.press("PageDown")
    stage.sees(case.keyed)
    expect(told).to_contain_text("2 of 2: Now there.")
    stage.press("PageUp")
    stage.sees(case.clicked)
    stage.press("u")
    expect(told).to_contain_text("2 of 2: Now there.")
    stage.press("r")

    stage.sees_nothing_of(case.keyed)
    stage.knows("[view.stop, view.state == view.home]", [-1, True])


@ALIKE
def test_all_is_legible_in_both_themes(stage):
    view = stage.show()
    stage.press(*stage.case.keys, "?")
    stage.sees(stage.case.keyed)

    for theme, is_light in (("dark", False), ("light", True)):
        stage.notebook.theme(theme)
        picture = look_at(view.locator(".fl-stage"))
        rules = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
        found = Axe().run(stage.notebook.page, context=stage.case.root, options=rules)
        stage.notebook.screenshot(f"every-{stage.case.name.replace(' ', '-')}-{theme}")

        assert (picture.background > 0.5) == is_light
        assert picture.contrast >= LEGIBLE
        assert found.violations_count == 0, found.generate_report()


@ALIKE
def test_a_cell_run_again_gives_one_view_that_works(stage):
    case = stage.case
    stage.show()
    stage.press(*case.keys)
    stage.sees(case.keyed)

    again = stage.show()

    expect(stage.views(1)).to_have_count(1)
    stage.sees_nothing_of(case.keyed)
    stage.press(*case.keys)
    stage.sees(case.keyed, again)
    stage.knows("view.state", case.keyed.state)


@ALIKE
def test_one_view_shown_twice_is_one_and_another_of_the_same_model_is_another(stage):
    case = stage.case
    first = stage.show()
    stage.run(2, f"other = {case.make()}\ndisplay(view, other)")
    expect(stage.views(2)).to_have_count(2)
    twin, other = stage.views(2).nth(0), stage.views(2).nth(1)
    stage.focus(first)

    stage.press(*case.keys)

    stage.sees(case.keyed, first)
    stage.sees(case.keyed, twin)
    stage.sees_nothing_of(case.keyed, other)
    stage.knows("other.state == other.home", True)
    stage.focus(twin)
    stage.press("r")
    stage.sees_nothing_of(case.keyed, first)
    stage.sees_nothing_of(case.keyed, twin)


@ALIKE
def test_undo_steps_back_and_the_copied_line_makes_the_same_view(stage):
    case = stage.case
    view = stage.show()
    stage.press(*case.keys)
    stage.sees(case.keyed)

    stage.press("y")
    expect(view.locator(".fl-status")).to_contain_text("Copied")
    line = stage.notebook.page.evaluate("() => navigator.clipboard.readText()")
    stage.press(*["u"] * len(case.keys))

    stage.sees_nothing_of(case.keyed)
    stage.knows("view.state == view.home", True)
    assert stage.notebook.kernel_says(f"again = {line}") == ""
    stage.knows("again.state", case.keyed.state)


def test_the_keys_of_a_view_leave_text_sliders_and_the_notebook_alone(stage):
    view = stage.show()
    table, page = view.locator(".fl-keys"), stage.notebook.page

    stage.press("?")
    expect(table.locator("tr").last).to_be_in_viewport()
    stage.press("Escape")
    expect(table.locator("tr").last).not_to_be_visible()
    for field in view.locator("input:visible").all():
        expect(field).to_be_enabled()  # the learning rate is, once the kernel has answered
        field.focus()
        expect(field).to_be_focused()
        stage.press("?")
        slides = field.get_attribute("type") == "range"
        assert table.evaluate("one => one.open") == slides
        view.focus()
        stage.press("Escape")

    before = page.evaluate(COUNT)
    view.focus()
    stage.press("Shift+Enter")
    page.wait_for_function(f"before => ({COUNT})() > before", arg=before)


def test_shift_tab_leads_to_the_picture_and_tab_from_there_to_the_list_of_keys(stage):
    view = stage.show()
    table = view.locator(".fl-keys")
    stage.notebook.select(2)

    stage.press("Shift+Tab")

    expect(view.locator(".fl-stage")).to_be_focused()
    for _ in range(view.locator("*").count()):
        stage.press("Tab")
        if table.locator("summary:focus").count():
            break
    stage.press("Enter")
    expect(table.locator("tr").last).to_be_visible()


@ALIKE
def test_a_reloaded_page_has_the_view_as_it_was_and_its_keys_work(stage):
    case = stage.case
    stage.show()
    stage.press(*case.keys)
    stage.sees(case.keyed)
    stage.knows("view.state", case.keyed.state)

    stage.reload()

    view = stage.views(1).first
    stage.sees(case.keyed, view)
    stage.focus(view)
    stage.press("r")
    stage.sees_nothing_of(case.keyed)
    stage.knows("view.state == view.home", True)
