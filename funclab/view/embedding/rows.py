"""What is put into the plane: rows of numbers, what they are rows of, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, DataError, ShapeError
from funclab.graph.graph import source_inputs
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.graph.shape_math import show as shape_of
from funclab.graph.tensor import Tensor
from funclab.layers import Embedding
from funclab.models.late import computing
from funclab.models.meaning import known_meaning, learn
from funclab.models.meaning import told as say_meaning
from funclab.models.model import Model
from funclab.view.draw.samples import sample_of, sample_svg
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.learned.answers import NUMBERS, Answers, answers_of
from funclab.view.learned.drawn import PICTURE, WIDE, Samples, columns_of, in_words
from funclab.view.learned.look import Look, without_graph
from funclab.view.live.variables import written, written_model

GROUPS = 5
"""Into how many groups of equal size labels that are numbers are cut."""


@dataclass
class Rows:
    """Rows of numbers, one for each sample or word.

    points: (n, d). name: of the tensor they are from. code: the line that makes them. kind:
    "sample" or "word". labels: the label of each, as text; empty if there is none. cut: whether
    labels are groups of numbers. wrong: which ones the model answers wrong; given: its answers.
    """

    points: Array
    name: str
    code: str
    kind: str = "sample"
    labels: list[str] = field(default_factory=list)
    cut: bool = False
    wrong: Array | None = None
    given: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    samples: Samples | None = None
    data: Any = None
    """The samples as the user has them, of rows that come from no model."""
    count: int = 0
    """How many rows there are in all; `points` are the first of them."""

    def text(self, i: int) -> str:
        """A sample in words; nothing for an image."""
        if self.words:
            return self.words[i]
        sample = self._sample(i)
        return "" if sample is None or sample.look == "image" else in_words(sample)

    def svg(self, i: int) -> str:
        """A sample as a small picture; "" if it has none."""
        if self.samples is not None:
            return self.samples.svg(i)
        sample = self._sample(i)
        if sample is None or sample.look in ("words", "number"):
            return ""
        return sample_svg(sample, PICTURE if sample.look == "image" else WIDE, PICTURE)

    def _sample(self, i: int) -> Any:
        if self.samples is not None:
            return self.samples.sample(i)
        return None if self.data is None else sample_of(self.data[i])


def rows_of(what: Any, x: Any, y: Any, most: int, names: dict[str, Any], show: str | None) -> Rows:
    """The rows of a model, a layer, a tensor, an Embedding layer or an array.

    Raises: ArgumentError for anything else, and for missing data; DataError, ShapeError for data
        that do not fit.
    """
    if isinstance(what, Embedding) and x is None:
        return _words(what, names.get("tokens"), most)
    if isinstance(what, Model) or not isinstance(what, (Operation, Tensor, np.ndarray, list)):
        model = _converted(what)
        return _of_model(what, model, x, y, most, names, show)
    if isinstance(what, (np.ndarray, list)):
        return _of_array(what, x, y, most, names)
    tensor = _tensor(what)
    inputs = source_inputs(tensor)
    line = written(what, "") or written_model(tensor.node.operation)
    code = line if isinstance(what, Tensor) and written(what, "") else f"{line}.output"
    model = Model(inputs if len(inputs) > 1 else inputs[0], tensor)
    rows = _of_tensor(model, tensor, code, x, most, names, show)
    return _labelled(rows, y, names.get("labels"), None)


def _converted(what: Any) -> Model:
    """The model of funclab for a model of any kind."""
    model = computing(what)
    if isinstance(model, Model):
        return model
    raise ArgumentError(
        f"embedding() was given {type(what).__name__}.",
        why="it shows rows of numbers: of a model, a layer, a tensor, an Embedding layer, or an "
        "array of shape (n, d).",
        fix="write funclab.embedding(model, x, y), for example.",
    )


def _tensor(what: Any) -> Tensor:
    if isinstance(what, Tensor):
        return what
    if len(what.inbound_nodes) != 1:
        raise ArgumentError(
            f"{what.name} was called {len(what.inbound_nodes)} times.",
            why="each call has an output of its own.",
            fix=f"pass one of them, such as {what.name}.get_output_at(0)."
            if what.inbound_nodes
            else "call it on an Input first.",
        )
    return what.output


def _of_model(
    given: Any, model: Model, x: Any, y: Any, most: int, names: dict[str, Any], show: str | None
) -> Rows:
    """The last vector before the output of a model, and which samples it answers wrong."""
    if getattr(model, "graph", None) is None:
        raise without_graph(model, "its last layer reads")
    tensor = last_vector(model)
    inner = Model(model.inputs if len(model.inputs) > 1 else model.inputs[0], tensor)
    line = f"{written_model(given)}.get_layer({tensor.node.operation.name!r}).output"
    rows = _of_tensor(inner, tensor, line, x, most, names, show)
    answers = None
    if y is not None and len(model.outputs) == 1 and len(model.outputs[0].shape) == 2:
        learn(model, x, y)
        look = Look(model, x)
        look.cut(most)
        known = known_meaning(model.outputs[0])
        labels = names.get("labels") or (known.labels if known is not None else None)
        labels = list(labels) if isinstance(labels, (list, tuple)) else None
        answers = answers_of(look, np.asarray(y)[:most], 0, 0, labels)
    return _labelled(rows, y, names.get("labels"), answers)


def last_vector(model: Model) -> Tensor:
    """What the last layer with weights reads, if that is a vector; else what it makes."""
    tensor = model.outputs[0]
    while not tensor.node.is_input:
        operation, sources = tensor.node.operation, tensor.node.arguments.tensors
        if getattr(operation, "weights", ()):
            return sources[0] if len(sources) == 1 and len(sources[0].shape) == 2 else tensor
        tensor = sources[0]
    return tensor


def _of_tensor(
    model: Model,
    tensor: Tensor,
    code: str,
    x: Any,
    most: int,
    names: dict[str, Any],
    show: str | None,
) -> Rows:
    name = clean(tensor.node.operation.name)
    if len(tensor.shape) != 2 or not tensor.dtype.startswith("float"):
        raise ShapeError(
            f"{name} makes {tensor.dtype} of shape {shape_of(tensor.shape)}: no row of numbers for "
            "each sample.",
            why="each sample is one point, and its row of numbers says where.",
            fix="pass a tensor of shape (None, d): after Flatten, a global pooling, or a Dense "
            "layer.",
        )
    if x is None:
        raise ArgumentError(
            f"embedding() of {name} needs samples: x is None.",
            why="a tensor has no numbers until there are data.",
            fix="pass x, as for predict.",
        )
    learn(model, x)
    features = names.get("features")
    columns = columns_of(model, x) if features is None else features
    say_meaning(model, tokens=names.get("tokens"), features=columns)
    look = Look(model, x)
    count = len(look)
    look.cut(most)
    points = look.outputs()[0]
    return Rows(points, name, code, samples=Samples(model, look.arrays, show), count=count)


def _words(layer: Embedding, tokens: Any, most: int) -> Rows:
    """The rows of an Embedding layer, which are words; the names of words are `tokens`."""
    if not layer.weights:
        raise ArgumentError(
            f"{layer.name} has no rows yet.",
            why="an Embedding gets its weights when it is first called.",
            fix="call it on an Input first.",
        )
    points = np.asarray(layer.weights[0].numpy())
    known = [str(i) for i in range(len(points))]
    if callable(tokens):
        known = [str(tokens(i)) for i in range(len(points))]
    elif isinstance(tokens, dict):
        from_words = all(isinstance(key, str) for key in tokens)
        turned = {v: k for k, v in tokens.items()} if from_words else tokens
        known = [str(turned.get(i, i)) for i in range(len(points))]
    elif tokens is not None:
        given = list(map(str, tokens))
        known = [*given[: len(points)], *known[len(given) :]]
    code = f"{written_model(layer)}.weights[0]"
    words = [word or f"#{i}" for i, word in enumerate(known)]
    return Rows(points[:most], clean(layer.name), code, "word", words=words, count=len(points))


def _of_array(what: Any, x: Any, y: Any, most: int, names: dict[str, Any]) -> Rows:
    points = np.asarray(what)
    if points.ndim != 2 or points.dtype.kind not in "fiub" or not points.size:
        raise ShapeError(
            f"embedding() was given an array of shape {shape_of(points.shape)}, {points.dtype}.",
            why="each row is one point: an array of numbers of shape (n, d).",
            fix="write points.reshape(len(points), -1), for example.",
        )
    data = None if x is None else np.asarray(x)
    if data is not None and len(data) != len(points):
        raise DataError(
            f"{len(points)} rows, and {len(data)} samples in x.",
            why="row i belongs to sample i.",
            fix="pass rows and samples of one set.",
        )
    rows = Rows(
        points[:most], say("embedding_array"), written(what, "points"), data=data, count=len(points)
    )
    return _labelled(rows, y, names.get("labels"), None)


def _labelled(rows: Rows, y: Any, labels: Any, answers: Answers | None) -> Rows:
    """The rows with a label each, and which are wrong, if there are answers."""
    if y is None:
        return _finite(rows)
    n = len(rows.points)
    if answers is not None and answers.kind != NUMBERS:
        assert answers.truth is not None
        rows.labels = [answers.said(one) for one in answers.truth]
        rows.wrong, rows.given = answers.wrong, [answers.said(one) for one in answers.given]
        return _finite(rows)
    y = np.asarray(y)
    if len(y) != rows.count:
        raise DataError(
            f"{rows.count} samples, and {len(y)} rows of y.",
            why="row i of y is the label of sample i.",
            fix="pass x and y of one set, such as x_test and y_test.",
        )
    y = y[:n].reshape(n, -1)
    values = y[:, 0] if y.shape[1] == 1 else y.argmax(axis=1)
    if values.dtype.kind == "f" and (values != np.round(values)).any():
        ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
        rows.labels, rows.cut = [str(1 + rank * GROUPS // n) for rank in ranks.tolist()], True
        return _finite(rows)
    texts = values.astype(int) if values.dtype.kind in "fb" else values
    rows.labels = [
        str(labels[int(one)]) if labels is not None and texts.dtype.kind in "iu" else str(one)
        for one in texts.tolist()
    ]
    return _finite(rows)


def _finite(rows: Rows) -> Rows:
    bad = int((~np.isfinite(rows.points.astype("float64"))).any(axis=1).sum())
    if bad:
        raise DataError(
            f"{bad} rows of {rows.name} have NaN or infinite numbers.",
            why="such a row has no place.",
            fix="leave these samples out, for example with x[np.isfinite(x).all(axis=1)].",
        )
    if len(rows.points) < 2:
        raise DataError(
            f"{len(rows.points)} row of numbers has no neighbours.",
            why="the picture shows which rows are near each other.",
            fix="pass at least two samples.",
        )
    return rows
