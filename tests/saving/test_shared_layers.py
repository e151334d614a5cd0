"""A layer in a model and in models inside it is one layer, however the model is kept."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import funclab
from funclab import Model, sharing
from funclab.callbacks import ModelCheckpoint
from funclab.models import clone_model, load_model, model_from_json
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
