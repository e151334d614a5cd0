"""Ops: for each, its shape rule, its arithmetic and its gradient in one place.

The functions here carry the names and the meaning they have in `keras.ops`. On tensors they make
nodes, on values calls on the tape, on arrays they compute at once.
"""

from funclab.graph.tensor import OPERATORS
from funclab.missing import guard
from funclab.ops.activation import (
    elu, gelu, hard_sigmoid, hard_silu, hard_swish, leaky_relu, mish, relu, relu6, selu, silu,
    softplus, softsign, swish,
)  # fmt: skip
from funclab.ops.arithmetic import (
    add, divide, floor_divide, maximum, minimum, mod, multiply, power, subtract, true_divide,
)  # fmt: skip
from funclab.ops.basic import (
    arange, assign, assign_add, cast, convert_to_numpy, convert_to_tensor, full_like, identity,
    ones, ones_like, shape, stop_gradient, zeros, zeros_like,
)  # fmt: skip
from funclab.ops.arithmetic import (
    equal, greater, greater_equal, less, less_equal, logical_and, logical_or, logical_xor,
    not_equal, where,
)  # fmt: skip
from funclab.ops.matmul import batch_dot, dot, tensordot
from funclab.ops.conv import conv
from funclab.ops.copies import broadcast_to, flip, pad, repeat, tile
from funclab.ops.dense import FUSED, bias_activation, bias_add
from funclab.ops.elementwise import (
    abs, absolute, ceil, clip, cos, exp, expm1, floor, isfinite, isinf, isnan, log, log1p,
    logical_not, nan_to_num, negative, reciprocal, round, rsqrt, sigmoid, sign, signbit, sin, sqrt,
    square, tanh, trunc,
)  # fmt: skip
from funclab.ops.waves import (
    arccos, arccosh, arcsin, arcsinh, arctan, arctanh, cbrt, cosh, deg2rad, erf, erfc, erfinv, exp2,
    fabs, i0, isneginf, isposinf, log10, log2, rad2deg, sinc, sinh, tan,
)  # fmt: skip
from funclab.ops.pairs import (
    allclose, arctan2, bitwise_and, bitwise_invert, bitwise_left_shift, bitwise_not, bitwise_or,
    bitwise_right_shift, bitwise_xor, divide_no_nan, fmax, fmin, fmod, gcd, heaviside, hypot,
    isclose, isin, lcm, ldexp, left_shift, logaddexp, logaddexp2, nextafter, right_shift,
)  # fmt: skip
from funclab.ops.indexing import embedding
from funclab.ops.shaping import fold_time, reshape_samples, unfold_time
from funclab.ops.indexing import get_item, one_hot, take, take_along_axis
from funclab.ops.joining import concatenate, split, stack, unstack
from funclab.ops.losses import (
    binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy,
)  # fmt: skip
from funclab.ops.matmul import matmul
from funclab.ops.normalization import batch_normalization, normalize_batch
from funclab.ops.conv import average_pool, max_pool
from funclab.ops.reduction import argmax, argmin, count_nonzero, in_top_k
from funclab.ops.random import dropout, random_normal, random_uniform
from funclab.ops.recurrent import lstm
from funclab.ops.reduction import (
    all, any, cumsum, logsumexp, max, mean, min, moments, norm, prod, std, sum, var,
)  # fmt: skip
from funclab.ops.shaping import expand_dims, moveaxis, ravel, reshape, squeeze, swapaxes, transpose
from funclab.ops.activation import log_softmax, softmax

__all__ = [
    "FUSED", "abs", "absolute", "add", "all", "allclose", "any", "arange", "arccos", "arccosh",
    "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "assign", "assign_add",
    "average_pool", "batch_dot", "batch_normalization", "bias_activation", "bias_add",
    "binary_crossentropy", "bitwise_and", "bitwise_invert", "bitwise_left_shift", "bitwise_not",
    "bitwise_or", "bitwise_right_shift", "bitwise_xor", "broadcast_to", "cast",
    "categorical_crossentropy", "cbrt", "ceil", "clip", "concatenate", "conv", "convert_to_numpy",
    "convert_to_tensor", "cos", "cosh", "count_nonzero", "cumsum", "deg2rad", "divide",
    "divide_no_nan", "dot", "dropout", "elu", "embedding", "equal", "erf", "erfc", "erfinv", "exp",
    "exp2", "expand_dims", "expm1", "fabs", "flip", "floor", "floor_divide", "fmax", "fmin", "fmod",
    "fold_time", "full_like", "gcd", "gelu", "get_item", "greater", "greater_equal", "hard_sigmoid",
    "hard_silu", "hard_swish", "heaviside", "hypot", "i0", "identity", "in_top_k", "isclose",
    "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf", "lcm", "ldexp", "leaky_relu",
    "left_shift", "less", "less_equal", "log", "log10", "log1p", "log2", "log_softmax", "logaddexp",
    "logaddexp2", "logical_and", "logical_not", "logical_or", "logical_xor", "logsumexp", "lstm",
    "matmul", "max", "max_pool", "maximum", "mean", "min", "minimum", "mish", "mod", "moments",
    "moveaxis", "multiply", "nan_to_num", "negative", "nextafter", "norm", "normalize_batch",
    "not_equal", "one_hot", "ones", "ones_like", "pad", "power", "prod", "rad2deg", "random_normal",
    "random_uniform", "ravel", "reciprocal", "relu", "relu6", "repeat", "reshape",
    "reshape_samples", "right_shift", "round", "rsqrt", "selu", "shape", "sigmoid", "sign",
    "signbit", "silu", "sin", "sinc", "sinh", "softmax", "softplus", "softsign",
    "sparse_categorical_crossentropy", "split", "sqrt", "square", "squeeze", "stack", "std",
    "stop_gradient", "subtract", "sum", "swapaxes", "swish", "take", "take_along_axis", "tan",
    "tanh", "tensordot", "tile", "transpose", "true_divide", "trunc", "unfold_time", "unstack",
    "var", "where", "zeros", "zeros_like",
]  # fmt: skip

# Python's own signs on tensors and values: `x + y`, `x[0]`, `-x`.
OPERATORS.update({name: globals()[name] for name in __all__ if callable(globals()[name])})

guard(__name__)
