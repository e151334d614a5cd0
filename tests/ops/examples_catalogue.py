"""Examples of the ops that move elements, order them, write parts, and of linear algebra."""

import numpy as np

from tests.ops.examples import apart, example, named, normal, weight, whole

example(named("Tril"), normal(3))
example(named("Tril", -1), normal(4, 3))
example(named("Triu", 1), normal(4, 3))
example(named("Diag"), normal())
example(named("Diag", -1), weight(4, 4))
example(named("Diagflat", 1), weight(2, 2))
example(named("Diagonal", 0, 1, 2), normal(3, 4))
example(named("Diagonal", 1, 2, 1), normal(3, 4))
example(named("Roll", 1), normal(3))
example(named("Roll", (1, -2), (0, 1)), normal(3))
example(named("Rot90"), normal(3))
example(named("Rot90", 2, (1, 2)), normal(3, 4))
example(named("MirrorPad", ((0, 0), (1, 2))), normal(3))
example(named("MirrorPad", ((0, 0), (1, 0), (2, 2)), "symmetric"), normal(3, 2))
example(named("Unfold", 2), normal(2, 4, 3))
example(named("Unfold", (2, 3), (2, 1), 1, 2), normal(2, 4, 4))
example(named("Fold", (3, 4), 2), normal(8, 6))
example(named("Fold", (4, 4), (2, 3), (2, 1), 1, 2), normal(6, 4))

example(named("Argsort"), apart(3))
example(named("Argsort", 0), apart(3, 2))
example(named("TopIndices", 2), apart(4))
example(named("SearchSorted"), np.array([-1.0, 0.3, 2.0]), apart(3))
example(named("SearchSorted", "right"), np.array([0, 2, 2, 5]), whole(6, 3))

for axis in (None, 1, (0, 2)):
    example(named("Quantile", 0.3, axis), apart(3, 2))
    example(named("Nanquantile", 0.3, axis), apart(3, 2))
for method in ("lower", "higher", "midpoint", "nearest"):
    example(named("Quantile", (0.3, 0.7), -1, method), apart(4))
example(named("Quantile", 0.5, 1, "linear", True), apart(4))
example(named("Cumprod", 1), apart(3, 2))
example(named("Cumprod", 0), [[2.0, 0.0, 3.0], [0.5, 1.5, 0.0]])
example(named("Sparsemax"), normal(4))
example(named("Sparsemax", 1), normal(4, 3))


def regular(batch: int, rng: np.random.Generator) -> np.ndarray:
    """Square matrices far from those without an inverse."""
    return rng.normal(size=(batch, 3, 3)) + 4 * np.eye(3)


def definite(batch: int, rng: np.random.Generator) -> np.ndarray:
    x = regular(batch, rng)
    return x @ x.swapaxes(1, 2)


for name in ("Inv", "Det", "Slogdet", "SingularValues", "Pinv"):
    example(named(name), regular)
example(named("Pinv"), normal(4, 2))
example(named("SingularValues"), normal(2, 4))
example(named("Cholesky"), definite)
example(named("Cholesky", True), definite)
example(named("Eigh"), definite)
example(named("Qr"), normal(4, 3))
example(named("Qr", "complete"), regular)
example(named("Svd"), regular)
example(named("Svd", False), normal(4, 3))
example(named("Solve"), regular, normal(3))
example(named("Solve"), regular, normal(3, 2))

example(named("SliceUpdate", (0, 1)), normal(4), weight(2, 3))
example(named("SliceUpdate", (1, 3, -1)), normal(4, 3), weight(1, 2, 2))
places = np.array([[0, 1], [2, 0], [2, 2]])
for reduction in (None, "add", "max", "min"):
    example(named("ScatterUpdate", reduction), apart(4), places, [5.1, -9.3, 0.02])
example(named("ScatterUpdate", "add"), normal(4), places[:, :1], weight(3, 4))
ids = np.array([2, 0, 2, -1, 1, 7, 0])
for name in ("SegmentSum", "SegmentMax", "SegmentMin", "SegmentProd"):
    example(named(name, 3), lambda batch, rng: rng.permutation(21).reshape(7, 3) - 9.3, ids)
    example(named(name, 3), apart(2), lambda batch, rng: np.arange(batch) % 3)

STATE = np.array([7, 0], np.uint64)
example(named("RandomGamma", (3, 2)), np.array([0.5, 3.0]), STATE)
example(named("RandomBeta", (3, 2)), np.array([0.5, 3.0]), np.array(2.0), STATE)
example(named("RandomBinomial", (3, 2)), np.array([5.0, 9.0]), np.array(0.3), STATE)
example(named("RandomCategories", 6), normal(4), STATE)
example(named("Permutation", 1), normal(4), STATE)
