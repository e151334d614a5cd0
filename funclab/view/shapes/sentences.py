"""What each layer and op does to shapes, in one sentence: the words that `sentences.toml` leaves
open, worked out from the settings and the shapes of one call."""

from __future__ import annotations

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
    if words.graph_of(layer) is not None:
        name = clean(layer.name)
        more = f"; funclab.shapes({name}) shows how" if name.isidentifier() else ""
        rule = "the shape follows its own rule, from its input to its output, call by call"
        return f"{name} is a model: {rule}{more}."
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


def _axes(axes: Iterable[int], join: Callable[[list[str]], str] = listed) -> str:
    """axis 1; axes 1 and 2"""
    numbers = list(map(str, axes))
    return f"{'axes' if numbers[1:] else 'axis'} {join(numbers)}"


class Facts:
    """The words for one call, each worked out when a sentence asks for it."""

    def __init__(self, layer: Any, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> None:
        self.layer, self.inputs, self.outputs = layer, inputs, outputs
        self.x: Shape = inputs[0] if inputs else ()

    def __getitem__(self, name: str) -> Any:
        if name in WORDS:
            return WORDS[name](self)
        part = _tables()["parts"].get(name)
        if part is None:
            return getattr(self.layer, name)
        setting = getattr(self.layer, part["setting"], None)
        value = str(getattr(setting, "__name__", setting)).lower()
        return (part[value] if value in part else part["else"]).format_map(self)


def _relu(call: Facts) -> str:
    slope, most, low = (call[name] for name in ("negative_slope", "max_value", "threshold"))
    less = f"x - {low:g}" if low else "x"
    told = f"below {low or 0:g} becomes {f'{slope:g} × ({less})' if slope else 0}"
    return f"{told}, and above {most:g} becomes {most:g}" if most else told


def _merged(call: Facts) -> str:
    same = len(set(call.inputs)) == 1
    return ": the same shape stays" if same else "; lengths of 1 are stretched to fit"


def _broadcast(call: Facts) -> str:
    if len({shape for shape in call.inputs if shape}) < 2:
        return "It acts element by element: the same shape stays"
    fit = "lengths of 1, and missing axes, are stretched to fit"
    return f"The shapes are aligned at the last axis; {fit}"


def _summed(call: Facts) -> str:
    terms, output = call.layer.letters(list(map(len, call.inputs)))
    gone = dict.fromkeys(letter for letter in "".join(terms) if letter not in output)
    return f"; products are summed over {listed(list(gone))}, which disappear" if gone else ""


def _dotted(call: Facts) -> tuple[Any, ...]:
    pair = call.layer.axes
    ends = (pair, pair) if isinstance(pair, int) else pair
    i, j = (axis_index(axis, len(shape)) for axis, shape in zip(ends, call.inputs))
    return i, j, _show(call.x[i])


def _reduced(call: Facts) -> str:
    gone = reduced_axes(len(call.x), call["axis"])
    if not gone:
        return "There is no axis to reduce: the shape stays"
    word, s = ("axes", "") if gone[1:] else ("axis", "s")
    end = f"keep{s} length 1" if call["keepdims"] else f"disappear{s}"
    return f"The elements along {_axes(gone)} are combined, and the {word} {end}"


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
    if call["axis"] is None:
        return _axes(i for i, length in enumerate(call.x) if length == 1)
    return _axes(reduced_axes(len(call.x), call["axis"]))


def _size(call: Facts) -> str:
    return times(n or 0 for n in window_sizes(call.layer, call.inputs))


def _apart(call: Facts) -> str:
    strides = call["strides"]
    return times(strides if len(set(strides)) > 1 else strides[:1])


def _covered(call: Facts) -> str:
    """How many places the windows of a transposed convolution cover."""
    sizes = [n or 0 for n in window_sizes(call.layer, call.inputs)]
    more, text = call["output_padding"] is not None, "n positions cover (n - 1) × stride + window"
    if call["padding"] == "same":
        kept = "(n - 1) × stride + 1, or + 0 for an even window" if more else "n × stride"
        text += f', of which padding="same" keeps {kept}'
    elif not more and any(size < stride for size, stride in zip(sizes, call["strides"])):
        text += ", or + stride if that is larger"
    return text + "; output_padding is added" * more


def _window(call: Facts) -> str:
    over = ("sequence", "image", "volume")[len(call["strides"]) - 1]
    apart = sorted(set(getattr(call.layer, "dilation_rate", [1])))
    spread = f", its elements {times(apart)} apart," if apart != [1] else ""
    steps = f" in steps of {_apart(call)}" if set(call["strides"]) != {1} else ""
    return f"A window of {_size(call)}{spread} moves over the {over}{steps}"


def _filters(call: Facts) -> str:
    groups = getattr(call.layer, "groups", 1)
    change = f"{_show(call.x[call['channel_axis']])} → {call['filters']}"
    return change + f", in {groups} groups" * (groups > 1)


def _heads(call: Facts) -> str:
    count = getattr(call.layer, "num_heads", 0) or call["num_query_heads"]
    return f"{count} heads give" if count > 1 else "1 head gives"


def _rule_of_step(call: Facts) -> str:
    inside = ([(*s[:1], *s[2:]) for s in shapes] for shapes in (call.inputs, call.outputs))
    return sentence_of(call.layer.layer, *inside) or "what its call does."


WORDS: dict[str, Callable[[Facts], Any]] = {
    "all_steps": lambda call: "all steps" if call.x[1] is None else f"all {call.x[1]} steps",
    "apart": _apart,
    "applied": lambda call: listed([words.kind(layer) for layer in call["layers"]]),
    "at": lambda call: axis_index(call["axis"], len(call.x)),
    "axes": lambda call: _axes(structure.flatten(call["axis"]), " and ".join),
    "broadcast": _broadcast,
    "covered": _covered,
    "cuts": lambda call: listed(list(map(str, call["ends"]))) or "no place",
    "dotted": _dotted,
    "each_step": lambda call: "each step" if call.x[1] is None else f"each of {call.x[1]} steps",
    "equal": lambda call: (
        "The inputs are" if set(call.inputs[1:]) - {call.x} else "Equal shapes are"
    ),
    "factor": lambda call: times(getattr(call.layer, "sizes", None) or call["size"]),
    "filters_change": _filters,
    "heads": _heads,
    "indexed": _indexed,
    "inner": lambda call: words.kind(call["layer"]),
    "inner_rule": lambda call: sentence_of(call["layer"], call.inputs, call.outputs),
    "inputs": lambda call: len(call.inputs),
    "inserted": _inserted,
    "kernel": lambda call: [_show(n) for n in (1, 1, *call.inputs[1])[-4:]],
    "last": lambda call: _show(call.x[-1]),
    "merged": _merged,
    "new_axis": lambda call: axis_index(call["axis"], len(call.x) + 1),
    "order": lambda call: call.layer.order(len(call.x)),
    "others": lambda call: "; the others stay, nothing is flattened" * (len(call.x) > 2),
    "reduced": _reduced,
    "relu": _relu,
    "rule_of_step": _rule_of_step,
    "window_size": _size,
    "squeezed": _squeezed,
    "summed": _summed,
    "window": _window,
    "windows": lambda call: times(call["output_size"]),
}
"""The words in braces that are neither settings nor parts."""
