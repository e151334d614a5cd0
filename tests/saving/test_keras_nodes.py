"""Ops on tensors are saved under the classes, settings and inputs of Keras (keras_nodes.py)."""

from __future__ import annotations

import json
from typing import Any

import pytest

import funclab
from funclab import registry
from funclab.graph import structure
from funclab.graph.tensor import Tensor
from funclab.models import model_from_json
from funclab.ops.composed import FUNCTIONS, keras_class, kind_of
from tests.saving.keras_nodes import RECORD, every_call, nodes_of, text_of

RECORDED = json.loads(RECORD.read_text())
CALLS, CLASSES = RECORDED["calls"], RECORDED["classes"]

OTHERWISE = {
    # One tensor from several: no tensor in funclab, where Keras has one.
    *("ops.ndim(CUBE)", "ops.size(CUBE)"),
    # Functions among the settings, which Keras writes but cannot read.
    *("ops.switch(2, [ops.sin, ops.cos, ops.exp], X)",),
    *("ops.switch(ops.sum(I) - 14, [ops.sin, ops.cos, ops.exp], X)",),
    # The same in other words: one number for all axes, the transposes that a pattern means, the
    # sign `/` as `divide`, the output of an einsum, places for a number of parts, an image as a
    # batch of one.
    *("ops.average_pool(IMAGE, 2, strides=2)", "ops.split(X, 3, axis=-1)"),
    *('ops.max_pool(IMAGE, 2, strides=1, padding="same")', "ops.pad(X, 1)", "ops.tile(X, 2)"),
    *('ops.pad(X, (1, 2), mode="symmetric")', 'ops.rearrange(CUBE, "b h w -> b (w h)")'),
    *('ops.rearrange(CUBE, "b h (w c) -> (b h) c w", c=2)', 'ops.einsum("ij", X)'),
    *(
        'ops.max_pool(IMAGE, 3, strides=1, padding="same")',
        "ops.image.extract_patches(COLORS[0], 2)",
    ),
    *("X / Y", "ops.true_divide(X, P)", "ops.true_divide(I, J)"),
    'ops.image.affine_transform(CUBE, ops.pad(MAPS[0], ((0, 2),)), data_format="channels_first")',
    # Patches of volumes are a convolution.
    "ops.image.extract_patches_3d(WORDS[None, ..., None], (1, 2, 2))",
    # Keras' own class takes the shape of the output twice, and cannot be called again.
    *(
        "ops.image.scale_and_translate(COLORS, (2, 7, 5, 3), ops.exp(X[0, :2]), Y[0, :2], (1, 2), "
        '"linear")',
        "ops.image.scale_and_translate(COLORS, (2, 3, 5, 3), ops.array([0.6]), X[0, :1], (1,), "
        '"bicubic", antialias=False)',
        'ops.image.scale_and_translate(X, (2, 5), ops.array([1.6]), X[0, :1], (1,), "lanczos3")',
        'ops.image.scale_and_translate(CUBE, (2, 3, 9), P[0, :1], U[0, :1], (2,), "lanczos5")',
    ),
    # A hint for speed is not kept, and lengths that numbers decide are refused.
    "ops.segment_max(TALL, np.array([0, 0, 1, 1]), num_segments=2, sorted=True)",
    "ops.bincount(I, minlength=8)",
}
"""Calls that are not saved as Keras saves them."""

pytestmark = pytest.mark.filterwarnings("ignore:Several outputs")


def is_tensor(x: Any) -> bool:
    return isinstance(x, Tensor)


def complete(node: list[Any]) -> list[Any]:
    """A node with what is the default in Keras, and inputs by their names."""
    kind, settings, args, kwargs = node
    defaults, inputs = CLASSES[kind]
    whole = {**defaults, **settings}
    given = {**inputs, **dict(zip(inputs, args)), **kwargs}
    for name, usual in (("data_format", "channels_last"), ("constant_values", 0.0)):
        for part in (whole, given):
            if name in part and part[name] is None:
                part[name] = usual
    return [kind, whole, given]


@pytest.mark.covering
@pytest.mark.parametrize("call", [call for call in CALLS if call not in OTHERWISE])
def test_a_call_is_saved_as_keras_saves_it_and_loads_as_what_it_was(call: str):
    text = text_of(call, funclab, is_tensor, structure.flatten)

    nodes = nodes_of(text)

    assert [complete(node) for node in nodes] == [complete(node) for node in CALLS[call]]
    assert nodes_of(model_from_json(text).to_json()) == nodes


def test_every_call_is_one_that_is_still_made():
    assert set(CALLS) <= set(every_call()), "KERAS_BACKEND=jax python -m tests.saving.keras_nodes"


def test_every_op_that_has_a_class_in_keras_is_recorded():
    known = {kind.split(".")[1] for kind in CLASSES}

    kinds = [*registry.registered("op").values(), *map(kind_of, FUNCTIONS)]
    named = {keras_class(kind)[1] for kind in kinds} | {"LeakyRelu", "Relu6"}
    assert len(named) > 250
    assert named - known == {""}
