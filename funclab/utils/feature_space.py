"""Columns of a table as one vector: `FeatureSpace` holds a layer for each column."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab import registry
from funclab.errors import ArgumentError, DataError, NotSupportedError
from funclab.graph import structure
from funclab.graph.tensor import Tensor
from funclab.layers import (
    CategoryEncoding,
    Concatenate,
    Discretization,
    HashedCrossing,
    Hashing,
    Identity,
    Input,
    IntegerLookup,
    Normalization,
    Rescaling,
    StringLookup,
    TextVectorization,
)
from funclab.layers.checks import one_of
from funclab.utils.elements import groups

BATCH = 32
"""How many rows without a batch are learned from at a time."""


@dataclass(eq=False)
class Feature:
    """A column: the dtype of its values, the layer that prepares them, and whether they become one
    number ("int", "float") or a vector of zeros and ones ("one_hot")."""

    dtype: str
    preprocessor: Any
    output_mode: str

    def __post_init__(self) -> None:
        one_of("output_mode", self.output_mode, ("int", "one_hot", "float"))

    def get_config(self) -> dict[str, Any]:
        """The settings as plain data."""
        return vars(self) | {"preprocessor": registry.to_config(self.preprocessor)}


@dataclass(eq=False)
class Cross:
    """Columns whose values are numbered together, in `crossing_dim` bins."""

    feature_names: Any
    crossing_dim: int
    output_mode: str = "one_hot"

    def __post_init__(self) -> None:
        self.feature_names = tuple(self.feature_names)
        one_of("output_mode", self.output_mode, ("int", "one_hot"))

    @property
    def name(self) -> str:
        return "_X_".join(self.feature_names)

    def get_config(self) -> dict[str, Any]:
        """The settings as plain data."""
        return dict(vars(self))


class FeatureSpace:
    """Columns of a table as one vector, or as a dict of vectors: a layer for each column, and one
    for each cross of columns.

    It is called with a dict of arrays, of (n,), (n, 1) or of single values, in a data set's `map`,
    too. `get_inputs` and `get_encoded_features` are the beginning of a model.

    features: for each column, by name, what it is: "float", "float_normalized", "float_rescaled",
        "float_discretized", "integer_categorical", "string_categorical", "integer_hashed" or
        "string_hashed"; or what the methods of these names make, with settings.
    output_mode: "concat" for one vector, in the order of the names' alphabet, crosses last; "dict".
    crosses: columns that are numbered together: tuples of names, or what `cross` makes.
    crossing_dim, hashing_dim, num_discretization_bins: the number of bins where none is given.
    name: of the space.
    Raises: ArgumentError for an odd setting.

    >>> space = FeatureSpace({"age": "float_normalized", "town": "string_categorical"})
    >>> space.adapt({"age": [20.0, 40.0], "town": ["Ulm", "Bonn"]})
    >>> space({"age": 40.0, "town": "Bonn"})
    array([1., 0., 0., 1.], dtype=float32)
    """

    def __init__(
        self,
        features: Any,
        output_mode: str = "concat",
        crosses: Any = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ) -> None:
        one_of("output_mode", output_mode, ("concat", "dict"))
        if not features:
            raise ArgumentError(
                "The `features` argument cannot be None or empty.",
                why="it says what each column is.",
                fix='write features={"age": "float_normalized"}, with your own names.',
            )
        self.name = name or registry.auto_name("feature_space")
        self.output_mode, self.crossing_dim = output_mode, crossing_dim
        self.hashing_dim, self.num_discretization_bins = hashing_dim, num_discretization_bins
        self.features = {key: self._feature(key, value) for key, value in features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.preprocessors = {key: f.preprocessor for key, f in self.features.items()}
        self.crossers = {
            cross.name: HashedCrossing(cross.crossing_dim, name=cross.name)
            for cross in self.crosses
        }
        self.inputs = {
            key: Input((1,), dtype=feature.dtype, name=key)
            for key, feature in self.features.items()
        }
        self.one_hot_encoders: dict[str, Any] = {}
        self._encoded: Any = None
        self._adapted = not self._to_adapt()

    # What a column can be.
    @classmethod
    def cross(cls, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """Columns that are numbered together, in `crossing_dim` bins, by a hash of their values."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A column of a `dtype` that a layer of your own prepares."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """A column of numbers, as they are."""
        return Feature("float32", Identity(name=_named(name, "float")), "float")

    @classmethod
    def float_rescaled(
        cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None
    ) -> Feature:
        """A column of numbers x that become scale x + offset."""
        layer = Rescaling(scale, offset, name=_named(name, "float_rescaled"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """A column of numbers that get mean 0 and variance 1, learned by `adapt`."""
        layer = Normalization(axis=-1, name=_named(name, "float_normalized"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_discretized(
        cls, num_bins: int, bin_boundaries: Any = None, output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:  # fmt: skip
        """A column of numbers that become those of bins, with boundaries learned by `adapt` if none
        are given."""
        bins = {"bin_boundaries": bin_boundaries} if bin_boundaries else {"num_bins": num_bins}
        layer = Discretization(**bins, name=_named(name, "float_discretized"))
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls, max_tokens: int | None = None, num_oov_indices: int = 1, output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:  # fmt: skip
        """A column of integers that name categories, which `adapt` learns."""
        layer = IntegerLookup(
            max_tokens=max_tokens, num_oov_indices=num_oov_indices,
            name=_named(name, "integer_categorical"),
        )  # fmt: skip
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls, max_tokens: int | None = None, num_oov_indices: int = 1, output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:  # fmt: skip
        """A column of words that name categories, which `adapt` learns."""
        layer = StringLookup(
            max_tokens=max_tokens, num_oov_indices=num_oov_indices,
            name=_named(name, "string_categorical"),
        )  # fmt: skip
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """A column of words that become the bins of their hashes."""
        return Feature("string", Hashing(num_bins, name=_named(name, "string_hashed")), output_mode)

    @classmethod
    def integer_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """A column of integers that become the bins of their hashes."""
        return Feature("int32", Hashing(num_bins, name=_named(name, "integer_hashed")), output_mode)

    def _feature(self, name: str, told: Any) -> Feature:
        if isinstance(told, Feature):
            return told
        if isinstance(told, Mapping):
            layer = registry.get("layer", told["preprocessor"])
            return Feature(told["dtype"], layer, told["output_mode"])
        one_of(f"features[{name!r}]", told, KINDS)
        counts = {"float_discretized": (self.num_discretization_bins,)}
        hashed = (self.hashing_dim,) if str(told).endswith("hashed") else ()
        return getattr(self, told)(*counts.get(told, hashed), name=name)

    def _cross(self, told: Any) -> Cross:
        if isinstance(told, Mapping):
            told = Cross(**told)
        cross = told if isinstance(told, Cross) else Cross(told, self.crossing_dim)
        if unknown := [name for name in cross.feature_names if name not in self.features]:
            raise ArgumentError(
                "All features referenced in the `crosses` argument should be present in the "
                f"`features` dict. Received unknown features: {unknown}",
                why="a cross numbers columns together.",
                fix=f"the columns are {', '.join(self.features)}.",
            )
        return cross

    # Learning from data.
    def _to_adapt(self) -> list[str]:
        """The columns whose layers learn from data."""
        given = {
            Normalization: lambda layer: layer.input_mean is not None,
            TextVectorization: lambda layer: layer.vocabulary is not None,
            Discretization: lambda layer: layer.num_bins is None,
        }
        return [
            name
            for name, layer in self.preprocessors.items()
            if hasattr(layer, "adapt") and not given.get(type(layer), lambda _: False)(layer)
        ]

    def adapt(self, dataset: Any) -> None:
        """Learn means, boundaries and vocabularies from the columns of data.

        dataset: a dict of arrays or lists, or a `Dataset` (or list) of dicts, rows or batches.
        Raises: DataError for data of another form.
        """
        if isinstance(dataset, Mapping):
            dataset = [dict(zip(dataset, row)) for row in zip(*map(np.asarray, dataset.values()))]
        if not isinstance(dataset, Iterable) or not all(
            isinstance(row, Mapping) for row, _ in zip(dataset, range(1))
        ):
            raise DataError(
                "`adapt()` can only be called on a Dataset of dicts or a dict of arrays/lists. "
                f"Received instead: {type(dataset).__name__}",
                why="each column is known by its name.",
                fix="for a data set of (x, y), write adapt(dataset.map(lambda x, y: x)).",
            )
        for name in self._to_adapt():
            self.preprocessors[name].adapt(_batches(dataset, name))
        self._adapted = True

    def _require(self) -> None:
        if not self._adapted:
            raise ArgumentError(
                "You need to call `.adapt(dataset)` on the FeatureSpace before you can start "
                "using it.",
                why=f"these columns learn from data: {', '.join(self._to_adapt())}.",
                fix=f"write {self.name}.adapt(data), with a dict of columns.",
            )

    # Encoding.
    def get_inputs(self) -> dict[str, Any]:
        """An `Input` for each column, by name."""
        self._require()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """The tensor, or the dict of tensors, that is made of the inputs."""
        self._require()
        if self._encoded is None:
            self._encoded = self._encode(self.inputs)
        return self._encoded

    def __call__(self, data: Any) -> Any:
        """The columns of `data`, a dict of arrays, of single values or of tensors, encoded."""
        self._require()
        if not isinstance(data, Mapping):
            raise DataError(
                f"A FeatureSpace can only be called with a dict. Received: {type(data).__name__}",
                why="each column is known by its name.",
                fix=f"pass a dict with {', '.join(self.features)}.",
            )
        if missing := [name for name in self.features if name not in data]:
            raise DataError(
                f"The columns {missing} are not in the data.",
                why="each layer needs the column that it was made for.",
                fix=f"pass a dict with {', '.join(self.features)}.",
            )
        columns = {name: data[name] for name in self.features}
        alone = any(not isinstance(x, Tensor) and np.ndim(x) == 0 for x in columns.values())
        made = self._encode({name: _column(x) for name, x in columns.items()})
        return structure.map_structure(lambda x: x[0], made) if alone else made

    def _encode(self, columns: Mapping[str, Any]) -> Any:
        made = {name: self.preprocessors[name](columns[name]) for name in sorted(columns)}
        crosses = {cross.name: cross for cross in self.crosses}
        for name in sorted(crosses):
            made[name] = self.crossers[name]([made[of] for of in crosses[name].feature_names])
        specs = {**self.features, **crosses}
        encoded = {name: self._one_hot(name, specs[name], x) for name, x in made.items()}
        if self.output_mode == "dict":
            return encoded
        for name, x in encoded.items():
            if not str(x.dtype).startswith("float"):
                raise ArgumentError(
                    f"Cannot concatenate features because feature '{name}' has not been encoded "
                    f"(it has dtype {x.dtype}).",
                    why="one vector holds floats.",
                    fix='write output_mode="one_hot" for it, or output_mode="dict" for the space.',
                )
        parts = [*encoded.values()]
        return parts[0] if len(parts) == 1 else Concatenate(axis=-1)(parts)

    def _one_hot(self, name: str, spec: Any, x: Any) -> Any:
        if spec.output_mode != "one_hot":
            return x
        if name not in self.one_hot_encoders:
            layer = self.preprocessors.get(name) or self.crossers[name]
            count = _count(name, layer)
            self.one_hot_encoders[name] = CategoryEncoding(count, output_mode="multi_hot")
        return self.one_hot_encoders[name](x)

    # Settings.
    def get_config(self) -> dict[str, Any]:
        """The constructor arguments as plain data."""
        return {
            "features": {name: feature.get_config() for name, feature in self.features.items()},
            "crosses": [cross.get_config() for cross in self.crosses],
            **{name: getattr(self, name) for name in SETTINGS},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> FeatureSpace:
        """A space with these settings, which has not learned from data."""
        return cls(**config)

    def save(self, filepath: Any) -> None:
        """Refused: models are saved.

        Raises: NotSupportedError.
        """
        raise NotSupportedError(
            "A FeatureSpace is not saved by itself.",
            why="files of funclab contain models.",
            fix=f"write Model({self.name}.get_inputs(), {self.name}.get_encoded_features())"
            ".save(path): its layers keep what they have learned.",
        )


KINDS = (
    "float", "float_normalized", "float_rescaled", "float_discretized", "integer_categorical",
    "string_categorical", "integer_hashed", "string_hashed",
)  # fmt: skip
SETTINGS = ("output_mode", "crossing_dim", "hashing_dim", "num_discretization_bins", "name")


def _named(name: str | None, kind: str) -> str:
    return f"{name or registry.auto_name(kind)}_preprocessor"


def _column(x: Any) -> Any:
    """A column as (n, 1) or more."""
    if isinstance(x, Tensor):
        return x
    array = np.asarray(x)
    return array.reshape(1, 1) if array.ndim == 0 else array[:, None] if array.ndim == 1 else array


def _batches(dataset: Iterable[Any], name: str) -> Iterator[Any]:
    """The values of a column, batch by batch, (n, 1) or more."""
    rows = (np.asarray(row[name]) for row in dataset)
    first = next(rows, None)
    if first is None:
        return
    rows = itertools.chain([first], rows)
    if first.ndim == 0:  # rows without a batch
        yield from (np.stack(some)[:, None] for some in groups(rows, BATCH, False))
    else:
        yield from map(_column, rows)


def _count(name: str, layer: Any) -> int:
    """How many numbers the layer of a column gives.

    Raises: ArgumentError for a layer of another kind.
    """
    if isinstance(layer, (IntegerLookup, StringLookup)):
        return layer.vocabulary_size()
    if isinstance(layer, Discretization) and layer.num_bins is None:
        return len(layer.bin_boundaries) + 1
    for attribute in ("num_bins", "num_tokens"):
        if isinstance(count := getattr(layer, attribute, None), int):
            return count
    raise ArgumentError(
        f"Feature '{name}' has `output_mode='one_hot'`, but how many categories there are is not "
        "known.",
        why=f"{type(layer).__name__} is none of the layers that number categories.",
        fix='write output_mode="int", or "float".',
    )
