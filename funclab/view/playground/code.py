"""The playground's settings, and the functional-API code that they stand for.

The playground trains the very code that it shows: nothing about its model is written twice.
"""

from __future__ import annotations

import math
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
WAYS = (("", ""), ("swapped", "ops.flip(point, axis=-1)"), ("mirrored", "-point"))
"""What each branch is given: the point, its features swapped, and its mirror image."""
OPTIMIZERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}
USUAL_EPOCHS = 50
"""As many epochs as the code trains when nothing has been trained yet."""


def check(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, if each has a value that it may have.

    Raises: ArgumentError.
    """
    for name, value in settings.items():
        choices, limits = CHOICES.get(name, ()), LIMITS.get(name)
        usual = BLANK[name]
        if limits is None:
            fine = type(value) is type(usual) and (value in choices or value == usual)
            may = "one of " + ", ".join(map(repr, choices))
        else:
            fine = _number(value, usual) and limits[0] <= value <= limits[1]
            may = f"a {type(usual).__name__} from {limits[0]} to {limits[1]}"
        if not fine:
            raise ArgumentError(
                f"The playground cannot have {name}={value!r}.",
                why=f"{name} is {may}.",
                fix=f"write {name}={(choices or (USUAL_EPOCHS,))[-1]!r}, for example.",
            )
    return settings


def _number(value: Any, usual: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (
        isinstance(usual, float) and isinstance(value, float) and math.isfinite(value)
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
        parts = [self.imports, self.data, self.model, self.compile, self.fit(epochs)]
        return "\n\n".join(parts)

    @property
    def imports(self) -> str:
        return f"{IMPORTS}\n\nfunclab.utils.set_random_seed({self.settings['seed']})"

    @property
    def data(self) -> str:
        seed, noise = self.settings["seed"], self.settings["noise"]
        made = f'load_data("{self.settings["data"]}", noise={noise!r}, seed={seed})'
        if self.own:
            made = f"divided(x, y, seed={seed})"
        return f"(x_train, y_train), (x_test, y_test) = spots.{made}"

    @property
    def model(self) -> str:
        """The lines that build the model, ending in `model = ...`."""
        branches = self.settings["branches"]
        lines = ['point = Input((2,), name="point")']
        lines += [f"{name} = {made}" for name, made in WAYS[1:branches]]
        if self.settings["shared"] and branches > 1:
            lines += [f"{one} = {self._layer(one)}" for one in self._names("shared")]
        ends = [self._branch(lines, i) for i in range(branches)]
        end = ends[0]
        if branches > 1:
            end = "merged"
            merge = f'{self.settings["merge"].capitalize()}(name="merged")'
            lines.append(f"merged = layers.{merge}([{', '.join(ends)}])")
        last = 'layers.Dense(1, activation="sigmoid", name="answer")'
        if not self.classes:
            last = 'layers.Dense(1, name="answer")'
        lines.append(f"answer = {last}({end})")
        lines.append('model = Model(point, answer, name="playground")')
        return "\n".join(lines)

    def _names(self, stem: str) -> list[str]:
        return [f"{stem}_{i + 1}" for i in range(self.settings["layers"])]

    def _layer(self, name: str) -> str:
        units, activation = self.settings["units"], self.settings["activation"]
        return f'layers.Dense({units}, activation="{activation}", name="{name}")'

    def _branch(self, lines: list[str], i: int) -> str:
        """Write the calls of a branch; returns the variable of its end."""
        shared = self.settings["shared"] and self.settings["branches"] > 1
        letter, last = "abc"[i], WAYS[i][0] or "point"
        for depth, layer in enumerate(self._names("shared" if shared else letter)):
            name = f"{letter}_{depth + 1}"
            made = layer if shared else self._layer(layer)
            lines.append(f"{name} = {made}({last})")
            last = name
        return last

    @property
    def compile(self) -> str:
        optimizer = OPTIMIZERS[self.settings["optimizer"]]
        loss = "binary_crossentropy" if self.classes else "mse"
        made = f"funclab.optimizers.{optimizer}({self.settings['learning_rate']!r})"
        return f'model.compile(optimizer={made}, loss="{loss}")'

    def fit(self, epochs: int) -> str:
        size = self.settings["batch_size"]
        return (
            f"history = model.fit(\n    x_train, y_train, batch_size={size}, epochs={epochs},\n"
            "    validation_data=(x_test, y_test), verbose=0,\n)\nhistory.plot()"
        )
