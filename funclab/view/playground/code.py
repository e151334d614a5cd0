"""The playground's settings, and the functional-API code that they stand for.

The playground trains the very code that it shows: nothing about its model is written twice.
"""

from __future__ import annotations

from typing import Any

from funclab.errors import ArgumentError

CHOICES: dict[str, tuple[Any, ...]] = {
    "data": ("circles", "spirals", "xor", "moons", "gaussians", "plane"),
    "noise": (0.0, 0.02, 0.05, 0.1, 0.2, 0.3),
    "branches": (1, 2, 3),
    "shared": (False, True),
    "merge": ("concatenate", "add", "average"),
    "layers": (1, 2, 3),
    "units": (1, 2, 4, 8, 16, 32),
    "activation": ("relu", "tanh", "sigmoid", "linear"),
    "optimizer": ("sgd", "rmsprop", "adam"),
    "learning_rate": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
    "batch_size": (4, 8, 16, 32, 64, 128),
    "seed": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
}
"""What the controls offer, in the order in which they stand."""
LIMITS = {
    "noise": (0, 2),
    "layers": (1, 4),
    "units": (1, 128),
    "learning_rate": (1e-6, 10),
    "batch_size": (1, 5000),
    "seed": (0, 2**31 - 1),
    "epochs": (0, 5000),
}
"""What Python may choose beyond that."""
BLANK: dict[str, Any] = {
    "data": "", "noise": 0.05, "branches": 1, "shared": False, "merge": "concatenate", "layers": 2,
    "units": 8, "activation": "tanh", "optimizer": "adam", "learning_rate": 0.01, "batch_size": 16,
    "seed": 0, "epochs": 0,
}  # fmt: skip
WAYS = (("point", ""), ("swapped", "ops.flip(point, axis=-1)"), ("mirrored", "-point"))
"""The input of each branch and its source: the point, its features swapped, its mirror image."""
OPTIMIZERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}
USUAL_EPOCHS = 50
"""As many epochs as the code trains when nothing has been trained yet."""


def check(settings: dict[str, Any]) -> None:
    """Make sure that each setting has a value that it may have.

    Raises: ArgumentError.
    """
    for name, value in settings.items():
        choices, usual = CHOICES.get(name, ()), BLANK[name]
        if name in LIMITS:
            low, high = LIMITS[name]
            numbers = (int, float) if isinstance(usual, float) else (int,)
            fits = (
                isinstance(value, numbers) and not isinstance(value, bool) and low <= value <= high
            )
            range_words = f"a {type(usual).__name__} from {low} to {high}"
        else:
            fits = type(value) is type(usual) and value in (*choices, usual)
            range_words = "one of " + ", ".join(map(repr, choices))
        if not fits:
            raise ArgumentError(
                f"The playground cannot have {name}={value!r}.",
                why=f"{name} is {range_words}.",
                fix=f"write {name}={(choices or (USUAL_EPOCHS,))[-1]!r}, for example.",
            )


IMPORTS = """\
import funclab
from funclab import Input, Model, layers, ops
from funclab.datasets import spots"""


class Code:
    """The code of a playground's model, in parts. With `own`, the data are `x` and `y`."""

    def __init__(self, settings: dict[str, Any], own: bool, classes: bool) -> None:
        self.settings, self.own, self.classes = settings, own, classes

    def to(self, epochs: int) -> str:
        """All of it, to be pasted into a cell: the same seed, the same curve."""
        seed = f"funclab.utils.set_random_seed({self.settings['seed']})"
        return "\n\n".join([IMPORTS, seed, self.data, self.model, self.compile, self.fit(epochs)])

    @property
    def data(self) -> str:
        """The line that loads, or divides, the data."""
        seed, noise = self.settings["seed"], self.settings["noise"]
        call = f'load_data("{self.settings["data"]}", noise={noise!r}, seed={seed})'
        if self.own:
            call = f"divided(x, y, seed={seed})"
        return f"(x_train, y_train), (x_test, y_test) = spots.{call}"

    @property
    def model(self) -> str:
        """The lines that build the model, ending in `model = ...`."""
        branches, depths = self.settings["branches"], range(1, self.settings["layers"] + 1)
        shared = self.settings["shared"] and branches > 1
        lines = ['point = Input((2,), name="point")']
        lines += [f"{name} = {source}" for name, source in WAYS[1:branches]]
        if shared:
            lines += [f"shared_{i} = {self._layer(f'shared_{i}')}" for i in depths]
        ends: list[str] = []
        for letter, (way, _) in zip("abc"[:branches], WAYS):
            end = way
            for i in depths:
                name = f"{letter}_{i}"
                lines.append(f"{name} = {f'shared_{i}' if shared else self._layer(name)}({end})")
                end = name
            ends.append(end)
        if branches > 1:
            merge = self.settings["merge"].capitalize()
            lines.append(f'merged = layers.{merge}(name="merged")([{", ".join(ends)}])')
        end = "merged" if branches > 1 else ends[0]
        sigmoid = 'activation="sigmoid", ' if self.classes else ""
        lines.append(f'answer = layers.Dense(1, {sigmoid}name="answer")({end})')
        return "\n".join([*lines, 'model = Model(point, answer, name="playground")'])

    def _layer(self, name: str) -> str:
        units, activation = self.settings["units"], self.settings["activation"]
        return f'layers.Dense({units}, activation="{activation}", name="{name}")'

    @property
    def compile(self) -> str:
        optimizer = OPTIMIZERS[self.settings["optimizer"]]
        call = f"funclab.optimizers.{optimizer}({self.settings['learning_rate']!r})"
        loss = "binary_crossentropy" if self.classes else "mse"
        return f'model.compile(optimizer={call}, loss="{loss}")'

    def fit(self, epochs: int) -> str:
        size = self.settings["batch_size"]
        return (
            f"history = model.fit(\n    x_train, y_train, batch_size={size}, epochs={epochs},\n"
            "    validation_data=(x_test, y_test), verbose=0,\n)\nhistory.plot()"
        )
