"""Models: the front desk. Each method hands its work to the room that does it."""

from __future__ import annotations

from typing import Any, NoReturn

from funclab import saving, structure, training, view
from funclab.errors import ArgumentError, NameLookupError
from funclab.graph.tensor import Tensor
from funclab.layers.base import Layer


class Model(Layer):
    """A layer that can be trained.

    `Model(inputs, outputs)` takes symbolic tensors and holds the graph between them
    (`Functional`). A subclass may instead make layers in `__init__` and use them in `call`.

    Raises: GraphError, TensorTypeError when inputs and outputs make no graph.
    """

    inputs: list[Any] | None = None
    outputs: list[Any] | None = None
    stop_training = False
    history: Any = None
    _compiled: Any = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and (args or {"inputs", "outputs", "input", "output"} & kwargs.keys()):
            from funclab.models.functional import Functional

            refuse_loose(args)
            return Layer.__new__(Functional, *args, **kwargs)
        return Layer.__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or "inputs" in kwargs:
            from funclab.models.functional import Functional, functional_version

            self.__class__ = functional_version(type(self))
            Functional.__init__(self, *args, **kwargs)  # type: ignore[arg-type]
        else:
            super().__init__(**{"autocast": False, **kwargs})

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside, each once."""
        return self.sublayers  # type: ignore[return-value]

    @layers.setter
    def layers(self, _: Any) -> NoReturn:
        refuse_layers(self.name)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its place in `layers`.

        Raises: NameLookupError (also a ValueError) when there is none.
        """
        names = [layer.name for layer in self.layers]
        if (name is None) == (index is None):
            raise NameLookupError(
                "Provide either a layer name or layer index at `get_layer`.",
                why="exactly one of the two says which layer is meant.",
                fix=f'write get_layer("{names[-1] if names else "dense"}") or get_layer(index=0).',
            )
        if index is not None and not -len(names) <= index < len(names):
            raise NameLookupError(
                f"Was asked to retrieve layer at index {index} but model only has {len(names)} "
                "layers.",
                why=f"the layers of {self.name} are {', '.join(names)}.",
                fix=f"use an index from 0 to {len(names) - 1}.",
            )
        if name is not None and name not in names:
            raise NameLookupError(
                f"No such layer: {name}. Existing layers are: {names}.",
                why=f"{self.name} holds no layer of that name; a layer inside a nested model is "
                "reached through that model.",
                fix="use one of the names above.",
            )
        return self.layers[names.index(name) if name is not None else index]  # type: ignore[index]

    # Training.
    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, **settings: Any) -> None:
        """Choose optimizer, losses and metrics. See `funclab.training.compile`."""
        training.compile(self, optimizer, loss, **settings)

    def fit(self, x: Any = None, y: Any = None, *args: Any, **settings: Any) -> Any:
        """Train, and return the History. See `funclab.training.fit`."""
        return training.fit(self, x, y, *args, **settings)

    async def fit_async(self, x: Any = None, y: Any = None, *args: Any, **settings: Any) -> Any:
        """Train while the cell stays open to clicks. See `funclab.training.fit_async`."""
        return await training.fit_async(self, x, y, *args, **settings)

    def evaluate(self, x: Any = None, y: Any = None, *args: Any, **settings: Any) -> Any:
        """Loss and metrics on data. See `funclab.training.evaluate`."""
        return training.evaluate(self, x, y, *args, **settings)

    def predict(self, x: Any, *args: Any, **settings: Any) -> Any:
        """Outputs for data, as arrays. See `funclab.training.predict`."""
        return training.predict(self, x, *args, **settings)

    def train_on_batch(self, x: Any, y: Any = None, *args: Any, **settings: Any) -> Any:
        """One training step. See `funclab.training.train_on_batch`."""
        return training.train_on_batch(self, x, y, *args, **settings)

    def test_on_batch(self, x: Any, y: Any = None, *args: Any, **settings: Any) -> Any:
        """Loss and metrics on one batch. See `funclab.training.test_on_batch`."""
        return training.test_on_batch(self, x, y, *args, **settings)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch. See `funclab.training.predict_on_batch`."""
        return training.predict_on_batch(self, x)

    def fit_generator(self, generator: Any, steps_per_epoch: Any = None, **settings: Any) -> Any:
        """Keras 2's name for `fit` with a generator."""
        return training.fit(self, generator, steps_per_epoch=steps_per_epoch, **settings)

    def evaluate_generator(self, generator: Any, steps: Any = None, **settings: Any) -> Any:
        """Keras 2's name for `evaluate` with a generator."""
        return training.evaluate(self, generator, steps=steps, **settings)

    def predict_generator(self, generator: Any, steps: Any = None, **settings: Any) -> Any:
        """Keras 2's name for `predict` with a generator."""
        return training.predict(self, generator, steps=steps, **settings)

    def reset_metrics(self) -> None:
        """Forget the batches seen so far, as every epoch does."""
        if self._compiled:
            self._compiled.reset()

    @property
    def compiled(self) -> bool:
        return self._compiled is not None

    @property
    def optimizer(self) -> Any:
        return self._compiled and self._compiled.optimizer

    @property
    def loss(self) -> Any:
        return self._compiled and self._compiled.loss

    @property
    def metrics(self) -> Any:
        return self._compiled.metrics if self._compiled else []

    @property
    def metrics_names(self) -> list[str]:
        return self._compiled.metrics_names if self._compiled else []

    # Seeing.
    def summary(self, **settings: Any) -> Any:
        """Print the layers, their shapes, weights and nodes. See `funclab.view.print_summary`."""
        return view.print_summary(self, **settings)

    def plot(self, to_file: Any = None, **settings: Any) -> Any:
        """The still picture of the graph; with `to_file`, also as a file.

        `settings`, such as face="layers", rankdir, expand_nested, look: see `funclab.plot_model`.
        """
        return view.plot_model(self, to_file, **settings)

    def explore(self, **settings: Any) -> Any:
        """The graph, to click and search.

        `settings`, such as face="layers", selected="dense[1]", look, ask, tour: see
        `funclab.explore`.
        """
        return view.make("explore", self, **settings)

    def shapes(self, **settings: Any) -> Any:
        """How each shape was inferred, call by call.

        `settings`, such as step, all, look, ask, tour: see `funclab.view.shapes.view.shapes`.
        """
        return view.make("shapes", self, **settings)

    def trace(self, x: Any, y: Any = None, **settings: Any) -> Any:
        """One batch in slow motion: forward and, with targets `y`, backward and the update.

        `settings`: loss, optimizer, training, most_steps, step, look, ask, tour; see
        `funclab.trace`.
        """
        return view.make("trace", self, x, y, **settings)

    def diff(self, other: Any) -> Any:
        """This model and another side by side. See `funclab.diff`."""
        return view.make("diff", self, other)

    def to_code(self, **settings: Any) -> str:
        """Functional-API source that makes this model. See `funclab.to_code`."""
        return view.make("code", self, **settings)

    def watch(self, **settings: Any) -> Any:
        """The curves of the trainings of this model.

        `settings`, such as log, measure, look, ask, tour: see `funclab.watch`.
        """
        return view.make("watch", self, **settings)

    # Saving.
    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A new model from `get_config()`: of a graph of calls, or of constructor arguments."""
        if cls is Model and {"layers", "input_layers", "output_layers"} <= config.keys():
            from funclab.models.functional import Functional

            return Functional.from_config(config, custom_objects)
        return super().from_config(config)

    def to_json(self, **settings: Any) -> str:
        """The architecture as JSON. See `funclab.saving.to_json`."""
        return saving.to_json(self, **settings)

    def save(self, path: Any, **settings: Any) -> None:
        """Write a `.keras` file. See `funclab.saving.save_model`."""
        saving.save_model(self, path, **settings)

    def save_weights(self, path: Any, **settings: Any) -> None:
        """Write the weights to an HDF5 file. See `funclab.saving.save_weights`."""
        saving.save_weights(self, path, **settings)

    def load_weights(self, path: Any, **settings: Any) -> None:
        """Read weights from an HDF5 file. See `funclab.saving.load_weights`."""
        saving.load_weights(self, path, **settings)


def refuse_loose(args: tuple[Any, ...]) -> None:
    """Refuse `Model(left, right, out)`: tensors side by side that belong in a list."""
    loose = [one for one in structure.flatten(args) if isinstance(one, Tensor)]
    if len(args) > 2 and any(isinstance(one, Tensor) for one in structure.flatten(args[2:])):
        *inputs, output = [one._keras_history.operation.name for one in loose]
        raise ArgumentError(
            f"Model was given {len(args)} arguments: {', '.join(one.id for one in loose)}. "
            "(__init__() takes inputs and outputs; the third is the name of the model.)",
            why="several inputs are one argument, a list of tensors.",
            fix=f"write Model(inputs=[{', '.join(inputs)}], outputs={output}) with the tensors "
            "that you mean.",
        )


class _Reserved(ArgumentError, AttributeError):
    """An attribute that cannot be set."""


def refuse_layers(name: str) -> NoReturn:
    """What an assignment to `model.layers` gets."""
    raise _Reserved(
        "`Model.layers` attribute is reserved and should not be used. Please use another name.",
        why=f"it lists the layers that the graph or the attributes of {name} hold.",
        fix="keep the layers in an attribute of another name, such as `self.blocks`.",
    )
