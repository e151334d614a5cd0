"""Every layer in the views: its settings in its box, its call in slow motion."""

import dataclasses
import inspect

import pytest

from funclab import Model, layers
from funclab.errors import FunclabError
from funclab.graph import structure
from funclab.view.scene.words import detail
from funclab.view.trace.view import trace
from tests.layers.examples import EXAMPLES, Example

WEIGHTS = "settings of weights: their arithmetic, and the table of weights, tell them"
NUMBERS = "settings of numbers alone: the shape and what the layer means stay"
WORDS = "settings of words: the vocabulary is the layer's, not the picture's"
OTHERWISE = "told by the shape, or by the formula"

NOT_IN_THE_BOX = {
    WEIGHTS: "tie_weights use_bias center scale bias_axes kernel_initializer bias_initializer "
    "alpha_initializer kernel_regularizer kernel_constraint",
    NUMBERS: "seed epsilon momentum renorm_clipping reset_after power_iterations use_scale "
    "arguments salt all_ops",
    WORDS: "max_tokens split standardize mask_value",
    OTHERWISE: "output_shape",
}
"""Why some settings are not shown in the box of a call."""

UNTOLD = {name for names in NOT_IN_THE_BOX.values() for name in names.split()}


def chosen(example: Example) -> list[str]:
    """The settings of an example that are not the default and have one."""
    parameters = inspect.signature(getattr(layers, example.name)).parameters
    usual = {name: parameters[name].default for name in example.settings}
    empty = inspect.Parameter.empty
    return [name for name, value in usual.items() if value not in (empty, example.settings[name])]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_box_tells_each_setting_that_decides_what_a_layer_does(example: Example):
    told = detail(example.layer())

    for name in set(chosen(example)) - UNTOLD:
        rest = {key: value for key, value in example.settings.items() if key != name}
        try:
            plain = dataclasses.replace(example, settings=rest).layer()
        except FunclabError:
            continue  # a layer that needs this setting
        missing = f"setting_{name} in view/scene/texts.json, or a reason in NOT_IN_THE_BOX"
        assert detail(plain) != told, missing


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_call_is_told_in_slow_motion(example: Example):
    inputs = example.tensors()
    layer = example.layer(name="it")
    model = Model(inputs, structure.flatten(example.call(layer, inputs))[0])

    stills = trace(model, example.arrays()).stills

    (still,) = [still for still in stills if still.key.startswith("it[")]
    assert "it" in still.words
    assert still.pictures
