"""A layer in a model and in models inside it is one layer, however the model is kept."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest

import funclab
from funclab import Input, Model, Sequential, layers
from funclab.callbacks import ModelCheckpoint
from funclab.models import clone_model, load_model, model_from_json
from funclab.registry import sharing
from funclab.saving import custom_object_scope, from_config, operation_to_config
from tests.saving.shared import Maker, X, Y, own_classes

OWN = own_classes(funclab)
SEEDS = range(6)


def made(seed):
    """A model, always with the same weights."""
    model = Maker(funclab, seed).model()
    noise = np.random.default_rng(seed)
    model.set_weights([w + noise.normal(0, 0.1, w.shape) for w in model.get_weights()])
    return model


def unshared(model):
    """The model, with a layer of its own at every place."""
    config = operation_to_config(model)
    for part in sharing.walk(config):
        part.pop(sharing.KEY, None)
    return from_config(config, OWN)


def by_checkpoint(model, path):
    model.fit(X, Y, verbose=0, callbacks=ModelCheckpoint(path / "m.keras"))
    return load_model(path / "m.keras", OWN)


def with_weights_of(model, twin):
    twin.set_weights(model.get_weights())
    twin.compile(funclab.optimizers.SGD(0.01, momentum=0.9), "mse")
    return twin


def through_weights(name):
    def through(model, path):
        twin = with_weights_of(model, clone_model(model))
        twin.set_weights([np.zeros_like(w) for w in twin.get_weights()])
        model.save_weights(path / name)
        twin.load_weights(path / name)
        return twin

    return through


def through_file(name):
    def through(model, path):
        model.save(path / name)
        return load_model(path / name, OWN)

    return through


def from_text(model, path):
    return with_weights_of(model, model_from_json(model.to_json(), OWN))


def from_own_config(model, path):
    with custom_object_scope(OWN):
        return with_weights_of(model, Model.from_config(model.get_config()))


WAYS = {
    ".keras": through_file("m.keras"),
    ".h5": through_file("m.h5"),
    "weights.h5": through_weights("m.weights.h5"),
    "weights in .h5": through_weights("w.h5"),
    "checkpoint": by_checkpoint,
    "JSON": from_text,
    "config": from_own_config,
    "clone": lambda model, path: with_weights_of(model, clone_model(model)),
    "deep clone": lambda model, path: with_weights_of(model, clone_model(model, recursive=True)),
    "copy": lambda model, path: copy.copy(model),
    "deepcopy": lambda model, path: copy.deepcopy(model),
    "pickle": lambda model, path: pickle.loads(pickle.dumps(model)),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_model_with_shared_parts_is_the_same_after_it_was_kept_and_trains_on_alike(way, tmp_path):
    apart = 0
    for seed in SEEDS:
        model = made(seed)
        apart += len(unshared(model).weights) > len(model.weights)

        twin = WAYS[way](model, tmp_path)

        assert [w.shape for w in twin.weights] == [w.shape for w in model.weights], seed
        predictions = model.predict(X, verbose=0)
        np.testing.assert_array_equal(twin.predict(X, verbose=0), predictions, str(seed))
        for trained in (model, twin):
            trained.train_on_batch(X, Y)
        for weight, expected in zip(twin.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(weight, expected, str(seed))
    assert apart > len(SEEDS) / 2


FOLDER = Path(__file__).parent / "unmarked"
ROWS = np.linspace(-1, 1, 12).reshape(3, 4)
BEFORE = [1.381031, 0.818595, 0.114998]
AFTER = [1.378342, 0.823130, 0.125778]
"""What the model in these files predicts, before and after a step of training, in Keras."""


@pytest.mark.parametrize("name", ["of_keras.keras", "of_funclab.keras"])
def test_a_file_that_does_not_mark_shared_layers_is_read_with_them_shared(name):
    model = load_model(FOLDER / name)

    assert len(model.weights) == 4
    shared = model.get_layer("shared")
    assert shared is model.get_layer("encoder").get_layer("shared")
    assert shared is model.get_layer("both").get_layer("shared")
    np.testing.assert_allclose(model.predict(ROWS, verbose=0)[:, 0], BEFORE, atol=2e-5)
    model.train_on_batch(ROWS, np.ones((3, 1)))
    np.testing.assert_allclose(model.predict(ROWS, verbose=0)[:, 0], AFTER, atol=2e-5)


def twins():
    """A layer in a model, in a model inside it, and in a Sequential around both."""
    x, z = Input((4,)), Input((4,))
    shared = layers.Dense(4, name="shared")
    encoder = Model(x, shared(x), name="encoder")
    both = Sequential([Input((4,)), shared, encoder], name="both")
    return Model(z, both(z) * encoder(z) + shared(z), name="twins")


def calls_in(config):
    """How often a layer of each name was called before, as a file says."""
    parts = [part for part in sharing.walk(config) if "calls_before" in part]
    return sorted((part["name"], part["calls_before"]) for part in parts)


def test_calls_of_a_shared_layer_are_counted_as_keras_makes_them():
    config = json.loads(twins().to_json())

    # Keras calls the layers of a Sequential again whenever it adds one: `shared` once, then (after
    # `encoder` has called it) `shared` again and `encoder`.
    assert calls_in(config) == [("encoder", 1), ("shared", 1), ("shared", 3)]
    names = {part["name"]: part for part in config["config"]["layers"]}
    (call,) = names["add"]["inbound_nodes"]
    assert call["args"][1]["config"]["keras_history"] == ["shared", 3, 0]


def test_a_h5_file_says_before_it_is_written_that_keras_will_not_share(tmp_path):
    model = twins()

    with pytest.warns(UserWarning, match="twins shares .*shared.* with a model or layer inside it"):
        model.save(tmp_path / "m.h5")


def test_a_h5_file_has_the_weights_of_a_shared_layer_at_each_place(tmp_path):
    twins().save_weights(tmp_path / "m.h5")

    with h5py.File(tmp_path / "m.h5") as file:
        count = {name: len(group.attrs["weight_names"]) for name, group in file.items()}
    assert count["both"] == 4  # as Keras makes it: `shared`, and `shared` in `encoder`
    assert count["encoder"] == count["shared"] == 2


def test_a_layer_is_marked_only_where_it_is_in_several_places():
    x = Input((4,))
    shared = layers.Dense(4)
    model = Model(x, shared(shared(x)))

    assert sharing.KEY not in model.to_json()


class Loading(layers.Layer):
    """A layer that reads another model in its constructor."""

    def __init__(self, text, **settings):
        super().__init__(**settings)
        self.text, self.inner = text, model_from_json(text)

    def call(self, x):
        return self.inner(x)


def test_a_model_read_while_another_is_read_shares_nothing_with_it():
    text = twins().to_json()
    z = Input((4,))
    outer = twins()
    model = Model(z, Loading(text)(z) + Loading(text)(z) + outer(z))

    again = model_from_json(model.to_json(), {"Loading": Loading})

    assert len(model.weights) == len(again.weights) == 6
    assert len(clone_model(model).weights) == 6


def test_a_clone_function_is_called_once_for_a_layer_in_several_places():
    called = []

    def renewed(layer):
        called.append(layer.name)
        return type(layer).from_config(layer.get_config())

    clone = clone_model(twins(), clone_function=renewed)

    assert sorted(called) == ["both", "encoder", "shared"]
    assert len(clone.weights) == 2


def test_an_own_layer_may_read_others_without_passing_custom_objects_on(tmp_path):
    x = Input((4,))
    shared = layers.Dense(4)
    inner = Model(x, OWN["Holding"](shared, [])(x))
    model = Model(x, OWN["Holding"](inner, [shared])(x))
    model.save(tmp_path / "m.keras")

    assert len(load_model(tmp_path / "m.keras", OWN).weights) == 2
