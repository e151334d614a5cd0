"""Models: layers that can be trained, given as a graph of calls or as a user's own class."""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING, Any, NoReturn

from funclab.errors import NameLookupError, plain, suggest
from funclab.errors.missing_names import NotHere
from funclab.graph import structure
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, bare
from funclab.graph.shape_math import Shape
from funclab.graph.tape import Tape, current_tape
from funclab.graph.tensor import Tensor
from funclab.layers.base import Layer, values_of
from funclab.layers.weights import unique
from funclab.models.config import graph_from_config, graph_to_config, to_json
from funclab.models.copies import calls_of, make_calls
from funclab.models.ends import masked, output_names_of, refuse_layers, refuse_loose, stand_ins
from funclab.models.inputs import fit_value, match_inputs
from funclab.models.late import ModelMethods
from funclab.models.names import names_of_outputs

if TYPE_CHECKING:
    from funclab.training.compiled import Compiled


class Model(ModelMethods, Layer):
    """A layer that can be trained.

    `Model(inputs, outputs)` takes symbolic tensors and contains the graph between them
    (`Functional`). A subclass may instead make layers in `__init__` and use them in `call`.

    Raises: GraphError, TensorTypeError if inputs and outputs do not form a graph.
    """

    inputs: Any = None
    outputs: Any = None
    """The input and output tensors of a model's graph, as lists; None without a graph."""
    graph: Graph
    input_structure: Any
    output_structure: Any
    output_names: list[str]
    """Of models with a graph: the graph, and its ends as they were passed to `Model`."""
    stop_training = False
    _initial_epoch: int | None = None
    """The epoch at which a callback such as BackupAndRestore makes training begin."""
    history: Any = None
    train_function: Any = None
    test_function: Any = None
    predict_function: Any = None
    """What `make_train_function`, `make_test_function` and `make_predict_function` have made."""
    _trained_on: tuple[tuple[int, str], ...] = ()
    """How many samples `fit` was given, and a hash of them: `training/data/remembered.py`."""
    _optimizer: Any = None
    """An optimizer that was set before `compile`, or without it."""
    compiled_state: Compiled | None = None
    """The settings from `compile`, and the plans made since; None before."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and (args or {"inputs", "outputs", "input", "output"} & kwargs.keys()):
            refuse_loose(args)
            return Layer.__new__(Functional, *args, **kwargs)
        return Layer.__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or "inputs" in kwargs:
            self.__class__ = functional_version(type(self))
            Functional.__init__(self, *args, **kwargs)  # type: ignore[arg-type]
        else:
            super().__init__(**{"autocast": False, **kwargs})

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside, each once."""
        return [layer for layer in self.sublayers if isinstance(layer, Layer)]

    @layers.setter
    def layers(self, _: Any) -> NoReturn:
        refuse_layers(self.name)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its index in `layers`.

        Raises: NameLookupError (also a ValueError) if there is none.
        """
        names = [layer.name for layer in self.layers]
        if (name is None) == (index is None):
            raise NameLookupError(
                "Provide either a layer name or layer index at `get_layer`.",
                why="exactly one of the two says which layer is meant.",
                fix=f'write get_layer("{names[-1] if names else "dense"}") or get_layer(index=0).',
            )
        places = range(-len(names), len(names))
        if index is not None and not (suggest.is_whole(index) and index in places):
            raise NameLookupError(
                f"Was asked to retrieve layer at index {index!r} but model only has {len(names)} "
                "layers.",
                why=f"the layers of {self.name} are {', '.join(names)}.",
                fix=f"use an index from 0 to {len(names) - 1}.",
            )
        if name is not None and name not in names:
            raise NameLookupError(
                f"No such layer: {name}. Existing layers are: {names}.",
                why=f"{self.name} holds no layer of that name; a layer inside a nested model is "
                "reached through that model.",
                fix=f'write get_layer("{close[0]}"), if that is what you mean.'
                if (close := suggest.similar(str(name), names))
                else "use one of the names above.",
            )
        return self.layers[names.index(str(name)) if index is None else index]

    get_state_tree = NotHere(
        "trees of states are for training loops that JAX compiles.",
        "write model.get_weights(), and model.optimizer.variables for the optimizer's.",
    )
    set_state_tree = NotHere(
        "trees of states are for training loops that JAX compiles.",
        "write model.set_weights(arrays).",
    )

    # `fit`, `save`, `explore` and others are in rooms above: see `late`.
    def reset_metrics(self) -> None:
        """Forget the batches seen so far, as at the beginning of every epoch."""
        if self.compiled_state:
            self.compiled_state.reset()

    @property
    def compiled(self) -> bool:
        return self.compiled_state is not None

    @property
    def optimizer(self) -> Any:
        """That of `compile`, or the one that was set since, for a training step of one's own."""
        return self.compiled_state.optimizer if self.compiled_state else self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer: Any) -> None:
        if self.compiled_state:
            self.compiled_state.change_optimizer(optimizer)
        else:
            self._optimizer = optimizer

    @property
    def loss(self) -> Any:
        return self.compiled_state and self.compiled_state.loss

    @property
    def metrics(self) -> list[Any]:
        """The running losses and metrics made by `compile`, and those in attributes of the model
        and its layers."""
        made = self.compiled_state.metrics if self.compiled_state else []
        return unique([*made, *super().metrics])

    @property
    def metrics_variables(self) -> list[Any]:
        """What the metrics collect numbers in."""
        return [state for metric in self.metrics for state in metric.variables]

    @property
    def metrics_names(self) -> list[str]:
        return self.compiled_state.metrics_names if self.compiled_state else []

    def diff(self, other: Any, **settings: Any) -> Any:
        """This model and another side by side; `settings` are those of `funclab.diff`."""
        return self._diff(other, **settings)

    def __getstate__(self) -> dict[str, Any]:
        functions = "train_function", "test_function", "predict_function"
        left = ("history", "_predict_steps", *functions)
        return {key: value for key, value in super().__getstate__().items() if key not in left}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A new model from `get_config()`: of a graph of calls, or of constructor arguments."""
        if cls is Model and {"layers", "input_layers", "output_layers"} <= config.keys():
            return Functional.from_config(config, custom_objects)
        if "input_layers" in config and cls.__init__ is Model.__init__:
            return functional_version(cls).from_config(config, custom_objects)
        return super().from_config(config)

    to_json = to_json

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes of the data that a model without a graph was first called on."""
        if getattr(self, "input_structure", None) is not None:
            return None
        shapes = list(self.__dict__.get("build_shapes", {}).values())
        return {"input_shape": shapes[0]} if shapes else None

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Make the weights of a model by calling it on data of the shape it was built for."""
        with Tape():
            self(values_of(config["input_shape"], self.dtype))


GRAPH = (
    *("graph", "inputs", "outputs", "input_structure", "output_structure", "output_names"),
    *("_graph_with_losses", "_loss_layers"),
)
"""The attributes that a copied or pickled model recreates."""


class Functional(Model):
    """The graph between input and output tensors, usable as a layer.

    `inputs` and `outputs` are tensors, or lists, tuples and dicts of them; calls and predictions
    return results in the structure of `outputs`. An input may be a tensor inside a larger graph. As
    in Keras 2, the model itself has a node from the start, from its inputs to its outputs:
    `get_output_at(0)`; its first call makes node 1.
    """

    _graph_with_losses: Graph | None = None

    def __init__(
        self,
        inputs: Any,
        outputs: Any,
        name: str | None = None,
        trainable: bool = True,
        **kwargs: Any,
    ) -> None:
        Layer.__init__(self, name=name, autocast=False, **kwargs)
        self._set_graph(inputs, outputs)
        if not trainable:
            self.trainable = False

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        tensors = structure.flatten(inputs)
        self.graph = Graph(tensors, structure.flatten(outputs), stand_ins(tensors))
        self.input_structure, self.output_structure = inputs, outputs
        self.inputs, self.outputs = self.graph.inputs, self.graph.outputs
        self.output_names = output_names_of(outputs)
        self.built = True
        del self.inbound_nodes[:1]
        Node(self, (inputs,), {}, outputs, own=True)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        values = [fit_value(self, i, value) for i, value in enumerate(match_inputs(self, inputs))]
        if mask is not None:
            values = list(map(masked, values, structure.flatten(mask)))
        made = (self._graph_with_losses or self.graph).replay(values)
        current_tape().losses.extend(made[len(self.graph.outputs) :])
        return structure.pack(self.output_structure, made)

    def _call_on_arrays(self, args: Any, kwargs: dict[str, Any]) -> Any:
        made = self._call_by_plan(*args, **kwargs)
        made = super()._call_on_arrays(args, kwargs) if made is None else made
        return structure.unpack_singleton(made)

    # Copies and pickles: the graph is flattened, see `copies`.
    def __reduce__(self) -> Any:
        base = type(self).__bases__[0]
        made, args = bare, (type(self), self.name)
        if type(self).__bases__[1:] == (Functional,) and type(self).__name__ == base.__name__:
            made, args = _bare_functional, (base, self.name)  # a class that pickle cannot find
        return made, args, self.__getstate__()

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        kept = {key: value for key, value in state.items() if key not in GRAPH}
        kept["constructor_arguments"] = {
            key: value
            for key, value in self.constructor_arguments.items()
            if not any(isinstance(leaf, Tensor) for leaf in structure.flatten(value))
        }
        return {**kept, "graph": calls_of(self)} if "graph" in state else kept

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = {**state}
        calls = state.pop("graph", None)
        super().__setstate__(state)
        if calls:
            inputs, outputs, losses = make_calls(calls)
            self._set_graph(inputs, outputs)
            for loss in losses:
                self.add_loss(loss)
            if self.compiled_state:
                self.compiled_state.assign(names_of_outputs(self))

    def __copy__(self) -> Any:
        """A model is copied with its layers, because they hold the nodes of its graph."""
        return copy.deepcopy(self)

    def add_loss(self, loss: Any) -> None:
        """Add a tensor computed from this model's inputs to the training loss.

        Inside `call`, add a value. Takes effect at the next `compile`.
        """
        if not isinstance(loss, Tensor):
            return super().add_loss(loss)
        known = self._graph_with_losses or self.graph
        whole = Graph(known.inputs, [*known.outputs, loss], known.stand_ins)
        self._graph_with_losses = whole
        self._loss_layers = [layer for layer in whole.layers if layer not in self.graph.layers]

    def _cast(self, leaf: Any) -> Any:
        """Inputs keep their dtype here; `call` casts each to the dtype of its Input."""
        return leaf if leaf is None else super()._cast(leaf)

    # The contents of the graph.
    @property
    def held(self) -> list[Any]:
        return [*(self.graph.layers if "graph" in vars(self) else ()), *super().held]

    def _sublayers_in(self, leaves: list[Any]) -> list[Any]:
        known = self.graph.layers if "graph" in vars(self) else []
        held = [layer for layer in super()._sublayers_in(leaves) if isinstance(layer, Layer)]
        return list(dict.fromkeys([*known, *held]))

    @Model.layers.getter
    def layers(self) -> list[Any]:
        """Each layer once, ordered by depth from the inputs."""
        return self.graph.layers

    @property
    def operations(self) -> list[Operation]:
        """Layers, and ops used on tensors directly."""
        return self.graph.operations

    @property
    def nodes(self) -> list[Node]:
        """The calls of the graph, each after those it depends on."""
        return self.graph.nodes

    @property
    def container_nodes(self) -> set[str]:
        return {f"{node.operation.name}_ib-{node.index}" for node in self.graph.nodes}

    @property
    def nodes_by_depth(self) -> dict[int, list[Node]]:
        return self.graph.nodes_by_depth

    @property
    def layers_by_depth(self) -> dict[int, list[Operation]]:
        return self.graph.layers_by_depth

    @property
    def input_layers(self) -> list[Operation]:
        return [node.operation for node in self.graph.input_nodes]

    @property
    def output_layers(self) -> list[Operation]:
        return [self.graph.producer(tensor)[0].operation for tensor in self.graph.outputs]

    @property
    def input_names(self) -> list[str]:
        return [layer.name for layer in self.input_layers]

    @property
    def optional_inputs(self) -> list[bool]:
        """For each input, whether its data may be omitted."""
        return [getattr(layer, "optional", False) for layer in self.input_layers]

    @property
    def input(self) -> Any:
        """The model's own inputs, whatever it was called on."""
        return self.input_structure

    @property
    def output(self) -> Any:
        """The model's own outputs, whatever it was called on."""
        return self.output_structure

    @property
    def input_shape(self) -> Any:
        return structure.shapes_of(self.input_structure)

    @property
    def output_shape(self) -> Any:
        return structure.shapes_of(self.output_structure)

    def get_config(self) -> dict[str, Any]:
        """The graph as plain data: every layer, and the calls of each."""
        if type(self).__init__ is not Functional.__init__:
            return super().get_config()
        return graph_to_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        if "layers" not in config:
            return super().from_config(config)
        return graph_from_config(cls, config, custom_objects)

    def __repr__(self) -> str:
        shapes: list[Shape] = [tensor.shape for tensor in self.outputs or []]
        return plain(
            f"<{type(self).__name__} {self.name}: {len(self.layers)} layers, output {shapes}>"
        )


@functools.cache
def functional_version(cls: type) -> type:
    """A user's Model subclass that passes inputs and outputs to `super().__init__`."""
    return type(cls.__name__, (cls, Functional), {"__module__": cls.__module__})


def _bare_functional(base: type, name: str) -> Any:
    return bare(functional_version(base), name)
