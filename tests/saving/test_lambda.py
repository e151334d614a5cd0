"""Lambda layers in files: code is refused unless it is trusted."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import Input, Model, layers, ops
from funclab.errors import ConfigError
from funclab.models import clone_model
from funclab.saving import load_model, model_from_json

ROWS = np.arange(6, dtype="float32").reshape(2, 3)


def double(x):
    return x * 2


def model_of(function) -> Model:
    inputs = Input((3,))
    return Model(inputs, layers.Lambda(function)(inputs))


def test_code_in_a_file_is_refused_unless_it_is_trusted(tmp_path):
    model = model_of(double)
    path = tmp_path / "double.keras"
    model.save(path)

    with pytest.raises(ConfigError, match="refused in safe mode"):
        load_model(path)

    np.testing.assert_array_equal(load_model(path, safe_mode=False)(ROWS), ROWS * 2)
    named = load_model(path, custom_objects={"double": double})
    np.testing.assert_array_equal(named(ROWS), ROWS * 2)


def test_a_function_of_funclab_is_saved_by_its_name(tmp_path):
    path = tmp_path / "square.keras"
    model_of(ops.square).save(path)

    np.testing.assert_array_equal(load_model(path)(ROWS), ROWS**2)


def test_code_in_json_is_refused_too():
    text = model_of(double).to_json()

    with pytest.raises(ConfigError, match="Requested the deserialization of a `Lambda` layer"):
        model_from_json(text)

    np.testing.assert_array_equal(model_from_json(text, safe_mode=False)(ROWS), ROWS * 2)
    config = layers.Lambda(double).get_config()
    np.testing.assert_array_equal(
        layers.Lambda.from_config(config, safe_mode=False)(ROWS), ROWS * 2
    )


def test_a_copy_of_a_model_keeps_what_its_functions_know_from_around_them():
    known = {"double": lambda x: x * 2}
    function = eval("lambda x: double(x)", known)  # as in a program that is run by exec

    copy = clone_model(model_of(function))

    np.testing.assert_array_equal(copy.predict(ROWS, verbose=0), ROWS * 2)
