"""LSTMs that read a sequence, image or volume at every step: their products are convolutions."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.shape_math import known, show
from funclab.layers.convolution import Windowed
from funclab.layers.dimensions import family
from funclab.layers.recurrent.layers import WithWeights
from funclab.layers.recurrent.lstm import FLAGS, MASKED, ROLES
from funclab.layers.recurrent.steps import BEGINNINGS, DROPOUTS, GATED, LSTMStep, lstm_gates
from funclab.layers.spec import InputSpec
from funclab.ops.nn.conv import Conv


class ConvLSTM(Windowed, LSTMStep, WithWeights, abstract=True):
    """An LSTM whose inputs and states have `rank` spatial axes."""

    cell_name = "conv_lstm_cell"
    filters: int
    order = (
        "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", *GATED[1:],
        *BEGINNINGS, "unit_forget_bias", *ROLES, *DROPOUTS, "seed", *FLAGS, MASKED,
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                "Specifying `strides > 1` is not compatible with `dilation_rate > 1`. Received: "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}.",
                why="Keras has no layer that does both.",
                fix="leave out `dilation_rate`, or `strides`.",
            )
        self.input_spec = InputSpec(ndim=self.rank + 3)
        self.units = self.filters
        self.state_axis = self.channel_axis

    def build(self, input_shape: Any) -> None:
        step = (input_shape[0], *input_shape[2:])
        if None in step[1:]:
            raise ShapeError(
                "ConvLSTM layers only support static input shapes for the spatial dimension: "
                f"{self.name} got inputs of shape {show(input_shape)}.",
                why="the state has as many positions as the maps, and begins with zeros.",
                fix="give all lengths after the time: Input(shape=(None, 28, 28, 1)).",
                graph=self,
            )
        channels = step[self.state_axis]
        width = 4 * self.filters
        self.kernel = self.cell_weight("kernel", (*self.kernel_size, channels, width))
        recurrent = (*self.kernel_size, self.filters, width)
        self.recurrent_kernel = self.cell_weight("recurrent_kernel", recurrent)
        self.bias = self.cell_weight("bias", (width,)) if self.use_bias else None
        maps = list(Conv(*self.settings).shape(step, self.kernel.shape))
        maps[self.state_axis] = self.filters
        self._state_shape = known(maps[1:])
        self.make_states(input_shape[0])
        self.input_spec = InputSpec(shape=(None, None, *input_shape[2:]))
        self.built = True

    @property
    def state_shape(self) -> tuple[int, ...]:
        return self._state_shape

    def fused_settings(self) -> dict[str, Any]:
        """None: no fused op computes all steps at once."""
        return {"activation": None}

    def prepared(self, x: Any) -> tuple[Any, Any]:
        maps = ops.conv(ops.fold_time(x), self.kernel, *self.settings, bias=self.bias)
        return ops.unfold_time(maps, x.shape[1]), self.recurrent_kernel

    def follow(self, z: Any, states: list[Any], weights: Any, dropped: Any) -> list[Any]:
        thinned = states[0] if dropped is None else ops.multiply(states[0], dropped)
        z = ops.add(z, ops.conv(thinned, weights, 1, "same", self.data_format))
        return lstm_gates(z, states[1], self.state_axis, *self.functions)


ConvLSTM1D, ConvLSTM2D, ConvLSTM3D = family(
    ConvLSTM, "ConvLSTM{}D",
    {
        1: "An LSTM that reads a sequence of vectors at every step.",
        2: "An LSTM that reads an image at every step, such as the frames of a video.",
        3: "An LSTM that reads a volume at every step.",
    },
    """
    Shapes: x (batch, steps, {axes}, {channels}) -> out (batch, {new}, filters), or (batch, steps,
        ...) with return_sequences; with return_state, [out, h, c]. Lengths as for Conv2D. With
        data_format "channels_first" the {channels} come after the steps.
    Weights: kernel ({axes}, {channels}, 4 filters), recurrent_kernel ({axes}, filters, 4 filters),
        bias (4 filters,); the gates are in the order input, forget, cell, output.
    Raises: ArgumentError for settings out of range; ShapeError for inputs of another kind, or whose
        lengths are not known.
    Source: Shi et al., "Convolutional LSTM network", NIPS 2015, without peepholes.
    """,
    {
        1: ("8, 3", "10, 16, 1", "14, 8"),
        2: ('8, 3, padding="same"', "10, 16, 16, 1", "16, 16, 8"),
        3: ("2, 2", "3, 4, 4, 4, 1", "3, 3, 3, 2"),
    },
)  # fmt: skip
