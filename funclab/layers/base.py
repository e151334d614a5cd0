"""The layer: weights made once, and a rule that turns inputs into outputs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from funclab import registry, regularizers, structure
from funclab.errors import ArgumentError
from funclab.graph.tape import Tape, current_tape
from funclab.graph.value import Value
from funclab.layers.arguments import (
    KERAS_2_KEYWORDS,
    bound,
    call_parameters,
    check_complete,
    check_not_called,
    checked_name,
    declared_shape,
    dtype_name,
    floatx,
    parameters,
)
from funclab.layers.calling import Called
from funclab.shapes import to_shape


class Layer(Called):
    """A layer. Subclasses write `build` (make weights) and `call` (use funclab.ops).

    Called on tensors, a layer adds a node to the graph; called on arrays, it computes. `call` may
    take `training` and `mask`: they are filled in. Constructor arguments kept in attributes of the
    same names are all that `get_config`, copies and files need.
    """

    supports_masking = False
    _given: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        check_not_called(cls, args)
        check_complete(cls, args, kwargs)
        layer = super().__new__(cls)
        layer._given = bound(cls, args, kwargs)
        return layer

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "compute_mask" in vars(cls) and "supports_masking" not in vars(cls):
            cls.supports_masking = True  # who writes a rule for masks means it to be used
        own = cls.__module__.startswith("funclab.")
        if own and not abstract:
            registry.register("layer", cls)
        if not own and "build" in vars(cls):
            cls.build = _marking_built(cls.build)  # type: ignore[method-assign]

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
            known = parameters(type(self))
            raise ArgumentError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: "
                f"{ {key: kwargs[key] for key in unknown} }. (Keyword argument not understood.)",
                why=f"{type(self).__name__} takes {', '.join(known)}"
                f"{registry.near(unknown[0], known)}.",
                fix=f"correct or remove {', '.join(unknown)}.",
            )

    # To be written by subclasses.
    def build(self, input_shape: Any) -> None:
        """Make the weights, from the shape of the first argument of `call`."""
        self.built = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the output: by default the input's, for layers that support masking."""
        if isinstance(mask, (list, tuple)):
            present = [one for one in mask if one is not None]
            return present[0] if len(present) == 1 else None
        return mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for an input of this shape (or a list or dict of shapes)."""
        before = None if self.built else self.remember()
        with Tape():
            try:
                outputs = self(_values_of(input_shape, self.dtype))
                return structure.map_structure(lambda value: value.shape, outputs)
            finally:
                if before:
                    before.restore()

    def add_loss(self, loss: Any) -> None:
        """Add a value to what training makes small; to be used inside `call`.

        Raises: ArgumentError outside of a call, where nothing would read it.
        """
        tape = current_tape()
        if not tape.scope:
            raise ArgumentError(
                f"{self.name}.add_loss was used outside of a call, so the loss would be lost.",
                why="a layer's losses are gathered while its call runs; before and after, nobody "
                "listens.",
                fix="use add_loss inside `call`, or add a tensor of the graph to a model: "
                "model.add_loss(tensor).",
                graph=self,
            )
        tape.losses.append(loss)

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
        elsewhere = set(KERAS_2_KEYWORDS) - set(parameters(type(self)))
        skip = {"name", "trainable", "dtype", "weights", *elsewhere}
        own = {
            name: registry.to_config(self._setting(name, given))
            for name, given in self._given.items()
            if name not in skip
        }
        return {"name": self.name, "trainable": self.trainable, "dtype": self.dtype, **own}

    def _setting(self, name: str, given: Any) -> Any:
        """What is kept under a constructor argument's name; not the layers it was turned into."""
        kept = getattr(self, name, given)
        return given if _holds_layers(kept) and not _holds_layers(given) else kept

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A layer from what `get_config` returned; layers inside the config are rebuilt first."""
        return cls(**{key: _rebuilt(value, custom_objects) for key, value in config.items()})

    def __repr__(self) -> str:
        settings = {
            name: registry.to_config(value)
            for name, value in self._given.items()
            if name not in ("name", "weights") and value != parameters(type(self)).get(name)
        }
        shown = "".join(f" {name}={value}" for name, value in settings.items())
        return f"<{type(self).__name__} {getattr(self, 'name', '')}{shown}>"


def _marking_built(build: Callable[..., None]) -> Callable[..., None]:
    """A user's `build` that remembers it has run, also when called by hand."""

    @functools.wraps(build)
    def marked(self: Layer, *args: Any, **kwargs: Any) -> None:
        build(self, *args, **kwargs)
        self.built = True

    return marked


def _holds_layers(value: Any) -> bool:
    return any(isinstance(leaf, Layer) for leaf in structure.flatten(value))


def _rebuilt(value: Any, custom_objects: Any) -> Any:
    if isinstance(value, list):
        return [_rebuilt(one, custom_objects) for one in value]
    if not isinstance(value, dict) or not {"class_name", "config"} <= value.keys():
        return value
    known = {**registry.registered("layer"), **(custom_objects or {})}
    cls = known.get(value["class_name"])
    is_layer = isinstance(cls, type) and issubclass(cls, Layer)
    return registry.rebuild(cls, value["config"], custom_objects) if is_layer else value


def _values_of(shape: Any, dtype: str) -> Any:
    if isinstance(shape, dict):
        return {key: _values_of(one, dtype) for key, one in shape.items()}
    if any(isinstance(one, (list, tuple)) for one in shape):
        return [_values_of(one, dtype) for one in shape]
    return Value(to_shape(shape), dtype)
