"""Where a model is wrong, how sure it is there, and which samples these are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import traitlets

from funclab.errors import ArgumentError, DataError
from funclab.graph.shape_math import Array
from funclab.models.late import computing
from funclab.models.meaning import known_meaning, learn
from funclab.models.meaning import told as say_meaning
from funclab.models.model import Model
from funclab.registry.parameters import wrong_value
from funclab.training.data.remembered import has_trained, trained_on
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.learned.answers import NUMBERS, YES_NO, answers_of
from funclab.view.learned.drawn import Samples, columns_of
from funclab.view.learned.look import Look
from funclab.view.live.assets import rooms
from funclab.view.live.variables import told as written_settings
from funclab.view.live.variables import written, written_model, written_package
from funclab.view.live.view import View
from funclab.view.mistakes.asking import questions_of
from funclab.view.mistakes.picture import ListPicture, MistakesPicture
from funclab.view.mistakes.telling import Told
from funclab.view.mistakes.telling import written as threshold_key
from funclab.view.scene.diagram import bare

FACES = ("overview", "surest", "confidence")
MOST_SAMPLES = 10_000
PICTURES, STORED = 96, 150_000
"""How many samples are stored as pictures, and up to how many characters these have."""


class Mistakes(View):
    """The answers of a model beside the truth. `found` has them, `told_of.counted` the tables.

    `print(...)` gives the table, or the bands of errors, with their intervals.
    """

    room = "mistakes"
    blank_state: ClassVar[dict[str, Any]] = {
        "face": "overview", "at": [], "sample": -1, "percent": False, "threshold": 0.5,
    }  # fmt: skip

    def __init__(
        self,
        told: Told,
        samples: Samples,
        notes: list[str],
        store: bool,
        given: str,
        **settings: Any,
    ) -> None:
        self.found, self.told_of, self.samples = told.answers, told, samples
        self.notes, self.store, self.given = notes, store, given
        self.parts = told.parts()
        super().__init__(title=told.title, **settings)
        self.facts = self._facts()
        self._draw()

    @property
    def faces(self) -> tuple[str, ...]:
        return FACES[:2] if self.found.kind == NUMBERS else FACES

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        checked = super()._checked_state(state)
        if checked.get("face", "overview") not in self.faces:
            wanted = f"one of {', '.join(self.faces)}"
            raise wrong_value("mistakes", "face", checked["face"], wanted, 'face="surest"')
        threshold = checked.get("threshold", 0.5)
        known = self.told_of.thresholds
        if threshold not in known:
            wanted = f"{', '.join(f'{t:g}' for t in known[:-1])} or {known[-1]}"
            raise wrong_value("mistakes", "threshold", threshold, wanted, "threshold=0.3")
        sample = checked.get("sample", -1)
        if sample != -1 and sample not in self.told_of.index:
            raise ArgumentError(
                f"There is no sample {sample!r} here.",
                why=f"samples are numbered by their row in x, 0 to {self.told_of.index[-1]}.",
                fix=f"write sample={self.told_of.index[0]}, for example.",
            )
        at = checked.get("at", [])
        if list(at) and self._key({**self.blank_state, **self.state, **checked}) not in self.parts:
            wanted = "the row and the column of a cell, or the number of a bin or band"
            raise wrong_value("mistakes", "at", at, wanted, f"at={self.told_of.first}")
        return {**checked, "at": list(at)} if "at" in checked else checked

    def _key(self, state: Mapping[str, Any]) -> str:
        """The key of the part that is chosen; that of the first, if none is."""
        at = list(state["at"])
        if state["face"] == "surest":
            return "surest"
        if state["face"] == "confidence":
            fullest = max(range(len(self.told_of.bins)), key=lambda i: self.told_of.bins[i].n)
            return f"bin {at[0] if at else fullest}"
        at = at or self.told_of.first
        if self.found.kind == NUMBERS:
            return f"band {at[0]}"
        threshold = threshold_key(state["threshold"]) if self.found.kind == YES_NO else ""
        return " ".join(map(str, ["cell", threshold, *at]))

    # What the browser knows.
    def _facts(self) -> dict[str, Any]:
        told = self.told_of
        listed = self._first_samples()
        notes = [*self.notes, *([say("mistakes_stored", n=len(listed))] if self.store else [])]
        return {
            "kind": self.found.kind,
            "faces": list(self.faces),
            "counts": told.counts(),
            "first": told.first,
            "rows": len(told.counted[told.main].table.classes) if told.counted else 0,
            "thresholds": told.thresholds if self.found.kind == YES_NO else [],
            "parts": self.parts,
            "samples": {str(i): self._entry(i) for i in self._listed()},
            "whole": told.whole(),
            "n": len(told.index),
            "notes": notes,
            "limits": told.limits(),
            "limits_from": {key: told.limits(key) for key in told.counted if key},
            "closer": self._closer(),
            "questions": questions_of(told),
        }

    def _closer(self) -> list[str]:
        """The lines that open a sample in other views, with § for its index."""
        names = [name for name in ("inside", "whatif") if name in rooms()]
        begin = written_package()
        return [f"{begin}.{name}({self.given}, samples=[§])" for name in names]

    def _listed(self) -> list[int]:
        """The samples of all stored parts, as indices in x."""
        return list(dict.fromkeys(i for part in self.parts.values() for i in part["samples"]))

    def _first_samples(self) -> list[int]:
        """The samples that are stored as pictures: the mistakes of largest loss, then the first
        ones of each cell, of mistakes before those of right answers."""
        if not self.store:
            return []
        wrong = set(self.told_of.index[self.told_of.worst].tolist())
        keys = sorted(self.parts, key=lambda key: key != "surest")
        first = [i for key in keys for i in self.parts[key]["samples"][:12]]
        return sorted(dict.fromkeys(first), key=lambda i: i not in wrong)[:PICTURES]

    def _entry(self, i: int) -> dict[str, Any]:
        """What is known of a sample; its words only if samples are stored."""
        entry = self.told_of.sample(i)
        return {**entry, "text": self._words(i)} if self.store else entry

    def _words(self, i: int) -> str:
        """A sample in words; an image is seen, or has none."""
        return "" if self.samples.sample(i).look == "image" else self.samples.text(i)

    @traitlets.observe("look")
    def _follow_look(self, _: Any) -> None:
        if self.pictures:
            self._draw()

    def _draw(self) -> None:
        told = self.told_of
        told.low = self.look == "projector"
        drawn: dict[str, Picture] = {}
        for key, counted in told.counted.items():
            counted.low = told.low
            for percent in (False, True):
                drawn[f"overview {key} {'percent' if percent else 'counts'}"] = counted.picture(
                    percent
                )
        if self.found.kind == NUMBERS:
            told.scatter.low = told.low
            drawn["overview"] = told.scatter
        else:
            drawn |= {"small": told.sureness(False), "confidence": told.sureness(True)}
            drawn["confidence low"] = told.sureness(True, low=True)
        pictures = {key: bare(picture) for key, picture in drawn.items()}
        left = STORED
        for i in self._first_samples():
            svg = self.samples.svg(i)
            left -= len(svg)
            if left < 0:
                break
            pictures[f"sample {i}"] = svg
        self.pictures = pictures

    def told(self, kind: str, key: Any) -> Any:
        """Of a part by its key, all samples (at most 480) beyond those that are stored; of a sample
        by its index, what is said of it, with its picture."""
        if kind == "more" and key in self.parts:
            return self.told_of.samples_of(key)[:480]
        if kind == "sample" and isinstance(key, int) and key in self.told_of.index:
            told = {**self.told_of.sample(key), "text": self._words(key)}
            return {**told, "svg": self.samples.svg(key)}
        return None

    # The view without a browser.
    def picture(self) -> Picture:
        told, state = self.told_of, self.state
        part = self.parts[self._key(state)]
        shown = self.samples if self.store else None
        labels = {i: told.sample(i) for i in part["samples"]}
        face: Picture
        if state["face"] == "surest":
            face = ListPicture(told.title, told.surest_title, part["samples"][:12], labels, shown)
            part, shown = {**part, "samples": []}, None
        elif state["face"] == "confidence":
            face = told.sureness(alone=True)
        elif self.found.kind == NUMBERS:
            face = told.scatter
        else:
            face = self._counted().picture(state["percent"])
        return MistakesPicture(
            told.title,
            told.counts(),
            face,
            part,
            [say("mistakes_not_shown") + " " + told.limits(), *self.notes],
            shown,
            {i: each["label"] for i, each in labels.items()},
            theme.still(self.look),
        )

    def _counted(self) -> Any:
        yes_no = self.found.kind == YES_NO
        key = threshold_key(self.state["threshold"]) if yes_no else ""
        return self.told_of.counted[key]

    @property
    def text(self) -> str:
        return self.picture().text


def mistakes(
    model: Model,
    x: Any,
    y: Any,
    *,
    of: Any = 0,
    labels: Any = None,
    features: Any = None,
    tokens: Any = None,
    show: str | None = None,
    at_most: int = MOST_SAMPLES,
    store: bool = True,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> Mistakes:
    """Where a model is wrong: a table of its answers beside the truth, the mistakes by their loss,
    and how often answers of each sureness are right. Every share has its 95 % interval.

    `model` has a graph; nothing in it changes. `x` and `y` are inputs and targets as `fit` takes
    them: y has the number of a class, 0 or 1, a one-hot row or a number for each sample (names of
    classes, if `labels` has them). An output that ends in a softmax is of classes, in a sigmoid of
    yes or no, all others are numbers. `of` is the output, by its name or number (0), or a pair of
    that and a column, of an output of several numbers. `labels` are names of its classes,
    `features` of the columns of x, `tokens` of the words that its whole numbers stand for; `show`
    is how samples look ("image", "words", "row", "series", "strip"). `at_most` is how many samples
    are counted, the first ones (10,000). The view stores up to 96 samples, so that a saved notebook
    can show them; `store=False` leaves them out. `state` is what `Mistakes.line()` writes: `face`
    ("overview", "surest" or "confidence"), `at` (the row and column of a cell, or the number of a
    bin or band), `sample`, `percent` and `threshold` (0.05, 0.1 and so on; lower, if a true
    yes is below it). `look`, `ask` and `tour` are those of every
    view: see `funclab.view.live.view.View`.

    Raises: GraphError for a model without a graph; DataError and ShapeError for data that do not
    fit; ArgumentError for unknown settings.
    """
    given, model = model, computing(model)
    look_at = Look(model, x)
    learn(model, x, y)
    columns = columns_of(model, x) if features is None else features
    say_meaning(model, tokens=tokens, features=columns)
    told, samples, notes = _compared(look_at, y, of, labels, show, at_most)
    if model is given and model.trainable_weights and not has_trained(model):
        notes.insert(0, say("mistakes_untrained"))
    settings = {
        "of": None if of == 0 else of, "labels": labels, "features": features, "tokens": tokens,
        "show": show, "at_most": None if at_most == MOST_SAMPLES else at_most,
        "store": None if store else False,
    }  # fmt: skip
    shown = f"{written_model(given)}, {written(x, 'x')}, {written(y, 'y')}"
    shared = {"look": look, "ask": ask, "tour": tour, "state": state}
    call = f"funclab.mistakes({shown}{written_settings(settings)}$)"
    return Mistakes(told, samples, notes, store, shown, call=call, **shared)


def _compared(
    look_at: Look, y: Any, of: Any, labels: Any, show: str | None, at_most: int
) -> tuple[Told, Samples, list[str]]:
    """The answers of an output beside the truth, the samples, and what is to be said of them."""
    model, n = look_at.model, len(look_at)
    seen = trained_on(model, look_at.arrays)
    look_at.cut(at_most)
    samples = Samples(model, look_at.arrays, show)
    output, column = _output_of(model, of)
    names = _labels(model, output, labels)
    truth = _with_numbers(_target_of(model, y, output), names)[:at_most]
    index, look_at.arrays, truth, notes = _without_nan(look_at.arrays, truth)
    answers = answers_of(look_at, truth, output, column, names)
    finite = np.isfinite(answers.values.reshape(len(answers.values), -1)).all(axis=1)
    if not finite.all():
        raise _not_finite(model, int((~finite).sum()))
    if n > at_most:
        notes.append(say("mistakes_cut", most=f"{at_most:,}", n=f"{n:,}"))
    if seen:
        key = "mistakes_trained_all" if seen >= n else "mistakes_trained_some"
        notes.insert(0, say(key, n=f"{seen:,}"))
    key = "mistakes_title_of" if len(model.outputs) > 1 else "mistakes_title"
    title = say(key, name=clean(model.name), output=clean(model.output_names[output]))
    return Told(answers, index, title), samples, notes


def _output_of(model: Model, of: Any) -> tuple[int, int]:
    """The number of an output, and a column of it."""
    name, column = of if isinstance(of, (tuple, list)) and len(of) == 2 else (of, 0)
    names = model.output_names
    if name in names:
        return names.index(name), int(column)
    if isinstance(name, int) and not isinstance(name, bool) and 0 <= name < len(names):
        return name, int(column)
    raise ArgumentError(
        f"{model.name} has no output {name!r}.",
        why=f"its outputs are {', '.join(names)}.",
        fix=f"write of={names[-1]!r}.",
    )


def _target_of(model: Model, y: Any, output: int) -> Any:
    """The truth for one of the outputs."""
    names = model.output_names
    if isinstance(y, Mapping):
        if names[output] not in y:
            raise DataError(
                f"y has nothing for the output {names[output]}.",
                why=f"its keys are {', '.join(map(str, y))}.",
                fix=f"pass y={{{names[output]!r}: ...}}, or choose an output with of=.",
            )
        y = y[names[output]]
    elif isinstance(y, (list, tuple)) and len(names) > 1 and len(y) == len(names):
        y = y[output]
    if y is None:
        raise DataError(
            "y is None.",
            why="a mistake is an answer that is not the truth, which is y.",
            fix="pass the targets, such as y_test.",
        )
    return np.asarray(y)


def _with_numbers(y: Array, names: list[str] | None) -> Array:
    """Names of classes as their numbers."""
    if y.dtype.kind not in "OUST":
        return y
    words = [str(word) for word in y.reshape(-1).tolist()]
    known = names or []
    unknown = sorted(set(words) - set(known))
    if unknown:
        raise DataError(
            f"y has the name {unknown[0]!r}, which is no class of the model.",
            why=f"the classes are {', '.join(known[:8])}." if known else "no class has a name.",
            fix="pass labels=, the names of the classes in the order of the output.",
        )
    return np.array([known.index(word) for word in words])


def _labels(model: Model, output: int, labels: Any) -> list[str] | None:
    """The names of the classes: those that are given, or known."""
    if labels is not None:
        return [str(label) for label in labels]
    meaning = known_meaning(model.outputs[output])
    known = meaning.labels if meaning is not None and meaning.kind == "classes" else None
    if isinstance(known, tuple) and len(known) >= (model.outputs[output].shape[-1] or 1):
        return list(known)
    return None


def _without_nan(
    arrays: Iterable[Array | None], y: Array
) -> tuple[Array, list[Array | None], Array, list[str]]:
    """The indices of the samples without NaN, their inputs and truth, and a sentence if there are
    others."""
    arrays = list(arrays)
    n = next(len(array) for array in arrays if array is not None)
    good = np.ones(n, bool)
    for array in (*arrays, y):
        if array is not None and array.dtype.kind == "f" and len(array) == n:
            good &= ~np.isnan(array.reshape(n, -1)).any(axis=1)
    if good.all():
        return np.arange(n), arrays, y, []
    if not good.any():
        raise DataError(
            "All samples have NaN.",
            why="an answer for NaN is NaN.",
            fix="fill the gaps first, for example with np.nan_to_num(x).",
        )
    left = [None if array is None else array[good] for array in arrays]
    note = say("mistakes_left_out", n=int(n - good.sum()))
    return np.flatnonzero(good), left, y[good] if len(y) == n else y, [note]


def _not_finite(model: Model, n: int) -> DataError:
    return DataError(
        f"{n} answers of {model.name} are NaN or infinite.",
        why="such answers are neither right nor wrong: weights may have grown too large.",
        fix="train it again with a smaller learning rate, or see funclab.diagnose(model, x, y).",
    )
