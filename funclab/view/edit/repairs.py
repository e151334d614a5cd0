"""Repairs of a call that fails: commands that were tried, with what each keeps of the weights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from funclab.errors import FunclabError
from funclab.graph.operation import placeholder
from funclab.graph.shape_math import Shape
from funclab.graph.tape import Tape
from funclab.view.edit.building import Build
from funclab.view.edit.commands import kinds
from funclab.view.edit.draft import Layer, Ref
from funclab.view.edit.steps import Step, Steps

MOST_TRIED, MOST_OFFERED = 14, 3
WIDTHS = ("units", "filters", "output_dim")
KEEP_CHANNELS = ("MaxPooling", "AveragePooling", "Dropout", "Activation", "ReLU", "Normalization",
                 "UpSampling", "Cropping", "ZeroPadding", "Identity", "Softmax", "ELU")  # fmt: skip
WINDOWS = ("kernel_size", "pool_size")
HOLDS_WEIGHTS = {"kernel_initializer", "layer", "cell"}


@dataclass(frozen=True)
class Repair:
    """A step after which the call does not fail: how many weights it keeps, of how many that the
    layers of the last whole graph have, how many numbers the model has, and how many more; `first`
    if there was no whole graph before. If another call fails then, `next`.
    """

    step: Step
    kept: int = 0
    weights: int = 0
    more: int = 0
    numbers: int = 0
    next: str = ""
    first: bool = False


def repairs(steps: Steps) -> list[Repair]:
    """The repairs of the first call that fails: those that keep most weights come first."""
    build = steps.state.build
    failed = next(iter(build.errors), None)
    if failed is None:
        return []
    offered: list[Repair] = []
    known: list[Step] = []
    for step in _Candidates(build, failed).steps():
        if step in known or len(known) == MOST_TRIED:
            continue
        known.append(step)
        offered += _tried(steps, step, failed)
    # Of two that cost the same, the one without another layer.
    return sorted(
        offered,
        key=lambda item: (bool(item.next), -item.kept, abs(item.more), item.step[0] == "insert"),
    )[:MOST_OFFERED]


def _tried(steps: Steps, step: Step, failed: int) -> Iterator[Repair]:
    """The repair that a step is, if it is one."""
    try:
        state = steps.tried(step)
    except FunclabError:
        return
    build = state.build
    if state.is_whole:
        last, layers = steps.state.model, steps.state.operations.values()
        numbers, before = state.model.count_params(), 0 if last is None else last.count_params()
        weights = sum(len(getattr(layer, "weights", [])) for layer in layers)
        yield Repair(step, len(state.kept), weights, numbers - before, numbers, first=last is None)
    elif build.errors and failed not in build.errors and failed not in build.unknown:
        yield Repair(step, next=build.draft.keys[next(iter(build.errors))])


class _Candidates:
    """The steps that may repair a call, as the shapes that it reads suggest."""

    def __init__(self, build: Build, failed: int) -> None:
        self.build, self.draft = build, build.draft
        self.key = self.draft.keys[failed]
        self.call, self.layer = self.draft.calls[failed], self.draft.layer_of(failed)
        self.refs = self.call.refs
        self.shapes: list[Shape] = [tuple(build.tensors[ref].shape) for ref in self.refs]

    def steps(self) -> Iterator[Step]:
        if len(self.refs) > 1:
            yield from self._of_a_merge()
        else:
            yield from self._of_one(self.refs[0], self.shapes[0])

    def _insert(self, ref: Ref, kind: str, **settings: Any) -> Step:
        """A layer on the arrow from a tensor to the call."""
        return ["insert", self._name(ref), kind, {"before": self.key, **settings}]

    def _name(self, ref: Ref) -> str:
        return self.draft.keys[ref.call]

    # A call that reads several tensors.
    def _of_a_merge(self) -> Iterator[Step]:
        pairs = list(zip(self.refs, self.shapes))
        if len({len(shape) for shape in self.shapes}) > 1:
            low = min(map(len, self.shapes))
            for ref, shape in pairs:
                if len(shape) > low:
                    yield from self._fewer_axes(ref, shape, low)
            return
        for ref, shape in pairs:
            for other_ref, other in pairs:
                if ref != other_ref and shape != other:
                    yield from self._alike(ref, shape, other)
        if self.layer.kind.__name__ == "Concatenate":
            yield from self._along_another_axis()
        alike = len({shape[:-1] for shape in self.shapes}) == 1
        if alike and self.layer.merges and self.layer.kind.__name__ != "Concatenate":
            yield ["replace", self.key, "Concatenate"]

    def _along_another_axis(self) -> Iterator[Step]:
        """Concatenate along the axis that is the only one in which the shapes differ."""
        for axis in range(1, len(self.shapes[0])):
            if len({shape[:axis] + shape[axis + 1 :] for shape in self.shapes}) == 1:
                yield ["set", self.layer.name, {"axis": axis}]

    def _alike(self, ref: Ref, shape: Shape, other: Shape) -> Iterator[Step]:
        """Bring a tensor to the shape of another."""
        last, wanted = shape[-1], other[-1]
        if shape[:-1] == other[:-1] and wanted:
            producer = self._producer(ref)
            if producer is not None:
                yield ["set", producer.name, {_width(producer): wanted}]
            if (last or 0) < wanted:
                yield self._projected(ref, len(shape), wanted)
        if len(shape) in (3, 4, 5) and shape[1:-1] != other[1:-1]:
            yield from self._places(ref, shape, other)

    def _projected(self, ref: Ref, rank: int, wanted: int) -> Step:
        if rank == 4:
            return self._insert(ref, "Conv2D", filters=wanted, kernel_size=1)
        return self._insert(ref, "Dense", units=wanted)

    def _places(self, ref: Ref, shape: Shape, other: Shape) -> Iterator[Step]:
        """Bring the axes between batch and channels to the lengths of another tensor."""
        if not all((*shape[1:-1], *other[1:-1])):
            return
        sizes = [(a or 0, b or 0) for a, b in zip(shape[1:-1], other[1:-1])]
        rank = len(sizes)
        if shape[-1] != other[-1] and other[-1] and all(a >= b for a, b in sizes):
            windows = [a - b + 1 for a, b in sizes]  # a window that brings both to fit at once
            yield self._insert(ref, f"Conv{rank}D", filters=other[-1], kernel_size=windows)
        for layer in self._on_the_way(ref):
            if layer.config.get("padding") == "valid":
                yield ["set", layer.name, {"padding": "same"}]
        if all(a > b for a, b in sizes):
            ratios = [a // b for a, b in sizes]
            if all(b * ratio == a for (a, b), ratio in zip(sizes, ratios)):
                yield self._insert(ref, f"MaxPooling{rank}D", pool_size=ratios)
            gaps = [a - b for a, b in sizes]
            yield self._insert(ref, f"Cropping{rank}D", cropping=_halves(gaps))
        if all(a < b for a, b in sizes):
            ratios = [b // a for a, b in sizes]
            if all(a * ratio == b for (a, b), ratio in zip(sizes, ratios)):
                size = ratios if rank > 1 else ratios[0]
                yield self._insert(ref, f"UpSampling{rank}D", size=size)
            gaps = [b - a for a, b in sizes]
            yield self._insert(ref, f"ZeroPadding{rank}D", padding=_halves(gaps))

    # A call that reads one tensor.
    def _of_one(self, ref: Ref, shape: Shape) -> Iterator[Step]:
        if self.layer.op is not None:
            return
        if "target_shape" in self.layer.config:
            yield from self._reshaped(shape)
        source = self.draft.layer_of(ref.call)
        if len(shape) == 2 and source.config.get("return_sequences") is False:
            yield ["set", source.name, {"return_sequences": True}]
            return
        if len(self.draft.calls_of(self.layer.id)) > 1:
            yield from self._of_a_shared(ref, shape)
        for name in WINDOWS:
            if name in self.layer.config:
                yield ["set", self.layer.name, {"padding": "same"}]
                yield ["set", self.layer.name, {name: 1 if name == "kernel_size" else 2}]
                yield ["set", self.layer.name, {name: 1}]
        yield from self._fewer_axes(ref, shape, 2)
        yield from self._more_axes(ref, shape)
        if self.build.tensors[ref].dtype.startswith("int"):
            yield self._insert(ref, "Embedding", input_dim=1000, output_dim=32)
        if not HOLDS_WEIGHTS & self.layer.config.keys():
            yield ["delete", self.key]

    def _reshaped(self, shape: Shape) -> Iterator[Step]:
        """The shape that is wanted, but for one of its lengths."""
        whole, wanted = math.prod(length or 0 for length in shape[1:]), self.layer.config
        for i in reversed(range(len(wanted["target_shape"]))):
            lengths = [*wanted["target_shape"]]
            rest = math.prod(lengths[:i] + lengths[i + 1 :])
            if rest > 0 and whole % rest == 0:
                lengths[i] = whole // rest
                yield ["set", self.layer.name, {"target_shape": lengths}]

    def _of_a_shared(self, ref: Ref, shape: Shape) -> Iterator[Step]:
        """A layer that was built on another width: that width, or a layer of its own."""
        first = self.draft.calls[self.draft.calls_of(self.layer.id)[0]]
        width = self.build.tensors[first.refs[0]].shape[-1]
        producer = self._producer(ref)
        if producer is not None and width:
            yield ["set", producer.name, {_width(producer): width}]
        if width:
            yield self._projected(ref, len(shape), width)
        settings = {
            key: value
            for key, value in self.layer.config.items()
            if key in (*WIDTHS, *WINDOWS, "padding") and not isinstance(value, dict)
        }
        yield ["replace", self.key, self.layer.kind.__name__, settings]

    def _fewer_axes(self, ref: Ref, shape: Shape, rank: int) -> Iterator[Step]:
        if rank == 2 and len(shape) > 2:
            yield self._insert(ref, "Flatten")
            if len(shape) < 6:
                yield self._insert(ref, f"GlobalAveragePooling{len(shape) - 2}D")

    def _more_axes(self, ref: Ref, shape: Shape) -> Iterator[Step]:
        if len(shape) == 2 and shape[1]:
            yield self._insert(ref, "RepeatVector", n=4)
            yield self._insert(ref, "Reshape", target_shape=[shape[1], 1])
            side = round(shape[1] ** 0.5)
            if side * side == shape[1]:
                yield self._insert(ref, "Reshape", target_shape=[side, side, 1])
            yield self._insert(ref, "Reshape", target_shape=[1, 1, shape[1]])
        elif len(shape) in (3, 4) and all(shape[1:]):
            yield self._insert(ref, "Reshape", target_shape=[*shape[1:], 1])
            if len(shape) == 4:
                flat = [(shape[1] or 1) * (shape[2] or 1), shape[3]]
                yield self._insert(ref, "Reshape", target_shape=flat)

    # The calls before.
    def _on_the_way(self, ref: Ref) -> Iterator[Layer]:
        """The layers before a tensor, back to the first call that reads several."""
        key = ref.call
        while True:
            yield self.draft.layer_of(key)
            refs = self.draft.calls[key].refs
            if len(refs) != 1:
                return
            key = refs[0].call

    def _producer(self, ref: Ref) -> Layer | None:
        """The layer that decides on the last axis of a tensor."""
        for layer in self._on_the_way(ref):
            if _width(layer):
                return layer
            if not any(word in layer.kind.__name__ for word in KEEP_CHANNELS):
                return None
        return None


def _width(layer: Layer) -> str:
    """The setting that is the last axis of what a layer returns; "" if there is none."""
    return next((name for name in WIDTHS if name in layer.config), "")


def _halves(gaps: list[int]) -> list[Any]:
    pairs = [[gap // 2, gap - gap // 2] for gap in gaps]
    return pairs if len(pairs) > 1 else pairs[0]


def fitting_merges(build: Build, source: Ref, key: int, merges: tuple[str, ...]) -> list[str]:
    """The merges that can join a tensor with what a call reads first: none if it reads nothing."""
    tensors = [build.tensors[ref] for ref in (*build.draft.calls[key].refs[:1], source)]
    fitting: list[str] = []
    for kind in merges if len(tensors) > 1 else ():
        try:
            with Tape():
                kinds()[kind]()([placeholder(tensor) for tensor in tensors])
        except FunclabError:
            continue
        fitting.append(kind)
    return fitting
