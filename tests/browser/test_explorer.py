"""The explorer and the shape steps in a real JupyterLab and Notebook 7, with a real kernel."""

MODEL = """
%load_ext funclab
import funclab
from funclab import Input, Model
from funclab.layers import Dense
inputs = Input((64,), name="pixels")
shared = Dense(64, activation="relu", name="shared")
model = Model(inputs, Dense(10, name="head")(shared(shared(inputs))))
"""
ROOT = ".fl-explorer"


def explorer_on(open_notebook, write_notebook, server, *cells):
    page = open_notebook(server, write_notebook("explorer", MODEL, *cells))
    cells = page.run_all()
    assert not [cell["error"] for cell in cells if cell["error"]]
    page.page.wait_for_selector(f"{ROOT} svg .box")
    return page


def quiet(page):
    return page.console_errors == [] and page.outside_requests == []


def test_a_model_shows_itself_and_a_click_names_the_node(jupyter, open_notebook, write_notebook):
    notebook = explorer_on(open_notebook, write_notebook, jupyter, "model")
    page = notebook.page

    page.locator(f'{ROOT} .box[data-key="shared[1]"]').click()

    page.wait_for_selector(f"{ROOT} .fl-ring:not(.fl-lit)", state="attached")
    assert "shared.get_output_at(1)" in page.locator(f"{ROOT} .fl-here").inner_text()
    assert page.locator(f"{ROOT} .fl-lit").count() == 2
    notebook.screenshot(f"explorer-{jupyter.kind}")
    assert quiet(notebook)


def test_keys_alone_walk_the_graph_down_to_the_source_of_an_op(
    jupyter, open_notebook, write_notebook
):
    notebook = explorer_on(open_notebook, write_notebook, jupyter, "model")
    page = notebook.page
    page.focus(ROOT)

    for key in ["ArrowDown", "ArrowDown", "ArrowRight", "Enter", "Enter"]:
        page.keyboard.press(key)

    page.wait_for_selector(f"{ROOT} .fl-panel pre")
    assert "np.matmul" in page.locator(f"{ROOT} .fl-panel pre").first.inner_text()
    assert "shared[1] is selected" in page.locator(f"{ROOT} .fl-caption").inner_text()
    page.keyboard.press("f")
    page.wait_for_selector(f'{ROOT} .box[data-key="shared"][aria-pressed=true]')
    assert quiet(notebook)


def test_python_and_browser_share_the_selection(lab, open_notebook, write_notebook):
    notebook = explorer_on(
        open_notebook,
        write_notebook,
        lab,
        "view = funclab.explore(model)\nview",
        'view.selected = "shared[0]"',
    )
    page = notebook.page
    page.wait_for_selector(f'{ROOT} .box[data-key="shared[0]"][aria-pressed=true]')

    page.locator(f'{ROOT} .box[data-key="head[0]"]').click()

    page.wait_for_timeout(300)
    asked = """async () => {
      const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
      let said = "";
      const future = kernel.requestExecute({code: "print(view.selected)"});
      future.onIOPub = (message) => { said += message.content.text ?? ""; };
      await future.done;
      return said.trim();
    }"""
    assert page.evaluate(asked) == "head[0]"
    assert quiet(notebook)


def test_in_ask_mode_the_answer_comes_first_and_is_recorded(lab, open_notebook, write_notebook):
    notebook = explorer_on(open_notebook, write_notebook, lab, "funclab.explore(model, ask=True)")
    page = notebook.page

    page.locator(f'{ROOT} .box[data-key="shared[1]"]').click()

    page.wait_for_selector(f"{ROOT} .fl-choices button")
    assert page.locator(f"{ROOT} .fl-here").count() == 0
    options = page.locator(f"{ROOT} .fl-choices button").all_inner_texts()
    right = next(i for i, text in enumerate(options, 1) if text.startswith("shared[0:0]"))
    page.focus(ROOT)
    page.keyboard.press(str(right))
    page.wait_for_selector(f"{ROOT} .fl-here")
    assert "Right" in page.locator(f"{ROOT} .fl-ask").inner_text()
    assert quiet(notebook)


def test_a_tour_is_walked_with_a_clicker_and_left_with_one_key(lab, open_notebook, write_notebook):
    tour = '[{"text": "Two calls.", "state": {"selected": "shared[0]"}}, {"text": "One output."}]'
    notebook = explorer_on(
        open_notebook, write_notebook, lab, f"funclab.explore(model, tour={tour})"
    )
    page = notebook.page
    page.focus(ROOT)

    page.keyboard.press("PageDown")

    page.wait_for_selector(f'{ROOT} .box[data-key="shared[0]"][aria-pressed=true]')
    assert "1 of 2: Two calls." in page.locator(f"{ROOT} .fl-tour").inner_text()
    page.keyboard.press("r")
    page.wait_for_selector(f"{ROOT} .box[aria-pressed=true]", state="detached")
    assert quiet(notebook)


def test_a_reloaded_page_has_the_view_as_it_was(lab, open_notebook, write_notebook):
    notebook = explorer_on(open_notebook, write_notebook, lab, "model")
    page = notebook.page
    page.locator(f'{ROOT} .box[data-key="shared[1]"]').click()
    page.wait_for_selector(f"{ROOT} .fl-here")
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    page.reload()

    page.wait_for_selector(f"{ROOT} .fl-here", timeout=30_000)
    assert "shared.get_output_at(1)" in page.locator(f"{ROOT} .fl-here").inner_text()


def test_shape_steps_are_walked_by_keys(jupyter, open_notebook, write_notebook):
    notebook = open_notebook(jupyter, write_notebook("shapes", MODEL, "funclab.shapes(model)"))
    notebook.run_all()
    page = notebook.page
    page.wait_for_selector(".fl-shapes .fl-step")
    page.locator(".fl.fl-shapes").first.focus()

    page.keyboard.press("ArrowRight")

    page.wait_for_function(
        "() => document.querySelector('.fl-now')?.innerText.includes('64 × 64 + 64 = 4,160')"
    )
    for theme in ("light", "dark"):
        notebook.theme(theme)
        notebook.screenshot(f"shapes-{jupyter.kind}-{theme}")
    assert quiet(notebook)
