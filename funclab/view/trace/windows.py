"""The window of a convolution or a pooling in a step: what it reads, its kernel and what it makes,
in numbers few enough to be stored, so that a reader can move the window over them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array, known
from funclab.graph.value import Call, Value
from funclab.ops.copies import Pad
from funclab.ops.nn.conv import Conv, ConvBias
from funclab.ops.nn.dense import BiasActivation
from funclab.ops.nn.pooling import AveragePool, MaxPool
from funclab.view.draw.sentences import named, say
from funclab.view.trace.traced import NodePath, TracedModel

KINDS: dict[type, str] = {Conv: "sum", ConvBias: "sum", MaxPool: "largest", AveragePool: "mean"}
"""What a window makes of its numbers: the sum of their products with a kernel, or one of them."""
MOST_FILTERS, MOST_CHANNELS, MOST_PLACES = 8, 4, 28
"""At most how many filters, input channels for each, and places along an axis are stored."""
MOST_NUMBERS = 9_000
DIGITS = 5
Window = dict[str, Any]


@dataclass
class Slide:
    """The window of a call along one axis, and the part of the axis that is stored.

    `first` is the first of the `count` stored places; the window of that place begins `before`
    positions before the stored positions `start` to `stop` of the input.
    """

    size: int
    stride: int
    spread: int
    pad: int
    length: int
    places: int
    count: int

    def __post_init__(self) -> None:
        span = self.spread * (self.size - 1) + 1
        self.first = (self.places - self.count) // 2
        begin = self.first * self.stride - self.pad
        self.start = max(0, begin)
        self.before = self.start - begin
        self.stop = min(self.length, begin + (self.count - 1) * self.stride + span)


@dataclass
class Filters:
    """All filters of a window: `shared` is what a page is told with any of them, and `arrays` are
    their numbers; see `window_of`."""

    shared: Window
    arrays: dict[str, Array]

    def part(self, first: int) -> Window:
        """The window with at most `MOST_FILTERS` filters from one on."""
        each, arrays = self.shared["each"], self.arrays
        stop = min(first + MOST_FILTERS, self.shared["filters"])
        groups = slice(first // each, math.ceil(stop / each))
        parts = {
            name: arrays[name][groups if name == "x" else slice(first, stop)] for name in arrays
        }
        return {**self.shared, "first": first, **{name: _stored(parts[name]) for name in parts}}

    def others(self) -> Iterator[int]:
        """The first filter of each further part."""
        return iter(range(MOST_FILTERS, self.shared["filters"], MOST_FILTERS))


def window_of(traced: TracedModel, path: NodePath) -> Filters | None:
    """The window that slides in a node, as data for the page: its geometry, and the plan's numbers
    for the first sample. None if there is none, or if some numbers are not finite.

    `x` has the axes group, channel, row, column, and `kernel` filter, channel, row, column. `sums`,
    before the bias, and `made`, after the activation, have the axes filter, row, column. A sequence
    has one row.
    """
    calls = traced.calls.get(path, [])
    at = next((i for i, call in enumerate(calls) if type(call.op) in KINDS), None)
    op: Any = calls[at].op if at is not None else None
    if at is None or len(op.strides) > 2 or not _is_read(traced, path, calls[at].inputs[0]):
        return None
    call, after = calls[at], calls[at + 1 :]
    alone = all(type(other.op) not in KINDS for other in after)
    made = traced.outputs[path][0] if alone else call.outputs[0]
    if made.shape != call.outputs[0].shape:
        return None
    after = after if alone else []
    slides, geometry, arrays = _parts(traced, call, made, _bias(traced, call, after))
    if not all(np.isfinite(array).all() for array in arrays.values()):
        return None
    shared = {
        "kind": KINDS[type(call.op)],
        "reads": named(traced.name(call.inputs[0])),
        "makes": named(traced.name(made)),
        "activation": _activation(after),
        "notes": _notes(traced, call, slides),
        **geometry,
    }
    return Filters(shared, arrays)


def _parts(
    traced: TracedModel, call: Call, made: Value, bias: Array | None
) -> tuple[list[Slide], dict[str, Any], dict[str, Array]]:
    """The slides, the geometry and the numbers of a window: all filters, but only the places and
    channels that are shown. Copies, as the plan's memory is used again."""
    x, kernel = _picture(traced, call, call.inputs[0]), _kernel(traced, call)
    sums, out = (_picture(traced, call, value) for value in (call.outputs[0], made))
    depth, filters = (1, x.shape[2]) if kernel is None else kernel.shape[2:]
    groups = x.shape[2] // depth
    kept, shown = min(filters, MOST_FILTERS), min(depth, MOST_CHANNELS)
    each = filters // groups
    used = math.ceil(kept / each)
    slides = _slides(call, x, sums, kept * (1 + (kernel is not None)), used * shown)
    rows, columns = (slice(slide.start, slide.stop) for slide in slides)
    places = tuple(slice(slide.first, slide.first + slide.count) for slide in slides)
    inputs = x[rows, columns].reshape(rows.stop - rows.start, -1, groups, depth)
    arrays = {
        "x": inputs[:, :, :, :shown].transpose(2, 3, 0, 1),
        "made": out[places].transpose(2, 0, 1),
    }
    if kernel is not None:
        apart = sums - bias if bias is not None and type(call.op) is ConvBias else sums
        arrays["kernel"] = kernel[:, :, :shown].transpose(3, 2, 0, 1)
        arrays["sums"] = apart[places].transpose(2, 0, 1)
    if bias is not None:
        arrays["bias"] = bias
    geometry = {
        "size": [slide.size for slide in slides],
        "strides": [slide.stride for slide in slides],
        "spread": [slide.spread for slide in slides],
        "before": [slide.before for slide in slides],
        "depth": depth,
        "each": each,
        "filters": filters,
    }
    return slides, geometry, {name: array.copy() for name, array in arrays.items()}


def _is_read(traced: TracedModel, path: NodePath, value: Value) -> bool:
    """Whether a value is what a node reads, as it is or with zeros around it."""
    reads, origin = traced.reads(path), value.origin
    padded = origin is not None and isinstance(origin.op, Pad) and origin.inputs[0]
    return any(read is value or read is padded for read in reads)


def _picture(traced: TracedModel, call: Call, value: Any) -> Array:
    """The first sample of a value, as (rows, columns, channels)."""
    op: Any = call.op
    batch = traced.plan.array(value)
    image = op.channels_last(batch)[0]
    if image.ndim == 2:
        return image[None]
    return image


def _kernel(traced: TracedModel, call: Call) -> Array | None:
    """The kernel of a convolution, as (rows, columns, channels, filters); None for a pooling."""
    if len(call.inputs) == 1:
        return None
    kernel = traced.plan.array(call.inputs[1])
    if kernel.ndim == 3:
        return kernel[None]
    return kernel


def _bias(traced: TracedModel, call: Call, after: list[Call]) -> Array | None:
    """What is added to the sums of each filter; None if nothing is."""
    values = [call.inputs[2]] if type(call.op) is ConvBias else []
    adding = [other.inputs[1] for other in after if isinstance(other.op, BiasActivation)]
    return next((traced.plan.array(value) for value in [*values, *adding]), None)


def _activation(after: list[Call]) -> str:
    """The name of the function after the sum; empty if there is none."""
    names = [getattr(call.op, "activation", call.op.name) for call in after]
    return next((name for name in names if name != "linear"), "")


def _slides(call: Call, x: Array, out: Array, filters: int, channels: int) -> list[Slide]:
    """The window along rows and columns, for as many places as there is room for."""
    op: Any = call.op
    slides: list[Slide] = []
    size = getattr(op, "pool_size", None) or call.inputs[1].shape[:-2]
    spread = getattr(op, "dilation_rate", (1,) * len(size))
    window = op.window(np.broadcast_to(0, known(call.inputs[0].shape)), size, spread)
    pads = [before for before, _ in window.padding]
    settings = [*zip(window.size, window.strides, window.dilation, pads)]
    settings = [(1, 1, 1, 0)] * (2 - len(settings)) + settings
    for most in range(MOST_PLACES, 0, -1):
        lengths = zip(settings, x.shape[:2], out.shape[:2])
        slides = [Slide(*each, length, n, min(n, most)) for each, length, n in lengths]
        inputs = math.prod(slide.stop - slide.start for slide in slides) * channels
        if inputs + math.prod(slide.count for slide in slides) * filters <= MOST_NUMBERS:
            break
    return slides


def _notes(traced: TracedModel, call: Call, slides: list[Slide]) -> list[str]:
    """What is left out, of the samples and of the places."""
    samples = traced.plan.array(call.inputs[0]).shape[0]
    counts, places = ([getattr(slide, name) for slide in slides] for name in ("count", "places"))
    shown, whole = (" × ".join(map(str, lengths)) for lengths in (counts, places))
    sample = [say("frame_first_sample", n=samples)] if samples > 1 else []
    return sample + [say("trace_window_part", shown=shown, whole=whole)] * (counts != places)


def _stored(array: Array) -> dict[str, Any]:
    numbers = (float(f"{number:.{DIGITS}g}") for number in array.reshape(-1).tolist())
    whole = [int(number) if number.is_integer() else number for number in numbers]
    return {"shape": [*array.shape], "numbers": whole}


def told_window(window: Window) -> str:
    """What the window does, in one sentence."""
    sequence = window["x"]["shape"][2] == 1
    size = " × ".join(map(str, window["size"][sequence:]))
    count = math.prod(window["size"]) * window["depth"]
    names = {"reads": window["reads"], "makes": window["makes"]}
    return say(f"trace_window_{window['kind']}", size=size, n=count, **names)
