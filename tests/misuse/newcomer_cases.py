"""First steps that go wrong: lines right for arrays, lists or another library; missing names."""

import math
from typing import Any

import numpy as np

import funclab
from funclab import Input, Model, ops
from funclab.layers import LSTM, Add, Attention, Concatenate, Conv2D, Dense, add
from tests.misuse.desk import Desk, Misuse


def stacked(sequences: bool) -> Any:
    """A second LSTM on top of a first one."""

    def line(desk: Desk) -> Any:
        first = LSTM(3, return_sequences=sequences, name="reads")(desk.steps)
        return LSTM(2, name="sums_up")(first)

    return line


def set_element(desk: Desk) -> None:
    desk.left[0] = 1.0  # type: ignore[index]


SYMBOLIC = "symbolic tensor"


def with_own_step(step: str) -> Any:
    """A subclass of Model that overrides a method of training."""

    def line(desk: Desk) -> None:
        methods = {step: lambda self, data: {}} if step else {}
        own = type("Autoencoder", (Model,), methods)(desk.left, desk.a)
        own.compile("sgd", "mse")

    return line


NEWCOMERS = [
    Misuse(
        "a function of one's own that runs the training step",
        with_own_step("make_train_function"),
        ["Autoencoder has a make_train_function() of its own", "train_step(self, data)"],
        with_own_step(""),
    ),
    Misuse(
        "a layer without its size",
        lambda desk: Dense(),
        ["missing 1 required positional argument: 'units'", "Dense(32)"],
        lambda desk: Dense(32),
        (TypeError,),
    ),
    Misuse(
        "a convolution without the size of its windows",
        lambda desk: Conv2D(3),
        [
            "Conv2D.__init__() missing 1 required positional argument: 'kernel_size'",
            "Conv2D(16, 3)",
        ],
        lambda desk: Conv2D(16, 3),
        (TypeError,),
    ),
    Misuse(
        "two tensors side by side in a call",
        lambda desk: Dense(1, name="one")(desk.left, desk.right),
        [
            "takes 2 positional arguments but 3 were given",
            "left[0:0]",
            "right[0:0]",
            "one(concatenate([a, b]))",
        ],
        lambda desk: Dense(1, name="one")(Concatenate()([desk.left, desk.right])),
        (TypeError, ValueError),
    ),
    Misuse(
        "two tensors side by side in the call of a merging layer",
        lambda desk: Add(name="total")(desk.left, desk.right),
        ["takes 2 positional arguments but 3 were given", "square brackets", "total([a, b])"],
        lambda desk: Add(name="total")([desk.left, desk.right]),
        (TypeError, ValueError),
    ),
    Misuse(
        "two tensors side by side in the call of an attention",
        lambda desk: Attention(name="looks")(desk.steps, desk.steps),
        ["takes 2 positional arguments but 3 were given", "looks([a, b])"],
        lambda desk: Attention(name="looks")([desk.steps, desk.steps]),
        (TypeError, ValueError),
    ),
    Misuse(
        "two tensors side by side in the call of a model",
        lambda desk: desk.twins(desk.left, desk.right),
        ["positional arguments", "square brackets", "twins([a, b])"],
        lambda desk: desk.twins([desk.left, desk.right]),
        (TypeError, ValueError),
    ),
    Misuse(
        "two arrays side by side in predict",
        lambda desk: desk.twins.predict(*desk.pair),
        ["batch_size", "in one list: [a, b]"],
        lambda desk: desk.twins.predict(desk.pair, verbose=0),
    ),
    Misuse(
        "a number made of a tensor",
        lambda desk: float(desk.left),
        [
            SYMBOLIC,
            "float() argument must be a string or a real number",
            "model.predict",
            "left",
            "(None, 4)",
        ],
        lambda desk: desk.draft.predict(desk.x, verbose=0),
        (TypeError,),
    ),
    Misuse(
        "a function of numbers given a tensor",
        lambda desk: math.sqrt(desk.left),
        [SYMBOLIC, "float()", "funclab.ops", "left"],
        lambda desk: ops.sqrt(desk.left),
        (TypeError,),
    ),
    Misuse(
        "the length of a tensor",
        lambda desk: len(desk.left),
        ["object of type 'Tensor' has no len()", "x.shape[1]", "left"],
        lambda desk: desk.left.shape[1],
        (TypeError,),
    ),
    Misuse(
        "the array in a tensor",
        lambda desk: desk.left.numpy(),
        ["'Tensor' object has no attribute 'numpy'", "model.predict", "left"],
        lambda desk: desk.draft.predict(desk.x, verbose=0),
        (AttributeError,),
    ),
    Misuse(
        "a method of arrays on a tensor",
        lambda desk: desk.left.transpose(),
        ["has no attribute 'transpose'", "funclab.ops.transpose", "left"],
        lambda desk: ops.transpose(desk.left),
        (AttributeError,),
    ),
    Misuse(
        "an element of a tensor set",
        set_element,
        ["does not support item assignment", "left"],
        lambda desk: ops.where(desk.left > 0, desk.left, 1.0),
        (TypeError,),
    ),
    Misuse(
        "an array made of a tensor",
        lambda desk: np.array(desk.left),
        ["numpy.array was given the symbolic tensor", "model.predict", "left"],
        lambda desk: desk.draft.predict(desk.x, verbose=0),
        (TypeError,),
    ),
    Misuse(
        "two tensors multiplied by NumPy",
        lambda desk: np.multiply(desk.left, desk.left),
        ["numpy.multiply was given the symbolic tensor", "funclab.ops.multiply", "left"],
        lambda desk: np.ones(4, "float32") * desk.left * desk.left,
        (TypeError,),
    ),
    Misuse(
        "a NumPy function that funclab does not have",
        lambda desk: np.linalg.eigvals(desk.left),
        ["numpy.linalg.eigvals was given the symbolic tensor", "left"],
        lambda desk: ops.norm(desk.left),
        (TypeError,),
    ),
    Misuse(
        "a tensor plus a layer",
        lambda desk: desk.left + desk.encoder,
        ["unsupported operand", "call encoder first", "encoder(x)"],
        lambda desk: desk.a + desk.encoder(desk.left),
        (TypeError,),
    ),
    Misuse(
        "a tensor plus a word",
        lambda desk: desk.left + "one",
        ["unsupported operand", "str", "'one'"],
        lambda desk: desk.left + 1,
        (TypeError,),
    ),
    Misuse(
        "a tensor plus numbers of another length",
        lambda desk: desk.left + np.ones(3, "float32"),
        ["incompatible shapes", "(None, 4)", "(3,)"],
        lambda desk: desk.left + np.ones(4, "float32"),
    ),
    Misuse(
        "a layer of a model by its place in square brackets",
        lambda desk: desk.reader[0],
        ["'Functional' object is not subscriptable", "reader.layers[0]", "digit"],
        lambda desk: desk.reader.layers[0],
        (TypeError,),
    ),
    Misuse(
        "a layer taken apart",
        lambda desk: list(desk.encoder),
        ["'Dense' object is not subscriptable", "encoder"],
        lambda desk: desk.a[:, 0],
        (TypeError,),
    ),
    Misuse(
        "the keyword names of the first Keras",
        lambda desk: Model(input=desk.left, output=desk.a),
        [
            "Keyword argument not understood: input, output",
            "Model(inputs=..., outputs=...)",
            "`inputs`",
        ],
        lambda desk: Model(inputs=desk.left, outputs=desk.a),
        (TypeError,),
    ),
    Misuse(
        "the units of the first Keras",
        lambda desk: Dense(output_dim=16),
        [
            "missing 1 required positional argument: 'units'",
            "not understood: output_dim",
            "`units`",
        ],
        lambda desk: Dense(16),
        (TypeError,),
    ),
    Misuse(
        "one keyword name of the first Keras",
        lambda desk: Model(inputs=[desk.left], output=desk.a),
        [
            "missing 1 required positional argument: 'outputs'",
            "not understood: output",
            "`outputs`",
        ],
        lambda desk: Model(inputs=[desk.left], outputs=desk.a),
        (TypeError,),
    ),
    Misuse(
        "a model made of inputs alone",
        lambda desk: Model(desk.left),
        ["missing 1 required positional argument: 'outputs'", "Model"],
        lambda desk: Model(desk.left, desk.a),
        (TypeError,),
    ),
    Misuse(
        "inputs of a model side by side",
        lambda desk: Model(desk.left, desk.right, desk.same),
        ["takes inputs and outputs", "Model(inputs=[left, right], outputs=same)"],
        lambda desk: Model([desk.left, desk.right], desk.same),
        (TypeError, ValueError),
    ),
    Misuse(
        "a node index in quotation marks",
        lambda desk: desk.encoder.get_output_at("1"),
        ["whole number", "without quotation marks", "encoder.get_output_at(1)"],
        lambda desk: desk.encoder.get_output_at(1),
        (TypeError,),
    ),
    Misuse(
        "a second LSTM on the last step of the first",
        stacked(False),
        ["expected ndim=3, found ndim=2", "reads", "sums_up", "LSTM(3, return_sequences=True)"],
        stacked(True),
    ),
    Misuse(
        "plain numbers for a model of several",
        lambda desk: desk.reader.predict(desk.x[:, 0], verbose=0),
        ["expected shape=(None, 4), found shape=(6,)", "Input(shape=(1,))", "pixels", "reader"],
        lambda desk: desk.reader.predict(desk.x, verbose=0),
    ),
    Misuse(
        "an Input without an axis for its one number",
        lambda desk: Dense(2, name="line")(Input(shape=())),
        ["expected min_ndim=2, found ndim=1", "Input(shape=(1,))", "line"],
        lambda desk: Dense(2, name="line")(Input(shape=(1,))),
    ),
    Misuse(
        "images without a channel axis",
        lambda desk: desk.conv(Input(shape=(28, 28))),
        ["expected ndim=4, found ndim=3", "Reshape((28, 28, 1))", "conv"],
        lambda desk: desk.conv(Input(shape=(28, 28, 1))),
    ),
    Misuse(
        "two tensors side by side in a merging function",
        lambda desk: add(desk.left, desk.right),
        [
            "takes 1 positional argument but 2 were given",
            "write add([a, b]), with square brackets",
            "left[0:0]",
            "right[0:0]",
        ],
        lambda desk: add([desk.left, desk.right]),
        (TypeError,),
    ),
    Misuse(
        "a tensor as data",
        lambda desk: desk.reader.predict(desk.left, verbose=0),
        ["The data for pixels are the symbolic tensor", "an array of numbers", "left"],
        lambda desk: desk.reader(desk.left),
        (TypeError, ValueError),
    ),
]


def import_from_layers(name: str) -> Any:
    return lambda desk: exec(f"from funclab.layers import {name}")


MISSING = [
    Misuse(
        "a layer of Keras that is not here",
        lambda desk: funclab.layers.TorchModuleWrapper,
        ["module 'funclab.layers' has no attribute 'TorchModuleWrapper'"],
        lambda desk: dir(funclab.layers),
        (AttributeError,),
    ),
    Misuse(
        "a layer looked for one room too high",
        lambda desk: exec("from funclab import Dense"),
        ["cannot import name 'Dense' from 'funclab'", "from funclab.layers import Dense"],
        lambda desk: exec("from funclab.layers import Dense"),
        (ImportError,),
    ),
    Misuse(
        "a layer misspelled",
        lambda desk: funclab.layers.Densee,
        ["has no attribute 'Densee'", "funclab.layers.Dense"],
        lambda desk: funclab.layers.Dense,
        (AttributeError,),
    ),
    Misuse(
        "a layer misspelled in an import",
        import_from_layers("Densee"),
        ["cannot import name 'Densee' from 'funclab.layers'", "funclab.layers.Dense"],
        import_from_layers("Dense"),
        (ImportError,),
    ),
    Misuse(
        "a function by its name in TensorFlow",
        lambda desk: ops.reduce_mean(desk.left),
        ["module 'funclab.ops' has no attribute 'reduce_mean'", "write funclab.ops.mean"],
        lambda desk: ops.mean(desk.left),
        (AttributeError,),
    ),
    Misuse(
        "keras inside funclab",
        lambda desk: funclab.keras,
        ["module 'funclab' has no attribute 'keras'", "funclab.layers", "install_as_keras"],
        lambda desk: funclab.layers,
        (AttributeError,),
    ),
    Misuse(
        "the backend of old code",
        lambda desk: funclab.K,
        ["has no attribute 'K'", "funclab.ops"],
        lambda desk: funclab.ops,
        (AttributeError,),
    ),
]
