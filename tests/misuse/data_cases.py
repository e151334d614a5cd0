"""Wrong data: all that can be checked before the first step is checked before it."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from tests.misuse.desk import Desk, Misuse


def fit(**changes: Any) -> Callable[[Desk], Any]:
    """Train the reader on its own data, but for `changes`; functions are given the desk."""

    def line(desk: Desk) -> Any:
        data = {"x": desk.x, "y": desk.y, "verbose": 0, "epochs": 2, "batch_size": 2}
        given = {key: value(desk) if callable(value) else value for key, value in changes.items()}
        return desk.reader.fit(**{**data, **given})

    return line


def fit_twins(x: Callable[[Desk], Any], y: Callable[[Desk], Any], **settings: Any) -> Any:
    return lambda desk: desk.twins.fit(x(desk), y(desk), verbose=0, **settings)


def pair(desk: Desk) -> Any:
    return desk.pair


def answers(desk: Desk) -> Any:
    return desk.answers


def named(desk: Desk) -> dict[str, Any]:
    return dict(zip(["left", "right"], desk.pair, strict=True))


def words(digits: Any) -> Callable[[Desk], Any]:
    """Class numbers for the output `word` of the twins, which takes them."""
    return fit_twins(pair, lambda desk: [desk.answers[0], digits])


def batches(desk: Desk) -> Iterator[Any]:
    while True:
        yield desk.x, desk.y


COUNTS = "Input arrays should have the same number of samples as target arrays. "

DATA = [
    Misuse(
        "a frame with a column of words",
        fit(x=lambda desk: pd.DataFrame(desk.x).assign(colour="red")),
        ["pixels", "colour", "hold text", "x.drop(columns=['colour'])"],
        fit(x=lambda desk: pd.DataFrame(desk.x)),
    ),
    Misuse(
        "fewer targets than samples",
        fit(y=lambda desk: desk.y[:4]),
        [
            f"{COUNTS}Found 6 input samples and 4 target samples.",
            "Data cardinality is ambiguous",
            "pixels",
            "digit",
        ],
        fit(),
    ),
    Misuse(
        "fewer validation targets than samples",
        fit(validation_data=lambda desk: (desk.x, desk.y[:4])),
        ["6 input samples and 4 target samples", "validation", "pixels", "digit"],
        fit(validation_data=lambda desk: (desk.x, desk.y)),
    ),
    Misuse(
        "validation data of another width",
        fit(validation_data=lambda desk: (np.ones((6, 7)), desk.y)),
        ["expected shape=(None, 4), found shape=(6, 7)", "pixels", "reader"],
        fit(validation_data=lambda desk: (desk.x, desk.y)),
    ),
    Misuse(
        "validation data without targets",
        fit(validation_data=lambda desk: (desk.x,)),
        ["`validation_data` should be a tuple", "(x_val, y_val)", "1"],
        fit(validation_data=lambda desk: (desk.x, desk.y)),
    ),
    Misuse(
        "a dict without one of the inputs",
        fit_twins(lambda desk: {"left": desk.x}, answers),
        [
            'No data provided for "right". Need data for each key in:',
            "Missing data for input",
            "twins",
            "left",
        ],
        fit_twins(named, answers),
        (ValueError, KeyError),
    ),
    Misuse(
        "a dict without one of the targets",
        fit_twins(named, lambda desk: {"same": desk.answers[0]}),
        ['No data provided for "word". Need data for each key in:', "same"],
        fit_twins(named, lambda desk: dict(zip(["same", "word"], desk.answers, strict=True))),
        (ValueError, KeyError),
    ),
    Misuse(
        "one array for two inputs",
        fit_twins(lambda desk: desk.x, answers),
        ["expects 2 inputs, but it received 1 input tensors", "twins", "left", "right"],
        fit_twins(pair, answers),
    ),
    Misuse(
        "one array of targets for two outputs",
        fit_twins(pair, lambda desk: desk.answers[0]),
        ["Expected to see 2 array(s)", "1", "same", "word"],
        fit_twins(pair, answers),
    ),
    Misuse(
        "nothing for an input that is needed",
        fit_twins(lambda desk: [desk.x, None], answers),
        ["The input 'right' is not optional, but None was passed"],
        fit_twins(pair, answers),
    ),
    Misuse(
        "class numbers where one-hot rows belong",
        fit(y=lambda desk: desk.digits.reshape(-1, 1)),
        [
            "You are passing a target array of shape (6, 1) while using as loss "
            "`categorical_crossentropy`",
            "to_categorical",
            "sparse_categorical_crossentropy",
            "must have the same shape",
            "digit",
            "(None, 3)",
        ],
        fit(),
    ),
    Misuse(
        "one-hot rows of another number of classes",
        fit(y=lambda desk: np.eye(2)[desk.digits % 2]),
        [
            "a target array of shape (6, 2) while using as loss `categorical_crossentropy`",
            "digit predicts 3 classes, the targets have 2",
        ],
        fit(),
    ),
    Misuse(
        "one-hot rows where class numbers belong",
        words(np.eye(3)[[0, 1, 2, 0, 1, 2]]),
        ["sparse_categorical_crossentropy", "(6, 3)", "word"],
        fit_twins(pair, answers),
    ),
    Misuse(
        "a class number beyond the last class",
        words(np.array([0, 1, 2, 0, 7, 2])),
        ["class 7", "valid range of [0, 3)", "word"],
        fit_twins(pair, answers),
    ),
    Misuse(
        "targets of another width",
        fit(y=np.ones((6, 5))),
        ["must have the same shape", "(6, 5)", "digit", "(None, 3)"],
        fit(),
    ),
    Misuse("no targets at all", fit(y=None), ["target", "digit"], fit()),
    Misuse(
        "samples of another width",
        fit(x=np.ones((6, 7))),
        [
            "expected shape=(None, 4), found shape=(6, 7)",
            "pixels",
            "reader",
            "keep 4 of the 7 on axis 1: x[:, :4].",
        ],
        fit(),
    ),
    Misuse(
        "samples that are too narrow",
        fit(x=np.ones((6, 3))),
        [
            "expected shape=(None, 4), found shape=(6, 3)",
            "on axis 1 they have 3 of the 4 that were declared",
        ],
        fit(),
    ),
    Misuse(
        "one sample without a batch axis",
        lambda desk: desk.reader.predict(desk.x[0], verbose=0),
        ["expected shape=(None, 4), found shape=(4,)", "batch", "pixels", "reader"],
        lambda desk: desk.reader.predict(desk.x[:1], verbose=0),
    ),
    Misuse(
        "samples that are words",
        fit(x=np.array([["a", "b", "c", "d"]] * 6)),
        ["numbers", "pixels"],
        fit(),
    ),
    Misuse(
        "samples of unequal lengths",
        fit(x=lambda desk: [[1, 2, 3, 4], [1, 2, 3]] * 3),
        ["length", "pixels"],
        fit(),
    ),
    Misuse(
        "a word beyond the vocabulary",
        lambda desk: desk.sentence.fit(np.full((2, 3), 25), np.ones((2, 1)), verbose=0),
        ["indices[0, 0] = 25 is not in [0, 10)", "words", "vectors"],
        lambda desk: desk.sentence.fit(np.full((2, 3), 9), np.ones((2, 1)), verbose=0),
    ),
    Misuse("batches of no samples", fit(batch_size=0), ["batch_size", "0"], fit(batch_size=3)),
    Misuse(
        "epochs in quotation marks",
        fit(epochs="3"),
        ["epochs", "'3'"],
        fit(epochs=3),
        (TypeError, ValueError),
    ),
    Misuse(
        "everything kept for validation",
        fit(validation_split=1.0),
        ["validation_split", "1.0"],
        fit(validation_split=0.5),
    ),
    Misuse(
        "a callback that is none",
        fit(callbacks=[3]),
        ["callback", "3"],
        fit(callbacks=[]),
        (TypeError, ValueError),
    ),
    Misuse(
        "a keyword that fit does not have", fit(epoch=3), ["epochs"], fit(epochs=3), (TypeError,)
    ),
    Misuse(
        "a weight for some of the samples only",
        fit(sample_weight=np.ones(4)),
        ["sample_weight", "4", "6"],
        fit(sample_weight=np.ones(6)),
    ),
    Misuse(
        "class weights for a model of two outputs",
        fit_twins(pair, answers, class_weight={0: 1.0, 1: 2.0}),
        ["`class_weight` is only supported for", "single output", "twins"],
        fit_twins(pair, answers),
    ),
    Misuse(
        "a part of a generator kept for validation",
        lambda desk: desk.reader.fit(batches(desk), steps_per_epoch=2, validation_split=0.5),
        ["`validation_split`", "generator", "0.5"],
        lambda desk: desk.reader.fit(batches(desk), steps_per_epoch=2, verbose=0),
    ),
    Misuse(
        "a batch of another width",
        lambda desk: desk.reader.train_on_batch(np.ones((6, 7)), desk.y),
        ["expected shape=(None, 4), found shape=(6, 7)", "pixels", "reader"],
        lambda desk: desk.reader.train_on_batch(desk.x, desk.y),
    ),
]
