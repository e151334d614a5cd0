"""The layer: weights made once, and a rule that turns inputs into outputs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np

from funclab import registry, regularizers
from funclab.engine.calls import argument, call_on_arrays, fill, value_of, way_to_call
from funclab.engine.kept import call_at_once
from funclab.engine.stateless import stateless_call
from funclab.errors import (
    ArgumentError,
    DataError,
    NotSupportedError,
    ShapeError,
    TensorTypeError,
    plain,
    suggest,
    warn,
)  # fmt: skip
from funclab.graph import structure
from funclab.graph.node import Arguments, Node
from funclab.graph.operation import placeholder, symbolic
from funclab.graph.shape_math import show, to_shape
from funclab.graph.tape import Tape, current_tape
from funclab.graph.tensor import OPERATORS, Tensor
from funclab.graph.value import Constant, Value, Variable, array_of
from funclab.layers import arguments, configs
from funclab.layers.arguments import KERAS_2_KEYWORDS
from funclab.layers.batches import computed
from funclab.layers.configs import brief, rebuilt, settings
from funclab.layers.spec import check_inputs, maker_hint
from funclab.layers.weights import Weighted, building
from funclab.registry import sharing
from funclab.registry.parameters import call_parameters, described, guarded, parameters, wrong_value

Args = tuple[Any, ...]


class Layer(Weighted):
    """A layer. Subclasses write `build` (make weights) and `call` (use funclab.ops).

    Called on tensors, a layer adds a node to the graph; called on arrays, it computes. `call` may
    have the arguments `training` and `mask`: they are filled in. Constructor arguments stored in
    attributes of the same names are all that `get_config`, copies and files need.
    """

    supports_masking = False
    usual_training: ClassVar[bool] = False
    """How it behaves where nobody says whether a model is trained."""
    hands_training_on = False
    """Whether its call takes `training` only for the layers inside."""
    input_spec: Any = None
    constructor_arguments: dict[str, Any]
    fields: ClassVar[dict[str, Any]] = {}

    def __new__(cls, /, *args: Any, **kwargs: Any) -> Any:
        arguments.check_not_called(cls, args)
        arguments.check_complete(cls, args, kwargs)
        layer = super().__new__(cls)
        layer.constructor_arguments = arguments.completed(cls, args, kwargs)
        return layer

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "compute_mask" in vars(cls) and "supports_masking" not in vars(cls):
            cls.supports_masking = True  # a class that defines compute_mask supports masks
        own = cls.__module__.startswith("funclab.")
        if own:
            arguments.take_fields(cls, Layer)
        if own and not abstract:
            registry.register("layer", described(cls))
        if not own and "build" in vars(cls):
            cls.build = _marking_built(cls.build)

    def __init__(
        self,
        /,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        activity_regularizer: Any = None,
        weights: Any = None,
        autocast: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(arguments.checked_name(name))
        self.dtype = arguments.dtype_name(dtype) or arguments.floatx()
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.built = False
        self.autocast = autocast
        self._trainable = trainable
        self._initial_weights = weights
        self.declared_shape = arguments.declared_shape(kwargs)
        unknown = [keyword for keyword in kwargs if keyword not in KERAS_2_KEYWORDS]
        if unknown:
            known, of_call = parameters(type(self)), [*inspect.signature(self.call).parameters][1:]
            raise ArgumentError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: "
                f"{ {key: kwargs[key] for key in unknown} }. (Keyword argument not understood.)",
                why=f"{type(self).__name__} takes {', '.join(known)}"
                f"{registry.near(unknown[0], known, suggest.keywords)}.",
                fix=suggest.keyword(unknown[0], known, of_call, type(self).__name__),
            )

    # To be written by subclasses.
    def prepare(self) -> None:
        """Check the fields of a funclab layer, and finish it: the end of its constructor."""

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotSupportedError(
            f"Layer {self.name} ({type(self).__name__}) does not have a `call` method implemented.",
            why="`call` is what a layer computes from its inputs.",
            fix="write `def call(self, inputs): ...` in the class.",
        )

    def build(self, input_shape: Any) -> None:
        """Make the weights for the given shape of the first argument of `call`."""
        self.built = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The output's mask: by default the input's mask, if the layer supports masking."""
        if isinstance(mask, (list, tuple)):
            present = [part for part in mask if part is not None]
            return present[0] if len(present) == 1 else None
        return mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for an input of this shape (or a list or dict of shapes)."""
        before = None if self.built else self.remember()
        with Tape():
            try:
                outputs = self(values_of(input_shape, self.dtype))
                return structure.map_structure(lambda value: value.shape, outputs)
            finally:
                if before:
                    before.restore()

    def add_loss(self, loss: Any) -> None:
        """Add a value, or each value of a list, to the training loss; for use inside `call`.

        Raises: ArgumentError outside of a call, where nothing would read it.
        """
        tape = current_tape()
        if not tape.scope:
            raise ArgumentError(
                f"{self.name}.add_loss was used outside of a call, so the loss would be lost.",
                why="a layer's losses are collected while its call runs, and only then.",
                fix="use add_loss inside `call`, or add a tensor of the graph to a model: "
                "model.add_loss(tensor).",
                graph=self,
            )
        losses = structure.flatten(loss)
        tape.losses += [self._as_value(leaf, "added the loss {} in its call") for leaf in losses]

    @property
    def compute_dtype(self) -> str:
        return self.dtype

    variable_dtype = compute_dtype

    @property
    def mask_arguments(self) -> Sequence[str]:
        """The arguments of `call` that are masks."""
        return [name for name in call_parameters(type(self)) if name.endswith("mask")]

    @property
    def uses_training(self) -> bool:
        own = "training" in call_parameters(type(self)) and not self.hands_training_on
        return own or any(layer.uses_training for layer in self.sublayers)

    # Calling.
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = arguments.first_parameter(type(self))
        if not args and name in kwargs:
            args = (kwargs.pop(name),)
        self._check_arguments(args, kwargs)
        leaves = structure.flatten([args, kwargs])
        if any(isinstance(leaf, Tensor) for leaf in leaves):
            return self._call_on_tensors(args, kwargs)
        how = way_to_call(leaves)
        if how == "at once":
            return call_at_once(self, args, kwargs)
        if how == "on tape":
            return self._call_on_tape(args, kwargs)
        return self._call_on_arrays(*structure.map_structure(array_of, (args, kwargs)))

    stateless_call = stateless_call

    def __getitem__(self, index: Any) -> NoReturn:
        raise arguments.no_item(self, index)

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        raise arguments.no_length(self)

    def _call_on_tensors(self, args: Args, kwargs: dict[str, Any]) -> Any:
        values: dict[int, Value] = {}

        def value(leaf: Any) -> Any:
            if not isinstance(leaf, Tensor):
                return leaf
            return values.setdefault(id(leaf), placeholder(leaf))

        with Tape():
            try:
                outputs = self._call_on_tape(*structure.map_structure(value, (args, kwargs)))
            except (ShapeError, DataError) as error:
                error.tensors = error.tensors or Arguments(args, kwargs).tensors
                if error.graph is self and isinstance(error, ShapeError):
                    error.fix = maker_hint(error.tensors, self) or error.fix
                raise
        tensors = structure.map_structure(symbolic, outputs)
        Node(self, args, kwargs, tensors)
        return tensors

    def _call_on_arrays(self, args: Args, kwargs: dict[str, Any]) -> Any:
        return call_on_arrays(self, args, kwargs)

    def _call_on_tape(self, args: Args, kwargs: dict[str, Any]) -> Any:
        tape = current_tape()
        training, scope = tape.training, tape.scope
        before = None if self.built else self.remember()
        with tape:
            try:
                return self._run_call(tape, args, kwargs)
            except BaseException as error:
                if before:
                    before.restore()
                if isinstance(error, ShapeError):
                    raise self._located(error, args) from None
                raise
            finally:
                tape.training, tape.scope = training, scope

    def _run_call(self, tape: Tape, args: Args, kwargs: dict[str, Any]) -> Any:
        first = structure.map_structure(self._cast, args[0])
        rest, kwargs = structure.map_structure(self._cast_extra, (args[1:], kwargs))
        leaves = structure.flatten(first)
        check_inputs(self, leaves)
        if not self.built:
            with building():
                self._make_weights(arguments.build_arguments(self, (first, *rest), kwargs))
        positions = call_parameters(type(self))
        training = argument("training", positions, rest, kwargs)
        if training is None and tape.training is None:
            training = arguments.usual_training(type(self))
        if training is not None:
            tape.training = bool(training)
        mask = inside = argument("mask", positions, rest, kwargs)
        if mask is None and any(leaf.mask is not None for leaf in leaves):
            mask = structure.map_structure(lambda leaf: leaf.mask, first)
            # With several tensors, Keras does not say which of them the mask belongs to.
            inside = None if arguments.holds_tensors((rest, kwargs)) else mask
        learns = self.usual_training if tape.training is None else tape.training
        fill("training", learns, positions, rest, kwargs)
        fill("mask", inside, positions, rest, kwargs)
        for name, value in arguments.own_masks(type(self), (first, *rest), kwargs).items():
            fill(name, value, positions, rest, kwargs)
        tape.scope = (*tape.scope, self.name)
        outputs = structure.map_structure(self._as_value, computed(self, (first, *rest), kwargs))
        outputs = self._with_masks(first, mask, outputs)
        self._add_activity_losses(tape, structure.flatten(outputs))
        return outputs

    def _with_masks(self, inputs: Any, mask: Any, outputs: Any) -> Any:
        """The outputs, each with its mask."""
        ids = {id(leaf) for leaf in structure.flatten(inputs)}
        leaves = structure.flatten(outputs)
        masks: Any = self.compute_mask(inputs, mask) if self.supports_masking else None
        if not isinstance(masks, (list, tuple)):
            masks = [masks, *[None] * len(leaves)]  # the mask of the first output, as in Keras
        if mask is not None and not self.supports_masking:
            self._warn_of_mask()

        def attach(leaf: Value, own: Any) -> Value:
            if id(leaf) in ids and leaf.mask is not own:  # the input itself keeps its mask
                leaf = OPERATORS["copy"](leaf)
            if leaf.mask is None:
                leaf.mask = own
            return leaf

        return structure.pack(outputs, map(attach, leaves, masks))

    def _warn_of_mask(self) -> None:
        if not self.__dict__.get("_has_warned"):
            self.__dict__["_has_warned"] = True
            warn(
                f"Layer '{self.name}' (of type {type(self).__name__}) was passed an input with a "
                "mask attached to it. However, this layer does not support masking and will "
                "therefore destroy the mask information. Downstream layers will not see the mask."
            )

    def _add_activity_losses(self, tape: Tape, leaves: list[Value]) -> None:
        if self.activity_regularizer is None:
            return
        for leaf in leaves:
            penalty = self.activity_regularizer(leaf)
            # The mean over the batch, so that the penalty does not depend on the batch size.
            batch = leaf.shape[0] if leaf.shape else 1
            tape.losses.append(penalty * (1.0 / batch) if batch else penalty)

    def _cast(self, leaf: Any) -> Any:
        """A leaf of the inputs as a value; floats are cast to this layer's dtype."""
        value = value_of(leaf, self.dtype)
        floats = value.dtype.startswith("float") and self.dtype.startswith("float")
        if not (self.autocast and floats) or value.dtype == self.dtype:
            return value
        cast = OPERATORS["cast"](value, self.dtype)
        cast.mask = value.mask
        return cast

    def _cast_extra(self, leaf: Any) -> Any:
        """Tensors among the other arguments are cast too; None, flags and numbers stay."""
        return self._cast(leaf) if isinstance(leaf, (Value, np.ndarray)) else leaf

    def _as_value(self, leaf: Any, did: str = "returned {} from its call") -> Value:
        if isinstance(leaf, Value) and not isinstance(leaf, Variable):
            return leaf
        if not isinstance(leaf, (Value, np.ndarray, np.generic, float, int)):
            outside = isinstance(leaf, Tensor)
            raise TensorTypeError(
                f"Layer {self.name} {did.format(repr(leaf))}; operation outputs must be tensors.",
                why="it was computed from a tensor of the graph around the layer, which `call` "
                "cannot see."
                if outside
                else f"a {type(leaf).__name__} is not a tensor.",
                fix=f"pass that tensor to {self.name} as an input."
                if outside
                else "return what funclab.ops or other layers give you.",
                graph=self,
            )
        return OPERATORS["copy"](leaf if isinstance(leaf, Value) else Constant(leaf))

    def _make_weights(self, shapes: Sequence[Any]) -> None:
        self.build(*shapes)
        self.build_shapes = dict(zip(arguments.build_parameters(type(self)), shapes, strict=False))
        self.built = True
        weights = self._initial_weights
        if weights is not None:
            self.set_weights([weights] if isinstance(weights, np.ndarray) else weights)

    def _located(self, error: ShapeError, args: Args) -> ShapeError:
        """The same error with this layer's name, if it does not name a layer yet."""
        if error.graph is not None:
            return error
        shapes = [show(leaf.shape) for leaf in structure.flatten(args) if hasattr(leaf, "shape")]
        return ShapeError(
            f"Layer {self.name} ({type(self).__name__}) cannot be called on inputs of shape "
            f"{' and '.join(shapes)}. {error.what}",
            why=error.why,
            fix=error.fix,
            graph=self,
        )

    def _check_arguments(self, args: Args, kwargs: dict[str, Any]) -> None:
        if not hasattr(self, "inbound_nodes"):
            raise ArgumentError(
                f"{type(self).__name__}.__init__ did not call super().__init__().",
                why="a layer needs its name and node lists before it can be called.",
                fix="make `super().__init__(**kwargs)` the first line of __init__.",
            )
        if len(args) > 1:
            arguments.check_call(self, args)
        if kwargs:
            arguments.check_call_keywords(self, kwargs)
        for leaf in structure.flatten(args[0] if args else None):
            if leaf is None or not hasattr(leaf, "shape"):
                raise arguments.not_a_tensor(self, leaf)

    # Configuration.
    @sharing.writes
    def get_config(self) -> dict[str, Any]:
        """The constructor arguments as plain data: `from_config` makes an equal layer of them."""
        own = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        return {**own, **settings(self)}

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes for which the weights were made; None for a layer without weights."""
        shapes = self.__dict__.get("build_shapes")
        if not shapes or type(self).build is Layer.build:
            return None
        return (
            {"shapes_dict": shapes} if len(shapes) > 1 else {"input_shape": [*shapes.values()][0]}
        )

    def _clone(self) -> Any:
        """A new layer with the same configuration, and the same functions."""
        return type(self).from_config(configs.with_functions(self))

    @classmethod
    @sharing.reads
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A layer from the result of `get_config`; layers inside the config are rebuilt first."""
        if not isinstance(config, dict):
            raise wrong_value(cls.__name__, "config", config, "a dict", "layer.get_config()")
        settings = {key: rebuilt(value, custom_objects) for key, value in config.items()}
        with sharing.apart():
            return cls(**settings)

    def __repr__(self) -> str:
        shown = "".join(
            f" {name}={brief(value)}"
            for name, value in self.constructor_arguments.items()
            if name not in ("name", "weights")
            and (np.size(value) > 1 or value != parameters(type(self)).get(name))
        )
        return plain(f"<{type(self).__name__} {getattr(self, 'name', '')}{shown}>")


guarded(described(Layer))


def _marking_built(build: Callable[..., None]) -> Callable[..., None]:
    """A user's `build`, wrapped so that the layer counts as built even if it is called by hand."""

    @functools.wraps(build)
    def marked(self: Layer, *args: Any, **kwargs: Any) -> None:
        build(self, *args, **kwargs)
        self.built = True

    return marked


def values_of(shape: Any, dtype: str) -> Any:
    """A placeholder of this shape, or a list or dict of them."""
    if not isinstance(shape, (dict, list, tuple)):
        raise wrong_value("compute_output_shape", "input_shape", shape, "a shape", "(None, 784)")
    if isinstance(shape, dict):
        return {key: values_of(part, dtype) for key, part in shape.items()}
    if any(isinstance(part, (list, tuple)) for part in shape):
        return [values_of(part, dtype) for part in shape]
    return Value(to_shape(shape), dtype)
