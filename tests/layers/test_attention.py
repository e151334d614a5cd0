"""Attention: which positions attend to which, by masks and order; calls; what is refused."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, layers, ops
from funclab.errors import ArgumentError, NotSupportedError, ShapeError
from funclab.layers import AdditiveAttention, Attention, GroupQueryAttention, MultiHeadAttention

rng = np.random.default_rng(0)
QUERY = rng.standard_normal((2, 3, 4)).astype("float32")
VALUE = rng.standard_normal((2, 5, 4)).astype("float32")
KINDS: dict[str, Any] = {
    "Attention": Attention,
    "AdditiveAttention": AdditiveAttention,
    "MultiHeadAttention": lambda **more: MultiHeadAttention(2, 3, **more),
    "GroupQueryAttention": lambda **more: GroupQueryAttention(3, 4, 2, **more),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def scores_of(kind: str, query: Any, value: Any, mask: Any = None, **call: Any) -> Any:
    """What each position of the query sees, as the layer of that kind returns it."""
    layer = KINDS[kind]()
    call["return_attention_scores"] = True
    if kind in ("Attention", "AdditiveAttention"):
        return layer([query, value], mask=None if mask is None else [None, mask], **call)[1]
    return layer(query, value, value_mask=mask, **call)[1]


@each_kind
def test_with_a_causal_mask_no_position_sees_those_after_it(kind: str):
    scores = scores_of(kind, VALUE, VALUE, use_causal_mask=True)

    seen = (scores > 1e-9).reshape(-1, 5, 5).all(0)
    assert np.array_equal(seen, np.tri(5, dtype=bool))


@each_kind
def test_the_mask_of_the_query_goes_on_to_the_output_and_not_to_the_scores(kind: str):
    words = Input((3,), dtype="int32")
    query = layers.Embedding(9, 4, mask_zero=True)(words)

    layer = KINDS[kind]()
    given = [query, query]
    spread = kind not in ("Attention", "AdditiveAttention")
    made, scores = (
        layer(*given, return_attention_scores=True)
        if spread
        else layer(given, return_attention_scores=True)
    )

    assert made.mask is not None
    assert scores.mask is None


@each_kind
def test_dropout_drops_scores_in_training_only(kind: str):
    layer = KINDS[kind](dropout=0.5, seed=1)
    args = [QUERY, VALUE] if "Head" in kind or "Group" in kind else [[QUERY, VALUE]]

    resting, again, training = layer(*args), layer(*args), layer(*args, training=True)

    np.testing.assert_array_equal(resting, again)
    assert np.abs(training - resting).max() > 1e-3


def test_a_sliding_window_is_as_near_as_it_says():
    layer = MultiHeadAttention(1, 2, sliding_window=2)

    _, scores = layer(VALUE, VALUE, return_attention_scores=True)

    i, j = np.indices((5, 5))
    assert np.array_equal((scores[0, 0] > 1e-9), np.abs(i - j) < 2)


def test_an_attention_mask_may_differ_from_sample_to_sample():
    allowed = rng.random((2, 3, 5)) < 0.6
    allowed[..., 0] = True

    _, scores = MultiHeadAttention(1, 2)(
        QUERY, VALUE, attention_mask=allowed, return_attention_scores=True
    )

    assert np.array_equal(scores[:, 0] > 1e-9, allowed)


def test_query_value_and_key_may_be_passed_by_name_and_in_any_order():
    layer = MultiHeadAttention(2, 3)
    key = rng.standard_normal((2, 5, 6)).astype("float32")

    made = layer(query=QUERY, key=key, value=VALUE)

    np.testing.assert_array_equal(made, layer(QUERY, VALUE, key))


def test_the_layers_inside_have_the_names_and_paths_of_keras():
    layer = MultiHeadAttention(2, 3, use_gate=True, name="heads")
    layer(QUERY, VALUE)

    assert [weight.path for weight in layer.weights] == [
        f"heads/{name}/{weight}"
        for name in ("query", "key", "gate", "value", "attention_output")
        for weight in ("kernel", "bias")
    ]


def test_built_by_hand_it_has_the_weights_of_the_first_call():
    built, called = MultiHeadAttention(2, 3), MultiHeadAttention(2, 3)

    built.build((None, 3, 4), (None, 5, 4))
    called(QUERY, VALUE)

    assert [w.shape for w in built.weights] == [w.shape for w in called.weights]
    assert built(QUERY, VALUE).shape == (2, 3, 4)


def test_the_length_of_a_sequence_need_not_be_known():
    x = Input((None, 4))
    model = Model(x, MultiHeadAttention(2, 3)(x, x, use_causal_mask=True))

    assert model.predict(QUERY, verbose=0).shape == QUERY.shape
    assert model.predict(VALUE, verbose=0).shape == VALUE.shape


def test_dot_product_attention_gives_the_mean_of_all_values_to_what_sees_nothing():
    x = rng.standard_normal((2, 3, 2, 4))

    made = ops.dot_product_attention(x, x, x, mask=np.zeros((2, 1, 3, 3), bool))

    np.testing.assert_allclose(made, np.broadcast_to(x.mean(1, keepdims=True), x.shape))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: Attention()(QUERY), ShapeError, "must be called on a list"),
        (lambda: Attention()([QUERY]), ShapeError, "must be called on a list"),
        (lambda: MultiHeadAttention(2, 3)(QUERY), ArgumentError, "a `query` and a `value`"),
        (lambda: MultiHeadAttention(2, 3)([QUERY, VALUE]), ArgumentError, "and a `value`"),
        (
            lambda: MultiHeadAttention(2, 3)(QUERY, VALUE, QUERY),
            ShapeError,
            "dimensions of `value` and `key`",
        ),
        (lambda: GroupQueryAttention(3, 4, 3), ArgumentError, "must be divisible"),
        (lambda: MultiHeadAttention(0, 3), ArgumentError, "positive integer"),
        (
            lambda: MultiHeadAttention(2, 3, flash_attention=True),
            NotSupportedError,
            "flash_attention",
        ),
        (
            lambda: ops.dot_product_attention(QUERY, QUERY, QUERY),
            ShapeError,
            "only supports 4D inputs",
        ),
    ],
)
def test_what_cannot_attend_is_refused(call: Any, error: type[Exception], says: str):
    with pytest.raises(error, match=says) as caught:
        call()

    assert caught.value.why and caught.value.fix  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [Attention, AdditiveAttention])
def test_a_seed_says_which_scores_are_dropped(kind):
    def dropped(seed: int) -> np.ndarray:
        layer = kind(use_scale=False, dropout=0.5, seed=seed)
        return np.asarray(layer([QUERY, VALUE], training=True))

    np.testing.assert_array_equal(dropped(3), dropped(3))
    assert not np.array_equal(dropped(3), dropped(4))
