"""Cases about layers that prepare data, in a model that trains behind them."""

import numpy as np

from tests.parity.case import case, classes, compiled, normal, uniform, variants

IMAGES = {"x": uniform(4, 4, 2, high=255.0), "y": normal(2)}
NUMBERS = {"x": normal(5), "y": normal(2)}
IDS = {"x": classes(6, 4), "y": normal(2)}


def small_model(keras, layer, shape, dtype=None):
    layers = keras.layers
    inputs = keras.Input(shape, dtype=dtype)
    x = layers.Flatten()(layer(inputs))
    return compiled(keras, inputs, layers.Dense(2)(layers.Dense(3, activation="tanh")(x)))


RESCALINGS = {
    "rescaling": {"scale": 1 / 255},
    "rescaling_to_minus_one": {"scale": 1 / 127.5, "offset": -1.0},
    "rescaling_channels": {"scale": [0.01, 0.02], "offset": [0.5, -0.5]},
}


@variants(**{name: (settings, IMAGES) for name, settings in RESCALINGS.items()})
def rescaling(keras, settings):
    return small_model(keras, keras.layers.Rescaling(**settings), (4, 4, 2))


GIVEN = {
    "normalization_given": {"mean": 0.5, "variance": 2.0},
    "normalization_of_features": {"mean": [0.1, 0.2, 0.3, 0.4, 0.5], "variance": [1, 2, 3, 4, 5]},
    "normalization_inverted": {"axis": None, "mean": 0.5, "variance": 2.0, "invert": True},
}


@variants(**{name: (settings, NUMBERS) for name, settings in GIVEN.items()})
def normalization_given(keras, settings):
    return small_model(keras, keras.layers.Normalization(**settings), (5,))


AXES = {"features": -1, "all": None, "steps": 1, "steps_and_features": (1, 2)}


@variants(
    **{
        f"normalization_adapted_to_{name}": (axis, {"x": normal(3, 5), "y": normal(2)})
        for name, axis in AXES.items()
    }
)
def normalization_adapted(keras, axis):
    layer = keras.layers.Normalization(axis=axis)
    layer.adapt(np.random.RandomState(3).standard_normal((30, 3, 5)).astype("float32") * 3 + 1)
    # With the mean given to another, its own weights are not set by those who compare.
    given = {"mean": np.asarray(layer.mean)[0], "variance": np.asarray(layer.variance)[0]}
    given = {
        name: value.reshape([n for n in value.shape if n > 1]) for name, value in given.items()
    }
    return small_model(keras, keras.layers.Normalization(axis=axis, **given), (3, 5))


MODES = ("int", "one_hot", "multi_hot", "count")


@variants(**{f"discretization_{mode}": (mode, NUMBERS) for mode in MODES})
def discretization(keras, mode):
    layer = keras.layers.Discretization([-1.0, -0.2, 0.4, 1.5], output_mode=mode)
    inputs = keras.Input((5,))
    x = keras.layers.Flatten()(layer(inputs) * 1.0)
    return compiled(keras, inputs, keras.layers.Dense(2)(x))


@case(backend="tensorflow", **NUMBERS)
def discretization_adapted(keras):
    learner = keras.layers.Discretization(num_bins=5, epsilon=0.05)
    learner.adapt(np.random.RandomState(3).standard_normal((50, 5)).astype("float32"))
    layer = keras.layers.Discretization(learner.bin_boundaries, output_mode="one_hot")
    return small_model(keras, layer, (5,))


@variants(**{f"category_encoding_{mode}": (mode, IDS) for mode in MODES[1:]})
def category_encoding(keras, mode):
    return small_model(keras, keras.layers.CategoryEncoding(6, output_mode=mode), (4,), "int32")


SIZES = {
    "resizing_smaller": ("Resizing", {"height": 3, "width": 2, "antialias": True}),
    "resizing_larger": ("Resizing", {"height": 6, "width": 7, "interpolation": "bicubic"}),
    "resizing_cut": ("Resizing", {"height": 6, "width": 3, "crop_to_aspect_ratio": True}),
    "resizing_filled": ("Resizing", {"height": 2, "width": 6, "pad_to_aspect_ratio": True}),
    "center_crop": ("CenterCrop", {"height": 2, "width": 3}),
    "center_crop_of_small_images": ("CenterCrop", {"height": 5, "width": 6}),
    "center_crop_of_low_images": ("CenterCrop", {"height": 5, "width": 2}),
}


@variants(**{name: (made, IMAGES) for name, made in SIZES.items()})
def one_size(keras, made):
    kind, settings = made
    layers = keras.layers
    inputs = keras.Input((4, 4, 2))
    x = layers.Conv2D(2, 2)(getattr(layers, kind)(**settings)(layers.Rescaling(0.01)(inputs)))
    return compiled(keras, inputs, layers.Dense(2)(layers.Flatten()(x)))


PIPELINES = {
    "pipeline": lambda layers: [layers.Rescaling(1 / 255), layers.Dense(3)],
    "pipeline_of_one": lambda layers: [layers.Rescaling(0.01)],
    "pipeline_with_a_crop": lambda layers: [layers.CenterCrop(3, 2), layers.Rescaling(1 / 127.5)],
}


@variants(**{name: (made, IMAGES) for name, made in PIPELINES.items()})
def pipeline(keras, made):
    """Layers as one: what comes before a model, in it."""
    return small_model(keras, keras.layers.Pipeline(made(keras.layers)), (4, 4, 2))


@variants(
    reversible_embedding=({"input_dim": 7, "output_dim": 3}, IDS),
    reversible_embedding_untied=(
        {
            "input_dim": 6,
            "output_dim": 4,
            "tie_weights": False,
            "embeddings_regularizer": "l2",
            "logit_soft_cap": 2.0,
        },
        IDS,
    ),
    reversible_embedding_limited=(
        {
            "input_dim": 7,
            "output_dim": 4,
            "mask_zero": True,
            "embeddings_constraint": "max_norm",
            "reverse_dtype": "float32",
        },
        IDS,
    ),
)
def reversible_embedding(keras, options):
    """A table read forwards, and backwards from what a Dense makes of its rows."""
    layers = keras.layers
    table = layers.ReversibleEmbedding(**options)
    inputs = keras.Input((4,), dtype="int32")
    read = layers.Dense(options["output_dim"])(table(inputs))
    x = layers.Lambda(keras.ops.tanh)(table(read, reverse=True))
    return compiled(keras, inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))
