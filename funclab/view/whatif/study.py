"""What a view of changes computes: answers, maps, curves, the smallest change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.graph.shape_math import Array
from funclab.models.meaning import known_meaning, learn
from funclab.models.model import Model
from funclab.view.learned.answers import CLASSES, Answers, answers_of, of_output
from funclab.view.learned.look import Look
from funclab.view.learned.packed import packed
from funclab.view.whatif.cells import cells_of
from funclab.view.whatif.changes import curve, curved, is_untrained, smallest
from funclab.view.whatif.maps import SHARE, Maps
from funclab.view.whatif.target import Answering
from funclab.view.whatif.trust import Trust

MOST_TARGETS = 1000
MOST_READ, FEWEST = 5_000_000, 12
"""How many numbers the samples that are read have at most, and how many samples are always read."""
MOST_CURVES = 20_000
"""How many numbers the curves of one sample have, at most."""
DECIMALS, KEPT = 6, 8
FEW = 1000
"""Below so many cells, their numbers are stored to all digits that are shown."""


class Study:
    """A model, its data, and what can be asked of them. Samples are known by their index in x.

    Raises: ArgumentError for inputs that cannot be changed and for more than 1,000 answers.
    """

    def __init__(
        self,
        model: Model,
        x: Any,
        y: Any = None,
        *,
        labels: Any = None,
        show: Mapping[str, str] | None = None,
        names: Mapping[str, Sequence[str]] | None = None,
        fill: Any = None,
        at: str = "",
        at_most: int = 500,
    ) -> None:
        self.model, self.look = model, Look(model, x)
        learn(model, x, y)
        self.numbers = sum(a[:1].size for a in self.look.arrays if a is not None)
        at_most = min(at_most, max(FEWEST, MOST_READ // self.numbers))
        count = sum(int(np.prod(tensor.shape[1:])) for tensor in model.outputs)
        if count > MOST_TARGETS:
            raise ArgumentError(
                f"{model.name} answers with {count:,} numbers.",
                why=f"whatif compares at most {MOST_TARGETS:,}.",
                fix="pass a model of those that matter, such as "
                "Model(model.input, model.output[:, :10]).",
            )
        self.first, self.untrained = self.look.first(at_most), is_untrained(model)
        self.answers = self._answers(y, labels, min(at_most, len(self.look)))
        named = [answers.names if answers.kind == CLASSES else [] for answers in self.answers]
        self.answering = Answering(self.look, named)
        known = [
            whole if whole is not None and whole.dtype.kind in "iu" else first
            for whole, first in zip(self.look.arrays, self.first.arrays)
        ]  # a word may occur in any sample
        self.cells = cells_of(model, known, show, names)
        self._mapped: dict[str, dict[str, Array]] = {}
        self.maps = Maps(self.answering, self.cells, fill, at)

    def _answers(self, y: Any, labels: Any, count: int) -> list[Answers]:
        """The answers of each output for the first samples, and the truth that is known."""
        found = []
        names = self.model.output_names
        for output, name in enumerate(names):
            truth = of_output(y, self.model, output)
            own = labels.get(name) if isinstance(labels, Mapping) else labels
            truth = truth if truth is None else np.asarray(truth)[:count]
            meaning = known_meaning(self.model.outputs[output])
            if own is None and meaning is not None and isinstance(meaning.labels, tuple):
                own = meaning.labels
            fits = own is not None and len(own) == self.model.outputs[output].shape[-1]
            found.append(answers_of(self.first, truth, output, labels=own if fits else None))
        return found

    def __len__(self) -> int:
        return len(self.look)

    def sample(self, index: int) -> list[Any]:
        return self.look.rows(slice(index, index + 1))

    def changed(self, state: Mapping[str, Any]) -> list[Any]:
        """The sample of a state, with its changes."""
        changes = state["changes"]
        pairs = list(zip(changes[::2], changes[1::2]))
        return self.cells.changed(self.sample(state["sample"]), pairs, state["blank"])

    def target(self, state: Mapping[str, Any]) -> int:
        """The number of the target of a state: the model's own answer to the sample, unless one is
        named."""
        if not state["of"]:
            return self.answering.own(self.answering.values(self.sample(state["sample"]))[0])
        return [target.name for target in self.answering.targets].index(state["of"])

    def mapped(self, state: Mapping[str, Any]) -> dict[str, Array]:
        """All maps of a state: those of the last states are kept."""
        for _ in self.mapping(state):
            pass
        return self._mapped[self._mapped_as(state)]

    def mapping(self, state: Mapping[str, Any]) -> Iterator[float]:
        """Compute all maps of a state, piece by piece: yields which part is done."""
        key, names, found = self._mapped_as(state), self.maps.names, {}
        if key in self._mapped:
            return
        sample, target = self.changed(state), self.answering.targets[self.target(state)]
        for i, name in enumerate(names):
            pieces = self.maps.pieces(name, sample, target)
            while name not in found:
                try:
                    yield (i + next(pieces)) / len(names)
                except StopIteration as end:
                    found[name] = end.value
            yield (i + 1) / len(names)
        self._mapped = dict([*self._mapped.items(), (key, found)][-KEPT:])

    def _mapped_as(self, state: Mapping[str, Any]) -> str:
        return key_of(state["sample"], state["blank"], state["changes"], self.target(state))

    # What a page knows of it.
    def about(self) -> dict[str, Any]:
        """What a page knows of the model and its inputs."""
        cells = self.cells
        return {
            "parts": [
                {
                    "name": part.name,
                    "kind": part.kind,
                    "rows": part.rows,
                    "columns": part.columns,
                    "start": start,
                    "low": _ends(part.low),
                    "high": _ends(part.high),
                    "fill": _ends(part.values(part.fill)),
                    "names": list(part.names),
                    "group": part.group,
                    "colours": part.kind == "image"
                    and part.owner.ndim == 3
                    and part.owner.shape[2] > 1,
                    "block": round((part.owner.size / part.count) ** 0.5),
                }
                for part, start in zip(cells.parts, cells.starts)
            ],
            "targets": [
                {
                    "name": target.name,
                    "label": target.label,
                    "output": target.output,
                    "kind": target.kind,
                }
                for target in self.answering.targets
            ],
            "outputs": list(self.model.output_names),
            "maps_of": self.maps.names,
            "places": self.maps.places if "region" in self.maps.names else [],
            "region_at": self.maps.at,
            "samples": len(self.look),
        }

    def told_sample(self, index: int) -> dict[str, Any]:
        """The values of a sample's cells, the answers to it, and the truth."""
        sample = self.sample(index)
        values = self.answering.values(sample)[0]
        told = {
            "values": packed(self.cells.values(sample), 32 if len(self.cells) < FEW else 16),
            "answers": _plain(values),
            "own": self.answering.own(values),
            "truths": [self.truth(output, index) for output in range(len(self.answers))],
        }
        colours = [
            part for part in self.cells.parts if part.kind == "image" and part.owner.ndim == 3
        ]
        if colours and colours[0].owner.shape[2] > 1:
            told["colours"] = packed(colours[0].channels(sample[colours[0].number][0]))
        return told

    def truth(self, output: int, index: int) -> float | None:
        """The number of the true class among the targets; of yes or no, and of numbers, the truth
        itself; None if it is not known."""
        truth = self.answers[output].truth
        if truth is None or index >= len(truth):
            return None
        if self.answering.kinds[output] != CLASSES:
            return float(truth[index])
        first = next(i for i, t in enumerate(self.answering.targets) if t.output == output)
        return first + int(truth[index])

    def told_answer(self, key: str) -> list[float | None]:
        """The answers to a changed sample. The key is JSON: [sample, blank, changes]."""
        sample, blank, changes = json.loads(key)
        state = {"sample": sample, "blank": blank, "changes": changes}
        values = self.answering.values(self.changed(state))[0]
        return _plain(values)

    def asked(self, key: str) -> dict[str, Any]:
        """The state whose maps are asked for."""
        sample, blank, changes, at = json.loads(key)
        name = self.answering.targets[at].name
        return {"sample": sample, "blank": blank, "changes": changes, "of": name}

    def told_maps(self, key: str) -> dict[str, Any]:
        """The maps of a changed sample. The key is JSON: [sample, blank, changes, target]."""
        state = self.asked(key)
        target, maps = self.answering.targets[self.target(state)], self.mapped(state)
        bits = 16 if len(self.cells) < FEW else 8
        told: dict[str, Any] = {name: packed(numbers, bits) for name, numbers in maps.items()}
        if SHARE in maps:
            rise = self.maps.rise(self.changed(state), target)
            told["sum"] = _plain(np.array([maps[SHARE].sum(), rise]))
        return told

    def told_curves(self, index: int) -> dict[str, Any] | None:
        """The curves of the features of a sample: feature, value, target."""
        cells = curved(self.cells)
        targets = len(self.answering.targets)
        room = MOST_CURVES // (33 * targets)
        if not cells or not room:
            return None
        sample = self.sample(index)
        curves = {
            str(cell): packed(curve(self.answering, self.cells, sample, cell), 16)
            for cell in cells[:room]
        }
        return curves

    def told_smallest(self, key: str) -> dict[str, Any] | None:
        """The change of a single cell that moves the answer most. The key is JSON, as for maps."""
        sample, blank, changes, at = json.loads(key)
        arrays = self.changed({"sample": sample, "blank": blank, "changes": changes})
        own = self.answering.own(self.answering.values(arrays)[0])
        found = smallest(self.answering, self.cells, arrays, at, lower=at == own)
        if found is None:
            return None
        return {
            "cell": found.cell,
            "value": found.value,
            "answers": _plain(found.answers),
            "gain": _plain(np.array([found.gain]))[0],
            "lower": at == own,
            "tried": found.tried,
            "possible": found.possible,
        }


def told_trust(trust: Trust) -> dict[str, Any]:
    return {
        "samples": trust.samples,
        "erased": trust.erased,
        "erase": {name: round(value, 4) for name, value in trust.erase.items()},
        "randomized": {name: round(value, 4) for name, value in trust.randomized.items()},
    }


def key_of(*parts: Any) -> str:
    """A key as pages write it."""
    return json.dumps(parts, separators=(",", ":"))


def _ends(values: Any) -> Any:
    """One number for all cells if they have the same."""
    numbers = [round(float(value), DECIMALS) for value in np.reshape(values, -1)]
    return numbers[0] if len(set(numbers)) == 1 else numbers


def _plain(values: Array) -> list[float | None]:
    """Numbers as JSON has them: NaN and infinity become None."""
    return [round(float(value), DECIMALS) if np.isfinite(value) else None for value in values]
