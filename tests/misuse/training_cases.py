"""Wrong uses of compile and of what it needs: all but the data."""

from typing import Any

from funclab.optimizers import SGD
from tests.misuse.desk import Desk, Misuse

LOSSES = {"same": "binary_crossentropy", "word": "sparse_categorical_crossentropy"}


def recompile(desk: Desk, *arguments: Any, **settings: Any) -> None:
    """Compile the reader and train it once more."""
    desk.reader.compile(*arguments, **settings)
    desk.reader.fit(desk.x, desk.y, verbose=0)


def weighing(loss_weights: Any) -> Any:
    """Compile the twins with these loss weights and train them once more."""

    def line(desk: Desk) -> None:
        desk.compile_twins(loss_weights=loss_weights)
        desk.twins.fit(desk.pair, desk.answers, verbose=0)

    return line


TRAINING = [
    Misuse(
        "training before compile",
        lambda desk: desk.draft.fit(desk.x, desk.x[:, :3], verbose=0),
        [
            "needs to be compiled before",
            "You must call `compile()` before using the model",
            "draft",
        ],
        lambda desk: desk.draft.compile("sgd", "mse"),
        (RuntimeError, ValueError),
    ),
    Misuse(
        "evaluating before compile",
        lambda desk: desk.draft.evaluate(desk.x, desk.x[:, :3], verbose=0),
        [
            "needs to be compiled before",
            "You must call `compile()` before using the model",
            "draft",
        ],
        lambda desk: desk.draft.predict(desk.x, verbose=0),
        (RuntimeError, ValueError),
    ),
    Misuse(
        "training without a loss",
        lambda desk: desk.unscored.fit(desk.x, desk.y, verbose=0),
        ["No loss to compute", "`loss`", "guess"],
        lambda desk: recompile(desk, "sgd", "mse"),
    ),
    Misuse(
        "an optimizer misspelled",
        lambda desk: desk.reader.compile("adamm", "mse"),
        ["Could not interpret optimizer identifier", "adamm"],
        lambda desk: recompile(desk, "adam", "mse"),
    ),
    Misuse(
        "a loss misspelled",
        lambda desk: desk.reader.compile("adam", "categorical_crossentropi"),
        [
            "Unknown loss function",
            "Could not interpret loss identifier",
            "categorical_crossentropi",
            "categorical_crossentropy",
        ],
        lambda desk: recompile(desk, "adam", "categorical_crossentropy"),
    ),
    Misuse(
        "a metric misspelled",
        lambda desk: desk.reader.compile("adam", "mse", metrics=["acuracy"]),
        ["Could not interpret metric identifier", "acuracy", "accuracy"],
        lambda desk: recompile(desk, "adam", "mse", metrics=["accuracy"]),
    ),
    Misuse(
        "a learning rate below zero",
        lambda desk: recompile(desk, SGD(-0.1), "mse"),
        ["learning_rate", "-0.1"],
        lambda desk: recompile(desk, SGD(0.1), "mse"),
    ),
    Misuse(
        "three losses for two outputs",
        lambda desk: desk.compile_twins(loss=["mse", "mse", "mse"]),
        [
            "When passing a list as loss, it should have one entry per model outputs.",
            "twins",
            "same",
            "word",
        ],
        lambda desk: desk.compile_twins(loss=["mse", "mse"]),
        (ValueError, KeyError),
    ),
    Misuse(
        "a loss for an output that is not there",
        lambda desk: desk.compile_twins(loss={"zz": "mse", "word": "mse"}),
        [
            'Unknown entry in loss dictionary: "zz". Only expected the following keys',
            "same",
            "word",
        ],
        lambda desk: desk.compile_twins(loss=LOSSES),
        (ValueError, KeyError),
    ),
    Misuse(
        "a tensor as the key of a loss",
        lambda desk: desk.compile_twins(loss={desk.same: "mse", "word": "mse"}),
        [
            'Unknown entry in loss dictionary: "same[0:0]"',
            "found loss.keys()=['same[0:0]', 'word']",
            'write "same", in quotes, as the key',
        ],
        lambda desk: desk.compile_twins(loss={"same": "mse", "word": "mse"}),
        (ValueError, KeyError),
    ),
    Misuse(
        "a tensor as the key of a loss, and no output",
        lambda desk: desk.compile_twins(loss={desk.left: "mse", "word": "mse"}),
        ['Unknown entry in loss dictionary: "left[0:0]"', "use one of the names same, word"],
        lambda desk: desk.compile_twins(loss=LOSSES),
        (ValueError, KeyError),
    ),
    Misuse(
        "one loss weight for two outputs",
        weighing([1.0]),
        [
            "When passing a list as loss_weights, it should have one entry per model outputs.",
            "twins",
            "same",
            "word",
        ],
        weighing([1.0, 0.2]),
    ),
    Misuse(
        "a loss weight for an output that is not there",
        weighing({"main": 1.0}),
        [
            'Unknown entry in loss_weights dictionary: "main". Only expected the following keys',
            "same",
            "word",
        ],
        weighing({"same": 1.0}),
    ),
    Misuse(
        "loss weights that are a word",
        weighing("same"),
        ["Could not interpret loss_weights argument", "same"],
        weighing({"same": 1.0, "word": 0.2}),
        (TypeError,),
    ),
    Misuse(
        "metrics where the loss weights are meant to be",
        lambda desk: desk.reader.compile("sgd", "mse", ["accuracy"]),
        ["Could not interpret loss_weights argument", "'accuracy'", "metrics=[...]"],
        lambda desk: desk.reader.compile("sgd", "mse", metrics=["accuracy"]),
    ),
    Misuse(
        "a loss weight that is not a number",
        weighing([1.0, "0.2"]),
        ["loss_weights", "word", "0.2"],
        weighing([1.0, 0.2]),
        (TypeError,),
    ),
    Misuse(
        "a metric for an output that is not there",
        lambda desk: desk.compile_twins(metrics={"output_c": "accuracy"}),
        ["Invalid `metrics`", "output_c", "same", "word"],
        lambda desk: desk.compile_twins(metrics={"word": "accuracy"}),
    ),
]
