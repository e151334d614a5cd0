"""Layers around other layers."""

from __future__ import annotations

import math
from typing import Any

from funclab import initializers, ops, registry
from funclab.errors import ArgumentError, ShapeError, TensorTypeError
from funclab.graph import structure
from funclab.graph.shape_math import show
from funclab.layers.base import Layer
from funclab.layers.checks import one_of
from funclab.layers.configs import with_functions
from funclab.layers.recurrent.cells import build_within, warn_of_states
from funclab.layers.spec import InputSpec
from funclab.layers.weights import layers_within
from funclab.registry import sharing


class Wrapper(Layer, abstract=True):
    """A layer that uses another."""

    hands_training_on = True
    layer: Any

    def prepare(self) -> None:
        if not isinstance(self.layer, Layer):
            raise TensorTypeError(
                f"Layer {self.layer!r} supplied to Wrapper isn't a supported layer type: "
                f"{type(self).__name__} needs a layer object.",
                why="it is a class of layers, not a layer."
                if isinstance(self.layer, type)
                else f"it is of type {type(self.layer).__name__}.",
                fix=f"write {type(self).__name__}({_example(self)})(x): the layer inside, the "
                "tensor in the call.",
            )


def _example(wrapper: Wrapper) -> str:
    """An example of a layer to wrap: of the class that was passed, if one was."""
    if isinstance(wrapper.layer, type):
        return f"{wrapper.layer.__name__}(...)"
    return "Dense(8)" if isinstance(wrapper, TimeDistributed) else "LSTM(8)"


class TimeDistributed(Wrapper):
    """The same layer (or model) at every step of a sequence, with the same weights.

    Shapes: x (batch, time, ...) -> out (batch, time, *the layer's output shape for (batch, ...)).
    Weights: those of the layer.
    Raises: TensorTypeError unless it is a layer; ShapeError for inputs without a time axis.

    All steps are computed at once, as a batch of batch * time samples; only a layer that normalizes
    over the batch (BatchNormalization, in training) sees one step after another, as in Keras. The
    output keeps the input's mask; the mask's axes beyond (batch, time) go to the layer. A mask that
    the layer itself makes is not passed on, as in Keras 3: put its reader into the same model.

    >>> TimeDistributed(layers.Dense(8))(Input((10, 4))).shape
    (None, 10, 8)
    """

    supports_masking = True

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        leaves = structure.flatten(inputs)
        for leaf in leaves:
            self._check(leaf)
        masks = mask if isinstance(mask, (list, tuple)) else [mask] * len(leaves)
        time = next((leaf.shape[1] for leaf in leaves if leaf.shape[1] is not None), None)
        mixes = any(getattr(inner, "mixes_samples", False) for inner in layers_within(self.layer))
        if training and time is not None and mixes:
            return self._step_by_step(inputs, masks, time)
        takes = bool(self.layer.mask_arguments)  # else it is not given its part of a mask
        inner = [mask if takes and mask is not None and mask.ndim > 2 else None for mask in masks]
        folded = [
            _masked(ops.fold_time(x), None if mask is None else ops.fold_time(mask))
            for x, mask in zip(leaves, inner, strict=True)
        ]
        outputs = self.layer(structure.pack(inputs, folded))
        known = next((mask for mask in masks if mask is not None), None)
        return structure.map_structure(lambda out: _unfold(out, time, known), outputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """`call` has attached the masks."""
        return None

    def _step_by_step(self, inputs: Any, masks: Any, time: int) -> Any:
        leaves, steps = structure.flatten(inputs), []
        for t in range(time):
            pairs = zip(leaves, masks, strict=True)
            now = [_masked(x[:, t], None if mask is None else mask[:, t]) for x, mask in pairs]
            steps.append(self.layer(structure.pack(inputs, now)))
        known = next((mask for mask in masks if mask is not None), None)
        together = zip(*map(structure.flatten, steps), strict=True)
        outputs = [_masked(ops.stack(list(outs), axis=1), known) for outs in together]
        return structure.pack(steps[0], outputs)

    def _check(self, leaf: Any) -> None:
        if leaf.ndim < 3:
            raise ShapeError(
                "`TimeDistributed` Layer should be passed an `input_shape` with at least 3 "
                f"dimensions: {self.name} received {show(leaf.shape)}.",
                why=f"{self.layer.name} is used at every step, so there must be a time axis after "
                "the batch, and something at each step.",
                fix=f"call {self.layer.name} directly, or give inputs (batch, time, features).",
                graph=self,
            )


def _masked(x: Any, mask: Any) -> Any:
    if mask is not None:
        x.mask = mask
    return x


def _unfold(out: Any, time: int | None, mask: Any) -> Any:
    """The output with its time axis restored, and its mask reduced to the axes that are left."""
    unfolded = ops.unfold_time(out, time)
    if mask is None:
        return unfolded
    gone = tuple(range(max(2, unfolded.ndim - 1), mask.ndim))
    return _masked(unfolded, ops.any(mask, axis=gone) if gone else mask)


MODES = ("concat", "sum", "mul", "ave", None)


class Bidirectional(Wrapper):
    """A recurrent layer that reads the sequence forward, and a second one that reads it backward.

    Shapes: x (batch, time, features) -> out (batch, 2 units), or (batch, time, 2 units) if the
        layer returns sequences; `units` instead of 2 units for the merge modes "sum", "mul" and
        "ave"; a list of both outputs for None. With return_state, the states of both follow. In
        sequences, masked steps are 0, since the two directions would repeat different steps.
    Weights: those of the forward layer, then those of the backward layer.
    Raises: TensorTypeError for an object that is not a layer; ArgumentError unless it is recurrent.
    Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997.

    >>> Bidirectional(layers.LSTM(8))(Input((10, 4))).shape
    (None, 16)
    """

    supports_masking = True
    layer: Any
    merge_mode: str | None = "concat"
    weights: Any = None
    backward_layer: Any = None

    def prepare(self) -> None:
        super().prepare()
        one_of("merge_mode", self.merge_mode, MODES)
        layer, backward_layer = self.layer, self.backward_layer
        for inner in (layer, backward_layer):
            if inner is not None and not hasattr(inner, "go_backwards"):
                raise ArgumentError(
                    f"Bidirectional needs a recurrent layer. Received: {inner!r}.",
                    why="it reads the sequence in both directions, which only a recurrent layer "
                    "tells apart.",
                    fix="write for example Bidirectional(LSTM(32)).",
                )
        pattern = layer.name.removeprefix("forward_")  # its name in files
        self.forward_layer = _copy(layer, f"forward_{pattern}", layer.go_backwards)
        if backward_layer is None:
            backward_layer = _copy(layer, f"backward_{pattern}", not layer.go_backwards)
        if backward_layer.go_backwards == layer.go_backwards:
            raise ArgumentError(
                "Forward layer and backward layer should have different `go_backwards` value. "
                f"Received go_backwards={layer.go_backwards} for both.",
                why="one of them must read the sequence from its end.",
                fix=f"make the backward layer with go_backwards={not layer.go_backwards}.",
            )
        _check_alike(layer, backward_layer)
        self.backward_layer = backward_layer
        for inner in (self.forward_layer, self.backward_layer):
            inner.zero_output_for_mask = layer.return_sequences
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.stateful = layer.stateful

    def build(self, input_shape: Any) -> None:
        for layer in self.sublayers:
            build_within(self, layer, input_shape)
        self.built = True

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config["layer"].pop(sharing.KEY, None)  # only a template, whoever else uses it
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        is_config = isinstance(config.get("layer"), dict)
        return super().from_config(_halves(config) if is_config else config, custom_objects)

    def _sublayers_in(self, leaves: list[Any]) -> list[Any]:
        """The two layers that are used; `layer` was only their template."""
        pair = map(vars(self).get, ("forward_layer", "backward_layer"))
        return [layer for layer in pair if layer]

    def reset_states(self) -> None:
        """Forget the last batch, in stateful layers."""
        pair: list[Any] = self.sublayers
        for layer in pair:
            layer.reset_states()

    reset_state = reset_states

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        if initial_state and mask is None and sequences.mask is not None:
            warn_of_states(self)
            sequences = ops.identity(sequences)  # without the mask
        begin = list(initial_state or [])
        half = len(begin) // 2
        forward = self.forward_layer(sequences, begin[:half] or None, mask=mask)
        backward = self.backward_layer(sequences, begin[half:] or None, mask=mask)
        (y, *states), (z, *more) = map(structure.as_list, (forward, backward))
        if self.return_sequences:
            z = ops.flip(z, axis=1)
        merged = self._merge(y, z)
        return [*structure.as_list(merged), *states, *more] if states else merged

    def _merge(self, y: Any, z: Any) -> Any:
        if self.merge_mode == "concat":
            return ops.concatenate([y, z], axis=-1)
        if self.merge_mode is None:
            return [y, z]
        if self.merge_mode == "mul":
            return ops.multiply(y, z)
        total = ops.add(y, z)
        return total if self.merge_mode == "sum" else ops.multiply(total, 0.5)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        whole = mask if self.return_sequences else None
        outputs = [whole, whole] if self.merge_mode is None else [whole]
        return [*outputs, *[None] * 8] if len(outputs) > 1 or self.return_state else whole


def _check_alike(layer: Any, backward_layer: Any) -> None:
    for name in ("stateful", "return_sequences", "return_state"):
        pair = getattr(layer, name), getattr(backward_layer, name)
        if pair[0] != pair[1]:
            raise ArgumentError(
                "Forward layer and backward layer are expected to have the same value for "
                f'attribute "{name}", got "{pair[0]}" for forward layer and "{pair[1]}" for '
                "backward layer.",
                why="what both give is joined, step by step or state by state.",
                fix=f"make the backward layer with {name}={pair[0]}.",
            )


def _halves(config: dict[str, Any]) -> dict[str, Any]:
    """The config of a Bidirectional in the form that a user would write.

    Keras' files contain both layers, with the settings that Bidirectional itself adds to them.
    """
    forward = {**config["layer"]["config"]}
    backward = {**(config.get("backward_layer") or {}).get("config", {})}
    for half in (forward, backward):
        if half and half.get("zero_output_for_mask") == half.get("return_sequences"):
            half.pop("zero_output_for_mask", None)
    forward["name"] = forward["name"].removeprefix("forward_")
    made = {**config, "layer": {**config["layer"], "config": forward}}
    if backward:
        backwards = not forward["go_backwards"]
        mirrored = {**forward, "name": f"backward_{forward['name']}", "go_backwards": backwards}
        entry = {**config["backward_layer"], "config": backward}
        made["backward_layer"] = None if backward == mirrored else entry
    return made


def _copy(layer: Layer, name: str, go_backwards: bool) -> Any:
    with sharing.apart():
        config = {**with_functions(layer), "name": name, "go_backwards": go_backwards}
        return registry.rebuild(type(layer), config, _classes(layer))


def _classes(layer: Any) -> dict[str, type]:
    """The classes of the inner layers, such as a user's cells, which are not registered."""
    inner = {type(held).__name__: type(held) for held in layer.held}
    return inner | {name: cls for held in layer.held for name, cls in _classes(held).items()}


class SpectralNormalization(Wrapper):
    """A layer whose kernel is divided, in training, by its spectral norm: the largest factor by
    which it can stretch a vector.

    The norm is found by `power_iterations` steps, starting from the last training step's vector.
    Predictions use the kernel as it is.
    Shapes: those of the inner layer.
    Weights: those of the inner layer, and vector_u (1, the last length of its kernel), which is not
        trainable.
    Raises: ArgumentError for a layer without a kernel or embeddings, or power_iterations below 1.
    Source: Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018,
        algorithm 1.

    >>> SpectralNormalization(layers.Dense(2))(Input((3,))).shape
    (None, 2)
    """

    hands_training_on = False
    layer: Any
    power_iterations: int = 1

    def build(self, input_shape: Any) -> None:
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        if not self.layer.built:
            self.layer.build(input_shape)
        names = [name for name in ("kernel", "embeddings") if hasattr(self.layer, name)]
        if not names:
            raise ArgumentError(
                f"{type(self.layer).__name__} object has no attribute 'kernel' nor 'embeddings': "
                f"{self.layer.name} in {self.name}.",
                why="the kernel is what is divided by its norm.",
                fix=f"use {self.layer.name} without SpectralNormalization.",
                graph=self,
            )
        self.kernel = getattr(self.layer, names[0])
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
        )
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training:
            return self.layer(inputs)
        held = vars(self.layer)
        name = next(name for name, value in held.items() if value is self.kernel)
        held[name] = self._normalized()
        try:
            return self.layer(inputs)
        finally:
            held[name] = self.kernel

    def _normalized(self) -> Any:
        """The kernel divided by its norm; the vector is stored for the next step."""
        kernel = self.kernel
        rows = ops.reshape(kernel, (math.prod(kernel.shape[:-1]), kernel.shape[-1]))
        u = v = self.vector_u
        for _ in range(self.power_iterations):
            v = ops.normalize(ops.matmul(u, ops.transpose(rows)), axis=None)
            u = ops.normalize(ops.matmul(v, rows), axis=None)
        u, v = ops.stop_gradient(u), ops.stop_gradient(v)
        norm = ops.matmul(ops.matmul(v, rows), ops.transpose(u))
        empty = ops.logical_not(ops.any(ops.not_equal(kernel, 0.0)))
        ops.assign(self.vector_u, ops.where(empty, self.vector_u, u))
        return ops.divide(kernel, ops.where(empty, 1.0, ops.reshape(norm, ())))
