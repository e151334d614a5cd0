"""`import tensorflow as tf`, for notebooks that use Keras, pipelines and functions of tensors.

The modules are those of tensorflow_names.toml, whose rows become functions when they are first
asked for; what else TensorFlow has is an error that says what to use instead.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import importlib.util
import inspect
import sys
import tomllib
import types
from collections.abc import Callable, Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import numpy as np

from funclab import ops, utils
from funclab.engine.gradient_tape import GradientTape
from funclab.errors import ArgumentError, FunclabError, GraphError, NoSuchNameError, OutOfDataError
from funclab.errors.missing_names import ELSEWHERE, close
from funclab.graph import structure
from funclab.graph.array import as_array
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.keras2 import tensorflow_functions, tensorflow_inputs
from funclab.keras2.tensorflow_shapes import TensorShape, give_shapes
from funclab.keras2.tensorflow_texts import MOVERS, is_text, moved
from funclab.keras2.tensorflow_variable import TensorFlowModule, TensorFlowVariable
from funclab.utils import data
from funclab.utils.elements import element
from funclab.utils.specs import TensorSpec

NO_TENSORFLOW = "tensorboard.compat.notf"
"""The module by which tensorboard is told to work without TensorFlow."""
OF_KERAS = ("initializers", "losses", "metrics", "optimizers")
"""The modules of Keras that are also `tf`'s own."""
VERSION = "2.20.0+funclab"
"""New enough for programs that ask, `tf.__version__ >= "2.8"`, with the origin in sight."""


class DType(str):
    """A dtype, which is its name wherever one is asked for."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return str(self)

    @property
    def as_numpy_dtype(self) -> Any:
        return np.dtype("object" if self == "string" else self).type

    @property
    def is_floating(self) -> bool:
        return self.startswith("float")

    @property
    def is_integer(self) -> bool:
        return "int" in self

    @property
    def limits(self) -> tuple[Any, Any]:
        """The least and the greatest number."""
        limits = np.finfo(self) if self.is_floating else np.iinfo(self)
        return limits.min, limits.max

    @property
    def min(self) -> Any:
        return self.limits[0]

    @property
    def max(self) -> Any:
        return self.limits[1]

    def __repr__(self) -> str:
        return f"tf.{self}"


DTYPES = (
    *("float16", "float32", "float64", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64", "bool", "string"),
)


def function(func: Any = None, **settings: Any) -> Any:
    """The function as it is: there is nothing to compile. `settings` are not used."""
    if func is None:
        return function
    if isinstance(func, types.FunctionType):
        vars(func)["python_function"] = func  # what was decorated, in TensorFlow
    return func


class AnyTensor(type):
    """What makes `isinstance(x, tf.Tensor)` true of arrays and of tensors in a graph."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, Tensor | Value | np.ndarray)


class TensorType(metaclass=AnyTensor):
    """`tf.Tensor`, for `isinstance` and annotations."""


@contextlib.contextmanager
def scope(*args: Any, **settings: Any) -> Iterator[None]:
    """A `with` block that changes nothing: there is one device and no graph to name parts of."""
    yield


def numpy_function(func: Any, inp: Any, Tout: Any = None, **settings: Any) -> Any:
    """The function of the arrays; `Tout` is the dtype of what it returns, or several."""
    made = func(*map(np.asarray, inp))
    if isinstance(Tout, list | tuple):
        return [ops.convert_to_tensor(x, str(t)) for x, t in zip(made, Tout, strict=True)]
    return made if Tout is None else ops.convert_to_tensor(made, str(Tout))


def shown(*inputs: Any, output_stream: Any = None, sep: str = " ", end: str = "\n") -> None:
    """Prints numbers; `output_stream` is a file, or None for where errors go in TensorFlow."""
    stream = output_stream if hasattr(output_stream, "write") else sys.stdout
    builtins.print(*inputs, sep=sep, end=end, file=stream)


KINDS = {
    **{name: DType(name) for name in DTYPES},
    "as_dtype": lambda name: DType(np.dtype(name).name),
}
OBJECTS: dict[str, dict[str, Any]] = {
    "tf": {
        **KINDS,
        "double": DType("float64"),
        "Variable": TensorFlowVariable,
        "Module": TensorFlowModule,
        "Tensor": TensorType,
        "function": function,
        "TensorSpec": TensorSpec,
        "TensorShape": TensorShape,
        "newaxis": None,
        "device": scope,
        "name_scope": scope,
        "control_dependencies": scope,
        "init_scope": scope,
        "numpy_function": numpy_function,
        "py_function": numpy_function,
        "print": shown,
        "executing_eagerly": lambda: True,
        "no_op": lambda: None,
        "__version__": VERSION,
        "group": lambda *inputs: None,
        "data": data,
        "GradientTape": GradientTape,
        "custom_gradient": ops.custom_gradient,
        "UnconnectedGradients": types.SimpleNamespace(NONE="none", ZERO="zero"),
    },
    "tf.random": {"set_seed": utils.set_random_seed, "Generator": tensorflow_inputs.Generator},
    "tf.version": {"VERSION": VERSION},
    "tf.image": {
        "ResizeMethod": types.SimpleNamespace(
            **{name.upper(): name for name in tensorflow_inputs.METHODS}, NEAREST_NEIGHBOR="nearest"
        )
    },
    "tf.dtypes": KINDS,
    "tf.errors": {
        "InvalidArgumentError": FunclabError,
        "OpError": FunclabError,
        "OutOfRangeError": OutOfDataError,
    },
}
"""What is not a function of tensors."""


@functools.cache
def table() -> dict[str, dict[str, str]]:
    """The rows of tensorflow_names.toml by module."""
    text = Path(__file__).with_name("tensorflow_names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def own(module: str) -> dict[str, str]:
    """The row of each function in the table of a module: "(x) = abs(x)"."""
    found = {}
    for signature, body in table().get(module, {}).items():
        name, _, parameters = signature.partition("(")
        found[name] = f"({parameters} = {body}"
    return found


@functools.cache
def rows(module: str) -> dict[str, str]:
    """The rows of a module, and those that it shares with others."""
    found = dict(own(module))
    for line in table()["also"].get(module, ()):
        other, _, names = line.partition(": ")
        found |= {name: own(other)[name] for name in names.split()}
    return found


class Module(types.ModuleType):
    """A module of TensorFlow: `tf`, `tf.math` and so on."""

    def __init__(self, name: str) -> None:
        super().__init__(name, __doc__)
        self.__path__ = []
        path = name.partition(".")[2]
        self._name, self._key = f"tf.{path}".rstrip("."), path or "tf"

    def __getattr__(self, name: str) -> Any:
        objects = OBJECTS.get(self._name, {})
        if name in objects:
            return objects[name]
        if name.startswith("_"):
            raise AttributeError(name)
        if name in rows(self._key):
            made = compiled(f"{self._name}.{name}", rows(self._key)[name])
            setattr(self, name, made)
            return made
        if self._key == "tf" and name in OF_KERAS:
            return importlib.import_module(f"keras.{name}")
        if is_module(f"{self.__name__}.{name}"):
            return importlib.import_module(f"{self.__name__}.{name}")
        raise self._absent(name)

    def __dir__(self) -> list[str]:
        inner = {key.partition(".")[0] for key in MODULES} if self._key == "tf" else set()
        inner |= {*OF_KERAS} if self._key == "tf" else set()
        return sorted({*OBJECTS.get(self._name, {}), *rows(self._key), *inner})

    def _absent(self, name: str) -> NoSuchNameError:
        elsewhere = table()["elsewhere"].get(name) or ELSEWHERE.get(name)
        near = close(name, dir(self))
        here = f"write keras.ops.{name}." if hasattr(ops, name) else None
        alike = f"write {self._name}.{near[0]}, if that is what you mean." if near else None
        return NoSuchNameError(
            f"module 'tensorflow{self._name[2:]}' has no attribute {name!r}.",
            why="after install_as_keras(tensorflow=True), tensorflow is funclab, which has "
            "tensorflow.keras, tensorflow.data and some 250 functions of tensors.",
            fix=here
            or elsewhere
            or alike
            or f"functions of tensors are in keras.ops; "
            f"dir({self._name}) lists what there is here.",
        )


def with_numpy(x: Any) -> Any:
    """An array with `numpy()`; anything else as it is."""
    if isinstance(x, np.ndarray) and x.dtype.kind in "OU":
        return element(x)
    return as_array(x) if type(x) is np.ndarray else x


def compiled(name: str, row: str) -> Callable[..., Any]:
    """The function of a row, with TensorFlow's signature.

    Its expression is this project's own text, never a user's.
    """
    parameters, _, body = row.partition(") = ")
    names = {**vars(ops), **vars(tensorflow_functions), **vars(tensorflow_inputs)}
    run = eval(f"lambda {parameters[1:]}: {body}", names)
    signature = inspect.signature(run)
    moves = name.rpartition(".")[2] in MOVERS and not name.startswith("tf.strings")

    @functools.wraps(run)
    def called(*args: Any, **settings: Any) -> Any:
        settings.pop("name", None)
        try:
            signature.bind(*args, **settings)
        except TypeError as error:
            raise ArgumentError(
                f"{name}: {error}.",
                why=f"here it is {name}{signature}.",
                fix="leave out what it does not take, or write it with keras.ops.",
            ) from None
        if moves and any(map(is_text, structure.flatten([args, settings]))):
            return structure.map_structure(with_numpy, moved(run, args, settings))
        made = run(*args, **settings)
        if isinstance(made, tensorflow_inputs.Rows):
            return tensorflow_inputs.Rows(structure.map_structure(with_numpy, [*made]))
        return structure.map_structure(with_numpy, made)

    called.__name__ = called.__qualname__ = name.rpartition(".")[2]
    called.__doc__ = f"{name} of the stand-in for TensorFlow: {body} in funclab.ops."
    return called


REAL = {"tensorflow.data": data, "tensorflow.data.experimental": data.experimental}
"""Modules that are funclab's own, as `from tensorflow.data import Dataset` looks for them."""
MODULES = sorted({*table(), *(key[3:] for key in OBJECTS)} - {"", "tf", "also", "elsewhere"})


def is_module(name: str) -> bool:
    """Whether this is the stand-in's, or one of Keras under TensorFlow's name."""
    if name.startswith("tensorflow.keras"):
        return importlib.util.find_spec(name.removeprefix("tensorflow.")) is not None
    path = name.removeprefix("tensorflow.")
    return name in ("tensorflow", *REAL) or any(f"{key}.".startswith(f"{path}.") for key in MODULES)


class Finder(MetaPathFinder, Loader):
    """Finds `tensorflow`, and the modules of `tensorflow.keras`, which are those of `keras`."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name == NO_TENSORFLOW or (name.partition(".")[0] == "tensorflow" and is_module(name)):
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        if spec.name in REAL:
            return REAL[spec.name]
        if spec.name.startswith("tensorflow.keras"):
            return importlib.import_module(spec.name.removeprefix("tensorflow."))
        return types.ModuleType(spec.name) if spec.name == NO_TENSORFLOW else Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to do: the module is complete when it is made."""


def install() -> None:
    """From now on, in this process, `import tensorflow` gives the stand-in.

    Raises: GraphError when there is a real TensorFlow, which must not be hidden.
    """
    if any(isinstance(finder, Finder) for finder in sys.meta_path):
        return
    if importlib.util.find_spec("tensorflow") is not None:
        raise GraphError(
            "TensorFlow is installed, so funclab does not stand for it.",
            why="other libraries would get funclab in its place.",
            fix="leave out tensorflow=True, and write `from keras` for `from tensorflow.keras`.",
        )
    give_shapes()
    sys.meta_path.insert(0, Finder())
