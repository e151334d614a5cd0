"""Reading a sequence in both directions."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.errors import ArgumentError
from funclab.layers.base import Layer
from funclab.layers.checks import one_of
from funclab.layers.wrappers import Wrapper

MODES = ("concat", "sum", "mul", "ave", None)


class Bidirectional(Wrapper):
    """A recurrent layer that reads the sequence forward, and a second one that reads it backward.

    Shapes: x (batch, time, features) -> out (batch, 2 units), or (batch, time, 2 units) if the
        layer returns sequences; `units` instead of 2 units for the merge modes "sum", "mul" and
        "ave"; a list of both outputs for None. With return_state, the states of both follow. In
        sequences, masked steps are 0, since the two directions would repeat different steps.
    Weights: those of the forward layer, then those of the backward layer.
    Raises: TensorTypeError for what is not a layer; ArgumentError for what is not recurrent.
    Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997.
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
                raise _not_recurrent(inner)
        self.forward_layer = _copy(layer, f"forward_{layer.name}", layer.go_backwards)
        if backward_layer is None:
            backward_layer = _copy(layer, f"backward_{layer.name}", not layer.go_backwards)
        if backward_layer.go_backwards == layer.go_backwards:
            raise ArgumentError(
                "Forward layer and backward layer should have different `go_backwards` value. "
                f"Received go_backwards={layer.go_backwards} for both.",
                why="one of them must read the sequence from its end.",
                fix=f"make the backward layer with go_backwards={not layer.go_backwards}.",
            )
        self.backward_layer = backward_layer
        for inner in (self.forward_layer, self.backward_layer):
            inner.zero_output_for_mask = layer.return_sequences
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state

    @property
    def sublayers(self) -> list[Any]:
        """The two layers that read; `layer` was only their pattern."""
        pair = map(vars(self).get, ("forward_layer", "backward_layer"))
        return [layer for layer in pair if layer]

    def reset_states(self) -> None:
        """Forget the last batch, in stateful layers."""
        for layer in self.sublayers:
            layer.reset_states()

    reset_state = reset_states

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        half = len(initial_state or []) // 2
        begin = list(initial_state or [])
        forward = _several(self.forward_layer(sequences, begin[:half] or None, mask=mask))
        backward = _several(self.backward_layer(sequences, begin[half:] or None, mask=mask))
        y, z = forward[0], backward[0]
        if self.return_sequences:
            z = ops.flip(z, axis=1)
        merged = self._merge(y, z)
        states = [*forward[1:], *backward[1:]]
        return [*_several(merged), *states] if states else merged

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


def _copy(layer: Layer, name: str, go_backwards: bool) -> Any:
    config = {**layer.get_config(), "name": name, "go_backwards": go_backwards}
    return type(layer).from_config(config)


def _several(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _not_recurrent(layer: Layer) -> ArgumentError:
    return ArgumentError(
        f"Bidirectional needs a recurrent layer. Received: {layer!r}.",
        why="it reads the sequence in both directions, which only a recurrent layer tells apart.",
        fix="write for example Bidirectional(LSTM(32)).",
    )
