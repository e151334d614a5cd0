"""Values of the wrong kind: in constructors, in compile, in fit and in data."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from funclab import (
    Input,
    Layer,
    Model,
    Sequential,
    callbacks,
    constraints,
    initializers,
    metrics,
    ops,
    regularizers,
)  # fmt: skip
from funclab.layers import (
    GRU,
    LSTM,
    Activation,
    BatchNormalization,
    Bidirectional,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    LeakyReLU,
    MaxPooling2D,
    RepeatVector,
    Reshape,
    UpSampling2D,
)  # fmt: skip
from funclab.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    SparseCategoricalCrossentropy,
    mean_squared_error,
)  # fmt: skip
from funclab.models import model_from_json
from funclab.optimizers import SGD, Adam, RMSprop
from tests.misuse.causes import (
    ONE_HOT,
    Cause,
    Line,
    N,
    compiled,
    fit,
    make,
    ones,
    predict,
    reads,
    remember,
)  # fmt: skip
from tests.misuse.desk import Desk

TYPE, VALUE = TypeError, ValueError
UNITS = "Received an invalid value for `units`, expected a positive integer"
ACTIVATION = "Could not interpret activation"
SWITCH = "expected True or False"
WINDOW = "argument must be a positive integer or a tuple of 2 of them"
RATE = "Invalid value received for argument `rate`"
INPUT: Any = Input

LAYERS = [
    Cause("a fraction of a unit", "a whole number", make(lambda: Dense(3.7)), TYPE, UNITS,
          "units=3 or units=4", make(lambda: Dense(4))),
    Cause("a quotient as units", "a whole quotient", make(lambda: Dense(64 / 2)), TYPE, UNITS,
          "units=32", make(lambda: Dense(64 // 2))),
    Cause("a number of units as text", "the number", make(lambda: Dense("64")), TYPE, UNITS,
          "units=64, without quotation marks", make(lambda: Dense(64))),
    Cause("the activation in the place of the units", "units first",
          make(lambda: Dense("relu")), TYPE, UNITS, "the number first, units=32",
          make(lambda: Dense(units=32, activation="relu"))),
    Cause("units in brackets", "the number", make(lambda: Dense([3])), TYPE, UNITS,
          "units=3, without brackets", make(lambda: Dense(3))),
    Cause("half a unit of an LSTM", "a whole number", make(lambda: LSTM(2.5)), TYPE, UNITS,
          "units=2 or units=3", make(lambda: LSTM(3))),
    Cause("repeats as text", "the number", make(lambda: RepeatVector("3")), TYPE, "`n`",
          "n=3, without quotation marks", make(lambda: RepeatVector(3))),
    Cause("an Embedding of half a word", "a whole number", make(lambda: Embedding(10.5, 2)), TYPE,
          "`input_dim`", "input_dim=10 or input_dim=11", make(lambda: Embedding(11, 2))),
    Cause("the class of a layer as activation", "a function by name",
          make(lambda: Dense(3, activation=Dense)), TYPE, ACTIVATION, 'activation="relu"',
          make(lambda: Dense(3, activation="relu"))),
    Cause("a layer with weights as activation", "a function by name",
          make(lambda: Dense(3, activation=Dense(2))), TYPE, ACTIVATION, 'activation="relu"',
          make(lambda: Dense(3, activation=LeakyReLU()))),
    Cause("a second number of units", "a second layer", make(lambda: Dense(64, 32)), TYPE,
          ACTIVATION, "Dense(32)(x)", lambda desk: Dense(32)(Dense(64)(desk.left))),
    Cause("an activation in brackets", "the name", make(lambda: Dense(3, activation=["relu"])),
          TYPE, ACTIVATION, '"relu" alone', make(lambda: Dense(3, activation="relu"))),
    Cause("an activation in capitals", "the name", make(lambda: Dense(3, activation="ReLU")),
          VALUE, ACTIVATION, '"relu" instead of "ReLU"',
          make(lambda: Dense(3, activation="relu"))),
    Cause("an activation in two words", "the name", make(lambda: Activation("soft max")), VALUE,
          ACTIVATION, '"softmax" instead of "soft max"', make(lambda: Activation("softmax"))),
    Cause("an activation of the textbooks", "the sigmoid", make(lambda: Activation("logistic")),
          VALUE, ACTIVATION, '"sigmoid" instead of "logistic"',
          make(lambda: Activation("sigmoid"))),
    Cause("the activation twice", "the activation once",
          make(lambda: Dense(3, "relu", "relu")), TYPE, SWITCH, "use_bias=True",
          make(lambda: Dense(3, "relu", True))),
    Cause("a bias in words", "True or False", make(lambda: Dense(3, use_bias="no")), TYPE, SWITCH,
          "use_bias=False", make(lambda: Dense(3, use_bias=False))),
    Cause("sequences in words", "True or False",
          make(lambda: LSTM(3, return_sequences="yes")), TYPE, SWITCH, "return_sequences=True",
          make(lambda: LSTM(3, return_sequences=True))),
    Cause("a gate in words", "True or False", make(lambda: GRU(3, reset_after="no")), TYPE, SWITCH,
          "reset_after=False", make(lambda: GRU(3, reset_after=False))),
    Cause("a mask in words", "True or False",
          make(lambda: Embedding(9, 2, mask_zero="yes")), TYPE, SWITCH, "mask_zero=True",
          make(lambda: Embedding(9, 2, mask_zero=True))),
    Cause("frozen in words", "True or False", make(lambda: Dense(3, trainable="no")), TYPE, SWITCH,
          "trainable=False", make(lambda: Dense(3, trainable=False))),
    Cause("a window as text", "the number", make(lambda: Conv2D(8, "3")), TYPE, WINDOW,
          "kernel_size=3, without quotation marks", make(lambda: Conv2D(8, 3))),
    Cause("a window with channels", "height and width", make(lambda: Conv2D(8, (3, 3, 1))), TYPE,
          WINDOW, "kernel_size=(3, 3)", make(lambda: Conv2D(8, (3, 3)))),
    Cause("a window of one number in brackets", "height and width",
          make(lambda: Conv2D(8, (3,))), TYPE, WINDOW, "kernel_size=(3, 3)",
          make(lambda: Conv2D(8, (3, 3)))),
    Cause("a window that is True", "a number", make(lambda: Conv2D(8, True)), TYPE, WINDOW,
          "kernel_size=2", make(lambda: Conv2D(8, kernel_size=2))),
    Cause("the padding in the place of the strides", "padding by name",
          make(lambda: Conv2D(8, 3, "same")), TYPE, WINDOW, 'padding="same"',
          make(lambda: Conv2D(8, 3, padding="same"))),
    Cause("the padding of a pooling without its name", "padding by name",
          make(lambda: MaxPooling2D((2, 2), "same")), TYPE, WINDOW, 'padding="same"',
          make(lambda: MaxPooling2D((2, 2), padding="same"))),
    Cause("half a pixel", "a whole number", make(lambda: UpSampling2D(2.5)), TYPE, WINDOW,
          "size=2 or size=3", make(lambda: UpSampling2D(2))),
    Cause("dropout in percent", "a fraction", make(lambda: Dropout(50)), TYPE, RATE, "rate=0.5",
          make(lambda: Dropout(0.5))),
    Cause("dropout of five", "a fraction", make(lambda: Dropout(rate=5)), TYPE, RATE,
          "rate=0.05 for 5 %", make(lambda: Dropout(0.05))),
    Cause("dropout as text", "the number", make(lambda: Dropout("0.5")), TYPE, RATE,
          "rate=0.5, without quotation marks", make(lambda: Dropout(0.5))),
    Cause("a momentum of five", "a fraction", make(lambda: BatchNormalization(momentum=5)), TYPE,
          "`momentum`", "momentum=0.99", make(lambda: BatchNormalization(momentum=0.99))),
    Cause("a shape as a fraction", "whole numbers", make(lambda: Reshape(4.0)), TYPE,
          "Cannot convert", "target_shape=(4,)", make(lambda: Reshape((4,)))),
    Cause("a recurrent layer by its class", "a layer", make(lambda: Bidirectional(LSTM)), TYPE,
          "isn't a supported layer type", "Bidirectional(LSTM(...))(x)",
          make(lambda: Bidirectional(LSTM(3)))),
    Cause("a factor as regularizer", "a penalty of that factor",
          make(lambda: Dense(3, kernel_regularizer=0.01)), TYPE, "regularizer identifier",
          "regularizers.L2(0.01)",
          make(lambda: Dense(3, kernel_regularizer=regularizers.L2(0.01)))),
    Cause("a number as constraint", "a largest norm",
          make(lambda: Dense(3, kernel_constraint=2)), TYPE, "constraint identifier",
          "constraints.MaxNorm(2)",
          make(lambda: Dense(3, kernel_constraint=constraints.MaxNorm(2)))),
    Cause("a number as initializer", "that constant",
          make(lambda: Dense(3, bias_initializer=0.1)), TYPE, "initializer identifier",
          "initializers.Constant(0.1)",
          make(lambda: Dense(3, bias_initializer=initializers.Constant(0.1)))),
    Cause("an initializer of another library", "glorot_uniform",
          make(lambda: Dense(3, kernel_initializer="xavier")), VALUE, "initializer identifier",
          '"glorot_uniform"', make(lambda: Dense(3, kernel_initializer="glorot_uniform"))),
    Cause("the size of images without brackets", "one shape", make(lambda: INPUT(28, 28, 1)), TYPE,
          "Input cannot have dtype=1", "Input(shape=(28, 28, 1))",
          make(lambda: Input(shape=(28, 28, 1)))),
    Cause("the array as shape", "its shape", make(lambda: INPUT(shape=ones(4))), TYPE,
          "Cannot convert", "x.shape[1:]", make(lambda: Input(shape=ones(4).shape[1:]))),
    Cause("a shape as text", "a tuple", make(lambda: INPUT(shape="784")), TYPE, "Cannot convert",
          "shape=(784,)", make(lambda: Input(shape=(784,)))),
    Cause("a shape of fractions", "whole numbers", make(lambda: INPUT(shape=(28.0, 28.0))), TYPE,
          "Cannot convert", "shape=(28, 28)", make(lambda: Input(shape=(28, 28)))),
    Cause("a dtype misspelled", "float32", make(lambda: Input((4,), dtype="floot32")), VALUE,
          "dtype='floot32'", 'dtype="float32"', make(lambda: Input((4,), dtype="float32"))),
    Cause("a layer's keyword misspelled", "the keyword",
          make(lambda: Conv2D(8, 3, stride=2)), TYPE, "eyword argument not understood",
          "strides= instead of stride=", make(lambda: Conv2D(8, 3, strides=2))),
]  # fmt: skip

COMPILE = [
    Cause("a learning rate as optimizer", "an optimizer of that rate", compiled(optimizer=0.1),
          TYPE, "optimizer identifier", "SGD(learning_rate=0.1)",
          compiled(optimizer=SGD(learning_rate=0.1))),
    Cause("an optimizer in brackets", "the name", compiled(optimizer=["adam"]), TYPE,
          "optimizer identifier", '"adam" alone', compiled(optimizer="adam")),
    Cause("a loss in the place of the optimizer", "the loss by its name", compiled(optimizer="mse"),
          VALUE, "Unknown optimizer", 'loss="mse"', compiled(loss="mse")),
    Cause("a layer as loss", "a loss", compiled(loss=Dense(3, name="head")), VALUE,
          "loss identifier", 'loss="mse"', compiled(loss="mse")),
    Cause("accuracy as loss", "a metric", compiled(loss="accuracy"), VALUE, "Unknown loss",
          'metrics=["accuracy"]', compiled(metrics=["accuracy"])),
    Cause("an activation as loss", "an activation", compiled(loss="softmax"), VALUE,
          "Unknown loss", 'activation="softmax"', make(lambda: Dense(3, activation="softmax"))),
    Cause("just crossentropy", "one of three", compiled(loss="cross_entropy"), VALUE,
          "Unknown loss", 'loss="sparse_categorical_crossentropy"',
          lambda desk: desk.reader.compile("adam", "sparse_categorical_crossentropy")),
    Cause("a loss in words", "its name", compiled(loss="mean squared error"), VALUE,
          "Unknown loss", '"mean_squared_error"', compiled(loss="mean_squared_error")),
    Cause("l2 as loss", "mean squared error", compiled(loss="l2"), VALUE, "Unknown loss", '"mse"',
          compiled(loss="mse")),
    Cause("a loss function of one argument", "two arguments", compiled(loss=lambda y: y), VALUE,
          "cannot be called with (y_true, y_pred)", "lambda y_true, y_pred:",
          compiled(loss=lambda y_true, y_pred: (y_true - y_pred) ** 2)),
    Cause("f1 as metric", "precision and recall", compiled(metrics=["f1"]), VALUE,
          "Unknown metric", "metrics=[Precision(), Recall()]",
          lambda desk: desk.reader.compile("adam", "mse", metrics=[metrics.Precision(),
                                                                   metrics.Recall()])),
    Cause("loss as metric", "nothing", compiled(metrics=["loss"]), VALUE, "Unknown metric",
          "the loss is always reported", compiled(metrics=[])),
    Cause("a learning rate in compile", "in the optimizer", compiled(learning_rate=0.1), TYPE,
          "Invalid keyword argument(s)", "optimizer=SGD(learning_rate=0.1)",
          compiled(optimizer=SGD(learning_rate=0.1))),
    Cause("epochs in compile", "in fit", compiled(epochs=5), TYPE, "Invalid keyword argument(s)",
          "model.fit(x, y, epochs=...)", reads(epochs=5)),
    Cause("metric without its s", "metrics", compiled(metric=["accuracy"]), TYPE,
          "Invalid keyword argument(s)", "metrics= instead of metric=",
          compiled(metrics=["accuracy"])),
    Cause("a learning rate as text", "the number", make(lambda: SGD("0.1")), TYPE,
          "learning_rate='0.1'", "learning_rate=0.1, without quotation marks",
          make(lambda: SGD(0.1))),
    Cause("a momentum as text", "the number", make(lambda: SGD(0.1, "0.9")), TYPE, "`momentum`",
          "momentum=0.9, without quotation marks", make(lambda: SGD(0.1, 0.9))),
    Cause("a share above one", "a fraction", make(lambda: Adam(beta_1=5)), TYPE, "`beta_1`",
          "beta_1=0.9", make(lambda: Adam(beta_1=0.9))),
    Cause("a share of two", "a fraction", make(lambda: RMSprop(rho=2)), TYPE, "`rho`", "rho=0.9",
          make(lambda: RMSprop(rho=0.9))),
    Cause("a clip as text", "the number", make(lambda: Adam(clipnorm="1")), TYPE, "`clipnorm`",
          "clipnorm=1, without quotation marks", make(lambda: Adam(clipnorm=1))),
    Cause("the learning rate in one word", "learning_rate",
          make(lambda: Adam(learningrate=0.1)), TYPE, "Argument(s) not recognized",
          "learning_rate= instead of learningrate=", make(lambda: Adam(learning_rate=0.1))),
    Cause("targets where a loss is made", "two pairs of parentheses",
          make(lambda: CategoricalCrossentropy(ONE_HOT, ONE_HOT)), TYPE, "`from_logits`",
          "CategoricalCrossentropy()(y_true, y_pred)",
          make(lambda: CategoricalCrossentropy()(ONE_HOT, ONE_HOT))),
    Cause("logits in words", "True or False",
          make(lambda: SparseCategoricalCrossentropy(from_logits="yes")), TYPE, "`from_logits`",
          "from_logits=True", make(lambda: SparseCategoricalCrossentropy(from_logits=True))),
    Cause("smoothing by five", "a fraction",
          make(lambda: BinaryCrossentropy(label_smoothing=5)), TYPE, "`label_smoothing`",
          "label_smoothing=0.1", make(lambda: BinaryCrossentropy(label_smoothing=0.1))),
    Cause("a delta as text", "the number", make(lambda: Huber("1")), TYPE, "`delta`",
          "delta=1, without quotation marks", make(lambda: Huber(1))),
    Cause("the best k as text", "the number",
          make(lambda: metrics.TopKCategoricalAccuracy("3")), TYPE, "`k`",
          "k=3, without quotation marks", make(lambda: metrics.TopKCategoricalAccuracy(3))),
]  # fmt: skip

FIT = [
    Cause("the data by their name in quotation marks", "the array", reads(x="x_train"), VALUE,
          "are not numbers", "x=x_train, without quotation marks", reads()),
    Cause("numbers kept as text", "numbers", reads(x=ones(4).astype(str)), VALUE,
          "are not numbers", "x.astype('float32')",
          reads(x=ones(4).astype(str).astype("float32"))),
    Cause("numbers kept as objects", "numbers", reads(x=ones(4).astype(object)), VALUE,
          "cannot form an array", ".astype('float32')",
          reads(x=ones(4).astype(object).astype("float32"))),
    Cause("complex numbers", "their real part", reads(x=ones(4) + 1j), VALUE, "are not numbers",
          "x.real", reads(x=(ones(4) + 1j).real)),
    Cause("moments", "times since the first",
          reads(x=ones(4).astype("int64").astype("datetime64[s]")), VALUE, "are not numbers",
          "(x - x.min()).astype('float32')", reads(x=ones(4) - 1)),
    Cause("the function that loads the data", "what it returns", reads(x=lambda desk: ones), VALUE,
          "not an array", "ones()", reads(x=lambda desk: ones(4))),
    Cause("a layer as data", "an array", reads(x=lambda desk: desk.encoder), VALUE, "not an array",
          "encoder.get_weights()", reads()),
    Cause("half an epoch", "a whole number", reads(epochs=2.5), TYPE, "`epochs`",
          "epochs=2 or epochs=3", reads(epochs=3)),
    Cause("a batch size as text", "the number", reads(batch_size="2"), TYPE, "`batch_size`",
          "batch_size=2, without quotation marks", reads(batch_size=2)),
    Cause("a split in percent", "a fraction", reads(validation_split=20), TYPE,
          "`validation_split`", "validation_split=0.2", reads(validation_split=0.2)),
    Cause("a fraction as validation data", "a split", reads(validation_data=0.2), VALUE,
          "`validation_data` should be", "validation_split=0.2", reads(validation_split=0.2)),
    Cause("shuffling in words", "True or False", reads(shuffle="yes"), TYPE, "`shuffle`",
          "shuffle=True", reads(shuffle=True)),
    Cause("class weights in a list", "a dict", reads(class_weight=[1, 2, 3]), TYPE,
          "`class_weight`", "class_weight={0: 1.0, 1: 2.0, 2: 3.0}",
          reads(class_weight={0: 1.0, 1: 2.0, 2: 3.0})),
    Cause("balanced class weights", "weights by counts", reads(class_weight="balanced"), TYPE,
          "`class_weight`", "numpy.bincount(y)",
          reads(class_weight=lambda desk: dict(enumerate(N / (3 * np.bincount(desk.digits)))))),
    Cause("classes as text in class weights", "numbers", reads(class_weight={"0": 2}), TYPE,
          "`class_weight`", "class_weight={0: 2.0}", reads(class_weight={0: 2.0})),
    Cause("words as class weights", "numbers", reads(class_weight={0: "much"}), TYPE,
          "`class_weight`", "class_weight={0: 1.0, 1: 5.0}", reads(class_weight={0: 1.0, 1: 5.0})),
    Cause("the first Keras' word for epochs", "epochs", reads(nb_epoch=3), TYPE,
          "unexpected keyword argument 'nb_epoch'", "epochs= instead of nb_epoch=",
          reads(epochs=3)),
    Cause("a learning rate in fit", "in compile", reads(lr=0.1), TYPE, "unexpected keyword",
          "compile(optimizer=SGD(learning_rate=0.1))", compiled(optimizer=SGD(learning_rate=0.1))),
    Cause("a loss in fit", "in compile", reads(loss="mse"), TYPE, "unexpected keyword",
          "model.compile(loss=...)", compiled(loss="mse")),
    Cause("the patience alone", "patience by name", make(lambda: callbacks.EarlyStopping(5)), TYPE,
          "monitor=5", "EarlyStopping(patience=5)",
          make(lambda: callbacks.EarlyStopping(patience=5))),
    Cause("a patience as text", "the number",
          make(lambda: callbacks.EarlyStopping(patience="3")), TYPE, "`patience`",
          "patience=3, without quotation marks",
          make(lambda: callbacks.EarlyStopping(patience=3))),
    Cause("a rate as schedule", "one rate", make(lambda: callbacks.LearningRateScheduler(0.1)),
          TYPE, "`schedule`", "optimizer=SGD(learning_rate=0.1)",
          compiled(optimizer=SGD(learning_rate=0.1))),
    Cause("a factor as text", "the number",
          make(lambda: callbacks.ReduceLROnPlateau(factor="0.5")), TYPE, "factor",
          "factor=0.5, without quotation marks",
          make(lambda: callbacks.ReduceLROnPlateau(factor=0.5))),
]  # fmt: skip

ODD = np.array([[0.5, 1.7, 12.9]] * N, "float32")


class Scale(Layer):
    """Its config leaves out the argument it is made with."""

    def __init__(self, by: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.by = by

    def call(self, x: Any) -> Any:
        return x * self.by

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}


class WholeScale(Scale):
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "by": self.by}


def again(cls: type, **settings: Any) -> Line:
    """Write a model with a layer of this class as JSON, and read it."""

    def line(desk: Desk) -> Any:
        x = Input((4,))
        model = remember(desk, Model(x, cls(2.0)(x)))
        return model_from_json(model.to_json(), **settings)

    return line


def hits(y: Any, p: Any) -> Any:
    return ops.cast(ops.not_equal(ops.argmax(y, axis=-1), ops.argmax(p, axis=-1)), "float32")


def squares(y: Any, p: Any) -> Any:
    return ops.mean(ops.square(y - p))


def reads_with(loss: Any) -> Line:
    return fit((4,), [SOFT], loss, ones(4), ONE_HOT)


CCE = "categorical_crossentropy"
SOFT = partial(Dense, 3, activation="softmax", name="digit")


def states(second: Any) -> Line:
    """Hand the states of an LSTM(4) to a second layer."""

    def line(desk: Desk) -> Any:
        _, *kept = LSTM(4, return_state=True)(desk.steps)
        return second(desk.steps, initial_state=kept)

    return line


def without_targets(**data: Any) -> Line:
    def line(desk: Desk) -> Any:
        x = Input((4,))
        model = remember(desk, Model(x, Dense(4)(x)))
        model.compile("sgd", "mse")
        return model.fit(x=ones(4), verbose=0, **data)

    return line


GRADIENTS = "No gradients provided for any variable"
QUESTIONS = [
    Cause("a list of samples", "one array",
          reads(x=lambda desk: list(desk.x)), VALUE, "expects 1 input(s)", "numpy.array(x)",
          reads(x=lambda desk: np.array(list(desk.x)))),
    Cause("a list of targets", "one array", fit((4,), [SOFT], CCE, ones(4), list(ONE_HOT)), VALUE,
          "Expected to see 1", "numpy.array(y)",
          fit((4,), [SOFT], CCE, ones(4), np.array(list(ONE_HOT)))),
    Cause("ids that are fractions beyond the table", "ids in the table",
          lambda desk: desk.sentence.predict(ODD, verbose=0), VALUE, "is not in [0, 10)",
          "Embedding(13, 2)", predict((3,), [lambda: Embedding(13, 2)], ODD)),
    Cause("the states of an LSTM to the next layer", "its output",
          lambda desk: Dense(1)(LSTM(2, return_state=True, name="lstm")(desk.steps)), VALUE,
          "received 3 input tensors", "y, *states = lstm(x)",
          lambda desk: Dense(1)(LSTM(2, return_state=True)(desk.steps)[0])),
    Cause("both states of an LSTM to a GRU", "one state", states(GRU(4, name="gru")), TYPE,
          "expects 1 states", "an LSTM gives two", states(LSTM(4))),
    Cause("states of fewer units than the layer has", "as many units", states(LSTM(6, name="lstm")),
          VALUE, "not compatible with its state size", "LSTM(4)", states(LSTM(4))),
    Cause("an autoencoder without targets", "its inputs", without_targets(), VALUE,
          "No data provided", "fit(x, x)", without_targets(y=ones(4))),
    Cause("the first Keras' word for padding", "padding",
          make(lambda: Conv2D(2, 3, border_mode="same")), TYPE, "Keyword argument not understood",
          "padding= instead of border_mode=", make(lambda: Conv2D(2, 3, padding="same"))),
    Cause("the first Keras' word for initializers", "kernel_initializer",
          make(lambda: Dense(2, init="uniform")), TYPE, "Keyword argument not understood",
          "kernel_initializer= instead of init=",
          make(lambda: Dense(2, kernel_initializer="uniform"))),
    Cause("the layers of a Sequential without brackets", "a list",
          make(lambda: Sequential(Dense(3), Dense(2))), TYPE, SWITCH, "Sequential([a, b, ...])",
          make(lambda: Sequential([Dense(3), Dense(2)]))),
    Cause("weights for a layer that was never called", "call it first",
          make(lambda: Dense(3, name="late").set_weights([ones(3)])), VALUE, "expecting 0 weights",
          "y = late(x)", lambda desk: (late := Dense(3))(desk.left) is late.set_weights(
              [np.ones((4, 3)), np.ones(3)])),
    Cause("a loss that was called", "the function",
          compiled(loss=mean_squared_error(ONE_HOT, ONE_HOT)), VALUE, "Could not interpret loss",
          "pass the function itself", compiled(loss=mean_squared_error)),
    Cause("wrong guesses counted as the loss", "a loss with a slope", reads_with(hits), VALUE,
          GRADIENTS, "ops.mean(ops.square(y - p))", reads_with(squares)),
    Cause("a layer of one's own that a reader does not know", "its class",
          again(WholeScale), VALUE, "Unknown layer", 'custom_objects={"WholeScale": WholeScale}',
          again(WholeScale, custom_objects={"WholeScale": WholeScale})),
    Cause("a config without the layer's own argument", "all arguments",
          again(Scale, custom_objects={"Scale": Scale}), VALUE, "its config has no by",
          'return {**super().get_config(), "by": self.by}',
          again(WholeScale, custom_objects={"WholeScale": WholeScale})),
]  # fmt: skip

VALUES = [*LAYERS, *COMPILE, *FIT, *QUESTIONS]
