"""The explorer in real front ends with a kernel, and as a page without; see test_every_view too."""

import numpy as np
import pytest
from playwright.sync_api import expect

import funclab
from funclab import Input, Model
from funclab.layers import Dense
from tests.browser import stage
from tests.browser.waiting import laid_out
from tests.view import gallery, models

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
# The middle of a line that is drawn, in the window.
ON_THE_LINE = """edge => {
  const line = edge.querySelector("path"), at = line.getPointAtLength(line.getTotalLength() / 2);
  const { a, d, e, f } = line.getScreenCTM();
  return [at.x * a + e, at.y * d + f];
}"""
SPILLED = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
GAPS = """settings => settings.map(one => one.getBoundingClientRect()).map(
  (one, i, all) => i && one.left > all[i - 1].left ? one.left - all[i - 1].right : 9)"""
LIT = "edges => [...new Set(edges.map(one => one.dataset.tensor))].sort()"


def explorer_on(open_notebook, write_notebook, server, *cells):
    page = open_notebook(server, write_notebook("explorer", MODEL, *cells))
    cells = page.run_all()
    assert not [cell["error"] for cell in cells if cell["error"]]
    page.page.wait_for_selector(f"{ROOT} svg .box")
    page.joined()
    return page


def test_a_model_shows_itself_and_a_click_names_the_node(jupyter, open_notebook, write_notebook):
    notebook = explorer_on(open_notebook, write_notebook, jupyter, "model")
    page = notebook.page
    spilled = page.locator(f"{ROOT} .fl-list dt").evaluate_all(SPILLED)

    page.locator(f'{ROOT} .box[data-key="shared[1]"]').click()

    page.wait_for_selector(f"{ROOT} .fl-ring:not(.fl-lit)", state="attached")
    expect(page.locator(f"{ROOT} .fl-here")).to_contain_text("shared.get_output_at(1)")
    expect(page.locator(f"{ROOT} .fl-lit")).to_have_count(2)
    notebook.screenshot(f"explorer-{jupyter.kind}")
    assert min(page.locator(f"{ROOT} .fl-list dd code").evaluate_all(GAPS)) > 4
    assert spilled == []  # JupyterLab has styles of its own for lists of definitions
    assert notebook.quiet


def test_keys_alone_walk_the_graph_down_to_the_source_of_an_op(
    jupyter, open_notebook, write_notebook
):
    notebook = explorer_on(open_notebook, write_notebook, jupyter, "model", "")
    page = notebook.page
    notebook.select(2)

    for key in ["Shift+Tab", "Enter", "ArrowDown", "ArrowRight", "Enter", "Enter"]:
        page.keyboard.press(key)

    expect(page.locator(f"{ROOT} .fl-panel pre").first).to_contain_text("np.matmul")
    expect(page.locator(f"{ROOT} .fl-caption")).to_contain_text("shared[1] is selected")
    page.keyboard.press("f")
    page.wait_for_selector(f'{ROOT} .box[data-key="shared"][aria-pressed=true]')
    assert notebook.quiet


def test_python_and_browser_share_the_selection_also_of_what_lies_folded_away(
    lab, open_notebook, write_notebook
):
    notebook = explorer_on(
        open_notebook,
        write_notebook,
        lab,
        "x = y = Input((4,))\nfor i in range(400):\n    y = Dense(4, name=f'deep_{i}')(y)\n"
        "view = funclab.explore(Model(x, y))\nview",
        'view.selected = "deep_200[0]"',
    )
    page = notebook.page
    page.wait_for_selector(f'{ROOT} .box[data-key="deep_200[0]"][aria-pressed=true]')

    box(page, "deep_399[0]").click()

    notebook.comes_to_say("view.selected", "deep_399[0]")
    assert notebook.quiet


def box(page, key):
    return page.locator(f'{ROOT} .box[data-key="{key}"]')


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def status(page):
    return page.locator(f"{ROOT} .fl-status").inner_text()


def test_models_open_one_by_one_by_their_sign_and_by_key(opened_page):
    page = opened_page(funclab.explore(models.shared_inside()))
    first, second = (box(page, f"twice[{i}]/shared[0]") for i in (1, 2))

    box(page, "twice[2]").locator(".fl-sign").click()

    assert [first.count(), second.count()] == [0, 1]
    box(page, "twice[1]").click()
    for key, counts in (("o", [1, 1]), ("o", [0, 1]), ("Shift+O", [1, 1]), ("Shift+O", [0, 0])):
        press(page, key)
        assert [first.count(), second.count()] == counts


def test_enter_goes_into_a_closed_model_before_it_goes_to_the_arithmetic(opened_page):
    page = opened_page(funclab.explore(models.shared_inside(), selected="twice[1]"))

    press(page, "Enter")

    assert box(page, "twice[1]/shared[0]").count() == 1
    press(page, "Enter")
    assert page.locator(f"{ROOT} .fl-tape").count() == 1


def test_what_is_found_inside_a_closed_model_is_shown(opened_page):
    page = opened_page(funclab.explore(models.shared_inside()))

    press(page, "/", *"out[0]")

    found = box(page, "twice[1]/out[0]")
    assert found.get_attribute("aria-pressed") == "true"
    assert found.is_visible()


def test_search_counts_aloud_goes_on_with_enter_and_is_left_with_escape(opened_page):
    page = opened_page(funclab.explore(models.shared_inside()))

    press(page, "/", *"shared")

    assert status(page) == "1 of 4 found: twice[1]/shared[0]"
    press(page, "Enter")
    assert status(page) == "2 of 4 found: twice[1]/shared[1]"
    press(page, "ArrowDown")
    assert status(page).startswith("3 of 4 found: ")
    press(page, "ArrowUp", "ArrowUp")
    assert status(page) == "1 of 4 found: twice[1]/shared[0]"
    press(page, "Escape")
    assert page.locator(".fl-search").input_value() == ""
    assert page.evaluate("document.activeElement.classList.contains('fl-explorer')")


@pytest.mark.parametrize(
    ("face", "words", "said"),
    [
        ("calls", "out", "1 of 2 found: twice[1]/out[0]"),
        ("calls", "b", "1 of 1 found: b[0]"),
        ("calls", "out[0:0]", "1 of 2 found: twice[1]/out[0:0]"),
        ("layers", "out", "1 of 1 found: twice[1]/out"),
        ("layers", "out[0]", "1 of 2 found: twice[1]/out[0]"),
    ],
)
def test_search_counts_each_box_once(face, words, said, opened_page):
    page = opened_page(funclab.explore(models.shared_inside(), face=face))

    press(page, "/", *words)

    assert status(page) == said


@pytest.mark.parametrize("look", ["light", "projector"])
def test_a_call_in_a_closed_block_is_shown_when_it_is_found(look, opened_page):
    x = y = Input((4,), name="x")
    for i in range(300):
        y = Dense(4, name=f"layer_{i}")(y)
    page = opened_page(funclab.explore(Model(x, y), look=look))

    press(page, "/", *"layer_150[")

    pressed = page.locator(f"{ROOT} .fl-stage [aria-pressed=true]")
    assert pressed.get_attribute("data-key") == "layer_150[0]"
    assert "layer_150" in page.locator(f"{ROOT} .fl-panel h2").inner_text()


def test_keys_walk_the_ways_to_draw_instead_of_scaling_type(opened_page):
    page = opened_page(funclab.explore(models.shared_inside()))
    boxes = page.locator(f"{ROOT} .fl-stage .box")
    high = boxes.first.bounding_box()["height"]

    press(page, "-", "-")

    assert boxes.first.bounding_box()["height"] < high
    assert "Drawn: " in status(page)
    assert small_text(page) >= 11
    press(page, "0")
    assert boxes.first.bounding_box()["height"] == high
    press(page, "+")
    assert status(page) == "The picture cannot hold more words."


def small_text(page):
    return min(
        page.locator(f"{ROOT} svg text").evaluate_all(
            "texts => texts.map(one => parseFloat(getComputedStyle(one).fontSize)"
            " * one.getScreenCTM().a)"
        )
    )


PLACES = """root => [...root.querySelectorAll(".fl-stage .box")].map((one) => {
  const { x, y, width, height } = one.querySelector("rect").getBoundingClientRect();
  return [x, y - root.getBoundingClientRect().y, width, height];
})"""


@pytest.mark.parametrize("name", ["headline", "inception"])
def test_selecting_moves_no_box_and_cuts_none_off(name, opened_page):
    page = opened_page(funclab.explore(gallery.built(name)), width=1130, height=720)
    root = page.locator(ROOT)
    before = root.evaluate(PLACES)

    for key in ("ArrowDown", "ArrowDown", "Enter", "m", "t", "Backspace"):
        press(page, key)

        laid_out(page)
        # Where the page has scrolled, a browser rounds to other pixels.
        assert np.abs(np.array(root.evaluate(PLACES)) - before).max() < 1
        assert page.locator(f"{ROOT} .fl-beyond").is_hidden()
        expect(page.locator(f"{ROOT} .fl-said")).to_be_in_viewport(ratio=0.99)


def test_with_nothing_selected_the_panel_sums_up_the_model(opened_page):
    page = opened_page(funclab.explore(models.shared_inside()))

    said = page.locator(f"{ROOT} .fl-panel").inner_text()

    assert "Model nested" in said
    assert "a[0:0] (None, 16)" in said
    assert "306 numbers, 306 of them trained" in said


def test_the_bars_of_the_weights_are_as_long_as_the_weights_are_many(opened_page):
    model = stage.convolutional()
    page = opened_page(funclab.explore(model), width=1100, height=700)
    bars = page.locator(f"{ROOT} .fl-sizes li")

    layers = sorted(model.layers[1:], key=lambda layer: -layer.count_params())
    most = layers[0].count_params()
    assert bars.locator("button").all_inner_texts() == [layer.name for layer in layers]
    shares = bars.locator("i").evaluate_all(
        "all => all.map(one => one.offsetWidth / one.parentElement.offsetWidth)"
    )
    assert shares == pytest.approx([n.count_params() / most for n in layers], abs=0.01)  # pixels


def test_in_little_width_the_panel_lies_over_the_half_without_the_selection(opened_page):
    full = funclab.explore(models.perceptron(), choice="full")
    page = opened_page(full, width=500, height=700)

    for key, high in (("dense[0]", False), ("dense_2[0]", True)):
        box(page, key).click()
        laid_out(page)

        said, stage = (page.locator(part).bounding_box() for part in (".fl-said", ".fl-stage"))
        middle = stage["y"] + stage["height"] / 2
        assert (said["y"] + said["height"] <= middle + 2) is high
        expect(box(page, key)).to_be_in_viewport()
        press(page, "Backspace")


def test_in_ask_mode_no_shape_is_told_before_its_question_is_answered(opened_page):
    view = funclab.explore(models.perceptron(), ask=True)
    view.answers = []  # those given in another test are kept, as after a cell that ran before
    page = opened_page(view)
    root = page.locator(ROOT)
    press(page, "t")
    assert "(None, 10)" not in root.inner_text()
    assert "(None, 10)" not in root.evaluate(LABELS)
    plate = page.locator(f'{ROOT} .fl-stage .plate[data-tensor="dense_2[0:0]"]')
    assert plate.locator("rect").first.is_visible()
    assert not plate.locator("text").first.is_visible()

    box(page, "dense_2[0]").click()

    question = page.locator(f"{ROOT} .fl-ask")
    assert "What shape does it return?" in question.inner_text()
    question.get_by_text("(None, 10)").first.click()
    assert "Right: (None, 10)." in question.inner_text()
    assert "(None, 10)" in page.locator(f"{ROOT} .fl-panel").inner_text()


LABELS = "root => [...root.querySelectorAll('[aria-label]')].map((one) => one.ariaLabel).join()"


@pytest.mark.parametrize("face", ["calls", "layers"])
def test_a_click_beside_a_line_names_its_tensor_and_lights_the_way_back(face, opened_page):
    page = opened_page(funclab.explore(models.shared_inside(), face=face, open=True))
    inner = "twice[1]/" if face == "calls" else "twice/"
    line = page.locator(f'{ROOT} .edge[data-tensor="{inner}shared[1:0]"]').last
    line.scroll_into_view_if_needed()
    x, y = line.evaluate(ON_THE_LINE)

    page.mouse.click(x, y + 5 if face == "layers" else y)

    said = page.locator(f"{ROOT} .fl-panel").inner_text()
    assert "shared[1:0]" in said
    assert "twice[1]/shared[1]" in said
    assert "twice[1]/out[0]" in said
    lit = page.locator(f"{ROOT} .fl-back").evaluate_all(LIT)
    assert lit == [f"{inner}shared[0:0]", f"{inner}x[0:0]"]
    assert page.locator(f"{ROOT} .fl-way").evaluate_all(LIT) == [f"{inner}shared[1:0]"]


def test_the_tensors_of_a_node_are_reached_by_key(opened_page):
    page = opened_page(funclab.explore(models.shared_inside(), selected="concatenate[0]"))
    caption = page.locator(f"{ROOT} .fl-caption")

    names = []
    for _ in range(4):
        press(page, "s")
        names.append(caption.inner_text().partition(" ")[0])

    assert names == ["concatenate[0:0]", "twice[1:0]", "twice[2:0]", "concatenate[0:0]"]
    press(page, "ArrowUp")
    assert "concatenate[0] is selected" in caption.inner_text()


def test_the_calls_of_a_layer_are_walked_in_a_circle_both_ways(opened_page):
    page = opened_page(funclab.explore(models.shared_inside(), selected="twice[2]"))
    caption = page.locator(f"{ROOT} .fl-caption")

    names = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):
        press(page, key)
        names.append(caption.inner_text().partition(" ")[0])

    assert names == ["twice[1]", "twice[2]", "twice[1]"]


def test_a_row_of_the_layers_face_is_its_node(opened_page):
    page = opened_page(funclab.explore(models.shared_inside(), face="layers"))

    box(page, "twice").locator('[data-row="2"]').click()

    assert "twice[2] is selected" in page.locator(f"{ROOT} .fl-caption").inner_text()
    assert page.locator(f"{ROOT} .fl-row").count() == 1


def test_one_key_leads_from_the_source_of_an_op_back_to_the_model(opened_page):
    page = opened_page(funclab.explore(models.shared_inside(), selected="twice[1]/shared[0]"))
    press(page, "Enter", "Enter", "m")
    assert page.locator(f"{ROOT} .fl-panel pre").count() > 0

    press(page, "Backspace")

    assert "Model nested" in page.locator(f"{ROOT} .fl-panel h2").inner_text()
    assert page.locator(f"{ROOT} .fl-ring").count() == 0
    assert "Backspace" in page.locator(f"{ROOT} .fl-keys").text_content()


def test_a_lesson_sized_model_is_seen_whole_and_what_is_not_is_announced(opened_page):
    x = Input((784,), name="x")
    y = Dense(64, name="one")(x)
    small = Model(x, Dense(10, name="two")(Dense(64, name="and")(y)))
    page = opened_page(funclab.explore(small), height=720)
    stage = page.locator(f"{ROOT} .fl-stage")

    assert stage.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert page.locator(".fl-beyond").is_hidden()
    page.set_viewport_size({"width": 1280, "height": 420})
    expect(page.locator(".fl-beyond")).to_be_hidden()  # there are fewer words
    press(page, *"+++")
    expect(page.locator(".fl-beyond")).to_contain_text("more below")
    page.locator(".fl-beyond").click()
    page.wait_for_function("document.querySelector('.fl-stage').scrollTop > 0")


def test_text_stays_legible_in_a_narrow_window(opened_page):
    page = opened_page(funclab.explore(models.shared_inside(), open=True))

    page.set_viewport_size({"width": 500, "height": 600})

    expect(page.locator(".fl-beyond")).to_contain_text("more")
    assert small_text(page) >= 11


# The middle of the window on the strip, as a part of the whole.
MIDDLE = """strip => {
  const [at, whole] = [".fl-window", "svg"].map((part) =>
    strip.querySelector(part).getBoundingClientRect());
  return (at.x + at.width / 2 - whole.x) / whole.width;
}"""


# Each button that opens something, with the words in a box that it covers, even in part.
COVERED = """signs => signs.flatMap(sign => {
  const at = sign.getBoundingClientRect(), texts = sign.parentElement.querySelectorAll("text");
  return [...texts].filter(text => {
    const box = text.getBoundingClientRect();
    return text.textContent && box.left < at.right && at.left < box.right
      && box.top + 2 < at.bottom && at.top < box.bottom - 2;
  }).map(text => text.textContent);
})"""


@pytest.mark.parametrize("name", ["chain_60", "vqa", "crowded"])
@pytest.mark.parametrize("height", [500, 900])
def test_the_buttons_that_open_and_unfold_cover_no_words(name, height, opened_page):
    page = opened_page(funclab.explore(gallery.built(name)), height=height)
    signs = page.locator(".fl-sign")

    expect(signs.first).to_be_attached()
    assert signs.evaluate_all(COVERED) == []


def test_a_click_on_a_line_of_code_selects_its_call_and_both_are_marked(opened_page):
    x = Input((8,), name="x")
    shared = Dense(8, name="shared")
    page = opened_page(funclab.explore(Model(x, Dense(2, name="out")(shared(shared(x))))))
    page.set_viewport_size({"width": 1128, "height": 720})

    def current():
        return page.locator(".line.fl-current").evaluate_all(
            "all => all.map((one) => one.dataset.key)"
        )

    page.locator('.line[data-key="shared[1]"]').click()
    clicked = current(), page.locator(".box:has(.fl-ring:not(.fl-lit))").get_attribute("data-key")
    page.keyboard.press("ArrowDown")
    walked = current()
    page.keyboard.press("Escape")

    assert clicked == (["shared[1]"], "shared[1]")
    assert walked == ["out[0]"]
    assert current() == []
