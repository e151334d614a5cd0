"""The layer: weights made once, and a rule that turns inputs into outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import registry, regularizers, structure
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, ShapeError, TensorTypeError
from funclab.graph.node import Node
from funclab.graph.operation import Operation, placeholder, symbolic
from funclab.graph.tape import Tape, current_tape
from funclab.graph.tensor import OPERATORS, Tensor
from funclab.graph.value import Constant, Value, Variable
from funclab.layers.arguments import (
    KERAS_2_KEYWORDS,
    bound,
    call_parameters,
    checked_name,
    declared_shape,
    dtype_name,
    floatx,
    parameters,
)
from funclab.layers.spec import InputSpec, check_inputs
from funclab.layers.weights import Weighted
from funclab.shapes import show, to_shape


class Layer(Weighted):
    """A layer. Subclasses write `build` (make weights) and `call` (use funclab.ops).

    Called on tensors, a layer adds a node to the graph; called on arrays, it computes. `call` may
    take `training` and `mask`: they are filled in. Constructor arguments kept in attributes of the
    same names are all that `get_config`, copies and files need.
    """

    supports_masking = False
    input_spec: InputSpec | list[InputSpec] | None = None
    _given: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        layer = super().__new__(cls)
        layer._given = bound(cls, args, kwargs)
        return layer

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("funclab."):
            registry.register("layer", cls)

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        activity_regularizer: Any = None,
        weights: Any = None,
        autocast: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(checked_name(name))
        self.dtype = dtype_name(dtype) or floatx()
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.built = False
        self.autocast = autocast
        self._trainable = trainable
        self._initial_weights = weights
        self._declared_shape = declared_shape(kwargs)
        unknown = [keyword for keyword in kwargs if keyword not in KERAS_2_KEYWORDS]
        if unknown:
            raise ArgumentError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: "
                f"{ {key: kwargs[key] for key in unknown} }. (Keyword argument not understood.)",
                why=f"{type(self).__name__} takes {', '.join(parameters(type(self)))}.",
                fix=f"correct or remove {', '.join(unknown)}.",
            )

    # To be written by subclasses.
    def build(self, input_shape: Any) -> None:
        """Make the weights, from the shape of the first argument of `call`."""
        self.built = True

    def call(self, inputs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no `call` yet.")

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the output: by default the input's, for layers that support masking."""
        if isinstance(mask, (list, tuple)):
            present = [one for one in mask if one is not None]
            return present[0] if len(present) == 1 else None
        return mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for an input of this shape."""
        leaf_shapes = input_shape if _is_many_shapes(input_shape) else [input_shape]
        values = [Value(to_shape(shape), self.dtype) for shape in leaf_shapes]
        inputs = values if _is_many_shapes(input_shape) else values[0]
        with Tape():
            return structure.map_structure(lambda value: value.shape, self(inputs))

    # Calling.
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check_arguments(args, kwargs)
        leaves = structure.flatten([args, kwargs])
        if any(isinstance(leaf, Tensor) for leaf in leaves):
            return self._call_on_tensors(args, kwargs)
        if any(isinstance(leaf, Value) for leaf in leaves):
            return self._call_on_tape(args, kwargs)
        return self._call_on_arrays(args, kwargs)

    def _call_on_tensors(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        seen: dict[int, Value] = {}

        def value(leaf: Any) -> Any:
            if not isinstance(leaf, Tensor):
                return leaf
            return seen.setdefault(id(leaf), placeholder(leaf))

        with Tape():
            outputs = self._call_on_tape(*structure.map_structure(value, (args, kwargs)))
        tensors = structure.map_structure(symbolic, outputs)
        Node(self, args, kwargs, tensors)
        return tensors

    def _call_on_arrays(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        def value(leaf: Any) -> Any:
            return Constant.near(leaf, [self.dtype])

        with Tape() as tape:
            outputs = self._call_on_tape(structure.map_structure(value, args), kwargs)
        plan = Plan(structure.flatten(outputs), wrt=(), updates=tape.updates)
        plan.run()
        return structure.map_structure(lambda one: plan.array(one).copy(), outputs)

    def _call_on_tape(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        tape = current_tape()
        training, scope = tape.training, tape.scope
        with tape:
            try:
                return self._run_call(tape, args, dict(kwargs))
            except ShapeError as error:
                raise self._located(error, args) from None
            finally:
                tape.training, tape.scope = training, scope

    def _run_call(self, tape: Tape, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        first, *rest = args
        first = structure.map_structure(self._cast, first)
        leaves = structure.flatten(first)
        check_inputs(self, leaves)
        self._build_once(first)
        accepted = call_parameters(type(self))
        if kwargs.get("training") is not None:
            tape.training = bool(kwargs["training"])
        kwargs.pop("training", None)
        if "training" in accepted and accepted["training"] > len(rest):
            kwargs["training"] = tape.training
        explicit = kwargs.pop("mask", None)
        mask = explicit
        if mask is None and any(leaf.mask is not None for leaf in leaves):
            mask = structure.map_structure(lambda leaf: leaf.mask, first)
        if "mask" in accepted and accepted["mask"] > len(rest):
            kwargs["mask"] = mask
        tape.scope = (*tape.scope, self.name)
        outputs = structure.map_structure(self._as_value, self.call(first, *rest, **kwargs))
        self._pass_masks(first, mask, outputs)
        if self.activity_regularizer is not None:
            tape.losses.extend(map(self.activity_regularizer, structure.flatten(outputs)))
        return outputs

    def _pass_masks(self, inputs: Any, mask: Any, outputs: Any) -> None:
        if not self.supports_masking:
            return
        masks = self.compute_mask(inputs, mask)
        leaves = structure.flatten(outputs)
        many = isinstance(masks, (list, tuple))
        for leaf, one in zip(leaves, masks if many else [masks] * len(leaves), strict=False):
            if one is not None:
                leaf.mask = one

    def _cast(self, leaf: Any) -> Any:
        value = leaf if isinstance(leaf, Value) else Constant.near(leaf, [self.dtype])
        floats = value.dtype.startswith("float") and self.dtype.startswith("float")
        if not (self.autocast and floats) or value.dtype == self.dtype:
            return value
        cast = OPERATORS["cast"](value, self.dtype)
        cast.mask = value.mask
        return cast

    def _as_value(self, leaf: Any) -> Value:
        if isinstance(leaf, Variable) or not isinstance(leaf, Value):
            if not isinstance(leaf, (Value, np.ndarray, float, int)):
                raise TensorTypeError(
                    f"Layer {self.name} returned {leaf!r} from its call; operation outputs must "
                    "be tensors.",
                    why=f"a {type(leaf).__name__} is not a tensor.",
                    fix="return what funclab.ops or other layers give you.",
                )
            return OPERATORS["identity"](leaf if isinstance(leaf, Value) else Constant(leaf))
        return leaf

    def _build_once(self, first: Any) -> None:
        if self.built:
            return
        shape = structure.map_structure(lambda leaf: leaf.shape, first)
        self.build(shape)
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)

    def _located(self, error: ShapeError, args: tuple[Any, ...]) -> ShapeError:
        """The same error with this layer's name, when the error does not name a layer yet."""
        if error.graph is not None:
            return error
        given = [show(leaf.shape) for leaf in structure.flatten(args) if hasattr(leaf, "shape")]
        return ShapeError(
            f"Layer {self.name} ({type(self).__name__}) cannot be called on inputs of shape "
            f"{' and '.join(given)}. {error.what}",
            why=error.why,
            fix=error.fix,
            graph=self,
        )

    def _check_arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not hasattr(self, "inbound_nodes"):
            raise ArgumentError(
                f"{type(self).__name__}.__init__ did not call super().__init__().",
                why="a layer needs its name and node lists before it can be called.",
                fix="make `super().__init__(**kwargs)` the first line of __init__.",
            )
        for leaf in structure.flatten(args[:1]):
            if leaf is None or isinstance(leaf, (Operation, str, type)) or not args:
                raise self._not_a_tensor(leaf)
        if not args:
            raise self._not_a_tensor("nothing")

    def _not_a_tensor(self, leaf: Any) -> TensorTypeError:
        layer = isinstance(leaf, Operation)
        return TensorTypeError(
            f"Layer {self.name} was called with an input that isn't a symbolic tensor. "
            f"Received: {leaf!r}. Only input tensors may be passed as positional arguments"
            + ("; the input is not optional, but None was passed." if leaf is None else "."),
            why=f"{leaf.name} is a layer: a rule, without values of its own."  # type: ignore
            if layer
            else f"{'nothing' if leaf is None else type(leaf).__name__} is no tensor.",
            fix=f"call {leaf.name} first and pass what it returns."  # type: ignore[union-attr]
            if layer
            else f"pass Input(shape=...) or the result of a layer call to {self.name}.",
            graph=self,
        )

    def add_loss(self, loss: Any) -> None:
        """Add a value to what training makes small; to be used inside `call`."""
        current_tape().losses.append(loss)

    @property
    def compute_dtype(self) -> str:
        return self.dtype

    @property
    def variable_dtype(self) -> str:
        return self.dtype

    @property
    def uses_training(self) -> bool:  # type: ignore[override]
        inner = any(layer.uses_training for layer in self.sublayers)
        return inner or "training" in call_parameters(type(self))

    # Configuration.
    def get_config(self) -> dict[str, Any]:
        """The constructor arguments, as plain data: `from_config` makes an equal layer of it."""
        own = {
            name: registry.to_config(getattr(self, name, self._given.get(name)))
            for name in self._given
            if name not in ("name", "trainable", "dtype", "weights", *KERAS_2_KEYWORDS)
        }
        return {"name": self.name, "trainable": self.trainable, "dtype": self.dtype, **own}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)

    def __repr__(self) -> str:
        settings = {
            name: registry.to_config(value)
            for name, value in self._given.items()
            if name not in ("name", "weights") and value != parameters(type(self)).get(name)
        }
        shown = "".join(f" {name}={value}" for name, value in settings.items())
        return f"<{type(self).__name__} {getattr(self, 'name', '')}{shown}>"


def _is_many_shapes(shape: Any) -> bool:
    return isinstance(shape, (list, tuple, dict)) and any(
        isinstance(one, (list, tuple))
        for one in (shape.values() if isinstance(shape, dict) else shape)
    )
