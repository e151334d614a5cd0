"""The recurrent layers: LSTM, GRU, and SimpleRNN, which has no gates."""

from funclab.layers.recurrent.cells import GRUCell, LSTMCell, SimpleRNNCell
from funclab.layers.recurrent.layers import BuiltIn
from funclab.layers.recurrent.steps import (
    BEGINNINGS, DROPOUTS, GATED, PENALTIES, RULES, GRUStep, LSTMStep, SimpleStep,
)  # fmt: skip

# Arguments that are next to each other in the constructors, in Keras' order.
ROLES = (*PENALTIES, "activity_regularizer", *RULES)
FLAGS = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
WITHOUT_EFFECT = ("use_cudnn", "implementation")
MASKED = "zero_output_for_mask"


class LSTM(LSTMStep, BuiltIn):
    """Long short-term memory: gates write to a cell state, keep it and read it, step by step.

    Shapes: x (batch, time, features) -> out (batch, units), or (batch, time, units) with
        return_sequences; with return_state, [out, h, c], the last two (batch, units).
    Weights: kernel (features, 4 units), recurrent_kernel (units, 4 units), bias (4 units,); the
        gates are in the order input, forget, cell, output.
    Source: Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 1997; Gers et
        al., "Learning to forget", 2000, for the forget gate; Gal and Ghahramani, "A theoretically
        grounded application of dropout in recurrent neural networks", NIPS 2016, for dropout that
        is the same at all steps (here also for all gates).

    >>> LSTM(32)(Input((10, 4))).shape
    (None, 32)
    >>> LSTM(32, return_sequences=True)(Input((10, 4))).shape
    (None, 10, 32)
    """

    cell_class = LSTMCell
    order = (
        *GATED, *BEGINNINGS, "unit_forget_bias", *ROLES, *DROPOUTS, "seed", *FLAGS, *WITHOUT_EFFECT,
        MASKED,
    )  # fmt: skip


class SimpleRNN(SimpleStep, BuiltIn):
    """Each output depends on the input and the last output: activation(x kernel + h recurrent).

    Shapes: x (batch, time, features) -> out (batch, units), or (batch, time, units) with
        return_sequences; with return_state, [out, h].
    Weights: kernel (features, units), recurrent_kernel (units, units), bias (units,).
    Source: Elman, "Finding structure in time", Cognitive Science 1990.

    >>> SimpleRNN(32)(Input((10, 4))).shape
    (None, 32)
    """

    cell_class = SimpleRNNCell
    order = (
        "units", "activation", "use_bias", *BEGINNINGS, *ROLES, *DROPOUTS, *FLAGS, "seed", MASKED,
    )  # fmt: skip


class GRU(GRUStep, BuiltIn):
    """A gated recurrent unit: one gate mixes old state and new value, one resets the old state.

    z and r are the gates, through `recurrent_activation`; the new value v comes from the input and
    the state times r; h = z h + (1 - z) v. With `reset_after` (the default), r multiplies the
    product of the state and the recurrent kernel, which has its own bias.
    Shapes: x (batch, time, features) -> out (batch, units), or (batch, time, units) with
        return_sequences; with return_state, [out, h].
    Weights: kernel (features, 3 units), recurrent_kernel (units, 3 units), bias (2, 3 units), or
        (3 units,) without reset_after; in the order z, r, v.
    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014.

    >>> GRU(32)(Input((10, 4))).shape
    (None, 32)
    """

    cell_class = GRUCell
    order = (
        *GATED, *BEGINNINGS, *ROLES, *DROPOUTS, "seed", *FLAGS, "reset_after", *WITHOUT_EFFECT,
        MASKED,
    )  # fmt: skip
