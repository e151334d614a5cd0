"""Layers that normalize each sample by itself, and layers that attend."""

from tests.parity.case import compiled, normal, variants

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
