"""Settings that make no sense are refused where the layer is made."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from funclab import Input, initializers, layers, ops, regularizers
from funclab.errors import ArgumentError, NotSupportedError

FIRST = "channels_first"
WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: layers.LSTM(0), "`units`, expected a positive integer"),
    (lambda: layers.LSTM(2, dropout=2.0), "argument `dropout`"),
    (lambda: layers.LSTM(2, recurrent_dropout=-1), "`recurrent_dropout`"),
    (lambda: layers.Conv2D(0, 3), "expected a positive integer"),
    (lambda: layers.Conv2D(2, 0), "`kernel_size` argument"),
    (lambda: layers.Conv2D(2, (3, 3, 3)), "`kernel_size` argument"),
    (lambda: layers.Conv2D(2, 3, padding="sam"), "`padding` argument must be"),
    (lambda: layers.Conv2D(5, 3, groups=2), "evenly divisible by the number of"),
    (lambda: layers.Conv1D(2, 2, padding="causal", data_format=FIRST), "data_format"),
    (lambda: layers.MaxPooling2D(2, strides=0), "`strides` argument"),
    (lambda: layers.Permute((1, 3)), "Invalid permutation argument `dims`"),
    (lambda: layers.Permute((0, 1)), "must be consecutive and start from 1"),
    (lambda: layers.Permute((1, 1)), "Invalid permutation argument `dims`"),
    (lambda: layers.Reshape((-1, -1)), "at most one unknown dimension"),
    (lambda: layers.RepeatVector(0), "expected a positive integer"),
    (lambda: layers.ZeroPadding2D(-1), "`padding` must be an integer"),
    (lambda: layers.Cropping2D((1, 2, 3)), "`cropping` must be an integer"),
    (lambda: layers.Conv2DTranspose(2, 3, 2, output_padding=2), "strictly less than `strides`"),
    (lambda: layers.Conv2DTranspose(2, 3, 2, dilation_rate=2), "not supported in conjunction"),
    (lambda: layers.Conv2DTranspose(2, 3, 2, output_padding=-1), "non-negative integer"),
    (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), "`depth_multiplier`"),
    (lambda: layers.ZeroPadding1D((1, 2, 3)), "a pair .before, after."),
    (lambda: layers.Cropping3D((1, 2)), "three integers"),
    (lambda: layers.UpSampling2D(2, interpolation="spline"), "interpolation"),
    (lambda: layers.Flatten(data_format="last"), "`data_format` argument"),
    (lambda: layers.Bidirectional(layers.Dense(2)), "needs a recurrent layer"),
    (lambda: layers.BatchNormalization(axis=(1, 2)), "one whole number as `axis`"),
    (lambda: layers.EinsumDense("ab,bc", 2), "Invalid einsum equation"),
    (lambda: layers.EinsumDense("ab,bz->ab", 2), "Weight dimension 'z'"),
    (lambda: layers.EinsumDense("ab,b->ac", 2), "Dimension 'c' was specified in the output"),
    (lambda: ops.einsum("ij->k", np.ones((2, 2))), "Invalid einsum formula"),
    (lambda: layers.BatchNormalization(renorm_clipping={"max": 1}), "renorm_clipping"),
    (lambda: layers.BatchNormalization(renorm_clipping={"rmin": 2, "rmax": 1}), "rmax"),
    (lambda: layers.LayerNormalization("1"), "an int or a list/tuple of ints"),
    (lambda: layers.GroupNormalization(-2), "a positive integer .or `-1` for instance"),
    (lambda: layers.Concatenate([Input((2,)), Input((2,))]), "the list goes in the call"),
    (lambda: layers.Lambda(3), "Lambda needs a function"),
    (lambda: layers.Dropout(0.5, seed=0.5), "seed=0.5"),
    (lambda: layers.Dense(2, 3, units=4), "multiple values for argument 'units'"),
    (lambda: layers.Flatten(None, 1), "too many positional arguments"),
    (lambda: initializers.VarianceScaling(scale=0), "scale"),
    (lambda: initializers.VarianceScaling(mode="fan_on"), "mode"),
    (lambda: initializers.VarianceScaling(distribution="gaussian"), "distribution"),
    *((lambda v=v: layers.Dot(v), "argument `axes`") for v in ["1", (1, 2, 3), (1, "2"), None]),
    *((lambda v=v: layers.Dropout(v), "argument `rate`") for v in [-0.1, 1.0, 1.5, "half", None]),
    *((lambda v=v: regularizers.L2(v), "argument .?l2") for v in [-1, np.nan, np.inf, "much"]),
]


@pytest.mark.parametrize(("make", "says"), WRONG)
def test_a_setting_that_makes_no_sense_is_refused(make: Callable[[], Any], says: str):
    with pytest.raises(ArgumentError, match=says) as caught:
        make()

    assert caught.value.why and caught.value.fix


@pytest.mark.parametrize("name", ["lora_rank", "quantization_config"])
def test_low_rank_and_quantized_layers_are_refused_with_a_reason(name: str):
    with pytest.raises(NotSupportedError, match=name):
        layers.Dense(2, **{name: 4})
