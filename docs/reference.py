"""The reference: a page for each room of public names, which Sphinx fills from the docstrings."""

from __future__ import annotations

import inspect
from textwrap import indent

from docs.names import ROOMS, Name, public_names
from docs.stored import apart, made
from funclab import Model, layers
from funclab.view.live.view import View
from funclab.view.shapes.view import shapes
from tests.layers.examples import EXAMPLES, Example

WITH_METHODS = (
    "funclab.Model", "funclab.Sequential", "funclab.Layer", "funclab.Tensor", "funclab.Optimizer",
    "funclab.Loss", "funclab.Metric", "funclab.callbacks.Callback", "funclab.callbacks.History",
)  # fmt: skip
"""Classes whose methods users call or write; of all others the class itself says what it does."""


def pages() -> dict[str, str]:
    """One page a room, and the list of them. A thing with several names is described once."""
    index = ["Reference", "=========", "", INTRODUCTION, "", ".. toctree::", "   :maxdepth: 1", ""]
    texts, described = {}, {}
    for room, heading in ROOMS.items():
        names = public_names(room)
        index.append(f"   {room}")
        parts = [heading_of(f"{heading}: {room}"), summary(room), ""]
        for name in names:
            first = described.setdefault(id(name.value), name.path)
            parts += entry(name) if first == name.path else other_name(name, first)
        texts[f"{room}.rst"] = "\n".join(parts)
    return {"index.rst": "\n".join([*index, ""]), **texts}


def alive() -> dict[str, str]:
    """The same, with a view of one call below each layer of which there is an example."""
    examples = {example.name: example for example in reversed(EXAMPLES)}  # the first of each
    texts, paths = pages(), {}
    for name in public_names("funclab.layers"):
        paths.setdefault(name.value, name.path)  # of several names, under the first
    for name, example in examples.items():
        mark = f".. autoclass:: {paths[getattr(layers, name)]}\n"
        assert texts["funclab.layers.rst"].count(mark) == 1, name
        view, files = one_call(example)
        texts["funclab.layers.rst"] = texts["funclab.layers.rst"].replace(mark, f"{mark}\n{view}")
        texts |= files
    return texts


def one_call(example: Example) -> tuple[str, dict[str, str]]:
    """How the shape of a call was inferred, folded: a page has a hundred of them."""

    def view() -> View:
        tensors = example.tensors()
        return shapes(Model(tensors, example.call(example.layer(), tensors)))

    place, files = apart(f"call-{example.name}", made(view), folded=True)
    hidden = f"<details class='call'><summary>{SUMMARY}</summary>{place}</details>"
    return f".. raw:: html\n\n{indent(hidden, '   ')}\n", files


SUMMARY = "One call, and where its shape comes from"
INTRODUCTION = """\
Every public name, room by room. *Shapes* are those of arrays, with the batch first; units and
defaults stand with each argument; *Raises* names the errors that you can cause, each of which says
why and what to type instead: see :doc:`../errors/index`."""


def heading_of(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n"


def summary(room: str) -> str:
    """The first sentence of a room's own docstring."""
    module = __import__(room, fromlist=["_"])
    return (inspect.getdoc(module) or "").partition("\n\n")[0].replace("\n", " ").replace("`", "``")


def entry(name: Name) -> list[str]:
    """The directive that describes a name."""
    directive = {"class": "autoclass", "function": "autofunction"}.get(name.kind, "autodata")
    lines = [f".. {directive}:: {name.path}"]
    if name.path in WITH_METHODS:
        lines.append("   :members:")
    return [*lines, ""]


def other_name(name: Name, first: str) -> list[str]:
    """An alias: a line that leads to the name under which the same thing is described."""
    kind = "class" if name.kind == "class" else "function"
    return [f".. py:{kind}:: {name.path}", "", f"   The same as :py:obj:`{first}`.", ""]
