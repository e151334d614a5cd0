"""Ops: each has its shape rule, its arithmetic and its gradient in one place.

The functions here have the same names and meaning as in `keras.ops`. On tensors they make nodes, on
values they record calls on the tape, and on arrays they compute at once.
"""

import sys

from funclab.graph.array import gives_arrays
from funclab.graph.tensor import OPERATORS
from funclab.errors.missing_names import guard
from funclab.ops.arithmetic import (
    add, divide, equal, floor_divide, greater, greater_equal, less, less_equal, logical_and,
    logical_or, logical_xor, maximum, minimum, mod, multiply, not_equal, power, subtract,
    true_divide, where,
)  # fmt: skip
from funclab.ops.arranging import (
    append, array_split, depth_to_space, diff, dsplit, dstack, extract_sequences, fliplr, flipud,
    hsplit, hstack, meshgrid, space_to_depth, trace, unravel_index, vander, vsplit, vstack,
)  # fmt: skip
from funclab.ops.basic import (
    arange, assign, assign_add, cast, convert_to_numpy, convert_to_tensor, copy, full_like, ones,
    ones_like, shape, stop_gradient, zeros, zeros_like,
)  # fmt: skip
from funclab.ops.composed import compose
from funclab.ops.control import (
    associative_scan, cond, fori_loop, map, scan, switch, vectorized_map, while_loop,
)  # fmt: skip
from funclab.ops.copies import broadcast_to, flip, pad, repeat, tile
from funclab.ops.creating import (
    array, bartlett, bincount, blackman, dtype, empty, empty_like, eye, full, geomspace, hamming,
    hanning, histogram, identity, is_tensor, kaiser, linspace, logspace, ndim, nonzero,
    saturate_cast, size, tri, unique,
)  # fmt: skip
from funclab.ops.elementwise import (
    abs, absolute, ceil, clip, cos, exp, expm1, floor, isfinite, isinf, isnan, log, log1p,
    logical_not, nan_to_num, negative, reciprocal, round, rsqrt, sigmoid, sign, signbit, sin, sqrt,
    square, tanh, trunc,
)  # fmt: skip
from funclab.ops.indexing import embedding, get_item, one_hot, take, take_along_axis
from funclab.ops.joining import concatenate, split, stack, unstack
from funclab.ops.matrices.einsum import einsum
from funclab.ops.linalg import (
    cdist, cholesky, cholesky_inverse, det, eigh, inv, logdet, lstsq, matrix_rank, norm, pinv, qr,
    slogdet, solve, solve_triangular, svd,
)  # fmt: skip
from funclab.ops.matrices.matmul import batch_dot, dot, matmul, tensordot
from funclab.ops.matrices.products import cross, inner, kron, outer, psnr, rearrange, vdot
from funclab.ops.moving import diag, diagflat, diagonal, fold, roll, rot90, tril, triu, unfold
from funclab.ops.nn.activation import (
    elu, gelu, hard_sigmoid, hard_silu, leaky_relu, log_softmax, mish, relu, relu6, selu, silu,
    softmax, softplus, softsign, swish,
)  # fmt: skip
from funclab.ops.nn.attention import dot_product_attention, position_mask
from funclab.ops.nn.conv import conv, conv_transpose, depthwise_conv, separable_conv
from funclab.ops.nn.ctc import ctc_decode, ctc_loss
from funclab.ops.nn.dense import bias_activation, bias_add, FUSED
from funclab.ops.nn.losses import (
    binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy,
)  # fmt: skip
from funclab.ops.nn.normalization import (
    batch_normalization, layer_normalization, normalize, normalize_batch, rms_normalization,
)  # fmt: skip
from funclab.ops.nn.pooling import adaptive_average_pool, adaptive_max_pool, average_pool, max_pool
from funclab.ops.nn.recurrent import lstm
from funclab.ops.nn.resampling import up_sample
from funclab.ops.nn.shrinking import (
    celu, glu, hard_shrink, hard_tanh, log_sigmoid, soft_shrink, sparse_plus, sparse_sigmoid,
    sparsemax, squareplus, tanh_shrink, threshold,
)  # fmt: skip
from funclab.ops.own_gradient import custom_gradient
from funclab.ops.pairs import (
    allclose, arctan2, bitwise_and, bitwise_invert, bitwise_left_shift, bitwise_not, bitwise_or,
    bitwise_right_shift, bitwise_xor, divide_no_nan, fmax, fmin, fmod, gcd, heaviside, hypot,
    isclose, isin, lcm, ldexp, left_shift, logaddexp, logaddexp2, nextafter, right_shift,
)  # fmt: skip
from funclab.ops.random import dropout, random_normal, random_uniform
from funclab.ops.reduction import (
    all, any, argmax, argmin, count_nonzero, cumsum, in_top_k, logsumexp, max, mean, min, moments,
    prod, std, sum, var,
)  # fmt: skip
from funclab.ops.scattering import (
    multi_hot, scatter, scatter_update, segment_max, segment_min, segment_prod, segment_sum, select,
    slice, slice_update,
)  # fmt: skip
from funclab.ops.shaping import (
    expand_dims, fold_time, moveaxis, ravel, reshape, reshape_samples, squeeze, swapaxes, transpose,
    unfold_time,
)  # fmt: skip
from funclab.ops.sorting import argpartition, argsort, digitize, searchsorted, sort, top_k
from funclab.ops.statistics import (
    amax, amin, average, corrcoef, correlate, cumprod, median, nanargmax, nanargmin, nancumprod,
    nancumsum, nanmax, nanmean, nanmedian, nanmin, nanpercentile, nanprod, nanquantile, nanstd,
    nansum, nanvar, percentile, ptp, quantile, trapezoid,
)  # fmt: skip
from funclab.ops.waves import (
    arccos, arccosh, arcsin, arcsinh, arctan, arctanh, cbrt, cosh, deg2rad, erf, erfc, erfinv, exp2,
    fabs, i0, isneginf, isposinf, log10, log2, rad2deg, sinc, sinh, tan,
)  # fmt: skip

__all__ = [
    "FUSED", "abs", "absolute", "adaptive_average_pool", "adaptive_max_pool", "add", "all",
    "allclose", "amax", "amin", "any", "append", "arange", "arccos", "arccosh", "arcsin", "arcsinh",
    "arctan", "arctan2", "arctanh", "argmax", "argmin", "argpartition", "argsort", "array",
    "array_split", "assign", "assign_add", "associative_scan", "average", "average_pool",
    "bartlett", "batch_dot", "batch_normalization", "bias_activation", "bias_add",
    "binary_crossentropy", "bincount", "bitwise_and", "bitwise_invert", "bitwise_left_shift",
    "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "blackman", "broadcast_to",
    "cast", "categorical_crossentropy", "cbrt", "cdist", "ceil", "celu", "cholesky",
    "cholesky_inverse", "clip", "concatenate", "cond", "conv", "conv_transpose", "convert_to_numpy",
    "convert_to_tensor", "copy", "corrcoef", "correlate", "cos", "cosh", "count_nonzero", "cross",
    "ctc_decode", "ctc_loss", "cumprod", "cumsum", "custom_gradient", "deg2rad", "depth_to_space",
    "depthwise_conv", "det", "diag", "diagflat", "diagonal", "diff", "digitize", "divide",
    "divide_no_nan", "dot", "dot_product_attention", "dropout", "dsplit", "dstack", "dtype", "eigh",
    "einsum", "elu", "embedding", "empty", "empty_like", "equal", "erf", "erfc", "erfinv", "exp",
    "exp2", "expand_dims", "expm1", "extract_sequences", "eye", "fabs", "flip", "fliplr", "flipud",
    "floor", "floor_divide", "fmax", "fmin", "fmod", "fold", "fold_time", "fori_loop", "full",
    "full_like", "gcd", "gelu", "geomspace", "get_item", "glu", "greater", "greater_equal",
    "hamming", "hanning", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "heaviside", "histogram", "hsplit", "hstack", "hypot", "i0", "identity", "in_top_k", "inner",
    "inv", "is_tensor", "isclose", "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf",
    "kaiser", "kron", "layer_normalization", "lcm", "ldexp", "leaky_relu", "left_shift", "less",
    "less_equal", "linspace", "log", "log1p", "log2", "log10", "log_sigmoid", "log_softmax",
    "logaddexp", "logaddexp2", "logdet", "logical_and", "logical_not", "logical_or", "logical_xor",
    "logspace", "logsumexp", "lstm", "lstsq", "map", "matmul", "matrix_rank", "max", "max_pool",
    "maximum", "mean", "median", "meshgrid", "min", "minimum", "mish", "mod", "moments", "moveaxis",
    "multi_hot", "multiply", "nan_to_num", "nanargmax", "nanargmin", "nancumprod", "nancumsum",
    "nanmax", "nanmean", "nanmedian", "nanmin", "nanpercentile", "nanprod", "nanquantile", "nanstd",
    "nansum", "nanvar", "ndim", "negative", "nextafter", "nonzero", "norm", "normalize",
    "normalize_batch", "not_equal", "one_hot", "ones", "ones_like", "outer", "pad", "percentile",
    "pinv", "position_mask", "power", "prod", "psnr", "ptp", "qr", "quantile", "rad2deg",
    "random_normal", "random_uniform", "ravel", "rearrange", "reciprocal", "relu", "relu6",
    "repeat", "reshape", "reshape_samples", "right_shift", "rms_normalization", "roll", "rot90",
    "round", "rsqrt", "saturate_cast", "scan", "scatter", "scatter_update", "searchsorted",
    "segment_max", "segment_min", "segment_prod", "segment_sum", "select", "selu", "separable_conv",
    "shape", "sigmoid", "sign", "signbit", "silu", "sin", "sinc", "sinh", "size", "slice",
    "slice_update", "slogdet", "soft_shrink", "softmax", "softplus", "softsign", "solve",
    "solve_triangular", "sort", "space_to_depth", "sparse_categorical_crossentropy", "sparse_plus",
    "sparse_sigmoid", "sparsemax", "split", "sqrt", "square", "squareplus", "squeeze", "stack",
    "std", "stop_gradient", "subtract", "sum", "svd", "swapaxes", "swish", "switch", "take",
    "take_along_axis", "tan", "tanh", "tanh_shrink", "tensordot", "threshold", "tile", "top_k",
    "trace", "transpose", "trapezoid", "tri", "tril", "triu", "true_divide", "trunc", "unfold",
    "unfold_time", "unique", "unravel_index", "unstack", "up_sample", "vander", "var", "vdot",
    "vectorized_map", "vsplit", "vstack", "where", "while_loop", "zeros", "zeros_like",
]  # fmt: skip

# Functions that make arrays without an op.
for _name in (
    "arange", "array", "bartlett", "bincount", "blackman", "convert_to_tensor", "empty", "eye",
    "full", "geomspace", "hamming", "hanning", "histogram", "identity", "kaiser", "linspace",
    "logspace", "nonzero", "ones", "tri", "unique", "where", "zeros",
):  # fmt: skip
    globals()[_name] = gives_arrays(globals()[_name])
    globals()[_name].__module__ = __name__  # where pickle finds it

compose(globals())
hard_swish = hard_silu

# Python's operators on tensors and values: `x + y`, `x[0]`, `-x`.
OPERATORS.update({name: globals()[name] for name in __all__ if callable(globals()[name])})

# Keras puts some functions into modules of their own (`ops.nn.relu`); here they are all in one.
nn = numpy = sys.modules[__name__]

guard(__name__)

from funclab.ops import image as image  # noqa: E402 - it adds its functions to OPERATORS
