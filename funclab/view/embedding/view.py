"""Which samples, or words, a model treats alike: their rows of numbers as points of a plane."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

import numpy as np

from funclab.errors import ArgumentError
from funclab.layers.checks import positive
from funclab.registry.parameters import wrong_value
from funclab.view.draw import theme
from funclab.view.draw.frames import percent
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import question, say
from funclab.view.draw.text import clean
from funclab.view.embedding.picture import PlanePicture, StillPicture, fitted
from funclab.view.embedding.plane import MOST_POINTS, SHOWN, Plane
from funclab.view.embedding.projecting import NEIGHBOURS, STEPS, perplexity
from funclab.view.embedding.rows import rows_of
from funclab.view.live.variables import told, written, written_model
from funclab.view.live.view import Growing
from funclab.view.scene.diagram import bare

ALL = 3000
"""How many points are drawn at most."""
PICTURES, STORED = 200, 220_000
"""How many samples are stored as pictures, and up to how many characters these have."""
NOTHING, HARDLY = 1e-9, 0.005
"""Up to which share of the variance nothing is lost, and hardly anything: 0 % when rounded."""
PIECE = 0.2
"""Seconds of t-SNE for each request of a page."""


class EmbeddingView(Growing):
    """Rows of numbers as points of a plane. `plane` has the places, the neighbours and the shares
    of neighbours that are kept; `rows.points` are the numbers. t-SNE is computed when it is looked
    at."""

    room = "embedding"
    blank_state: ClassVar[dict[str, Any]] = {
        "face": "pca", "sample": -1, "near": -1, "images": False,
    }  # fmt: skip

    def __init__(self, plane: Plane, notes: list[str], store: bool, call: str, **settings: Any):
        self.plane, self.rows, self.notes, self.store = plane, plane.rows, notes, store
        title = say("embedding_title", name=self.rows.name)
        super().__init__(title=title, call=call, **settings)
        self._samples = self._drawn_samples()
        if self.state["face"] == "tsne":
            plane.at("tsne")
        self._draw()

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        faces = self.plane.faces
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

    def _drawn_samples(self) -> dict[str, str]:
        """The pictures of the samples that are stored."""
        pictures, left = {}, STORED
        for i in self._first() if self.store else ():
            svg = self.rows.svg(i)
            left -= len(svg)
            if not svg or left < 0:
                break
            pictures[f"sample {i}"] = svg
        if pictures:
            self.notes = [*self.notes, say("embedding_stored", n=len(pictures))]
        return pictures

    def _draw(self) -> None:
        """The planes that are computed, and what is said of them."""
        planes = {face: bare(self._plane(face)) for face in self.plane.places}
        with self.hold_sync():
            self.pictures = {**planes, **self._samples}
            self.facts = self._facts()
            self.status = {"serial": self.status.get("serial", -1) + 1}

    def _first(self) -> list[int]:
        """The samples that are stored as pictures: the chosen one with its nearest and wrong ones
        first, others spread over all."""
        n, chosen = len(self.rows.points), self.state["sample"]
        near = [] if chosen < 0 else [chosen, *self.plane.near[chosen, :SHOWN].tolist()]
        wrong = [] if self.rows.wrong is None else np.flatnonzero(self.rows.wrong).tolist()
        spread = np.linspace(0, n - 1, min(n, PICTURES)).astype(int).tolist()
        return list(dict.fromkeys([*near, *wrong, *spread]))[:PICTURES]

    def _facts(self) -> dict[str, Any]:
        rows, plane = self.rows, self.plane
        near = plane.near[:, :SHOWN]
        away = np.sqrt(np.take_along_axis(plane.squares, near, axis=1))
        return {
            "kind": rows.kind,
            "numbers": rows.points.shape[1],
            "faces": plane.faces,
            "counts": self._counts(),
            "places": {face: fitted(at).tolist() for face, at in plane.places.items()},
            "wrong": rows.wrong is not None,
            "names": [self._name(i) for i in range(len(rows.points))],
            "labels": rows.words or rows.labels,
            "words": [self._words(i) for i in range(len(rows.points))],
            "texts": [rows.text(i) for i in range(len(rows.points))] if self.store else [],
            "near": near.tolist(),
            "away": [[f"{far:.3g}" for far in others] for others in away],
            "trust": self._trust(),
            "nearest": plane.near.shape[1],
            "limits": {face: self._limits(face) for face in plane.places},
            "notes": self._notes(),
            "stopped": plane.stopped,
            "steps": STEPS,
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
        rows = [[labels[face], percent(plane.kept(face))] for face in plane.places]
        if plane.agree is not None:
            rows.append([say("embedding_agree", d=d), percent(plane.agree)])
        return rows

    def _limits(self, face: str) -> str:
        d, share = self.rows.points.shape[1], percent(self.plane.kept(face))
        if face == "tsne":
            return say("embedding_limits_tsne", d=d, share=share)
        return self._lost(d, share)

    def _lost(self, d: int, share: str) -> str:
        """What PCA leaves out, in words that fit the number."""
        found = float(self.plane.pca[1].sum())
        lost = 1 - found if found else 0.0  # all rows may be equal
        kind = "whole" if lost < NOTHING else "nearly" if lost < HARDLY else "pca"
        return say(f"embedding_limits_{kind}", d=d, share=share, lost=percent(lost))

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
        share = plane.kept("pca")
        options = [share, *(one for one in (1.0, 0.8, 0.5, 0.2) if abs(one - share) > 0.06)][:4]
        values = {"d": rows.points.shape[1], "n": min(NEIGHBOURS, plane.near.shape[1])}
        asked = {
            "open": question(
                "embedding open",
                say("embedding_ask_kept", **values),
                [percent(one) for one in sorted(options)],
                percent(share),
                self._lost(values["d"], percent(share)),
            )
        }
        yes_no = [say("yes"), say("no")]
        if "tsne" in plane.faces:
            why = say("embedding_why_size")
            asked["tsne"] = question(
                "embedding tsne", say("embedding_ask_size"), yes_no, say("no"), why
            )
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

    def _notes(self) -> list[str]:
        if not self.plane.stopped:
            return self.notes
        return [*self.notes, say("embedding_stopped", step=self.plane.step, steps=STEPS)]

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        """t-SNE is computed piece by piece, as long as the page asks for more: it can stop it."""
        if (content.get("ask"), content.get("key")) != ("plane", "tsne"):
            return super().answer_to(content)
        plane = self.plane
        with self.lock:
            if "tsne" not in plane.faces or plane.part == 1:
                return None
            if content.get("stop") and plane.step:
                plane.stopped = True
            else:
                plane.go_on(PIECE)
            if plane.stopped or plane.part == 1:
                self._draw()
                return None
            return {"kind": "plane", "key": "tsne", "value": {"step": plane.step, "steps": STEPS}}

    def complete(self) -> dict[str, Any]:
        if "tsne" in self.plane.faces and "tsne" not in self.pictures:
            self.plane.at("tsne")
            self._draw()
        return {"facts": self.facts, "pictures": self.pictures, "status": self.status}

    def told(self, kind: str, key: Any) -> Any:
        """The picture of a sample that is not stored."""
        known = kind == "sample" and isinstance(key, int) and 0 <= key < len(self.rows.points)
        return {"svg": self.rows.svg(key), "text": self.rows.text(key)} if known else None

    # The view without a browser.
    def _plane(self, face: str, **more: Any) -> PlanePicture:
        rows = self.rows
        return PlanePicture(
            say("embedding_title", name=rows.name), face, self.plane.at(face), rows.labels,
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
        words = [*chosen, *legend, heading, *trust, *self._notes(), limits]
        shown = self._plane(face, beside=words)
        return StillPicture(shown, self._counts(), theme.still(self.look))

    @property
    def text(self) -> str:
        return self.picture().text


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
    3,000). t-SNE is computed for up to 500, when it is first looked at, and can be stopped. The
    view stores up to 200 samples as pictures; `store=False` leaves them out. `state` is what
    `EmbeddingView.line()` writes: `face` ("pca" or "tsne"), `sample`, `near` and `images`. `look`,
    `ask` and `tour` are those of every view: see `funclab.view.live.view.View`.

    Raises: ArgumentError for something without rows of numbers; ShapeError and DataError for data
    that do not fit.
    """
    positive("at_most", at_most)
    names = {"labels": labels, "tokens": tokens, "features": features}
    rows = rows_of(what, x, y, min(at_most, ALL), names, show)
    plane, notes = Plane(rows), []
    if rows.count > len(rows.points):
        counts = {"n": f"{rows.count:,}", "most": f"{len(rows.points):,}"}
        notes.append(say("embedding_cut", **counts))
    if "tsne" not in plane.faces and len(rows.points) > MOST_POINTS:
        notes.append(say("embedding_only_pca", most=MOST_POINTS))
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
