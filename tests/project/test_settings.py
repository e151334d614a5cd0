"""Settings of the session, `keras.backend` and `keras.tree`."""

from collections import OrderedDict, defaultdict, deque, namedtuple

import numpy as np
import pytest

import funclab
import funclab.layers as L
from funclab import Input, Model, config
from funclab.errors import ArgumentError, ConfigError, NotSupportedError
from funclab.utils import backend, tree

Pair = namedtuple("Pair", "x y")
X, Y = np.ones((20, 3), "float32"), np.ones((20, 1), "float32")


def model_of():
    inputs = Input((3,))
    model = Model(inputs, L.Dense(1)(inputs))
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def limits():
    config.set_max_epochs(2)
    config.set_max_steps_per_epoch(3)
    yield
    config.set_max_epochs(None)
    config.set_max_steps_per_epoch(None)


@pytest.mark.usefixtures("limits")
def test_limits_cut_training_short():
    model = model_of()

    history = model.fit(X, Y, epochs=9, batch_size=2, verbose=0)
    streamed = model.fit(((X[:2], Y[:2]) for _ in range(99)), epochs=9, verbose=0)

    assert len(history.epoch) == len(streamed.epoch) == 2
    assert int(model.optimizer.iterations) == 12
    assert len(model.predict(X, batch_size=2)) == 6
    assert len(model.predict(X, batch_size=10)) == 20


def test_without_interactive_logging_an_epoch_is_one_line(capsys):
    config.disable_interactive_logging()

    try:
        model_of().fit(X, Y)
    finally:
        config.enable_interactive_logging()

    assert "\r" not in capsys.readouterr().out
    assert config.is_interactive_logging_enabled()


def test_settings_are_those_of_keras():
    assert config.backend() == backend.backend() == "funclab"
    assert (config.floatx(), config.epsilon(), config.image_data_format()) == (
        "float32",
        1e-7,
        "channels_last",
    )
    assert config.dtype_policy() == "float32"
    with pytest.raises(NotSupportedError, match="mixed_float16"):
        config.set_dtype_policy("mixed_float16")


def test_epsilon_keeps_divisions_and_logarithms_finite():
    config.set_epsilon(0.5)

    try:
        layer = L.Normalization(axis=None, mean=0.0, variance=0.0)
        made = layer(np.ones((1, 2)))
        loss = funclab.losses.mean_absolute_percentage_error([[0.0]], [[1.0]])
    finally:
        config.set_epsilon(1e-7)

    assert made.tolist() == [[2.0, 2.0]]
    assert float(loss[0]) == 200.0


def test_code_in_files_is_run_only_when_that_is_allowed():
    layer = L.Lambda(lambda x: x * 2)

    with pytest.raises(ConfigError, match="safe mode"):
        L.Lambda.from_config(layer.get_config())
    config.enable_unsafe_deserialization()
    try:
        again = L.Lambda.from_config(layer.get_config())
    finally:
        config._settings["safe_mode"] = None

    assert again(X).tolist() == (X * 2).tolist()


def test_the_backend_answers_about_dtypes():
    assert backend.result_type("int32", "float32") == "float32"
    assert backend.result_type() == "float32"
    assert backend.is_float_dtype("float64")
    assert not backend.is_float_dtype("int32")
    assert backend.is_int_dtype("uint8")
    assert [backend.get_uid("it"), backend.get_uid("it")] == [1, 2]
    backend.clear_session()
    assert backend.get_uid("it") == 1


def test_what_keras_calls_its_classes_is_there():
    assert issubclass(L.Dense, funclab.Operation)
    assert issubclass(funclab.initializers.Zeros, funclab.Initializer)
    assert issubclass(funclab.regularizers.L2, funclab.Regularizer)
    assert funclab.version() == funclab.__version__


NESTED = {"b": [1, (2,)], "a": Pair(3, None)}


def test_a_tree_is_walked_by_sorted_keys_and_comes_back_as_it_was():
    leaves = tree.flatten(NESTED)

    assert leaves == [3, None, 1, 2]
    assert tree.pack_sequence_as(NESTED, leaves) == NESTED
    assert list(tree.pack_sequence_as(NESTED, leaves)) == ["b", "a"]
    assert tree.flatten_with_path(NESTED)[-1] == (("b", 1, 0), 2)
    assert tree.is_nested(NESTED)
    assert not tree.is_nested("text")


@pytest.mark.parametrize(
    "structure",
    [
        OrderedDict([("b", 1), ("a", 2)]),
        defaultdict(int, {"q": 1}),
        deque([1, 2], 5),
        Pair(1, [2]),
        [],
        {1: 2, "a": 3},
    ],
    ids=lambda structure: type(structure).__name__,
)
def test_every_container_keeps_its_kind(structure):
    made = tree.map_structure(lambda x: x, structure)

    assert made == structure
    assert type(made) is type(structure)


def test_functions_are_applied_to_leaves_or_to_parts():
    assert tree.map_structure(lambda x, y: x + y, {"a": [1]}, {"a": [2]}) == {"a": [3]}
    assert tree.map_structure(str, [1, None], none_is_leaf=False) == ["1", None]
    assert tree.map_structure_up_to([0, 0], len, [[1, 2], [3]]) == [2, 1]
    assert tree.map_shape_structure(len, {"a": (1, 2), "b": [(3,)]}) == {"a": 2, "b": [1]}
    assert tree.lists_to_tuples({"a": [1, [2]]}) == {"a": (1, (2,))}
    assert tree.traverse(lambda x: tree.MAP_TO_NONE if x == 1 else None, [1, 2]) == [None, 2]


@pytest.mark.parametrize(
    "make",
    [
        lambda: tree.assert_same_structure([1, 2], (1, 2)),
        lambda: tree.assert_same_structure([1, [2]], [1, 2]),
        lambda: tree.assert_same_structure({"a": 1}, {"b": 1}),
        lambda: tree.assert_same_paths([1], [1, 2]),
        lambda: tree.map_structure(len),
        lambda: tree.map_structure_up_to([0], len),
        lambda: tree.pack_sequence_as([0, 0], [1]),
    ],
)
def test_trees_that_differ_are_refused(make):
    with pytest.raises(ArgumentError, match="structure|paths|leaves"):
        make()


def test_lists_and_tuples_have_the_same_paths():
    tree.assert_same_paths([1, (2,)], (3, [4]))
