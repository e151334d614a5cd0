"""Which trials a sweep runs, and for how many epochs: all at once, or in rounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from funclab.distribute.journal import Record
from funclab.distribute.space import Config, label
from funclab.distribute.trials import Key, Task, Trial, sound
from funclab.files.json_lines import Unusable, digest

Results = Mapping[Key, Trial]
Ranked = Callable[[Sequence[Trial]], list[Trial]]


@dataclass(frozen=True)
class Plan:
    """The rounds of a sweep: one of all trials, or, with a `factor`, successive halving.

    In successive halving, the best of each round, one in `factor`, are trained again from the start
    in the next round, `factor` times as long. The last round trains for `epochs`.
    """

    configs: list[Config]
    epochs: int
    factor: int = 0

    def lengths(self) -> list[int]:
        """The epochs of each round."""
        if not self.factor:
            return [self.epochs]
        rounds = min(_log(self.epochs, self.factor), _log(len(self.configs), self.factor))
        return [self.epochs // self.factor**i for i in range(rounds, -1, -1)]

    def count(self) -> int:
        """The total number of training runs, if none fails."""
        rounds = range(len(self.lengths()))
        return sum(self._size(i) for i in rounds)

    def checked(self, record: Record) -> Record:
        """A record of a trial that may belong to this plan, or to one with more trials.

        Raises: Unusable for any other.
        """
        number, epochs = sound(record)["trial"], {self.epochs}
        if number < len(self.configs):
            config = label(self.configs[number])
            if digest(record["config"]) != digest(config):
                raise Unusable(f"has other settings than trial {number}")
            epochs = {int(config.get("epochs", self.epochs))}
        if self.factor:
            epochs = {
                self.epochs // self.factor**i for i in range(_log(self.epochs, self.factor) + 1)
            }
        elif number >= len(self.configs):
            return record
        if record["epochs"] not in epochs:
            raise Unusable(f"has {record['epochs']} epochs")
        return record

    def _size(self, number: int) -> int:
        return max(1, len(self.configs) // max(1, self.factor) ** number)

    def rounds(self, results: Results, ranked: Ranked) -> Iterator[list[Task]]:
        """The tasks of each round; those of the round before must have ended."""
        chosen = list(range(len(self.configs)))
        for i, epochs in enumerate(self.lengths()):
            if i:
                before = [results[number, self.lengths()[i - 1]] for number in chosen]
                ended = [trial for trial in ranked(before) if not math.isnan(trial.score)]
                chosen = sorted(trial.number for trial in ended[: self._size(i)])
            configs = [(number, self.configs[number]) for number in chosen]
            yield [Task(i, int(config.get("epochs", epochs)), config) for i, config in configs]


def _log(number: int, base: int) -> int:
    """How often a number can be divided by the base: the logarithm, rounded down.

    >>> _log(8, 3), _log(9, 3)
    (1, 2)
    """
    count = 0
    while number >= base:
        number, count = number // base, count + 1
    return count
