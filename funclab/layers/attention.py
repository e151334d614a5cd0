"""Layers in which the positions of a sequence attend to those of another, or to each other."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.errors import ShapeError
from funclab.layers.base import Layer
from funclab.layers.checks import one_of, stream

HIDDEN = 1e9
"""The number subtracted from the score of a masked position."""


class Attention(Layer):
    """For each position of the query: the mean of the values, weighted by how well keys match.

    scores = query @ key^T (or, with score_mode="concat", the sums of tanh(query + key));
    out = softmax(scores) @ value. Where the mask of the value is False, a position is not seen;
    where the mask of the query is False, the output is 0.
    Shapes: [query (batch, n, dim), value (batch, m, width)], optionally with key (batch, m, dim),
        by default the value -> out (batch, n, width); with return_attention_scores, then
        (batch, n, m).
    Weights: with use_scale scale (), with score_mode="concat" concat_score_weight ().
    Raises: ArgumentError for another score_mode; ShapeError unless called on a list of 2 or 3.
    Source: Luong et al., "Effective approaches to attention-based neural machine translation",
        EMNLP 2015.

    >>> Attention()([Input((5, 8)), Input((7, 8))]).shape
    (None, 5, 8)
    """

    supports_masking = True
    takes_a_list = True
    use_scale: bool = False
    score_mode: str = "dot"
    dropout: float = 0.0
    seed: int | None = None

    def prepare(self) -> None:
        one_of("score_mode", self.score_mode, ("dot", "concat"))
        self.stream = stream(self.seed) if self.dropout else None

    def build(self, input_shape: Any) -> None:
        self._check(input_shape)
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            settings = {"name": "concat_score_weight", "shape": (), "initializer": "ones"}
            self.concat_score_weight = self.add_weight(**settings)
        self.built = True

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        self._check(inputs)
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        query_mask, value_mask = mask[:2] if mask else (None, None)
        seen = None if value_mask is None else ops.expand_dims(value_mask, -2)
        if use_causal_mask:
            past = ops.position_mask(query, value, axis=-2)
            seen = past if seen is None else ops.logical_and(seen, past)
        scores = self.scores(query, key)
        if seen is not None:
            scores = ops.where(seen, scores, ops.subtract(scores, HIDDEN))
        weights = ops.softmax(scores)
        if training and self.stream is not None:
            weights = ops.dropout(weights, self.dropout, state=self.stream)
        outputs = ops.matmul(weights, value)
        if query_mask is not None:
            outputs = ops.where(ops.expand_dims(query_mask, -1), outputs, 0.0)
        return [outputs, weights] if return_attention_scores else outputs

    def scores(self, query: Any, key: Any) -> Any:
        """How well each key matches each query: (batch, n, m)."""
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -2, -1))
            return scores if self.scale is None else ops.multiply(scores, self.scale)
        both = _pairs(query, key)
        both = both if self.scale is None else ops.multiply(both, self.scale)
        return ops.multiply(ops.sum(ops.tanh(both), axis=-1), self.concat_score_weight)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return mask[0] if isinstance(mask, (list, tuple)) else None

    def _check(self, inputs: Any) -> None:
        listed = isinstance(inputs, (list, tuple)) and not isinstance(inputs[0], int)
        if listed and len(inputs) in (2, 3):
            return
        kind = type(self).__name__
        raise ShapeError(
            f"{kind} layer must be called on a list of inputs, namely [query, value] or [query, "
            f"value, key]. {self.name} received {len(inputs) if listed else 'one tensor'}.",
            why="one sequence looks at another, or at itself.",
            fix=f"write {self.name}([query, value]); for self-attention {self.name}([x, x]).",
            graph=self,
        )


class AdditiveAttention(Attention):
    """Additive attention: scores = the sums of scale * tanh(query + key).

    Shapes: [query (batch, n, dim), value (batch, m, width)], optionally with key (batch, m, dim),
        by default the value -> out (batch, n, width); with return_attention_scores, then
        (batch, n, m).
    Weights: with use_scale scale (dim,).
    Raises: ShapeError unless called on a list of 2 or 3.
    Source: Bahdanau et al., "Neural machine translation by jointly learning to align and
        translate", ICLR 2015, section A.1.2.

    >>> AdditiveAttention()([Input((5, 8)), Input((7, 8))]).shape
    (None, 5, 8)
    """

    use_scale: bool = True
    score_mode = "dot"  # no argument here
    order = ("use_scale", "dropout", "seed")

    def build(self, input_shape: Any) -> None:
        self._check(input_shape)
        dim = input_shape[0][-1]
        self.scale = self.add_weight(name="scale", shape=(dim,)) if self.use_scale else None
        self.built = True

    def scores(self, query: Any, key: Any) -> Any:
        both = ops.tanh(_pairs(query, key))
        both = both if self.scale is None else ops.multiply(both, self.scale)
        return ops.sum(both, axis=-1)


def _pairs(query: Any, key: Any) -> Any:
    """Each query plus each key: (batch, n, m, dim)."""
    return ops.add(ops.expand_dims(query, -2), ops.expand_dims(key, -3))
