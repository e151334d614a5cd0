"""Symbolic tensors, and the operators they share with the values on the tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from funclab import registry
from funclab.errors import GraphError, plain
from funclab.graph import explanations
from funclab.graph.shape_math import Shape, show

if TYPE_CHECKING:
    from funclab.graph.meaning import Meaning
    from funclab.graph.node import Node
    from funclab.graph.operation import Operation

OPERATORS: dict[str, Callable[..., Any]] = {}
"""The functions behind `+`, `[]` and the other operators; funclab.ops fills it in."""

UFUNCS = {
    "true_divide": "divide", "remainder": "mod",
    "bitwise_and": "and", "bitwise_or": "or", "bitwise_xor": "xor",
    **{name: name for name in ("add", "subtract", "multiply", "divide", "floor_divide", "power",
                               "matmul", "less", "less_equal", "greater", "greater_equal", "equal",
                               "not_equal")},
}  # fmt: skip


def _forward(name: str) -> Callable[[Any, Any], Any]:
    return lambda self, other: OPERATORS[name](self, other)


def _backward(name: str) -> Callable[[Any, Any], Any]:
    return lambda self, other: OPERATORS[name](other, self)


def compared(name: str) -> Callable[[Any, Any], Any]:
    """`x == y` or `x != y`, element by element; `x != None` asks Python, as old code does."""
    return lambda self, y: NotImplemented if y is None else OPERATORS[name](self, y)


def _logic(name: str, turned: bool = False) -> Callable[[Any, Any], Any]:
    """`x & y` and the like: a logical operation on tensors; on integer values of the tape a bitwise
    one, as on arrays."""

    def join(self: Any, other: Any) -> Any:
        kind = "logical" if isinstance(self, Tensor) or self.dtype == "bool" else "bitwise"
        return OPERATORS[f"{kind}_{name}"](*((other, self) if turned else (self, other)))

    return join


def _refused(use: str) -> Callable[..., Any]:
    def refuse(self: Any, *_: Any) -> NoReturn:
        raise explanations.python_use(self, use)

    return refuse


class Operators:
    """Arithmetic with Python's operators. As in Keras 3, `!=` compares elements, also of symbolic
    tensors, while `==` of these asks whether they are the same object."""

    dtype: str
    shape: Shape
    mask: Any

    __add__, __radd__ = _forward("add"), _backward("add")
    __sub__, __rsub__ = _forward("subtract"), _backward("subtract")
    __mul__, __rmul__ = _forward("multiply"), _backward("multiply")
    __truediv__, __rtruediv__ = _forward("divide"), _backward("divide")
    __floordiv__, __rfloordiv__ = _forward("floor_divide"), _backward("floor_divide")
    __mod__, __rmod__ = _forward("mod"), _backward("mod")
    __pow__, __rpow__ = _forward("power"), _backward("power")
    __matmul__, __rmatmul__ = _forward("matmul"), _backward("matmul")
    __lt__, __le__ = _forward("less"), _forward("less_equal")
    __gt__, __ge__ = _forward("greater"), _forward("greater_equal")
    __ne__ = compared("not_equal")
    __hash__ = object.__hash__
    __getitem__ = _forward("get_item")
    __and__, __rand__ = _logic("and"), _logic("and", turned=True)
    __or__, __ror__ = _logic("or"), _logic("or", turned=True)
    __xor__, __rxor__ = _logic("xor"), _logic("xor", turned=True)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def _keras_mask(self) -> Any:
        return self.mask

    def __invert__(self) -> Any:
        is_logic = isinstance(self, Tensor) or self.dtype == "bool"
        return OPERATORS["logical_not" if is_logic else "bitwise_not"](self)

    def __pos__(self) -> Any:
        return self

    def __round__(self, ndigits: int | None = None) -> Any:
        return OPERATORS["round"](self, ndigits or 0)

    def __neg__(self) -> Any:
        return OPERATORS["negative"](self)

    def __abs__(self) -> Any:
        return OPERATORS["absolute"](self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        name = UFUNCS.get(ufunc.__name__)
        # Operators come here if the left operand is an array. np.multiply(a, b) of two tensors
        # would make NumPy compute: Keras refuses that, too.
        numbers = not isinstance(self, Tensor) or hasattr(inputs[0], "__array_interface__")
        if method == "__call__" and name and numbers and not settings:
            if name in ("and", "or", "xor"):
                return _logic(name, turned=True)(self, inputs[0])
            return OPERATORS[name](*inputs)
        raise explanations.numpy_use(self, ufunc.__name__, ufunc.__name__ in OPERATORS)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        name = function.__name__
        raise explanations.numpy_use(self, name, name in OPERATORS, function.__module__)

    __bool__, __iter__ = _refused("if"), _refused("loop")
    __float__, __int__ = _refused("float"), _refused("int")
    __len__, __setitem__ = _refused("len"), _refused("assignment")

    if not TYPE_CHECKING:  # it would hide misspelled names from type checkers

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):  # Python and notebooks test whether special methods exist
                raise AttributeError(name)
            raise explanations.attribute(self, name, name in OPERATORS)


class History(NamedTuple):
    """Where a tensor comes from: which output of which call of which layer."""

    operation: Operation
    node_index: int
    tensor_index: int

    @property
    def layer(self) -> Operation:
        return self.operation


class Tensor(Operators):
    """A symbolic tensor: what a layer call returns. Only its shape and dtype are known.

    Shapes: the first axis is the batch, `None` until there is data.
    """

    node: Node
    """The call that made it; a mask has none."""
    index: int
    """Which output of this call it is."""

    def __init__(self, shape: Shape, dtype: str = "float32", name: str | None = None) -> None:
        self.shape, self.dtype = tuple(shape), dtype
        self.name = name or registry.auto_name("keras_tensor")
        self.mask: Tensor | None = None
        self.meaning: Meaning | None = None

    @property
    def _keras_history(self) -> History:
        if "node" not in vars(self):
            raise AttributeError  # a mask has none: `hasattr` is how others ask
        return History(self.node.operation, self.node.index, self.index)

    def reshape(self, newshape: Any) -> Any:
        """As `ops.reshape`: `newshape` includes the batch axis."""
        return OPERATORS["reshape"](self, newshape)

    def squeeze(self, axis: Any = None) -> Any:
        """As `ops.squeeze`."""
        return OPERATORS["squeeze"](self, axis)

    @property
    def _keras_shape(self) -> Shape:
        return self.shape

    @property
    def _uses_learning_phase(self) -> bool:
        """Whether a layer between the inputs and here behaves differently in training."""
        ids: set[int] = set()
        waiting: list[Tensor] = [self]
        while waiting:
            tensor = waiting.pop()
            if id(tensor) in ids or not hasattr(tensor, "node"):
                continue
            ids.add(id(tensor))
            if tensor.node.operation.uses_training:
                return True
            waiting.extend(tensor.node.input_tensors)
        return False

    @property
    def id(self) -> str:
        """The tensor as `layer[node:tensor]`, the form that diagrams use."""
        if "node" not in vars(self):
            return self.name
        return f"{self.node.operation.name}[{self.node.index}:{self.index}]"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        raise explanations.numpy_use(self, "array", known=False)

    # A tensor is a place in a graph: its copy is the tensor itself.
    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, copies: dict[int, Any]) -> Tensor:
        return self

    def __reduce__(self) -> NoReturn:
        raise GraphError(
            f"The tensor {self.id} cannot be pickled alone.",
            why="it is a place in a graph, and only models are pickled with their graphs.",
            fix="pickle the model; its `inputs` and `outputs` come with it.",
        )

    def __repr__(self) -> str:
        return plain(f"<Tensor {self.id} shape={show(self.shape)} dtype={self.dtype}>")
