"""What the parameters of classes and functions mean."""

import re

import pytest

from funclab import layers, models, optimizers, registry, wrappers
from funclab.optimizers import schedules
from funclab.registry.parameters import MEANINGS

EMPTY = re.compile(r"^ +(\w+)(?: \([^)]*\))?: *[.;]", re.MULTILINE)
"""The line of a parameter in a docstring, with no meaning in it."""


AXES = {1: ["time"], 2: ["height", "width"], 3: ["depth", "height", "width"]}
WORDS = {
    *("batch", "steps", "new", "features", "channels", "filters", "output_size", "same", "as", "x"),
    *("size", "depth_multiplier"),
}
"""Words in the shapes that describe a layer, in addition to its axes."""


def things() -> list:
    """Each class and function that the parameters belong to."""
    known = [registry.registered(kind).values() for kind in registry.KERAS_MODULES]
    rooms = [vars(room).values() for room in (layers, models, optimizers, schedules, wrappers)]
    return [thing for things in (*known, *rooms) for thing in things]


def test_every_parameter_in_a_docstring_has_a_meaning():
    assert EMPTY.search("    units (int): ; default 3.")

    empty = {
        (thing.__name__, name) for thing in things() for name in EMPTY.findall(thing.__doc__ or "")
    }
    assert empty == set(), "say what these mean in MEANINGS, in the file of the class"


def test_every_meaning_of_a_parameter_is_told_by_the_class_it_is_about():
    told = " ".join(" ".join((thing.__doc__ or "").split()) for thing in things())

    meanings = {key: " ".join(meaning.split()) for key, meaning in MEANINGS.items()}
    found = {key for key, says in meanings.items() if re.search(rf": {re.escape(says)}[;.]", told)}

    assert {key for key in meanings.keys() - found if not key.startswith("moving_")} == set()


@pytest.mark.parametrize("name", [name for name in dir(layers) if re.search("[123]D$", name)])
def test_the_shapes_of_a_layer_with_a_number_of_axes_are_told_by_the_names_of_these(name):
    axes = AXES[int(name[-2])]
    text = " ".join(getattr(layers, name).__doc__.split())

    [shapes] = re.findall(r"Shapes: x (\(.*?\)) -> out (\(.*?\))", text)

    before, after = (re.findall(r"\w+", shape) for shape in shapes)
    assert [word for word in before if word not in WORDS] == axes
    assert [word for word in after if word not in WORDS] in (axes, [])
