"""Methods that layers and models had in Keras 2; `give_old_methods` adds them."""

from __future__ import annotations

import functools
import inspect
from itertools import chain
from typing import Any

import numpy as np

from funclab import initializers
from funclab.callbacks import Callback, ModelCheckpoint
from funclab.errors import suggest
from funclab.graph import structure
from funclab.graph.operation import placeholder
from funclab.graph.shape_math import Array
from funclab.graph.tape import Tape, current_tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.keras2 import closures
from funclab.keras2.compiled import CompiledLoss, CompiledMetrics
from funclab.keras2.functions import value_of
from funclab.keras2.spelling import spelled
from funclab.layers.base import Layer
from funclab.layers.checks import positive
from funclab.layers.weights import Weighted
from funclab.models import Functional, Model, Sequential
from funclab.optimizers import Optimizer
from funclab.training.data.streams import is_stream

fit, fit_generator, compile = Model.fit, Model.fit_generator, Model.compile


# Sequential.
def predict_proba(model: Model, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Array:
    """The outputs for data, as `predict` gives them."""
    return model.predict(x, batch_size=batch_size, verbose=verbose)


def predict_classes(model: Model, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Array:
    """The class of each sample: the most likely or, for a single output, whether it is above 0.5.

    Shapes: outputs (n, classes) -> (n,); (n, 1) -> (n, 1).
    """
    chances = model.predict(x, batch_size=batch_size, verbose=verbose)
    return chances.argmax(-1) if chances.shape[-1] > 1 else (chances > 0.5).astype("int32")


# Model.
def reset_states(model: Model) -> None:
    """Forget the states of all layers with `stateful=True`."""
    for layer in model.layers:
        getattr(layer, "reset_states", lambda: None)()


@functools.wraps(compile)
def compile_finding(model: Model, *args: Any, **kwargs: Any) -> None:
    """`compile`, where losses and metrics may use tensors of the model, and the third argument may
    be the metrics, as in Keras 2."""
    if len(args) > 2 and any(not suggest.is_number(part) for part in structure.flatten(args[2])):
        weights = args[3:4] or (kwargs.pop("loss_weights", None),)
        args, kwargs = (*args[:2], *weights), {**kwargs, "metrics": args[2]}
    arguments = inspect.signature(compile).bind(model, *args, **kwargs).arguments
    arguments |= arguments.pop("others", {})
    for name in ("loss", "metrics"):
        if name in arguments:
            arguments[name] = closures.given_tensors(arguments[name])
    compile(**arguments)


@functools.wraps(fit)
def fit_telling(model: Model, *args: Any, **kwargs: Any) -> Any:
    """`fit`, where callbacks find the validation data in `self.validation_data`."""
    arguments = inspect.signature(fit).bind(model, *args, **kwargs).arguments
    data, fraction = arguments.get("validation_data"), arguments.get("validation_split")
    if data is None and fraction and not is_stream(arguments.get("x")):
        parts = [arguments.get(name) for name in ("x", "y", "sample_weight")]
        data = structure.map_structure(lambda array: last(array, fraction), parts)
    tell(model, data, arguments.get("callbacks"))
    return fit(model, *args, **kwargs)


def last(array: Any, fraction: float) -> Any:
    return None if array is None else array[int(len(array) * (1 - fraction)) :]


def tell(model: Any, data: Any, callbacks: Any) -> None:
    """Give the model and its callbacks the validation data: inputs, targets and a weight
    for each sample and output, in one list, as in Keras 2; a stream of batches as it is."""
    if isinstance(data, (list, tuple)):
        x, y, weight = (*data, None, None)[:3]
        y = [part for part in structure.flatten(y) if part is not None]
        full = [np.ones(len(part), "float32") for part in y]
        data = [*structure.flatten(x), *y, *(full if weight is None else structure.as_list(weight))]
    model.validation_data = data
    for callback in structure.as_list(callbacks or []):
        if isinstance(callback, Callback):  # `fit` refuses all else
            vars(callback)["validation_data"] = data


@functools.wraps(fit_generator)
def fit_generator_telling(model: Model, *args: Any, **kwargs: Any) -> Any:
    """`fit_generator`, with the same for callbacks."""
    arguments = inspect.signature(fit_generator).bind(model, *args, **kwargs).arguments
    tell(model, arguments.get("validation_data"), arguments.get("callbacks"))
    return fit_generator(model, *args, **kwargs)


COUNTS = {
    "samples_per_epoch": "generator",
    "val_samples": "generator",
    "nb_val_samples": "validation_data",
}
"""Arguments of Keras 1 that count samples instead of batches, and the data they refer to."""


def counting(function: Any) -> Any:
    """A method for generators that also takes Keras 1's numbers of samples."""
    new = spelled(function)

    @functools.wraps(function)
    def counted(model: Model, generator: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs["generator"] = generator
        for name, source in COUNTS.items():
            if name in kwargs and isinstance(kwargs.get(source), (tuple, list, type(None))):
                del kwargs[name]
            elif name in kwargs:
                kwargs[source], kwargs[name] = in_batches(kwargs[source], kwargs[name])
        return new(model, kwargs.pop("generator"), *args, **kwargs)

    return counted


def in_batches(generator: Any, samples: int) -> tuple[Any, int]:
    """A generator from its start, and how many of its batches hold this number of samples."""
    size = getattr(generator, "batch_size", None)
    if size is None and hasattr(generator, "__next__"):
        first = next(generator)
        size = len(structure.flatten(first)[0])
        generator = chain([first], generator)
    elif size is None:
        size = len(structure.flatten(generator[0])[0])
    return generator, -(-samples // size)


def indices_of_ends(side: str, kind: str, model: Model) -> list[int]:
    """For each input or output of a model, which node of its layer, or which tensor of it."""
    tensors = getattr(model, f"{side}s")
    return [getattr(tensor._keras_history, f"{kind}_index") for tensor in tensors]


# Layer.
def recorded(layer: Any, inputs: Any = None) -> Tape:
    """What the layer does in training besides its output, in its calls on these inputs (or all)."""
    wanted = {id(tensor) for tensor in structure.as_list(inputs)}
    with Tape(training=True) as tape:
        for node in layer.inbound_nodes:
            tensors = node.input_tensors
            if not node.is_input and (inputs is None or wanted & set(map(id, tensors))):
                args, kwargs = node.arguments.fill_in({x: placeholder(x) for x in tensors})
                layer(*args, **kwargs)
    return tape


def get_updates_for(layer: Any, inputs: Any) -> list[Any]:
    """The calls by which training changes state, such as moving means, for these inputs; for None
    there are none, since every such call depends on inputs."""
    calls = [] if inputs is None else recorded(layer, inputs).updates
    return [call for call in calls if call.inputs[call.op.mutates[0]].dtype != "uint64"]


def get_losses_for(layer: Any, inputs: Any) -> list[Any]:
    """What the layer adds to the loss for these inputs; for None, the penalties of its weights."""
    return layer.losses if inputs is None else recorded(layer, inputs).losses


def updates(layer: Any) -> list[Any]:
    """The calls by which training changes state."""
    every = [x for node in layer.inbound_nodes[:1] for x in node.input_tensors]
    return get_updates_for(layer, every) if every else []


def add_update(layer: Any, updates: Any, inputs: Any = None) -> None:
    """Let training change state: results of K.update, or pairs (variable, value)."""
    from funclab.keras2 import backend

    several = updates if isinstance(updates, list) else [updates]
    for pair in several:
        if isinstance(pair, tuple):
            backend.update(*pair)


def adding(add_loss: Any) -> Any:
    """`add_loss`, which in Keras 2 took several losses, and the inputs they depend on."""

    def add_losses(layer: Any, losses: Any, inputs: Any = None) -> None:
        """Add to the training loss: inside `call`, one or several values; to a model, a tensor."""
        for loss in structure.as_list(losses):
            if isinstance(loss, Tensor) and current_tape().scope:
                loss = closures.value_of(loss)
            if loss is not None:  # None while the model around the layer is not computed
                add_loss(layer, loss)

    return add_losses


def set_trainable_weights(layer: Any, weights: Any) -> None:
    """Let training change these variables, as layers of Keras 1 set them in `build`."""
    for variable in weights:
        variable.trainable = True
        if not any(variable is known for known in layer.weights):
            layer._own_weights.append(variable)


# ModelCheckpoint.
def with_period(init: Any) -> Any:
    """A constructor that also takes how many epochs there are from one file to the next."""

    @functools.wraps(init)
    def made(callback: Any, *args: Any, period: int = 1, **kwargs: Any) -> None:
        init(callback, *args, **kwargs)
        callback.period = positive("period", period)

    return made


def at_periods(on_epoch_end: Any) -> Any:
    """The method, called at the end of each period."""

    @functools.wraps(on_epoch_end)
    def ended(callback: Any, epoch: int, logs: Any = None) -> None:
        if (epoch + 1) % callback.period == 0:
            on_epoch_end(callback, epoch, logs)

    return ended


METHODS: dict[Any, dict[str, Any]] = {
    Layer: {
        "updates": property(updates),
        "add_loss": adding(Layer.add_loss),
        "add_update": add_update,
        "get_updates_for": get_updates_for,
        "get_losses_for": get_losses_for,
        "uses_learning_phase": property(lambda self: self.uses_training),
        "trainable_weights": Weighted.trainable_weights.setter(set_trainable_weights),
    },
    Model: {
        "fit": spelled(fit_telling),
        "fit_generator": counting(fit_generator_telling),
        "evaluate_generator": counting(Model.evaluate_generator),
        "predict_generator": counting(Model.predict_generator),
        "compile": spelled(compile_finding),
        "evaluate": spelled(Model.evaluate),
        "reset_states": reset_states,
        "compiled_loss": property(CompiledLoss),
        "compiled_metrics": property(CompiledMetrics),
    },
    Variable: {"get_shape": lambda variable: variable.shape},  # as tf.Variable has it
    Functional: {"add_loss": adding(Functional.add_loss)}
    | {
        f"{side}_layers_{kind}_indices": property(functools.partial(indices_of_ends, side, kind))
        for side in ("input", "output")
        for kind in ("node", "tensor")
    },
    ModelCheckpoint: {
        "__init__": with_period(ModelCheckpoint.__init__),
        "on_epoch_end": at_periods(ModelCheckpoint.on_epoch_end),
    },
    Optimizer: {"decay": property(lambda self: getattr(self.schedule, "decay_rate", 0.0))},
    Sequential: {"predict_proba": predict_proba, "predict_classes": predict_classes},
}


def evaluated(function: Any) -> Any:
    """A user's initializer, which may use functions of K, made to return arrays."""
    if not inspect.isfunction(function):
        return function
    return functools.wraps(function)(lambda *args, **kwargs: value_of(function(*args, **kwargs)))


def give_old_methods() -> None:
    """Give layers and models the methods they had in Keras 2."""
    get_initializer = initializers.get
    initializers.get = lambda identifier: evaluated(get_initializer(identifier))
    for cls, methods in METHODS.items():
        for name, method in methods.items():
            setattr(cls, name, method)
