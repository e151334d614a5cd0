"""An example of every layer: how to make it, and what it is called on."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab import Input, layers, ops

Array = np.ndarray[Any, Any]

BATCH = 3
"""The batch of the examples; no other axis has this length."""


@dataclass(frozen=True)
class Example:
    """A layer's settings, and the shapes of one sample of its inputs."""

    name: str
    settings: dict[str, Any]
    shapes: tuple[tuple[int, ...], ...]
    several: bool = False
    words: int = 0
    spread: bool = False
    """Whether the inputs are arguments of the call, instead of one list."""
    text: bool = False

    def __str__(self) -> str:
        plain = {key: value for key, value in self.settings.items() if not callable(value)}
        told = ", ".join(f"{key}={value}" for key, value in plain.items())
        return f"{self.name}({told})"

    def layer(self, **more: Any) -> Any:
        settings = {**self.settings, **more}
        for name in {"layer", "layers", "cell", "cells"} & settings.keys():  # made anew each time
            settings[name] = settings[name]()
        return getattr(layers, self.name)(**settings)

    def call(self, layer: Any, inputs: Any, **more: Any) -> Any:
        inner = getattr(layer, "layer", layer)
        if getattr(inner, "usual_training", False):  # else it changes images at random
            more = {"training": False, **more}
        return layer(*inputs, **more) if self.spread else layer(inputs, **more)

    def arrays(self, seed: int = 0, batch: int = BATCH, dtype: str = "float32") -> Any:
        """Data for a call: an array, or a list of them."""
        rng = np.random.default_rng(seed)
        made = [self._array(rng, (batch, *shape), dtype) for shape in self.shapes]
        return made if self.several else made[0]

    def tensors(self, batch: int | None = None) -> Any:
        dtype = "string" if self.text else "int32" if self.words else None
        made = [Input(shape, batch_size=batch, dtype=dtype) for shape in self.shapes]
        return made if self.several else made[0]

    def _array(self, rng: np.random.Generator, shape: Any, dtype: str) -> Array:
        if self.text:
            return rng.choice(WORDS, shape).astype(object)
        if self.words:
            return rng.integers(self.words, size=shape).astype("int32")
        return rng.standard_normal(shape).astype(dtype)


WORDS = ["a cat", "the dog", "the", "cat", "dog", "", "[UNK]"]
EXAMPLES: list[Example] = []


def example(name: str, *shapes: tuple[int, ...], words: int = 0, **settings: Any) -> None:
    EXAMPLES.append(Example(name, settings, shapes, words=words))


def text(name: str, *shapes: tuple[int, ...], **settings: Any) -> None:
    EXAMPLES.append(Example(name, settings, shapes, text=True))


def merge(name: str, *shapes: tuple[int, ...], **settings: Any) -> None:
    EXAMPLES.append(Example(name, settings, shapes, several=True))


def arguments(name: str, *shapes: tuple[int, ...], **settings: Any) -> None:
    EXAMPLES.append(Example(name, settings, shapes, several=True, spread=True))


def double(x: Any, times: float = 2.0) -> Any:
    return ops.multiply(x, times)


def last_step(x: Any) -> Any:
    return x[:, -1]


VECTOR, SEQUENCE, IMAGE, VOLUME = (6,), (5, 4), (7, 6, 4), (4, 6, 5, 2)

example("Dense", VECTOR, units=4)
example("Dense", SEQUENCE, units=2, activation="softmax", use_bias=False)
example(
    "Dense",
    VECTOR,
    units=4,
    activation="tanh",
    kernel_initializer="he_normal",
    bias_initializer="ones",
    kernel_regularizer="l2",
    kernel_constraint="max_norm",
)
example("EinsumDense", VECTOR, equation="ab,bc->ac", output_shape=4, bias_axes="c")
example("EinsumDense", SEQUENCE, equation="...b,bc->...c", output_shape=2, activation="relu")
example("EinsumDense", IMAGE, equation="abcd,cde->abe", output_shape=(None, 6), bias_axes="be")
example("EinsumDense", IMAGE, equation="ab...,bc->ac...", output_shape=2, bias_axes="c")
example("Identity", VECTOR)
example("Embedding", (5,), words=9, input_dim=9, output_dim=4)
example("Embedding", (2, 5), words=9, input_dim=9, output_dim=4, mask_zero=True)
example("Masking", SEQUENCE, mask_value=0.5)
example("Lambda", VECTOR, function=double)
example("Lambda", SEQUENCE, function=last_step, output_shape=(4,))
example("Lambda", VECTOR, function=double, arguments={"times": 4.0})
example("Lambda", VECTOR, function=ops.square)

example("Resizing", IMAGE, height=5, width=9, crop_to_aspect_ratio=True)
example("Resizing", IMAGE, height=8, width=4, pad_to_aspect_ratio=True, antialias=True)
example("Resizing", IMAGE, height=2, width=2, interpolation="nearest")
example("CenterCrop", IMAGE, height=4, width=5)
example("RandomFlip", IMAGE, mode="horizontal", seed=7)
example("RandomRotation", IMAGE, factor=(0.1, 0.1), seed=7)
example("RandomRotation", IMAGE, factor=0.2, data_format="channels_first", fill_mode="wrap")
example("RandomTranslation", IMAGE, height_factor=0.2, width_factor=(0.1, 0.3), seed=7)
example("RandomZoom", IMAGE, height_factor=(-0.3, -0.2), seed=7)
example("RandomZoom", IMAGE, height_factor=0.3, width_factor=0.2, fill_mode="constant")
example("RandomBrightness", IMAGE, factor=0.2, value_range=(-1, 1), seed=7)
example("RandomContrast", IMAGE, factor=0.5, value_range=(-1, 1), seed=7)
PHOTO = (7, 6, 3)
example("RandomShear", IMAGE, x_factor=0.2, y_factor=(0.1, 0.3), seed=7)
example("RandomPerspective", IMAGE, scale=0.4, seed=7)
example("RandomElasticTransform", PHOTO, value_range=(-1, 1), seed=7)
example("RandomHue", PHOTO, factor=0.3, value_range=(-3, 3), seed=7)
example("RandomSaturation", PHOTO, factor=(0.2, 0.8), seed=7)
example("RandomGrayscale", PHOTO, seed=7)
example("RandomColorDegeneration", PHOTO, factor=0.5, value_range=(-1, 1), seed=7)
example("RandomColorJitter", PHOTO, brightness_factor=0.2, contrast_factor=0.3, hue_factor=0.1)
example("RandomSharpness", IMAGE, factor=(0.2, 0.9), value_range=(-1, 1), seed=7)
example("RandomPosterization", IMAGE, factor=(2, 5), value_range=(-4, 4), seed=7)
example("RandomInvert", IMAGE, factor=0.5, value_range=(-1, 1), seed=7)
example("Solarization", IMAGE, threshold_factor=0.5, value_range=(-4, 4), seed=7)
example("RandomGaussianBlur", IMAGE, kernel_size=(3, 5), value_range=(-1, 1), seed=7)
example("RandomErasing", IMAGE, fill_value=0.5, value_range=(-1, 1), seed=7)
example("AutoContrast", IMAGE, value_range=(-4, 4))
example("Equalization", IMAGE, value_range=(-4, 4), bins=8)
example(
    "ContrastLimitedAdaptiveHistogramEqualization",
    IMAGE,
    value_range=(-4, 4),
    tile_grid_size=(2, 3),
)
example("MixUp", IMAGE, alpha=0.4, seed=7)
example("CutMix", IMAGE, seed=7)
example("MaxNumBoundingBoxes", IMAGE, max_number=3)
example("RandAugment", PHOTO, value_range=(-4, 4), num_ops=1, seed=7)
example("AugMix", PHOTO, value_range=(-4, 4), num_chains=2, chain_depth=1, all_ops=False)
EXAMPLES.append(
    Example(
        "Pipeline",
        {"layers": lambda: [layers.RandomFlip(seed=1), layers.Dense(3)]},
        (IMAGE,),
    )
)
example("ReversibleEmbedding", (5,), words=7, input_dim=7, output_dim=3, tie_weights=False)
example("RandomCrop", IMAGE, height=4, width=5, seed=7)
example("CenterCrop", IMAGE, height=8, width=5, data_format="channels_first")
example("Rescaling", IMAGE, scale=0.5, offset=1.0)
example("Rescaling", VECTOR, scale=[0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
example("Normalization", VECTOR)
example("Normalization", IMAGE, axis=(1, -1), mean=1.0, variance=2.0, invert=True)
example("Discretization", VECTOR, bin_boundaries=[-0.5, 0.0, 1.0])
example("Discretization", VECTOR, bin_boundaries=[-0.5, 0.0], output_mode="count")
example("Discretization", (1,), bin_boundaries=[-0.5, 0.0], output_mode="one_hot")
example("CategoryEncoding", (5,), words=9, num_tokens=9)
example("CategoryEncoding", (5,), words=9, num_tokens=11, output_mode="count")
example("CategoryEncoding", (5,), words=9, num_tokens=9, output_mode="one_hot")

text("StringLookup", (5,), vocabulary=["cat", "dog"])
text("StringLookup", (5,), vocabulary=["cat", "dog"], mask_token="", num_oov_indices=2)
text("StringLookup", (5,), vocabulary=["cat", "dog"], output_mode="multi_hot", max_tokens=9)
text(
    "StringLookup",
    (5,),
    vocabulary=["cat", "dog"],
    idf_weights=[0.5, 0.25],
    output_mode="tf_idf",
    max_tokens=9,
    pad_to_max_tokens=True,
)
example("IntegerLookup", (5,), words=4, vocabulary=[7, 9], invert=True)
example("IntegerLookup", (5,), words=9, vocabulary=[2, 7], num_oov_indices=2)
example("IntegerLookup", (5,), words=9, vocabulary=[2, 7], output_mode="count", salt=None)
text("TextVectorization", (1,), vocabulary=["cat", "dog"], output_sequence_length=4)
text("TextVectorization", (), vocabulary=["cat", "dog"], output_mode="multi_hot", ngrams=2)
text("TextVectorization", (5,), vocabulary=["cat", "dog"], split=None, standardize="lower")
text("Hashing", (5,), num_bins=4, mask_value="cat", salt=3)
example("Hashing", (5,), words=9, num_bins=4, output_mode="one_hot")
EXAMPLES.append(Example("HashedCrossing", {"num_bins": 4}, ((1,), (1,)), several=True, words=9))

example("Activation", VECTOR, activation="relu")
example("Activation", SEQUENCE, activation="softmax")
example("ReLU", VECTOR, max_value=1.0, negative_slope=0.1, threshold=0.2)
example("LeakyReLU", VECTOR, negative_slope=0.2)
example("ELU", VECTOR, alpha=0.7)
example("PReLU", IMAGE, alpha_initializer="random_uniform", shared_axes=[1, 2])
example("Softmax", SEQUENCE, axis=1)
example("Softmax", SEQUENCE, axis=(1, 2))

example("Dropout", VECTOR, rate=0.4, seed=7)
example("Dropout", SEQUENCE, rate=0.4, noise_shape=(None, 1, None))
example("AlphaDropout", VECTOR, rate=0.4, seed=7)
example("AlphaDropout", SEQUENCE, rate=0.4, noise_shape=(None, 1, None))
example("SpatialDropout1D", SEQUENCE, rate=0.4)
example("SpatialDropout2D", IMAGE, rate=0.4, data_format="channels_first")
example("SpatialDropout3D", VOLUME, rate=0.4)
example("GaussianNoise", VECTOR, stddev=0.3)
example("GaussianDropout", VECTOR, rate=0.3)
example("ActivityRegularization", VECTOR, l1=0.1, l2=0.2)

example("Flatten", IMAGE)
example("Flatten", IMAGE, data_format="channels_first")
example("Reshape", VECTOR, target_shape=(2, -1))
example("Permute", IMAGE, dims=(2, 1, 3))
example("RepeatVector", VECTOR, n=4)
example("ZeroPadding1D", SEQUENCE, padding=(1, 2))
example("ZeroPadding1D", SEQUENCE, data_format="channels_first")
example("ZeroPadding2D", IMAGE, padding=((1, 2), (0, 1)))
example("ZeroPadding3D", VOLUME, padding=((1, 2), (0, 1), (0, 0)))
example("Cropping1D", SEQUENCE, cropping=(0, 2))
example("Cropping3D", VOLUME)
example("Cropping3D", VOLUME, cropping=(0, 1, 0), data_format="channels_first")
example("Cropping2D", IMAGE, cropping=((1, 2), (0, 1)))
example("Cropping2D", IMAGE, cropping=1, data_format="channels_first")
example("UpSampling1D", SEQUENCE)
example("UpSampling2D", IMAGE, size=(2, 1))
example("UpSampling2D", IMAGE, interpolation="bilinear", data_format="channels_first")
example("UpSampling3D", VOLUME, size=(1, 2, 1))

for name in ("Add", "Average", "Multiply", "Maximum", "Minimum"):
    merge(name, VECTOR, VECTOR, VECTOR)
    merge(name, SEQUENCE, (1, 4))
merge("Subtract", VECTOR, VECTOR)
merge("Concatenate", VECTOR, (2,))
merge("Concatenate", SEQUENCE, (2, 4), axis=1)
merge("Dot", VECTOR, VECTOR, axes=1, normalize=True)
merge("Dot", SEQUENCE, (4, 2), axes=(2, 1))

example("Conv2D", IMAGE, filters=4, kernel_size=2, activation="relu")
example("Conv2D", IMAGE, filters=4, kernel_size=(2, 1), strides=2, padding="same", groups=2)
example("Conv2D", IMAGE, filters=2, kernel_size=2, dilation_rate=2, use_bias=False)
example("Conv2D", IMAGE, filters=2, kernel_size=2, data_format="channels_first")
example("Conv1D", SEQUENCE, filters=2, kernel_size=2, padding="causal")
example("Conv1D", SEQUENCE, filters=2, kernel_size=2, strides=2)
example("Conv2D", IMAGE, filters=8, kernel_size=2, groups=4)
example("Conv3D", VOLUME, filters=4, kernel_size=2, activation="relu")
example("Conv3D", VOLUME, filters=2, kernel_size=(1, 3, 2), strides=(2, 1, 1), padding="same")
example("Conv3D", VOLUME, filters=2, kernel_size=2, data_format="channels_first")
example("Conv1DTranspose", SEQUENCE, filters=2, kernel_size=3, strides=2)
example("Conv2DTranspose", IMAGE, filters=2, kernel_size=3, strides=2, padding="same")
example("Conv2DTranspose", IMAGE, filters=2, kernel_size=2, strides=2, output_padding=(1, 0))
example("Conv2DTranspose", IMAGE, filters=2, kernel_size=2, dilation_rate=2, activation="relu")
example("Conv2DTranspose", IMAGE, filters=2, kernel_size=2, data_format="channels_first")
example("Conv3DTranspose", VOLUME, filters=4, kernel_size=2, strides=(1, 2, 1), use_bias=False)
example("DepthwiseConv1D", SEQUENCE, kernel_size=2, depth_multiplier=2)
example("DepthwiseConv2D", IMAGE, kernel_size=2, padding="same", strides=2, activation="relu")
example("DepthwiseConv2D", IMAGE, kernel_size=2, data_format="channels_first")
example("SeparableConv1D", SEQUENCE, filters=2, kernel_size=2, dilation_rate=2)
example("SeparableConv2D", IMAGE, filters=2, kernel_size=(2, 1), depth_multiplier=2)
example("SeparableConv2D", IMAGE, filters=2, kernel_size=2, data_format="channels_first")
for name in ("MaxPooling", "AveragePooling"):
    example(f"{name}2D", IMAGE, pool_size=2)
    example(f"{name}2D", IMAGE, pool_size=(2, 1), strides=1, padding="same")
    example(f"{name}2D", IMAGE, data_format="channels_first")
    example(f"{name}1D", SEQUENCE, pool_size=2, strides=1)
    example(f"{name}3D", VOLUME, pool_size=2)
    example(f"{name}3D", VOLUME, pool_size=(1, 2, 2), padding="same", data_format="channels_first")
for name in ("GlobalAveragePooling", "GlobalMaxPooling"):
    example(f"{name}2D", IMAGE)
    example(f"{name}2D", IMAGE, data_format="channels_first", keepdims=True)
    example(f"{name}1D", SEQUENCE)
    example(f"{name}3D", VOLUME)

for name in ("AdaptiveAveragePooling", "AdaptiveMaxPooling"):
    example(f"{name}1D", SEQUENCE, output_size=2)
    example(f"{name}2D", IMAGE, output_size=(2, 4))
    example(f"{name}2D", IMAGE, output_size=4, data_format="channels_first")
    example(f"{name}3D", VOLUME, output_size=(1, 4, 2))

example("BatchNormalization", VECTOR)
example("BatchNormalization", IMAGE, axis=1, momentum=0.8, epsilon=0.01, scale=False)
example("BatchNormalization", SEQUENCE, renorm=True, renorm_clipping={"rmin": 0.5, "dmax": 2.0})
example("LayerNormalization", SEQUENCE)
example("LayerNormalization", IMAGE, axis=(1, -1), epsilon=0.1, center=False)
example("GroupNormalization", IMAGE, groups=2)
example("GroupNormalization", IMAGE, groups=-1, axis=1, scale=False)
example("RMSNormalization", SEQUENCE)
example("RMSNormalization", IMAGE, axis=[-1, -2], epsilon=0.1)
example("UnitNormalization", SEQUENCE, axis=[1, 2])

merge("Attention", SEQUENCE, (2, 4))
merge("Attention", SEQUENCE, (2, 6), (2, 4), score_mode="concat", use_scale=True, dropout=0.2)
merge("AdditiveAttention", SEQUENCE, (2, 4))
merge("AdditiveAttention", SEQUENCE, (2, 6), (2, 4), use_scale=False, dropout=0.2)
arguments("MultiHeadAttention", SEQUENCE, SEQUENCE, num_heads=2, key_dim=6)
arguments(
    "MultiHeadAttention", SEQUENCE, (7, 6), (7, 4), num_heads=2, key_dim=4, value_dim=6,
    output_shape=(2, 4), use_bias=False, use_gate=True, sliding_window=2,
)  # fmt: skip
arguments("MultiHeadAttention", SEQUENCE, (2, 6), num_heads=1, key_dim=2, dropout=0.2, seed=4)
arguments("MultiHeadAttention", IMAGE, IMAGE, num_heads=2, key_dim=2, attention_axes=(1, -2))
heads = {"head_dim": 6, "num_query_heads": 4, "num_key_value_heads": 2}
arguments("GroupQueryAttention", SEQUENCE, (2, 6), **heads)
arguments("GroupQueryAttention", SEQUENCE, (2, 4), use_gate=True, dropout=0.2, **heads)

example("LSTM", SEQUENCE, units=2)
example("LSTM", SEQUENCE, units=2, return_sequences=True, go_backwards=True)
example("LSTM", SEQUENCE, units=2, return_state=True, dropout=0.2, recurrent_dropout=0.2)
example("LSTM", SEQUENCE, units=2, activation="softplus", use_bias=False)
for name in ("GRU", "SimpleRNN"):
    example(name, SEQUENCE, units=2)
    example(name, SEQUENCE, units=2, return_state=True, return_sequences=True, go_backwards=True)
    example(name, SEQUENCE, units=2, use_bias=False, dropout=0.2, recurrent_dropout=0.2)
example("GRU", SEQUENCE, units=2, reset_after=False, activation="softplus")
example("SimpleRNNCell", VECTOR, units=2, dropout=0.2, recurrent_dropout=0.2)
example("GRUCell", VECTOR, units=2, reset_after=False)
example("GRUCell", VECTOR, units=2, activation="softplus", use_bias=False)
example("LSTMCell", VECTOR, units=2, kernel_regularizer="l2")
CELLS = (layers.LSTMCell, layers.GRUCell)
example("StackedRNNCells", VECTOR, cells=lambda: [cell(2) for cell in CELLS])
example("RNN", SEQUENCE, cell=lambda: layers.LSTMCell(2), go_backwards=True)
example("RNN", SEQUENCE, cell=lambda: [cell(2) for cell in CELLS], return_sequences=True)
example("RNN", SEQUENCE, cell=lambda: layers.GRUCell(2, activation="softplus"), return_state=True)
example("ConvLSTM1D", (2, 7, 4), filters=2, kernel_size=3, strides=2, return_sequences=True)
example("ConvLSTM1D", (2, 7, 4), filters=2, kernel_size=2, dropout=0.2, recurrent_dropout=0.2)
example("ConvLSTM2D", (2, 6, 5, 4), filters=2, kernel_size=(2, 1), padding="same")
example("ConvLSTM2D", (2, 4, 6, 5), filters=2, kernel_size=2, data_format="channels_first")
example("ConvLSTM3D", (2, 5, 4, 6, 1), filters=2, kernel_size=2, use_bias=False)
example("Bidirectional", SEQUENCE, layer=lambda: layers.LSTM(2, return_sequences=True))
example("Bidirectional", SEQUENCE, layer=lambda: layers.LSTM(2), merge_mode="sum")
example("SpectralNormalization", VECTOR, layer=lambda: layers.Dense(2))
example("SpectralNormalization", IMAGE, layer=lambda: layers.Conv2D(2, 2), power_iterations=2)
example("TimeDistributed", SEQUENCE, layer=lambda: layers.Dense(2))
example("TimeDistributed", (2, 5, 4), layer=lambda: layers.TimeDistributed(layers.Dense(2)))
example("TimeDistributed", (2, 7, 6, 4), layer=lambda: layers.Conv2D(2, 2))
