"""Files of Keras 3: those it wrote are read, those written here are like its own (record.py)."""

from __future__ import annotations

import io
import json
import shutil
import sys
import types
import zipfile

import h5py
import numpy as np
import pytest

import funclab
from funclab import Input, layers, saving
from funclab.errors import FunclabError
from funclab.models import load_model, model_from_json
from funclab.optimizers import SGD
from tests.parity.record import TOLERANCE
from tests.saving.cases import CASES
from tests.saving.record import FOLDER, observe, predict, started, train

every_case = pytest.mark.parametrize("name", CASES)


def recorded(name):
    with np.load(FOLDER / f"{name}.npz") as record:
        return dict(record)


def members(path):
    """The config and the arrays in a file."""
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
        weights = io.BytesIO(archive.read("model.weights.h5"))
    arrays = {}
    with h5py.File(weights) as file:
        file.visititems(
            lambda path, item: arrays.update({path: item[()]} if hasattr(item, "shape") else {})
        )
    return config, arrays


@every_case
def test_a_file_of_keras_predicts_and_trains_on_as_in_keras(name):
    model = load_model(FOLDER / f"{name}.keras")

    seen = observe(model, CASES[name])

    for key, array in recorded(name).items():
        np.testing.assert_allclose(seen[key], array, rtol=TOLERANCE, atol=TOLERANCE, err_msg=key)


@every_case
def test_a_model_loads_the_weights_and_the_optimizer_of_keras(name):
    model = CASES[name].build(funclab)
    model.load_weights(FOLDER / f"{name}.keras")

    seen = observe(model, CASES[name])

    for key, array in recorded(name).items():
        np.testing.assert_allclose(seen[key], array, rtol=TOLERANCE, atol=TOLERANCE, err_msg=key)


@every_case
def test_arrays_lie_where_keras_puts_them_and_are_the_same(name, tmp_path):
    model = started(CASES[name], funclab)
    model.save(tmp_path / "m.keras")

    _, arrays = members(tmp_path / "m.keras")

    _, expected = members(FOLDER / f"{name}.keras")
    assert {key for key in arrays if "random" not in key} == expected.keys()
    for key, array in expected.items():
        assert arrays[key].shape == array.shape
        np.testing.assert_allclose(arrays[key], array, rtol=TOLERANCE, atol=TOLERANCE, err_msg=key)


KERAS_ONLY = {
    *("name", "dtype", "build_config", "compile_config", "build_input_shape", "shared_object_id"),
    *("sparse", "ragged", "renorm", "renorm_clipping", "renorm_momentum", "zero_output_for_mask"),
    *("input_axes", "output_axes", "jit_compile", "training", "mask"),
    *("initial", "quantization_config", "seed", "backward_layer", "rms_scaling"),
    "attention_axes",
}
"""What Keras writes besides, or under names of its own; none of it is on in these models."""


def differences(own, keras, path=""):
    """Where a config written here is not that of Keras."""
    if isinstance(own, dict) and isinstance(keras, dict):
        keys = (own.keys() | keras.keys()) - KERAS_ONLY
        return [
            text
            for key in sorted(keys)
            for text in differences(own.get(key), keras.get(key), f"{path}/{key}")
        ]
    if isinstance(own, list) and isinstance(keras, list) and len(own) == len(keras):
        pairs = enumerate(zip(own, keras, strict=True))
        return [text for i, pair in pairs for text in differences(*pair, f"{path}/{i}")]
    if (own, keras) == ("Divide", "TrueDivide"):  # the sign / has a class of its own in Keras
        return []
    same = own == keras or (isinstance(own, float) and np.float32(own) == np.float32(keras))
    return [] if same else [f"{path}: {own!r} here, {keras!r} in Keras"]


def renamed(entry):
    """A model's config with automatic names as if all had been counted from one point."""
    names = {}
    for i, layer in enumerate(entry["config"]["layers"]):
        own = layer.get("name") or layer["config"]["name"]
        names[own] = f"layer {i}"
    return json.loads(
        json.dumps(entry),
        object_hook=lambda found: {
            key: [names.get(value[0], value[0]), *value[1:]] if key == "keras_history" else value
            for key, value in found.items()
        },
    ), names


@pytest.mark.parametrize("name", [name for name in CASES if "masked" not in name])
def test_configs_are_those_of_keras(name, tmp_path):
    funclab.utils.clear_session()
    started(CASES[name], funclab).save(tmp_path / "m.keras")

    (own, own_names), (keras, keras_names) = (
        renamed(members(path)[0]) for path in (tmp_path / "m.keras", FOLDER / f"{name}.keras")
    )

    for entry, names in ((own, own_names), (keras, keras_names)):
        for end in ("input_layers", "output_layers"):
            text = json.dumps(entry["config"].pop(end, None))
            for layer, place in names.items():
                text = text.replace(f'"{layer}"', f'"{place}"')
            entry["config"][end] = json.loads(text)
    assert differences(own, keras) == []


def test_json_of_keras_makes_the_model(tmp_path):
    config, _ = members(FOLDER / "nested_models.keras")

    model = model_from_json(json.dumps(config))

    own = CASES["nested_models"].build(funclab)
    assert [w.shape for w in model.weights] == [w.shape for w in own.weights]
    assert model.optimizer.name == "adam"


def test_a_call_of_a_nested_model_that_makes_an_output_is_counted_as_in_keras():
    model = CASES["a_nested_model_makes_the_output"].build(funclab)

    config = model.get_config()

    assert config["output_layers"][1:] == [2, 0]
    again = funclab.Model.from_config(config)
    assert again.outputs[0]._keras_history.node_index == 2


def test_a_file_that_is_not_compiled_stays_so():
    assert not load_model(FOLDER / "images.keras", compile=False).compiled
    assert load_model(FOLDER / "images.keras").compiled


def edited(tmp_path, name, change):
    """A file of Keras with a changed config."""
    with zipfile.ZipFile(FOLDER / f"{name}.keras") as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    config = json.loads(parts["config.json"])
    change(config)
    parts["config.json"] = json.dumps(config)
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return tmp_path / "m.keras"


def layer_of(config, kind):
    return next(entry for entry in config["config"]["layers"] if entry["class_name"] == kind)


FOREIGN = {
    "a layer": (
        "dense_layers",
        lambda config: layer_of(config, "ReLU").update(class_name="FlaxLayer"),
        "Unknown layer: 'FlaxLayer'",
    ),
    "a setting": (
        "dense_layers",
        lambda config: layer_of(config, "BatchNormalization")["config"].update(fused=True),
        "BatchNormalization .*has fused=True",
    ),
    "an op": (
        "operators",
        lambda config: layer_of(config, "Tanh").update(class_name="FFT2"),
        "FFT2 of Keras, which funclab does not have",
    ),
    "a setting of an op": (
        "operators",
        lambda config: layer_of(config, "Tanh")["config"].update(rounded=True),
        "The operation .* has rounded=True",
    ),
    "a dtype": (
        "dense_layers",
        lambda config: layer_of(config, "Dense")["config"].update(dtype="mixed_float16"),
        "mixed_float16",
    ),
    "an optimizer": (
        "dense_layers",
        lambda config: config["compile_config"]["optimizer"].update(
            class_name="LossScaleOptimizer"
        ),
        "Unknown optimizer: 'LossScaleOptimizer'",
    ),
}


@pytest.mark.parametrize(("name", "change", "says"), FOREIGN.values(), ids=FOREIGN)
def test_what_only_keras_has_is_refused_by_name(name, change, says, tmp_path):
    with pytest.raises(FunclabError, match=says):
        load_model(edited(tmp_path, name, change))


def test_a_setting_that_is_an_array_of_keras_is_read(tmp_path):
    weights = {"class_name": "__tensor__", "config": {"value": [0.25, 0.75], "dtype": "float32"}}
    settings = {"name": "area", "multi_label": True, "num_labels": 2, "label_weights": weights}
    metric = {"module": "keras.metrics", "class_name": "AUC", "config": settings}

    def change(config):
        config["compile_config"]["metrics"] = [{**metric, "registered_name": None}]

    model = load_model(edited(tmp_path, "dense_layers", change))

    y_true, y_pred = np.array([[0, 0], [1, 1]]), np.array([[0.9, 0.1], [0.1, 0.9]])
    model.evaluate(np.zeros((2, 4)), y_true, verbose=0)
    metric = next(each for each in model.metrics if each.name == "area")
    metric.reset_state()
    metric.update_state(y_true, y_pred)
    np.testing.assert_allclose(metric.result(), 0.75, atol=1e-3)


def test_weights_of_another_layout_are_refused_and_change_nothing():
    model = CASES["merges"].build(funclab)
    before = model.get_weights()

    with pytest.raises(FunclabError, match="The file has no layers/dense/vars/0, but functional"):
        model.load_weights(FOLDER / "nested_models.keras")

    for array, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(array, expected)


def test_another_optimizer_begins_anew_with_a_warning():
    model = CASES["adamw"].build(funclab)
    model.compile("sgd", "mse")

    with pytest.warns(UserWarning, match="it starts afresh"):
        model.load_weights(FOLDER / "adamw.keras")

    assert int(model.optimizer.iterations) == 0
    np.testing.assert_allclose(
        predict(model, CASES["adamw"])[0], recorded("adamw")["before 0"], atol=TOLERANCE
    )


def test_a_model_without_keras_is_not_moved_to_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)

    with pytest.raises(ImportError, match="to_keras needs Keras 3"):
        funclab.to_keras(CASES["merges"].build(funclab))


@every_case
def test_a_model_may_be_moved_to_keras(name):
    saving.check_portable(CASES[name].build(funclab))


def test_an_op_that_keras_does_not_have_is_not_moved_to_it():
    x = funclab.Input((3,), name="x")
    negative = funclab.Model(x, funclab.ops.relu(x, threshold=1.0))

    with pytest.raises(FunclabError, match="which Keras does not have"):
        saving.check_portable(negative)


@pytest.mark.parametrize(
    ("function", "module"),
    [(funclab.ops.square, "keras.ops"), (funclab.activations.relu, "keras.activations")],
)
def test_a_function_of_funclab_in_a_lambda_is_written_with_its_module_in_keras(function, module):
    layer = layers.Lambda(function)

    name = function.__name__
    assert layer.get_config()["function"] == {
        "module": module,
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }
    assert layers.Lambda.from_config(layer.get_config()).function is function


def test_training_in_a_call_is_not_moved_to_keras():
    x = funclab.Input((3,))
    model = funclab.Model(x, funclab.layers.Dropout(0.5)(x, training=True))

    with pytest.raises(FunclabError, match="training=True, which has no effect in Keras"):
        saving.check_portable(model)

    assert saving.from_config(saving.operation_to_config(model)).nodes[1].arguments.kwargs == {
        "training": True
    }


def test_random_streams_go_on_where_they_stopped(tmp_path):
    x = funclab.Input((6,))
    model = funclab.Model(x, funclab.layers.Dropout(0.5)(x))
    rows = np.ones((2, 6), "float32")
    model(rows, training=True)
    model.save(tmp_path / "m.keras")

    loaded = load_model(tmp_path / "m.keras")

    np.testing.assert_array_equal(loaded(rows, training=True), model(rows, training=True))


def test_training_goes_on_where_it_stopped(tmp_path):
    case = CASES["nested_models"]
    model = started(case, funclab)
    model.save(tmp_path / "m.keras")

    loaded = load_model(tmp_path / "m.keras")
    train(model, case, 2, 3)
    train(loaded, case, 2, 3)

    for array, expected in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(array, expected)


def test_an_optimizer_with_one_state_goes_on_where_it_stopped(tmp_path):
    x = Input((3,))
    model = funclab.Model(x, layers.Dense(1, use_bias=False)(x))
    model.compile(SGD(0.1, momentum=0.9), "mse")
    model.train_on_batch(np.eye(3), np.ones((3, 1)))
    model.save(tmp_path / "m.keras")

    loaded = load_model(tmp_path / "m.keras")
    for trained in (model, loaded):
        trained.train_on_batch(np.eye(3), np.ones((3, 1)))

    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


class Recorded:
    """A model of Keras, as far as funclab uses it: it saves what the real one has saved."""

    name, built = "recorded", True

    def save(self, path):
        shutil.copy(FOLDER / "nested_models.keras", path)


@pytest.fixture
def keras_model(monkeypatch):
    keras = types.SimpleNamespace(Model=Recorded, __file__="keras/__init__.py")
    monkeypatch.setitem(sys.modules, "keras", keras)
    return Recorded()


@pytest.mark.filterwarnings("ignore:Several outputs")
def test_a_model_of_keras_becomes_one_of_funclab(keras_model):
    model = funclab.from_keras(keras_model)

    np.testing.assert_allclose(
        predict(model, CASES["nested_models"])[0],
        recorded("nested_models")["before 0"],
        atol=TOLERANCE,
    )
    assert int(model.optimizer.iterations) == 2
    assert funclab.from_keras(model) is model
    assert funclab.saving.computing(keras_model).loss == model.loss


def test_what_is_not_a_model_is_not_moved():
    with pytest.raises(FunclabError, match="from_keras needs a model of Keras 3"):
        funclab.from_keras("model.keras")


def test_a_bidirectional_of_keras_is_read_as_it_is_written_by_hand():
    model = load_model(FOLDER / "masked_words.keras")

    layer = next(layer for layer in model.layers if "bidirectional" in layer.name)

    assert layer.constructor_arguments["backward_layer"] is None
    assert layer.forward_layer.name.count("forward_") == 1
