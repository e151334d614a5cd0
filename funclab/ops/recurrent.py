"""Recurrent layers as one op over the whole sequence."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np

from funclab import shape_math
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.op import Array, Op, Work
from funclab.kernels import recurrent as kernels
from funclab.shape_math import Shape, show

ACTIVATIONS = kernels.ACTIVATIONS
"""The activations that the fused op knows."""


class Inputs(NamedTuple):
    """The inputs of an LSTM; the last two are there when the op's fields say so."""

    x: Any
    h: Any
    c: Any
    kernel: Any
    recurrent: Any
    bias: Any
    mask: Any = None
    dropout: Any = None


class LSTM(Op):
    """Long short-term memory: a cell state c that gates let in, keep and let out, step by step.

    With z = x kernel + h recurrent + bias, cut in four: input gate i, forget gate f, value v and
    output gate o, each through its activation (v through `activation`, gates through
    `recurrent_activation`): c = f c + i v and h = o activation(c).

    Shapes: x (batch, time, features), h and c (batch, units), kernel (features, 4 units), recurrent
        (units, 4 units), bias (4 units) -> all h (batch, time, units) or, without
        return_sequences, the last output (batch, units); then the last h and the last c. If
        `masked`, a mask (batch, time) follows; if `dropped`, numbers (batch, units) that h is
        multiplied with on its way to z.
    Gradient: the same steps backward in time; a step that is masked hands gradients on unchanged.
    Numerics: sigmoid(z) is (1 + tanh(z / 2)) / 2, right to one rounding error of 1. Where the mask
        is False, h and c stay and the output of the step before is repeated, zeros at first.
    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers
        et al., "Learning to forget", 2000.
    """

    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    return_sequences: bool = True
    go_backwards: bool = False
    masked: bool = False
    dropped: bool = False
    n_outputs: ClassVar[int] = 3

    def shape(self, *inputs: Shape) -> tuple[Shape, Shape, Shape]:
        x, h, c, kernel, recurrent, bias, *_ = inputs
        units = h[-1]
        width = None if units is None else 4 * units
        expected = {"kernel": (x[-1], width), "recurrent": (units, width), "bias": (width,)}
        actual = {"kernel": kernel, "recurrent": recurrent, "bias": bias}
        for name, shape in expected.items():
            if len(x) != 3 or not shape_math.same(actual[name], shape) or not shape_math.same(h, c):
                raise ShapeError(
                    f"LSTM expected ndim=3, (batch, time, features), and a {name} of shape "
                    f"{show(shape)}; found x {show(x)}, {name} {show(actual[name])}, states "
                    f"{show(h)} and {show(c)}.",
                    why="the four gates share one matrix, so it has 4 columns for each unit.",
                    fix="give a sequence of vectors and weights of these shapes.",
                )
        sequence = (x[0], x[1], units) if self.return_sequences else (x[0], units)
        return sequence, (x[0], units), (x[0], units)

    def dtype(self, *dtypes: str) -> tuple[str, str, str]:
        return dtypes[0], dtypes[0], dtypes[0]

    def work(self, *inputs: Shape) -> Work:
        """Inputs in time order, gates, h, c, activation(c) and the gradients of the gates."""
        batch, time, features = inputs[0]
        units = inputs[1][1]
        assert time is not None and units is not None
        states = (time + 1, batch, units)
        gates = (time, batch, 4 * units)
        sizes = (time, batch, features), gates, states, states, (time, batch, units), gates
        return tuple((size, None) for size in sizes)

    def forward(self, *arrays: Any) -> None:
        inputs, (outputs, xs, gates, hs, cs, bent, _) = self._split(arrays)
        np.copyto(xs, self._in_time(inputs.x))
        np.copyto(hs[0], inputs.h)
        np.copyto(cs[0], inputs.c)
        dropout = inputs.dropout
        weights = inputs.kernel, inputs.recurrent, inputs.bias
        frozen = self._frozen(inputs)
        kernels.lstm(xs, *weights, frozen, dropout, gates, hs, cs, bent, *self._codes())
        states = hs[1:] if frozen is None else hs[1:] * self._begun(frozen)
        sequence, last_h, last_c = outputs
        if self.return_sequences:
            np.copyto(sequence, states.swapaxes(0, 1))
        else:
            np.copyto(sequence, states[-1])
        np.copyto(last_h, hs[-1])
        np.copyto(last_c, cs[-1])

    def vjp(self, *arrays: Any) -> None:
        (gsequence, glast_h, glast_c), *rest = arrays
        inputs, (_, xs, gates, hs, cs, bent, ggates, *slots) = self._split(rest)
        gx, gh0, gc0, gkernel, grecurrent, gbias = slots[:6]
        frozen = self._frozen(inputs)
        gh, gc = glast_h.copy(), glast_c.copy()
        gstates = self._gstates(gsequence, frozen, gh)
        known = frozen, inputs.dropout, gates, cs, bent, ggates
        kernels.lstm_vjp(gstates, gh, gc, inputs.recurrent, *known, *self._codes())
        gxs = None if gx is None else np.empty_like(xs)
        into = gxs, gkernel, grecurrent, gbias
        kernels.lstm_vjp_weights(ggates, xs, hs, inputs.dropout, inputs.kernel, *into)
        if gx is not None and gxs is not None:
            np.copyto(self._in_time(gx), gxs)
        for slot, value in ((gh0, gh), (gc0, gc)):
            if slot is not None:
                np.copyto(slot, value)
        if self.dropped and slots[-1] is not None:
            self._vjp_dropout(ggates, hs, inputs.recurrent, slots[-1])

    def _gstates(self, gsequence: Array, frozen: Array | None, gh: Array) -> Array | None:
        """The gradients of the outputs of all steps; without return_sequences, gh takes them in."""
        if self.return_sequences:
            gstates = gsequence.swapaxes(0, 1)
            return gstates if frozen is None else gstates * self._begun(frozen)
        gh += gsequence if frozen is None else gsequence * self._begun(frozen)[-1]
        return None

    @staticmethod
    def _vjp_dropout(ggates: Array, hs: Array, recurrent: Array, slot: Array) -> None:
        np.copyto(slot, ((ggates @ recurrent.T) * hs[:-1]).sum(0))

    def _split(self, arrays: Any) -> tuple[Inputs, Any]:
        """The inputs by name, and the arrays that come after them."""
        n = 6 + self.masked + self.dropped
        extra = dict(zip(("mask",) * self.masked + ("dropout",) * self.dropped, arrays[6:n]))
        return Inputs(*arrays[:6], **extra), arrays[n:]

    def _in_time(self, x: Array) -> Array:
        """A view with time first, in the order in which the steps are done."""
        turned = x.swapaxes(0, 1)
        return turned[::-1] if self.go_backwards else turned

    def _frozen(self, inputs: Inputs) -> Array | None:
        if inputs.mask is None:
            return None
        return ~self._in_time(inputs.mask).astype(bool)[..., None]

    @staticmethod
    def _begun(frozen: Array) -> Array:
        """Whether there was a step to repeat: False while all steps so far are masked."""
        return np.logical_or.accumulate(~frozen, 0)

    def _codes(self) -> tuple[int, int]:
        gate, squash = self.recurrent_activation, self.activation
        return ACTIVATIONS.index(gate), ACTIVATIONS.index(squash)


def lstm(
    x: Any,
    h: Any,
    c: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    mask: Any = None,
    recurrent_dropout: Any = None,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    return_sequences: bool = True,
    go_backwards: bool = False,
) -> Any:
    """An LSTM over a sequence: (outputs, last h, last c).

    Shapes: x (batch, time, features), h and c (batch, units), kernel (features, 4 units),
        recurrent_kernel (units, 4 units), bias (4 units), mask (batch, time), recurrent_dropout
        (batch, units) -> (batch, time, units) or (batch, units), (batch, units), (batch, units).
    """
    for name in (activation, recurrent_activation):
        if name not in ACTIVATIONS:
            raise ArgumentError(
                f"The fused LSTM does not know the activation {name!r}.",
                why="its loops are written for one activation at a time.",
                fix=f"choose one of {', '.join(ACTIVATIONS)}.",
            )
    settings = activation, recurrent_activation, return_sequences, go_backwards
    extra = [x for x in (mask, recurrent_dropout) if x is not None]
    op = LSTM(*settings, masked=mask is not None, dropped=recurrent_dropout is not None)
    return op(x, h, c, kernel, recurrent_kernel, bias, *extra)
