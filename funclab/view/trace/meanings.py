"""What the values of a traced batch mean: names along the axes of their pictures, and the first
sample of an input as pixels or words."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from funclab.graph.meaning import Meaning
from funclab.graph.shape_math import Array
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value, Variable
from funclab.models.axes import Axes, axes_of
from funclab.models.meaning import known_meaning, names_along, names_of_weight
from funclab.view.draw.frames import IDS, Frame, with_names
from funclab.view.draw.samples import sample_of
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean


class Meanings:
    """What is known of the values of a traced model, a `TracedModel`."""

    def __init__(self, traced: Any) -> None:
        self.traced = traced
        self.axes: dict[Tensor, Axes] = {}
        self.tensors: dict[Value, Tensor] = {}
        for path, values in traced.outputs.items():
            tensors = traced.node(path).output_tensors if path in traced.nodes else []
            for value, tensor in zip(values, tensors):
                self.tensors.setdefault(value, tensor)

    @cached_property
    def targets(self) -> dict[Value, Tensor]:
        """The output that each target is for."""
        pairs = zip(self.traced.step.targets, self.traced.model.outputs)
        return {value: tensor for value, tensor in pairs if value is not None}

    @cached_property
    def samples(self) -> dict[Tensor, Array]:
        """The first sample of each tensor of words."""
        found: dict[Tensor, Array] = {}
        for value, tensor in self.tensors.items():
            said = known_meaning(tensor, self.axes)
            if said is not None and said.kind == "words":
                found[tensor] = self.traced.plan.array(value)[0]
        return found

    def along(self, value: Value) -> list[tuple[str, ...]]:
        """The names along the axes of a value's picture; () for an axis without names."""
        if isinstance(value, Variable):
            readers = self.traced.readers.get(value, ())
            return names_of_weight(map(self.traced.node, readers), value)
        tensor = self._tensor(value)
        axes = axes_of(tensor, self.axes) if tensor is not None else ()
        return [names_along(axis, self.samples) for axis in axes]

    def _tensor(self, value: Value) -> Tensor | None:
        """The tensor of a value: its own, or that of the output of the same shape that a node makes
        of it, such as the numbers before a softmax."""
        tensor = self.tensors.get(value, self.targets.get(value))
        if tensor is None and value.origin is not None:
            outputs = self.traced.outputs.get(value.origin.place, ())
            alike = [output for output in outputs if output.shape == value.shape]
            tensor = self.tensors.get(alike[0]) if alike else None
        return tensor if tensor is None or len(tensor.shape) == value.ndim else None

    def named(self, frame: Frame, value: Value) -> Frame:
        """A frame of a value, or of its gradient, with names along its axes."""
        return with_names(frame, self.along(value))

    def shown(self, frame: Frame, value: Value) -> Frame:
        """A frame of a value itself: an image as its pixels, words and classes by name."""
        target = self.targets.get(value)
        tensor = target if target is not None else self.tensors.get(value)
        said = known_meaning(tensor, self.axes) if tensor is not None else None
        if said is None or not value.ndim:
            return frame
        first = self.traced.plan.array(value)[0]
        if said.kind == "image" and target is None:
            return replace(frame, kind="pixels", pixels=sample_of(first, said), note="")
        if said.kind == "words" and first.ndim == 1:
            return _of_words(frame, said, first)
        if said.kind == "classes" and first.size == 1 and target is not None:
            return replace(frame, kind="number", words=(clean(said.name(first.item())),))
        return frame


def _of_words(frame: Frame, said: Meaning, ids: Array) -> Frame:
    """A row of word numbers as their words."""
    notes = [note for note in [frame.note] if note and ids.size <= IDS]
    if ids.size > IDS:
        notes = [say("trace_first_words", k=IDS, n=ids.size)]
    words = tuple(map(clean, said.words(ids[:IDS].tolist())))
    numbers = np.asarray(ids[:IDS], "float64").reshape(1, 1, -1)
    note = "; ".join(notes)
    return replace(frame, kind="ids", numbers=numbers, words=words, whole=True, note=note)
