"""Models, layers and optimizers in copy.deepcopy and pickle."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import zlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, ops
from funclab.errors import GraphError
from tests.saving.cases import CASES
from tests.saving.record import predict, started, train

WAYS = {"deepcopy": copy.deepcopy, "pickle": lambda thing: pickle.loads(pickle.dumps(thing))}
each_way = pytest.mark.parametrize("copied", WAYS.values(), ids=WAYS)


@each_way
@pytest.mark.parametrize("name", CASES)
def test_a_copied_model_predicts_and_trains_on_like_the_first(name, copied):
    case = CASES[name]
    model = started(case, funclab)

    twin = copied(model)

    for array, expected in zip(predict(twin, case), predict(model, case), strict=True):
        np.testing.assert_array_equal(array, expected)
    train(model, case, 2, 2)
    train(twin, case, 2, 2)
    for array, expected in zip(twin.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(array, expected)


@each_way
def test_a_copy_shares_nothing_with_the_first(copied):
    case = CASES["nested_models"]
    model = started(case, funclab)
    before = model.get_weights()

    train(copied(model), case, 2, 1)

    for array, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(array, expected)


@each_way
def test_the_graph_of_a_copy_is_that_of_the_first(copied):
    model = CASES["nested_models"].build(funclab)

    twin = copied(model)

    assert [node.key for node in twin.nodes] == [node.key for node in model.nodes]
    assert [tensor.id for tensor in twin.outputs] == [tensor.id for tensor in model.outputs]
    assert twin.get_config() == model.get_config()
    assert not {*twin.layers} & {*model.layers}


@each_way
def test_models_that_share_layers_share_them_in_their_copies(copied):
    x = Input((4,))
    middle = layers.Dense(3)(x)
    encoder, whole = Model(x, middle), Model(x, layers.Dense(4)(middle))

    first, second = copied((encoder, whole))

    assert first.layers[1] is second.layers[1]


@each_way
def test_a_layer_is_copied_with_its_weights_and_without_its_calls(copied):
    dense = layers.Dense(3, activation="tanh")
    dense(Input((4,)))
    rows = np.ones((2, 4), "float32")

    twin = copied(dense)

    np.testing.assert_array_equal(twin(rows), dense(rows))
    assert twin.inbound_nodes == []
    assert twin.kernel is not dense.kernel


@each_way
def test_an_optimizer_is_copied_with_what_it_remembers(copied):
    model = started(CASES["amsgrad"], funclab)

    twin = copied(model.optimizer)

    assert int(twin.iterations) == 2
    for array, expected in zip(twin.get_weights(), model.optimizer.get_weights(), strict=True):
        np.testing.assert_array_equal(array, expected)


@each_way
def test_a_model_with_a_thousand_layers_is_copied(copied):
    x = y = Input((2,))
    for _ in range(1000):
        y = layers.Activation("relu")(y)

    twin = copied(Model(x, y))

    assert len(twin.layers) == 1001


def test_a_copied_sequential_can_grow():
    model = funclab.Sequential([Input((4,)), layers.Dense(3)])

    twin = copy.deepcopy(model)
    twin.add(layers.Dense(2))

    assert twin.output_shape == (None, 2)
    assert model.output_shape == (None, 3)


def test_a_model_cut_out_of_another_is_copied():
    x = Input((6,))
    middle = layers.Dense(4, activation="tanh")(x)
    model = Model(middle, layers.Dense(2)(middle))
    rows = np.ones((3, 4), "float32")

    np.testing.assert_array_equal(copy.deepcopy(model)(rows), model(rows))


class Scale(layers.Layer):
    """A custom layer, with weights and a layer in a list."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor, self.inner = factor, [layers.Dense(2)]

    def build(self, input_shape):
        self.w = self.add_weight(shape=(2,), initializer="ones")

    def call(self, x):
        return self.inner[0](x) * self.w * self.factor


class Own(Model):
    """A custom model."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scale = Scale(3.0)

    def call(self, x):
        return self.scale(x)


@each_way
def test_models_and_layers_of_ones_own_are_copied(copied):
    model = Own()
    model.compile("adam", "mse")
    rows = np.ones((4, 2), "float32")
    model.fit(rows, rows, verbose=0)

    twin = copied(model)

    np.testing.assert_array_equal(twin.predict(rows, verbose=0), model.predict(rows, verbose=0))
    assert twin.scale.w is not model.scale.w


def test_models_and_layers_of_ones_own_are_saved_and_loaded(tmp_path):
    model = Own()
    rows = np.ones((4, 2), "float32")
    model.compile("adam", "mse")
    model.fit(rows, rows, verbose=0)
    model.save(tmp_path / "m.keras")

    loaded = funclab.models.load_model(tmp_path / "m.keras", {"Own": Own, "Scale": Scale})

    np.testing.assert_array_equal(loaded.predict(rows, verbose=0), model.predict(rows, verbose=0))
    assert int(loaded.optimizer.iterations) == 1


def test_a_model_that_was_given_a_loss_tensor_keeps_it():
    x = Input((3,))
    y = layers.Dense(2)(x)
    model = Model(x, y)
    model.add_loss(funclab.ops.sum(funclab.ops.square(y)))
    model.compile("sgd")
    rows = np.ones((4, 3), "float32")

    twin = copy.deepcopy(model)

    assert twin.train_on_batch(rows) == model.train_on_batch(rows)


def test_a_copy_of_a_tensor_is_the_same_place_in_the_graph():
    x = Input((3,))
    y = layers.Dense(2)(x)

    assert copy.deepcopy([y])[0] is y
    assert copy.copy(y) is y


def test_a_tensor_is_not_pickled_without_its_model():
    with pytest.raises(GraphError, match="cannot be pickled alone"):
        pickle.dumps(Input((3,)))


def owner_of(kind):
    """A model, and a layer of it that holds the model in an attribute."""
    x = Input((3,))
    dense = layers.Dense(2)
    if kind == "Sequential":
        model = funclab.Sequential([x, dense])
    elif kind == "own":
        model = Own()
        dense = model.scale
        model(np.ones((1, 3), "float32"))
    else:
        model = Model(x, dense(layers.Dense(3)(x)))
    layer = model.input_layers[0] if kind == "InputLayer" else dense
    layer.owner = [model] if kind == "list" else model
    return model, layer


@each_way
@pytest.mark.parametrize("kind", ["Functional", "Sequential", "own", "InputLayer", "list"])
def test_a_layer_that_holds_its_model_is_copied_with_it(kind, copied):
    model, layer = owner_of(kind)
    rows = np.ones((4, 3), "float32")

    twin = copied(layer)

    whole = twin.owner[0] if kind == "list" else twin.owner
    assert whole is not model
    assert twin in [*whole.layers, *getattr(whole, "input_layers", [])]
    np.testing.assert_array_equal(whole.predict(rows, verbose=0), model.predict(rows, verbose=0))


def test_a_layer_that_holds_its_model_has_its_own_weights_only():
    model, layer = owner_of("Functional")

    assert len(layer.weights) == 2
    assert len(model.weights) == 4


def test_weights_of_a_hundred_megabytes_are_pickled(tmp_path):
    x = Input((2500,))
    model = Model(x, layers.Dense(10_000, use_bias=False, kernel_initializer="ones")(x))
    with (tmp_path / "m.pickle").open("wb") as file:
        pickle.dump(model, file)

    with (tmp_path / "m.pickle").open("rb") as file:
        twin = pickle.load(file)

    assert twin.layers[1].kernel.array.sum() == 25_000_000


def test_a_model_goes_to_other_processes_and_back():
    model = started(CASES["nested_models"], funclab)
    case = CASES["nested_models"]
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        twin = pool.submit(copy.deepcopy, model).result(120)

    for array, expected in zip(predict(twin, case), predict(model, case), strict=True):
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("name", [name for name in ops.__all__ if callable(getattr(ops, name))])
def test_a_function_of_tensors_can_be_pickled(name):
    function = getattr(ops, name)

    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("identifier", ["identity", funclab.initializers.Identity(2.0)])
def test_a_layer_that_begins_with_the_identity_matrix_is_cloned_and_saved(identifier, tmp_path):
    x = Input((3,))
    model = Model(x, layers.Dense(3, kernel_initializer=identifier)(x))
    model.save(tmp_path / "m.keras")
    model.save(tmp_path / "m.h5")

    twins = [funclab.models.load_model(tmp_path / name) for name in ("m.keras", "m.h5")]
    twins.append(funclab.models.clone_model(model))

    gain = getattr(identifier, "gain", 1.0)
    for twin in twins:
        np.testing.assert_array_equal(twin.layers[1].kernel, gain * np.eye(3))
        assert twin.layers[1].kernel_initializer.gain == gain


def test_functions_without_a_name_are_in_the_copy_of_a_model():
    x = Input((2,))
    draws = {"kernel_initializer": lambda shape, dtype: np.ones(shape), "use_bias": False}
    model = Model(x, layers.Dense(3, activation=lambda sums: sums * 2, **draws)(x))

    clone = funclab.models.clone_model(model)

    np.testing.assert_array_equal(clone(np.eye(2)), np.full((2, 3), 2.0))
    assert clone.layers[1] is not model.layers[1]


def test_what_was_pickled_before_modules_moved_is_read():
    """The file was written by the version of 2026-11-30, before its modules moved: a trained model,
    and an object of every public class, or the class. CallbackList, which `fit` makes anew, is the
    only one that has moved out of its module."""
    path = Path(__file__).parent / "before_moves.pkl.z"

    model, data, predicted, others = pickle.loads(zlib.decompress(path.read_bytes()))
    read = {name: pickle.loads(text) for name, text in others.items() if "CallbackList" not in name}

    np.testing.assert_allclose(model.predict(data, verbose=0), predicted, rtol=1e-5)
    assert len(read) == 213
    for name, thing in read.items():
        known = {thing.__name__} if hasattr(thing, "__name__") else set(classes_of(thing))
        assert name.rpartition(".")[2] in known, name


def classes_of(thing: object) -> list[str]:
    return [cls.__name__ for cls in type(thing).__mro__]


def test_an_old_name_of_a_module_is_the_module_and_hides_no_function():
    program = """
import importlib
import funclab
from funclab.registry.moved import MOVED
for before, now in MOVED.items():
    module = importlib.import_module(f"funclab.{before}")
    assert module is importlib.import_module(f"funclab.{now}"), before
    assert module.__spec__.name == f"funclab.{now}", before
    room, _, name = before.rpartition(".")
    parent = importlib.import_module(f"funclab.{room}".rstrip("."))
    assert hasattr(parent, name), before
assert callable(funclab.ops.einsum) and callable(funclab.ops.matmul)
from funclab.preprocessing.sequence import pad_sequences
import funclab.tree
"""
    subprocess.run([sys.executable, "-c", program], check=True)
