"""What Keras can be called with, funclab can be called with: the same names, order and defaults.

funclab may take more, behind what Keras takes.
"""

import ast
import inspect
from typing import Any

from tests.project.keras_signatures import Parameters, parameters, recorded, things

BY_PLACE = "called by position everywhere, so the name is ours"
COMPILERS = "is for compilers of graphs, or other devices; taken by **others"
TENSORFLOW = "is about tensors or files of TensorFlow"
KERAS_2 = "its order in Keras 2 is taken, too, so all goes through *args"
MORE_LENIENT = "Keras has no default there; Keras 2 had, or the usual one is meant"
PLOTS = "goes to funclab.plot_model, which says what it takes"
ENGINE = "a part of the engine: begins with its value and has no devices"
RARE = "checks of shapes that no layer of a course needs"

OTHERWISE: dict[str, str] = {
    BY_PLACE: "constraints.serialize initializers.serialize layers.serialize losses.serialize "
    "metrics.serialize optimizers.serialize optimizers.schedules.serialize "
    "regularizers.serialize losses.deserialize Layer.compute_mask Model.compute_mask",
    COMPILERS: "Model.compile",
    TENSORFLOW: "Input KerasTensor layers.InputLayer Model.export "
    "preprocessing.timeseries_dataset_from_array utils.split_dataset Model.save_weights "
    "saving.save_weights",
    KERAS_2: "Layer.add_weight Model.add_weight",
    MORE_LENIENT: "layers.AveragePooling1D layers.AveragePooling2D layers.AveragePooling3D "
    "ops.batch_normalization ops.multi_hot Optimizer",
    PLOTS: "utils.plot_model",
    ENGINE: "Variable",
    RARE: "InputSpec",
}
"""Why the signature of some is another."""

KERAS = recorded()
OURS = {name: thing for name, thing in things("funclab") if name in KERAS}
BY_KEYWORDS = {"name", "dtype", "trainable"}
"""What layers take by `**kwargs`, wherever Keras lists it."""


def value(default: str | None) -> Any:
    """A default as it is compared: (1, 1) is 1."""
    if default is None:
        return "has to be given"
    try:
        made = ast.literal_eval(default)
    except (ValueError, SyntaxError):
        return default
    while isinstance(made, (tuple, list)) and made and all(each == made[0] for each in made):
        made = made[0]
    return made


def differences(ours: Parameters, theirs: Parameters) -> list[str]:
    more = BY_KEYWORDS if any(name.startswith("**") for name in ours) else set()
    plain = [name for name in theirs if name[0] != "*"]
    shared = [name for name in plain if name in ours]
    order = [name for name in ours if name[0] != "*"][: len(shared)]
    return [
        *(f"{name} is missing" for name in plain if name not in shared and name not in more),
        *(f"the order is {order}" for _ in range(order != shared)),
        *(
            f"{name} is {ours[name]}, in Keras {theirs[name]}"
            for name in shared
            if value(ours[name]) != value(theirs[name])
        ),
    ]


def found(name: str) -> list[str]:
    own_model = name.startswith("Model.") and "self" not in inspect.signature(OURS[name]).parameters
    is_class_method = inspect.ismethod(OURS[name])
    return differences(parameters(OURS[name], own_model and not is_class_method), KERAS[name])


def test_what_keras_takes_is_taken_in_its_order_with_its_defaults():
    excused = {name for names in OTHERWISE.values() for name in names.split()}

    different = {name: found(name) for name in OURS if found(name)}

    assert {name: told for name, told in different.items() if name not in excused} == {}
    assert excused - different.keys() == set(), "these are as in Keras: take them out of OTHERWISE"
    assert len(OURS) > 780


def test_a_default_that_changed_or_an_argument_that_moved_is_noticed():
    theirs = {"units": None, "rate": "0.1", "size": "(2, 2)", "**kwargs": None}

    assert differences({"units": None, "rate": "0.1", "size": "2", "more": "1"}, theirs) == []
    assert differences({"units": None, "rate": "0.2", "size": "2"}, theirs) == [
        "rate is 0.2, in Keras 0.1"
    ]
    assert differences({"rate": "0.1", "units": None}, theirs) == [
        "size is missing",
        "the order is ['rate', 'units']",
    ]
