"""Data that come batch by batch: generators, Sequences, and other iterables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, DataError, FunclabError, warn
from funclab.initializers import random_state, restore_random_state, rng
from funclab.training.data.batch_forms import BatchForms, Ready
from funclab.training.data.batches import Batch, Data, limited
from funclab.training.step import Specs, Step


def is_stream(x: Any) -> bool:
    """Whether x yields batches one after another, instead of being arrays."""
    if x is None or isinstance(x, (list, tuple, dict, str, bytes, np.ndarray)):
        return False
    if hasattr(x, "shape") or hasattr(x, "__array__") or hasattr(x, "inbound_nodes"):
        return False
    return hasattr(x, "__next__") or hasattr(x, "__iter__") or is_sequence(x)


def is_sequence(x: Any) -> bool:
    """Whether batches can be requested by number, as with Keras' Sequence and PyDataset."""
    return hasattr(x, "__getitem__") and hasattr(x, "__len__")


def number_of_batches(source: Any) -> int | None:
    """The number of batches of a source; None if it is unknown or infinite."""
    if hasattr(source, "num_batches"):
        return source.num_batches
    try:
        return len(source)
    except (TypeError, NotImplementedError):  # the latter from a DataLoader without a length
        return None


def tell(source: Any, moment: str) -> None:
    """Call a source's method for this moment, if it has one."""
    getattr(source, moment, lambda: None)()


def unpacked(item: Any, targets: bool = True) -> tuple[Any, Any, Any]:
    """A batch as (x, y, sample_weight)."""
    if isinstance(item, list) and targets and len(item) in (2, 3):
        item = tuple(item)
    if not isinstance(item, tuple):
        return item, None, None
    if len(item) > 3:
        raise DataError(
            f"A batch is a tuple of {len(item)}; it should be (x, y) or (x, y, sample_weight).",
            why="the first is for the inputs, the second for the targets.",
            fix="put several inputs into a list: yield [a, b], y.",
        )
    x, y, weight = (*item, None, None)[:3]
    return x, y, weight


class Stream:
    """Batches from an iterable. The first one is checked before anything is trained."""

    def __init__(
        self,
        source: Any,
        prepare: Callable[..., Data],
        make: Callable[[Specs, Any], Step],
        steps: int | None = None,
        shuffle: Any = False,
        targets: bool = True,
        forms: BatchForms | None = None,
    ) -> None:
        self.source, self.prepare, self.make, self.forms = source, prepare, make, forms
        self.targets, self.shuffle = targets, shuffle and not getattr(source, "is_ordered", False)
        count = number_of_batches(source)
        # Keras 2's images begin again when more batches are wanted than there are.
        goes_on = getattr(source, "endless", False) and (steps or 0) > (count or 0)
        self.by_number = is_sequence(source) and count is not None and not goes_on
        steps = steps if goes_on else limited(steps, count)
        self.steps = count if steps is None else steps
        if self.steps is None and hasattr(source, "num_batches"):
            raise DataError(
                f"{type(source).__name__} does not say how many batches it has.",
                why="its num_batches is None, so an epoch would not end.",
                fix="pass steps_per_epoch (steps, in evaluate and predict).",
            )
        self.one_pass = hasattr(source, "__next__")
        tell(source, "on_epoch_begin")
        self.told = True
        """Whether the source knows already that the next epoch begins."""
        self.items = self._items()
        self.place: dict[str, Any] = {}
        self.begun = 0
        """As those of `Batches`."""
        self.number = 0
        self.first = self._ready(self._first())

    def _first(self) -> Any:
        try:
            return next(self.items)
        except StopIteration:
            raise DataError(
                f"{self.source!r} gave no batch at all.",
                why="it ended before the first batch; a generator can be read only once.",
                fix="make a new generator for every call of fit.",
            ) from None

    def _items(self) -> Iterator[Any]:
        if not self.by_number:
            yield from chain(self.source)  # keeps a generator open for the next training
            return
        count = number_of_batches(self.source) or 0
        self.place = {"random": random_state()}
        for i in rng().permutation(count) if self.shuffle else range(count):
            yield self.source[int(i)]

    def mark(self, begun: int) -> dict[str, Any]:
        """Where the data are after `begun` batches of an epoch. A generator goes on by itself."""
        return {"begun": begun, **(self.place if begun and self.by_number else {})}

    def seek(self, mark: dict[str, Any]) -> None:
        """Go on where another source with equal data was."""
        self.begun = mark["begun"]
        if self.one_pass:
            return
        if "random" in mark:
            restore_random_state(mark["random"])
        self.items, self.first = self._items(), None
        for _ in range(self.begun):
            next(self.items, None)

    def _ready(self, item: Any) -> Ready:
        known = self.forms and self.forms.ready(item)
        if known:
            return known
        try:
            data = self.prepare(*unpacked(item, self.targets))
            step = self.make(data.specs(), data.tree)
            if self.forms is not None:
                self.forms.learn(item, data, step)
            return step, data.arrays
        except FunclabError as error:
            if self.number:  # earlier batches were valid, and have been used
                error.what = f"Batch {self.number + 1} does not fit. {error.what}"
                error.args = (error.what,)
            raise

    def epoch(self) -> Iterator[Batch]:
        """The steps of an epoch, each with a function that fills its buffers."""
        done, self.begun = self.begun, 0
        if not self.told:
            tell(self.source, "on_epoch_begin")
        self.told = False
        while self.steps is None or done < self.steps:
            ready = self.first or self._next(done)
            self.first = None
            if ready is None:
                break
            step, arrays = ready
            self.number += 1
            done += 1
            yield step, partial(step.fill, arrays)
        if self.forms is not None:
            self.forms.forget()
        tell(self.source, "on_epoch_end")
        if self.by_number or (self.steps is None and not self.one_pass):
            self.items = self._items()

    def _next(self, done: int) -> Ready | None:
        item = next(self.items, StopIteration)
        if item is StopIteration and not self.one_pass and self.steps is not None:
            self.items = self._items()  # from the start again
            item = next(self.items, StopIteration)
        if item is StopIteration:
            if self.steps is not None or not done:
                warn(self._end(done))
            return None
        return self._ready(item)

    def _end(self, done: int) -> str:
        """The warning that there are no more batches, after `done` of an epoch."""
        says = (
            "Your input ran out of data; interrupting training. Make sure that your dataset or "
            f"generator can generate at least {self.steps or 'a few'} batches for every epoch "
            f"(it gave {done})."
        )
        if self.one_pass:
            says += (
                f" A {type(self.source).__name__} can be read only once, and this one ended after "
                f"{self.number} batches in all, so there is nothing left for another epoch. Let it "
                "go on forever, with `while True:` around its loop, and pass steps_per_epoch; or "
                "pass arrays, a list of batches, or a class with __getitem__ and __len__."
            )
        return says


STREAMED = {"batch_size": ".", "validation_split": ", and pass validation_data."}
"""What to do instead of passing arguments that do not work with batches."""


def check_stream(x: Any, **arguments: Any) -> None:
    """Refuse arguments that are only for arrays, if x is a stream."""
    for name, value in arguments.items():
        number = isinstance(value, (bool, int, float))
        if value is not None and not (number and not value):
            raise ArgumentError(
                f"`{name}` argument is not supported when x is a {type(x).__name__} that gives "
                f"batches. Received: {name}={value if number else type(value).__name__}.",
                why="a batch brings its own targets and weights: (x, y) or (x, y, sample_weight).",
                fix=f"leave {name} out" + STREAMED.get(name, ", and let the generator yield it."),
            )
