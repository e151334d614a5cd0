"""One model of the playground: its settings, the functional-API code that they stand for, its data,
and its training in short bursts.

The playground runs exactly the code that it shows: nothing about its model is written twice.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from funclab import initializers, registry
from funclab.callbacks import Callback
from funclab.errors import ArgumentError, DataError, suggest
from funclab.graph.shape_math import Array
from funclab.models.model import Model

GRID, FINE = 28, 56
"""How many values the surface of a neuron has on a side, and that of the answer."""
MOST_OWN = MOST_EPOCHS = 5000
SAMPLES = 52
MARGIN = 0.08
FAR = 1e9
"""The largest sum that is drawn, if a model has blown up."""


class Setting(NamedTuple):
    """The default of a setting, what its control offers, and the range from which Python may choose
    beyond that."""

    usual: Any
    choices: tuple[Any, ...] = ()
    limits: tuple[float, float] | None = None


SETTINGS = {
    "data": Setting("", ("circles", "spirals", "xor", "moons", "gaussians", "plane")),
    "noise": Setting(0.05, (0.0, 0.02, 0.05, 0.1, 0.2, 0.3), (0, 2)),
    "branches": Setting(1, (1, 2, 3)),
    "shared": Setting(False, (False, True)),
    "merge": Setting("concatenate", ("concatenate", "add", "average")),
    "layers": Setting(2, (1, 2, 3), (1, 4)),
    "units": Setting(8, (1, 2, 4, 8, 16, 32), (1, 128)),
    "activation": Setting("tanh", ("relu", "tanh", "sigmoid", "linear")),
    "optimizer": Setting("adam", ("sgd", "rmsprop", "adam")),
    "learning_rate": Setting(0.01, (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0), (1e-6, 10)),
    "batch_size": Setting(16, (4, 8, 16, 32, 64, 128), (1, 5000)),
    "seed": Setting(0, tuple(range(10)), (0, 2**31 - 1)),
    "epochs": Setting(0, (), (0, MOST_EPOCHS)),
}
"""In the order of their controls; `epochs` has none."""
BLANK = {name: setting.usual for name, setting in SETTINGS.items()}
WAYS = (("point", ""), ("swapped", "ops.flip(point, axis=-1)"), ("mirrored", "-point"))
"""The input of each branch and its source: the point, its features swapped, its mirror image."""
OPTIMIZERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}
USUAL_EPOCHS = 50
"""How many epochs the code trains for if nothing has been trained yet."""


def check(settings: dict[str, Any]) -> None:
    """Make sure that each setting has an allowed value.

    Raises: ArgumentError.
    """
    for name, value in settings.items():
        usual, choices, limits = SETTINGS[name]
        if limits is not None:
            low, high = limits
            numbers = (int, float) if isinstance(usual, float) else (int,)
            fits = (
                isinstance(value, numbers) and not isinstance(value, bool) and low <= value <= high
            )
            kind = "number" if isinstance(usual, float) else "whole number"
            range_words = f"a {kind} from {low} to {high}"
        else:
            fits = type(value) is type(usual) and value in (*choices, usual)
            range_words = "one of " + ", ".join(map(repr, choices))
        if not fits:
            texts = [choice for choice in choices if isinstance(choice, str)]
            near = suggest.similar(str(value), texts) or choices or (USUAL_EPOCHS,)
            raise ArgumentError(
                f"The playground cannot have {name}={value!r}.",
                why=f"{name} is {range_words}.",
                fix=f"write {name}={near[0]!r}, for example.",
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
        """All of the code, to paste into a cell: with the same seed, it gives the same curve."""
        seed = f"funclab.utils.set_random_seed({self.settings['seed']})"
        return "\n\n".join([IMPORTS, seed, self.data, self.model, self.compile, self.fit(epochs)])

    @property
    def data(self) -> str:
        """The line that loads or splits the data."""
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


class TimeLimit(Callback):
    """Ends training after the epoch in which its time runs out."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.end = time.perf_counter() + seconds

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if time.perf_counter() >= self.end:
            self.model.stop_training = True


class Trial:
    """A model made with some settings, as it is after `epochs` epochs.

    It draws its random numbers from a generator of its own, so that the rest of a notebook neither
    changes its curve nor is changed by it. `own` is the (x, y) of a user, if there is one.
    """

    def __init__(self, settings: dict[str, Any], own: tuple[Array, Array] | None) -> None:
        self.settings, self.own = settings, own
        classes = settings["data"] != "plane" if own is None else set(np.unique(own[1])) <= {0, 1}
        self.code = Code(settings, own is not None, classes)
        self.random = np.random.default_rng(settings["seed"])
        self.train: list[float] = []
        self.test: list[float] = []
        space: dict[str, Any] = {} if own is None else {"x": own[0], "y": own[1]}
        with self._apart():
            for part in (IMPORTS, self.code.data, self.code.model, self.code.compile):
                exec(part, space)
        self.model = space["model"]
        self._wire(space)
        self.trained = space["x_train"], space["y_train"]
        self.tested = space["x_test"], space["y_test"]
        self._measure()

    def _wire(self, space: dict[str, Any]) -> None:
        """Note which call is fed by what, by the names in the code, and make a model of all that
        the calls are given."""
        depths = range(1, self.settings["layers"] + 1)
        count = self.settings["branches"]
        shared = self.settings["shared"] and count > 1
        self.branches = [
            [way, *(f"{letter}_{i}" for i in depths)]
            for letter, (way, _) in zip("abc"[:count], WAYS)
        ]
        """The names of the calls of each branch, after that of its input."""
        end = "merged" if count > 1 else self.branches[0][-1]
        steps = [pair for branch in self.branches for pair in pairwise(branch)]
        self.feeds = {**{name: before for before, name in steps}, "answer": end}
        self.layers = {
            name: f"shared_{name[2:]}" if shared and name != "answer" else name
            for name in self.feeds
        }
        given = {name: space[name] for name in self.feeds.values() if name != "point"}
        with self._apart():
            self.inside = Model(space["point"], given)

    def _measure(self) -> None:
        """Set the square that the surface shows, and what counts as far from the middle."""
        x = np.concatenate([self.trained[0], self.tested[0]])
        y = np.concatenate([self.trained[1], self.tested[1]])
        low, high = x.min(axis=0), x.max(axis=0)
        spread = np.where(high > low, high - low, 1.0)
        self.low, self.high = low - MARGIN * spread, high + MARGIN * spread
        self.middle = 0.5 if self.code.classes else 0.0
        self.reach = 0.5 if self.code.classes else float(np.abs(y).max()) or 1.0

    @property
    def epochs(self) -> int:
        return len(self.train)

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """With random numbers and automatic names of its own."""
        with initializers.using(self.random), registry.fresh_names():
            yield

    def burst(self, until: int, seconds: float = math.inf) -> None:
        """Continue training to epoch `until` or until time runs out, for at least one epoch."""
        if until <= self.epochs:
            return
        with self._apart():
            history = self.model.fit(
                *self.trained,
                batch_size=self.settings["batch_size"],
                initial_epoch=self.epochs,
                epochs=until,
                validation_data=self.tested,
                callbacks=[TimeLimit(seconds)],
                verbose=0,
            ).history
        self.train += history["loss"]
        self.test += history["val_loss"]

    def answers(self, points: Array) -> Array:
        """What the model answers for points (n, 2), as (n,)."""
        with self._apart():
            return self.model.predict(points, batch_size=len(points), verbose=0)[:, 0]

    def right(self) -> int | None:
        """How many test points the model takes for what they are; None if they have no classes."""
        if not self.code.classes:
            return None
        x, y = self.tested
        return int(np.sum((self.answers(x) > self.middle) == (y > self.middle)))

    def surface(self) -> Array:
        """What the answer adds up, its weights times its inputs and its bias, (FINE, FINE): the top
        row first. The answer is undecided where this is 0."""
        return self._sums(["answer"], FINE)["answer"][0]

    def neurons(self) -> dict[str, Array]:
        """The same of every hidden neuron, by the name of its call: (units, GRID, GRID); and of the
        inputs of each branch, their values."""
        names = [name for branch in self.branches for name in branch]
        return self._sums(names, GRID)

    def _sums(self, names: list[str], side: int) -> dict[str, Array]:
        """What calls add up on a grid of points over the square, or the values of inputs."""
        across, up = (np.linspace(self.low[i], self.high[i], side, dtype="float32") for i in (0, 1))
        points = np.stack(np.meshgrid(across, up[::-1]), axis=-1).reshape(-1, 2)
        with self._apart():
            known = self.inside.predict(points, batch_size=len(points), verbose=0)
        sums = {}
        for name in names:
            value = known.get(self.feeds.get(name, name), points)
            if name in self.feeds:
                kernel, bias = self.layer(name).get_weights()
                value = value @ kernel + bias
            value = np.clip(np.nan_to_num(value, nan=0), -FAR, FAR)
            sums[name] = value.T.reshape(-1, side, side).astype("float64")
        return sums

    def layer(self, name: str) -> Any:
        """The layer of a call, which several calls may share."""
        return self.model.get_layer(self.layers[name])

    def facts(self) -> dict[str, Any]:
        """Everything that a picture of it needs."""
        return {
            "settings": self.settings,
            "classes": self.code.classes,
            "points": self.points(),
            "low": [round(float(x), 3) for x in self.low],
            "high": [round(float(x), 3) for x in self.high],
            "weights": self.model.count_params(),
            "epochs": self.epochs,
            "train": list(self.train),
            "test": list(self.test),
            "tested": len(self.tested[0]),
            "right": self.right(),
        }

    @property
    def far(self) -> float:
        """The largest number that is to be answered; 0 with classes."""
        return 0.0 if self.code.classes else self.reach

    def points(self) -> list[list[int]]:
        """All points, those for testing last."""
        return [*self._points(self.trained, False), *self._points(self.tested, True)]

    def _points(self, spots: tuple[Array, Array], tested: bool) -> Iterator[list[int]]:
        """Each point as [x, y in thousandths of the square, 1 for a cross, 1 for test]."""
        x, y = spots
        thousandths = np.round(1000 * (x - self.low) / (self.high - self.low)).astype(int)
        for (across, up), value in zip(thousandths.tolist(), y.tolist()):
            yield [across, 1000 - up, int(value > self.middle), int(tested)]


@cache
def samples(name: str) -> list[list[int]]:
    """Some points of a set of data, as a small picture shows them."""
    space: dict[str, Any] = {}
    exec(IMPORTS, space)
    (x, y), _ = space["spots"].load_data(name, SAMPLES)
    crosses = y > (0.5 if set(np.unique(y)) <= {0, 1} else 0)
    far = 1.15 * np.abs(x).max()
    places = np.round(500 * (1 + x * (1, -1) / far)).astype(int).tolist()
    return [[*place, int(cross), 0] for place, cross in zip(places, crosses.tolist())]


def checked_own(data: Any) -> tuple[Array, Array]:
    """A user's own (x, y) as float32 arrays.

    Raises: DataError.
    """
    try:
        x, y = (np.asarray(array, dtype="float32") for array in data)
    except (TypeError, ValueError):
        raise DataError(
            f"The playground cannot read {type(data).__name__} as data.",
            why="its data are a name, or two arrays of numbers: points and their targets.",
            fix='write data="spirals" or data=(x, y).',
        ) from None
    y = y.reshape(-1) if y.ndim == 2 and y.shape[1] == 1 else y
    fits = x.ndim == 2 and x.shape[1] == 2 and y.shape == x.shape[:1]
    if not fits or not 8 <= len(x) <= MOST_OWN:
        raise DataError(
            f"The playground was given x of shape {x.shape} and y of shape {y.shape}.",
            why=f"it draws points of two features, 8 to {MOST_OWN} of them, with a target each: "
            "x (n, 2), y (n,).",
            fix=f"choose two features and some rows: (x[:{MOST_OWN}, :2], y[:{MOST_OWN}]).",
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise DataError(
            "The playground's data hold values that are not numbers (nan or inf).",
            why="they have no place on the plane, and would make every loss nan.",
            fix="leave them out: keep = np.isfinite(x).all(axis=1) & np.isfinite(y).",
        )
    return x, y
