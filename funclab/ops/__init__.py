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
from funclab.ops.attention import dot_product_attention, position_mask
from funclab.ops.basic import (
    arange, assign, assign_add, cast, convert_to_numpy, convert_to_tensor, full_like, identity,
    ones, ones_like, shape, stop_gradient, zeros, zeros_like,
)  # fmt: skip
from funclab.ops.arithmetic import (
    equal, greater, greater_equal, less, less_equal, logical_and, logical_or, not_equal, where,
)  # fmt: skip
from funclab.ops.matmul import batch_dot, dot, tensordot
from funclab.ops.conv import conv
from funclab.ops.copies import broadcast_to, flip, pad, repeat, tile
from funclab.ops.dense import FUSED, bias_activation, bias_add
from funclab.ops.einsum import einsum
from funclab.ops.elementwise import (
    abs, absolute, ceil, clip, cos, exp, expm1, floor, isfinite, isnan, log, log1p, logical_not,
    negative, reciprocal, round, rsqrt, sigmoid, sign, sin, sqrt, square, tanh,
)  # fmt: skip
from funclab.ops.indexing import embedding
from funclab.ops.shaping import fold_time, reshape_samples, unfold_time
from funclab.ops.indexing import get_item, one_hot, take, take_along_axis
from funclab.ops.joining import concatenate, split, stack, unstack
from funclab.ops.losses import (
    binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy,
)  # fmt: skip
from funclab.ops.matmul import matmul
from funclab.ops.normalization import (
    batch_normalization, layer_normalization, normalize, normalize_batch, rms_normalization,
)  # fmt: skip
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
    "FUSED", "abs", "absolute", "add", "all", "any", "arange", "argmax", "argmin", "assign",
    "assign_add", "average_pool", "batch_dot", "batch_normalization", "bias_activation", "bias_add",
    "binary_crossentropy", "broadcast_to", "cast", "categorical_crossentropy", "ceil", "clip",
    "concatenate", "conv", "convert_to_numpy", "convert_to_tensor", "cos", "count_nonzero",
    "cumsum", "divide", "dot", "dot_product_attention", "dropout", "einsum", "elu", "embedding",
    "equal", "exp", "expand_dims", "expm1", "flip", "floor", "floor_divide", "fold_time",
    "full_like", "gelu", "get_item", "greater", "greater_equal", "hard_sigmoid", "hard_silu",
    "hard_swish", "identity", "in_top_k", "isfinite", "isnan", "layer_normalization", "leaky_relu",
    "less", "less_equal", "log", "log1p", "log_softmax", "logical_and", "logical_not", "logical_or",
    "logsumexp", "lstm", "matmul", "max", "max_pool", "maximum", "mean", "min", "minimum", "mish",
    "mod", "moments", "moveaxis", "multiply", "negative", "norm", "normalize", "normalize_batch",
    "not_equal", "one_hot", "ones", "ones_like", "pad", "position_mask", "power", "prod",
    "random_normal", "random_uniform", "ravel", "reciprocal", "relu", "relu6", "repeat", "reshape",
    "reshape_samples", "rms_normalization", "round", "rsqrt", "selu", "shape", "sigmoid", "sign",
    "silu", "sin", "softmax", "softplus", "softsign", "sparse_categorical_crossentropy", "split",
    "sqrt", "square", "squeeze", "stack", "std", "stop_gradient", "subtract", "sum", "swapaxes",
    "swish", "take", "take_along_axis", "tanh", "tensordot", "tile", "transpose", "true_divide",
    "unfold_time", "unstack", "var", "where", "zeros", "zeros_like",
]  # fmt: skip

# Python's own signs on tensors and values: `x + y`, `x[0]`, `-x`.
OPERATORS.update({name: globals()[name] for name in __all__ if callable(globals()[name])})

guard(__name__)
