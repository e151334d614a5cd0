"""The numbers behind the view, and what a page is given of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from funclab.graph.meaning import Meaning
from funclab.graph.shape_math import Array, known
from funclab.initializers import Ones, Zeros
from funclab.models.meaning import known_meaning
from funclab.view.draw.remembering import remembered
from funclab.view.draw.samples import Sample, blocks, sample_of, sample_svg
from funclab.view.draw.sentences import say, signed
from funclab.view.draw.text import clean, shorten
from funclab.view.inside.answered import Answered
from funclab.view.inside.attention import POSITIONS, Attention, attentions
from funclab.view.inside.calls import IDS, MAPS, Shown, shown_calls
from funclab.view.inside.expected import all_expected
from funclab.view.inside.numbers import Number
from funclab.view.inside.questions import questions, reads_one
from funclab.view.inside.reach import reaches
from funclab.view.inside.statistics import MOST_TILES, Counted, counted
from funclab.view.inside.store import Store, source_arrays, stored_recipes, values_of
from funclab.view.inside.words import Table, table_of
from funclab.view.learned.answers import NUMBERS
from funclab.view.learned.look import Look
from funclab.view.learned.packed import packed
from funclab.view.learned.strip import chosen_samples, stored_samples

ROOM, EXACT = 285_000, 60_000
"""Up to how many characters are stored with the view, samples and all."""
THUMB, THUMBS = 16, 40_000
"""The side of a small picture of a sample, and how many characters all of them may take."""


class Inner:
    """What the calls of a model make of data, call by call."""

    def __init__(
        self, look: Look, answered: Answered, samples: Any, at_most: int, show: str | None
    ) -> None:
        self.look, self.answered, self.show = look, answered, show
        self.answers = answers = answered.first
        self.store, self.name, self.given = True, "model", len(look)
        self.calls = shown_calls(look)
        self.listed = [call for call in self.calls if not call.between]
        self.places = {call.path: i for i, call in enumerate(self.listed)}
        self.strip = chosen_samples(answers, samples, len(look))
        self.counted, self.counts = counted(look, self.listed, at_most)
        empty = Counted(0.0, np.zeros(0), np.zeros((0, 0), int), [], 0)
        order = [
            *(count.order for count in self.counts),
            *([] for _ in self.calls[len(self.listed) :]),
        ]
        self.shelf = Store(look, self.calls, order)
        self.empty = empty
        self.attention = {
            self.places[found.path]: found
            for found in attentions(look)
            if found.path in self.places
        }

    # What is shown first, and what there is.
    @property
    def hosts(self) -> list[str]:
        """The calls that have attention weights."""
        return [self.listed[i].path for i in self.attention]

    @property
    def first(self) -> str:
        """The call that is selected at first: the last with maps, with attention, or a sum."""
        with_maps = [c.path for c in self.listed if c.kind == MAPS and c.recipe.kind]
        sums = [c.path for c in self.listed[:-1] if c.recipe.kind == "sum"]
        filters = [c.path for c in self.listed if c.kind == MAPS and c.recipe.kind == "sum"]
        found = filters or with_maps or self.hosts or sums or [c.path for c in self.listed]
        return found[-1]

    def index(self, state: dict[str, Any]) -> int:
        return self.places.get(state["call"] or self.first, len(self.listed) - 1)

    @cached_property
    def trained(self) -> bool:
        """False if all weights that begin with fixed numbers still have them."""
        first = {Zeros: 0.0, Ones: 1.0}
        told = [
            np.all(weight.array == first[type(weight.initializer)])
            for weight in self.look.model.trainable_weights
            if type(weight.initializer) in first
        ]
        return not (told and all(told))

    # Samples.
    def sample(self, index: int) -> Sample | None:
        """A sample as it is drawn: that of the first input."""
        array = self.look.arrays[0]
        if array is None:
            return None
        return sample_of(array[index], self.meaning(0), show=self.show)

    def meaning(self, number: int) -> Meaning | None:
        return known_meaning(self.look.model.inputs[number])

    def drawn(self, index: int) -> str:
        sample = self.sample(index)
        return sample_svg(sample, 24, 24) if sample and sample.look == "image" else ""

    def named(self, index: int) -> str:
        """A sample as a few words: its own, or the answer's number."""
        sample = self.sample(index)
        if sample is not None and sample.look == "words":
            return shorten(sample.text, 44)
        if self.answers is not None and self.answers.kind == NUMBERS:
            return self.answers.said(self.answers.values[index])
        return self.answered.named(index)

    def says(self, index: int) -> str:
        """What a sample is, and the model's answers with their probabilities."""
        sample = self.sample(index)
        words = sample.text if sample is not None and sample.look == "words" else ""
        return " · ".join(filter(None, [words, self.answered.says(index)]))

    # One number.
    def source(self, index: int, sample: int) -> list[Array]:
        return source_arrays(self.look, self.calls[index], sample)

    def values(self, index: int, sample: int) -> Array:
        """The output of a call, as rows, columns and channels."""
        (array,) = values_of(self.look, sample, [self.calls[index].value])
        return array.reshape(self.calls[index].plane)

    def at(self, state: dict[str, Any], array: Array) -> tuple[int, int]:
        """The chosen place, or that of the channel's largest number."""
        rows, columns, channels = array.shape
        if state["at"]:
            i, j = state["at"]
            return min(int(i), rows - 1), min(int(j), columns - 1)
        flat = int(np.argmax(np.nan_to_num(array[..., self.channel(state, channels)])))
        return flat // columns, flat % columns

    def channel(self, state: dict[str, Any], channels: int) -> int:
        return max(0, min(int(state["channel"] or 0), channels - 1))

    def number(self, index: int, sample: int, at: tuple[int, int], channel: int) -> Number | None:
        """How one number of a call is made; None for a call without a recipe."""
        recipe = self.calls[index].recipe
        if recipe.kind in ("", "lookup"):
            return None
        return recipe.number(self.source(index, sample), at, channel)

    # Attention.
    def looks(self, index: int, sample: int) -> dict[str, Array]:
        """Weights, scores, queries and keys of a call, for a sample."""
        found = self.attention[index]
        return found.arrays(values_of(self.look, sample, found.values))

    @remembered
    def table(self, index: int, sample: int) -> Table | None:
        """What becomes of the answer without each word that the call looks at."""
        return table_of(self, sample, self.looks(index, sample)["weights"])

    # What the page is given.
    def facts(self) -> dict[str, Any]:
        strip = stored_samples(self.strip, self.answers, self.drawn, self.named)
        facts: dict[str, Any] = {
            "strip": strip,
            "samples": len(self.look),
            "counted": self.counted,
            "trained": self.trained,
            "says": {str(i): self.says(i) for i in self.strip},
            "calls": self._calls(),
            "attention": self._attention(),
            "row": self._rows(),
            "questions": questions(self.listed, self._first_looks(), self._first_maps()),
            "classes": self.answers is not None and self.answers.kind != NUMBERS,
            "words": self._ids(),
            "expected": all_expected(self, self.strip),
        }
        tops = {i for count in self.counts for i in count.listed.reshape(-1).tolist()}
        facts["labels"] = {str(i): self.answered.label(i) for i in sorted(tops)}
        facts["thumbs"] = self._thumbs(sorted(tops))
        self.shelf.fit(len(self.strip), ROOM - len(str(facts)))
        kept = self.strip[: self.shelf.level.samples or None]
        facts["kept"] = kept
        for index, (fact, data) in enumerate(zip(facts["calls"], self.shelf.of(kept))):
            fact |= {
                "data": data,
                "channels": self.shelf.kept(index),
                "factor": self.shelf.factor(index),
            }
        facts["whole"] = self.shelf.whole
        facts["left_out"] = self._left_out()
        return facts

    def exact(self, state: dict[str, Any]) -> dict[str, Any]:
        """All numbers of the chosen call and of those that it reads, if there is room for them: a
        page without a kernel shows how each of them is made."""
        sample, index = state["sample"], self.index(state)
        recipe = stored_recipes(self.calls)[index]
        needed = [index, *(i for i in recipe.get("sources", []) if i is not None)]
        found = {f"{sample} {i}": self.shelf.exact(sample, i) for i in dict.fromkeys(needed)}
        is_small = not self.shelf.whole and len(str(found)) <= EXACT
        return found if is_small else {}

    def _calls(self) -> list[dict[str, Any]]:
        recipes, reach = stored_recipes(self.calls), reaches(self.calls)
        found = []
        for i, call in enumerate(self.calls):
            count = self.counts[i] if i < len(self.counts) else self.empty
            found.append(
                {
                    "path": clean(call.path),
                    "name": call.name,
                    "words": call.words,
                    "shape": call.shape,
                    "kind": call.kind,
                    "plane": list(call.plane),
                    "inputs": call.inputs,
                    "group": call.group,
                    "between": call.between,
                    "input": call.node is not None and call.node.is_input,
                    "output": call.value in {*self.look.recorded().outputs},
                    "names": self.answered.names(call.value),
                    "recipe": recipes[i],
                    "reach": reach[i],
                    "write": self._written(call),
                    **count.stored(),
                }
            )
        return found

    def _written(self, call: Shown) -> str:
        """The line of Python that makes a model which ends at a call; "" for one inside another."""
        node, name = call.node, self.name
        if node is None or node.is_input or not node.operation.is_layer or "/" in call.path:
            return ""
        layer = f"{name}.get_layer({node.operation.name!r})"
        index = int(call.path.rpartition("[")[2].rstrip("]"))
        output = "output" if index == 0 else f"get_output_at({index})"
        return f"Model({name}.inputs, {layer}.{output})"

    def _ids(self) -> dict[str, dict[str, list[str]]]:
        """The words of whole numbers, for the samples of the strip."""
        found = {}
        for i, call in enumerate(self.listed):
            if call.kind == IDS and call.plane[2] <= POSITIONS:
                found[str(i)] = (
                    {str(s): self.words(s, call.plane[2]) for s in self.strip}
                    if (call.node is not None and call.node.is_input)
                    else {}
                )
        return found

    def _whole_numbers(self, length: int) -> tuple[int, Array] | None:
        """The input of as many whole numbers, and its number."""
        for number, array in enumerate(self.look.arrays):
            if array is not None and array.shape[1:] == (length,) and self._is_whole(number):
                return number, array
        return None

    def _is_whole(self, number: int) -> bool:
        return "int" in self.look.model.inputs[number].dtype

    def words(self, sample: int, length: int) -> list[str]:
        """What stands at the positions of a sequence: the words of the input that has as many."""
        found = self._whole_numbers(length)
        if found is None:
            return [str(i) for i in range(length)]
        meaning = self.meaning(found[0]) or Meaning("words")
        return [
            clean(n) if n else say("inside_zero") for n in meaning.words(found[1][sample].tolist())
        ]

    def padding(self, sample: int, length: int) -> int:
        """From which position on there are only zeros."""
        found = self._whole_numbers(length)
        held = np.flatnonzero(found[1][sample]) if found is not None else np.array([length - 1])
        return int(held[-1]) + 1 if len(held) else 0

    def _attention(self) -> dict[str, Any]:
        return {str(i): self._looked(i, found, self.strip) for i, found in self.attention.items()}

    def _rows(self) -> dict[str, Any]:
        """Of a long sequence, the first row of the first sample."""
        long = [
            i for i, a in self.attention.items() if max(known(a.weights.shape)[-2:]) > POSITIONS
        ]
        return {f"{i} {self.strip[0]} 0": self._row(i, self.strip[0], 0) for i in long}

    def _row(self, index: int, sample: int, query: int) -> dict[str, Any]:
        """The weights with which one position looks at all others, for each head."""
        weights = self.looks(index, sample)["weights"]
        return {
            "words": self.words(sample, weights.shape[1]),
            "others": self.words(sample, weights.shape[2]),
            "weights": packed(weights[:, query], 32),
        }

    def _first_looks(self) -> dict[int, Any]:
        """The attention of each call for the first sample, where all positions are words."""
        found: dict[int, Any] = {}
        for i, attention in self.attention.items():
            queries, keys = known(attention.weights.shape)[-2:]
            found[i] = None
            if queries == keys <= POSITIONS and self._whole_numbers(keys):
                first = self.strip[0]
                weights = self.looks(i, first)["weights"]
                found[i] = weights, self.words(first, keys), self.padding(first, keys)
        return found

    def _first_maps(self) -> dict[int, Any]:
        """What calls of one channel make of the first sample."""
        first = self.strip[0]
        calls = [i for i, call in enumerate(self.listed) if reads_one(call)]
        return {i: (first, self.values(i, first), self.counts[i].order[:MOST_TILES]) for i in calls}

    def _looked(self, index: int, found: Attention, samples: Sequence[int]) -> dict[str, Any]:
        """The attention of a call for some samples; of long sequences, only its size."""
        shape = known(found.weights.shape)[1:]
        heads, queries, keys = (1, *shape)[-3:]
        facts: dict[str, Any] = {"heads": heads, "queries": queries, "keys": keys, "samples": {}}
        if max(queries, keys) <= POSITIONS:
            facts["samples"] = {str(i): self.attended(index, i) for i in samples}
        return facts

    def attended(self, index: int, sample: int) -> dict[str, Any]:
        """The attention of a call for one sample."""
        arrays = self.looks(index, sample)
        _, queries, keys = arrays["weights"].shape
        table = self.table(index, sample)
        return {
            "words": self.words(sample, queries),
            "others": self.words(sample, keys),
            "end": self.padding(sample, keys),
            **{name: packed(array, 32) for name, array in arrays.items()},
            "table": None if table is None else table.stored(),
        }

    def _thumbs(self, samples: list[int]) -> dict[str, Any] | None:
        """Small pictures of the samples with the largest numbers, if they are images."""
        drawn = [self.sample(i) for i in samples]
        first = drawn[0] if drawn else None
        if first is None or first.look != "image":
            return None
        room = THUMBS * 3 / 4 / max(1, len(samples)) / first.numbers.shape[2]
        side = min(THUMB, max(4, int(room**0.5)))
        images = np.stack([blocks(s.numbers, side, side) for s in drawn if s is not None])
        return {"of": {str(i): n for n, i in enumerate(samples)}, **packed(images)}

    def _left_out(self) -> str:
        level, found = self.shelf.level, []
        if self.given > len(self.look):
            found.append(say("inside_cut", n=len(self.look), given=f"{self.given:,}"))
        if level.bits > 8:
            return " ".join(found)
        n = level.samples or len(self.strip)
        key = "inside_left_out" if level.channels else "inside_stored"
        return " ".join([*found, say(key, n=n, channels=level.channels)])

    def told(self, kind: str, key: Any) -> Any:
        """What a page asks for that is not stored with it."""
        if kind == "sample" and isinstance(key, int) and 0 <= key < len(self.look):
            data = self.shelf.of([key])
            looked = {
                str(i): self.attended(i, key)
                for i, a in self.attention.items()
                if max(known(a.weights.shape)[1:]) <= POSITIONS
            }
            strip = stored_samples([key], self.answers, self.drawn, self.named)
            sent = {"data": data, "says": self.says(key), "attention": looked, "strip": strip[0]}
            return sent | {"expected": all_expected(self, [key])}
        if kind == "exact":
            sample, index = map(int, str(key).split(" "))
            if 0 <= sample < len(self.look) and 0 <= index < len(self.calls):
                return self.shelf.exact(sample, index)
        if kind == "kernel" and isinstance(key, int) and 0 <= key < len(self.calls):
            kernel = self.calls[key].recipe.kernel
            return None if kernel is None else packed(kernel, 32)
        if kind == "row":
            index, sample, query = map(int, str(key).split(" "))
            there = index in self.attention and 0 <= sample < len(self.look)
            if there and 0 <= query < known(self.attention[index].weights.shape)[-2]:
                return self._row(index, sample, query)
        return None

    def text(self, state: dict[str, Any]) -> str:
        """The view in words: what each call makes of the sample, and the chosen number."""
        sample = state["sample"]
        lines = [
            say("inside_text", name=clean(self.look.model.name), i=sample, says=self.says(sample))
        ]
        for i, call in enumerate(self.listed):
            count = self.counts[i]
            zeros = (
                say("inside_text_zeros", percent=f"{100 * count.zeros:.0f}") if count.zeros else ""
            )
            lines.append(" ".join(filter(None, [call.path, call.shape, call.words, zeros])))
        index = self.index(state)
        array = self.values(index, sample)
        at, channel = self.at(state, array), self.channel(state, array.shape[2])
        lines += ["", self.place_words(index, at, channel, float(array[at][channel]))]
        number = self.number(index, sample, at, channel)
        if number is not None and self.calls[index].recipe.kind == "sum":
            parts = {"total": number.total, "bias": number.bias, "result": number.result}
            lines.append(say("inside_sum", **{key: signed(n, 4) for key, n in parts.items()}))
        return "\n".join(lines)

    def place_words(self, index: int, at: tuple[int, int], channel: int, value: float) -> str:
        """A place and its number, as a screen reader says it."""
        call = self.calls[index]
        rows, columns, _ = call.plane
        key = "maps" if rows > 1 else "rows" if columns > 1 else "vector"
        values = {"name": call.path, "k": channel, "row": at[0], "column": at[1]}
        return say(f"inside_place_{key}", **values, value=signed(value, 4))
