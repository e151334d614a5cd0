"""The views read the graph of a file, without its weights; what is not known is a box."""

from __future__ import annotations

import json
import re
import zipfile

import h5py
import numpy as np
import pytest

import funclab
from funclab import Input, layers
from funclab.errors import FunclabError
from funclab.graph.operation import is_box
from funclab.saving import load_model, shown
from tests.saving.cases import CASES
from tests.saving.record import FOLDER

pytestmark = pytest.mark.filterwarnings("ignore:Several outputs", "ignore:The state of")
every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_a_file_shows_the_graph_of_its_model_and_the_same_weights(name):
    loaded = load_model(FOLDER / f"{name}.keras")

    seen = shown(FOLDER / f"{name}.keras")

    assert not any(is_box(layer) for layer in seen.layers)
    assert [node.key for node in seen.nodes] == [node.key for node in loaded.nodes]
    for variable, own in zip(seen.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(variable.array, own.array)


def test_the_views_take_the_path_of_a_file():
    path = FOLDER / "nested_models.keras"
    model = load_model(path)

    assert funclab.plot_model(path).svg == funclab.plot_model(model).svg
    assert str(funclab.shapes(path)) == str(funclab.shapes(model))
    assert funclab.to_code(path) == funclab.to_code(model)
    assert funclab.explore(str(path)).facts["nodes"] == funclab.explore(model).facts["nodes"]
    assert "No difference" in str(funclab.diff(path, model))


def test_a_weight_is_read_when_it_is_looked_at():
    seen = shown(FOLDER / "dense_layers.keras")

    funclab.plot_model(seen)

    assert not any(variable.allocated for variable in seen.weights)


def strange(path):
    """A file of a model in which a layer has a class that is not known here, and its model."""
    x = Input((4,), name="x")
    stretch = layers.Dense(3, name="stretch")
    y = layers.Concatenate(name="out")([stretch(x), stretch(x), x])
    model = funclab.Model(x, y, name="strange")
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = members["config.json"].decode()
    pattern = r'"module": "keras.layers", "class_name": "Dense"(.*?)"registered_name": null'
    own = r'"module": "own", "class_name": "Stretch"\1"registered_name": "own>Stretch"'
    members["config.json"] = re.sub(pattern, own, text).encode()
    (path.parent / "w.h5").write_bytes(members["model.weights.h5"])
    with h5py.File(path.parent / "w.h5", "r+") as file:
        file.move("layers/dense", "layers/stretch")
    members["model.weights.h5"] = (path.parent / "w.h5").read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return model


@pytest.fixture
def stranger(tmp_path):
    return strange(tmp_path / "m.keras"), tmp_path / "m.keras"


def test_a_layer_that_is_not_known_is_a_box_with_its_shapes_settings_and_weights(stranger):
    model, path = stranger

    seen = shown(path)

    box, own = seen.get_layer("stretch"), model.get_layer("stretch")
    assert type(box).__name__ == "Stretch"
    assert [node.output_shapes for node in box.inbound_nodes] == [[(None, 3)], [(None, 3)]]
    assert box.get_config()["units"] == 3
    assert seen.count_params() == model.count_params() == 15
    for variable, expected in zip(box.weights, own.get_weights(), strict=True):
        np.testing.assert_array_equal(variable.array, expected)


def test_every_view_shows_a_box_and_says_why_it_is_one(stranger):
    _, path = stranger

    view = funclab.explore(path)
    fact = view.facts["layers"]["stretch"]

    assert fact["detail"] == "Stretch"
    assert "funclab does not have this class" in fact["special"]
    assert fact["arrays"] == [["weight_0", "(4, 3)"], ["weight_1", "(3,)"]]
    assert view.complete()["facts"]["tape"]["stretch[0]"] == []
    assert re.search(r"stretch = Stretch\(.*units=3", funclab.to_code(path), re.DOTALL)
    assert "(None, 10)" in str(funclab.shapes(path))
    assert "Stretch" in funclab.plot_model(path).text
    assert "No difference" in str(funclab.diff(path, path))


def test_a_json_file_shows_the_same_graph_without_the_weights_of_boxes(stranger, tmp_path):
    _, path = stranger
    with zipfile.ZipFile(path) as archive:
        (tmp_path / "m.json").write_bytes(archive.read("config.json"))

    seen = funclab.explore(str(tmp_path / "m.json"))

    assert seen.facts["nodes"] == funclab.explore(path).facts["nodes"]
    assert seen.facts["layers"]["stretch"]["detail"] == "Stretch"
    assert seen.facts["summary"]["weights"] == "0"


def test_a_box_computes_nothing(stranger):
    _, path = stranger

    with pytest.raises(FunclabError, match="stretch .Stretch. cannot be computed here"):
        shown(path).predict(np.zeros((2, 4)))


def test_no_other_class_is_advised_because_its_name_is_similar(stranger):
    _, path = stranger

    with pytest.raises(FunclabError) as caught:
        load_model(path)

    assert "Stretch" in caught.value.fix
    assert not re.search(r"did you mean|Dense|Identity", str(caught.value))


def test_a_model_of_a_class_of_its_own_is_one_box(tmp_path):
    class Tower(funclab.Model):
        def __init__(self, **settings):
            super().__init__(**settings)
            self.dense = layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

    model = Tower(name="tower")
    model(np.zeros((1, 3)))
    model.save(tmp_path / "m.keras")

    seen = shown(tmp_path / "m.keras")

    box = seen.get_layer("tower")
    assert type(box).__name__ == "Tower" and seen.count_params() == 8
    assert "not what it does" in box.why
    assert [str(row) for row in seen.inputs[0].shape] == ["None", "3"]
    assert "(?)" in funclab.plot_model(tmp_path / "m.keras").text


def test_code_in_a_file_does_not_run(tmp_path):
    x = Input((4,))
    model = funclab.Model(x, layers.Lambda(lambda x: x * 2, name="double")(x))
    model.save(tmp_path / "m.keras")

    box = shown(tmp_path / "m.keras").get_layer("double")

    assert is_box(box)
    assert json.dumps(box.get_config()).count("__lambda__") == 0


@pytest.mark.parametrize("data", [b"", b"no model", b"PK\x03\x04"])
def test_what_is_not_a_model_is_refused(tmp_path, data):
    (tmp_path / "m.keras").write_bytes(data)

    with pytest.raises(FunclabError):
        funclab.explore(tmp_path / "m.keras")
    with pytest.raises(FunclabError, match="File not found"):
        funclab.explore(tmp_path / "none.keras")


def test_a_h5_file_shows_the_graph_and_the_weights_of_its_model(tmp_path):
    loaded = load_model(FOLDER / "images.keras")
    loaded.save(tmp_path / "m.h5")

    seen = shown(tmp_path / "m.h5")

    assert [node.output_shapes for node in seen.nodes] == [n.output_shapes for n in loaded.nodes]
    for variable, own in zip(seen.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(variable.array, own.array)
