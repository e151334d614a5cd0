"""What the view of mistakes counts, compared with scikit-learn and with formulas by hand."""

import math

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, root_mean_squared_error

from funclab.view.learned.answers import CLASSES, NUMBERS, YES_NO, Answers
from funclab.view.mistakes.counting import (
    OTHER,
    Residuals,
    bins_of,
    calibration_error,
    cells_of,
    interval,
    residuals_of,
    share_of_loss,
    table_of,
    worst_first,
)


def answers(classes: int, n: int = 400, seed: int = 0) -> Answers:
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(n, classes)) * 2
    truth = rng.integers(0, classes, n)
    scores[np.arange(n), truth] += 2
    values = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return Answers(CLASSES, values.astype("float32"), truth, [f"c{i}" for i in range(classes)])


@pytest.mark.parametrize("classes", [2, 10, 12])
def test_counts_are_those_of_scikit_learn(classes):
    told = answers(classes)
    table = table_of(told)
    wanted = confusion_matrix(told.truth, told.given, labels=range(classes))

    assert table.counts.tolist() == wanted.tolist()
    assert table.right == np.diag(wanted).tolist()
    assert table.totals == wanted.sum(axis=1).tolist()


def test_of_many_classes_those_with_the_most_mistakes_have_rows_of_their_own():
    told = answers(40, 2000)
    table = table_of(told)
    whole = confusion_matrix(told.truth, told.given, labels=range(40))
    wrong = whole - np.diag(np.diag(whole))
    mistakes = wrong.sum(axis=0) + wrong.sum(axis=1)
    kept, others = table.classes[:-1], [i for i in range(40) if i not in table.classes]

    assert len(kept) == 10 and table.classes[-1] == OTHER
    assert mistakes[kept].min() >= mistakes[others].max()
    assert table.counts[:-1, :-1].tolist() == whole[np.ix_(kept, kept)].tolist()
    assert table.counts[-1, -1] == whole[np.ix_(others, others)].sum()
    assert table.right[-1] == np.diag(whole)[others].sum() < table.counts[-1, -1]
    assert table.counts.sum() == 2000


def test_a_thousand_classes_of_ten_thousand_samples_have_eleven_rows():
    told = answers(1000, 10_000)

    assert table_of(told).counts.shape == (11, 11)


def test_the_samples_of_a_cell_are_those_of_its_row_and_column_the_largest_losses_first():
    told = answers(14)
    table = table_of(told)
    cells = cells_of(told, table)
    samples = np.concatenate(list(cells.values()))

    assert sorted(samples.tolist()) == list(range(400))
    for (row, column), here in cells.items():
        assert len(here) == table.counts[row, column]
        assert {table.row_of(i) for i in told.truth[here]} == {row}
        assert {table.row_of(i) for i in told.given[here]} == {column}
        p = told.values[here, told.truth[here]]
        wrong = told.values[here].argmax(axis=1) != told.truth[here]
        assert (np.diff(p[wrong]) >= 0).all()  # the truth gets the least first
        assert (np.diff(p[~wrong]) <= 0).all()
    assert not told.wrong[cells[10, 10]][-1]


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.9])
def test_a_threshold_decides_what_is_called_yes(threshold):
    rng = np.random.default_rng(1)
    values, truth = rng.random(200), rng.integers(0, 2, 200)
    told = Answers(YES_NO, values, truth, ["no", "yes"], threshold)

    assert table_of(told).counts.tolist() == confusion_matrix(truth, values >= threshold).tolist()


@pytest.mark.parametrize(
    "count, total, low, high",
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(count, total, low, high):
    assert interval(count, total) == pytest.approx((low, high), abs=1e-4)
    assert interval(total - count, total) == pytest.approx((1 - high, 1 - low), abs=1e-4)


def test_a_share_of_nothing_may_be_anything():
    assert interval(0, 0) == (0.0, 1.0)


def test_bins_and_their_error_by_hand():
    sure = [0.55, 0.58, 0.95, 0.9, 1.0, 0.2999]
    values = np.array([[p, *[(1 - p) / 9] * 9] for p in sure])
    right = [True, False, True, True, False, True]
    told = Answers(CLASSES, values, np.where(right, 0, 1), list("abcdefghij"))
    bins = bins_of(told)

    assert [(each.n, each.right) for each in bins] == [
        (0, 0), (0, 0), (1, 1), (0, 0), (0, 0), (2, 1), (0, 0), (0, 0), (0, 0), (3, 2),
    ]  # fmt: skip
    assert bins[9].sure == pytest.approx(2.85 / 3)
    assert all(each.few for each in bins)
    assert math.isnan(bins[0].share)
    gaps = abs(1 - 0.2999), 2 * abs(0.5 - 0.565), 3 * abs(2 / 3 - 0.95)
    assert calibration_error(bins) == pytest.approx(sum(gaps) / 6)


def test_mistakes_come_by_their_losses():
    told = answers(5)
    worst = worst_first(told)
    losses = -np.log(told.values[np.arange(400), told.truth])

    assert set(worst.tolist()) == set(np.flatnonzero(told.given != told.truth).tolist())
    assert (np.diff(losses[worst]) <= 0).all()
    assert share_of_loss(told) == pytest.approx(
        np.sort(losses)[-10:].sum() / losses.sum(), rel=1e-5
    )


def test_residuals_are_prediction_minus_truth():
    truth, values = np.array([1.0, 2, 3, 4]), np.array([1.5, 2, 2, 9])
    found = residuals_of(Answers(NUMBERS, values, truth))

    assert found.values.tolist() == [0.5, 0, -1, 5]
    assert found.typical == pytest.approx(root_mean_squared_error(truth, values))
    assert found.mean == 4.5 / 4 and found.absolute == 6.5 / 4


def test_each_sample_is_in_one_band_and_the_farthest_is_first():
    values = np.random.default_rng(0).normal(0.3, 1, 500)
    found = Residuals(values)
    unit = np.sqrt(np.mean(values**2))
    edges = [-np.inf, -2 * unit, -unit, unit, 2 * unit, np.inf]

    for band, low, high in zip(found.bands, edges[:-1], edges[1:], strict=True):
        assert sorted(band.tolist()) == np.flatnonzero((values >= low) & (values < high)).tolist()
        assert (np.diff(np.abs(values[band])) <= 0).all()


def test_predictions_without_any_error_are_all_in_the_middle():
    assert [len(band) for band in Residuals(np.zeros(3)).bands] == [0, 0, 3, 0, 0]
