"""Cells of inputs, changes of them, the smallest change and curves."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import Input, Model, layers
from funclab.datasets import headlines
from funclab.errors import ArgumentError
from funclab.view.whatif.cells import cells_of
from funclab.view.whatif.changes import curve, edits_of, grid, is_untrained, smallest
from funclab.view.whatif.study import Study
from tests.view.whatif.models import editor, one, reader, trio, untrained_reader, waves


def test_inputs_are_told_by_their_shapes():
    kinds = [
        [
            (part.name, part.kind, part.rows, part.columns, part.group)
            for part in cells_of(m, arrays).parts
        ]
        for m, arrays in (
            (reader()[0], [reader()[1]]),
            (trio()[0], list(trio()[1].values())),
            (editor()[0], list(editor()[1].values())),
            (waves()[0], [waves()[1]]),
        )
    ]

    assert kinds == [
        [("image", "image", 8, 8, False)],
        [("measures", "row", 1, 3, False), ("island", "row", 1, 1, True)],
        [("words", "words", 1, 9, False), ("hour", "row", 1, 1, True)],
        [("series", "series", 2, 24, False)],
    ]


def test_a_changed_cell_is_one_pixel_one_word_or_one_option_and_nothing_else_moves():
    image, headline = one(reader()[1], 0), one(editor()[1], 0)
    pixels = cells_of(reader()[0], [reader()[1]])
    words = cells_of(editor()[0], list(editor()[1].values()))

    [changed] = pixels.changed(image, [(13, 0.5)])
    said = words.changed(headline, [(2, 7), (9, 3)])

    assert changed[0, 1, 5, 0] == 0.5
    assert np.array_equal(np.delete(changed.reshape(-1), 13), np.delete(image[0].reshape(-1), 13))
    assert said[0][0, 2] == 7 and np.array_equal(
        np.delete(said[0][0], 2), np.delete(headline[0][0], 2)
    )
    assert said[1].tolist() == [[0, 0, 0, 1, 0]]
    assert words.values(said)[[2, 9]].tolist() == [7, 3]


def test_a_cell_of_a_series_is_one_column_at_one_step():
    model, x, _ = waves()
    cells = cells_of(model, [x])

    [changed] = cells.changed([x[:1]], [(24 + 5, 9.0)])

    assert changed[0, 5, 1] == 9 and (changed != x[:1]).sum() == 1


def test_a_cell_of_a_large_image_is_a_block_in_all_its_colours():
    image = Input((112, 112, 3), name="image")
    model = Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(image)))
    x = np.random.default_rng(0).random((2, 112, 112, 3)).astype("float32")
    cells = cells_of(model, [x])

    [changed] = cells.changed([x[:1]], [(57, 0.25)])

    assert (changed[0, 2:4, 2:4] == 0.25).all() and (changed != x[:1]).sum() == 12
    assert cells.values([x[:1]])[57] == pytest.approx(x[0, 2:4, 2:4].mean(), abs=1e-6)


def test_a_cleared_sample_is_empty_and_drawn_on():
    cells = cells_of(reader()[0], [reader()[1]])

    [drawn] = cells.changed(one(reader()[1], 0), [(0, 1.0)], blank=True)

    assert drawn.sum() == 1 and drawn[0, 0, 0, 0] == 1


def test_inputs_without_cells_are_refused():
    model = Model(cube := Input((2, 2, 2, 5)), layers.Flatten()(cube))

    with pytest.raises(ArgumentError, match=r"\(None, 2, 2, 2, 5\)"):
        cells_of(model, [np.zeros((3, 2, 2, 2, 5), "float32")])


def test_the_smallest_change_is_that_of_brute_force():
    model, x, y = reader()
    study, sample = Study(model, x, y), one(x, 368)
    before = model.predict(sample[0], verbose=0)[0]
    best = (-1.0, 0, 0.0)
    for cell in range(64):
        for value in (0.0, 1.0):
            other = sample[0].copy()
            other.reshape(-1)[cell] = value
            gain = float(model.predict(other, verbose=0)[0, 9] - before[9])
            best = max(best, (gain, cell, value))

    found = smallest(study.answering, study.cells, sample, 9, lower=False)

    assert (found.cell, found.value) == best[1:]
    assert found.gain == pytest.approx(best[0], abs=1e-5)
    assert found.tried == found.possible


def test_the_smallest_change_of_the_models_own_answer_lowers_it():
    model, x, y = reader()
    study, sample = Study(model, x, y), one(x, 3)
    own = study.answering.own(study.answering.values(sample)[0])

    found = smallest(study.answering, study.cells, sample, own, lower=True)

    assert found.gain > 0
    assert found.answers[own] < study.answering.values(sample)[0, own]


def test_each_word_is_tried_in_place_of_each_other_but_padding_stays():
    model, x, y = editor()
    study, sample = Study(model, x, y), one(x, 0)
    values = study.cells.values(sample)
    count, held = len(headlines.WORDS), int((values[:9] > 0).sum())

    edits, possible = edits_of(study.cells, values)

    assert len(edits) == possible
    assert {cell for cell, _ in edits} == {*range(held), 9}
    largest = int(x["words"].max())
    assert possible == held * (largest - 1) + 4 <= held * (count - 2) + 4


def test_a_large_vocabulary_is_tried_in_part_and_both_numbers_are_told():
    words = Input((6,), dtype="int32", name="words")
    h = layers.GlobalAveragePooling1D()(layers.Embedding(5000, 2)(words))
    model = Model(words, layers.Dense(1)(h))
    study = Study(model, np.arange(1, 5000, dtype="int32")[:4998].reshape(-1, 6))

    edits, possible = edits_of(study.cells, study.cells.values([study.look.arrays[0][:1]]))

    assert len(edits) <= 2048 < possible == 6 * 4997


def test_a_curve_has_the_answers_along_the_range_of_a_feature():
    model, x, y = trio()
    study = Study(model, x, y)
    points = grid(study.cells, 2)

    found = curve(study.answering, study.cells, one(x, 5), 2)

    assert found.shape == (33, 5)
    assert points[[0, -1]] == pytest.approx([x["measures"][:, 2].min(), x["measures"][:, 2].max()])
    for i in (0, 10, 32):
        other = {name: array[5:6].copy() for name, array in x.items()}
        other["measures"][0, 2] = points[i]
        wanted = np.concatenate(model.predict(other, verbose=0), axis=1)[0]
        assert found[i] == pytest.approx(wanted, abs=1e-5)


def test_a_model_is_untrained_until_its_biases_have_moved():
    assert is_untrained(untrained_reader())
    assert not is_untrained(reader()[0])
