"""The basic layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import activations, ops
from funclab.errors import ShapeError
from funclab.graph.shape_math import show, to_shape
from funclab.initializers import VarianceScaling
from funclab.layers.activation import SameShape
from funclab.layers.base import Layer
from funclab.layers.formula import Formula
from funclab.layers.spec import InputSpec
from funclab.registry.parameters import MEANINGS

MEANINGS |= {
    "input_dim": "how many rows the table has: the largest id plus 1",
    "output_dim": "the length of each vector",
    "mask_zero": "whether id 0 is padding that later layers skip",
    "input_length": "the length of the sequences, as in Keras 2",
    "equation": 'a formula such as "abc,cd->abd": the input, the kernel, and the output',
    "EinsumDense.output_shape": "the lengths of the output's axes after the batch; None for those "
    "of the input",
    "bias_axes": 'letters of the output, such as "d": the axes that have a bias; None for no bias',
}


class Kernel(Layer, abstract=True):
    """A layer with a kernel, a bias and an activation."""

    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    lora_rank: Any = None
    lora_alpha: Any = None
    quantization_config: Any = None


class Dense(Kernel):
    """A fully connected layer: out = activation(x @ kernel + bias), on the last axis.

    Shapes: x (batch, ..., features) -> out (batch, ..., units).
    Weights: kernel (features, units), bias (units,).
    Raises: ArgumentError unless `units` is a positive integer; ShapeError for inputs with only one
        axis, or with another number of features than at the first call.

    >>> Dense(64, activation="relu")(Input((784,))).shape
    (None, 64)
    """

    supports_masking = True
    input_spec = InputSpec(min_ndim=2)
    units: int
    order = ("units", *Kernel.fields)

    def build(self, input_shape: Any) -> None:
        features = input_shape[-1]
        if features is None:
            raise ShapeError(
                f"The last dimension of the inputs to a Dense layer should be defined. {self.name} "
                f"found None: inputs of shape {show(input_shape)}.",
                why="its kernel has one row for each feature, so their number must be known.",
                fix="give the length of the last axis in Input(shape=...).",
                graph=self,
            )
        self.kernel = self.named_weight("kernel", (features, self.units))
        self.kernel.is_factor = True
        self.bias = self.named_weight("bias", (self.units,)) if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})
        self.built = True

    def call(self, inputs: Any) -> Any:
        return finish(ops.matmul(inputs, self.kernel), self.bias, self.activation)


def finish(x: Any, bias: Any, activation: Any) -> Any:
    """activation(x + bias), in one pass if an op can do that; the bias is for the last axes."""
    if bias is None:
        return activation(x)
    if bias.ndim > 1 and bias.shape != x.shape[-bias.ndim :]:
        return activation(ops.add(x, bias))  # one number of the bias for all of an axis
    fused = activations.fused_name(activation)
    biased = ops.bias_activation(x, bias, fused or "linear")
    return biased if fused else activation(biased)


class EinsumDense(Kernel):
    """A dense layer given by a formula: out = activation(einsum(equation, x, kernel) + bias).

    Shapes: x (batch, ...) -> out (batch, *output_shape). In "abc,cd->abd" x is abc, the kernel cd;
        "..." stands for axes of x that are kept, before all others or after them.
    Weights: kernel (the lengths of its letters), bias (the lengths of the letters in `bias_axes`,
        1 for those after the first of them).
    Raises: ArgumentError for another kind of formula; ShapeError for inputs that do not fit it.

    >>> EinsumDense("abc,cde->abde", (None, 8, 16), bias_axes="de")(Input((5, 4))).shape
    (None, 5, 8, 16)
    """

    equation: str
    output_shape: Any
    bias_axes: str | None = None
    gptq_unpacked_column_size: Any = None
    order = (
        *("equation", "output_shape", "activation", "bias_axes", "kernel_initializer"),
        *("bias_initializer", "kernel_regularizer", "bias_regularizer", "kernel_constraint"),
        *("bias_constraint", "lora_rank", "lora_alpha", "gptq_unpacked_column_size"),
        "quantization_config",
    )

    def prepare(self) -> None:
        shape = vars(self).pop("output_shape")
        self.partial_output_shape = to_shape(shape, "output_shape")
        self.formula = Formula(self.equation)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "output_shape": list(self.partial_output_shape)}

    def build(self, input_shape: Any) -> None:
        lengths = self.formula.lengths(input_shape, self.partial_output_shape)
        _, kernel, output = self.formula.letters(len(input_shape))
        initializer = self.kernel_initializer
        if isinstance(initializer, VarianceScaling) and initializer.input_axes is None:
            gives = [i for i, letter in enumerate(kernel) if letter in output]
            takes = [i for i in range(len(kernel)) if i not in gives]
            axes = {"input_axes": takes, "output_axes": gives}
            initializer = initializer.from_config({**initializer.get_config(), **axes})
        shape = [lengths[letter] for letter in kernel]
        self.kernel = self.named_weight("kernel", shape, initializer=initializer)
        self.bias = None
        if self.bias_axes is not None:
            after = output[self.formula.first_of(self.bias_axes, output) :]
            shape = [lengths[letter] if letter in self.bias_axes else 1 for letter in after]
            self.bias = self.named_weight("bias", shape)
        self.input_spec = InputSpec(ndim=len(input_shape))
        self.built = True

    def call(self, inputs: Any) -> Any:
        x = ops.einsum(self.equation, inputs, self.kernel)
        return finish(x, self.bias, self.activation)


class Embedding(Layer):
    """A vector for each integer: out = the rows of a table with the numbers in x.

    Shapes: x (batch, ...), integers from 0 to input_dim - 1 -> out (batch, ..., output_dim).
    Weights: embeddings (input_dim, output_dim).
    Raises: ArgumentError unless both dims are positive integers; DataError for a number without a
        row.

    With `mask_zero`, 0 stands for padding: layers that support masks skip it.

    >>> Embedding(1000, 64)(Input((10,), dtype="int32")).shape
    (None, 10, 64)
    """

    mask_operations = 1
    input_dim: int
    output_dim: int
    embeddings_initializer: Any = "uniform"
    embeddings_regularizer: Any = None
    embeddings_constraint: Any = None
    mask_zero: bool = False
    weights: Any = None
    lora_rank: Any = None
    lora_alpha: Any = None
    quantization_config: Any = None
    input_length: Any = None
    activity_regularizer: Any = None

    def prepare(self) -> None:
        self.mask_zero = self.supports_masking = bool(self.mask_zero)
        if self.input_length is not None and self.declared_shape is None:
            batch = self.constructor_arguments.get("batch_size")
            self.declared_shape = (batch, *np.atleast_1d(self.input_length).tolist())

    def build(self, input_shape: Any = None) -> None:
        shape = (self.input_dim, self.output_dim)
        self.embeddings = self.named_weight("embeddings", shape)
        self.built = True

    def call(self, inputs: Any) -> Any:
        return ops.embedding(self.embeddings, _whole(inputs))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return ops.not_equal(_whole(inputs), 0) if self.mask_zero else None


class ReversibleEmbedding(Embedding):
    """A vector for each integer, and with reverse=True a number for each integer from a vector: how
    well it fits, as in language models whose last layer shares the table of the first.

    Shapes: x (batch, ...), integers -> out (batch, ..., output_dim); reversed, x (batch, ...,
        output_dim) -> out (batch, ..., input_dim).
    Weights: embeddings (input_dim, output_dim); without `tie_weights` also reverse_embeddings
        (output_dim, input_dim).
    Raises: as Embedding.
    Source: Press and Wolf, "Using the output embedding to improve language models", EACL 2017.

    >>> table = ReversibleEmbedding(1000, 64)
    >>> table(table(Input((10,), dtype="int32")), reverse=True).shape
    (None, 10, 1000)
    """

    tie_weights: bool = True
    reverse_dtype: Any = None
    logit_soft_cap: float | None = None
    order = (
        "input_dim", "output_dim", "tie_weights", "embeddings_initializer",
        "embeddings_regularizer", "embeddings_constraint", "mask_zero", "reverse_dtype",
        "logit_soft_cap", "weights", "lora_rank", "lora_alpha", "quantization_config",
        "input_length", "activity_regularizer",
    )  # fmt: skip

    def build(self, input_shape: Any = None) -> None:
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                (self.output_dim, self.input_dim),
                self.embeddings_initializer,
                name="reverse_embeddings",
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        if not reverse:
            return super().call(inputs)
        table = ops.transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        if self.reverse_dtype is not None:
            inputs, table = (ops.cast(x, self.reverse_dtype) for x in (inputs, table))
        logits = ops.matmul(inputs, table)
        cap = self.logit_soft_cap
        return logits if cap is None else ops.tanh(logits / cap) * cap

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        whole = "int" in str(getattr(inputs, "dtype", ""))
        return super().compute_mask(inputs, mask) if whole else None


def _whole(x: Any) -> Any:
    return x if "int" in str(getattr(x, "dtype", "")) else ops.cast(x, "int32")


class Masking(Layer):
    """Skips the steps at which all features equal `mask_value`: they are masked, and set to 0.

    Shapes: x (batch, time, features) -> out (same as x), with a mask (batch, time).

    >>> Masking()(Input((10, 4))).shape
    (None, 10, 4)
    """

    mask_operations = 2
    mask_value: float = 0.0

    def call(self, inputs: Any) -> Any:
        kept = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        outputs = ops.multiply(inputs, ops.cast(kept, inputs.dtype))
        outputs.mask = ops.squeeze(kept, axis=-1)
        return outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)


class Identity(SameShape):
    """out = x.

    >>> Identity()(np.array([1.0, 2.0]))
    array([1., 2.], dtype=float32)
    """

    def call(self, inputs: Any) -> Any:
        return inputs
