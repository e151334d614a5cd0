"""Multi-head attention."""

from __future__ import annotations

import math
import string
from functools import reduce
from typing import Any

from funclab import ops, registry
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.shape_math import Shape, show, to_shape
from funclab.graph.tape import current_tape
from funclab.layers.activation import Softmax
from funclab.layers.base import Layer
from funclab.layers.core import EinsumDense
from funclab.layers.regularization import Dropout
from funclab.registry.parameters import MEANINGS

MEANINGS |= {
    "num_heads": "how many heads there are, each with its own kernels",
    "num_query_heads": "how many heads the query has",
    "num_key_value_heads": "how many heads key and value have; they divide those of the query",
    "key_dim": "the size of each head's query and key vectors",
    "head_dim": "the size of each head's vectors",
    "value_dim": "the size of each head's value vectors; None for key_dim",
    "attention_axes": "the axes of positions; None for all but the batch and the features",
    "sliding_window": "the distance below which a position can be seen; None for any distance",
    "use_gate": "whether the heads' outputs are multiplied by a sigmoid of the query",
    "MultiHeadAttention.output_shape": "the lengths of the features of the output; None for those "
    "of the query",
}


class HeadAttention(Layer, abstract=True):
    """Attention with several heads, each of which has its own queries, keys and values."""

    opened = True
    """A diagram can open this layer, like a layer that the user wrote."""

    supports_masking = True
    hidden = ""
    """The prefix of the names of the attributes that hold the inner layers."""

    ignores_query_mask = False
    penalizes_whole = False
    """Whether activity_regularizer also applies to the whole layer's output, as in Keras."""

    dropout: float = 0.0
    use_bias: bool = True
    sliding_window: int | None = None
    flash_attention: bool | None = None
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    use_gate: bool = False
    seed: int | None = None

    def prepare(self) -> None:
        self.inner_regularizer = self.activity_regularizer
        if not self.penalizes_whole:
            self.activity_regularizer = None
        self.attention_axes = getattr(self, "attention_axes", None)

    def get_config(self) -> dict[str, Any]:
        penalty = registry.to_config(self.inner_regularizer)
        return {**super().get_config(), "activity_regularizer": penalty}

    def widths(self) -> tuple[int, int, int, int]:
        """The number of heads of queries and of keys, and a head's width for keys and values."""
        raise NotImplementedError(f"{type(self).__name__} has no `widths` yet.")

    def output_lengths(self, query_shape: Shape) -> Shape:
        return query_shape[-1:]

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:  # type: ignore[override]
        key_shape = value_shape if key_shape is None else key_shape
        self._check(query_shape, value_shape, key_shape)
        heads, groups, width, depth = self.widths()
        self._add("query", "...x,xhd->...hd", query_shape, (heads, width))
        self._add("key", "...x,xhd->...hd", key_shape, (groups, width))
        if self.use_gate:
            self._add("gate", "...x,xhd->...hd", query_shape, (heads, depth), activation="sigmoid")
        self._add("value", "...x,xhd->...hd", value_shape, (groups, depth))
        rank = len(query_shape) + 1
        axes = self.attention_axes or range(1, rank - 2)
        self._formulas = _formulas(rank, [axis % (rank - 1) for axis in axes])
        self._pairs = len(list(axes))
        shares = -1 if self._pairs == 1 else tuple(range(-self._pairs, 0))
        self._softmax = Softmax(axis=shares, dtype=self.dtype, name="softmax")
        self._dropout_layer = Dropout(
            self.dropout, seed=self.seed, dtype=self.dtype, name="dropout"
        )
        lengths = self.output_lengths(query_shape)
        letters = "xyzuvwabcefgijk"[: len(lengths)]
        between = (*query_shape[:-1], heads, depth)
        formula = f"...hd,hd{letters}->...{letters}"
        self._add("output", formula, between, lengths, name="attention_output")
        self.built = True

    def _add(self, role: str, formula: str, shape: Shape, lengths: Any, **more: Any) -> None:
        """Make and build one of the inner dense layers."""
        kinds = ("initializer", "regularizer", "constraint")
        names = [f"{weight}_{kind}" for weight in ("kernel", "bias") for kind in kinds]
        settings = {setting: getattr(self, setting) for setting in names}
        settings |= {"name": role, "dtype": self.dtype, **more}
        if self.use_bias:
            settings["bias_axes"] = formula.rpartition("...")[2]
        penalty = self.inner_regularizer
        layer = EinsumDense(formula, lengths, activity_regularizer=penalty, **settings)
        setattr(self, self._place(role), layer)
        tape = current_tape()
        scope = tape.scope
        with tape:
            tape.scope = (*scope, self.name)
            layer.build(shape)
            tape.scope = scope

    def _place(self, role: str) -> str:
        """The attribute that holds an inner layer: files name its weights after it."""
        return f"{'_' if role == 'gate' else self.hidden}{role}_dense"

    def _inner(self, role: str) -> Any:
        return getattr(self, self._place(role))

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        query_mask = None if self.ignores_query_mask else query_mask
        masks = [_mask(query, query_mask), _mask(value, value_mask), _mask(key, key_mask)]
        plain = {id(x): bare(x) for x in (query, value, key) if x is not None}
        query, value, key = (
            plain.get(id(x)) for x in (query, value, value if key is None else key)
        )
        seen = self._seen(query, value, masks, attention_mask, use_causal_mask)
        gate = self._inner("gate")(query) if self.use_gate else None
        query, key, value = (
            self._inner(role)(x) for role, x in (("query", query), ("key", key), ("value", value))
        )
        key, value = self.spread(key), self.spread(value)
        if self.dropout or return_attention_scores or query.ndim != 4:
            outputs, scores = self._attend(query, key, value, seen)
        else:
            settings = {"mask": seen, "scale": 1 / math.sqrt(query.shape[-1])}
            outputs, scores = ops.dot_product_attention(query, key, value, **settings), None
        outputs = self._inner("output")(outputs if gate is None else ops.multiply(outputs, gate))
        return [outputs, scores] if return_attention_scores else outputs

    def spread(self, x: Any) -> Any:
        """Keys or values, repeated to the number of heads of the queries."""
        return x

    def _attend(self, query: Any, key: Any, value: Any, seen: Any) -> tuple[Any, Any]:
        scale = 1 / math.sqrt(query.shape[-1])
        scores, combine = self._formulas
        shares = self._softmax(ops.einsum(scores, key, ops.multiply(query, scale)), mask=seen)
        kept = self._dropout_layer(shares) if self.dropout else shares
        return ops.einsum(combine, bare(kept), value), bare(shares)

    def _seen(self, query: Any, value: Any, masks: list[Any], own: Any, causal: bool) -> Any:
        """The mask of the positions to attend to, with the axes of the scores; None for all."""
        parts = [] if own is None else [own]
        for mask, axis in zip(masks, (-1, -2, -2), strict=True):
            if mask is not None:
                parts.append(ops.expand_dims(mask, axis))
        if causal or self.sliding_window:
            parts.append(ops.position_mask(query, value, causal, self.sliding_window))
        parts = [part if part.dtype == "bool" else ops.cast(part, "bool") for part in parts]
        seen = reduce(ops.logical_and, parts) if parts else None
        while seen is not None and seen.ndim < query.ndim + self._pairs:
            seen = ops.expand_dims(seen, -2 * self._pairs - 1)
        return seen

    def compute_output_shape(  # type: ignore[override]
        self, query_shape: Any, value_shape: Any = None, key_shape: Any = None
    ) -> Any:
        self._check(query_shape, value_shape, key_shape or value_shape)
        return (*query_shape[:-1], *self.output_lengths(tuple(query_shape)))

    def _check(self, query: Any, value: Any, key: Any) -> None:
        kind = type(self).__name__
        if value is None or not all(len(shape) > 2 for shape in (query, value, key)):
            raise ArgumentError(
                f"{kind}.call() of {self.name} needs a `query` and a `value`, and takes a `key`: "
                "sequences, with axes for batch, positions and features.",
                why="one sequence looks at another, or at itself.",
                fix="call the layer with (query, value), or for self-attention with (x, x).",
                graph=self,
            )
        if tuple(value[1:-1]) != tuple(key[1:-1]):
            raise ShapeError(
                "All dimensions of `value` and `key`, except the last one, must be equal. "
                f"Received: value_shape={show(value)} and key_shape={show(key)}.",
                why="each position of the value is found by the key at the same position.",
                fix="give both the same number of positions.",
                graph=self,
            )


def _mask(x: Any, mask: Any) -> Any:
    """The mask of a tensor: the one that was passed, else its own."""
    return mask if mask is not None or x is None else x.mask


def bare(x: Any) -> Any:
    """A tensor without its mask, which the inner layers do not need."""
    return x if x.mask is None else ops.copy(x)


def _formulas(rank: int, axes: list[int]) -> tuple[str, str]:
    """The formulas for scores from keys and queries, and for outputs from scores and values."""
    query = string.ascii_letters[:rank]
    key = "".join(c.upper() if i in axes else c for i, c in enumerate(query))
    batch = "".join(c for i, c in enumerate(query[:-1]) if i not in axes)
    asking, seen = ("".join(term[axis] for axis in axes) for term in (query, key))
    scores = batch + asking + seen
    return f"{key},{query}->{scores}", f"{scores},{key}->{query}"


class MultiHeadAttention(HeadAttention):
    """Multi-head attention: out = the concatenated outputs of the heads @ a kernel.

    In each head, out = softmax(query @ key^T / sqrt(key_dim)) @ value, where query, key and value
    are multiplied by that head's kernels first. As in Keras, the query's own mask is used, but not
    a `query_mask`.
    Shapes: query (batch, n, features), value (batch, m, ...), optionally key (batch, m, ...), by
        default the value -> out (batch, n, *output_shape, or as many features as the query); with
        return_attention_scores, then (batch, heads, n, m).
    Weights: kernel and bias of query, key (features, heads, key_dim), of the gate and value
        (features, heads, value_dim), of attention_output (heads, value_dim, ...).
    Raises: ArgumentError for a call without a value; ShapeError if value and key have different
        numbers of positions.
    Source: Vaswani et al., "Attention is all you need", NIPS 2017, section 3.2.

    >>> x = Input((5, 16))
    >>> MultiHeadAttention(num_heads=2, key_dim=8)(x, x, use_causal_mask=True).shape
    (None, 5, 16)
    """

    ignores_query_mask = True
    num_heads: int
    key_dim: int
    value_dim: int | None = None
    output_shape: Any = None
    attention_axes: Any = None
    order = (
        *("num_heads", "key_dim", "value_dim", "dropout", "use_bias", "output_shape"),
        *("attention_axes", "sliding_window", "flash_attention", "kernel_initializer"),
        *("bias_initializer", "kernel_regularizer", "bias_regularizer", "activity_regularizer"),
        *("kernel_constraint", "bias_constraint", "use_gate", "seed"),
    )

    def prepare(self) -> None:
        super().prepare()
        shape = vars(self).pop("output_shape")
        self.output_lengths_given = None if shape is None else to_shape(shape, "output_shape")
        self.value_dim = self.value_dim or self.key_dim
        if isinstance(self.attention_axes, int):
            self.attention_axes = [self.attention_axes]

    def get_config(self) -> dict[str, Any]:
        shape = self.output_lengths_given
        return {**super().get_config(), "output_shape": shape and list(shape)}

    def widths(self) -> tuple[int, int, int, int]:
        return self.num_heads, self.num_heads, self.key_dim, self.value_dim or 0

    def output_lengths(self, query_shape: Shape) -> Shape:
        return self.output_lengths_given or query_shape[-1:]


class GroupQueryAttention(HeadAttention):
    """Multi-head attention in which several heads of the query share a head of keys and values.

    Shapes: query (batch, n, features), value (batch, m, ...), optionally key (batch, m, ...), by
        default the value -> out (same as query); with return_attention_scores, then (batch,
        num_query_heads, n, m).
    Weights: kernel and bias of query and gate (features, num_query_heads, head_dim), of key and
        value (features, num_key_value_heads, head_dim), of attention_output (num_query_heads,
        head_dim, features).
    Raises: ArgumentError unless num_query_heads is a multiple of num_key_value_heads.
    Source: Ainslie et al., "GQA: training generalized multi-query transformer models from
        multi-head checkpoints", EMNLP 2023.

    >>> x = Input((5, 16))
    >>> GroupQueryAttention(head_dim=8, num_query_heads=4, num_key_value_heads=2)(x, x).shape
    (None, 5, 16)
    """

    hidden = "_"
    penalizes_whole = True
    head_dim: int
    num_query_heads: int
    num_key_value_heads: int
    order = ("head_dim", "num_query_heads", "num_key_value_heads", *HeadAttention.fields)

    def prepare(self) -> None:
        super().prepare()
        if self.num_query_heads % self.num_key_value_heads:
            raise ArgumentError(
                "`num_query_heads` must be divisible by `num_key_value_heads`. Received: "
                f"num_query_heads={self.num_query_heads}, "
                f"num_key_value_heads={self.num_key_value_heads}.",
                why="each head of keys and values serves as many heads of the query.",
                fix=f"write for example num_query_heads={2 * self.num_key_value_heads}.",
            )

    def widths(self) -> tuple[int, int, int, int]:
        return self.num_query_heads, self.num_key_value_heads, self.head_dim, self.head_dim

    def spread(self, x: Any) -> Any:
        times = self.num_query_heads // self.num_key_value_heads
        return x if times == 1 else ops.repeat(x, times, axis=2)
