"""What a parity case is: a model written once, and the data it is fed.

`build(keras)` is plain functional-API code. It is run with the real Keras when the records are made
and with funclab when they are checked, so nothing in it may depend on which of the two it gets.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Random = np.random.RandomState  # its streams are frozen, whatever the numpy: records stay valid
Maker = Callable[[Random], np.ndarray]

SAMPLES = 20
BATCH = 8  # leaves a last batch of four
STEPS = 5


@dataclass
class Case:
    """One model with its data. `x`, `y`, `sample_weight`: makers, or lists or dicts of them."""

    build: Callable[[Any], Any]
    x: Any
    y: Any
    sample_weight: Any = None
    class_weight: dict[int, float] | None = None
    batch: int = BATCH
    steps: int = STEPS
    backend: str = "jax"  # which Keras is the referee
    data: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        random = Random(self.seed)
        made = {"x": make(self.x, random), "y": make(self.y, random)}
        if self.sample_weight is not None:
            made["sample_weight"] = make(self.sample_weight, random)
        self.data = made

    @property
    def name(self) -> str:
        return self.build.__name__

    @property
    def seed(self) -> int:
        """Fixed by the name, so that cases can come and go without re-recording the others."""
        return zlib.crc32(self.name.encode())

    def batches(self) -> list[slice]:
        """The batches of an epoch, over and over, until there are `steps` of them."""
        starts = range(0, SAMPLES, self.batch)
        epoch = [slice(start, min(start + self.batch, SAMPLES)) for start in starts]
        return [epoch[step % len(epoch)] for step in range(self.steps)]

    def initial_weights(self, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
        """Seeded start for every weight; vectors are positive, as a variance has to be."""
        random = Random(self.seed + 1)
        return [start_value(shape, random) for shape in shapes]


# Under these a training step of Keras on JAX loses things: the mask a metric needs, the state of a
# stateful layer, and the activity penalty of every call of a shared layer but the last.
KEPT_BY_TENSORFLOW = {"backend": "tensorflow"}

CASES: dict[str, Case] = {}


def case(**options: Any) -> Callable[[Callable], Callable]:
    """Register the decorated `build(keras)` under its own name."""

    def register(build: Callable) -> Callable:
        made = Case(build, **options)
        CASES[made.name] = made
        return build

    return register


def variants(**named: Any) -> Callable[[Callable], Callable]:
    """Register `build(keras, setting)` once per name, each with its own setting."""

    def register(build: Callable) -> Callable:
        for name, (setting, options) in named.items():
            case(**options)(settle(build, name, setting))
        return build

    return register


def settle(build: Callable, name: str, setting: Any) -> Callable:
    def settled(keras: Any) -> Any:
        return build(keras, setting)

    settled.__name__ = name
    settled.of = build, setting
    return settled


def compiled(keras: Any, inputs: Any, outputs: Any, *settings: Any, **more: Any) -> Any:
    """The model between some tensors, compiled with these settings; by default ("sgd", "mse")."""
    model = keras.Model(inputs, outputs)
    model.compile(*(settings or ("sgd", "mse")), **more)
    return model


def start_value(shape: tuple[int, ...], random: Random) -> np.ndarray:
    if len(shape) < 2:
        return random.uniform(0.1, 0.5, shape).astype("float32")
    fan_in = np.prod(shape[:-1])
    return (random.standard_normal(shape) / np.sqrt(fan_in)).astype("float32")


def make(makers: Any, random: Random) -> Any:
    if isinstance(makers, dict):
        return {key: make(maker, random) for key, maker in makers.items()}
    if isinstance(makers, list):
        return [make(maker, random) for maker in makers]
    return makers(random)


def cut(data: Any, rows: slice) -> Any:
    """The same structure with only these rows of every array."""
    if isinstance(data, dict):
        return {key: cut(value, rows) for key, value in data.items()}
    if isinstance(data, list):
        return [cut(value, rows) for value in data]
    return data[rows]


def flat(structure: Any) -> list[np.ndarray]:
    """All arrays of a structure; those of a dict by key, as Keras returns dicts in sorted order."""
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in flat(structure[key])]
    if isinstance(structure, list | tuple):
        return [leaf for value in structure for leaf in flat(value)]
    return [np.asarray(structure)]


# What data is made of: each gives a maker of SAMPLES rows.


def normal(*shape: int) -> Maker:
    return lambda random: random.standard_normal((SAMPLES, *shape)).astype("float32")


def uniform(*shape: int, low: float = 0.0, high: float = 1.0) -> Maker:
    return lambda random: random.uniform(low, high, (SAMPLES, *shape)).astype("float32")


def binary(*shape: int) -> Maker:
    return lambda random: random.randint(0, 2, (SAMPLES, *shape)).astype("float32")


def classes(count: int, *shape: int) -> Maker:
    return lambda random: random.randint(0, count, (SAMPLES, *shape)).astype("int32")


def one_hot(count: int, *shape: int) -> Maker:
    eye = np.eye(count, dtype="float32")
    return lambda random: eye[random.randint(0, count, (SAMPLES, *shape))]


def probabilities(count: int) -> Maker:
    return lambda random: random.dirichlet(np.ones(count), SAMPLES).astype("float32")


def tokens(vocabulary: int, length: int) -> Maker:
    """Sentences of unequal length, padded at the end with zeros."""

    def made(random: Random) -> np.ndarray:
        words = random.randint(1, vocabulary, (SAMPLES, length))
        lengths = random.randint(1, length + 1, (SAMPLES, 1))
        return np.where(np.arange(length) < lengths, words, 0).astype("int32")

    return made


def padded(length: int, width: int) -> Maker:
    """Sequences of vectors in which some steps, anywhere, are all zero."""

    def made(random: Random) -> np.ndarray:
        values = random.standard_normal((SAMPLES, length, width))
        kept = random.uniform(size=(SAMPLES, length, 1)) < 0.7
        return (values * kept).astype("float32")

    return made
