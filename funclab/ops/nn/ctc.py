"""Connectionist temporal classification: labels of a sequence, with unknown positions."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.engine.kernels import ctc as kernels
from funclab.errors import ShapeError
from funclab.graph.op import Array, Op, Work, as_float
from funclab.graph.shape_math import Shape, known, show
from funclab.ops.base import Data, Slot, in_keras, shape_of, write
from funclab.registry.parameters import wrong_value


class CTCLoss(Op):
    """out = -log of the probability that softmax(x) gives the labels, summed over all alignments.

    Between the steps that give labels, any number of steps may give a blank (the class
    `mask_index`) or repeat the label.

    Shapes: target (batch, labels) of class indices, x (batch, steps, classes), counts (batch) of
        labels, lengths (batch) of steps -> out (batch).
    Gradient: gx = g * (softmax(x) - the probability of each class at a step, given the labels).
    Numerics: probabilities are added as logarithms; 0 counts as e^-100000, as in Keras.
    Source: Graves et al., "Connectionist Temporal Classification", ICML 2006, equations 6 to 8, 15.
    """

    keras = ""
    mask_index: int = 0

    def shape(self, target: Shape, x: Shape, counts: Shape, lengths: Shape) -> Shape:
        if len(target) != 2 or len(x) != 3:
            raise ShapeError(
                f"CTC: targets `y_true` are expected to be of shape `(batch_size, max_length)`, "
                "logits `y_pred` of shape `(batch_size, max_length, num_classes)`. Received: "
                f"y_true.shape={show(target)}, y_pred.shape={show(x)}",
                why="each sequence has a row of labels, and a vector of scores for each step.",
                fix="fill the rows of labels up with the class that means a blank, 0.",
            )
        return x[:1]

    def dtype(self, target: str, x: str, counts: str, lengths: str) -> str:
        return as_float(x)

    def work(self, target: Shape, x: Shape, counts: Shape, lengths: Shape) -> Work:
        batch, steps, labels = known((x[0], x[1], target[1]))
        rows = (batch, steps + 1, labels + 1), (batch, steps + 1, labels)
        return ((x, None), *((shape, "float64") for shape in rows))

    def forward(
        self, target: Array, x: Array, counts: Array, lengths: Array, out: Array, *work: Array
    ) -> None:
        chances, blank, emit = work
        np.subtract(x, x.max(-1, keepdims=True), chances)
        chances -= np.log(np.exp(chances).sum(-1, keepdims=True))
        whole = self._whole(chances, target, counts, lengths)
        kernels.ctc_loss(whole[0], chances, *whole[1:], out, self.mask_index, blank, emit)

    def vjp(
        self, g: Array, target: Array, x: Array, counts: Array, lengths: Array, out: Array,
        chances: Array, blank: Array, emit: Array, *slots: Slot,
    ) -> None:  # fmt: skip
        gtarget, gx, *others = slots
        if gx is not None:
            whole = self._whole(chances, target, counts, lengths)
            arrays = (whole[0], chances, *whole[1:], self.mask_index, blank, emit)
            kernels.ctc_loss_vjp(g, *arrays, gx)
        for slot in (gtarget, *others):
            write(0, slot)

    def _whole(self, chances: Array, target: Array, *counts: Array) -> list[Array]:
        """Labels and lengths as integers in the valid range: the loops do not check."""
        limits = (chances.shape[2] - 1, target.shape[1], chances.shape[1])
        pairs = zip((target, *counts), limits)
        return [array.clip(0, limit).astype("int64") for array, limit in pairs]


@in_keras("nn.CTCLoss")
def ctc_loss(
    target: Data, output: Data, target_length: Data, output_length: Data, mask_index: int = 0
) -> Any:
    """The loss of label sequences, from scores (before a softmax) for each step; see CTCLoss.

    Shapes: target (batch, labels), output (batch, steps, classes), target_length (batch),
        output_length (batch) -> (batch).
    """
    return CTCLoss(mask_index)(target, output, target_length, output_length)


class CTCDecode(Op):
    """The likeliest labels of each sequence, padded with -1, and their scores.

    strategy="greedy" takes the likeliest class at each step; "beam_search" follows the `beam_width`
    likeliest label sequences and returns the best `top_paths` of them.

    Shapes: x (batch, steps, classes), lengths (batch) -> labels (paths, batch, steps), and scores
        (batch, paths): minus the sum of the largest x, or the log probability of the path.
    """

    keras = ""
    n_outputs = 2
    differentiable = False
    strategy: str = "greedy"
    beam_width: int = 100
    top_paths: int = 1
    merge_repeated: bool = True
    mask_index: int = 0

    def shape(self, x: Shape, lengths: Shape) -> tuple[Shape, Shape]:
        if self.strategy not in ("greedy", "beam_search"):
            wanted = '"greedy" or "beam_search"'
            raise wrong_value("ctc_decode", "strategy", self.strategy, wanted, '"greedy"')
        paths = 1 if self.strategy == "greedy" else self.top_paths
        return (paths, *x[:2]), (x[0], paths)

    def dtype(self, x: str, lengths: str) -> tuple[str, str]:
        return "int32", as_float(x)

    def forward(self, x: Array, lengths: Array, out: tuple[Array, Array]) -> None:
        paths, scores = out
        paths.fill(-1)
        for i, steps in enumerate(lengths.astype("int64")):
            decode = self._greedy if self.strategy == "greedy" else self._beam_search
            for j, (labels, score) in enumerate(decode(x[i, :steps])):
                paths[j, i, : len(labels)] = labels
                scores[i, j] = score

    def _greedy(self, x: Array) -> list[tuple[list[int], float]]:
        best = x.argmax(-1)
        again = np.zeros(len(best), bool)
        if self.merge_repeated:
            again[1:] = best[1:] == best[:-1]
        return [(best[(best != self.mask_index) & ~again].tolist(), -float(x.max(-1).sum()))]

    def _beam_search(self, x: Array) -> list[tuple[list[int], float]]:
        """Source: Graves, "Supervised Sequence Labelling with Recurrent Neural Networks", 7.5."""
        shifted = x.astype("float64") - x.max(-1, keepdims=True)
        beam = {(): (-np.inf, 0.0)}  # each path's log probabilities of ending in a label, a blank
        for step in shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)):
            grown: dict[tuple[int, ...], tuple[float, float]] = {}
            for path, ends in beam.items():
                for label, chance in enumerate(step.tolist()):
                    self._extend(grown, path, ends, label, chance)
            kept = sorted(grown, key=lambda path: -np.logaddexp(*grown[path]))
            beam = {path: grown[path] for path in kept[: self.beam_width]}
        scored = [(list(path), float(np.logaddexp(*ends))) for path, ends in beam.items()]
        none: list[tuple[list[int], float]] = [([], -np.inf)]
        return (scored + none * self.top_paths)[: self.top_paths]

    def _extend(
        self, grown: dict[Any, Any], path: Any, ends: tuple[float, float], label: int, chance: float
    ) -> None:
        """Add a step's label to a path; a blank or a repeated label leaves it unchanged."""
        emit, blank = ends
        either = float(np.logaddexp(emit, blank))
        if label == self.mask_index:
            _add(grown, path, 1, either + chance)
        elif path and path[-1] == label:
            _add(grown, path, 0, emit + chance)
            _add(grown, (*path, label), 0, blank + chance)
        else:
            _add(grown, (*path, label), 0, either + chance)


def _add(grown: dict[Any, Any], path: Any, end: int, chance: float) -> None:
    ends = list(grown.get(path, (-np.inf, -np.inf)))
    ends[end] = float(np.logaddexp(ends[end], chance))
    grown[path] = tuple(ends)


@in_keras("nn.CTCDecode")
def ctc_decode(
    inputs: Data,
    sequence_lengths: Data,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> Any:
    """Decode the scores of each step into labels, and score the result; see CTCDecode.

    Shapes: inputs (batch, steps, classes), sequence_lengths (batch) -> labels (paths, batch,
        steps), scores (batch, paths).
    """
    if len(shape_of(inputs)) != 3:
        wanted = "scores of shape (batch, steps, classes)"
        raise wrong_value("ctc_decode", "inputs", shape_of(inputs), wanted, "x[None]")
    decode = CTCDecode(strategy, beam_width, top_paths, merge_repeated, mask_index)
    return decode(inputs, sequence_lengths)
