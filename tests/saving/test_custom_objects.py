"""Classes and functions of users, known by name; objects of any kind as plain data."""

import json
import re

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, losses, ops, optimizers, regularizers, saving, utils
from funclab.errors import ArgumentError, ConfigError, NameLookupError
from funclab.registry import user_classes


@pytest.fixture
def registered():
    """What tests register is forgotten afterwards."""
    before = dict(saving.get_custom_objects())
    yield
    saving.get_custom_objects().clear()
    saving.get_custom_objects().update(before)


class Twice(layers.Layer):
    def __init__(self, times=2.0, **kwargs):
        super().__init__(**kwargs)
        self.times = times

    def call(self, inputs):
        return inputs * self.times


def bent(x):
    return ops.maximum(x, 0.5)


def model_of():
    inputs = Input((3,))
    return Model(inputs, layers.Dense(2, activation=bent)(Twice(3.0)(inputs)))


X = np.ones((2, 3), "float32")


@pytest.mark.usefixtures("registered")
def test_what_is_registered_is_loaded_without_custom_objects(tmp_path):
    saving.register_keras_serializable("mine")(Twice)
    saving.register_keras_serializable("mine", "corner")(bent)
    model = model_of()

    model.save(tmp_path / "m.keras")
    again = funclab.models.load_model(tmp_path / "m.keras")

    entry = json.loads(model.to_json())["config"]["layers"][1]
    assert entry["registered_name"] == "mine>Twice"
    assert type(again.layers[1]) is Twice
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert saving.get_registered_name(bent) == "mine>corner"
    assert saving.get_registered_object("mine>corner") is bent
    user_classes._names.pop(Twice)
    user_classes._names.pop(bent)


def test_in_a_scope_names_are_known_and_after_it_they_are_not():
    text = model_of().to_json()

    with utils.custom_object_scope({"Twice": Twice, "bent": bent}):
        again = funclab.models.model_from_json(text)

    assert type(again.layers[1]) is Twice
    with pytest.raises(NameLookupError, match="Twice"):
        funclab.models.model_from_json(text)


class C(losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean((y_true - y_pred) ** 2, -1)


class Sub(layers.Layer):
    def call(self, inputs):
        return inputs - 1


class Identity(layers.Layer):
    """Has the name of a layer of funclab, and does something else."""

    def call(self, inputs):
        return inputs * 7


class OwnPart(regularizers.Regularizer):
    def __call__(self, x):
        return ops.sum(x)


def mze(y_true, y_pred):
    return ops.mean((y_true - y_pred) ** 2, -1)


def relu5(x):
    return ops.maximum(x, 0.0)


OWN = {
    "a loss of one letter": ({"loss": C()}, "C"),
    "a loss function almost like mse": ({"loss": mze}, "mze"),
    "a metric function": ({"loss": "mse", "metrics": [mze]}, "mze"),
    "a layer called Sub": ({"layer": Sub}, "Sub"),
    "a layer with the name of one of funclab": ({"layer": Identity}, "Identity"),
    "one inside another layer": ({"layer": lambda: layers.TimeDistributed(Identity())}, "Identity"),
    "an activation": ({"layer": lambda: layers.Dense(1, activation=relu5)}, "relu5"),
    "a regularizer": ({"layer": lambda: layers.Dense(1, kernel_regularizer=OwnPart())}, "OwnPart"),
}


@pytest.mark.parametrize("case", OWN)
def test_a_file_with_something_of_ones_own_is_told_to_be_loaded_with_that_and_no_other(
    case, tmp_path
):
    settings, name = OWN[case]
    inputs = Input((3, 2))
    model = Model(inputs, settings.get("layer", lambda: layers.Dense(1))()(inputs))
    compiled = {key: value for key, value in settings.items() if key != "layer"}
    model.compile("sgd", **{"loss": "mse", **compiled})
    model.save(tmp_path / "m.keras")

    with pytest.raises(NameLookupError) as refused:
        funclab.models.load_model(tmp_path / "m.keras")

    words = str(refused.value).partition("Why:")[2]
    assert f'custom_objects={{"{name}": {name}}}' in words
    assert {*re.findall(r'"(\w+)"', words)} == {name}
    assert "mean" not in words
    again = funclab.models.load_model(tmp_path / "m.keras", custom_objects={name: globals()[name]})
    x = np.ones((2, 3, 2), "float32")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


@pytest.mark.usefixtures("registered")
def test_a_name_put_among_the_custom_objects_can_be_used_as_a_name():
    utils.get_custom_objects()["bent"] = bent

    layer = layers.Dense(2, activation="bent")

    assert layer.activation is bent


def test_a_class_without_a_config_is_refused():
    with pytest.raises(ArgumentError, match="does not have a get_config"):
        saving.register_keras_serializable()(type("Bare", (), {}))


def test_a_name_that_nobody_knows_stands_for_nothing():
    assert saving.get_registered_object("nobody") is None
    assert saving.get_registered_object("here", {"here": 1}) == 1
    assert saving.get_registered_object("there", None, {"there": 2}) == 2


@pytest.mark.parametrize(
    "thing",
    [
        layers.Dense(3, activation="relu", name="d"),
        optimizers.SGD(0.5, momentum=0.25),
        losses.Huber(delta=2.0),
        funclab.initializers.HeNormal(seed=3),
        funclab.regularizers.L2(0.25),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_objects_are_plain_data_and_made_again(thing):
    config = json.loads(json.dumps(saving.serialize_keras_object(thing)))

    again = saving.deserialize_keras_object(config)

    assert type(again) is type(thing)
    assert again.get_config() == thing.get_config()


def test_plain_things_are_data_as_in_keras():
    things = [1, [0.5, None], {"a": "b"}, np.array([1.0, 2.0], "float32"), b"x", slice(1, 2)]

    again = saving.deserialize_keras_object(saving.serialize_keras_object(things))

    assert again[:3] == things[:3]
    np.testing.assert_array_equal(again[3], things[3])
    assert again[4:] == things[4:]
    assert saving.serialize_keras_object(np.float32(0.5)) == 0.5
    assert saving.deserialize_keras_object(saving.serialize_keras_object(...)) is ...


def test_functions_are_known_by_name_and_code_is_refused_in_safe_mode():
    relu, mse = funclab.activations.relu, losses.mean_squared_error
    lambda_config = saving.serialize_keras_object(lambda x: x + 1)

    assert saving.deserialize_keras_object(saving.serialize_keras_object(relu)) is relu
    assert saving.deserialize_keras_object(saving.serialize_keras_object(mse)) is mse
    own = saving.serialize_keras_object(bent)
    assert saving.deserialize_keras_object(own, {"bent": bent}) is bent
    with pytest.raises(ConfigError, match="Unknown function"):
        saving.deserialize_keras_object(own)
    with pytest.raises(ConfigError, match="safe mode"):
        saving.deserialize_keras_object(lambda_config)
    assert saving.deserialize_keras_object(lambda_config, safe_mode=False)(1) == 2


def test_what_no_file_can_hold_is_refused():
    with pytest.raises(ConfigError, match="Cannot serialize"):
        saving.serialize_keras_object(object())


@pytest.mark.parametrize(
    ("written", "meant"),
    [("mean_square_error", "mean_squared_error"), ("huberr", "huber"), ("mze", "mae or mse")],
)
def test_a_name_almost_like_a_known_one_is_asked_about(written, meant):
    with pytest.raises(NameLookupError, match=f"did you mean {meant}"):
        losses.get(written)


@pytest.mark.parametrize("written", ["C", "my_loss", "zq", "f", "l9", "iou_loss", "total"])
def test_a_name_unlike_every_known_one_is_taken_for_none_of_them(written):
    with pytest.raises(NameLookupError) as refused:
        losses.get(written)

    assert "mean" not in str(refused.value)


class Rated(Model):
    """Says itself how it is compiled."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)

    def get_compile_config(self):
        return {"rate": 0.25}

    def compile_from_config(self, config):
        self.compile(optimizers.SGD(config["rate"]), losses.Huber())


def test_a_model_that_compiles_itself_does_so_when_it_is_loaded(tmp_path):
    model = Rated()
    model.compile("adam", "mse")
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    model.save(tmp_path / "m.keras")

    again = saving.load_model(tmp_path / "m.keras", custom_objects={"Rated": Rated})

    assert isinstance(again.loss, losses.Huber)
    assert float(again.optimizer.learning_rate) == 0.25
