"""The walk through the shapes as a picture."""

import re
from dataclasses import replace
from xml.etree import ElementTree

from funclab import Input, Model, layers
from funclab.errors import ShapeError
from funclab.layers import Dense
from funclab.view.shapes.failure import failed_step
from funclab.view.shapes.steps import shape_steps
from funclab.view.shapes.view import ShapeWalk


def walk(failure=None):
    x = Input((4, 4), name="x")
    model = Model(x, Dense(3, name="out")(layers.Flatten(name="flat")(x)), name="m")
    return replace(shape_steps(model), failure=failure)


def test_each_step_shows_its_shape_its_arithmetic_and_what_it_takes():
    svg = walk().svg

    ElementTree.fromstring(svg)
    for words in ("flat[0]", "from x[0:0]", "4 × 4 = 16", "16 × 3 + 3 = 51", "dashed block"):
        assert words in svg


def failed(error):
    return failed_step(Dense(3, name="out"), [Input((5,))], error)


def test_a_failed_call_ends_the_picture_in_red():
    svg = walk(failed(ShapeError("no", why="it is so.", fix="change it."))).svg

    assert "✗ out" in svg and "from input_layer" in svg
    assert 'class="f-fault"' in svg


def test_the_picture_names_its_model_and_every_input_of_a_call():
    inputs = [Input((4,), name=f"a_rather_long_name_{i}") for i in range(4)]

    svg = shape_steps(Model(inputs, layers.add(inputs), name="sum")).svg

    assert "Shapes of sum" in svg
    assert svg.count('aria-label="batch by 4"') == 4 * 2 + 1
    for one in inputs:
        assert f"{one.name}[0:0]</text>" in svg


def test_the_reason_of_a_failed_call_is_told_to_its_end():
    long = "For more than one reason, " * 20 + "and that is the last of them."

    svg = walk(failed(ShapeError(long, why=long, fix=long))).svg

    assert svg.count("them.</text>") == 3


def test_code_in_an_error_is_marked_without_backticks():
    error = ShapeError("Use `get_output_at(1)` instead.", why="`out` has two.", fix="write `x=`.")

    svg = walk(failed(error)).svg

    assert "“get_output_at(1)”" in svg
    assert "`" not in "".join(re.findall("<text.*?</text>", svg))


def test_each_step_asks_for_its_shape_beside_shapes_that_learners_believe_in():
    view = ShapeWalk(walk())

    nothing, flat, out = view.facts["questions"]

    assert nothing is None
    assert flat["prompt"].startswith("flat[0]") and "(None, 4, 4)" in flat["prompt"]
    assert (flat["answer"], out["answer"]) == ("(None, 16)", "(None, 3)")
    for question in (flat, out):
        assert question["answer"] in question["options"] and len(question["options"]) == 4
