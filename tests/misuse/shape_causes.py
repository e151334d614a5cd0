"""Shapes: of inputs, of data, of targets, and of what is merged."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from funclab import Input, Model
from funclab.layers import (
    LSTM,
    Add,
    Average,
    Concatenate,
    Conv1D,
    Conv2D,
    Dense,
    Dot,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
    Multiply,
    RepeatVector,
    Reshape,
    Subtract,
    TimeDistributed,
    UpSampling2D,
    ZeroPadding2D,
)  # fmt: skip
from funclab.losses import SparseCategoricalCrossentropy
from tests.misuse.causes import (
    CLASSES,
    ONE_HOT,
    YES_NO,
    Cause,
    N,
    fit,
    merge,
    ones,
    predict,
    remember,
)  # fmt: skip
from tests.misuse.desk import Desk

V = ValueError
RNG = np.random.default_rng(0)
DENSE = [partial(Dense, 3)]
FLAT = [Flatten, partial(Dense, 3)]
SOFT = partial(Dense, 3, activation="softmax", name="digit")
YES = partial(Dense, 1, activation="sigmoid", name="digit")
SCCE, CCE, BCE = (
    "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy",
)  # fmt: skip
FOUND = "is incompatible with the layer: expected shape="
NDIM = "is incompatible with the layer: expected "
CONCAT = "requires inputs with matching shapes except for the concat axis"
SUM = "Inputs have incompatible shapes"
TARGET = "You are passing a target array of shape"
RANGE = "a label value outside the valid range"


def two(order: list[int], by_key: bool = False) -> Any:
    """Data for two inputs, left (4 numbers) and right (7), in an order."""

    def line(desk: Desk) -> Any:
        left, right = Input(shape=(4,), name="left"), Input(shape=(7,), name="right")
        model = remember(desk, Model([left, right], Dense(1)(Concatenate()([left, right]))))
        model.compile("sgd", "mse")
        arrays = [ones(4), ones(7)]
        x: Any = [arrays[i] for i in order]
        x = dict(zip(["left", "right"], x, strict=True)) if by_key else x
        return model.fit(x, ones(1), verbose=0)

    return line


def two_outputs(order: list[int], by_key: bool = False) -> Any:
    """Targets for two outputs, age (a number) and kind (3 classes), in an order."""

    def line(desk: Desk) -> Any:
        x = Input(shape=(4,))
        kind = Dense(3, activation="softmax", name="kind")(x)
        model = remember(desk, Model(x, [Dense(1, name="age")(x), kind]))
        model.compile("sgd", ["mse", CCE])
        arrays = [ones(1), ONE_HOT]
        y: Any = [arrays[i] for i in order]
        y = dict(zip(["age", "kind"], y, strict=True)) if by_key else y
        return model.fit(ones(4), y, verbose=0)

    return line


INPUTS = [
    Cause("Input with the number of images in front, and flat rows as data",
          "the shape of one row", fit((N, 4), DENSE, "mse", ones(4), ONE_HOT), V, FOUND,
          "Input(shape=(4,))", fit((4,), DENSE, "mse", ones(4), ONE_HOT)),
    Cause("Input with the batch size in front, and more rows as data", "the shape of one row",
          fit((32, 4), DENSE, "mse", ones(4), ONE_HOT), V, FOUND, "Input(shape=(4,))",
          fit((4,), DENSE, "mse", ones(4), ONE_HOT)),
    Cause("Input with None for the batch", "the shape of one row",
          fit((None, 4), DENSE, "mse", ones(4), ONE_HOT), V, FOUND, "Input(shape=(4,))",
          fit((4,), DENSE, "mse", ones(4), ONE_HOT)),
    Cause("Input with None for the batch, read by a convolution", "the shape of one image",
          lambda desk: Conv2D(2, 3)(Input(shape=(None, 28, 28, 1))), V, "expected ndim=4, found "
          "ndim=5", "Input(shape=(28, 28, 1))", lambda desk: Conv2D(2, 3)(Input((28, 28, 1)))),
    Cause("Input with the number of images, read by a convolution", "the shape of one image",
          lambda desk: Conv2D(2, 3)(Input(shape=(32, 28, 28, 1))), V, "expected ndim=4, found "
          "ndim=5", "Input(shape=(28, 28, 1))", lambda desk: Conv2D(2, 3)(Input((28, 28, 1)))),
    Cause("Input with the batch, read by an LSTM", "the shape of one sequence",
          lambda desk: LSTM(2)(Input(shape=(32, 5, 4))), V, "expected ndim=3, found ndim=4",
          "Input(shape=(5, 4))", lambda desk: LSTM(2)(Input(shape=(5, 4)))),
    Cause("one image to predict", "a batch of one image",
          predict((8, 8, 1), FLAT, ones(8, 8, 1)[0]), V, FOUND, "x[None]",
          predict((8, 8, 1), FLAT, ones(8, 8, 1)[0][None])),
    Cause("one gray image without a channel to predict", "a batch of one image",
          predict((8, 8, 1), FLAT, ones(8, 8)[0]), V, FOUND, "x[None]",
          predict((8, 8, 1), FLAT, ones(8, 8)[0][None])),
    Cause("one sequence to predict", "a batch of one sequence",
          predict((5, 4), [partial(LSTM, 3)], ones(5, 4)[0]), V, FOUND, "x[None]",
          predict((5, 4), [partial(LSTM, 3)], ones(5, 4)[0][None])),
    Cause("a convolution on what is flat already", "the convolution before Flatten",
          lambda desk: Conv2D(2, 3, name="late")(Flatten(name="flat")(desk.image)), V,
          "expected ndim=4, found ndim=2", "call late before flat",
          lambda desk: Flatten()(Conv2D(2, 3)(desk.image))),
    Cause("an LSTM on the maps of a convolution", "each row of the image as a step",
          lambda desk: LSTM(3)(Conv2D(2, 3)(desk.image)), V, "expected ndim=3, found ndim=4",
          "Reshape((4, 8))(x)", lambda desk: LSTM(3)(Reshape((4, 8))(Conv2D(2, 3)(desk.image)))),
    Cause("a pooling for images on sequences", "the pooling for sequences",
          lambda desk: MaxPooling2D(2)(Conv1D(2, 2)(Input(shape=(None, 4)))), V,
          "expected ndim=4, found ndim=3", "write MaxPooling1D instead of MaxPooling2D",
          lambda desk: MaxPooling1D(2)(Conv1D(2, 2)(Input(shape=(None, 4))))),
    Cause("a pooling for sequences on images", "the pooling for images",
          lambda desk: MaxPooling1D(2)(desk.image), V, "expected ndim=3, found ndim=4",
          "write MaxPooling2D instead of MaxPooling1D",
          lambda desk: MaxPooling2D(2)(desk.image)),
    Cause("a vector where a row of features is repeated", "one axis",
          lambda desk: RepeatVector(3, name="again")(desk.steps), V, NDIM,
          "again(Flatten()(x))", lambda desk: RepeatVector(3)(Flatten()(desk.steps))),
]  # fmt: skip

DATA = [
    Cause("the data of two inputs in the other order", "the order of Model(inputs=[...])",
          two([1, 0]), V, FOUND, "[x[1], x[0]]", two([0, 1])),
    Cause("the data of two inputs under each other's key", "each under its own",
          two([1, 0], by_key=True), V, FOUND, 'swap the arrays of "left" and "right"',
          two([0, 1], by_key=True)),
    Cause("x and y in the other order", "fit(x, y)", fit((4,), DENSE, "mse", ONE_HOT, ones(4)), V,
          FOUND, "fit(y, x)", fit((4,), DENSE, "mse", ones(4), ONE_HOT)),
    Cause("the targets of the test with the data for training", "both of one set",
          fit((4,), DENSE, "mse", ones(4), ONE_HOT[:4]), V, "Data cardinality is ambiguous",
          "x_train with y_train", fit((4,), DENSE, "mse", ones(4), ONE_HOT)),
    Cause("x and y in one list", "two arguments",
          fit((4,), DENSE, "mse", [ones(4), ONE_HOT], None), V, "received 2 input tensors",
          "fit(x, y)", fit((4,), DENSE, "mse", ones(4), ONE_HOT)),
    Cause("flat rows for images", "rows that are images", predict((8, 8, 1), FLAT, ones(64)), V,
          FOUND, "x.reshape(len(x), 8, 8, 1)",
          predict((8, 8, 1), FLAT, ones(64).reshape(N, 8, 8, 1))),
    Cause("images for flat rows", "images that are rows", predict((64,), DENSE, ones(8, 8)), V,
          FOUND, "x.reshape(len(x), 64)", predict((64,), DENSE, ones(8, 8).reshape(N, 64))),
    Cause("images with the channels first", "channels last",
          predict((8, 8, 3), FLAT, ones(3, 8, 8)), V, FOUND, "numpy.moveaxis(x, 1, -1)",
          predict((8, 8, 3), FLAT, np.moveaxis(ones(3, 8, 8), 1, -1))),
    Cause("images with the channels last for channels first", "channels first",
          predict((3, 8, 8), FLAT, ones(8, 8, 3)), V, FOUND, "numpy.moveaxis(x, -1, 1)",
          predict((3, 8, 8), FLAT, np.moveaxis(ones(8, 8, 3), -1, 1))),
    Cause("gray images for a model of colors", "three equal channels",
          predict((8, 8, 3), FLAT, ones(8, 8, 1)), V, FOUND, "numpy.repeat(x, 3, axis=-1)",
          predict((8, 8, 3), FLAT, np.repeat(ones(8, 8, 1), 3, axis=-1))),
    Cause("gray images without a channel for a model of colors", "three equal channels",
          predict((8, 8, 3), FLAT, ones(8, 8)), V, FOUND, "numpy.repeat(x[..., None], 3, axis=-1)",
          predict((8, 8, 3), FLAT, np.repeat(ones(8, 8)[..., None], 3, axis=-1))),
    Cause("color images for a model of gray ones", "their mean, or an Input of colors",
          predict((8, 8, 1), FLAT, ones(8, 8, 3)), V, FOUND, "x.mean(-1, keepdims=True)",
          predict((8, 8, 1), FLAT, ones(8, 8, 3).mean(-1, keepdims=True))),
    Cause("a table whose columns are the samples", "rows", predict((4,), DENSE, ones(4).T), V,
          FOUND, "x.T", predict((4,), DENSE, ones(4).T.T)),
    Cause("sequences with time and features the other way round", "(steps, features)",
          predict((5, 4), [partial(LSTM, 2)], ones(4, 5)), V, FOUND, "numpy.swapaxes(x, 1, 2)",
          predict((5, 4), [partial(LSTM, 2)], np.swapaxes(ones(4, 5), 1, 2))),
    Cause("data in a batch of their own", "the data themselves",
          predict((4,), DENSE, ones(4)[None]), V, FOUND, "x[0]", predict((4,), DENSE, ones(4))),
    Cause("more columns than declared", "the width of the data",
          predict((4,), DENSE, ones(7)), V, FOUND, "x[:, :4]",
          predict((4,), DENSE, ones(7)[:, :4])),
    Cause("fewer columns than declared", "the width of the data", predict((4,), DENSE, ones(3)), V,
          FOUND, "Input(shape=(3,))", predict((3,), DENSE, ones(3))),
    Cause("images of another size", "their own size",
          predict((8, 8, 1), FLAT, ones(9, 9, 1)), V, FOUND, "Input(shape=(9, 9, 1))",
          predict((9, 9, 1), FLAT, ones(9, 9, 1))),
    Cause("pictures for a model of films", "films, each of some pictures",
          predict((5, 8, 8, 1), [partial(TimeDistributed, Flatten())], ones(8, 8, 1)), V, FOUND,
          "give each sample the shape (5, 8, 8, 1)",
          predict((5, 8, 8, 1), [partial(TimeDistributed, Flatten())], ones(5, 8, 8, 1))),
    Cause("all pictures of three films in one row", "films of two pictures",
          predict((2, 8, 8, 1), [partial(TimeDistributed, Flatten())], ones(8, 8, 1)), V, FOUND,
          "x.reshape(-1, 2, 8, 8, 1)",
          predict((2, 8, 8, 1), [partial(TimeDistributed, Flatten())],
                  ones(8, 8, 1).reshape(-1, 2, 8, 8, 1))),
    Cause("a table for an LSTM on sequences", "each number as a step",
          predict((5, 4), [partial(LSTM, 2)], ones(7)), V, FOUND, "x[..., None]",
          predict((7, 1), [partial(LSTM, 2)], ones(7)[..., None])),
    Cause("rows of two lengths beside rows of the wrong width", "equal rows",
          lambda desk: desk.twins.predict([ones(7), [[1, 2], [3]]], verbose=0), V, FOUND,
          "x[:, :4]", lambda desk: desk.twins.predict([ones(7)[:, :4], ones(4)], verbose=0)),
    Cause("one plain number to predict", "a batch",
          predict((4,), DENSE, 5.0), V, FOUND, "numpy.array([[...], [...]])",
          predict((4,), DENSE, np.array([[1, 2, 3, 4.0]]))),
]  # fmt: skip

TARGETS = [
    Cause("one-hot rows for one unit", "a unit for each class",
          fit((4,), [YES], BCE, ones(4), ONE_HOT), V, TARGET,
          'Dense(3, activation="softmax"), with loss="categorical_crossentropy"',
          fit((4,), [SOFT], CCE, ones(4), ONE_HOT)),
    Cause("rows of three numbers for one unit", "a unit for each number",
          fit((4,), [partial(Dense, 1, name="digit")], "mse", ones(4), ones(3)), V, TARGET,
          "give digit 3 units, Dense(3), or pass one column: y[:, :1]",
          fit((4,), [partial(Dense, 3, name="digit")], "mse", ones(4), ones(3))),
    Cause("the targets of two outputs in the other order", "the order of Model(outputs=[...])",
          two_outputs([1, 0]), V, TARGET, "[y[1], y[0]]", two_outputs([0, 1])),
    Cause("the targets of two outputs under each other's key", "each under its own",
          two_outputs([1, 0], by_key=True), V, TARGET, 'swap the arrays of "age" and "kind"',
          two_outputs([0, 1], by_key=True)),
    Cause("no Flatten between convolution and Dense, class numbers", "one row for each image",
          fit((8, 8, 1), [partial(Conv2D, 2, 3), SOFT], SCCE, ones(8, 8, 1), CLASSES), V, TARGET,
          "put GlobalAveragePooling2D() or Flatten() before digit",
          fit((8, 8, 1), [partial(Conv2D, 2, 3), Flatten, SOFT], SCCE, ones(8, 8, 1), CLASSES)),
    Cause("no Flatten between convolution and Dense, one-hot rows", "one row for each image",
          fit((8, 8, 1), [partial(Conv2D, 2, 3), SOFT], CCE, ones(8, 8, 1), ONE_HOT), V, TARGET,
          "put GlobalAveragePooling2D() or Flatten() before digit",
          fit((8, 8, 1), [partial(Conv2D, 2, 3), GlobalAveragePooling2D, SOFT], CCE,
              ones(8, 8, 1), ONE_HOT)),
    Cause("no Flatten between convolution and a yes or no", "one number for each image",
          fit((8, 8, 1), [partial(Conv2D, 2, 3), YES], BCE, ones(8, 8, 1), YES_NO), V, TARGET,
          "put GlobalAveragePooling2D() or Flatten() before digit",
          fit((8, 8, 1), [partial(Conv2D, 2, 3), Flatten, YES], BCE, ones(8, 8, 1), YES_NO)),
    Cause("a convolution as the output of a classifier", "one row for each image",
          fit((8, 8, 1), [partial(Conv2D, 3, 3, activation="softmax", name="maps")], SCCE,
              ones(8, 8, 1), CLASSES), V, TARGET, "put GlobalAveragePooling2D() after maps",
          fit((8, 8, 1), [partial(Conv2D, 3, 3, activation="softmax"), GlobalAveragePooling2D],
              SCCE, ones(8, 8, 1), CLASSES)),
    Cause("all steps of an LSTM for one class", "the last step",
          fit((5, 4), [partial(LSTM, 4, return_sequences=True, name="reads"), SOFT], SCCE,
              ones(5, 4), CLASSES), V, TARGET, "return_sequences=False in reads",
          fit((5, 4), [partial(LSTM, 4, return_sequences=False), SOFT], SCCE, ones(5, 4),
              CLASSES)),
    Cause("all words of an Embedding for one yes or no", "one row for each text",
          fit((5,), [partial(Embedding, 9, 4), YES], BCE, ones(5), YES_NO), V, TARGET,
          "put GlobalAveragePooling1D() or Flatten() before digit",
          fit((5,), [partial(Embedding, 9, 4), GlobalAveragePooling1D, YES], BCE, ones(5),
              YES_NO)),
    Cause("Dense on sequences for one number", "one row for each sequence",
          fit((5, 4), [partial(Dense, 1, name="digit")], "mse", ones(5, 4), ones()), V, TARGET,
          "put GlobalAveragePooling1D() or Flatten() before digit",
          fit((5, 4), [Flatten, partial(Dense, 1)], "mse", ones(5, 4), ones())),
    Cause("class numbers under mean squared error", "a crossentropy of class numbers",
          fit((4,), [SOFT], "mse", ones(4), CLASSES), V, TARGET,
          'loss="sparse_categorical_crossentropy"', fit((4,), [SOFT], SCCE, ones(4), CLASSES)),
    Cause("class numbers under binary crossentropy", "a crossentropy of class numbers",
          fit((4,), [SOFT], BCE, ones(4), CLASSES), V, TARGET,
          'loss="sparse_categorical_crossentropy"', fit((4,), [SOFT], SCCE, ones(4), CLASSES)),
    Cause("amounts for three units", "one unit",
          fit((4,), [partial(Dense, 3, name="digit")], "mse", ones(4), ones() * 2.5), V, TARGET,
          "Dense(1)", fit((4,), [partial(Dense, 1)], "mse", ones(4), ones() * 2.5)),
    Cause("yes or no under categorical crossentropy with one unit", "binary crossentropy",
          fit((4,), [YES], CCE, ones(4), YES_NO), V, TARGET, 'loss="binary_crossentropy"',
          fit((4,), [YES], BCE, ones(4), YES_NO)),
    Cause("yes or no under sparse crossentropy with one unit", "binary crossentropy",
          fit((4,), [YES], SCCE, ones(4), YES_NO), V, RANGE, 'loss="binary_crossentropy"',
          fit((4,), [YES], BCE, ones(4), YES_NO)),
    Cause("three classes for one unit", "a unit for each class",
          fit((4,), [YES], SCCE, ones(4), CLASSES), V, RANGE, 'Dense(3, activation="softmax")',
          fit((4,), [SOFT], SCCE, ones(4), CLASSES)),
    Cause("two one-hot columns for one unit", "the class as 0 or 1",
          fit((4,), [YES], BCE, ones(4), np.eye(2)[YES_NO]), V, TARGET, "y.argmax(-1)",
          fit((4,), [YES], BCE, ones(4), np.eye(2)[YES_NO].argmax(-1))),
    Cause("three one-hot columns for one unit", "a unit for each class",
          fit((4,), [YES], BCE, ones(4), ONE_HOT), V, TARGET, 'Dense(3, activation="softmax")',
          fit((4,), [SOFT], CCE, ones(4), ONE_HOT)),
    Cause("classes numbered from one", "numbers from 0",
          fit((4,), [SOFT], SCCE, ones(4), CLASSES + 1), V, RANGE, "y - 1",
          fit((4,), [SOFT], SCCE, ones(4), CLASSES + 1 - 1)),
    Cause("classes with gaps between the numbers", "0, 1, 2",
          fit((4,), [SOFT], SCCE, ones(4), CLASSES * 10), V, RANGE,
          "numpy.unique(y, return_inverse=True)[1]",
          fit((4,), [SOFT], SCCE, ones(4), np.unique(CLASSES * 10, return_inverse=True)[1])),
    Cause("minus one for what has no class", "samples to leave out",
          fit((4,), [SOFT], SCCE, ones(4), CLASSES - 1), V, RANGE, "ignore_class=-1",
          fit((4,), [SOFT], SparseCategoricalCrossentropy(ignore_class=-1), ones(4), CLASSES - 1)),
    Cause("fewer units than classes", "a unit for each class",
          fit((4,), [partial(Dense, 2, activation="softmax", name="digit")], SCCE, ones(4),
              CLASSES), V, RANGE, "Dense(3)", fit((4,), [SOFT], SCCE, ones(4), CLASSES)),
    Cause("names of classes as targets", "class numbers",
          fit((4,), [SOFT], SCCE, ones(4), np.array(list("abcabc"))), V, "are not numbers",
          "numpy.unique(y, return_inverse=True)[1]",
          fit((4,), [SOFT], SCCE, ones(4), CLASSES)),
]  # fmt: skip


def image(*shape: int) -> Any:
    return lambda: Input(shape=shape)


def through(layer: Any, *shape: int) -> Any:
    return lambda: layer(Input(shape=shape))


MERGES = [
    Cause("a sum of two widths", "one width", merge(Add, (4,), (7,)), V, SUM, "Dense(7)(x)",
          merge(Add, through(Dense(7), 4), (7,))),
    Cause("a product of two widths", "one width", merge(Multiply, (7,), (4,)), V, SUM,
          "second input from 4 to 7", merge(Multiply, (7,), through(Dense(7), 4))),
    Cause("a difference of two widths of sequences", "one width",
          merge(Subtract, (5, 4), (5, 6)), V, SUM, "Dense(6)(x)",
          merge(Subtract, through(Dense(6), 5, 4), (5, 6))),
    Cause("a shortcut around a block with more filters", "as many channels",
          merge(Add, (8, 8, 3), (8, 8, 16)), V, SUM, "Conv2D(16, 1)(x)",
          merge(Add, through(Conv2D(16, 1), 8, 8, 3), (8, 8, 16))),
    Cause("a shortcut around a convolution without padding", "the same size",
          merge(Add, (8, 8, 3), (6, 6, 3)), V, SUM, "ZeroPadding2D(1)(x)",
          merge(Add, (8, 8, 3), through(ZeroPadding2D(1), 6, 6, 3))),
    Cause("a shortcut around a convolution with an even window", "the same size",
          merge(Add, (8, 8, 3), (7, 7, 3)), V, SUM, "ZeroPadding2D(((0, 1), (0, 1)))(x)",
          merge(Add, (8, 8, 3), through(ZeroPadding2D(((0, 1), (0, 1))), 7, 7, 3))),
    Cause("a shortcut around a pooling", "half the size",
          merge(Average, (8, 8, 3), (4, 4, 3)), V, SUM, "MaxPooling2D(2)(x)",
          merge(Average, through(MaxPooling2D(2), 8, 8, 3), (4, 4, 3))),
    Cause("a shortcut around a block with strides and more filters", "half the size, more filters",
          merge(Add, (8, 8, 3), (4, 4, 16)), V, SUM, "Conv2D(16, 1, strides=2)(x)",
          merge(Add, through(Conv2D(16, 1, strides=2), 8, 8, 3), (4, 4, 16))),
    Cause("a sum of sequences of two lengths", "as many steps", merge(Add, (5, 4), (7, 4)), V, SUM,
          "x[:, :5]", merge(Add, (5, 4), lambda: Input(shape=(7, 4))[:, :5])),
    Cause("weights for channels of another number", "a weight for each channel",
          merge(Multiply, (8, 8, 16), (8,)), V, SUM, "Dense(16)(x)",
          merge(Multiply, (8, 8, 16), through(Dense(16), 8))),
    Cause("a plus of two widths", "one width",
          lambda desk: desk.left + desk.long, V, SUM, "Dense(7)(x)",
          lambda desk: Dense(7)(desk.left) + desk.long),
    Cause("a vector joined to a sequence", "one row, or the vector at each step",
          merge(Concatenate, (4,), (5, 4)), V, CONCAT, "RepeatVector(5)(x)",
          merge(Concatenate, through(RepeatVector(5), 4), (5, 4))),
    Cause("an image joined to a row of numbers", "one row",
          merge(Concatenate, (8, 8, 3), (10,)), V, CONCAT, "Flatten()(x)",
          merge(Concatenate, through(Flatten(), 8, 8, 3), (10,))),
    Cause("a vector joined to an image, whose channels would do", "a mean of each channel",
          merge(Concatenate, (8, 8, 3), (5,)), V, CONCAT, "GlobalAveragePooling2D()(x)",
          merge(Concatenate, through(GlobalAveragePooling2D(), 8, 8, 3), (5,))),
    Cause("a sequence joined to an image", "one row each",
          merge(Concatenate, (8, 8, 3), (5, 4)), V, CONCAT, "Flatten()(x)",
          merge(Concatenate, through(Flatten(), 8, 8, 3), through(Flatten(), 5, 4))),
    Cause("sequences joined along features", "along time", merge(Concatenate, (5, 4), (7, 4)), V,
          CONCAT, "Concatenate(axis=1)", merge(lambda: Concatenate(axis=1), (5, 4), (7, 4))),
    Cause("towers of channels joined along axis 1", "along the channels",
          merge(lambda: Concatenate(axis=1), (8, 8, 3), (8, 8, 16)), V, CONCAT,
          "Concatenate(axis=-1)", merge(Concatenate, (8, 8, 3), (8, 8, 16))),
    Cause("maps of a decoder and an encoder of twice the size", "one size",
          merge(Concatenate, (4, 4, 8), (8, 8, 4)), V, CONCAT, "UpSampling2D(2)(x)",
          merge(Concatenate, through(UpSampling2D(2), 4, 4, 8), (8, 8, 4))),
    Cause("maps of towers with and without padding", "one size",
          merge(Concatenate, (8, 8, 3), (6, 6, 16)), V, CONCAT, "ZeroPadding2D(1)(x)",
          merge(Concatenate, (8, 8, 3), through(ZeroPadding2D(1), 6, 6, 16))),
    Cause("joined along the batch", "along the features",
          merge(lambda: Concatenate(axis=0), (4,), (7,)), V, CONCAT, "Concatenate(axis=-1)",
          merge(Concatenate, (4,), (7,))),
    Cause("joined along an axis that is not there", "the last",
          merge(lambda: Concatenate(axis=3), (4,), (7,)), V, "is out of range", "axis=-1",
          merge(Concatenate, (4,), (7,))),
    Cause("dot products of vectors of two widths", "one width",
          merge(lambda: Dot(axes=1), (4,), (7,)), V, "Dimension incompatibility", "Dense(7)(x)",
          merge(lambda: Dot(axes=1), through(Dense(7), 4), (7,))),
    Cause("dot products over steps of two lengths", "over the features",
          merge(lambda: Dot(axes=1), (5, 4), (7, 4)), V, "Dimension incompatibility",
          "Dot(axes=2)", merge(lambda: Dot(axes=2), (5, 4), (7, 4))),
    Cause("a class of layers for every step", "a layer",
          lambda desk: TimeDistributed(Dense), ValueError, "isn't a supported layer type",
          "TimeDistributed(Dense(...))(x)", lambda desk: TimeDistributed(Dense(3))(desk.steps)),
]  # fmt: skip

SHAPES = [*INPUTS, *DATA, *TARGETS, *MERGES]
