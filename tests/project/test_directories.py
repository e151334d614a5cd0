"""Files in folders, a folder for each class, become data sets."""

import numpy as np
import pytest

from funclab import layers
from funclab.errors import FunclabError
from funclab.utils import image_dataset_from_directory, save_img, text_dataset_from_directory

COLORS = {"blue": (0, 0, 200), "red": (200, 0, 0)}


@pytest.fixture
def pictures(tmp_path):
    """Four red images and three blue ones, of several sizes."""
    for name, count in (("red", 4), ("blue", 3)):
        (tmp_path / name).mkdir()
        for i in range(count):
            save_img(
                tmp_path / name / f"{i}.png", np.full((4 + i, 6, 3), COLORS[name]), scale=False
            )
    (tmp_path / "red" / "notes.txt").write_text("not an image")
    return tmp_path


@pytest.fixture
def texts(tmp_path):
    for name, words in (("bad", ["no", "never"]), ("good", ["yes"])):
        (tmp_path / name).mkdir()
        for word in words:
            (tmp_path / name / f"{word}.txt").write_text(word * 3)
    return tmp_path


def test_images_come_in_batches_with_the_numbers_of_their_folders(pictures, capsys):
    dataset = image_dataset_from_directory(pictures, image_size=(8, 5), batch_size=3, seed=1)

    batches = list(dataset.as_numpy_iterator())
    assert dataset.class_names == ["blue", "red"]
    assert [images.shape for images, _ in batches] == [(3, 8, 5, 3), (3, 8, 5, 3), (1, 8, 5, 3)]
    for images, labels in batches:
        for image, label in zip(images, labels, strict=True):
            expected = np.broadcast_to(COLORS[dataset.class_names[label]], (8, 5, 3))
            np.testing.assert_allclose(image, expected, atol=1e-3)
    assert capsys.readouterr().out == "Found 7 files belonging to 2 classes.\n"


def test_each_pass_has_another_order_and_a_seed_repeats_it(pictures):
    def passes(seed):
        made = image_dataset_from_directory(pictures, image_size=(2, 2), batch_size=7, seed=seed)
        return [next(iter(made))[1].tolist() for _ in range(8)]

    assert passes(1) == passes(1)
    assert len({tuple(order) for order in passes(1)}) > 1
    assert all(sorted(order) == [0, 0, 0, 1, 1, 1, 1] for order in passes(2))


def test_the_parts_of_a_split_have_each_file_once(pictures):
    settings = {"validation_split": 0.3, "image_size": (2, 2), "verbose": False, "seed": 5}

    both = image_dataset_from_directory(pictures, subset="both", **settings)
    apart = [
        image_dataset_from_directory(pictures, subset=part, **settings)
        for part in ("training", "validation")
    ]

    assert [len(part.file_paths) for part in both] == [5, 2]
    assert len({path for part in both for path in part.file_paths}) == 7
    assert [part.file_paths for part in both] == [part.file_paths for part in apart]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("int", [0, 0, 0, 1, 1, 1, 1]),
        ("binary", [[0], [0], [0], [1], [1], [1], [1]]),
        ("categorical", [[1, 0]] * 3 + [[0, 1]] * 4),
    ],
)
def test_labels_have_the_form_that_is_asked_for(pictures, mode, expected):
    dataset = image_dataset_from_directory(
        pictures, label_mode=mode, image_size=(2, 2), shuffle=False
    )

    _, labels = next(iter(dataset))
    np.testing.assert_array_equal(labels, expected)


def test_images_without_labels_are_images_alone(pictures):
    dataset = image_dataset_from_directory(
        pictures, labels=None, color_mode="grayscale", image_size=(3, 2), batch_size=None
    )

    assert [image.shape for image in dataset] == [(3, 2, 1)] * 7


def test_texts_come_as_they_are_or_shortened(texts):
    dataset = text_dataset_from_directory(texts, shuffle=False, max_length=4)

    words, labels = next(iter(dataset))
    assert [*words] == ["neve", "nono", "yesy"]
    assert labels.tolist() == [0, 0, 1]
    numbers = layers.TextVectorization(vocabulary=["nono", "yesy"])(words)
    assert np.asarray(numbers).ravel().tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"labels": [0, 1]}, "Expected 7 labels"),
        ({"class_names": ["red"]}, "are not the folders"),
        ({"validation_split": 0.2}, "must be given together"),
        ({"validation_split": 0.2, "subset": "training"}, "must provide a `seed`"),
        ({"color_mode": "pink"}, "color_mode"),
        ({"label_mode": "long"}, "label_mode"),
    ],
)
def test_what_does_not_fit_is_refused(pictures, settings, told):
    with pytest.raises(FunclabError, match=told):
        image_dataset_from_directory(pictures, **settings)


def test_a_directory_without_images_is_refused(tmp_path):
    with pytest.raises(FunclabError, match="No files were found"):
        image_dataset_from_directory(tmp_path)
    with pytest.raises(FunclabError, match="There is no directory"):
        image_dataset_from_directory(tmp_path / "none")
