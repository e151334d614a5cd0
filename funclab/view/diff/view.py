"""Two models side by side: what was added, removed, changed, connected differently, or shared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from funclab.errors import TensorTypeError
from funclab.graph.operation import Operation
from funclab.models.late import shown
from funclab.view.diff.match import Codes, Match, Side, match, model_in
from funclab.view.diff.pair import Compared, Pair
from funclab.view.diff.picture import SIDES, Comparison, name_of
from funclab.view.diff.sentences import LONGEST_NAME, Entry, entries, notes, quoted, shared_layers
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean, shorten
from funclab.view.live import terminal
from funclab.view.live.variables import written
from funclab.view.live.view import View
from funclab.view.scene import words
from funclab.view.scene.diagram import bare


class DiffView(View):
    """The differences of two models, one at a time."""

    room = "diff"
    blank_state: ClassVar[dict[str, Any]] = {"entry": -1}

    def __init__(self, difference: Comparison, **settings: Any) -> None:
        self.difference = difference
        large = theme.chosen(settings.get("look")) == "projector"
        sides = Pair(difference, large)
        graphs = dict(zip(SIDES, sides.halves))
        facts: dict[str, Any] = difference.to_dict()
        for side, graph in graphs.items():
            facts[side] = name_of(difference, side)
            for entry in facts["entries"]:
                entry[side] = graph.keys_of(entry[side])
        given = getattr(difference, "given", None) or difference.models
        left, right = map(written, given, ("a", "b"))
        super().__init__(
            title=difference.title,
            call=f"funclab.diff({left}, {right}).view($)",
            facts=facts,
            pictures={name: bare(picture) for name, picture in sides.pictures.items()},
            **settings,
        )

    def picture(self) -> Picture:
        chosen = self.state["entry"]
        return replace(self.difference, look=theme.still(self.look), chosen=chosen)


@dataclass(repr=False)
class Difference(Compared):
    """What two models do not have in common, shown as a live view; false if there is nothing."""

    settings: dict[str, Any] = field(default_factory=dict, compare=False)
    """What `diff` was given for the view."""
    given: tuple[Any, Any] | None = field(default=None, compare=False)
    """The models as `diff` was given them; `models` are those of Keras, as models of funclab."""

    def __str__(self) -> str:
        given = self.given or self.models
        left, right = map(written, given, ("a", "b"))
        return terminal.printed(self.text, f"funclab.diff({left}, {right}).view()")

    def __repr__(self) -> str:
        return str(self) if terminal.at_prompt() else super().__repr__()

    def view(self, **settings: Any) -> DiffView:
        """The live view, with `look`, `ask`, `tour` and `entry`; display shows one too."""
        settings = {**self.settings, **settings}
        state = {"entry": settings.pop("entry")} if "entry" in settings else {}
        return DiffView(self, state=state, **settings)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        bundle, metadata = self.view()._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self)}, metadata


def diff(
    a: Any, b: Any = None, *, look: str | None = None, ask: bool | None = None, tour: Any = ()
) -> Difference:
    """What is different between two models, `a` on the left and `b` on the right.

    Layers are paired if they are the same object, else by the names you gave them, else by what
    they are and what is around them. Automatic names (dense_1) do not count. `look`, `ask` and
    `tour` are those of every view: see `funclab.view.live.view.View`.
    Raises: TensorTypeError unless both are models with a graph.

    >>> from funclab import Input, Model, layers
    >>> x = Input((4,), name="x")
    >>> small, large = (Model(x, layers.Dense(n, name="out")(x), name=f"m{n}") for n in (2, 3))
    >>> print(diff(small, large))
    left: m2 (10 parameters); right: m3 (15 parameters)
    <BLANKLINE>
    changed  “out”: units 2 → 3 (5 more numbers)
    <BLANKLINE>
    = A: Both models have the Input “x”.
    Each model has weights of its own, so training one leaves the other alone.
    """
    if b is None:
        raise TensorTypeError(
            "diff needs two models, and was given one.",
            why="a difference is between a model on the left and another on the right.",
            fix="write funclab.diff(first, second).",
        )
    given, a, b = (a, b), shown(a), shown(b)
    for model in (a, b):
        if words.graph_of(model) is None:
            name = getattr(model, "name", type(model).__name__)
            raise TensorTypeError(
                f"{name} has no graph to compare.",
                why="only a model made of inputs and outputs, or a Sequential that knows its "
                "input, lists its calls.",
                fix="pass Model(inputs, outputs); give a Sequential an Input first.",
            )
    codes = Codes()
    pairs = match(Side(a, codes), Side(b, codes))
    shared = shared_layers(a, b)
    return Difference(
        left=shorten(a.name, LONGEST_NAME),
        right=shorten(b.name, LONGEST_NAME),
        entries=[*entries(pairs), *_inside(pairs)],
        notes=list(notes(pairs, shared)),
        shared=shared,
        pairs=[(clean(a.key), clean(b.key)) for a, b in pairs.calls.items()],
        numbers=(words.count(a.weights), words.count(b.weights)),
        models=(a, b),
        settings={"look": look, "ask": ask, "tour": tour},
        given=given,
    )


def _inside(pairs: Match) -> Iterator[Entry]:
    """The differences between nested models in the same place, with their place."""
    codes = pairs.left.codes
    for a, b in pairs.layers.items():
        models = [model_in(layer) for layer in (a, b)]
        if None in models or a is b or len({*map(codes.signature, models)}) == 1:
            continue
        inner = match(*(Side(model, codes) for model in models))
        left, right = _box_key(pairs.left, a), _box_key(pairs.right, b)
        for entry in (*entries(inner), *_inside(inner)):
            yield replace(
                entry,
                left=[f"{left}/{key}" for key in entry.left],
                right=[f"{right}/{key}" for key in entry.right],
                sentence=say("diff_inside_layer", layer=quoted(a), sentence=entry.sentence),
            )


def _box_key(side: Side, layer: Operation) -> str:
    """The key of the box that a model is drawn in."""
    key, inner = clean(side.calls[layer][0].key), words.inner_layer(layer)
    return key if inner is None else f"{key}/{clean(inner.name)}"
