"""PCA, t-SNE and neighbours, compared with scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from funclab.engine.kernels.threads import one_blas_thread
from funclab.view.embedding.projecting import agreeing, distances, kept, nearest, pca, tsne


def last_of(points):
    """The places after all steps."""
    return [*tsne(points)][-1]


def groups(n: int = 500, d: int = 16, seed: int = 0):
    """Points around ten centres, with the number of the centre of each."""
    rng = np.random.default_rng(seed)
    which = rng.integers(0, 10, n)
    centres = rng.normal(size=(10, d)) * 3
    return centres[which] + rng.normal(size=(n, d)), which


@pytest.mark.parametrize("n, d", [(500, 16), (40, 300)])
def test_pca_is_that_of_scikit_learn_up_to_its_sign(n, d):
    points, _ = groups(n, d)
    places, share = pca(points)
    wanted = PCA(2).fit(points)

    theirs = wanted.transform(points)
    for i in range(2):
        assert np.abs(places[:, i]) == pytest.approx(np.abs(theirs[:, i]), abs=1e-9)
    assert share == pytest.approx(wanted.explained_variance_ratio_)


def test_the_largest_entry_of_each_direction_is_positive():
    points, _ = groups(50)

    assert pca(points)[0] == pytest.approx(pca(points.copy())[0])
    flipped = pca(-points)[0]
    assert flipped == pytest.approx(-pca(points)[0])


@pytest.mark.parametrize("points", [np.ones((5, 3)), np.arange(4.0)[:, None], np.zeros((1, 2))])
def test_points_on_a_line_or_in_one_place_have_places(points):
    places, share = pca(points)

    assert np.isfinite(places).all() and np.isfinite(share).all()
    assert places.shape == (len(points), 2)
    assert (places[:, 1] == 0).all()
    assert last_of(points).shape == (len(points), 2)


def test_distances_are_squares_of_the_lengths_of_differences():
    points, _ = groups(40, 5)
    wanted = ((points[:, None] - points) ** 2).sum(axis=2)

    assert distances(points) == pytest.approx(wanted, abs=1e-9)


def test_the_nearest_are_those_of_scikit_learn():
    points, _ = groups(300)
    theirs = NearestNeighbors(n_neighbors=10).fit(points).kneighbors(return_distance=False)

    assert nearest(points).tolist() == theirs.tolist()


def test_of_equally_near_ones_the_first_are_nearest():
    square = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1], [9, 9]])

    assert nearest(square, 1)[:, 0].tolist() == [1, 0, 0, 1, 3]
    assert nearest(square, 3)[0].tolist() == [1, 2, 3]
    assert nearest(square[:1]).shape == (1, 0)


def test_tsne_keeps_as_many_neighbours_as_that_of_scikit_learn():
    points, _ = groups(250)
    wanted = TSNE(perplexity=20, init="pca", method="exact", random_state=0)
    with one_blas_thread():
        theirs = wanted.fit_transform(points)
    near = nearest(points)

    ours = kept(near, nearest(last_of(points)))
    assert ours == pytest.approx(kept(near, nearest(theirs)), abs=0.03)
    assert ours > kept(near, nearest(pca(points)[0]))


def test_tsne_is_the_same_in_two_runs():
    points, _ = groups(120)

    assert last_of(points).tolist() == last_of(points.copy()).tolist()


def test_each_step_has_places_of_its_own():
    points, _ = groups(60)
    steps = [*tsne(points)]

    assert len(steps) == 300
    assert all(np.isfinite(places).all() for places in steps)
    assert not any(np.array_equal(a, b) for a, b in zip(steps, steps[1:]))


def test_shares_of_neighbours_by_hand():
    near = np.array([[1, 2], [0, 2], [0, 1]])
    plane = np.array([[1, 2], [2, 0], [1, 3]])

    assert kept(near, plane) == pytest.approx((1 + 1 + 0.5) / 3)
    assert agreeing(near, np.array([7, 7, 8])) == pytest.approx((0.5 + 0.5 + 0) / 3)
