"""What if the input were different: change a sample, and see what the model answers to it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from funclab.errors import ArgumentError, suggest
from funclab.models.late import computing
from funclab.models.meaning import known_meaning
from funclab.models.model import Model
from funclab.registry.parameters import wrong_value
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture, text_grid
from funclab.view.draw.samples import sample_of, sample_svg
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.learned.asking import Asking
from funclab.view.learned.strip import chosen_samples, stored_samples
from funclab.view.live.variables import told, written, written_model
from funclab.view.live.view import Growing
from funclab.view.whatif import words
from funclab.view.whatif.cells import ROW, WORDS
from funclab.view.whatif.picture import WhatIfPicture
from funclab.view.whatif.study import Study, key_of, told_trust
from funclab.view.whatif.trust import SAMPLES, Trust, measured

THUMB = 40.0, 24.0
"""The width and height of a picture in the strip, at most."""
STORED = 250_000
"""How many characters of maps, curves and answers are stored; others come from the kernel."""
QUICK = 10_000
"""Up to how many numbers of a sample the view begins with maps."""
MOST_CHANGES = 2 * 3136
PIECE, MEASURING = 0.2, 1.0
"""Seconds of measuring trust for each request of a page, and in all."""
KEPT = {"sample", "maps", "curves", "smallest"}


class WhatIf(Asking, Growing):
    """A sample that can be changed, the answers before and after, and maps of what a change of each
    part would do. `sample` is the changed sample, `maps` its maps, `trust` how far each goes.
    """

    room = "whatif"
    blank_state: ClassVar[dict[str, Any]] = {
        "sample": 0, "of": "", "face": "all", "at": 0, "changes": [], "blank": False,
    }  # fmt: skip

    def __init__(self, study: Study, strip: list[int], store: bool, **settings: Any) -> None:
        self.study, self.strip, self._stores, self.asks = study, strip, store, study.look
        self._trust: Trust | None = None
        self._measuring: Iterator[Trust] | None = None
        self._mapping: dict[str, Iterator[float]] = {}
        self._spent = 0.0
        state = {
            "sample": strip[-1] if study.answers[0].wrong.any() else strip[0],
            "face": "change" if study.numbers > QUICK else "all",
        }
        state |= settings.pop("state", None) or {}
        name = clean(study.model.name)
        super().__init__(title=say("whatif_title", name=name), state=state, **settings)
        if self.state["sample"] not in strip and self.state["sample"] < len(study.first):
            self.strip = [*strip, self.state["sample"]]
        self.facts = self._first_facts()
        for index in self.strip:
            self.told("sample", str(index))
        self._tell_present()

    def _tell_present(self) -> None:
        """What the present state shows."""
        sample, blank, changes, at = json.loads(self._key())
        self.told("sample", str(sample))
        if self.state["face"] == "change":
            self.told("curves", str(sample))
        else:
            self.told("maps", key_of(sample, blank, changes, at))
        if blank or changes:
            key = key_of(sample, blank, changes)
            self._keep("answer", key, self.study.told_answer(key))

    def _first_facts(self) -> dict[str, Any]:
        study = self.study
        faces = ["all", "change", *study.maps.names]
        shown = self.strip if self._stores else []
        return {
            **study.about(),
            "strip": stored_samples(shown, study.answers[0], self._thumb),
            "faces": faces,
            "terms": words.terms(study),
            "limits": words.limits(study, None),
            "questions": {face: words.face_question(face, study) for face in faces},
            "read": len(study.first),
            "trust": None,
            "sample": {}, "maps": {}, "curves": {}, "smallest": {}, "answer": {},
        }  # fmt: skip

    def _thumb(self, index: int) -> str:
        """The first input of a sample, small; "" for words and features, which have no room."""
        part = self.study.cells.parts[0]
        if part.kind in (ROW, WORDS):
            return ""
        meaning = known_meaning(self.study.model.inputs[part.number])
        array = self.study.sample(index)[part.number][0]
        return sample_svg(sample_of(array, meaning), *THUMB)

    def _key(self) -> str:
        state = self.state
        return key_of(state["sample"], state["blank"], state["changes"], self.study.target(state))

    # What is asked for.
    @property
    def sample(self) -> Any:
        """The changed sample, as the model takes it: one row for each input."""
        arrays = self.study.changed(self.state)
        model: Any = self.study.model
        return arrays[0] if len(arrays) == 1 else dict(zip(model.input_names, arrays))

    @property
    def maps(self) -> dict[str, Any]:
        """The maps of the changed sample for the present answer: each in rows and columns as the
        input is drawn, in a dict by input if there are several."""
        study, found = self.study, {}
        for name, numbers in study.mapped(self.state).items():
            by_input = {
                part.name: numbers[start : start + part.count].reshape(part.rows, part.columns)
                for part, start in zip(study.cells.parts, study.cells.starts)
            }
            found[name] = by_input if len(by_input) > 1 else [*by_input.values()][0]
        return found

    @property
    def trust(self) -> Trust:
        """How far each map is to be trusted, measured on up to 40 samples of x."""
        while self._measure(MEASURING):
            pass
        assert self._trust is not None
        return self._trust

    def _measure(self, seconds: float) -> bool:
        """Measure for some time, and a second in all; whether there is more to do."""
        if self._spent >= MEASURING:
            return False
        if self._measuring is None:
            self._measuring = measured(self.study.maps, SAMPLES, np.inf)
        begin = time.perf_counter()
        for trust in self._measuring:
            self._trust = trust
            if time.perf_counter() - begin > seconds:
                break
        else:
            self._trust = self._trust or Trust()
            return False
        self._spent += time.perf_counter() - begin
        return self._spent < MEASURING

    def told(self, kind: str, key: Any) -> Any:
        """What a page asks for. What is stored arrives with the facts, the rest as a message."""
        with self.lock:
            if kind == "trust":
                more = self._measure(PIECE)
                self._tell_trust(more)
                return None
            if kind in KEPT and str(key) in self.facts[kind]:
                return None
            value = self._computed(kind, key)
            if kind in KEPT and value is not None and self._keep(kind, str(key), value):
                return None
            return value

    def _computed(self, kind: str, key: Any) -> Any:
        study = self.study
        if kind == "sample" and 0 <= int(key) < len(study):
            return study.told_sample(int(key))
        if kind == "curves" and 0 <= int(key) < len(study):
            return study.told_curves(int(key)) or {}
        if kind not in ("maps", "answer", "smallest"):
            return None
        sample, blank, changes, *at = json.loads(key)
        self._checked_state({"sample": sample, "changes": changes, "blank": blank})
        if kind == "answer":
            return study.told_answer(key)
        if not 0 <= at[0] < len(study.answering.targets):
            return None
        if kind == "maps":
            return study.told_maps(key)
        found = study.told_smallest(key)
        if found is None:
            return {"none": True}
        target = study.answering.targets[at[0]].name
        return {**found, "question": words.change_question(study, found, target)}

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        """A page says `keep` with an answer that a reader stayed at: it is stored. Maps that take
        long are computed piece by piece, as long as the page asks for more: it can stop them."""
        if content.get("ask") == "maps" and (done := self._go_on(content["key"])):
            return {"kind": "maps", "key": content["key"], "value": {"more": done}}
        reply = super().answer_to(content)
        if reply is not None and content.get("keep"):
            with self.lock:
                self._keep(reply["kind"], reply["key"], reply["value"])
        return reply

    def _go_on(self, key: str) -> float:
        """Compute maps for some time; which part of them is done, or 0 if nothing is left to do."""
        if key in self.facts["maps"]:
            return 0
        sample, blank, changes, at = json.loads(key)
        if not 0 <= at < len(self.study.answering.targets):
            return 0
        with self.lock:
            self._checked_state({"sample": sample, "changes": changes, "blank": blank})
            fresh = self.study.mapping(self.study.asked(key))
            going = self._mapping.pop(key, fresh)
            begin = time.perf_counter()
            for done in going:
                if time.perf_counter() - begin > PIECE:
                    self._mapping = {key: going}
                    return done
        return 0

    def _keep(self, kind: str, key: str, value: Any) -> bool:
        """Store something among the facts, if there is room."""
        size = len(json.dumps(value))
        room = STORED - self.status.get("size", 0)
        if size > room or not (self._stores or kind in ("answer",)):
            return False
        self.facts = {**self.facts, kind: {**self.facts[kind], key: value}}
        self._count(size)
        return True

    def _count(self, size: int) -> None:
        serial = self.status.get("serial", 0) + 1
        self.status = {"serial": serial, "size": self.status.get("size", 0) + size}

    def _tell_trust(self, more: bool) -> None:
        trust = self._trust or Trust()
        shown = {**told_trust(trust), "more": more, "all": SAMPLES}
        limits = words.limits(self.study, trust)
        self.facts = {**self.facts, "trust": shown, "limits": limits}
        self._count(0)

    def complete(self) -> dict[str, Any]:
        study = self.study
        if study.look.stale:
            return {"facts": self.facts, "status": self.status}
        with self.hold_sync():
            while self._measure(MEASURING):
                pass
            self._tell_trust(False)
            self._tell_present()
            shown = dict.fromkeys([*self.strip, self.state["sample"]])
            for index in shown if self._stores else []:
                own = study.answering.own(study.answering.values(study.sample(index))[0])
                self.told("curves", str(index))
                for at in {own, study.truth(0, index) or own}:
                    at = int(at) if study.answering.kinds[0] == "classes" else own
                    for kind in ("maps", "smallest"):
                        self.told(kind, key_of(index, False, [], at))
        return {"facts": self.facts, "status": self.status}

    # Its state.
    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        state, study = super()._checked_state(state), self.study
        names = [target.name for target in study.answering.targets]
        last = len(study) - 1
        sample = state.get("sample", 0)
        if not _is_whole(sample) or not 0 <= sample <= last:
            raise wrong_value("whatif", "sample", sample, f"a sample from 0 to {last}", f"{last}")
        if state.get("of", "") not in ("", *names):
            raise ArgumentError(
                f"{study.model.name} has no answer {state['of']!r}.",
                why=f"its answers are {', '.join(names[:12])}{', ...' * (len(names) > 12)}.",
                fix=f'write of="{(suggest.similar(str(state["of"]), names) or names)[0]}".',
            )
        faces = ["all", "change", *study.maps.names]
        if state.get("face", "all") not in faces:
            raise ArgumentError(
                f"whatif has no face {state['face']!r} for {study.model.name}.",
                why=f"its faces are {', '.join(faces)}.",
                fix='write face="change".',
            )
        cells = len(study.cells)
        if not _is_whole(state.get("at", 0)) or not 0 <= state.get("at", 0) < cells:
            wanted = f"a cell from 0 to {cells - 1}"
            raise wrong_value("whatif", "at", state["at"], wanted, f"at={cells - 1}")
        _check_changes(state.get("changes", []), cells)
        return state

    def picture(self) -> Picture:
        return WhatIfPicture(self.study, dict(self.state), self._trust, theme.still(self.look))

    @property
    def text(self) -> str:
        study, state = self.study, self.state
        before = study.answering.values(study.sample(state["sample"]))[0]
        after = study.answering.values(study.changed(state))[0]
        targets = study.answering.targets
        rows = [
            (target.name, words.amount(before[i], target), words.amount(after[i], target))
            for i, target in enumerate(targets)
        ]
        best = sorted(range(len(rows)), key=lambda i: -abs(after[i]))[:10]
        heads = (say("whatif_answer"), say("whatif_now"), say("whatif_after"))
        table = text_grid(heads, [rows[i] for i in sorted(best)])
        return "\n".join([self.title, words.headline(study, state, before, after), "", *table])


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_changes(changes: Any, cells: int) -> None:
    pairs = isinstance(changes, list) and len(changes) % 2 == 0 and len(changes) <= MOST_CHANGES
    numbers = pairs and all(isinstance(c, (int, float)) and np.isfinite(c) for c in changes)
    if not numbers or not all(c in range(cells) for c in changes[::2]):
        raise ArgumentError(
            f"These are not changes: {changes!r:.60}.",
            why=f"they are pairs in one list: a cell from 0 to {cells - 1}, and its new value.",
            fix="write for example changes=[5, 1.0], for cell 5.",
        )


def whatif(
    model: Model,
    x: Any,
    y: Any = None,
    *,
    samples: Any = None,
    labels: Any = None,
    features: Any = None,
    tokens: Any = None,
    show: Any = None,
    fill: Any = None,
    region: str = "",
    at_most: int = 500,
    store: bool = True,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> WhatIf:
    """What a model would answer if its input were different.

    A sample is changed by hand, a pixel, word or feature at a time, or drawn; four maps say what a
    change of each part would do, and how far they are to be trusted.

    model: a model with a graph; nothing in it changes.
    x: data as for `predict`. y: the truth, if it is known: one for each sample, by output if the
        model has several.
    samples: indices of the samples to choose from; else six right ones and the six wrong ones
        of highest probability among the first `at_most` (500), or the first twelve without y.
    labels: names of the classes. features: names of the features of a table, a list, or a dict of
        lists by input. tokens: the words of a vocabulary by number, as a list.
    show: what an input is, or a dict of this by input: "image", "series", "words" or "row". What is
        left out of these is known from `funclab.meaning`, the data and the shapes.
    fill: the number that a covered cell holds; else 0 for images and words, the mean of a feature.
    region: the call whose maps the face region adds up, such as "parts[0]"; else the last one.
    store: whether samples of x are stored in the notebook with the view.
    state: what `WhatIf.line()` writes: sample (an index in x), of (the name of an answer), face
        ("all", "change", "cover", "slope", "share" or "region"), at (a cell, counted along rows and
        then across the inputs), changes (cells and their new values in one list) and blank (whether
        the sample was cleared first).
    look, ask, tour: those of every view, see `funclab.view.live.view.View`.

    Shapes: images (height, width) or (height, width, 1 or 3), series (time, columns), words and
        features (n,).
    Raises: GraphError for a model without a graph; ArgumentError for other inputs, for outputs with
        more than 1,000 numbers, and for unknown settings; DataError for data that do not fit.
    """
    given, model = model, computing(model)
    chosen = {"samples": samples, "labels": labels, "features": features, "tokens": tokens}
    chosen |= {"show": show, "fill": fill, "region": region or None}
    names = _names_by_input(model, features, tokens)
    shown = dict.fromkeys(_inputs(model), show) if isinstance(show, str) else show
    if samples is not None:
        at_most = max(at_most, 1 + int(np.max(samples, initial=0)))
    settings = {"labels": labels, "show": shown, "names": names, "fill": fill, "at": region}
    study = Study(model, x, y, at_most=at_most, **settings)
    strip = chosen_samples(study.answers[0], samples)
    data = written(x, "x") + ("" if y is None else f", {written(y, 'y')}")
    call = f"funclab.whatif({written_model(given)}, {data}{told(chosen)}$)"
    return WhatIf(study, strip, store, call=call, look=look, ask=ask, tour=tour, state=state)


def _inputs(model: Model) -> list[str]:
    return list(getattr(model, "input_names", None) or [])


def _names_by_input(model: Model, features: Any, tokens: Any) -> dict[str, Any]:
    """The names of features and words by input; a list is for all inputs that it may fit."""
    named: dict[str, Any] = {}
    tensors = getattr(model, "inputs", None) or []
    for name, tensor in zip(_inputs(model), tensors):
        for names, whole in ((features, False), (tokens, True)):
            own = names.get(name) if isinstance(names, Mapping) else names
            if own is None or ("int" in tensor.dtype) != whole:
                continue
            if whole or len(own) == tensor.shape[-1]:
                named[name] = own
    return named
