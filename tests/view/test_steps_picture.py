"""The walk through the shapes as a picture."""

from xml.etree import ElementTree

from funclab import Input, Model, layers
from funclab.layers import Dense
from funclab.view.steps import shape_steps
from funclab.view.steps_failed import failed_step
from funclab.view.steps_picture import StepsPicture


def walk():
    x = Input((4, 4), name="x")
    return shape_steps(Model(x, Dense(3, name="out")(layers.Flatten(name="flat")(x)), name="m"))


def test_each_step_shows_its_shape_its_arithmetic_and_what_it_takes():
    picture = StepsPicture(walk())

    svg = picture.svg
    ElementTree.fromstring(svg)
    for words in ("flat[0]", "from x[0:0]", "4 × 4 = 16", "16 × 3 + 3 = 51", "dashed block"):
        assert words in svg


def test_a_failed_call_ends_the_picture_in_red():
    dense = Dense(3, name="out")
    dense(Input((7,)))
    wrong = Input((5,), name="wrong")
    try:
        dense(wrong)
    except ValueError as error:
        failure = failed_step(dense, [wrong], error)

    svg = StepsPicture(walk(), failure).svg

    assert "✗ out" in svg
    assert "s-fault" in svg
