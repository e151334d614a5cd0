"""The commands that change a draft. Each returns a new draft, or refuses with a sentence.

What does not fit is not refused: its error is shown at the call. Refused is what has no meaning: a
cycle, a second name, a call that would read nothing.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from funclab import layers, registry
from funclab.errors import ArgumentError, suggest
from funclab.graph import structure
from funclab.graph.shape_math import to_shape
from funclab.layers.base import Layer as AnyLayer
from funclab.layers.input import InputLayer
from funclab.models import Functional, Sequential
from funclab.registry.parameters import check_bound
from funclab.view.edit.building import made
from funclab.view.edit.draft import MOST_CALLS, Call, Draft, Layer, Leaf, Ref, config_of

MERGES = ("Add", "Concatenate", "Multiply", "Average", "Maximum", "Minimum", "Subtract")
TO_THEMSELVES = {"Attention": 1, "AdditiveAttention": 1, "MultiHeadAttention": 2,
                 "GroupQueryAttention": 2}  # fmt: skip
"""Layers that read a query and a value, in one list (1) or as two arguments (2)."""
NOT_HERE = {
    *("Lambda", "Layer", "Wrapper", "InputLayer", "InputSpec", "TextVectorization", "RNN"),
    *("StringLookup", "IntegerLookup", "Bidirectional", "TimeDistributed", "StackedRNNCells"),
    *("SpectralNormalization", "GRUCell", "LSTMCell", "SimpleRNNCell", "Hashing", "HashedCrossing"),
    *("Discretization", "CategoryEncoding", "ConvLSTM1D", "ConvLSTM3D"),
}
"""Layers that hold a function or other layers, open a file, or do not read one tensor of numbers:
they are written as code."""
NOT_SET = {"name", "function", "vocabulary", "layer", "cell", "layers", "weights", "config"}
"""Settings that no command changes: they hold functions, files, layers, or have a command of their
own."""
TENSOR = re.compile(r"(?P<layer>.+?)(\[(?P<node>\d+)(:(?P<output>\d+))?\])?")


def kinds() -> dict[str, type[AnyLayer]]:
    """The layers that a command can make, by name; aliases such as MaxPool2D are left out."""
    every = {name: getattr(layers, name) for name in layers.__all__ if name not in NOT_HERE}
    return {
        name: kind
        for name, kind in every.items()
        if isinstance(kind, type) and issubclass(kind, AnyLayer) and kind.__name__ == name
    }


class Commands:
    """The commands at one draft. Calls are given as pictures write them, `dense[1]`, or by the name
    of a layer with one call; a tensor of several as `lstm[0:1]`."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.keys = {key: call for call, key in draft.keys.items()}

    # Finding.
    def find(self, given: Any) -> int:
        """The number of a call.

        Raises: ArgumentError if there is no such call, or several.
        """
        return self.ref(given).call

    def ref(self, given: Any) -> Ref:
        """The tensor that is meant, as `find`."""
        match = TENSOR.fullmatch(str(given))
        name, node, output = match.group("layer", "node", "output") if match else ("", None, None)
        own = [key for key in self.keys if key.rpartition("[")[0] == name]
        if f"{name}[{node}]" in self.keys:
            return Ref(self.keys[f"{name}[{node}]"], int(output or 0))
        if node is None and len(own) == 1:
            return Ref(self.keys[own[0]], 0)
        raise ArgumentError(
            f"{name} has {len(own)} calls." if own else f"There is no call {given!r} here.",
            why=f"a call is written as the picture writes it: {', '.join([*self.keys][:8])}.",
            fix=f"write {(own or suggest.similar(str(given), self.keys) or [*self.keys])[0]!r}."
            if self.keys
            else "add an Input first.",
        )

    def layer(self, given: Any) -> Layer:
        """A layer, by its name or by one of its calls."""
        named = [layer for layer in self.draft.layers.values() if layer.name == given]
        return named[0] if named else self.draft.layer_of(self.find(given))

    def _no_input(self, verb: str, *calls: int) -> None:
        for call in calls:
            if self.draft.layer_of(call).is_input:
                name = self.draft.layer_of(call).name
                raise ArgumentError(
                    f"{name} is an Input, so it cannot be {verb}.",
                    why="data enters there: an Input reads no tensor, and is one call.",
                    fix="choose a call that comes after it.",
                )

    # Layers.
    def set(self, layer: Any, **settings: Any) -> Draft:
        """Other settings of a layer, for all its calls."""
        known = self.layer(layer)
        if known.op is not None or issubclass(known.kind, (Functional, Sequential)):
            raise ArgumentError(
                f"{known.name} has no settings to change here.",
                why="it is an op or a model, which is one call here.",
                fix=f"change it in the code, or open {known.name} with funclab.edit(...).",
            )
        _check(settings)
        if known.is_input and "shape" in settings:
            settings["batch_shape"] = [None, *to_shape(settings.pop("shape"))]
        config = {**known.config, **settings}
        new = made(replace(known, config=config, number=None))
        changed = replace(known, config=_config(new), number=None)
        return self.draft.having(changed)

    def rename(self, layer: Any, name: str) -> Draft:
        """Another name for a layer, which keeps its weights."""
        known = self.layer(layer)
        if not isinstance(name, str) or not name.strip() or re.search(r"[/\[\]]", name):
            raise ArgumentError(
                f"{name!r} cannot be the name of a layer.",
                why="a name has at least one character, and no slash or square bracket.",
                fix="write letters, digits and underscores.",
            )
        if name in {other.name for other in self.draft.layers.values()} - {known.name}:
            raise ArgumentError(
                f"There is a layer {name!r} already.",
                why="a layer is found by its name, so each name is there once.",
                fix=f"choose another, such as {self.draft.fresh(name)!r}.",
            )
        return self.draft.having(replace(known, name=name))

    # Calls.
    def input(self, shape: Any, dtype: str = "float32", name: str | None = None) -> Draft:
        """A new Input, which a call must read before there is a model."""
        _check({"shape": shape, "dtype": dtype})
        draft = self.draft
        new = InputLayer(
            shape=shape, dtype=dtype, name=self.draft.fresh(name or registry.prefix_of(InputLayer))
        )
        layer = Layer(draft.next, new.name, InputLayer, _config(new))
        call = Call(draft.next + 1, layer.id, waits=True)
        inputs = [*structure.flatten(draft.inputs), Leaf(Ref(call.id))]
        return self._grown(layer, calls=[call], inputs=inputs)

    def insert(
        self, after: Any, kind: Any, before: Any = None, name: str | None = None, **settings: Any
    ) -> Draft:
        """A new layer behind a tensor: all that read the tensor read what the layer makes instead;
        with `before`, only these calls do, and with an empty list none."""
        source = self.ref(after)
        layer = self._new(kind, name, settings)
        if layer.merges:
            raise ArgumentError(
                f"{layer.kind.__name__} joins several tensors, and would read one.",
                why="a merge is made by a connection.",
                fix=f"connect another call to a reader of {after}, and choose "
                f"{layer.kind.__name__}.",
            )
        leaf = Leaf(source)
        form = TO_THEMSELVES.get(layer.kind.__name__, 0)
        args: Any = ((leaf,), ([leaf, leaf],), (leaf, leaf))[form]
        call = Call(self.draft.next + 1, layer.id, args)
        return self._behind(source, call, before, layer)

    def _behind(self, source: Ref, call: Call, before: Any, *added: Layer) -> Draft:
        """The draft with a call after a tensor, whose readers read the call."""
        readers = {*self.draft.readers(source.call)} - {call.id}
        if before is not None:
            given = [before] if isinstance(before, str) else before
            readers = {self.find(reader) for reader in given}
        others = {*self.draft.calls} - readers | {call.id}
        swapped = self.draft.swapped({source: Ref(call.id)}, others, ends=before is None)
        return Commands(swapped)._grown(*added, calls=[call])

    def replace(self, call: Any, kind: Any, name: str | None = None, **settings: Any) -> Draft:
        """Another layer in place of that of a call, with new weights."""
        key = self.find(call)
        self._no_input("replaced", key)
        layer, old = self._new(kind, name, settings), self.draft.calls[key]
        if layer.merges and not self.draft.layer_of(key).merges:
            return self.insert(call, kind, None, name, **settings)  # refuses, and says why
        args = old.args if layer.merges else (Leaf(old.refs[0]),)
        new = replace(old, layer=layer.id, args=args, kwargs={})
        return self._grown(layer, calls=[new])

    def delete(self, call: Any) -> Draft:
        """No such call; what reads it reads its first input instead."""
        key = self.find(call)
        draft, layer = self.draft, self.draft.layer_of(key)
        left = {other: own for other, own in draft.calls.items() if other != key}
        if layer.is_input:
            used = draft.readers(key) or key in [ref.call for ref in draft.output_refs]
            if used:
                raise ArgumentError(
                    f"{layer.name} is an Input that is read, so it cannot be deleted.",
                    why="its readers would read nothing.",
                    fix="delete its readers, or connect something else to them first.",
                )
            inputs = [leaf for leaf in structure.flatten(draft.inputs) if leaf.ref.call != key]
            return replace(draft, calls=left, inputs=inputs).tidied()
        return self._gone(key, draft.calls[key].refs[0])

    def _gone(self, key: int, source: Ref) -> Draft:
        """The draft without a call, whose readers read another tensor."""
        outputs = range(self.draft.read_outputs.get(key, 0) + 1)
        swapped = self.draft.swapped({Ref(key, i): source for i in outputs})
        left = {other: own for other, own in swapped.calls.items() if other != key}
        return replace(swapped, calls=left).tidied()

    def duplicate(self, call: Any, name: str | None = None) -> Draft:
        """A new layer with the same settings, and weights of its own, behind a call."""
        key = self.find(call)
        self._no_input("duplicated", key)
        draft, old = self.draft, self.draft.layer_of(key)
        stem = re.sub(r"_\d+$", "", old.name)
        layer = replace(old, id=draft.next, name=self.draft.fresh(name or stem), number=None)
        source = Ref(key)
        own = draft.calls[key]
        new = own.reading(dict.fromkeys(own.refs, source))
        new = replace(new, id=draft.next + 1, layer=layer.id)
        return self._behind(source, new, None, layer)

    def move(self, call: Any, after: Any) -> Draft:
        """The same call, with its layer and weights, at another place."""
        key, target = self.find(call), self.ref(after)
        self._no_input("moved", key)
        if target.call == key:
            raise ArgumentError(
                f"{call} cannot come after itself.",
                why="a call reads what was computed before it.",
                fix="choose another call.",
            )
        old = self.draft.calls[key]
        without = Commands(self._gone(key, old.refs[0]))
        layer = self.draft.layers[old.layer]
        return without._behind(target, old.reading({old.refs[0]: target}), None, layer)

    # Connections.
    def connect(self, source: Any, call: Any, how: Any = "Add", **settings: Any) -> Draft:
        """One more tensor into a call: into a merge, or into a new merge before the call."""
        tensor, key = self.ref(source), self.find(call)
        self._no_input("connected to", key)
        own = self.draft.calls[key]
        if tensor in own.refs:
            raise ArgumentError(
                f"{call} reads {source} already.",
                why="there is such an arrow.",
                fix="choose another call, or cut the arrow (x).",
            )
        if self.draft.layer_of(key).merges and isinstance(own.args[0], (list, tuple)):
            args = ([*own.args[0], Leaf(tensor)], *own.args[1:])
            return self.draft.having(calls=[replace(own, args=args)])
        layer = self._new(how, None, settings)
        if not layer.merges:
            raise ArgumentError(
                f"{layer.kind.__name__} does not join tensors.",
                why=f"merges are {', '.join(MERGES)}.",
                fix='write how="Add" or how="Concatenate".',
            )
        first = own.refs[0]
        merge = Call(self.draft.next + 1, layer.id, ([Leaf(first), Leaf(tensor)],))
        reading = own.reading({first: Ref(merge.id)})
        return self._grown(layer, calls=[merge, reading])

    def disconnect(self, source: Any, call: Any) -> Draft:
        """Without the arrow between two calls; a merge that then has one input disappears."""
        start, key = self.find(source), self.find(call)
        own, layer = self.draft.calls[key], self.draft.layer_of(key)
        rest = [ref for ref in own.refs if ref.call != start]
        if start not in own.sources:
            raise ArgumentError(
                f"{call} does not read {source}.",
                why=f"it reads {', '.join(self.draft.keys[key] for key in own.sources) or 'none'}.",
                fix="choose an arrow of the picture.",
            )
        listed = bool(own.args) and isinstance(own.args[0], (list, tuple))
        if not rest or not (listed or layer.op is not None):
            raise ArgumentError(
                f"{call} needs {source}: without it, it would read too little.",
                why="only merges, and ops on several tensors, have an input to spare.",
                fix=f"delete {call}, or connect another call to it first.",
            )
        if len(rest) == 1:
            return self._gone(key, rest[0])
        if layer.op is not None:
            raise ArgumentError(
                f"{call} reads exactly {len(own.refs)} tensors.",
                why="an op has a place for each of its inputs.",
                fix=f"delete {call}.",
            )
        args = ([Leaf(ref) for ref in rest], *own.args[1:])
        return self.draft.having(calls=[replace(own, args=args)])

    def share(self, call: Any, other: Any) -> Draft:
        """A call of the layer of another call in place of its own: one layer, the same weights."""
        key, target = self.find(call), self.layer(other)
        self._no_input("shared", key, *self.draft.calls_of(target.id))
        layer = self.draft.layer_of(key)
        if target.op is not None or layer.id == target.id:
            raise ArgumentError(
                f"{call} cannot call {target.name} instead.",
                why="it does so already." if layer.id == target.id else "an op has no weights.",
                fix="choose a call of another layer.",
            )
        return self.draft.having(calls=[replace(self.draft.calls[key], layer=target.id)])

    def outputs(self, *calls: Any) -> Draft:
        """What the model returns."""
        refs = list(dict.fromkeys(map(self.ref, calls)))
        if not refs:
            raise ArgumentError(
                "A model needs at least one output.",
                why="without an output, no call is needed.",
                fix="make another call an output first.",
            )
        leaves = [Leaf(ref) for ref in refs]
        return replace(self.draft, outputs=structure.unpack_singleton(leaves))

    # Making.
    def _new(self, kind: Any, name: str | None, settings: dict[str, Any]) -> Layer:
        """A new layer, with the first free name of its kind."""
        word, known = getattr(kind, "__name__", str(kind)), kinds()
        if word not in known:
            close = suggest.similar(word, known)
            raise ArgumentError(
                f"{word} cannot be added here.",
                why="the layers of funclab can, but for those that hold functions or other layers.",
                fix=f"write {close[0]!r}." if close else "write it in the code beside the picture.",
            )
        _check(settings)
        layer: Any = known[word](**settings)
        stem = name or registry.prefix_of(known[word])
        return Layer(self.draft.next, self.draft.fresh(stem), known[word], _config(layer))

    def _grown(self, *layers: Layer, calls: Sequence[Call], **changes: Any) -> Draft:
        """The draft with new layers and calls.

        Raises: ArgumentError if there are too many.
        """
        grown = self.draft.having(*layers, calls=calls, next=self.draft.next + 2, **changes)
        if len(grown.calls) > max(MOST_CALLS, len(self.draft.calls)):
            raise ArgumentError(
                f"A draft has at most {MOST_CALLS} calls.",
                why="each command makes all calls again.",
                fix="put some of them in a model of their own, and call that.",
            )
        return grown


def _config(layer: Any) -> dict[str, Any]:
    return {key: value for key, value in config_of(layer).items() if key != "name"}


def _check(settings: dict[str, Any]) -> None:
    """Refuse settings that are more than plain values: a page may send anything."""
    for name, value in settings.items():
        leaves = structure.flatten(value) if isinstance(value, (list, tuple)) else [value]
        plain = all(leaf is None or isinstance(leaf, (str, int, float)) for leaf in leaves)
        if name in NOT_SET or not plain:
            raise ArgumentError(
                f"{name} cannot be set here.",
                why="settings are numbers, words, True or False, and lists of them.",
                fix="write it in the code beside the picture.",
            )


COMMANDS = (
    *("set", "insert", "replace", "delete", "duplicate", "connect", "disconnect", "share"),
    *("move", "outputs", "rename", "input"),
)


def apply(draft: Draft, name: str, args: Sequence[Any], settings: dict[str, Any]) -> Draft:
    """The draft after one command.

    Raises: FunclabError if it is refused.
    """
    if name not in COMMANDS:
        close = suggest.similar(name, COMMANDS)
        raise ArgumentError(
            f"There is no command {name!r}.",
            why=f"the commands are {', '.join(COMMANDS)}.",
            fix=f"write {(close or COMMANDS)[0]!r}.",
        )
    run = getattr(Commands(draft), name)
    check_bound(inspect.signature(run), name, tuple(args), settings)
    return run(*args, **settings)  # type: ignore[no-any-return]
