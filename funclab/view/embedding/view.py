"""Which samples, or words, a model treats alike: their rows of numbers as points of a plane."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from funclab.callbacks.progress import write
from funclab.errors import ArgumentError
from funclab.graph.shape_math import Array
from funclab.layers.checks import positive
from funclab.registry.parameters import wrong_value
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import question, say
from funclab.view.draw.text import clean
from funclab.view.embedding.picture import PlanePicture, StillPicture, fitted
from funclab.view.embedding.projecting import (
    NEIGHBOURS,
    STEPS,
    agreeing,
    distances,
    kept,
    nearest,
    pca,
    perplexity,
    tsne,
)
from funclab.view.embedding.rows import Rows, rows_of
from funclab.view.live.variables import told, written, written_model
from funclab.view.live.view import View
from funclab.view.scene.diagram import bare

MOST_POINTS, ALL = 500, 3000
"""Up to how many points t-SNE is computed for, and how many are drawn at most."""
SHOWN = 8
"""How many neighbours are shown."""
PICTURES, STORED = 200, 220_000
"""How many samples are stored as pictures, and up to how many characters these have."""
PATIENCE = 3.0
"""After how many seconds a computation says how far it is."""


@dataclass
class Plane:
    """Rows in the plane: their places by face, their nearest neighbours, and how many are kept."""

    rows: Rows
    stopped: int = 0
    """After which step t-SNE was interrupted; 0 if it was not."""

    @cached_property
    def near(self) -> Array:
        return nearest(self.rows.points)

    @cached_property
    def pca(self) -> tuple[Array, Array]:
        return pca(self.rows.points)

    @cached_property
    def places(self) -> dict[str, Array]:
        """The places in the plane, by face."""
        points = self.rows.points
        faces = {"pca": self.pca[0]}
        if MOST_POINTS >= len(points) > SHOWN:
            faces["tsne"] = tsne(points, self._tell())
        return faces

    def _tell(self) -> Any:
        """What is called before each step of t-SNE: after a while, it says how far it is."""
        begun, shown = time.perf_counter(), 0.0

        def each(step: int) -> None:
            nonlocal shown
            self.stopped = step
            now = time.perf_counter()
            if now - begun > PATIENCE and now - shown > 1:
                shown = now
                write(f"\r{say('embedding_step', step=step, steps=STEPS)}")
            if step == STEPS - 1:
                self.stopped = 0
                if shown:
                    write("\n")

        return each

    @cached_property
    def kept(self) -> dict[str, float]:
        """The share of the ten nearest neighbours that are near in the plane, too, by face."""
        return {face: kept(self.near, nearest(at)) for face, at in self.places.items()}

    @cached_property
    def agree(self) -> float | None:
        """The share of neighbours with the same label."""
        labels = self.rows.labels
        return agreeing(self.near, np.array(labels)) if labels else None


class EmbeddingView(View):
    """Rows of numbers as points of a plane. `plane` has the places, the neighbours and the shares
    of neighbours that are kept; `rows.points` are the numbers."""

    room = "embedding"
    blank_state: ClassVar[dict[str, Any]] = {
        "face": "pca", "sample": -1, "near": -1, "images": False,
    }  # fmt: skip

    def __init__(self, plane: Plane, notes: list[str], store: bool, call: str, **settings: Any):
        self.plane, self.rows, self.notes, self.store = plane, plane.rows, notes, store
        title = say("embedding_title", name=self.rows.name)
        super().__init__(title=title, call=call, **settings)
        self._draw()

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        faces = self.plane.places
        if state.get("face", "pca") not in faces:
            wanted = f"one of {', '.join(faces)}"
            raise wrong_value("embedding", "face", state["face"], wanted, 'face="pca"')
        sample, last = state.get("sample", -1), len(self.rows.points) - 1
        if not isinstance(sample, int) or not -1 <= sample <= last:
            raise ArgumentError(
                f"There is no {self.rows.kind} {sample!r} here.",
                why=f"they are numbered 0 to {last}.",
                fix=f"write sample={last}, for example.",
            )
        return super()._checked_state(state)

    def _draw(self) -> None:
        """The planes of all faces, and the stored samples."""
        pictures = {face: bare(self._plane(face)) for face in self.plane.places}
        stored, left = 0, STORED
        for i in self._first() if self.store else ():
            svg = self.rows.svg(i)
            left -= len(svg)
            if not svg or left < 0:
                break
            pictures[f"sample {i}"], stored = svg, stored + 1
        self.pictures = pictures
        self.facts = self._facts(stored)

    def _first(self) -> list[int]:
        """The samples that are stored as pictures: wrong ones first, others spread over all."""
        n = len(self.rows.points)
        wrong = [] if self.rows.wrong is None else np.flatnonzero(self.rows.wrong).tolist()
        spread = np.linspace(0, n - 1, min(n, PICTURES)).astype(int).tolist()
        return list(dict.fromkeys([*wrong, *spread]))[:PICTURES]

    def _facts(self, stored: int) -> dict[str, Any]:
        rows, plane = self.rows, self.plane
        notes = [*self.notes, *([say("embedding_stored", n=stored)] if stored else [])]
        away = np.sqrt(distances(rows.points.astype("float64")))
        near = plane.near[:, :SHOWN]
        return {
            "kind": rows.kind,
            "numbers": rows.points.shape[1],
            "faces": list(plane.places),
            "counts": self._counts(),
            "places": {face: fitted(at).tolist() for face, at in plane.places.items()},
            "wrong": rows.wrong is not None,
            "names": [self._name(i) for i in range(len(rows.points))],
            "labels": rows.words or rows.labels,
            "words": [self._words(i) for i in range(len(rows.points))],
            "texts": [rows.text(i) for i in range(len(rows.points))] if self.store else [],
            "near": near.tolist(),
            "away": [[f"{away[i, j]:.3g}" for j in others] for i, others in enumerate(near)],
            "trust": self._trust(),
            "nearest": plane.near.shape[1],
            "limits": {face: self._limits(face) for face in plane.places},
            "notes": notes,
            "code": f"points = {rows.code}" if rows.kind == "word" else self._code(),
            "questions": self._questions(),
        }

    def _code(self) -> str:
        """The line that makes the rows."""
        if self.rows.samples is None:
            return self.rows.code
        model, data = self.call.partition("(")[2].split(", ")[:2]
        data = data.partition("$")[0].rstrip(")")
        return f"Model({model}.inputs, {self.rows.code}).predict({data})"

    def _counts(self) -> str:
        n, d = self.rows.points.shape
        return say(f"embedding_counts_{self.rows.kind}", n=n, d=d)

    def _name(self, i: int) -> str:
        """What a row is called in sentences."""
        rows = self.rows
        if rows.kind == "word":
            return clean(rows.words[i])
        if not rows.labels:
            return say("embedding_sample", i=i)
        if rows.wrong is not None and rows.wrong[i]:
            values = {"label": rows.labels[i], "given": rows.given[i]}
            return say("embedding_sample_wrong", i=i, **values)
        return say("embedding_sample_labelled", i=i, label=rows.labels[i])

    def _words(self, i: int) -> str:
        """What is among the nearest of a row."""
        others = self.plane.near[i, :SHOWN].tolist()
        if self.rows.kind == "word":
            return say("embedding_near_words", words=[clean(self.rows.words[j]) for j in others])
        if not self.rows.labels:
            return say("embedding_near_samples", samples=[str(j) for j in others])
        counts = Counter(self.rows.labels[j] for j in others)
        parts = [say("embedding_of_label", n=n, label=label) for label, n in counts.most_common()]
        return say("embedding_near", n=len(others), parts=parts)

    def _trust(self) -> list[list[str]]:
        """How far each face is to be trusted: labels and values."""
        plane, d = self.plane, self.rows.points.shape[1]
        first, second = plane.pca[1]
        labels = {
            "pca": say("embedding_pca", first=f"{first:.0%}"[:-1], second=f"{second:.0%}"[:-1]),
            "tsne": say("embedding_tsne", perplexity=f"{perplexity(len(self.rows.points)):.0f}"),
        }
        rows = [[labels[face], percent(share)] for face, share in plane.kept.items()]
        if plane.agree is not None:
            rows.append([say("embedding_agree", d=d), percent(plane.agree)])
        return rows

    def _limits(self, face: str) -> str:
        d, share = self.rows.points.shape[1], percent(self.plane.kept[face])
        if face == "tsne":
            return say("embedding_limits_tsne", d=d, share=share)
        first, second = self.plane.pca[1]
        return say("embedding_limits_pca", d=d, share=share, lost=percent(1 - first - second))

    def _axes(self, face: str) -> list[str]:
        if face != "pca":
            return [say("embedding_no_axes")]
        return [
            say(f"embedding_axis_{way}", share=percent(share))
            for way, share in zip(("right", "up"), self.plane.pca[1])
        ]

    def _questions(self) -> dict[str, dict[str, Any]]:
        """The questions by what they come before: "open", "tsne" and "sample"."""
        plane, rows = self.plane, self.rows
        share = plane.kept["pca"]
        options = [share, *(one for one in (1.0, 0.8, 0.5, 0.2) if abs(one - share) > 0.06)][:4]
        values = {"d": rows.points.shape[1], "n": min(NEIGHBOURS, plane.near.shape[1])}
        asked = {
            "open": question(
                "embedding open",
                say("embedding_ask_kept", **values),
                [percent(one) for one in sorted(options)],
                percent(share),
                say("embedding_limits_pca", **values, share=percent(share),
                    lost=percent(1 - plane.pca[1].sum())),
            )
        }  # fmt: skip
        yes_no = [say("yes"), say("no")]
        if "tsne" in plane.places:
            asked["tsne"] = question(
                "embedding tsne", say("embedding_ask_size"), yes_no, say("no"),
                say("embedding_limits_tsne", share=percent(plane.kept["tsne"]), **values),
            )  # fmt: skip
        if rows.wrong is not None and rows.wrong.any():
            labels = np.array(rows.labels)
            mixed = (labels[plane.near[:, :SHOWN]] != labels[:, None]).mean(axis=1) > 0.25
            if 0 < mixed.sum() < len(mixed):
                inside, between = rows.wrong[~mixed].mean(), rows.wrong[mixed].mean()
                asked["sample"] = question(
                    "embedding sample", say("embedding_ask_between"), yes_no,
                    say("yes") if between > inside else say("no"),
                    say("embedding_between", between=percent(between), inside=percent(inside)),
                )  # fmt: skip
        return asked

    def told(self, kind: str, key: Any) -> Any:
        """The picture of a sample that is not stored."""
        known = kind == "sample" and isinstance(key, int) and 0 <= key < len(self.rows.points)
        return {"svg": self.rows.svg(key), "text": self.rows.text(key)} if known else None

    # The view without a browser.
    def _plane(self, face: str, **more: Any) -> PlanePicture:
        rows = self.rows
        return PlanePicture(
            say("embedding_title", name=rows.name), face, self.plane.places[face], rows.labels,
            rows.wrong, self._axes(face), words=rows.words if rows.kind == "word" else [],
            **more,
        )  # fmt: skip

    def picture(self) -> Picture:
        face, sample = self.state["face"], self.state["sample"]
        trust = [f"{name}: {value}." for name, value in self._trust()]
        chosen = [f"{self._name(sample)}. {self._words(sample)}"] if sample >= 0 else []
        legend = [say("embedding_foot_wrong")] if self.rows.wrong is not None else []
        limits = f"{say('embedding_not_shown')} {self._limits(face)}"
        heading = say("embedding_trust", n=self.plane.near.shape[1], d=self.rows.points.shape[1])
        words = [*chosen, *legend, heading, *trust, *self.notes, limits]
        shown = self._plane(face, beside=words)
        return StillPicture(shown, self._counts(), theme.still(self.look))

    @property
    def text(self) -> str:
        return self.picture().text


def percent(share: float) -> str:
    return f"{share:z.0%}"[:-1] + " %"  # a rest of 0 may be a little below it


def embedding(
    what: Any,
    x: Any = None,
    y: Any = None,
    *,
    labels: Any = None,
    tokens: Any = None,
    features: Any = None,
    show: str | None = None,
    at_most: int = MOST_POINTS,
    store: bool = True,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> EmbeddingView:
    """Which samples, or words, a model treats alike: rows of many numbers as points of a plane, by
    PCA and by t-SNE, and how far this picture is to be trusted.

    `what` is a model (what its last layer with weights reads), a layer that was called once or a
    tensor (what these make of `x`), an Embedding layer without `x` (its rows are words, `tokens`
    their names: a list, a dict or a function of a number), or an array of shape (n, d). `x` are the
    inputs, as for `predict`; of an array, the samples that its rows belong to. `y` are labels: a
    number, a name or a one-hot row for each sample; numbers with fractions are cut into five groups
    of equal size. With a model and `y`, samples that it answers wrong have a circle. `labels` are
    the names of classes, `features` of columns, and `show` is how samples look ("image", "words",
    "row", "series", "strip"). `at_most` is how many rows are shown, the first ones (500, at most
    3,000); t-SNE is computed for up to 500 and can be interrupted. The view stores up to 200
    samples as pictures; `store=False` leaves them out. `state` is what `EmbeddingView.line()`
    writes: `face` ("pca" or "tsne"), `sample`, `near` and `images`. `look`, `ask` and `tour` are
    those of every view: see `funclab.view.live.view.View`.

    Raises: ArgumentError for something without rows of numbers; ShapeError and DataError for data
    that do not fit.
    """
    positive("at_most", at_most)
    names = {"labels": labels, "tokens": tokens, "features": features}
    rows = rows_of(what, x, y, min(at_most, ALL), names, show)
    plane, notes = Plane(rows), []
    places = plane.places
    if rows.count > len(rows.points):
        counts = {"n": f"{rows.count:,}", "most": f"{len(rows.points):,}"}
        notes.append(say("embedding_cut", **counts))
    if "tsne" not in places and len(rows.points) > MOST_POINTS:
        notes.append(say("embedding_only_pca", most=MOST_POINTS))
    if plane.stopped:
        notes.append(say("embedding_stopped", step=plane.stopped, steps=STEPS))
    if rows.cut:
        notes.append(say("embedding_groups"))
    data = ", ".join([written(what, "") or written_model(what), *_data(x, y)])
    settings = {**names, "show": show, "at_most": None if at_most == MOST_POINTS else at_most}
    settings["store"] = None if store else False
    call = f"funclab.embedding({data}{told(settings)}$)"
    return EmbeddingView(plane, notes, store, call, look=look, ask=ask, tour=tour, state=state)


def _data(x: Any, y: Any) -> list[str]:
    """The names of x and y, as they are passed."""
    if x is None:
        return [] if y is None else [f"y={written(y, 'y')}"]
    return [written(x, "x"), *([] if y is None else [written(y, "y")])]
