"""The calls of a model as the view lists them: what each reads, how it is drawn, how its numbers
are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from funclab.engine.plan import calls_behind
from funclab.graph.node import Node
from funclab.graph.shape_math import known, show
from funclab.graph.value import Call, Constant, Value, Variable
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.inside.reading import recipe_of
from funclab.view.inside.recipes import Recipe, plane
from funclab.view.learned.look import Look
from funclab.view.scene import words
from funclab.view.scene.calls import Sharing
from funclab.view.scene.insides import parts

IMAGE, MAPS, ROWS, VECTOR, CLASSES, IDS, OTHER = (
    *("image", "maps", "rows", "vector", "classes", "ids", "other"),
)


@dataclass
class Shown:
    """One call, or a value between two ops of a call (`between`), which is not in the list.

    `kind` says how its output is drawn; `plane` are its rows, columns and channels for a sample.
    """

    path: str
    value: Value
    kind: str
    plane: tuple[int, int, int]
    node: Node | None = None
    inputs: list[int] = field(default_factory=list)
    group: int | None = None
    """The number of its mark, if its layer is shared."""
    recipe: Recipe = field(default_factory=Recipe)
    between: bool = False

    @property
    def name(self) -> str:
        """The call's name, with its number only if the layer is called several times."""
        path = self.path.removesuffix("[0]")
        return clean(path)

    @property
    def words(self) -> str:
        """What the call does, in a few words."""
        return words.call_words(self.node) if self.node is not None else ""

    @property
    def shape(self) -> str:
        return show((None, *known(self.value.shape)[1:]))


def shown_calls(look: Look) -> list[Shown]:
    """All calls of a model and of the models inside it, in the order in which they run, followed by
    the values between two ops that recipes read."""
    made = look.recorded().made
    nodes: dict[tuple[str, ...], Node] = {}
    for part in parts(words.graph_of(look.model), own=False):
        nodes |= {(*part.place, node.key): node for node in part.graph.nodes}
    models = {path[:i] for path in made for i in range(1, len(path))}
    sharing = Sharing(look.model)
    outputs, calls = {*look.recorded().outputs}, list[Shown]()
    places: dict[Value, int] = {}
    for path, values in made.items():
        node, value = nodes.get(path), values[0]
        inner = len(path) > 1 and node is not None and node.is_input
        if path in models or inner or not _by_sample(value):
            continue
        group = sharing.numbers.get(node.operation) if node is not None else None
        shape = known(value.shape)[1:]
        kind = _kind(value, node, value in outputs)
        calls.append(Shown("/".join(path), value, kind, plane(shape), node, group=group))
        for other in values:
            places.setdefault(other, len(calls) - 1)
    by_path = {tuple(call.path.split("/")): call for call in calls}
    recorded = _calls_by_place(look)
    for path, call in by_path.items():
        reads = _reads(recorded.get(path, []), places)
        call.inputs = list(dict.fromkeys(places[value] for value in reads if value in places))
        own = places[call.value]
        stops = {value for value, place in places.items() if place != own}
        if calls[own] is not call:  # it hands on what it read, as Dropout does after training
            call.recipe = Recipe("copy", [call.value], shape=known(call.value.shape)[1:])
            call.inputs = [own]
        elif call.node is None or not call.node.is_input:
            found = recipe_of(call.value, stops)
            call.recipe = found if all(map(_by_sample, found.sources)) else Recipe()
    return [*calls, *_between(calls, places)]


def _by_sample(value: Value) -> bool:
    """Whether a value has a row for each sample; a step of TimeDistributed has one for each step
    of each sample. Weights and constants are the same for all."""
    return isinstance(value, (Constant, Variable)) or known(value.shape)[:1] == (1,)


def _between(calls: list[Shown], places: dict[Value, int]) -> Iterator[Shown]:
    """Values that recipes read and that no call returns."""
    seen: set[Value] = set(places)
    for call in calls:
        for value in call.recipe.sources:
            if value in seen or isinstance(value, (Constant, Variable)):
                continue
            seen.add(value)
            op = value.origin.op.name if value.origin is not None else ""
            name = say("inside_between", name=call.path, op=op)
            yield Shown(name, value, OTHER, plane(known(value.shape)[1:]), between=True)


def _kind(value: Value, node: Node | None, is_output: bool) -> str:
    rank = value.ndim - 1
    if not value.dtype.startswith("float"):
        return IDS if "int" in value.dtype and rank <= 2 else OTHER
    if rank == 3:
        image = node is not None and node.is_input and known(value.shape)[-1] in (1, 3)
        return IMAGE if image else MAPS
    if rank in (0, 1):
        origin = value.origin
        softmax = is_output and origin is not None and type(origin.op).__name__ == "Softmax"
        return CLASSES if softmax else VECTOR
    return ROWS if rank == 2 else OTHER


def _calls_by_place(look: Look) -> dict[tuple[str, ...], list[Call]]:
    found: dict[tuple[str, ...], list[Call]] = {}
    recorded = look.recorded()
    ends = [*recorded.outputs, *(value for values in recorded.made.values() for value in values)]
    for call in calls_behind([value for value in ends if value.origin is not None]):
        found.setdefault(call.place, []).append(call)
    return found


def _reads(own: list[Call], places: dict[Value, int]) -> list[Value]:
    """What the ops of a call read that other calls make."""
    produced = {value for call in own for value in call.outputs}
    return [v for call in own for v in call.inputs if v in places and v not in produced]
