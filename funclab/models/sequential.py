"""A stack of layers, each of which reads the output of the previous one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from funclab.errors import ArgumentError, AttributeLocked, GraphError, TensorTypeError, plain
from funclab.graph.aside import forget
from funclab.graph.tape import current_tape
from funclab.graph.tensor import Tensor
from funclab.layers.base import Layer
from funclab.layers.input import Input, InputLayer
from funclab.models.config import from_config, operation_to_config
from funclab.models.model import Functional
from funclab.registry import sharing
from funclab.registry.parameters import guarded


@guarded
class Sequential(Functional):
    """A model whose layers form a single chain.

    Its graph is made as soon as the shape of the input is known: from an Input, from a first layer
    with `input_shape=`, or from the first data or tensor that the model is called on.
    """

    def __init__(
        self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None
    ) -> None:
        Layer.__init__(self, name=name, autocast=False)
        self._stack: list[Any] = []
        self._last: Tensor | None = None
        if isinstance(layers, (Layer, Tensor)):
            raise TensorTypeError(
                f"Sequential takes a list of layers. Received: {layers!r}.",
                why="one layer without square brackets is not a list.",
                fix="write Sequential([layer]), with square brackets.",
            )
        for layer in layers or []:
            self.add(layer)
        if not trainable:
            self.trainable = False

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Add a layer at the end.

        Raises: TensorTypeError unless it is a layer; GraphError for a name that is already used.
        """
        if isinstance(layer, Tensor) and layer.node.operation.inbound_nodes:
            layer = layer.node.operation
        if not isinstance(layer, Layer):
            raise TensorTypeError(
                f"Only instances of `keras.Layer` can be added to a Sequential model. "
                f"Received: {layer!r} (of type {type(layer).__name__}).",
                why=f"{self.name} is a Sequential: a list of layers.",
                fix="pass a layer such as Dense(10); wrap a function in Lambda(function).",
            )
        self._check_place(layer)
        if self._last is None and not self._stack and not isinstance(layer, InputLayer):
            declared = layer.declared_shape
            if isinstance(layer, Functional) and layer.inputs:
                declared = layer.inputs[0].shape
            if declared is not None:
                self._begin(Input(batch_shape=declared))
        elif isinstance(layer, InputLayer):
            self._begin(layer.output)
            return
        self._put(layer)

    def _put(self, layer: Any) -> None:
        if self._last is not None:
            last = layer(self._last)
            self._stack.append(layer)
            self._last = last
            self._set_graph(self._first, last)
        else:
            self._stack.append(layer)

    def _begin(self, tensor: Tensor) -> None:
        self._first = self._last = tensor

    def _check_place(self, layer: Layer) -> None:
        twins = [other for other in self._stack if other.name == layer.name]
        if twins:
            raise GraphError(
                "All layers added to a Sequential model should have unique names. "
                f'Name "{layer.name}"'
                f" is already the name of a layer in {self.name}: {self._stack!r}.",
                why="weights and files find layers by name.",
                fix="make a new layer, or give this one another `name=`.",
                graph=[*twins, layer],
            )
        if isinstance(layer, InputLayer) and (self._stack or self._last is not None):
            raise GraphError(
                f"Sequential model '{self.name}' has already been configured to use input shape "
                f"{self._first.shape if self._last is not None else 'of its first layer'}. "
                f"You cannot add a different Input layer to it.",
                why="data enters a Sequential at one place, its beginning.",
                fix="put the Input first, or use the functional API for several inputs.",
            )

    def pop(self, rebuild: bool = True) -> Any:
        """Remove the last layer and return it."""
        if not self._stack:
            raise ArgumentError(
                "There are no layers in the model.",
                why="`pop` takes away the last layer added.",
                fix="add a layer first.",
            )
        layer = self._stack.pop()
        if self._last is not None:
            node = self._last.node
            forget(node)
            self._last = node.input_tensors[0]
            if self._stack:
                self._set_graph(self._first, self._last)
        return layer

    def build(self, input_shape: Any = None) -> None:
        """Make the graph for inputs of this shape (with the batch axis)."""
        if self._last is None and input_shape is not None:
            stack, self._stack = self._stack, []
            text = [layer for layer in stack[:1] if hasattr(layer, "input_dtype")]
            dtype = text[0].input_dtype if text else None  # the only dtype that layer can read
            guesses = current_tape().guesses
            shape = [None if length in guesses else length for length in input_shape[1:]]
            self._begin(Input(batch_shape=(None, *shape), dtype=dtype))
            for layer in stack:
                self._put(layer)
        self.built = self._last is not None
        if self.built and not self._stack:
            raise GraphError(
                f"Sequential model {self.name} cannot be built because it has no layers.",
                why="its output is that of its last layer.",
                fix=f"add one first: {self.name}.add(Dense(10)).",
            )

    @property
    def layers(self) -> list[Any]:
        """The layers in order, without the Input."""
        return list(self._stack)

    @layers.setter
    def layers(self, _: Any) -> NoReturn:
        raise AttributeLocked(
            "`Sequential.layers` attribute is reserved and should not be used. "
            "Use `add()` and `pop()` to change the layers in this model.",
            why=f"the graph of {self.name} must follow every change.",
            fix="use model.add(layer) and model.pop().",
        )

    @property
    def sublayers(self) -> list[Any]:
        return list(self._stack)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return {**state, "_last": None, "_first": None} if "graph" in state else state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "graph" in state:
            self._first, self._last = self.graph.inputs[0], self.graph.outputs[0]

    @sharing.writes
    def get_config(self) -> dict[str, Any]:
        first = [self._first.node.operation] if self._last is not None else []
        layers = [operation_to_config(layer) for layer in [*first, *self._stack]]
        config = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        config |= {"layers": layers}
        return config | ({"build_input_shape": list(self._first.shape)} if first else {})

    def get_build_config(self) -> dict[str, Any] | None:
        """The shape of the input, once it is known."""
        return {"input_shape": list(self._first.shape)} if self._last is not None else None

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Make the graph for the input shape that `get_build_config` returned."""
        self.build(config["input_shape"])

    @classmethod
    @sharing.reads
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        layers = [from_config(layer, custom_objects) for layer in config["layers"]]
        return cls(layers, trainable=config.get("trainable", True), name=config.get("name"))

    def __repr__(self) -> str:
        return plain(f"<Sequential {self.name}: {len(self._stack)} layers>")
