"""Layers for sequences, images and volumes: one rule and one docstring for three classes."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from funclab.layers.base import Layer
from funclab.layers.spec import InputSpec

SPACES = {
    1: ("sequences", ("time",), "features", "shorter"),
    2: ("images", ("height", "width"), "channels", "smaller"),
    3: ("volumes", ("depth", "height", "width"), "channels", "smaller"),
}
"""For each number of axes between batch and channels: the name of the inputs, those of the axes and
of the channels, and the word for inputs that are too small for a window."""


class Dimensional(Layer, abstract=True):
    """A layer on inputs with `rank` axes between batch and channels."""

    rank = 2
    data_format = "channels_last"

    def prepare(self) -> None:
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def axes(self) -> tuple[int, ...]:
        """These axes."""
        first = 2 if self.data_format == "channels_first" else 1
        return tuple(range(first, first + self.rank))


Example = tuple[str, str, str]
"""The arguments of a layer, and the shapes of an input and its output, without the batch."""


def words(rank: int) -> dict[str, str]:
    """The replacements for the names in a text: {inputs}, {axes}, {shape}, {new} ..."""
    inputs, axes, channels, smaller = SPACES[rank]
    return {
        "rank": str(rank),
        "inputs": inputs,
        "smaller": smaller,
        "axes": ", ".join(axes),
        "channels": channels,
        "shape": f"(batch, {', '.join(axes)}, {channels})",
        "new": ", ".join(f"new {axis}" for axis in axes),
        "enlarged": ", ".join(f"{axis} * size" for axis in axes),
        "ones": ", ".join("1" * rank),
    }


def documentation(text: str, rank: int, name: str, example: Example) -> str:
    """The docstring of a layer: a text with its words filled in, and an example.

    A line that is indented further than the others continues the line above it.
    """
    whole = re.sub(r"\n {5,}", " ", text.strip())
    lines = [line.strip().format(**words(rank)) for line in whole.split("\n")]
    filled = "\n".join(map(_wrapped, lines)).strip()
    filled = filled[0].upper() + filled[1:]
    arguments, shape, made = example
    shown = f">>> {name}({arguments})(Input(({shape}))).shape\n    (None, {made})"
    return f"{filled}\n\n    {shown}\n    "


def _wrapped(line: str) -> str:
    """A line, wrapped; after a label, such as "Shapes:", its further lines are indented."""
    if len(line) <= 96:
        return f"    {line}".rstrip()
    hanging = " " * (8 if re.match(r"\w+: ", line) else 4)
    return textwrap.fill(line, 100, initial_indent="    ", subsequent_indent=hanging)


def family(
    base: Any, name: str, says: Any, text: str, examples: dict[int, Example], **attributes: Any
) -> list[Any]:
    """Subclasses of `base`, one for each number of axes that has an example.

    name: such as "MaxPooling{}D".
    says: the first line of the docstring; `text` is the rest.
    attributes: what the classes have. These, `base` and `says` may be a dict with one for each
        number of axes; where that has none, the class has no such attribute.
    """
    layers = []
    for rank, example in examples.items():
        own_name, parent = name.format(rank), own(base, rank)
        doc = documentation(f"{own(says, rank)}\n\n    {text.strip()}", rank, own_name, example)
        content = {key: own(value, rank) for key, value in attributes.items()}
        lacking = {key for key, value in content.items() if value is ...}
        content = {key: value for key, value in content.items() if key not in lacking}
        if kinds := content.get("__annotations__"):
            content["__annotations__"] = {k: kinds[k] for k in kinds if k not in lacking}
        content |= {"rank": rank, "__doc__": doc, "__module__": parent.__module__}
        layers.append(type(own_name, (parent,), content))
    return layers


def own(value: Any, rank: int) -> Any:
    """The value for a number of axes: if it is a dict with numbers as keys, one of its values."""
    by_rank = isinstance(value, dict) and value.keys() <= SPACES.keys()
    return value.get(rank, ...) if by_rank else value
