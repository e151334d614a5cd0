"""Code back into a draft: read with `ast` and never run, because a page can send anything.

Known are imports from funclab, assignments, `Input`, `Model`, the layers and
initializers that these modules list, functions of `ops`, operators on tensors, and plain values.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from funclab import constraints, initializers, layers, ops, registry, regularizers
from funclab.errors import ArgumentError, FunclabError
from funclab.graph import structure
from funclab.graph.operation import OpOperation
from funclab.graph.tensor import Tensor
from funclab.layers.base import Layer as AnyLayer
from funclab.models import Sequential
from funclab.view.edit.building import Build
from funclab.view.edit.commands import NOT_HERE, NOT_SET
from funclab.view.edit.draft import MOST_CALLS, Call, Draft, Layer, Leaf, Ref, config_of
from funclab.view.edit.matching import is_automatic, numbered

MOST_CHARACTERS = 20_000
ROOMS = {
    "layers": layers, "ops": ops, "initializers": initializers, "regularizers": regularizers,
    "constraints": constraints,
}  # fmt: skip
IMPORTED = {"Input", "Model", "Sequential", "activations", *ROOMS}
IN_CODE = {
    *("Bidirectional", "TimeDistributed", "RNN", "GRUCell", "LSTMCell", "SimpleRNNCell"),
    *("StackedRNNCells", "SpectralNormalization", "ConvLSTM1D", "ConvLSTM3D", "Discretization"),
    "CategoryEncoding",
}
"""Layers that no command makes, but code may: all that they hold is written there, in no file."""
OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.MatMult: operator.matmul, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
ARITHMETIC = {*OPERATORS.values()} - {operator.pow}
"""What is done with numbers; a power could be too large to compute."""
PLAIN = (int, float, bool, str)
NOT_CALLED = {"serialize", "deserialize", "get", "floatx", "set_floatx"}
"""Names in these modules that make no layer and no tensor."""


def read_code(text: str, before: Draft) -> Draft:
    """The draft that some code describes. Layers that are still there keep their numbers.

    Raises: ArgumentError, with the line, for code that is not understood or does not work.
    """
    if len(text) > MOST_CHARACTERS:
        raise _unread(None, f"code of more than {MOST_CHARACTERS:,} characters")
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise ArgumentError(
            f"line {line}: {getattr(error, 'msg', error)}.",
            why="Python cannot read this yet.",
            fix="go on typing, or undo.",
        ) from None
    reader = _Reader()
    for statement in body:
        reader.read(statement)
    return numbered(reader.draft(), before, reader.unnamed)


def _unread(node: ast.expr | ast.stmt | None, what: str = "") -> ArgumentError:
    """The error for a part of the code that is not understood, or for the whole code."""
    line = ""
    if node is not None:
        line, what = f"line {node.lineno}: ", what or f"`{ast.unparse(node)[:60]}`"
    return ArgumentError(
        f"{line}{what} is not read here.",
        why="this code is read, not run: layers, ops, numbers, words, and names given to them.",
        fix="write one call a line, or run the code in a cell and edit the model it makes.",
    )


class _Inner:
    """A model that may be called later: the calls that it is made of."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    @cached_property
    def model(self) -> Any:
        """The model as a layer.

        Raises: what a call in it raises.
        """
        build = Build(replace(self.draft, name=self.draft.name or "functional"))
        if build.error:
            raise build.error
        return build.model


class _Reader:
    """Follows the lines of some code. Tensors are those of a build that grows line by line."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.layers: dict[int, tuple[Any, Layer]] = {}
        """Each layer object that was called, and the draft's layer, by the id of the object."""
        self.named: set[int] = set()
        """The layer objects that were given a name, by their ids."""
        self.unnamed: set[int] = set()
        """The draft's layers without a name, by their numbers."""
        self.hints: dict[int, str] = {}
        """The variable of what such a layer returns: most often the name that the layer had."""
        self.made: dict[Tensor, Leaf] = {}
        """What ops have made, and the call that makes it in the draft."""
        self.growing = Draft()
        self.build = Build(self.growing)
        self.last: _Inner | None = None
        self.inside: set[int] = set()
        """Calls that belong to models inside."""

    def draft(self) -> Draft:
        """All that was read.

        Raises: ArgumentError if no model stands at its end.
        """
        if self.last is None:
            raise _unread(None, "code without `model = Model(inputs, outputs)` at its end")
        whole = self.last.draft
        own = {*whole.needed, *whole.input_calls}
        calls = {k: call for k, call in self.growing.calls.items() if k not in self.inside - own}
        draft = replace(whole, layers=self._hinted(), calls=calls, next=self.growing.next).tidied()
        names = [layer.name for key, layer in draft.layers.items() if key not in self.unnamed]
        for name in names:
            if names.count(name) > 1:
                raise _unread(None, f"code with two layers named {name!r}")
        return draft

    def _hinted(self) -> dict[int, Layer]:
        """All layers; those without a name have that of the variable, if it fits and is free."""
        taken = {
            layer.name for key, layer in self.growing.layers.items() if key not in self.unnamed
        }
        hinted = {}
        for key, layer in self.growing.layers.items():
            name = self.hints.get(key, layer.name)
            if key in self.unnamed and name not in taken:
                taken.add(name)
                layer = replace(layer, name=name)
            hinted[key] = layer
        return hinted

    def read(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.ImportFrom):
            listed = _listed("layers") | {"*"} if statement.module == "funclab.layers" else set()
            known = IMPORTED if statement.module == "funclab" else listed
            if all(item.name in known and not item.asname for item in statement.names):
                return
        if ast.unparse(statement) == "import numpy as np":
            return
        if not isinstance(statement, ast.Assign):
            raise _unread(statement)
        value = self._value(statement.value)
        for target in statement.targets:
            self._assign(target, value)

    def _assign(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = value
            if isinstance(value, Leaf):
                layer = self.growing.layer_of(value.ref.call)
                if layer.id in self.unnamed and is_automatic(target.id, layer.name):
                    self.hints.setdefault(layer.id, target.id)
            return
        if not isinstance(target, (ast.Tuple, ast.List)) or not isinstance(value, (list, tuple)):
            raise _unread(target)
        if len(target.elts) != len(value):
            raise _unread(target, f"{len(value)} values for {len(target.elts)} names")
        for part, item in zip(target.elts, value):
            self._assign(part, item)

    # Values: plain ones, a Leaf for a tensor, a layer, an initializer.
    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value) if not isinstance(value, (bytes, complex)):
                return value
            case ast.Name(id=name) if name in self.names:
                return self.names[name]
            case ast.List(elts=items):
                return [self._value(item) for item in items]
            case ast.Tuple(elts=items):
                return tuple(self._value(item) for item in items)
            case ast.Dict(keys=keys, values=values):
                if None in keys:
                    raise _unread(node)
                words = [self._value(key) for key in keys if key is not None]
                return dict(zip(words, map(self._value, values)))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                return self._computed(node, OPERATORS[type(op)], [self._value(operand)])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                values = [self._value(left), self._value(right)]
                return self._computed(node, OPERATORS[type(op)], values)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATORS:
                values = [self._value(left), self._value(right)]
                return self._computed(node, OPERATORS[type(op)], values)
            case ast.Attribute(value=ast.Name(id="activations"), attr=name):
                known = registry.registered("activation")
                if name in known:
                    return known[name]
            case ast.Subscript(value=value, slice=index):
                return self._item(node, self._value(value), self._index(index))
            case ast.Call():
                return self._call(node)
        raise _unread(node)

    def _index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            parts = (node.lower, node.upper, node.step)
            return slice(*(None if part is None else self._value(part) for part in parts))
        if isinstance(node, ast.Tuple):
            return tuple(self._index(item) for item in node.elts)
        return self._value(node)

    def _item(self, node: ast.expr, value: Any, index: Any) -> Any:
        if isinstance(value, Leaf):
            return self._computed(node, operator.getitem, [value, index])
        if not isinstance(value, (list, tuple, dict)):
            raise _unread(node)
        return _tried(node, operator.getitem, [value, index], {})

    def _computed(self, node: ast.expr, function: Any, values: list[Any], **settings: Any) -> Any:
        """A function on tensors makes calls; an operator on numbers, a number."""
        leaves = structure.flatten([values, settings])
        if any(isinstance(leaf, Leaf) for leaf in leaves):
            args, kwargs = structure.map_structure(self._tensor, (values, settings))
            made = _tried(node, function, args, kwargs)
            return structure.map_structure(lambda tensor: self._call_of(node, tensor), made)
        numbers = all(type(leaf) in (int, float) for leaf in leaves)
        if function not in ARITHMETIC or not numbers:
            raise _unread(node)
        return _tried(node, function, values, {})

    def _tensor(self, leaf: Any) -> Any:
        """The tensor of the growing build.

        Raises: ArgumentError if a call before it fails: an op needs to know its shape.
        """
        if not isinstance(leaf, Leaf):
            return leaf
        for key in self.build.errors:
            raise ArgumentError(
                f"{self.growing.keys[key]} fails, so an op that comes after it is not read.",
                why="what an op makes depends on the shapes that it gets.",
                fix="repair that call first.",
            )
        return self.build.tensors[leaf.ref]

    def _call_of(self, node: ast.expr, tensor: Any) -> Any:
        """The draft's tensor for one that a function has made, with all calls that it made."""
        if not isinstance(tensor, Tensor):
            return tensor
        if tensor not in self.made:
            self.made |= {known: Leaf(ref) for ref, known in self.build.tensors.items()}
        if tensor not in self.made:
            call = tensor.node
            args, kwargs = call.arguments.convert(lambda inner: self._call_of(node, inner))
            key = self._add(node, self._layer(call.operation), args, kwargs)
            for i, output in enumerate(call.output_tensors):
                self.made[output] = Leaf(Ref(key, i))
        return self.made[tensor]

    # Calls.
    def _call(self, node: ast.Call) -> Any:
        stack = isinstance(node.func, ast.Name) and node.func.id == "Sequential"
        args = [] if stack else [self._value(arg) for arg in node.args]
        if any(keyword.arg is None for keyword in node.keywords):
            raise _unread(node)
        kwargs = {str(keyword.arg): self._value(keyword.value) for keyword in node.keywords}
        match node.func:
            case ast.Name(id="Input") if "Input" not in self.names:
                return self._input(node, args, kwargs)
            case ast.Name(id="Model") if "Model" not in self.names:
                return self._model(node, args, kwargs)
            case ast.Name(id="Sequential"):
                return self._sequential(node, kwargs)
            case ast.Name(id="abs"):
                return self._computed(node, abs, args)
            case ast.Name(id=name) if name not in self.names and name in _listed("layers"):
                return self._of_room(node, "layers", name, args, kwargs)
            case ast.Attribute(value=ast.Name(id="np"), attr="array") if "np" not in self.names:
                return self._array(node, args, kwargs)
            case ast.Attribute(value=ast.Name(id=room), attr=name) if room in ROOMS:
                return self._of_room(node, room, name, args, kwargs)
        layer = self._layer_of(self._value(node.func))
        if not isinstance(layer, AnyLayer):
            raise _unread(node.func)
        return self._called(node, layer, args, kwargs)

    def _layer_of(self, value: Any) -> Any:
        """A model that is called, or given to a layer, is one inside."""
        if not isinstance(value, _Inner):
            return value
        self.inside |= {*value.draft.needed, *value.draft.input_calls}
        if value.draft.name:
            self.named.add(id(value.model))
        return value.model

    def _of_room(self, node: ast.Call, room: str, name: str, args: Any, kwargs: Any) -> Any:
        target = getattr(ROOMS[room], name, None) if name in _listed(room) else None
        refused = room == "layers" and name in NOT_HERE - IN_CODE
        if target is None or refused or not callable(target) or name in NOT_CALLED:
            raise _unread(node.func)
        if room == "ops" or (room == "layers" and not isinstance(target, type)):
            return self._computed(node, target, args, **kwargs)
        if any(isinstance(leaf, Leaf) for leaf in structure.flatten([args, kwargs])):
            raise _unread(node, f"a tensor among the settings of {name}")
        if NOT_SET & kwargs.keys() - {"layer", "cell", "name"}:
            raise _unread(node)
        args, kwargs = structure.map_structure(self._layer_of, (args, kwargs))
        made = _tried(node, target, args, kwargs)
        if "name" in kwargs:
            self.named.add(id(made))
        return made

    def _array(self, node: ast.Call, args: Any, kwargs: Any) -> Any:
        """Numbers that are written down."""
        leaves = structure.flatten([args, kwargs.get("dtype", "")])
        if not kwargs.keys() <= {"dtype"} or not all(type(leaf) in PLAIN for leaf in leaves):
            raise _unread(node)
        return _tried(node, np.array, args, kwargs)

    def _input(self, node: ast.Call, args: Any, kwargs: Any) -> Leaf:
        tensor = _tried(node, layers.Input, args, kwargs)
        if "name" in kwargs:
            self.named.add(id(tensor.node.operation))
        return Leaf(Ref(self._add(node, self._layer(tensor.node.operation), (), {})))

    def _sequential(self, node: ast.Call, kwargs: Any) -> Any:
        """A stack of layers, which may begin with an Input of its own."""
        parts = []
        for item in node.args[0].elts if node.args and isinstance(node.args[0], ast.List) else []:
            if isinstance(item, ast.Call) and ast.unparse(item.func) == "Input":
                settings = {str(word.arg): self._value(word.value) for word in item.keywords}
                parts.append(_tried(item, layers.Input, (), settings))
                continue
            layer = self._value(item)
            parts.append(layer.model if isinstance(layer, _Inner) else layer)
            if not isinstance(parts[-1], AnyLayer):
                raise _unread(item)
        made = _tried(node, Sequential, (parts,), kwargs)
        if "name" in kwargs:
            self.named.add(id(made))
        return made

    def _called(self, node: ast.Call, layer: Any, args: Any, kwargs: Any) -> Any:
        if not any(isinstance(leaf, Leaf) for leaf in structure.flatten([args, kwargs])):
            raise _unread(node, "a call on no tensor")
        call = self._add(node, self._layer(layer), tuple(args), kwargs)
        made = self.build.nodes[call]
        order = {tensor: i for i, tensor in enumerate(made.output_tensors)}
        return structure.map_structure(lambda tensor: Leaf(Ref(call, order[tensor])), made.outputs)

    def _model(self, node: ast.Call, args: Any, kwargs: Any) -> _Inner:
        """The model at the end; or, if it is called later, one inside."""
        ends = dict(zip(("inputs", "outputs"), args)) | kwargs
        leaves = structure.flatten([ends.get("inputs"), ends.get("outputs")])
        if not all(isinstance(leaf, Leaf) for leaf in leaves):
            raise _unread(node, "a Model of anything but tensors")
        inner = replace(
            self.growing,
            inputs=ends["inputs"],
            outputs=ends["outputs"],
            name=str(ends.get("name") or ""),
            trainable=bool(ends.get("trainable", True)),
        )
        needed = {*inner.needed, *inner.input_calls}
        calls = {key: call for key, call in inner.calls.items() if key in needed}
        inner = replace(inner, layers=self._hinted(), calls=calls)
        self.last = _Inner(inner)
        return self.last

    def _layer(self, operation: Any) -> Layer:
        """The draft's layer for an object; unless it was given a name, it is named at the end."""
        if id(operation) not in self.layers:
            op = operation.op if isinstance(operation, OpOperation) else None
            config = {} if op is not None else config_of(operation)
            config.pop("name", None)
            name = operation.name
            key = self.growing.next
            if id(operation) not in self.named:
                self.unnamed.add(key)
                name = self.growing.fresh(_stem(operation))
            layer = Layer(key, name, type(operation), config, op)
            self.layers[id(operation)] = operation, layer
        return self.layers[id(operation)][1]

    def _add(self, node: ast.expr, layer: Layer, args: Any, kwargs: Any) -> int:
        if len(self.growing.calls) >= MOST_CALLS:
            raise _unread(node, f"code with more than {MOST_CALLS} calls")
        call = Call(self.growing.next + 1, layer.id, args, kwargs)
        self.growing = self.build.draft = replace(
            self.growing,
            layers={**self.growing.layers, layer.id: layer},
            calls={**self.growing.calls, call.id: call},
            next=self.growing.next + 2,
        )
        self.build.grow(call)
        return call.id


@cache
def _listed(room: str) -> set[str]:
    """The names of a module that code may use."""
    if room in ("layers", "ops"):
        return {*ROOMS[room].__all__}
    known = registry.registered(room.removesuffix("s")).values()
    return {item.__name__ for item in known if isinstance(item, type)}


def _tried(node: ast.expr, function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What a function returns; its errors get the number of the line."""
    line = f"line {node.lineno}: "
    try:
        return function(*args, **kwargs)
    except FunclabError as error:
        raise ArgumentError(f"{line}{error.what}", why=error.why, fix=error.fix) from None
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise ArgumentError(
            f"{line}{error}.", why="this call does not work.", fix="change its arguments."
        ) from None


def _stem(operation: Any) -> str:
    op = getattr(operation, "op", None)
    return str(op.name) if op is not None else registry.prefix_of(type(operation))
