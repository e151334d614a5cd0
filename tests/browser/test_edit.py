"""Edit on a page whose kernel is this process: every command by keys alone, by mouse, by touch."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import funclab
from funclab.view.edit.view import Edit
from tests.browser.bridge import bridged_page, wired
from tests.view import gallery
from tests.view.edit.test_commands import reader

FAILS = """
image = Input((12, 12, 1), name="image")
one = Dense(8, name="one")(Conv2D(4, 3, name="conv")(image))
two = Dense(8, name="two")(image)
model = Model(image, Add(name="sum")([one, two]))
"""
"""Code that fails in a cell, as it is pasted."""


@pytest.fixture
def bridged(browser, tmp_path, monkeypatch):
    """`bridged(model)`: a view that edits it, and its page, whose kernel is this process."""
    wired(monkeypatch)
    complaints, pages = list[str](), []

    def open_page(model=None, width=1130, **settings):
        view = model if isinstance(model, Edit) else funclab.edit(model, **settings)
        page = bridged_page(browser, tmp_path, view, complaints.append)
        page.set_viewport_size({"width": width, "height": 760})
        pages.append(page)
        return view, page

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def at_step(page, position, text):
    """Wait until the page says that it is at this step."""
    expect(page.locator(".fl-counts")).to_have_text(f"step {position}: {text}")


def select(page, key):
    """Select a call by search, with keys alone."""
    page.keyboard.press("/")
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    expect(page.locator(f'.box[data-key="{key}"]')).to_have_attribute("aria-current", "true")


def test_settings_and_layers_by_keys_alone(bridged):
    view, page = bridged(reader())

    press(page, "ArrowRight", "ArrowDown")  # to the Input, then to what reads it
    press(page, "e")
    expect(page.locator("[name=filters]")).to_be_focused()
    page.keyboard.type("12")  # in place of what is there
    press(page, "Enter")
    at_step(page, 1, "strokes: filters 12")
    press(page, "Escape")

    press(page, "a")
    page.keyboard.type("dropo")
    expect(page.locator(".fl-menu .fl-here")).to_contain_text("Dropout")
    press(page, "Enter")
    expect(page.locator(".fl-preview")).to_have_text("It would make (None, 8, 8, 12).")
    press(page, "Enter")
    at_step(page, 2, "add Dropout after strokes")

    press(page, "d")
    at_step(page, 3, "duplicate dropout")
    press(page, "Delete")
    at_step(page, 4, "delete dropout_1")

    select(page, "dropout[0]")
    press(page, "n")
    page.keyboard.press("Control+a")
    page.keyboard.type("sometimes")
    press(page, "Enter")
    at_step(page, 5, "dropout is now sometimes")

    press(page, "m")
    press(page, "ArrowRight", "ArrowRight", "Enter")  # past the call itself
    at_step(page, 6, "move sometimes after parts")
    assert view._steps.given.get_layer("strokes").filters == 8


def test_a_list_that_is_changed_and_entered_makes_one_step(bridged):
    view, page = bridged(reader(), selected="pool[0]")
    press(page, "e")
    expect(page.locator(".fl-form select[name=padding]")).to_be_attached()
    page.locator("summary").first.press("Enter")
    page.locator("select[name=padding]").focus()
    page.keyboard.type("same")
    press(page, "Enter")
    at_step(page, 1, "pool: padding same")
    press(page, "Escape", "d")

    at_step(page, 2, "duplicate pool")
    assert view.steps[0] == ["set", "pool", {"padding": "same"}] and len(view.steps) == 2


def test_connections_sharing_and_ends_by_keys_alone(bridged):
    view, page = bridged(reader())

    select(page, "pool[0]")
    press(page, "c")
    expect(page.locator(".fl-at")).to_have_text("strokes[0]")
    press(page, "Enter")
    expect(page.locator(".fl-repairs li").first).to_have_text("✓ Concatenate1")
    press(page, "1")
    at_step(page, 1, "connect strokes to pool: Concatenate")

    press(page, "x")
    expect(page.locator(".fl-repairs li")).to_have_count(2)
    press(page, "2")
    at_step(page, 2, "cut strokes from concatenate")

    select(page, "parts[0]")
    press(page, "s")
    expect(page.locator(".fl-at")).to_have_text("strokes[0]")  # a layer of the same class
    press(page, "Enter")
    at_step(page, 3, "parts calls the layer of strokes")
    press(page, "u")
    at_step(page, 2, "cut strokes from concatenate")
    press(page, "U")
    at_step(page, 3, "parts calls the layer of strokes")
    press(page, "u")

    select(page, "body[0]")
    press(page, "o")
    at_step(page, 3, "outputs: digit and body")
    press(page, "i")
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    press(page, "Enter")
    at_step(page, 4, "a new Input of (5,)")
    press(page, "r")
    at_step(page, 5, "back to the start")

    assert [len(layer.inbound_nodes) for layer in view._steps.given.layers] == [1] * 7


def test_of_two_calls_the_later_one_reads_the_other_whichever_is_chosen_first(bridged):
    view, page = bridged(reader())

    select(page, "strokes[0]")
    press(page, "c")
    expect(page.locator(".fl-at")).to_have_text("pool[0]")  # `parts` reads it already
    page.locator('.box[data-key="pool[0]"]').click()
    expect(page.locator(".fl-form h2")).to_contain_text("How shall strokes[0] and what pool[0]")
    press(page, "1")
    at_step(page, 1, "connect strokes to pool: Concatenate")

    assert view.steps == [["connect", "strokes[0]", "pool[0]", {"how": "Concatenate"}]]
    assert page.evaluate("String(getSelection())") == ""


def test_an_error_is_red_what_follows_is_pale_and_a_number_repairs_it(bridged):
    view, page = bridged(reader(), steps=[["connect", "strokes", "pool", {"how": "Add"}]])

    expect(page.locator(".box.fl-failed")).to_have_attribute("data-key", "add[0]")
    expect(page.locator(".box.fl-pale")).to_have_count(4)
    expect(page.locator(".edge.fl-broken")).to_have_count(2)
    expect(page.locator(".fl-broken .s-line").last).to_have_css("stroke", "rgb(179, 38, 30)")
    expect(page.locator(".fl-fault-note")).to_have_text("lengths 8 and 12 meet on one axis")
    expect(page.locator("h2.fl-what")).to_have_text("add cannot be called")
    expect(page.locator(".fl-row-of.fl-bad")).to_have_text("add = layers.Add()([parts, strokes])")

    press(page, "2")

    at_step(page, 2, "Concatenate in place of add")
    expect(page.locator(".fl-kept")).to_contain_text(
        "7 of its 8 weights are kept. New: body kernel."
    )
    expect(page.locator(".fl-failed")).to_have_count(0)
    expect(page.locator(".fl-status")).to_have_text(
        "Step 2: Concatenate in place of add. concatenate[0] makes (None, 8, 8, 20)."
    )
    expect(page.locator(".box[data-key='body[0]'] .fl-dot")).to_be_visible()
    assert view.model.get_layer("concatenate")


def test_a_refused_command_says_why_and_changes_nothing(bridged):
    view, page = bridged(reader())
    select(page, "image[0]")

    press(page, "Delete")

    expect(page.locator(".fl-status")).to_contain_text("image is an Input that is read")
    assert view.steps == []


def test_the_code_is_edited_and_checked_as_it_is_typed(bridged):
    view, page = bridged(reader())

    press(page, "w")
    box = page.locator(".fl-text")
    expect(box).to_be_focused()
    box.fill(box.input_value().replace("Dense(16,", "Dense(20,"))
    at_step(page, 1, "from the code")
    expect(page.locator(".fl-coded [role=status]")).to_have_text("Read: this is the model now.")

    box.fill(box.input_value().replace("Dense(20,", "Dense(20,,"))
    expect(page.locator(".fl-coded [role=status]")).to_contain_text("line 8: invalid syntax")
    box.fill(box.input_value().replace("Dense(20,,", "Dense(21,"))
    expect(page.locator(".fl-row-of.fl-new")).to_contain_text("Dense(21")
    press(page, "Escape")

    expect(page.locator(".fl-code")).to_be_visible()
    assert view.steps[-1][0] == "code" and len(view.steps) == 1
    assert view.model.get_layer("body").units == 21

    press(page, "w")
    box.fill("# twenty-one\n" + box.input_value())
    expect(page.locator(".fl-coded [role=status]")).to_contain_text("it is the same model")
    assert len(view.steps) == 1


def test_a_repair_is_written_into_the_open_box_and_its_line_is_in_sight(bridged):
    view, page = bridged()
    box, told = page.locator(".fl-text"), page.locator(".fl-coded [role=status]")
    press(page, "w")
    box.fill(FAILS)
    at_step(page, 1, "from the code")
    expect(page.locator(".fl-repairs small").first).to_have_text("96 numbers in all")

    page.locator(".fl-repairs button").first.click()
    expect(box).to_have_value(re.compile('"same"'))
    assert box.input_value() == view.code
    expect(told).not_to_contain_text("this is the model now")
    press(page, "Escape")

    whole = gallery.unet()
    view, page = bridged(whole)
    select(page, "up1_b[0]")
    expect(page.locator(".fl-row-of.fl-now")).to_be_in_viewport()
    line, lines = (page.locator(name).bounding_box() for name in (".fl-now[data-of]", ".fl-code"))
    assert lines["y"] < line["y"] < lines["y"] + lines["height"] - 20


def test_a_skip_of_a_u_net_is_cut_and_put_back_by_keys(bridged):
    whole = gallery.unet()
    view, page = bridged(whole)
    said = page.locator(".fl-status")

    select(page, "concatenate_2[0]")
    press(page, "x")
    arrows = page.locator(".fl-repairs .fl-word").all_text_contents()
    press(page, str(arrows.index("down1_b[0]") + 1))
    at_step(page, 1, "cut down1_b from concatenate_2")
    expect(said).to_have_text("Step 1: cut down1_b from concatenate_2.")  # no other shape
    assert not funclab.teach.same_graph(view.model, whole)

    select(page, "up1_a[0]")
    press(page, "c")
    while page.locator(".fl-at").text_content() != "down1_b[0]":
        press(page, "ArrowLeft")
    press(page, "Enter")
    expect(page.locator(".fl-repairs li")).to_have_count(7)
    labels = page.locator(".fl-repairs .fl-word").all_text_contents()
    press(page, str(labels.index("✓ Concatenate") + 1))

    at_step(page, 2, "connect down1_b to up1_a: Concatenate")
    expect(said).to_have_text(
        "Step 2: connect down1_b to up1_a: Concatenate. concatenate_2[0] makes (None, 32, 32, 24)."
    )
    assert funclab.teach.same_graph(view.model, whole)


def test_a_model_is_built_from_nothing_by_keys(bridged):
    view, page = bridged()
    expect(page.locator(".fl-caption")).to_have_text(re.compile("^An empty model: press i"))

    press(page, "i")
    page.keyboard.press("Control+a")
    page.keyboard.type("784,")
    press(page, "Enter")
    at_step(page, 1, "a new Input of (784,)")
    for units in ("64", "10"):
        press(page, "a")
        page.keyboard.type("dense")
        expect(page.locator(".fl-menu .fl-here")).to_contain_text("Dense")
        press(page, "Enter")
        expect(page.locator("[name=units]")).to_be_focused()
        page.keyboard.press("Control+a")
        page.keyboard.type(units)
        press(page, "Enter")
        expect(page.locator(".fl-form")).to_have_count(0)

    at_step(page, 3, "add Dense after dense")
    assert [layer.output.shape[-1] for layer in view.model.layers] == [784, 64, 10]


def test_by_mouse_a_click_selects_and_verbs_are_buttons(bridged):
    view, page = bridged(reader())

    page.locator('.box[data-key="pool[0]"]').click()
    page.locator(".fl-verbs [aria-keyshortcuts=Delete]").click()
    at_step(page, 1, "delete pool")
    page.locator(".fl-made button").first.click()
    at_step(page, 0, "start: reader")

    assert view.model is view._steps.given
    expect(page.locator(".fl-status")).to_have_text("Step 0 of 1: start: reader.")
    press(page, "t")
    page.locator(".fl-table th button", has_text="body[0]").click()
    assert page.locator(".fl-table tr.fl-here td").all_text_contents() == ["flat[0] ", "(None, 16)"]
    press(page, "t", "-")
    expect(page.locator(".fl-status")).to_contain_text("Drawn: ")
    press(page, "0")
    expect(page.locator(".fl-status")).to_have_text("Drawn to fit the available space.")
    assert view.state["choice"] == ""
    page.locator(".fl-bar [aria-keyshortcuts=f]").click()
    expect(page.locator('.box[data-key="pool"]')).to_be_visible()


@pytest.mark.parametrize("width", [1130, 848, 780, 422])
def test_it_fits_its_width_and_its_height(bridged, width):
    steps = [["connect", "strokes", "pool", {"how": "Add"}]]
    _, page = bridged(reader(), width=width, steps=steps)

    sizes = page.evaluate("""() => {
      const root = document.querySelector(".fl"), page = document.documentElement;
      return [root.getBoundingClientRect().height, page.scrollWidth - page.clientWidth];
    }""")

    assert sizes[1] <= 0
    assert sizes[0] <= 620  # a page of its own; 560 in a notebook
    verb = page.locator(".fl-verbs button").first
    if width < 800:
        expect(verb).to_be_hidden()
        page.locator("[aria-keyshortcuts=v]").click()
    expect(verb).to_be_visible()  # 848: JupyterLab in a window of 1280


def test_without_a_kernel_all_steps_can_be_visited_and_commands_say_why_not(browser, tmp_path):
    view = funclab.edit(reader()).do("delete", "pool").do("set", "body", units=8)
    page = browser.new_page(viewport={"width": 1130, "height": 760})
    page.goto(view.save(tmp_path / "edit.html").as_uri())
    page.focus(".fl")

    press(page, "u")
    at_step(page, 1, "delete pool")
    press(page, "u")
    at_step(page, 0, "start: reader")
    expect(page.locator('.box[data-key="pool[0]"]')).to_be_visible()
    press(page, "U", "U")
    at_step(page, 2, "body: units 8")
    press(page, "i")
    expect(page.locator(".fl-status")).to_contain_text("needs its kernel")
    page.close()


@pytest.mark.parametrize("kernel", [True, False])
def test_the_steps_are_played_each_with_its_call_and_its_sentence(bridged, tmp_path, kernel):
    steps = [["delete", "pool"], ["set", "body", {"units": 8}]]
    view, page = bridged(reader(), steps=steps)
    if not kernel:
        page.goto(view.save(tmp_path / "played.html").as_uri())
        page.focus(".fl")
    said, button = page.locator(".fl-status"), page.locator(".fl-header [aria-keyshortcuts=p]")

    press(page, "p")

    expect(said).to_have_text("Step 0 of 2: start: reader.")
    expect(button).to_have_accessible_name("pause")
    expect(said).to_have_text("Step 1 of 2: delete pool. flat[0] makes (None, 768).")
    expect(page.locator(".box[aria-current]")).to_have_attribute("data-key", "flat[0]")
    expect(said).to_have_text("Step 2 of 2: body: units 8. body[0] makes (None, 8).")
    expect(page.locator(".box[aria-current]")).to_have_attribute("data-key", "body[0]")
    expect(button).to_have_accessible_name("Play the steps")

    press(page, " ", " ")
    expect(said).to_have_text("Step 0 of 2: start: reader.")


def middle_of(page, key):
    box = page.locator(f'.box[data-key="{key}"]').bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_drag_from_a_box_to_another_connects_them(bridged):
    _, page = bridged(reader())

    page.mouse.move(*middle_of(page, "strokes[0]"))
    page.mouse.down()
    page.mouse.move(*middle_of(page, "parts[0]"))
    page.mouse.move(*middle_of(page, "pool[0]"))
    expect(page.locator(".fl-drag")).to_have_count(1)
    page.mouse.up()
    expect(page.locator(".fl-repairs li").first).to_have_text("✓ Concatenate1")
    press(page, "1")

    at_step(page, 1, "connect strokes to pool: Concatenate")
    expect(page.locator(".fl-drag")).to_have_count(0)


def test_on_a_phone_a_tap_selects_and_a_finger_connects(browser, tmp_path, monkeypatch):
    wired(monkeypatch)
    view, size = funclab.edit(reader()), {"width": 390, "height": 760}
    phone = {"viewport": size, "has_touch": True, "is_mobile": True}
    page = bridged_page(browser, tmp_path, view, pytest.fail, **phone)
    fingers = page.context.new_cdp_session(page)

    def touch(kind, *points):
        at = [{"x": x, "y": y} for x, y in points]
        fingers.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": at})

    page.locator('.box[data-key="strokes[0]"]').tap()
    expect(page.locator(".box[aria-current]")).to_have_attribute("data-key", "strokes[0]")
    graph = page.locator(".fl-graph").bounding_box()
    x, y = middle_of(page, "strokes[0]")
    touch("Start", (x, y))
    for at in range(int(y), int(graph["y"] + graph["height"]) - 10, 10):
        touch("Move", (x, at))
    expect(page.locator('.box[data-key="pool[0]"]')).to_be_in_viewport(ratio=1)  # it scrolls there
    touch("Move", middle_of(page, "pool[0]"))
    expect(page.locator('.box[data-key="pool[0]"] .fl-lit')).to_have_count(1)
    touch("Move", middle_of(page, "pool[0]"))
    touch("End")

    page.locator(".fl-repairs button").first.tap()
    at_step(page, 1, "connect strokes to pool: Concatenate")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.close()


def test_e_leads_from_the_explorer_to_the_same_call(browser, tmp_path, monkeypatch):
    wired(monkeypatch)
    model = reader()
    explorer = funclab.explore(model, selected="pool[0]")
    page = bridged_page(browser, tmp_path, explorer, pytest.fail)

    press(page, "e")

    # Outside of Jupyter no page can show another widget, so the line is copied.
    expect(page.locator(".fl-status")).to_contain_text("Copied: funclab.edit(")
    assert explorer.editor.state["selected"] == "pool[0]"
    assert explorer.editor.model is model
    page.close()


def test_in_ask_mode_the_shape_is_asked_for_before_the_step_is_made(bridged):
    view, page = bridged(reader(), ask=True)
    select(page, "pool[0]")

    press(page, "d")
    expect(page.locator(".fl-prompt")).to_contain_text("pool_1[0]")
    assert view.steps == []
    options = page.locator(".fl-choices .fl-word").all_text_contents()
    press(page, str(options.index("(None, 2, 2, 12)") + 1))

    at_step(page, 1, "duplicate pool")
    expect(page.locator(".fl-ask")).to_contain_text("Right: (None, 2, 2, 12).")
    assert [answer["correct"] for answer in view.answers] == [True]


def test_in_jupyter_e_opens_it_below_the_explorer_and_a_step_changes_the_model(run_cells, lab):
    notebook = run_cells(
        lab,
        "import funclab\nfrom funclab import Input, Model, layers\n"
        'x = Input((4,), name="x")\n'
        'model = Model(x, layers.Dense(2, name="out")(x), name="small")\n'
        "explorer = model.explore()\nexplorer",
    )
    page = notebook.page
    page.locator('.fl-explorer .box[data-key="out[0]"]').click()
    press(page, "e")
    edit = page.locator(".fl-edit")
    expect(edit.locator(".fl-title")).to_have_text("Edit · small")
    expect(edit.locator('.box[data-key="out[0]"]')).to_have_attribute("aria-current", "true")
    height = "one => one.getBoundingClientRect().height"
    assert edit.evaluate(height) <= 560

    press(page, "e")
    expect(edit.locator("[name=units]")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    press(page, "Enter")
    expect(edit.locator(".fl-counts")).to_have_text("step 1: out: units 3")

    shapes = "explorer.editor.model.output_shape, model.output_shape"
    notebook.comes_to_say(shapes, "(None, 3) (None, 2)")
