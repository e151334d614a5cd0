"""Files in the format of Keras 2, written by a real Keras 2 and a real Keras 3 (record_h5.py)."""

from __future__ import annotations

import gzip
import json

import h5py
import numpy as np
import pytest

import funclab
from funclab import ops
from funclab.errors import ConfigError, FunclabError, WeightsError
from funclab.models import load_model
from funclab.saving.legacy import TF_OPS
from tests.parity.record import TOLERANCE
from tests.saving.record import observe, predict
from tests.saving.record_h5 import CASES, FOLDER, KERAS_3

every_case = pytest.mark.parametrize("name", [*CASES, *KERAS_3])


@pytest.fixture
def unpacked(tmp_path):
    """A recorded file as Keras wrote it."""

    def unpack(name):
        path = tmp_path / f"{name}.h5"
        path.write_bytes(gzip.decompress((FOLDER / f"{name}.h5.gz").read_bytes()))
        return path

    return unpack


def recorded(name):
    with np.load(FOLDER / f"{name}.npz") as record:
        return dict(record)


@every_case
def test_a_file_predicts_and_trains_on_as_in_keras(name, unpacked):
    model = load_model(unpacked(name))

    seen = observe(model, {**CASES, **KERAS_3}[name])

    for key, array in recorded(name).items():
        np.testing.assert_allclose(seen[key], array, rtol=TOLERANCE, atol=TOLERANCE, err_msg=key)


@every_case
def test_a_model_written_as_h5_predicts_and_trains_on_as_before(name, unpacked, tmp_path):
    load_model(unpacked(name)).save(tmp_path / "again.h5")

    again = load_model(tmp_path / "again.h5")

    seen = observe(again, {**CASES, **KERAS_3}[name])
    for key, array in recorded(name).items():
        np.testing.assert_allclose(seen[key], array, rtol=TOLERANCE, atol=TOLERANCE, err_msg=key)


def test_a_weight_that_a_wrapper_shares_with_its_layer_is_read(tmp_path):
    x = funclab.Input((3,))
    model = funclab.Model(x, funclab.layers.SpectralNormalization(funclab.layers.Dense(2))(x))
    model.compile("sgd", "mse")
    rows = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)
    model.fit(rows, rows[:, :2], verbose=0)
    model.save(tmp_path / "m.h5")

    loaded = load_model(tmp_path / "m.h5")

    np.testing.assert_array_equal(loaded.predict(rows, verbose=0), model.predict(rows, verbose=0))
    for ours, theirs in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_are_loaded_into_the_layers_of_the_same_names(tmp_path):
    def model_of(*names):
        sizes = {"a": 3, "b": 2, "c": 5}
        x = funclab.Input((4,))
        y = funclab.Sequential([funclab.layers.Dense(sizes[name], name=name) for name in names])(x)
        return funclab.Model(x, y).layers[1]

    first, second = model_of("a", "b"), model_of("a", "c")
    first.save_weights(tmp_path / "m.h5")
    before = second.get_weights()

    second.load_weights(tmp_path / "m.h5", by_name=True)

    for array, expected in zip(second.get_weights(), [*first.get_weights()[:2], *before[2:]]):
        np.testing.assert_array_equal(array, expected)
    first.save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(ConfigError, match="no names of layers"):
        second.load_weights(tmp_path / "m.weights.h5", by_name=True)


@pytest.mark.parametrize("name", ["nested_models", "masked_words", "keras_3_nested_models"])
def test_a_loaded_model_is_saved_and_loaded_as_any_other(name, unpacked, tmp_path):
    model = load_model(unpacked(name))
    model.save(tmp_path / "m.keras")

    again = load_model(tmp_path / "m.keras")

    rows = {**CASES, **KERAS_3}[name]
    for array, expected in zip(predict(again, rows), predict(model, rows), strict=True):
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("file", ["weights", "nested_models"])
def test_the_weights_of_keras_2_load_into_a_model_with_other_names(file, unpacked):
    model = CASES["nested_models"].build(funclab)
    model.load_weights(unpacked(file))

    arrays = predict(model, CASES["nested_models"])

    for i, array in enumerate(arrays):
        expected = recorded("nested_models")[f"before {i}"]
        np.testing.assert_allclose(array, expected, rtol=TOLERANCE, atol=TOLERANCE)


def test_a_file_loads_without_its_settings_of_compile(unpacked):
    model = load_model(unpacked("amsgrad"), compile=False)

    assert not model.compiled


def test_metrics_have_the_names_that_keras_2_shows(unpacked):
    model = load_model(unpacked("settings_of_old"))

    assert model.metrics_names == ["loss", "mae", "squared"]


def test_weights_of_another_model_change_nothing(unpacked):
    model = CASES["images"].build(funclab)
    before = model.get_weights()

    with pytest.raises(WeightsError, match="weights for") as caught:
        model.load_weights(unpacked("weights"))
    names = ", ".join(layer.name for layer in model.layers if layer.weights)
    assert caught.value.why.endswith(f"the model {names}.")
    for array, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(array, expected)


def test_a_file_with_weights_alone_is_told_from_a_model(unpacked):
    with pytest.raises(ConfigError, match="weights without a model; `load_weights` reads them"):
        load_model(unpacked("weights"))


def changed(path, change):
    """The same file with another config."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        change(config["config"]["layers"])
        file.attrs["model_config"] = json.dumps(config)
    return path


def test_what_keras_2_writes_of_a_transposed_or_separable_layer_as_a_conv_is_left_out(tmp_path):
    layers = funclab.layers
    model = funclab.Sequential([funclab.Input((4, 4, 2))])
    for layer in (layers.Conv2DTranspose(3, 2), layers.DepthwiseConv2D(2)):
        model.add(layer)
    model.add(layers.SeparableConv2D(3, 2))
    model.save(tmp_path / "m.h5")

    def change(entries):
        for entry in entries[1:]:
            entry["config"] = {"groups": 1, "kernel_initializer": "ones", **entry["config"]}

    again = load_model(changed(tmp_path / "m.h5", change))

    x = np.ones((1, 4, 4, 2), "float32")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_the_first_layer_of_an_old_sequential_model_tells_its_input(tmp_path):
    model = funclab.Sequential([funclab.Input((3,)), funclab.layers.Dense(2, name="first")])
    model.save(tmp_path / "m.h5")

    def change(entries):
        del entries[0]
        entries[0]["config"]["batch_input_shape"] = [None, 3]

    again = load_model(changed(tmp_path / "m.h5", change))

    assert again.inputs[0].name == "first_input"
    x = np.ones((1, 3), "float32")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_a_lambda_that_was_saved_as_code_is_refused_by_name(unpacked):
    def change(entries):
        code = {"name": "secret", "function": ["4wEAAAA=\n", None, None], "function_type": "lambda"}
        entries[1].update(class_name="Lambda", config=code)

    path = changed(unpacked("nesterov"), change)

    with pytest.raises(ConfigError, match="Lambda layer secret was saved as code"):
        load_model(path, safe_mode=False)


def test_a_function_of_tensorflow_that_funclab_lacks_is_refused_by_name(unpacked):
    def change(entries):
        function = {"name": "tf.signal.fft", "function": "signal.fft"}
        entries[2].update(class_name="TFOpLambda", config=function)

    path = changed(unpacked("nesterov"), change)

    with pytest.raises(ConfigError, match="is tf.signal.fft, which funclab cannot read"):
        load_model(path)


def test_a_state_of_another_optimizer_begins_anew_with_a_warning(unpacked):
    path = unpacked("old_adagrad")
    with h5py.File(path, "r+") as file:
        training = json.loads(file.attrs["training_config"])
        training["optimizer_config"] = {"class_name": "Adam", "config": {"learning_rate": 0.1}}
        file.attrs["training_config"] = json.dumps(training)

    with pytest.warns(UserWarning, match="starts afresh"):
        model = load_model(path)
    assert int(model.optimizer.iterations) == 0


@pytest.mark.parametrize("attribute", ["model_config", "training_config", "layer_names"])
def test_damaged_attributes_are_one_error_that_names_the_file(attribute, unpacked):
    path = unpacked("nested_models")
    for value in ("{", '{"a": 1}', np.zeros(3), ["a"] * 3):
        with h5py.File(path, "r+") as file:
            place = file["model_weights"] if attribute == "layer_names" else file
            place.attrs[attribute] = value

        with pytest.raises(FunclabError, match="nested_models.h5"):
            load_model(path)


def test_a_long_text_that_many_names_share_is_refused_before_it_is_read(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = "x" * 1_000_000
        kind = h5py.string_dtype()
        group = file.create_group("model_weights")
        group.attrs.create("layer_names", ["y"] * 2000, dtype=kind)

    with pytest.raises(ConfigError, match="layer_names holds too many texts"):
        load_model(tmp_path / "m.h5")


def test_texts_that_hdf5_would_read_for_ever_are_refused(unpacked):
    path = unpacked("nested_models")
    contents = bytearray(path.read_bytes())
    heap = contents.index(b"GCOL")
    contents[heap + 16 : heap + 32] = bytes(16)  # free space of no length at the beginning
    path.write_bytes(contents)

    with pytest.raises(ConfigError, match="its texts are damaged"):
        load_model(path)


def test_every_function_of_tensorflow_in_the_table_is_one_of_ours():
    assert [name for name in TF_OPS.values() if not hasattr(ops, name)] == []
