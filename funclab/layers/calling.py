"""How a layer is called: on tensors, on the values of a tape, or on arrays."""

from __future__ import annotations

import warnings
from typing import Any, NoReturn

import numpy as np

from funclab import explain, structure
from funclab.engine.plan import Plan
from funclab.errors import (
    ArgumentError,
    DataError,
    Item,
    NotSupportedError,
    ShapeError,
    TensorTypeError,
)
from funclab.graph.node import Arguments, Node
from funclab.graph.operation import Operation, placeholder, symbolic
from funclab.graph.tape import Tape, current_tape
from funclab.graph.tensor import OPERATORS, Tensor
from funclab.graph.value import Constant, Value, Variable
from funclab.layers.arguments import (
    build_arguments,
    call_parameters,
    check_call,
    first_parameter,
)
from funclab.layers.spec import check_inputs, last_step_hint
from funclab.layers.weights import Weighted
from funclab.shapes import show

Args = tuple[Any, ...]


class Called(Weighted):
    """The calling half of `Layer`: checks, dtypes, the first build, masks and nodes."""

    input_spec: Any = None
    supports_masking: bool
    activity_regularizer: Any
    autocast: bool
    _initial_weights: Any

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotSupportedError(
            f"Layer {self.name} ({type(self).__name__}) does not have a `call` method implemented.",
            why="`call` is what a layer computes from its inputs.",
            fix="write `def call(self, inputs): ...` in the class.",
        )

    def build(self, input_shape: Any) -> None:
        self.built = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        raise NotImplementedError

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = first_parameter(type(self))
        if not args and name in kwargs:
            args = (kwargs.pop(name),)
        self._check_arguments(args)
        leaves = structure.flatten([args, kwargs])
        if any(isinstance(leaf, Tensor) for leaf in leaves):
            return self._call_on_tensors(args, kwargs)
        # Inside another layer's call, an array (say, of positions) belongs to that layer's tape.
        if current_tape().scope or any(isinstance(leaf, Value) for leaf in leaves):
            return self._call_on_tape(args, kwargs)
        return self._call_on_arrays(args, kwargs)

    def __getitem__(self, index: Any) -> NoReturn:
        inner = [layer.name for layer in getattr(self, "layers", [])]
        raise ArgumentError(
            f"'{type(self).__name__}' object is not subscriptable: {self.name}[{index!r}].",
            why=f"{self.name} is a layer, not a list or an array.",
            fix=f"write {self.name}.layers[0], or {self.name}.get_layer({inner[-1]!r})."
            if inner
            else f"call it, {self.name}(x), and take a part of the tensor: {self.name}(x)[:, 0].",
            graph=self,
        )

    def _call_on_tensors(self, args: Args, kwargs: dict[str, Any]) -> Any:
        seen: dict[int, Value] = {}

        def value(leaf: Any) -> Any:
            if not isinstance(leaf, Tensor):
                return leaf
            return seen.setdefault(id(leaf), placeholder(leaf))

        with Tape():
            try:
                outputs = self._call_on_tape(*structure.map_structure(value, (args, kwargs)))
            except (ShapeError, DataError) as error:
                error.tensors = error.tensors or Arguments(args, kwargs).tensors
                if error.graph is self and isinstance(error, ShapeError):
                    error.fix = last_step_hint(error.tensors, self) or error.fix
                raise
        tensors = structure.map_structure(symbolic, outputs)
        Node(self, args, kwargs, tensors)
        return tensors

    def _call_on_arrays(self, args: Args, kwargs: dict[str, Any]) -> Any:
        with Tape() as tape:
            outputs = self._call_on_tape(args, kwargs)
        plan = Plan(structure.flatten(outputs), wrt=(), updates=tape.updates)
        plan.run()
        return structure.map_structure(lambda one: plan.array(one).copy(), outputs)

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
        self._build_once((first, *rest), kwargs)
        places = call_parameters(type(self))
        training = _given("training", places, rest, kwargs)
        if training is not None:
            tape.training = bool(training)
        mask = _given("mask", places, rest, kwargs)
        if mask is None and any(leaf.mask is not None for leaf in leaves):
            mask = structure.map_structure(lambda leaf: leaf.mask, first)
        _fill("training", tape.training, places, rest, kwargs)
        _fill("mask", mask, places, rest, kwargs)
        tape.scope = (*tape.scope, self.name)
        outputs = structure.map_structure(self._as_value, self.call(first, *rest, **kwargs))
        outputs = self._with_masks(first, mask, outputs)
        self._add_activity_losses(tape, structure.flatten(outputs))
        return outputs

    def _with_masks(self, inputs: Any, mask: Any, outputs: Any) -> Any:
        """The outputs, each with its mask."""
        taken = {id(leaf) for leaf in structure.flatten(inputs)}
        leaves = structure.flatten(outputs)
        masks: Any = self.compute_mask(inputs, mask) if self.supports_masking else None
        if not isinstance(masks, (list, tuple)):
            masks = [masks] * len(leaves)
        if mask is not None and not self.supports_masking:
            self._warn_of_mask()

        def attach(leaf: Value, one: Any) -> Value:
            if id(leaf) in taken and leaf.mask is not one:  # the input keeps the mask it has
                leaf = OPERATORS["identity"](leaf)
            if leaf.mask is None:
                leaf.mask = one
            return leaf

        return structure.pack(outputs, map(attach, leaves, masks))

    def _warn_of_mask(self) -> None:
        if not self.__dict__.get("_has_warned"):
            self.__dict__["_has_warned"] = True
            warnings.warn(
                f"Layer '{self.name}' (of type {type(self).__name__}) was passed an input with a "
                "mask attached to it. However, this layer does not support masking and will "
                "therefore destroy the mask information. Downstream layers will not see the mask.",
                stacklevel=2,
            )

    def _add_activity_losses(self, tape: Tape, leaves: list[Value]) -> None:
        if self.activity_regularizer is None:
            return
        for leaf in leaves:
            penalty = self.activity_regularizer(leaf)
            # The mean over the batch, so that its size does not change the strength.
            batch = leaf.shape[0] if leaf.shape else 1
            tape.losses.append(penalty * (1.0 / batch) if batch else penalty)

    def _cast(self, leaf: Any) -> Any:
        """A leaf of the inputs as a value of this layer's dtype (if it is a float at all)."""
        value = leaf if isinstance(leaf, Value) else Constant.near(leaf, [self.dtype])
        floats = value.dtype.startswith("float") and self.dtype.startswith("float")
        if not (self.autocast and floats) or value.dtype == self.dtype:
            return value
        cast = OPERATORS["cast"](value, self.dtype)
        cast.mask = value.mask
        return cast

    def _cast_extra(self, leaf: Any) -> Any:
        """Tensors among the other arguments are cast too; None, flags and numbers stay."""
        return self._cast(leaf) if isinstance(leaf, (Value, np.ndarray)) else leaf

    def _as_value(self, leaf: Any) -> Value:
        if isinstance(leaf, Value) and not isinstance(leaf, Variable):
            return leaf
        if not isinstance(leaf, (Value, np.ndarray, np.generic, float, int)):
            outside = isinstance(leaf, Tensor)
            raise TensorTypeError(
                f"Layer {self.name} returned {leaf!r} from its call; operation outputs must "
                "be tensors.",
                why="it was computed from a tensor of the graph around the layer, which `call` "
                "cannot see."
                if outside
                else f"a {type(leaf).__name__} is not a tensor.",
                fix=f"pass that tensor to {self.name} as an input."
                if outside
                else "return what funclab.ops or other layers give you.",
                graph=self,
            )
        return OPERATORS["identity"](leaf if isinstance(leaf, Value) else Constant(leaf))

    def _build_once(self, args: Args, kwargs: dict[str, Any]) -> None:
        if self.built:
            return
        self.build(*build_arguments(self, args, kwargs))
        self.built = True
        given = self._initial_weights
        if given is not None:
            self.set_weights([given] if isinstance(given, np.ndarray) else given)

    def _located(self, error: ShapeError, args: Args) -> ShapeError:
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

    def _check_arguments(self, args: Args) -> None:
        if not hasattr(self, "inbound_nodes"):
            raise ArgumentError(
                f"{type(self).__name__}.__init__ did not call super().__init__().",
                why="a layer needs its name and node lists before it can be called.",
                fix="make `super().__init__(**kwargs)` the first line of __init__.",
            )
        if len(args) > 1:
            check_call(self, args)
        for leaf in structure.flatten(args[0] if args else None):
            if leaf is None or isinstance(leaf, (Operation, str, type, int, float)):
                self._refuse(leaf)

    def _refuse(self, leaf: Any) -> NoReturn:
        kind = type(self).__name__
        why = f"{'nothing' if leaf is None else type(leaf).__name__} is no tensor."
        fix = f"pass Input(shape=...) or the result of a layer call to {self.name}."
        if isinstance(leaf, (int, float)):
            fix = "make an array of numbers first: numpy.array([...])."
        elif isinstance(leaf, Operation):
            why = f"{leaf.name} is a layer: a rule, without values of its own."
            fix = f"call {leaf.name} first and pass what it returns."
        raise TensorTypeError(
            f"Layer {self.name} was called with an input that isn't a symbolic tensor. "
            f"Received: {leaf!r}. Only input tensors may be passed as positional arguments"
            + ("; the input is not optional, but None was passed." if leaf is None else "."),
            why=why,
            fix=fix,
            graph=self,
            facts=explain.layer_or_thing(leaf, Item("place", self.name, f"a call of {kind}")),
        )


def _given(name: str, places: dict[str, int], rest: Args, kwargs: dict[str, Any]) -> Any:
    """An argument of `call`, however it was passed; None when it was not."""
    place = places.get(name, 0)
    if 0 < place <= len(rest):
        return rest[place - 1]
    return kwargs.get(name)


def _fill(
    name: str, value: Any, places: dict[str, int], rest: Args, kwargs: dict[str, Any]
) -> None:
    """Pass `value` on to a `call` that takes `name` and did not get it by place."""
    kwargs.pop(name, None)
    if places.get(name, 0) > len(rest):
        kwargs[name] = value
