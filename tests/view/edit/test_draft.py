"""A model read as a draft and built again, and what commands at random do to it."""

from __future__ import annotations

import os
import random
from contextlib import suppress

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, registry
from funclab.errors import DataError, FunclabError
from funclab.graph import structure
from funclab.view.edit.building import Build, keep_weights
from funclab.view.edit.draft import Draft
from funclab.view.edit.facts import code_of
from funclab.view.edit.repairs import repairs
from funclab.view.edit.steps import Steps
from tests.view import gallery, models
from tests.view.random_models import Builder

LONG = bool(os.environ.get("SOAK"))
MODELS = {
    **{
        name: getattr(gallery, name) for name in ("siamese", "inception", "headline", "vqa", "unet")
    },
    "transformer": lambda: gallery.transformer(2),
    "twice": models.twice,
    "nested": models.shared_inside,
    "two outputs": models.several_outputs,
    "wrapped": models.wrapped,
    "masked": models.masked,
    "operators": models.operators,
    "from within": models.translated,
}
FUZZED = ("siamese", "inception", "headline", "vqa", "unet")
KINDS = [
    *(("Dense", {"units": 8}), ("Dropout", {"rate": 0.5}), ("Flatten", {}), ("Attention", {})),
    *(("LayerNormalization", {}), ("LSTM", {"units": 4}), ("Concatenate", {})),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 4}),
]
VALUES = {
    "units": [4, 8, 16], "filters": [4, 8, 16], "kernel_size": [1, 3], "activation": ["relu", None],
    "shape": [[8], [32, 32, 1], [10]],
}  # fmt: skip


def batch(model):
    """Some data that fits a model's inputs, in their structure."""
    chance = np.random.default_rng(0)

    def array(tensor):
        shape = [2, *(length or 4 for length in tensor.shape[1:])]
        if tensor.dtype == "string":
            return chance.choice(["cat", "a dog"], shape).astype(object)
        whole = "int" in tensor.dtype
        return chance.integers(0, 3, shape) if whole else chance.random(shape).astype(tensor.dtype)

    return structure.map_structure(array, model.input_structure)


def predictions(model, x):
    return [np.asarray(y) for y in structure.flatten(model.predict(x, verbose=0))]


def assert_same_predictions(a, b):
    x = batch(a)
    for ours, theirs in zip(predictions(a, x), predictions(b, x), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("seed", range(200 if LONG else 12))
def test_random_models_are_built_again_with_the_same_predictions(seed):
    model = Builder(seed).build()
    draft, operations = Draft.of(model)
    build = Build(draft)

    keep_weights(build.operations, operations, dict.fromkeys(draft.layers, ""))

    assert_same_predictions(model, build.model)


def test_calls_are_named_as_pictures_name_them():
    for make in MODELS.values():
        build = Build(Draft.of(make())[0])

        assert list(build.draft.keys.values()) == [node.key for node in build.nodes.values()]


def test_a_layer_whose_initializer_is_identity_is_built_again():
    x = Input((4,), name="x")
    model = Model(x, layers.Dense(4, kernel_initializer="identity", name="same")(x))

    assert_same_predictions(model, Steps(model).do(["start"]).model)


def random_step(chance, steps):
    """Any command at any call, whether it fits or not."""
    draft = steps.state.draft
    keys = list(draft.keys.values())
    key = chance.choice(keys)
    number = next(call for call, own in draft.keys.items() if own == key)
    layer = draft.layer_of(number)
    kind, settings = chance.choice(KINDS)
    open_settings = [
        name for name in VALUES if name in layer.config or (name == "shape" and layer.is_input)
    ]
    name = chance.choice(open_settings or ["units"])
    sources = [draft.keys[source] for source in draft.calls[number].sources] or keys
    before = chance.choice([{"before": []}, {}])
    return chance.choice([
        ["set", key, {name: chance.choice(VALUES[name])}],
        ["insert", key, kind, {**settings, **before}],
        ["replace", key, kind, settings],
        ["delete", key],
        ["duplicate", key],
        ["connect", chance.choice(keys), key, {"how": chance.choice(["Add", "Concatenate"])}],
        ["disconnect", chance.choice(sources), key],
        ["share", key, chance.choice(keys)],
        ["move", key, chance.choice(keys)],
        ["outputs", *chance.sample(keys, min(2, len(keys)))],
        ["rename", layer.name, chance.choice(["new", "body", "a b"])],
        ["input", [8]],
    ])  # fmt: skip


def edited(name, seed, length=30):
    """A session after commands at random, and the models and code of its whole steps."""
    chance = random.Random(f"{name} {seed}")
    model = MODELS[name]()
    steps = Steps(model)
    for _ in range(length):
        try:
            steps.do(random_step(chance, steps))
        except FunclabError:
            continue  # refused, and nothing has changed
        if not steps.state.is_whole and chance.random() < 0.6:
            steps.go(steps.position - 1)
    return model, steps


@pytest.mark.soak("sequences of ten commands")
@pytest.mark.parametrize("name", FUZZED)
def test_ten_commands_at_random_keep_weights_and_are_undone_and_redone(name, trial):
    for seed in range(200 if LONG else 2):
        with trial(f"{name} {seed}"):
            chance = random.Random(f"ten {name} {seed}")
            steps = Steps(MODELS[name]())
            first = Draft.of(steps.given)[0]
            while steps.position < 10:
                before = steps.state
                try:
                    steps.do(random_step(chance, steps))
                except FunclabError:
                    assert steps.state is before
                    continue
                assert_kept(before, steps.state)
                assert_tries_change_nothing(steps)
            last = steps.state
            with suppress(DataError):  # an Embedding may come after what makes negative numbers
                predictions(last.model, batch(last.model))

            for _ in range(10):
                steps.go(steps.position - 1)
            assert steps.state.model is steps.given and steps.state.draft == first
            assert steps.go(10).draft == last.draft


def assert_kept(before, after):
    """Weights of the same layer, name and shape are bit for bit those before, and are counted."""
    if not after.is_whole:
        assert after.model is before.model
        return
    kept = new = 0
    for key, layer in after.operations.items():
        was = getattr(before.operations.get(key), "weights", [])
        old = {(i, w.name, w.shape): w for i, w in enumerate(was)}
        for i, weight in enumerate(getattr(layer, "weights", [])):
            same = old.get((i, weight.name, weight.shape))
            kept, new = kept + (same is not None), new + (same is None)
            if same is not None:
                np.testing.assert_array_equal(weight.numpy(), same.numpy())
                assert weight is not same
    assert (len(after.kept), len(after.new)) == (kept, new) or after.text


def assert_tries_change_nothing(steps):
    """Repairs were tried: the present layers have the calls they had, and each repair works."""
    build = steps.state.build
    calls = [[*layer.inbound_nodes, *layer.outbound_nodes] for layer in build.operations.values()]

    for repair in repairs(steps):
        again = Steps()
        again.states, again.given = [steps.state], None
        state = again.do(repair.step)
        assert state.is_whole == (not repair.next)
        if not repair.next:
            assert (len(state.kept), len(state.kept) + len(state.new)) == (
                repair.kept, repair.weights)  # fmt: skip
    now = [[*layer.inbound_nodes, *layer.outbound_nodes] for layer in build.operations.values()]
    assert now == calls


@pytest.mark.soak("sequences of commands")
@pytest.mark.parametrize("name", FUZZED)
def test_commands_at_random_leave_a_model_that_its_code_makes_again(name, trial):
    for seed in range(60 if LONG else 3):
        with trial(f"{name} {seed}"):
            funclab.registry.reset_names()
            model, steps = edited(name, seed)
            nodes = [len(layer.inbound_nodes) for layer in MODELS[name]().graph.operations]
            now, codes = steps.state, codes_of(steps)

            assert nodes == [len(layer.inbound_nodes) for layer in model.graph.operations]
            assert steps.at(now.whole).is_whole
            assert_rebuilt(steps.at(now.whole))
            steps.go(0)
            assert steps.state.model is model
            replayed = Steps(model)
            for step in steps.steps:
                replayed.do(step)
            assert codes == codes_of(replayed)[: len(codes)]


def codes_of(steps):
    return [code_of(steps.at(position)) for position in range(len(steps.states))]


def assert_rebuilt(state):
    """The code makes a model with the same config; with its weights, it predicts the same."""
    lines, reason = code_of(state)
    assert not reason
    registry.reset_names()
    space: dict = {}
    exec("\n".join(line for line, _ in lines), space)
    again = space["model"]
    weights = state.model.get_weights()
    assert [w.shape for w in again.get_weights()] == [w.shape for w in weights]
    again.set_weights(weights)
    try:
        assert_same_predictions(state.model, again)
    except DataError as error:  # an Embedding may come after what makes negative numbers
        assert "Embedding" in str(error)
