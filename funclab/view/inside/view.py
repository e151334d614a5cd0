"""What each call of a model makes of a sample, how one number of it is made, and where attention
looks."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from funclab.errors import ArgumentError, DataError
from funclab.models.late import computing
from funclab.models.meaning import learn, told
from funclab.models.model import Model
from funclab.registry.parameters import wrong_value
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean
from funclab.view.inside.answered import Answered
from funclab.view.inside.facts import Inner
from funclab.view.inside.picture import InsidePicture
from funclab.view.inside.statistics import MOST_NUMBERS
from funclab.view.learned.asking import Asking
from funclab.view.learned.look import Look
from funclab.view.live import variables
from funclab.view.live.view import compressed

FEWEST, MOST = 64, 2000
"""How many samples are read: at least as many of a large model, and at most."""
FACES = ("calls", "number", "weights")
SCALES = ("same", "largest")


class Inside(Asking):
    """What each call makes of a sample; `inner` has the numbers.

    The model is left unchanged. `store=False` leaves samples out of saved notebooks.
    """

    room = "inside"
    blank_state: ClassVar[dict[str, Any]] = {
        "face": "calls",
        "sample": 0,
        "call": "",
        "channel": 0,
        "at": None,
        "head": None,
        "scale": "same",
    }

    def __init__(self, inner: Inner, call: str, **settings: Any) -> None:
        self.inner, self.asks = inner, inner.look
        usual = {"sample": inner.strip[0], "call": inner.first}
        title = clean(inner.look.model.name)
        super().__init__(title=title, call=call, usual=usual, **settings)
        self.facts = inner.facts()
        if self.state["face"] == "number":
            self.facts = {**self.facts, "exact": inner.exact(self.state)}

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        for name, allowed in (("face", FACES), ("scale", SCALES)):
            if state.get(name, allowed[0]) not in allowed:
                wanted = " or ".join(map(repr, allowed))
                raise wrong_value("inside", name, state[name], wanted, repr(allowed[0]))
        state = super()._checked_state(state)
        sample, paths = state.get("sample", 0), [call.path for call in self.inner.listed]
        if not isinstance(sample, int) or not 0 <= sample < len(self.inner.look):
            last = len(self.inner.look) - 1
            raise wrong_value("inside", "sample", sample, f"a sample from 0 to {last}", f"{last}")
        if state.get("call") and state["call"] not in paths:
            few = f"{', '.join(paths[:12])}{', ...' if len(paths) > 12 else ''}"
            raise wrong_value("inside", "call", state["call"], f"one of {few}", repr(paths[-1]))
        at = state.get("at")
        if at is not None and not (_are_whole(at) and len(at) == 2):
            wanted = "a row and a column, from 0, or None"
            raise wrong_value("inside", "at", at, wanted, "[0, 0]")
        if at is not None:
            self._check_place(at, {**self.state, **state}.get("call", ""))
        for name in ("channel", "head"):
            if state.get(name) is not None and not _are_whole([state[name]]):
                raise wrong_value("inside", name, state[name], "a number from 0", "0")
        return state

    def _check_place(self, at: Any, path: str) -> None:
        """Refuse a place that a call does not have. Of attention, it is a pair of positions."""
        index = self.inner.index({"call": path})
        rows, columns, _ = self.inner.calls[index].plane
        if index in self.inner.attention or (at[0] < rows and at[1] < columns):
            return
        name, vector = self.inner.listed[index].path, rows * columns == 1
        raise ArgumentError(
            f"at={at!r} is not a place of {name}.",
            why=f"{name} returns a vector, whose numbers are its channels."
            if vector
            else f"it has the rows 0 to {rows - 1} and the columns 0 to {columns - 1}.",
            fix="leave out at=, and write channel= for the number."
            if vector
            else f"write for example at=[{rows - 1}, {columns - 1}].",
        )

    def picture(self) -> Picture:
        return InsidePicture(self.inner, dict(self.state), self.line(), theme.still(self.look))

    def _held(self) -> str:
        """What a notebook keeps: without the samples, unless they are to be stored."""
        facts = self.facts if self.inner.store else {"withheld": True}
        traits = {name: getattr(self, name) for name in self.page_traits()} | {"facts": facts}
        return compressed(traits)

    @property
    def text(self) -> str:
        return self.inner.text(self.state)

    def told(self, kind: str, key: Any) -> Any:
        return self.inner.told(kind, key)


def inside(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    samples: Any = None,
    at_most: int = 500,
    show: str | None = None,
    tokens: Any = None,
    features: Any = None,
    labels: Any = None,
    store: bool = True,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> Inside:
    """What each call of a model makes of a sample, and how one number of it is made.

    model: a model with a graph, of funclab or of Keras; nothing in it changes.
    x, y: data as for `predict`, and the truth, if it is known: numbers of classes, one-hot rows,
        zeros and ones, or numbers; by output if the model has several. Samples are chosen and
        labelled by the first output that has one answer for each of them.
    samples: the indices of the samples in the strip; default None: with `y`, six right ones and
        the six wrong ones of highest probability, else the first 12.
    at_most: how many samples, the first ones, are counted for zeros and largest numbers.
    show: how samples are drawn: "image", "words", "row", "series", "strip" or "number"; default
        None: as `funclab.meaning` or their shape says.
    tokens, features, labels: the words of inputs of whole numbers, the names of columns, and the
        names of classes, as `funclab.meaning` takes them; where the answer is one number and `y`
        counts classes, such as zeros and ones, the names of these.
    store: whether a saved notebook keeps the samples.
    state: what `Inside.line()` writes: face ("calls", "number" or "weights"), sample, call,
        channel, at, head and scale ("same" or "largest").
    look, ask, tour: those of every view: see `funclab.view.live.view.View`.

    Raises: GraphError for a model without a graph; DataError and ShapeError for data that do not
        fit; ArgumentError for unknown settings.
    """
    inner = inner_of(model, x, y, samples, at_most, show, tokens, features, labels, _index(state))
    settings = {
        "samples": samples,
        "at_most": None if at_most == 500 else at_most,
        "show": show,
        "tokens": tokens,
        "features": features,
        "labels": labels,
    }
    data = variables.written(x, "x") + ("" if y is None else f", {variables.written(y, 'y')}")
    name = variables.written_model(model)
    call = f"funclab.inside({name}, {data}{variables.told(settings)}$)"
    inner.store, inner.name = store, name
    return Inside(inner, call, look=look, ask=ask, tour=tour, state=state)


def attention(model: Any, x: Any, y: Any = None, **settings: Any) -> Inside:
    """Where a model's attention looks, for a sample: `inside`, opened at the first call that has
    attention weights.

    model, x, y, settings: as for `inside`.

    Raises: ArgumentError for a model without attention; those of `inside`.
    """
    view = inside(model, x, y, **settings)
    hosts = view.inner.hosts
    if not hosts:
        raise ArgumentError(
            f"{view.title} has no attention.",
            why="attention is a softmax whose result is multiplied with values, as in "
            "MultiHeadAttention or Attention.",
            fix="write funclab.inside(model, x) to see what its calls make.",
        )
    chosen = {"face": "weights", "call": hosts[0], "sample": view.state["sample"]}
    view.state = {**view.state, **{k: v for k, v in chosen.items() if k not in settings}}
    view.home = dict(view.state)
    return view


def inner_of(
    model: Any,
    x: Any,
    y: Any,
    samples: Any,
    at_most: int,
    show: str | None,
    tokens: Any,
    features: Any,
    labels: Any,
    sample: int,
) -> Inner:
    """The numbers that the view shows."""
    model = computing(model)
    if not isinstance(model, Model):
        raise ArgumentError(
            f"inside was given a {type(model).__name__} in place of a model.",
            why="it shows what the calls of a model make of data.",
            fix="write funclab.inside(model, x).",
        )
    look = Look(model, x)
    given = len(look)
    read = max(FEWEST, min(MOST, MOST_NUMBERS // max(1, look.numbers)))
    look.cut(max([read, sample + 1, *(int(i) + 1 for i in np.atleast_1d(samples or []))]))
    if not len(look):
        raise DataError(
            "x has no samples.", why="there is nothing to show.", fix="pass at least one sample."
        )
    learn(model, x, y)
    told(model, tokens=tokens, features=features, labels=labels)
    inner = Inner(look, Answered(look, y), samples, at_most, show)
    inner.given = given
    return inner


def _index(state: dict[str, Any]) -> int:
    sample = state.get("sample", 0)
    return sample if isinstance(sample, int) else 0


def _are_whole(numbers: Any) -> bool:
    """Whether they are numbers of places, from 0."""
    listed = isinstance(numbers, (list, tuple))
    return listed and all(isinstance(n, (int, np.integer)) and n >= 0 for n in numbers)
