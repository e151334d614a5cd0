"""Wrong uses of layers: arguments, input shapes, merging, weights, configurations."""

import tempfile
from typing import Any

import numpy as np

from funclab import Input, Model
from funclab.layers import (
    LSTM,
    Add,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Permute,
    RepeatVector,
    Reshape,
    Subtract,
    TimeDistributed,
    concatenate,
    dot,
    multiply,
)
from tests.misuse.desk import Chatty, Costly, Desk, Forgetful, Misuse, Polite


def ones(*shapes: tuple[int, ...]) -> list[Any]:
    return [np.ones(shape, "float32") for shape in shapes]


def without_encoder(desk: Desk) -> dict[str, Any]:
    config = desk.twins.get_config()
    kept = [layer for layer in config["layers"] if layer["config"]["name"] != "encoder"]
    return {**config, "layers": kept}


def other_weights(desk: Desk) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk.twins.save_weights(f"{folder}/twins.weights.h5")
        desk.reader.load_weights(f"{folder}/twins.weights.h5")


def own_weights(desk: Desk) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk.reader.save_weights(f"{folder}/reader.weights.h5")
        desk.reader.load_weights(f"{folder}/reader.weights.h5")


LAYERS = [
    Misuse(
        "a convolution on rows of numbers",
        lambda desk: desk.conv(desk.left),
        [
            "is incompatible with the layer: expected ",
            "ndim=4, found ndim=2",
            "Full shape received",
            "conv",
            "(None, 4)",
        ],
        lambda desk: desk.conv(desk.image),
    ),
    Misuse(
        "a shared layer on another number of features",
        lambda desk: desk.encoder(desk.long),
        ["expected axis -1 of input shape to have value 4", "(None, 7)", "encoder", "Dense"],
        lambda desk: desk.encoder(Dense(4)(desk.long)),
    ),
    Misuse(
        "an LSTM without a time axis",
        lambda desk: LSTM(2, name="memory")(desk.left),
        ["expected ndim=3, found ndim=2", "memory", "(None, 4)"],
        lambda desk: LSTM(2, name="memory")(desk.steps),
    ),
    Misuse(
        "adding tensors of two lengths",
        lambda desk: Add(name="total")([desk.left, desk.long]),
        ["Inputs have incompatible shapes", "total", "(None, 4)", "(None, 7)"],
        lambda desk: Add(name="total")([desk.left, Dense(4)(desk.long)]),
    ),
    Misuse(
        "adding one tensor",
        lambda desk: Add(name="total")(desk.left),
        ["should be called on a list of", "total"],
        lambda desk: Add(name="total")([desk.left, desk.right]),
    ),
    Misuse(
        "subtracting three tensors",
        lambda desk: Subtract(name="gap")([desk.left, desk.right, desk.left]),
        ["exactly 2 inputs", "gap", "3"],
        lambda desk: Subtract(name="gap")([desk.left, desk.right]),
    ),
    Misuse(
        "joining tensors that differ beside the joined axis",
        lambda desk: Concatenate(name="both")([desk.left, desk.steps]),
        ["inputs with matching shapes except for the concat", "both", "(None, 4)", "(None, 5, 4)"],
        lambda desk: Concatenate(name="both")([desk.left, Flatten()(desk.steps)]),
    ),
    Misuse(
        "a reshape that loses numbers",
        lambda desk: Reshape((3, 3), name="square")(desk.left),
        ["otal size of", "must be unchanged", "square", "(None, 4)", "(3, 3)"],
        lambda desk: Reshape((2, 2), name="square")(desk.left),
    ),
    Misuse(
        "a keyword that a layer does not have",
        lambda desk: Dense(4, activaton="relu"),
        [
            "Unrecognized keyword arguments passed to Dense",
            "eyword argument not understood",
            "activaton",
            "did you mean activation",
        ],
        lambda desk: Dense(4, activation="relu"),
        (TypeError, ValueError),
    ),
    Misuse(
        "an argument of the call, given to the layer",
        lambda desk: LSTM(2, initial_state=[desk.a, desk.b]),
        ["eyword argument not understood", "LSTM(...)(x, initial_state=...)"],
        lambda desk: LSTM(3)(desk.steps, initial_state=[desk.a, desk.b]),
        (TypeError, ValueError),
    ),
    Misuse(
        "an argument of the layer, given to the call",
        lambda desk: Dense(4)(desk.left, activation="relu"),
        ["unexpected keyword argument 'activation'", "Dense(..., activation=...)(x)"],
        lambda desk: Dense(4, activation="relu")(desk.left),
        (TypeError, ValueError),
    ),
    Misuse(
        "tensors to join, one by one",
        lambda desk: concatenate(desk.a, desk.b),
        ["one by one", "concatenate([a, b])", "square brackets"],
        lambda desk: concatenate([desk.a, desk.b]),
        (TypeError, ValueError),
    ),
    Misuse(
        "tensors to multiply in a function whose layer has a name of its own",
        lambda desk: multiply(desk.a, desk.b),
        ["multiply was given its inputs one by one", "write multiply([a, b])"],  # not multiply_1
        lambda desk: multiply([desk.a, desk.b]),
        (TypeError, ValueError),
    ),
    Misuse(
        "tensors of a dot product, one by one",
        lambda desk: dot(desk.a, desk.b),
        ["dot was given its inputs one by one", "write dot([a, b])"],
        lambda desk: dot([desk.a, desk.b], axes=1),
        (TypeError, ValueError),
    ),
    Misuse(
        "an activation misspelled",
        lambda desk: Dense(4, activation="rellu"),
        [
            "Unknown activation function",
            "Could not interpret activation function identifier",
            "rellu",
            "relu",
        ],
        lambda desk: Dense(4, activation="relu"),
    ),
    Misuse(
        "an initializer misspelled",
        lambda desk: Dense(4, kernel_initializer="glorot"),
        ["Could not interpret initializer identifier", "glorot_uniform"],
        lambda desk: Dense(4, kernel_initializer="glorot_uniform"),
    ),
    Misuse(
        "fewer than no units",
        lambda desk: Dense(-3),
        ["Received an invalid value for `units`", "expected a positive integer", "-3"],
        lambda desk: Dense(3),
    ),
    Misuse(
        "units in quotation marks",
        lambda desk: Dense("64"),
        ["Received an invalid value for `units`", "expected a positive integer", "'64'"],
        lambda desk: Dense(64),
        (ValueError, TypeError),
    ),
    Misuse(
        "dropping more than everything",
        lambda desk: Dropout(1.5),
        ["Invalid value received for argument `rate`", "1.5"],
        lambda desk: Dropout(0.5),
    ),
    Misuse(
        "features of unknown length into a Dense",
        lambda desk: Dense(2, name="top")(Input(shape=(None,), name="rows")),
        ["last dimension", "should be defined", "None", "top", "Dense"],
        lambda desk: Dense(2, name="top")(Input(shape=(3,), name="rows")),
    ),
    Misuse(
        "an Input without a shape",
        lambda desk: Input(name="rows"),
        ["You must pass a `shape` argument", "rows"],
        lambda desk: Input(shape=(3,), name="rows"),
    ),
    Misuse(
        "a filter larger than the image",
        lambda desk: Conv2D(2, 9, name="wide")(desk.image),
        ["output size would be", "negative", "wide", "(None, 6, 6, 1)"],
        lambda desk: Conv2D(2, 9, padding="same", name="wide")(desk.image),
    ),
    Misuse(
        "a padding misspelled",
        lambda desk: Conv2D(2, 3, padding="sam"),
        ["`padding` argument must be", "same", "valid"],
        lambda desk: Conv2D(2, 3, padding="same"),
    ),
    Misuse(
        "axes that are not an order of the axes",
        lambda desk: Permute((1, 3), name="turn")(desk.steps),
        ["Invalid permutation argument `dims`", "(1, 3)"],
        lambda desk: Permute((2, 1), name="turn")(desk.steps),
    ),
    Misuse(
        "repeating what has a time axis already",
        lambda desk: RepeatVector(3, name="again")(desk.steps),
        ["expected ndim=2, found ndim=3", "again", "(None, 5, 4)"],
        lambda desk: RepeatVector(3, name="again")(desk.left),
    ),
    Misuse(
        "every time step of something without time",
        lambda desk: TimeDistributed(Dense(2), name="each")(desk.left),
        ["at least 3 dimensions", "each", "(None, 4)"],
        lambda desk: TimeDistributed(Dense(2), name="each")(desk.steps),
    ),
    Misuse(
        "too few weights set",
        lambda desk: desk.encoder.set_weights(ones((4, 3))),
        [
            'You called `set_weights(weights)` on layer "encoder" with a weight list of length 1, '
            "but the layer was expecting 2 weights.",
            "encoder/kernel",
            "encoder/bias",
        ],
        lambda desk: desk.encoder.set_weights(ones((4, 3), (3,))),
    ),
    Misuse(
        "weights of another shape set",
        lambda desk: desk.encoder.set_weights(ones((4, 3), (5,))),
        ["Layer weight shape (3,) not compatible with provided weight shape (5,)", "encoder/bias"],
        lambda desk: desk.encoder.set_weights(ones((4, 3), (3,))),
    ),
    Misuse(
        "counting weights that are not made yet",
        lambda desk: desk.spare.count_params(),
        ["You tried to call `count_params` on", "isn't built", "spare"],
        lambda desk: (desk.spare(desk.left), desk.spare.count_params()),
    ),
    Misuse(
        "a layer name with a slash",
        lambda desk: Dense(2, name="left/eye"),
        ["must be a", "string", "`/`", "left/eye"],
        lambda desk: Dense(2, name="left_eye"),
    ),
    Misuse(
        "a layer of one's own without super init",
        lambda desk: Forgetful(3)(desk.left),
        ["did not call", "super().__init__()", "Forgetful"],
        lambda desk: Polite(name="polite")(desk.left),
        (TypeError, ValueError),
    ),
    Misuse(
        "a layer of one's own that returns a word",
        lambda desk: Chatty(name="chatty")(desk.left),
        ["operation outputs must be tensors", "chatty", "done"],
        lambda desk: Polite(name="polite")(desk.left),
    ),
    Misuse(
        "a loss that a layer makes of a tensor around it",
        lambda desk: Costly(Input((4,)), name="costly")(desk.left),
        ["costly", "operation outputs must be tensors", "pass that tensor to costly as an input"],
        lambda desk: Costly(None, name="costly")(desk.left),
    ),
    Misuse(
        "a configuration in which a layer is missing",
        lambda desk: Model.from_config(without_encoder(desk)),
        ["Improperly formatted model config", "disconnected nodes", "Missing node", "encoder"],
        lambda desk: Model.from_config(desk.twins.get_config()),
    ),
    Misuse("weights of another model loaded", other_weights, ["eights", "reader"], own_weights),
]
