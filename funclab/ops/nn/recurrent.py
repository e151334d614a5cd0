"""Recurrent layers as one op over the whole sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from funclab.engine.kernels.recurrent import recurrent as kernels
from funclab.engine.kernels.recurrent import recurrent_in_numpy as codes
from funclab.errors import ArgumentError, ShapeError
from funclab.errors.words import listed
from funclab.graph import shape_math
from funclab.graph.op import Array, Op, Work
from funclab.graph.shape_math import Shape, known, show
from funclab.ops.base import Slot, write

ACTIVATIONS = codes.ACTIVATIONS
"""The activations that the fused ops know."""


class Inputs(NamedTuple):
    """The inputs of a recurrence; the last two are optional, as the op's fields say."""

    x: Any
    states: Sequence[Any]
    kernel: Any
    recurrent: Any
    bias: Any
    mask: Any = None
    dropout: Any = None


class Room(NamedTuple):
    """Arrays that the steps keep for the gradient: the first axis is time, in reading order."""

    xs: Array
    gates: Array
    ggates: Array
    states: list[Array]
    """These have one step more than the others: the initial state comes first."""
    extra: list[Array]


class Recurrence(Op, abstract=True):
    """A state that every step of a sequence changes. Subclasses define what a step does.

    The inputs: x, the states, kernel, recurrent kernel, bias; then a mask (batch, time) if
    `masked`, and if `dropped`, numbers (batch, units) by which h is multiplied before the recurrent
    kernel.
    """

    makes = "first"
    activation: str = "tanh"
    return_sequences: bool = True
    go_backwards: bool = False
    masked: bool = False
    dropped: bool = False
    gates: ClassVar[int] = 1
    state_count: ClassVar[int] = 1
    extra: ClassVar[tuple[int, ...]] = ()
    """The widths, in units, of the arrays kept besides gates and states."""
    n_outputs: ClassVar[int] = 2

    def shape(self, *inputs: Shape) -> tuple[Shape, ...]:
        (x, states, kernel, recurrent, bias, *_), _ = self.by_name(inputs)
        units = states[0][-1]
        width = None if units is None else self.gates * units
        expected = {
            "kernel": (x[-1], width),
            "recurrent": (units, width),
            "bias": self._bias_shape(width),
        }
        actual = {"kernel": kernel, "recurrent": recurrent, "bias": bias}
        fit = all(shape_math.same(state, states[0]) for state in states)
        for name, shape in expected.items():
            if len(x) != 3 or not shape_math.same(actual[name], shape) or not fit:
                raise ShapeError(
                    f"{type(self).__name__} expected ndim=3, (batch, time, features), and a {name} "
                    f"of shape {show(shape)}; found x {show(x)}, {name} {show(actual[name])}, "
                    f"states {listed([*map(show, states)])}.",
                    why=f"a state of {units} units needs {self.gates} columns for each unit.",
                    fix="give a sequence of vectors and weights of these shapes.",
                )
        sequence = (x[0], x[1], units) if self.return_sequences else (x[0], units)
        return sequence, *[(x[0], units)] * self.state_count

    def _bias_shape(self, width: int | None) -> Shape:
        return (width,)

    def operations(self, *inputs: Shape) -> int:
        (batch, time, features), (_, units) = known(inputs[0]), known(inputs[1])
        return 2 * batch * time * (features + units) * self.gates * units

    def work(self, *inputs: Shape) -> Work:
        """The arrays of a `Room`."""
        batch, time, features = inputs[0]
        units = inputs[1][1]
        assert time is not None and units is not None
        steps, gates = (time, batch), (time, batch, self.gates * units)
        states = [(time + 1, batch, units)] * self.state_count
        extra = [(*steps, width * units) for width in self.extra]
        sizes = [(*steps, features), gates, gates, *states, *extra]
        return tuple((size, None) for size in sizes)

    def forward(self, *arrays: Any) -> None:
        inputs, ((sequence, *last), *rest) = self.by_name(arrays)
        room, _ = self._room(rest)
        x, frozen = self._in_time(inputs.x), self._frozen(inputs)
        for states, initial in zip(room.states, inputs.states, strict=True):
            np.copyto(states[0], initial)

        def half(*ends: int) -> None:
            samples = slice(*ends)
            np.copyto(room.xs[:, samples], x[:, samples])
            np.matmul(room.xs[:, samples], inputs.kernel, room.gates[:, samples])
            self._steps(ends, inputs, frozen, room)

        kernels.share_batch(half, room.gates, room.xs, room.states[0])
        shown = room.states[0][1:]
        shown = shown * self._begun(frozen) if frozen.size else shown
        np.copyto(sequence, shown.swapaxes(0, 1) if self.return_sequences else shown[-1])
        for out, states in zip(last, room.states, strict=True):
            np.copyto(out, states[-1])

    def vjp(self, *arrays: Any) -> None:
        (gsequence, *glast), *rest = arrays
        inputs, (_, *rest) = self.by_name(rest)
        room, (gx, *slots) = self._room(rest)
        frozen, gdropout = self._frozen(inputs), np.zeros_like(_dropout(inputs))
        gs = [g.copy() for g in glast]
        gstates = self._gstates(gsequence, frozen, gs[0])

        def half(*ends: int) -> None:
            samples = slice(*ends)
            self._steps_vjp(ends, inputs, frozen, room, gstates, gs, gdropout)
            if gx is not None:
                gxs = self._in_time(gx)[:, samples]
                np.matmul(room.ggates[:, samples], inputs.kernel.T, gxs)

        kernels.share_batch(half, room.gates, room.xs, room.states[0])
        n = self.state_count
        kernels.weights_vjp(self._products(inputs, room, *slots[n : n + 3]))
        dropped = [(slots[-1], gdropout)] if self.dropped else []
        for slot, value in [*zip(slots, gs), *dropped]:
            write(value, slot)

    def _steps(self, ends: Any, inputs: Inputs, frozen: Array, room: Room) -> None:
        """All steps forward, for the samples between `ends`: fill gates, states and extra."""
        known = inputs.recurrent, *self._biases(inputs), frozen, _dropout(inputs), room.gates
        loop = getattr(kernels, self.name)
        loop(*ends, *known, *room.states, *room.extra[:1], *self._codes())

    def _steps_vjp(
        self, ends: Any, inputs: Inputs, frozen: Array, room: Room, *gradients: Any
    ) -> None:
        """All steps backward: fill ggates, carry gs back to the first states, add to gdropout.

        `gradients`: those of each step's output, gs, gdropout.
        """
        gstates, gs, gdropout = gradients
        known = inputs.recurrent, frozen, _dropout(inputs), gdropout, room.gates, *room.states
        loop, kept = getattr(kernels, f"{self.name}_vjp"), (*room.extra[:1], room.ggates)
        loop(*ends, gstates, *gs, *known, *kept, *self._inner(room), *self._codes())

    def _biases(self, inputs: Inputs) -> Sequence[Array]:
        return (inputs.bias,)

    def _inner(self, room: Room) -> Sequence[Array]:
        """Where the gradients of the recurrent product go, if they are not ggates."""
        return ()

    def _products(
        self, inputs: Inputs, room: Room, gkernel: Slot, grecurrent: Slot, gbias: Slot
    ) -> list[tuple[Any, Array, Slot]]:
        """For each weight: what it was multiplied with, the product's gradient, and its slot."""
        states = self._states_in(inputs, room)
        bias = (None, room.ggates, gbias)
        return [(room.xs, room.ggates, gkernel), (states, room.ggates, grecurrent), bias]

    def _states_in(self, inputs: Inputs, room: Room) -> Array:
        """The states by which the recurrent kernel was multiplied."""
        states = room.states[0][:-1]
        return states * inputs.dropout if self.dropped else states

    def _gstates(self, gsequence: Array, frozen: Array, gh: Array) -> Array:
        """The gradients of all steps' outputs; without return_sequences, they are added to gh."""
        if self.return_sequences:
            gstates = gsequence.swapaxes(0, 1)
            return np.ascontiguousarray(gstates * self._begun(frozen) if frozen.size else gstates)
        gh += gsequence * self._begun(frozen)[-1] if frozen.size else gsequence
        return np.empty((0, 0, 0), gsequence.dtype)

    def by_name(self, arrays: Any) -> tuple[Inputs, Any]:
        """The inputs by name, and the arrays after them."""
        n = 1 + self.state_count
        names = ("mask",) * self.masked + ("dropout",) * self.dropped
        end = n + 3 + len(names)
        extra = dict(zip(names, arrays[n + 3 : end]))
        return Inputs(arrays[0], arrays[1:n], *arrays[n : n + 3], **extra), arrays[end:]

    def _room(self, arrays: Any) -> tuple[Room, Any]:
        """The work arrays by name, and the arrays after them."""
        n = 3 + self.state_count
        end = n + len(self.extra)
        return Room(*arrays[:3], arrays[3:n], arrays[n:end]), arrays[end:]  # type: ignore[call-overload]

    def _in_time(self, x: Array) -> Array:
        """A view with time as the first axis, in the order of the steps."""
        turned = x.swapaxes(0, 1)
        return turned[::-1] if self.go_backwards else turned

    def _frozen(self, inputs: Inputs) -> Array:
        """Where a step does not change the states (time, batch, 1); empty without a mask."""
        if inputs.mask is None:
            return np.empty((0, 0, 0), bool)
        return ~self._in_time(inputs.mask).astype(bool, order="C")[..., None]

    @staticmethod
    def _begun(frozen: Array) -> Array:
        """Whether there is an earlier output to repeat: False while all steps so far are masked."""
        return np.logical_or.accumulate(~frozen, 0)

    def _codes(self) -> list[int]:
        """The numbers of the activations: of the gates, if there are any, and of the values."""
        names = [getattr(self, "recurrent_activation", None), self.activation]
        return [ACTIVATIONS.index(name) for name in names if name]


class SimpleRNN(Recurrence):
    """Each state is computed from the input and the last: h = activation(x w + h recurrent + b).

    Shapes: x (batch, time, features), h (batch, units), kernel (features, units), recurrent
        (units, units), bias (units) -> all h (batch, time, units) or, without return_sequences, the
        last output (batch, units); then the last h. If `masked`, a mask (batch, time) follows; if
        `dropped`, numbers (batch, units) by which h is multiplied before the product.
    Gradient: the same steps backward in time; a masked step passes gradients on unchanged.
    Numerics: where the mask is False, h stays and the previous output is repeated, at first zeros.
    Source: Elman, "Finding structure in time", Cognitive Science 1990.
    """


class GRU(Recurrence):
    """A gated recurrent unit: gate z mixes old state and new value, gate r resets the old state.

    With z and r through `recurrent_activation` and the value v through `activation`:
    h = z h + (1 - z) v. With `reset_after`, r multiplies the product of h and the recurrent kernel,
    which has its own bias; without, r multiplies h before the product.

    Shapes: x (batch, time, features), h (batch, units), kernel (features, 3 units), recurrent
        (units, 3 units), bias (2, 3 units), or (3 units) without reset_after -> all h (batch, time,
        units) or, without return_sequences, the last output (batch, units); then the last h. If
        `masked`, a mask (batch, time) follows; if `dropped`, numbers (batch, units) by which h is
        multiplied before the recurrent kernel.
    Gradient: the same steps backward in time; a masked step passes gradients on unchanged.
    Numerics: where the mask is False, h stays and the previous output is repeated, at first zeros.
    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014.
    """

    recurrent_activation: str = "sigmoid"
    reset_after: bool = True
    gates: ClassVar[int] = 3
    extra: ClassVar[tuple[int, ...]] = (1, 3)

    def _bias_shape(self, width: int | None) -> Shape:
        return (2, width) if self.reset_after else (width,)

    def _biases(self, inputs: Inputs) -> Sequence[Array]:
        return inputs.bias if self.reset_after else (inputs.bias, inputs.bias[:0])

    def _inner(self, room: Room) -> Sequence[Array]:
        return (room.extra[1] if self.reset_after else room.extra[1][:0],)

    def _products(
        self, inputs: Inputs, room: Room, gkernel: Slot, grecurrent: Slot, gbias: Slot
    ) -> list[tuple[Any, Array, Slot]]:
        pulled, ginner = room.extra
        kernel, (states, ggates, _), bias = super()._products(
            inputs, room, gkernel, grecurrent, gbias
        )
        if self.reset_after:
            both = [None, None] if gbias is None else gbias
            biases = [(None, g, slot) for g, slot in zip((ggates, ginner), both)]
            return [kernel, (states, ginner, grecurrent), *biases]
        if grecurrent is None:
            return [kernel, bias]
        n = 2 * states.shape[2]
        to_gates = (states, ggates[..., :n], grecurrent[:, :n])
        return [kernel, to_gates, (pulled, ggates[..., n:], grecurrent[:, n:]), bias]


class LSTM(Recurrence):
    """Long short-term memory: gates write to a cell state c, keep it and read it, step by step.

    With z = x kernel + h recurrent + bias, split into input gate i, forget gate f, value v and
    output gate o, each passed through its activation (v through `activation`, gates through
    `recurrent_activation`): c = f c + i v and h = o activation(c).

    Shapes: x (batch, time, features), h and c (batch, units), kernel (features, 4 units), recurrent
        (units, 4 units), bias (4 units) -> all h (batch, time, units) or, without
        return_sequences, the last output (batch, units); then the last h and the last c. If
        `masked`, a mask (batch, time) follows; if `dropped`, numbers (batch, units) by which h is
        multiplied before the recurrent kernel.
    Gradient: the same steps backward in time; a masked step passes gradients on unchanged.
    Numerics: sigmoid(z) is (1 + tanh(z / 2)) / 2, and the tanh of float32 a quotient of polynomials
        with errors of at most 3e-7. Where the mask is False, h and c stay and the previous output
        is repeated, at first zeros.
    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers
        et al., "Learning to forget", 2000.
    """

    keras = ""
    recurrent_activation: str = "sigmoid"
    gates: ClassVar[int] = 4
    state_count: ClassVar[int] = 2
    extra: ClassVar[tuple[int, ...]] = (1,)
    n_outputs: ClassVar[int] = 3


def _dropout(inputs: Inputs) -> Array:
    """The numbers by which the state is multiplied before the recurrent kernel; empty for none."""
    return np.empty((0, 0), inputs.x.dtype) if inputs.dropout is None else inputs.dropout


def recurrence(
    kind: type[Recurrence], inputs: Sequence[Any], mask: Any, dropout: Any, **settings: Any
) -> Any:
    """A recurrent op over a sequence: the outputs, then the last states.

    inputs: x, the states, kernel, recurrent kernel and bias. `mask` and `dropout` may be None.
    Raises: ArgumentError for an activation that the loops do not support.
    """
    for name in ("activation", "recurrent_activation"):
        if settings.get(name, "tanh") not in ACTIVATIONS:
            raise ArgumentError(
                f"The fused {kind.__name__} does not know the activation {settings[name]!r}.",
                why="its loops are written for one activation at a time.",
                fix=f"choose one of {', '.join(ACTIVATIONS)}.",
            )
    op = kind(**settings, masked=mask is not None, dropped=dropout is not None)
    return op(*inputs, *(extra for extra in (mask, dropout) if extra is not None))


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
    return recurrence(
        LSTM,
        (x, h, c, kernel, recurrent_kernel, bias),
        mask,
        recurrent_dropout,
        activation=activation,
        recurrent_activation=recurrent_activation,
        return_sequences=return_sequences,
        go_backwards=go_backwards,
    )
