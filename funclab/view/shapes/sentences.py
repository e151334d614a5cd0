"""What each layer and op does to shapes, in one sentence: the words that `sentences.toml` leaves
open, worked out from the settings and the shapes of one call."""

from __future__ import annotations

import operator
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from funclab.graph import structure
from funclab.graph.op import Op
from funclab.graph.shape_math import Shape, axis_index, reduced_axes
from funclab.view.draw.sentences import listed
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.parameters import times
from funclab.view.shapes.length import UNKNOWN


@cache
def _tables() -> dict[str, dict[str, Any]]:
    """The tables of `sentences.toml`: sentences by class, parts by name."""
    text = (Path(__file__).parent / "sentences.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text).items()
    return {key: {n: x for ns, x in table.items() for n in ns.split()} for key, table in tables}


def sentence_of(layer: Any, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> str:
    """What a layer or op does to these shapes; "" if that is not known."""
    text = _template(layer)
    return text.format_map(Facts(layer, inputs, outputs)) if text else ""


def slides(layer: Any) -> bool:
    """Whether it moves a window over its input."""
    return "{moves}" in _template(layer)


def window_sizes(layer: Any, inputs: Sequence[Shape]) -> Sequence[int | None]:
    """How large a window is along each axis: that of an op for a convolution is in its kernel."""
    for name in ("kernel_size", "pool_size"):
        if hasattr(layer, name):
            return getattr(layer, name)
    return inputs[1][:-2]


def _template(layer: Any) -> str:
    """The sentence for a layer or op, with its words left open; "" if there is none."""
    if words.graph_of(layer) is not None:
        return _tables()["layers"]["Model"]
    table = _tables()["ops" if isinstance(layer, Op) else "layers"]
    for cls in type(layer).__mro__:
        ours = cls.__module__.startswith("funclab.")
        if ours and cls.__name__ in table:
            return table[cls.__name__]
        if not ours and "call" in vars(cls):
            break
    return ""


def _show(length: int | None) -> str:
    return UNKNOWN if length is None else str(length)


def _axes(axes: Iterable[int]) -> str:
    """axis 1; axes 1 and 2"""
    numbers = list(map(str, axes))
    return f"{'axes' if numbers[1:] else 'axis'} {listed(numbers)}"


class Facts:
    """The words for one call, each worked out when a sentence asks for it."""

    def __init__(self, layer: Any, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> None:
        self.layer, self.inputs, self.outputs = layer, inputs, outputs
        self.x: Shape = inputs[0] if inputs else ()

    def __getitem__(self, name: str) -> Any:
        part = _tables()["parts"].get(name)
        if part is None:
            return WORDS[name](self) if name in WORDS else getattr(self.layer, name)
        setting = part["setting"]
        value = WORDS[setting](self) if setting in WORDS else getattr(self.layer, setting, None)
        value = f"{value:g}" if isinstance(value, float) else getattr(value, "__name__", value)
        value = str(value).lower()
        return (part[value] if value in part else part["else"]).format_map(self)


def _summed_letters(call: Facts) -> str:
    terms, output = call.layer.letters(list(map(len, call.inputs)))
    return listed([letter for letter in dict.fromkeys("".join(terms)) if letter not in output])


def _dotted(call: Facts) -> tuple[Any, ...]:
    pair = call.layer.axes
    ends = (pair, pair) if isinstance(pair, int) else pair
    i, j = (axis_index(axis, len(shape)) for axis, shape in zip(ends, call.inputs))
    return i, j, _show(call.x[i])


def _gone(call: Facts) -> tuple[int, ...]:
    """The axes that a reduction combines, or that are taken out."""
    return reduced_axes(len(call.x), call["axis"])


def _indexed(call: Facts) -> str:
    told, axis = [], 0
    for part in call.layer.whole_index(call.x):
        if isinstance(part, int):
            told.append(f"axis {axis} goes, as the index {part} picks one position")
        elif part not in (None, slice(None)):
            told.append(f"axis {axis} keeps the positions from start to stop")
        axis += part is not None
    sentence = "; ".join(told) or "everything is taken"
    return sentence[0].upper() + sentence[1:]


def _inserted(call: Facts) -> str:
    new = len(structure.flatten(call["axis"]))
    return listed(list(map(str, reduced_axes(len(call.x) + new, call["axis"]))))


def _squeezed(call: Facts) -> str:
    every = call["axis"] is None
    return _axes([i for i, n in enumerate(call.x) if n == 1] if every else _gone(call))


def _size(call: Facts) -> list[int]:
    return [n or 0 for n in window_sizes(call.layer, call.inputs)]


def _each(numbers: Sequence[int]) -> str:
    """The number for every axis: one if all are equal."""
    return times(numbers if len(set(numbers)) > 1 else numbers[:1])


def _rule_of_step(call: Facts) -> str:
    inside = ([(*s[:1], *s[2:]) for s in shapes] for shapes in (call.inputs, call.outputs))
    return sentence_of(call.layer.layer, *inside) or "what its call does."


WORDS: dict[str, Callable[[Facts], Any]] = {
    "aligned": lambda call: len({shape for shape in call.inputs if shape}) < 2,
    "alike": lambda call: len(set(call.inputs)) == 1,
    "apart": lambda call: _each(call["strides"]),
    "applied": lambda call: listed([words.kind(layer) for layer in call["layers"]]),
    "at": lambda call: axis_index(call["axis"], len(call.x)),
    "axes": lambda call: _axes(structure.flatten(call["axis"])),
    "axes_gone": lambda call: _axes(_gone(call)),
    "channels": lambda call: _show(call.x[call["channel_axis"]]),
    "count_gone": lambda call: len(_gone(call)),
    "cuts": lambda call: listed(list(map(str, call["ends"]))) or "no place",
    "dilation": lambda call: _each(getattr(call.layer, "dilation_rate", [1])),
    "dotted": _dotted,
    "factor": lambda call: times(getattr(call.layer, "sizes", None) or call["size"]),
    "head_count": lambda call: getattr(call.layer, "num_heads", 0) or call["num_query_heads"],
    "indexed": _indexed,
    "inner": lambda call: words.kind(call["layer"]),
    "inner_rule": lambda call: sentence_of(call["layer"], call.inputs, call.outputs),
    "inputs": lambda call: len(call.inputs),
    "inserted": _inserted,
    "kernel": lambda call: [_show(n) for n in (1, 1, *call.inputs[1])[-4:]],
    "last": lambda call: _show(call.x[-1]),
    "is_identifier": lambda call: call["name"].isidentifier(),
    "name": lambda call: clean(call.layer.name),
    "narrow": lambda call: any(map(operator.lt, _size(call), call["strides"])),
    "new_axis": lambda call: axis_index(call["axis"], len(call.x) + 1),
    "order": lambda call: call.layer.order(len(call.x)),
    "rank": lambda call: len(call.x),
    "ranks": lambda call: len(call["strides"]),
    "rule_of_step": _rule_of_step,
    "squeezed": _squeezed,
    "steps": lambda call: call.x[1],
    "summed_letters": _summed_letters,
    "window_size": lambda call: times(_size(call)),
    "windows": lambda call: times(call["output_size"]),
}
"""The words in braces that are neither settings nor parts."""
