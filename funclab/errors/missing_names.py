"""Names that a module lacks: misspelled ones, and names of Keras that funclab does not have."""

from __future__ import annotations

import difflib
import importlib.util
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from funclab.errors import FunclabError, NoSuchImportError, NoSuchNameError

# Names that Keras users look for, and where to look instead.
ELSEWHERE = {
    "keras": "funclab is the `keras` here: write funclab.layers, funclab.Model and so on; after "
    "funclab.install_as_keras() even `import keras` gives funclab.",
    "applications": "funclab.applications has the networks VGG, ResNet, DenseNet, MobileNet, "
    "InceptionV3, Xception, EfficientNet and ConvNeXt, without trained weights.",
    "engine": "layers are in funclab.layers, tensors come from funclab.Input.",
    "wrappers": "TimeDistributed and Bidirectional are in funclab.layers.",
    "tf": "funclab needs no TensorFlow; functions of tensors are in funclab.ops.",
    "model_to_dot": "write model.plot().to_dot() for the graph in DOT.",
    "GradientTape": "write funclab.GradientTape; after funclab.install_as_keras(tensorflow=True) "
    "it is tf.GradientTape, too.",
    "set_value": "write variable.assign(value), or optimizer.learning_rate = 0.1.",
    "get_value": "write variable.numpy(), or numpy.asarray(variable).",
    "plot_model": "write funclab.plot_model(model).",
    "K": "functions of tensors are in funclab.ops; Keras 2's backend is funclab.keras2.backend.",
    "get_session": "there is no session: leave the line out; K.eval and K.function give numbers.",
    "ImageDataGenerator": "it is Keras 2's: write from funclab.keras2.image import "
    "ImageDataGenerator; today layers such as RandomFlip and RandomRotation change images.",
    "audio_dataset_from_directory": "sounds are not read: read the files with a package for audio, "
    "in the function of funclab.data.Dataset.from_generator; fit takes its batches.",
    "mixed_precision": "leave the line out: funclab computes in float32 or float64.",
    "distribution": "leave the line out: there is one device, the CPU.",
    "interfaces": "leave out the line and its decorators: old names of arguments are understood.",
    "scikit_learn": "KerasClassifier(build) and KerasRegressor(build) are written "
    "funclab.wrappers.Classifier(build) and Regressor(build) today.",
    "multi_gpu_model": "there is one device: leave the line out, and train the model itself.",
    "set_session": "there is no session, and no GPU to set up: leave the line out.",
    "CuDNNLSTM": "write funclab.layers.LSTM; what it computes is the same.",
    "CuDNNGRU": "write funclab.layers.GRU(units, reset_after=True); what it computes is the same.",
    **{f"reduce_{name}": f"write funclab.ops.{name}." for name in ("mean", "sum", "max", "min")},
    "manual_variable_initialization": "leave the line out: weights have their numbers from the "
    "start.",
    **dict.fromkeys(
        ("LocallyConnected1D", "LocallyConnected2D", "local_conv1d", "local_conv2d"),
        "there is no layer with filters of its own for each position, as there is none in Keras 3; "
        "Conv1D and Conv2D share theirs.",
    ),
    "decode_predictions": "the names of ImageNet's classes would be a download.",
    "ctc_label_dense_to_sparse": "K.ctc_batch_cost takes dense labels; there are no sparse "
    "tensors.",
    "merge": "each mode is a function today: add, multiply, concatenate, maximum and so on.",
    "TFRecordDataset": "files of TensorFlow's records are not read: save the arrays with "
    "numpy.savez, and pass them to Dataset.from_tensor_slices.",
    "FixedLengthRecordDataset": "read the file with numpy.fromfile, and pass the rows to "
    "Dataset.from_tensor_slices.",
    **dict.fromkeys(
        ("CsvDataset", "make_csv_dataset"),
        "read the file with pandas.read_csv, and write Dataset.from_tensor_slices(dict(frame)).",
    ),
    "Options": "leave it out, and with_options too: options change nothing here.",
    **dict.fromkeys(
        ("bucket_by_sequence_length", "ragged_batch"),
        "write padded_batch(size): it pads the elements of a batch to one length.",
    ),
    "print_tensor": "write K.function([model.input], [tensor])([data]), or see model.trace(data).",
}


ROOMS = (
    "layers", "models", "optimizers", "losses", "metrics", "callbacks", "ops", "utils",
    "activations", "initializers", "regularizers", "constraints", "datasets",
    "random",
)  # fmt: skip
"""Modules that may contain a name that was looked for elsewhere, the likeliest first."""


def guard(module: str, name: str = "") -> None:
    """From now on, make a module suggest similar names if it is asked for one it lacks.

    module: its full name. name: under which users know the module, if that is another.
    """
    room: Any = sys.modules[module]
    room.__path__ = getattr(room, "__path__", [])  # Python asks `from` a package for each name
    room.__getattr__ = absent(name or module, _public(room) if name else ())


def absent(module: str, more: Iterable[str] = ()) -> Callable[[str], NoReturn]:
    """A `__getattr__` for a module."""

    def refuse(name: str) -> NoReturn:
        if name.startswith("_"):  # Python tests whether special attributes exist
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        if f"{module}.{name}" in sys.modules:  # a file: where it is imported, Python finds it there
            raise AttributeError(name)
        asking = sys._getframe(1)
        while asking.f_code.co_name == "__getattr__" and asking.f_back is not None:
            asking = asking.f_back
        # `from package import name` begins there, and would hide an AttributeError later.
        imported = asking.f_code.co_name == "_handle_fromlist"
        if imported and importlib.util.find_spec(f"{module}.{name}"):
            raise AttributeError(name)  # the name of a file, which Python will then import
        raise no_such_name(module, name, more, imported)

    return refuse


def no_such_name(
    module: str, name: str, more: Iterable[str] = (), imported: bool = False
) -> FunclabError:
    """The error for a name that a module does not have."""
    known = sys.modules.get(module)  # a name of Keras is there only after install_as_keras()
    near = close(name, {*(_public(known) if known else ()), *more})
    what = f"module {module!r} has no attribute {name!r}."
    if imported:
        what = f"cannot import name {name!r} from {module!r}."
    fix = ELSEWHERE.get(name) or f"dir({module}) lists what there is."
    others = f"; similar names are {', '.join(near)}." if near else ", nor any similar name."
    why = f"funclab has no {name} there{others}"
    room = "" if name in ELSEWHERE else _room_of(name)
    if room:
        why = f"{name} is in funclab.{room}."
        fix = f"write from funclab.{room} import {name}."
    elif near and name not in ELSEWHERE:
        fix = f"write {module}.{near[0]}, if that is what you mean."
    elif module == "funclab.layers":
        fix += " A layer of your own is a class with `call`, made of funclab.ops."
    return (NoSuchImportError if imported else NoSuchNameError)(what, why=why, fix=fix)


def _room_of(name: str) -> str:
    """The module that has exactly this name; "" if none does."""
    rooms = (room for room in ROOMS if name in _public(importlib.import_module(f"funclab.{room}")))
    return next(rooms, "")


def _public(module: Any) -> list[str]:
    """The public names of a module."""
    own = getattr(module, "__all__", None)
    if own is not None:
        return list(own)
    return [
        name
        for name, value in vars(module).items()
        if name[:1].isalpha() and name != "guard" and _is_own(value)
    ]


def _is_own(value: Any) -> bool:
    return callable(value) and getattr(value, "__module__", "").startswith("funclab.")


def close(name: str, names: Iterable[str]) -> list[str]:
    """Similar names, ignoring case, the likeliest first.

    >>> close("Concatenat", ["Concatenate", "concatenate"])
    ['Concatenate']
    """
    ordered = sorted(names, key=lambda other: (other[:1] == name[:1], other))
    plain = {other.lower().replace("_", ""): other for other in ordered}
    wanted = name.lower().replace("_", "")
    alike = difflib.get_close_matches(wanted, plain, n=3, cutoff=0.75)
    longer = [other for other in plain if len(wanted) > 2 and other.startswith(wanted)]
    return [plain[other] for other in dict.fromkeys([*alike, *longer])][:3]


class NotHere:
    """A method of Keras' objects that those of funclab lack: asking for it says what to write."""

    def __init__(self, why: str, fix: str) -> None:
        self.why, self.fix = why, fix

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> NoReturn:
        raise NoSuchNameError(
            f"{owner.__name__!r} object has no attribute {self.name!r}.", why=self.why, fix=self.fix
        )
