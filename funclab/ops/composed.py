"""Functions that call several ops, as one operation of a graph: on tensors each makes one node.

In Keras each is a class. The computation stays in the function: on values and arrays, its ops run
as they would without a graph.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any, ClassVar

from funclab.graph import structure
from funclab.graph.locks import making
from funclab.graph.op import Op
from funclab.graph.operation import OpOperation, placeholder
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor

INPUTS = {
    "": (
        *("adaptive_average_pool", "adaptive_max_pool", "amax", "amin", "argpartition"),
        *("array_split", "bitwise_not", "celu", "cholesky_inverse", "corrcoef", "count_nonzero"),
        *("deg2rad", "depth_to_space", "diff", "dsplit", "dstack", "empty_like"),
        *("extract_sequences", "fabs", "fliplr", "flipud", "glu", "hard_shrink", "hard_silu"),
        *("hard_tanh", "hsplit", "hstack", "isneginf", "isposinf", "log_sigmoid", "logdet"),
        *("matrix_rank", "median", "moments", "moveaxis", "multi_hot", "nanargmax", "nanargmin"),
        *("nancumprod", "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin", "nanprod"),
        *("nanstd", "nansum", "nanvar", "norm", "normalize", "ones_like", "ptp", "rad2deg"),
        *("ravel", "saturate_cast", "soft_shrink", "sort", "space_to_depth", "sparse_plus"),
        *("sparse_sigmoid", "squareplus", "std", "svd", "swapaxes", "tanh_shrink", "threshold"),
        *("top_k", "trace", "trapezoid", "unravel_index", "unstack", "vander", "var", "vsplit"),
        *("vstack", "zeros_like"),
    ),
    "x1 x2": (
        *("allclose", "append", "correlate", "cross", "divide_no_nan", "dot", "inner", "isin"),
        *("kron", "ldexp", "outer", "psnr", "tensordot", "vdot"),
    ),
    "x y": ("bitwise_left_shift", "bitwise_right_shift", "cdist"),
    "x1 x2 rtol atol": ("isclose",),
    "x weights": ("average",),
    "x q": ("nanpercentile", "percentile"),
    "x bins": ("digitize",),
    "x mean variance offset scale": ("batch_normalization",),
    "x gamma beta": ("layer_normalization",),
    "x scale": ("rms_normalization",),
    "a b": ("lstsq", "solve_triangular"),
    "target output": (
        *("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"),
    ),
    "target output target_length output_length": ("ctc_loss",),
    "inputs sequence_lengths": ("ctc_decode",),
    "targets predictions": ("in_top_k",),
    "inputs kernel": ("conv", "conv_transpose", "depthwise_conv"),
    "inputs depthwise_kernel pointwise_kernel": ("separable_conv",),
    "query key value bias mask scale": ("dot_product_attention",),
    "indices values": ("scatter",),
    "condlist choicelist default": ("select",),
    "inputs start_indices": ("slice",),
    "inputs start_indices updates": ("slice_update",),
    "*x": ("meshgrid",),
}
"""Functions, by the arguments that are inputs; all other arguments are settings. With "", the first
argument is the only input."""

ALWAYS = {name for names in INPUTS.values() for name in names}

SOMETIMES = {
    "": ("argsort", "cumprod", "cumsum", "max", "min", "prod", "repeat", "softmax"),
    "x indices": ("take", "take_along_axis"),
    "x1 x2": ("matmul",),
}
"""Functions that call a single op, except with some settings or inputs."""


class Composed(Op, abstract=True):
    """A function with its settings, to be called on its inputs."""

    function: ClassVar[Callable[..., Any]]
    inputs: ClassVar[tuple[str, ...]]

    def __call__(self, *inputs: Any) -> Any:
        if _has_tensor(inputs):
            return OpOperation(self)(*inputs)
        return self.call(*inputs)

    def call(self, *inputs: Any) -> Any:
        """The function's result for values or arrays."""
        kind = type(self)
        if kind.inputs[0].startswith("*"):
            return kind.function(*inputs, **vars(self))
        return kind.function(**dict(zip(kind.inputs, inputs)), **vars(self))

    def is_one_op(self, inputs: Any) -> bool:
        """Whether the function calls a single op on these tensors."""
        with Tape():
            output = structure.flatten(self.call(*structure.map_structure(value_of, inputs)))[0]
        origin = getattr(output, "origin", None)
        return origin is not None and not any(value.origin for value in origin.inputs)

    def __reduce__(self) -> Any:
        return _again, (self.name, vars(self))


KINDS: dict[str, type[Composed]] = {}
FUNCTIONS: dict[str, tuple[Any, str]] = {}
"""The functions by name, each with the names of its inputs."""


@functools.cache
def signature_of(name: str) -> inspect.Signature:
    return inspect.signature(FUNCTIONS[name][0])


def composed(name: str, function: Any, inputs: str, sometimes: bool = False) -> Any:
    """The function, wrapped so that a call on tensors makes one node."""
    FUNCTIONS[name] = (function, inputs)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not _has_tensor((args, kwargs)):
            return function(*args, **kwargs)
        bound, kind = signature_of(name).bind(*args, **kwargs), kind_of(name)
        bound.apply_defaults()
        arguments = bound.arguments
        names = {name.removeprefix("*") for name in kind.inputs}
        settings = {name: _plain(value) for name, value in arguments.items() if name not in names}
        if _has_tensor(settings):
            return function(*args, **kwargs)
        if kind.inputs[0].startswith("*"):
            return kind(**settings)(*arguments[kind.inputs[0][1:]])
        values = [arguments[name] for name in kind.inputs]
        while values[-1] is None:
            values.pop()
        made = kind(**settings)
        return function(*args, **kwargs) if sometimes and made.is_one_op(values) else made(*values)

    # So that pickle finds it here, not in the module of the function it calls.
    call.__module__, call.__qualname__ = __package__ or "", name
    return call


def compose(functions: dict[str, Any]) -> None:
    """Wrap all functions of both tables, so that each call makes one node."""
    for table in (INPUTS, SOMETIMES):
        for inputs, names in table.items():
            for name in names:
                functions[name] = composed(name, functions[name], inputs, table is SOMETIMES)
    functions["hard_swish"] = functions["hard_silu"]


def kind_of(name: str) -> type[Composed]:
    """The class of a function, made only when it is first needed: most never are."""
    with making:
        if name not in KINDS:
            KINDS[name] = _kind(name, *FUNCTIONS[name])
        return KINDS[name]


def _kind(name: str, function: Any, inputs: str) -> type[Composed]:
    parameters = signature_of(name).parameters
    names = tuple(inputs.split()) or (next(iter(parameters)),)
    settings = {
        name: parameter.default
        for name, parameter in parameters.items()
        if name not in names and f"*{name}" not in names
    }

    def body(space: dict[str, Any]) -> None:
        space["__module__"] = __name__
        space["__doc__"] = function.__doc__
        space["__annotations__"] = dict.fromkeys(settings, Any)
        space |= {key: value for key, value in settings.items() if value is not inspect._empty}
        space |= {"function": staticmethod(function), "inputs": names, "name": name}

    return types.new_class(name, (Composed,), {"abstract": True}, body)


def _again(name: str, settings: dict[str, Any]) -> Composed:
    return kind_of(name)(**settings)


def _plain(value: Any) -> Any:
    """A setting that cannot change later: lists as tuples."""
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def value_of(leaf: Any) -> Any:
    """A value in place of a tensor; anything else unchanged."""
    return placeholder(leaf) if isinstance(leaf, Tensor) else leaf


def _has_tensor(tree: Any) -> bool:
    return any(isinstance(leaf, Tensor) for leaf in structure.flatten(tree))
