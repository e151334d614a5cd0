"""Malicious or damaged files are refused with a clear error."""

from __future__ import annotations

import copy
import gzip
import io
import json
import os
import random
import traceback
import zipfile
from contextlib import suppress

import h5py
import numpy as np
import pytest

from funclab import Input, Model, models
from funclab.errors import FunclabError
from funclab.layers import Dense, Lambda, add
from funclab.models import load_model
from funclab.registry import sharing
from tests.saving.record_h5 import FOLDER

TRIES = 30_000 if os.environ.get("SOAK") else 150
"""Damaged files of each kind."""


def model_of(units=3):
    x = Input((units,))
    shared = Dense(units)
    return Model(x, add([shared(x), shared(shared(x))]))


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "m.weights.h5"
    model_of().save_weights(path)
    return path


def first_array(file):
    """The path of the first array in a weights file."""
    names = []
    file.visititems(lambda name, thing: names.append(name) if hasattr(thing, "dtype") else None)
    return names[0]


def external(file, name, folder):
    (folder / "secret.bin").write_bytes(bytes(1000))
    shape = file[name].shape
    del file[name]
    file.create_dataset(name, shape, "float32", external=[(str(folder / "secret.bin"), 0, 1000)])


def external_link(file, name, folder):
    with h5py.File(folder / "secret.h5", "w") as other:
        other["x"] = np.ones(file[name].shape, "float32")
    del file[name]
    file[name] = h5py.ExternalLink(str(folder / "secret.h5"), "x")


def virtual(file, name, folder):
    with h5py.File(folder / "secret.h5", "w") as other:
        other["x"] = np.ones(file[name].shape, "float32")
    shape = file[name].shape
    del file[name]
    layout = h5py.VirtualLayout(shape, "float32")
    layout[...] = h5py.VirtualSource(str(folder / "secret.h5"), "x", shape)
    file.create_virtual_dataset(name, layout)


def soft_link(file, name, folder):
    file["loop"] = h5py.SoftLink("/loop")


def hard_loop(file, name, folder):
    file[f"{name.split('/')[0]}/again"] = file[name.split("/")[0]]


def objects(file, name, folder):
    del file[name]
    file.create_dataset(name, data=["text"], dtype=h5py.string_dtype())


def references(file, name, folder):
    target = file.create_group("g").ref
    del file[name]
    file.create_dataset(name, data=[target], dtype=h5py.ref_dtype)


def bomb(file, name, folder):
    del file[name]
    file.create_dataset(name, (10**9,), "float32", chunks=(10**7,), compression="gzip")


def wide_chunk(file, name, folder):
    del file[name]
    file.create_dataset(
        name, (1,), "float64", chunks=(1 << 26,), maxshape=(None,), compression="gzip"
    )


def plugin(file, name, folder):
    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_chunk((1,))
    layout.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)
    space = h5py.h5s.create_simple((1,))
    del file[name]
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.NATIVE_FLOAT, space, dcpl=layout)


def deep(file, name, folder):
    file.create_group("/".join("a" * 500))


ATTACKS = [external, external_link, virtual, soft_link, hard_loop, objects, references, bomb]
ATTACKS += [wide_chunk, plugin, deep]


@pytest.mark.soak("attack files")
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_weights_file_that_is_more_than_arrays_is_refused(attack, weights, tmp_path):
    model = model_of()
    before = model.get_weights()
    with h5py.File(weights, "r+") as file:
        attack(file, first_array(file), tmp_path)

    with pytest.raises(FunclabError, match=r"m\.weights\.h5.* cannot be read: "):
        model.load_weights(weights)

    for one, other in zip(model.get_weights(), before):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "way", [{"compression": "gzip"}, {"compression": "lzf"}, {"fletcher32": True}]
)
def test_arrays_stored_in_ways_of_h5py_are_read(way, weights):
    model = model_of()
    with h5py.File(weights, "r+") as file:
        name = first_array(file)
        array = file[name][...] + 1
        del file[name]
        file.create_dataset(name, data=array, shuffle=True, **way)

    model.load_weights(weights)

    np.testing.assert_array_equal(model.get_weights()[0], array)


def rewritten(path, change):
    """The archive with other members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        change(members, archive)
        for name, content in members.items():
            archive.writestr(name, content)


def twice(members, archive):
    archive.writestr("config.json", "{}")


def unpacked_bomb(members, archive):
    members["config.json"] = bytes(10**8)


def deep_config(members, archive):
    members["config.json"] = "[" * 100_000 + "]" * 100_000


def models_in_one_another(members, archive):
    members["config.json"] = inside_one_another(200)


def no_json(members, archive):
    members["config.json"] = "{"


def list_config(members, archive):
    members["config.json"] = "[1]"


def no_weights(members, archive):
    members.pop("model.weights.h5")


def no_config(members, archive):
    members.pop("config.json")


def broken_weights(members, archive):
    members["model.weights.h5"] = members["model.weights.h5"][:700]


def unknown_layer(members, archive):
    members["config.json"] = members["config.json"].replace(b'"Dense"', b'"Dance"')


def wrong_argument(members, archive):
    members["config.json"] = members["config.json"].replace(b'"units": 3', b'"units": "many"')


ARCHIVES = [
    *(twice, unpacked_bomb, deep_config, no_json, list_config, no_weights, no_config),
    *(broken_weights, unknown_layer, wrong_argument, models_in_one_another),
]


@pytest.mark.soak("attack files")
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("change", ARCHIVES, ids=lambda change: change.__name__)
def test_an_archive_that_is_not_a_saved_model_is_refused_by_name(change, tmp_path):
    model_of().save(tmp_path / "m.keras")
    rewritten(tmp_path / "m.keras", change)

    with pytest.raises(FunclabError, match=r"m\.keras"):
        load_model(tmp_path / "m.keras")


def test_weights_change_only_when_the_optimizer_fits_too(weights):
    model = model_of()
    model.compile("adam", "mse")
    model.fit(np.ones((2, 3)), np.ones((2, 3)), verbose=0)
    model.save_weights(weights)
    before = model.get_weights()
    with h5py.File(weights, "r+") as file:
        file[first_array(file)][...] = 9
        file.move("optimizer/vars/1", "optimizer/vars/77")

    with pytest.raises(FunclabError, match=r"m\.weights\.h5.*state of the optimizer"):
        model.load_weights(weights)

    for array, other in zip(model.get_weights(), before):
        np.testing.assert_array_equal(array, other)


@pytest.mark.soak("attack files")
@pytest.mark.parametrize("layers", ["3", "[{}]", '[{"name": "x"}]', "{}", "null"])
def test_text_of_another_form_is_refused(layers):
    config = f'{{"class_name": "Functional", "config": {{"name": "m", "layers": {layers}}}}}'

    with pytest.raises(FunclabError):
        models.model_from_json(config)


def inside_one_another(count):
    """The text of so many models, one inside the other."""
    model = '{"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": ['
    start = {"class_name": "InputLayer", "config": {"batch_shape": [None, 2]}}
    dense = {"class_name": "Dense", "config": {"units": 2}}
    return f"{model}{json.dumps(start)}, " * count + json.dumps(dense) + "]}}" * count


@pytest.mark.parametrize(("count", "says"), [(150, "nested too deeply"), (800, "recursion depth")])
def test_models_that_are_nested_too_deeply_are_refused_before_any_is_built(count, says):
    with pytest.raises(FunclabError, match=says):
        models.model_from_json(inside_one_another(count))


MARKS = [None, "1", 1.5, [1], {}, True, -1, 10**30]


@pytest.mark.parametrize("mark", MARKS, ids=str)
def test_a_mark_of_a_shared_layer_may_be_anything(mark):
    config = json.loads(model_of().to_json())
    for part in sharing.walk(config):
        if "class_name" in part:
            part |= {sharing.KEY: mark, "calls_before": mark}

    with suppress(FunclabError):
        models.model_from_json(json.dumps(config))


def test_a_call_on_no_tensor_is_not_computed_while_a_model_is_read():
    config = json.loads(model_of().to_json())
    call = next(entry for entry in config["config"]["layers"] if entry["class_name"] == "Dense")
    array = {"class_name": "__numpy__", "config": {"value": [[0.0] * 3], "dtype": "float32"}}
    call["inbound_nodes"][0]["args"] = [array]

    with pytest.raises(FunclabError):
        models.model_from_json(json.dumps(config))


def test_configurations_run_no_code_unless_they_are_trusted():
    ran = []
    model = Model(x := Input((2,)), Lambda(lambda v: ran.append(1) or v)(x))
    config = json.loads(model.to_json())
    ran.clear()

    with pytest.raises(FunclabError, match="refused in safe mode"):
        Model.from_config(config["config"])

    assert models.clone_model(model).count_params() == 0


def some_bytes(content, chance):
    """Bytes of a file changed, and now and then its end cut off."""
    damaged = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 8, 64])):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    if chance.random() < 0.1:
        del damaged[chance.randrange(len(damaged)) :]
    return bytes(damaged or b"0")


ODD = [None, True, -1, 0, 10**30, 1e308, "", "x" * 5000, [], {}, [[]], "__lambda__", "\ud800"]


def some_values(content, chance):
    """Values of a JSON text replaced by odd ones or by each other, left out, or doubled."""
    config = json.loads(content)
    for _ in range(chance.choice([1, 1, 2, 4])):
        places = list(places_of(config))
        if not places:
            break
        parent, key = chance.choice(places)
        other, name = chance.choice(places)
        value = copy.deepcopy(other[name])
        act = chance.randrange(4)
        if act == 0:
            del parent[key]
        elif act == 1 and isinstance(parent, list):
            parent.append(value)
        else:
            parent[key] = value if act == 2 else copy.deepcopy(chance.choice(ODD))
    return json.dumps(config).encode()


def places_of(tree):
    """Every place in a JSON text, as what holds it and its key there."""
    if isinstance(tree, (dict, list)):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield tree, key
            yield from places_of(value)


def member(name, damage):
    """Damage to one member of an archive, whose checksum is then right."""

    def damaged(content, chance):
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
            for one in old.namelist():
                part = old.read(one)
                new.writestr(one, damage(part, chance) if one == name else part)
        return file.getvalue()

    return damaged


def settings(content, chance):
    """Damage to the text in a file of Keras 2 that describes the model."""
    contents = io.BytesIO(content)
    with h5py.File(contents, "r+") as file:
        text = file.attrs["model_config"]
        damaged = some_values(text, chance).decode()
        if len(damaged) < 60_000:  # an attribute holds no more
            file.attrs["model_config"] = damaged
    return contents.getvalue()


DAMAGES = {
    "archive": ("m.keras", some_bytes),
    "weights": ("m.weights.h5", some_bytes),
    "weights in an archive": ("m.keras", member("model.weights.h5", some_bytes)),
    "text in an archive": ("m.keras", member("config.json", some_bytes)),
    "values in an archive": ("m.keras", member("config.json", some_values)),
    "file of Keras 2": ("m.h5", some_bytes),
    "values in a file of Keras 2": ("m.h5", settings),
}


def raised_at(error):
    """The lines that an error and its cause went through."""
    lines = set()
    while error is not None:
        lines |= {(f.f_code, line) for f, line in traceback.walk_tb(error.__traceback__)}
        error = error.__cause__
    return frozenset(lines)


@pytest.mark.soak("damaged files")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "damage"), DAMAGES.values(), ids=DAMAGES.keys())
def test_damaged_files_are_read_or_refused_and_never_worse(name, damage, tmp_path, trial):
    path, model, chance = tmp_path / name, model_of(), random.Random(1)
    model.compile("adam", "mse")
    if name == "m.h5":
        path.write_bytes(gzip.decompress((FOLDER / "adamw.h5.gz").read_bytes()))
    else:
        model.save(path) if name == "m.keras" else model.save_weights(path)
    # Guided by coverage: a file that reaches new lines of code is damaged further.
    files, reached = [path.read_bytes()], set()

    for number in range(TRIES):
        damaged = damage(chance.choice(files), chance)
        path.write_bytes(damaged)

        with trial(number):
            try:
                model.load_weights(path) if "weights" in name else load_model(path)
            except FunclabError as error:
                if (lines := raised_at(error)) not in reached and len(damaged) < 10**5:
                    reached.add(lines)
                    files.append(damaged)
                assert name in error.what, error
