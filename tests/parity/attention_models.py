"""Layers that normalize each sample separately, and attention layers."""

from tests.parity.case import case, classes, compiled, normal, padded, tokens, variants

STEPS = {"x": normal(5, 6), "y": normal(2)}


def of_samples(name, *shape, **options):
    return (name, shape, options), {"x": normal(*shape), "y": normal(2)}


@variants(
    layer_normalization=of_samples("LayerNormalization", 5, 6),
    layer_normalization_of_all=of_samples("LayerNormalization", 5, 6, axis=(1, 2), scale=False),
    layer_normalization_of_steps=of_samples("LayerNormalization", 5, 6, axis=1, epsilon=0.1),
    group_normalization=of_samples("GroupNormalization", 4, 3, 6, groups=2),
    group_normalization_of_rows=of_samples("GroupNormalization", 4, 3, 6, groups=2, axis=1),
    group_normalization_of_each=of_samples("GroupNormalization", 4, 6, groups=-1, center=False),
    rms_normalization=of_samples("RMSNormalization", 5, 6),
    rms_normalization_of_all=of_samples("RMSNormalization", 5, 6, axis=[-2, -1]),
    rms_normalization_epsilon=of_samples("RMSNormalization", 6, epsilon=0.5),
    unit_normalization=of_samples("UnitNormalization", 5, 6),
    unit_normalization_of_steps=of_samples("UnitNormalization", 5, 6, axis=1),
    unit_normalization_of_all=of_samples("UnitNormalization", 4, 3, 6, axis=[1, 2]),
)
def normalization_of_samples(keras, settings):
    name, shape, options = settings
    layers = keras.layers
    inputs = keras.Input(shape)
    x = getattr(layers, name)(**options)(layers.Dense(6)(inputs))
    return compiled(keras, inputs, layers.Dense(2)(layers.Flatten()(x)))


@variants(
    einsum_dense=(("abc,cd->abd", (5, 4), {"bias_axes": "d", "activation": "tanh"}), STEPS),
    einsum_dense_heads=(("abc,cde->abde", (5, 2, 3), {"bias_axes": "de"}), STEPS),
    einsum_dense_elided=(("...bc,cd->...db", (4, 5), {"bias_axes": "d"}), STEPS),
    einsum_dense_elided_behind=(("ab...,bc->ac...", 4, {"kernel_regularizer": "l2"}), STEPS),
)
def einsum_dense_case(keras, settings):
    *formula, options = settings
    layers = keras.layers
    inputs = keras.Input((5, 6))
    x = layers.EinsumDense(*formula, **options)(inputs)
    return compiled(keras, inputs, layers.Dense(2)(layers.Flatten()(x)), "rmsprop", "mse")


LENGTHS = (5, 7, 7)
"""Of the query, the value and the key."""
HEADS = {"num_heads": 2, "key_dim": 3}
GROUPS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}


def attending(name, *, count=2, masked=False, causal=False, scored=False, **options):
    call = {"use_causal_mask": causal, "return_attention_scores": scored}
    x = [(padded if masked else normal)(length, 4) for length in LENGTHS[:count]]
    return (name, options, count, masked, call), {"x": x, "y": normal(2)}


@variants(
    attention=attending("Attention"),
    attention_with_key=attending("Attention", count=3, causal=True, use_scale=True),
    attention_by_concatenation=attending("Attention", scored=True, score_mode="concat"),
    masked_attention=attending("Attention", masked=True, causal=True),
    additive_attention=attending("AdditiveAttention"),
    additive_attention_with_key=attending("AdditiveAttention", count=3, use_scale=False),
    masked_additive_attention=attending("AdditiveAttention", masked=True, scored=True),
    multi_head_attention=attending("MultiHeadAttention", **HEADS),
    multi_head_attention_with_key=attending(
        "MultiHeadAttention", count=3, causal=True, use_bias=False, **HEADS
    ),
    multi_head_attention_scored=attending(
        "MultiHeadAttention", scored=True, value_dim=5, output_shape=6, **HEADS
    ),
    multi_head_attention_in_a_window=attending(
        "MultiHeadAttention", causal=True, sliding_window=3, use_gate=True, **HEADS
    ),
    multi_head_attention_regularized=attending(
        "MultiHeadAttention", kernel_regularizer="l2", bias_regularizer="l1", **HEADS
    ),
    masked_multi_head_attention=attending("MultiHeadAttention", masked=True, **HEADS),
    masked_multi_head_attention_scored=attending(
        "MultiHeadAttention", masked=True, causal=True, scored=True, **HEADS
    ),
    group_query_attention=attending("GroupQueryAttention", causal=True, **GROUPS),
    group_query_attention_with_key=attending("GroupQueryAttention", use_gate=True, **GROUPS),
    masked_group_query_attention=attending(
        "GroupQueryAttention", count=3, masked=True, scored=True, **GROUPS
    ),
)
def attention_case(keras, settings):
    name, options, count, masked, call = settings
    layers = keras.layers
    inputs = [keras.Input((length, 4)) for length in LENGTHS[:count]]
    given = [layers.Masking()(x) for x in inputs] if masked else inputs
    attend = getattr(layers, name)(**options)
    made = attend(*given, **call) if name[0] in "MG" else attend(given, **call)
    made = [made[0], keras.ops.max(made[1], -1)] if call["return_attention_scores"] else [made]
    parts = [layers.Dense(2)(layers.Flatten()(x)) for x in made]
    return compiled(keras, inputs, layers.add([*parts, parts[0]]), "rmsprop", "mse")


@case(x=normal(3, 5, 4), y=normal(2))
def attention_along_one_of_two_axes(keras):
    layers = keras.layers
    inputs = keras.Input((3, 5, 4))
    x = layers.MultiHeadAttention(2, 3, attention_axes=2)(inputs, inputs)
    return compiled(keras, inputs, layers.Dense(2)(layers.Flatten()(x)))


@case(x=tokens(9, 6), y=classes(3))
def causal_transformer_encoder(keras):
    layers = keras.layers
    inputs = keras.Input((6,), dtype="int32")
    x = layers.Embedding(9, 8, mask_zero=True)(inputs)
    for _ in range(2):
        normed = layers.LayerNormalization()(x)
        heads = layers.MultiHeadAttention(2, 4, dropout=0.0)
        x = layers.add([x, heads(normed, normed, use_causal_mask=True)])
        wide = layers.Dense(12, activation="gelu")(layers.LayerNormalization()(x))
        x = layers.add([x, layers.Dense(8)(wide)])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@case(x=[tokens(9, 5), tokens(9, 7)], y=normal(1))
def two_towers_that_attend(keras):
    layers = keras.layers
    question, answer = keras.Input((5,), dtype="int32"), keras.Input((7,), dtype="int32")
    embed = layers.Embedding(9, 6, mask_zero=True)
    q, a = embed(question), embed(answer)
    towers = [
        layers.GlobalAveragePooling1D()(layers.Attention()([q, a])),
        layers.GlobalAveragePooling1D()(layers.AdditiveAttention()([a, q])),
    ]
    first, second = (layers.RMSNormalization()(layers.Dense(4)(tower)) for tower in towers)
    return compiled(keras, [question, answer], layers.Dot(axes=1)([first, second]))


@variants(
    spectral_normalization=(("Dense", {"units": 4}), {"x": normal(6), "y": normal(2)}),
    spectral_normalization_of_images=(
        ("Conv2D", {"filters": 3, "kernel_size": 2}),
        {"x": normal(4, 3, 2), "y": normal(2)},
    ),
    spectral_normalization_of_steps=(("Conv1D", {"filters": 3, "kernel_size": 2}), STEPS),
)
def spectral_normalization_case(keras, settings):
    name, options = settings
    layers = keras.layers
    inputs = keras.Input({"Dense": (6,), "Conv1D": (5, 6), "Conv2D": (4, 3, 2)}[name])
    inner = getattr(layers, name)(**options)
    x = layers.SpectralNormalization(inner, power_iterations=len(inputs.shape) - 1)(inputs)
    return compiled(keras, inputs, layers.Dense(2)(layers.Flatten()(x)))


@case(x=normal(6), y=normal(2), steps=0)
def alpha_dropout_is_off_when_predicting(keras):
    inputs = keras.Input((6,))
    x = keras.layers.AlphaDropout(0.4)(keras.layers.Dense(4, activation="selu")(inputs))
    return compiled(keras, inputs, keras.layers.Dense(2)(x))
