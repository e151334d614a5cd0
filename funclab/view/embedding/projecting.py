"""Points of many numbers in the plane: PCA and t-SNE, without random numbers; and how far what is
near in the plane is near in the full space, too."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funclab.graph.shape_math import Array

PERPLEXITY, STEPS = 20.0, 300
EARLY, EXAGGERATION = 100, 12.0
"""For how many steps similar points are drawn together more strongly, and how much more."""
NEIGHBOURS = 10
"""How many neighbours of each point count when the picture is judged."""


def pca(points: Array) -> tuple[Array, Array]:
    """The points along the two directions in which they differ most, and the share of the whole
    variance along each. The sign of a direction is such that its largest entry is positive.

    Shapes: points (n, d); returns (n, 2) and (2,).

    >>> pca(np.array([[0.0, 0, 0], [3, 4, 0], [6, 8, 0]]))[0].round(3)
    array([[-5.,  0.],
           [ 0.,  0.],
           [ 5.,  0.]])
    """
    centred = points.astype("float64") - points.mean(axis=0, dtype="float64")
    places, share = np.zeros((len(points), 2)), np.zeros(2)
    sizes, axes = _directions(centred)
    for i, axis in enumerate(axes[:2]):
        if sizes[i] > 1e-12 * (sizes[0] or 1):
            places[:, i] = centred @ axis * (np.sign(axis[np.abs(axis).argmax()]) or 1)
    share[: len(sizes[:2])] = (sizes**2 / ((sizes**2).sum() or 1.0))[:2]
    return places, share


def _directions(centred: Array) -> tuple[Array, Array]:
    """The sizes of all directions, the largest first, and the first two of them. For many numbers
    each, they are found among combinations of the points."""
    n, d = centred.shape
    if d <= n:
        _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
        return sizes, axes[:2]
    squares, combined = np.linalg.eigh(centred @ centred.T)
    sizes = np.sqrt(np.maximum(squares[::-1], 0))
    axes = combined[:, ::-1][:, :2].T @ centred
    return sizes, axes / np.maximum(sizes[:2, None], 1e-300)


def distances(points: Array) -> Array:
    """The squares of the distances between all points.

    Shapes: (n, d), returns (n, n).
    """
    squares = np.einsum("ij,ij->i", points, points)
    found = points @ points.T
    found *= -2
    found += squares
    found += squares[:, None]
    np.maximum(found, 0, out=found)
    np.fill_diagonal(found, 0)
    return found


def tsne(points: Array) -> Iterator[Array]:
    """Places in which points that are near in the full space are near, after each of the 300 steps
    of exact t-SNE, from PCA.

    Shapes: (n, d), yields (n, 2).
    Source: "Visualizing Data using t-SNE", van der Maaten and Hinton 2008.
    """
    n = len(points)
    start = pca(points)[0]
    spread = start[:, 0].std()
    if n < 3 or not spread:
        yield start
        return
    wanted = _similarities(distances(points.astype("float64")))
    places = start * (1e-2 / spread)
    moves, gains = np.zeros_like(places), np.ones_like(places)
    strong = wanted * EXAGGERATION
    for step in range(STEPS):
        early = step < EARLY
        slope = _slope(strong if early else wanted, places)
        gains = np.where(np.sign(slope) == np.sign(moves), gains * 0.8, gains + 0.2)
        gains = np.maximum(gains, 0.01)
        moves = (0.5 if early else 0.8) * moves - max(n / 48, 50) * gains * slope
        places = places + moves
        places -= places.mean(axis=0)
        yield places


def perplexity(n: int) -> float:
    """How many neighbours of each of n points count: 20, or fewer of few points."""
    return min(PERPLEXITY, (n - 1) / 3)


def _slope(wanted: Array, places: Array) -> Array:
    """The gradient of the difference between wanted and present similarities."""
    near = distances(places)
    near += 1
    np.reciprocal(near, out=near)
    np.fill_diagonal(near, 0)
    pulls = near * (-1 / near.sum())
    pulls += wanted
    pulls *= near
    return 4 * (pulls.sum(axis=1)[:, None] * places - pulls @ places)


def _similarities(squares: Array) -> Array:
    """How similar all pairs are: Gaussian around each point, as wide as its neighbourhood."""
    n = len(squares)
    target = np.log(perplexity(n))
    low, high = np.zeros(n), np.full(n, np.inf)
    narrow = np.ones(n) / (np.median(squares) or 1.0)
    chance, whole = np.zeros_like(squares), np.ones(n)
    for _ in range(50):
        chance = np.exp(-squares * narrow[:, None])
        np.fill_diagonal(chance, 0)
        whole = chance.sum(axis=1) + 1e-12
        entropy = np.log(whole) + narrow * np.einsum("ij,ij->i", squares, chance) / whole
        low = np.where(entropy > target, narrow, low)
        high = np.where(entropy > target, high, narrow)
        narrow = np.where(np.isinf(high), narrow * 2, (low + high) / 2)
    chance /= whole[:, None]
    return np.maximum((chance + chance.T) / (2 * n), 1e-12)


def nearest(points: Array, k: int = NEIGHBOURS) -> Array:
    """The k nearest other points of each point, the nearest first; of equally near ones, the first.

    Shapes: (n, d), returns (n, at most k) of indices.
    """
    return nearest_of(distances(points.astype("float64")), k)


def nearest_of(squares: Array, k: int = NEIGHBOURS) -> Array:
    """As `nearest`, by the squares of the distances between all points.

    Shapes: (n, n), returns (n, at most k) of indices.
    """
    squares = squares.copy()
    np.fill_diagonal(squares, np.inf)
    k = min(k, len(squares) - 1)
    if not k:
        return np.zeros((len(squares), 0), int)
    farthest = np.partition(squares, k - 1, axis=1)[:, k - 1 : k]
    close = [np.flatnonzero(row) for row in squares <= farthest]
    return np.array(
        [others[np.argsort(row[others], kind="stable")[:k]] for row, others in zip(squares, close)]
    )


def kept(full: Array, plane: Array) -> float:
    """The share of nearest neighbours, as `nearest` gives them, that are near in the plane, too."""
    k = full.shape[1]
    if not k:
        return 1.0
    return float(np.mean([len({*a} & {*b}) / k for a, b in zip(full.tolist(), plane.tolist())]))


def agreeing(near: Array, labels: Array) -> float:
    """The share of nearest neighbours with the same label."""
    return float((labels[near] == labels[:, None]).mean()) if near.size else 1.0
