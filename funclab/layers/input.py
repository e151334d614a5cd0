"""Where data enters a graph."""

from __future__ import annotations

from typing import Any

from funclab.errors import ArgumentError
from funclab.graph import shape_math
from funclab.graph.node import Node
from funclab.graph.shape_math import Shape
from funclab.graph.strings import STRING
from funclab.graph.tensor import Tensor
from funclab.layers.arguments import dtype_name, floatx, not_a_tensor
from funclab.layers.base import Layer
from funclab.layers.checks import positive
from funclab.registry.parameters import MEANINGS, described, guarded

MEANINGS |= {
    "batch_size": "the length of the batch axis; None for any",
    "batch_shape": "the whole shape, including the batch axis, instead of `shape`",
    "input_tensor": "a tensor whose shape and dtype are used",
    "tensor": "a tensor whose shape and dtype are used",
    "Input.dtype": "the dtype of the data; None for floatx()",
    "InputLayer.dtype": "the dtype of the data; None for floatx()",
    "shape": "the shape of one sample, without the batch axis",
}


def check_dtype(shape: Any, batch_size: Any, dtype: Any) -> None:
    """Refuse `Input(28, 28, 1)`: a number where the dtype belongs."""
    if not isinstance(dtype, (int, float, list, tuple)):
        return
    raise ArgumentError(
        f"Input cannot have dtype={dtype!r}. Received: shape={shape!r}, batch_size={batch_size!r}.",
        why="the shape is one argument; the second is the batch size, the third the dtype.",
        fix=f"write Input(shape=({shape}, {batch_size}, {dtype})), with a second pair of brackets."
        if isinstance(shape, int) and isinstance(dtype, int)
        else 'write dtype="float32", or leave it out.',
    )


def no_sparse_arrays() -> ArgumentError:
    return ArgumentError(
        "Input(sparse=True) is not supported.",
        why="funclab computes with dense arrays only.",
        fix="leave `sparse` out and feed a dense array.",
    )


class InputLayer(Layer):
    """The layer behind an `Input`: it has no inputs, one node and one tensor.

    Shapes: nothing -> out (batch, *shape).

    >>> InputLayer((4,), name="x").output
    <Tensor x[0:0] shape=(None, 4) dtype=float32>
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Tensor | None = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        shape = kwargs.pop("input_shape", shape)  # as Keras 2 called them
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        super().__init__(name=name, **kwargs)
        if (shape is None) == (batch_shape is None) and input_tensor is None:
            raise ArgumentError(
                f"You must pass a `shape` argument to Input (or `batch_shape`, not both). "
                f"Received shape={shape} and batch_shape={batch_shape} for {self.name}.",
                why="a graph is built from shapes, and this is where they begin.",
                fix="write for example Input(shape=(784,)); the batch axis is not part of it.",
            )
        if sparse:
            raise no_sparse_arrays()
        if input_tensor is not None:
            if not isinstance(input_tensor, Tensor):
                raise not_a_tensor(self, input_tensor)
            batch_shape, dtype = input_tensor.shape, dtype or input_tensor.dtype
        check_dtype(shape, batch_size, dtype)
        if batch_size is not None:
            batch_size = positive("batch_size", batch_size)
        whole = batch_shape if shape is None else (batch_size, *shape_math.to_shape(shape))
        self.batch_shape: Shape = shape_math.to_shape(whole, "batch_shape")
        self.dtype = STRING if dtype in (STRING, str) else dtype_name(dtype) or floatx()
        self.optional = optional
        self.built = True
        self.sparse = False
        self._make_node()

    def _make_node(self) -> None:
        Node(self, outputs=Tensor(self.batch_shape, self.dtype, name=self.name))

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if not self.inbound_nodes:
            self._make_node()

    def call(self, inputs: Any) -> Any:
        return inputs

    @property
    def shape(self) -> Shape:
        return self.batch_shape

    def get_config(self) -> dict[str, Any]:
        return {
            "batch_shape": list(self.batch_shape),
            "dtype": self.dtype,
            "optional": self.optional,
            "name": self.name,
        }


@guarded
@described
def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Tensor | None = None,
    optional: bool = False,
) -> Tensor:
    """A symbolic tensor at which a graph begins.

    Shapes: `shape` is that of one sample, without the batch axis; `batch_shape` includes it.
    Raises: ArgumentError unless exactly one of `shape` and `batch_shape` is given.

    >>> Input(shape=(784,)).shape
    (None, 784)
    """
    layer = InputLayer(shape, batch_size, dtype, sparse, batch_shape, tensor, optional, name=name)
    return layer.output
