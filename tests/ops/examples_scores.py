"""Examples of ops that judge predictions."""

import numpy as np

from tests.ops.examples import apart, example, named, normal, positive


def numbers(count: int, *shape: int):
    return lambda batch, rng: rng.integers(0, count, (batch, *shape))


def one_hot(batch: int, rng: np.random.Generator) -> np.ndarray:
    return np.eye(4)[rng.integers(0, 4, batch)]


def binary(batch: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 2, (batch, 3)).astype(float)


def far(batch: int, rng: np.random.Generator) -> np.ndarray:
    """Never equal to what `apart` makes."""
    return rng.integers(-9, 9, (batch, 3)) + 0.2


example(named("Total"), normal())
example(named("Total"), normal(3))
example(named("Total", False), normal(3))
example(named("Total"), normal(3), positive())
example(named("Total"), normal(3), positive(3))
example(named("Total"), normal(3, 2), positive(3), positive())
example(named("Tally"), np.zeros(2), normal(3))
example(named("Tally"), np.array([3.0, 2.0]), normal(3), positive())
example(named("Tally", 4), np.zeros(2), np.array(1.5))
example(named("SquaredError"), normal(3), normal(3))
example(named("SquaredError"), normal(2, 3), normal(2, 3))
example(named("AbsoluteError"), apart(3), far)
example(named("ClassHits"), one_hot, normal(4))
example(named("SparseClassHits"), numbers(4), normal(4))
example(named("SparseClassHits"), numbers(4, 2), normal(2, 4))
example(named("RankHits", 2), numbers(4), normal(4))
example(named("ThresholdHits"), binary, normal(3))
example(named("ThresholdHits", 0.2), binary, normal(3))
