"""Models and weights in files."""

import sys
import zipfile

import numpy as np
import pytest

from funclab import Input, Model, models
from funclab.errors import FunclabError, MissingPackageError
from funclab.layers import Dense


def model_of(units, name="m"):
    x = Input((6,))
    shared = Dense(6, activation="tanh")
    return Model(x, Dense(units)(shared(shared(x))), name=name)


def data():
    return np.random.RandomState(0).normal(size=(4, 6)).astype("float32")


def test_a_keras_file_is_a_zip_with_configuration_and_weights(tmp_path):
    model_of(3).save(tmp_path / "m.keras")

    names = zipfile.ZipFile(tmp_path / "m.keras").namelist()

    assert sorted(names) == ["config.json", "metadata.json", "model.weights.h5"]


def test_weights_move_between_models_of_one_shape(tmp_path):
    a, b = model_of(3), model_of(3)
    a.save_weights(tmp_path / "a.weights.h5")

    b.load_weights(tmp_path / "a.weights.h5")

    np.testing.assert_array_equal(a(data()), b(data()))


def test_another_ending_is_refused_with_the_one_to_use(tmp_path):
    with pytest.raises(ValueError, match=r'model\.save\("m\.keras"\)'):
        model_of(3).save(tmp_path / "m.zip")


def test_an_existing_file_is_kept_when_asked(tmp_path):
    (tmp_path / "m.keras").write_text("precious")

    with pytest.raises(FunclabError, match="exists already"):
        model_of(3).save(tmp_path / "m.keras", overwrite=False)

    assert (tmp_path / "m.keras").read_text() == "precious"


def test_what_is_not_an_archive_is_refused(tmp_path):
    (tmp_path / "m.keras").write_text("hello")

    with pytest.raises(ValueError, match="Not a `.keras` archive"):
        models.load_model(tmp_path / "m.keras")


@pytest.mark.parametrize("text", ["{", "[1]", '{"class_name": "Functional"}'])
def test_a_text_that_is_no_model_is_refused(text):
    with pytest.raises(ValueError, match="Improperly formatted model config"):
        models.model_from_json(text)


def test_a_config_with_a_call_that_is_never_made_names_it():
    entry = model_of(3).get_config()
    entry["layers"] = [one for one in entry["layers"] if one["class_name"] != "InputLayer"]

    with pytest.raises(ValueError, match="loops or disconnected nodes.*Missing node: "):
        models.Functional.from_config(entry)


def test_weights_without_the_package_h5py_say_what_to_install(monkeypatch, tmp_path):
    x = Input((2,))
    model = Model(x, Dense(1)(x))
    model.save(tmp_path / "there.keras")
    monkeypatch.setitem(sys.modules, "h5py", None)

    for act in (
        lambda: model.save(tmp_path / "m.keras"),
        lambda: models.load_model(tmp_path / "there.keras"),
    ):
        with pytest.raises(MissingPackageError, match="needs the package h5py"):
            act()
    assert [path.name for path in tmp_path.iterdir()] == ["there.keras"]


def test_an_export_without_the_package_onnx_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)  # what Python keeps of a package it cannot find
    x = Input((2,))

    with pytest.raises(MissingPackageError, match=r'pip install "funclab\[onnx\]"'):
        Model(x, Dense(1)(x)).export(tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())


def test_layers_that_do_not_fit_keep_their_weights_if_asked(tmp_path):
    path = tmp_path / "three.weights.h5"
    stored, other = model_of(3), model_of(5)
    stored.save_weights(filepath=path)
    last = other.get_weights()[2]

    with pytest.warns(UserWarning, match="1 layers of m could not be loaded"):
        other.load_weights(path, skip_mismatch=True)

    np.testing.assert_array_equal(other.get_weights()[0], stored.get_weights()[0])
    np.testing.assert_array_equal(other.get_weights()[2], last)
