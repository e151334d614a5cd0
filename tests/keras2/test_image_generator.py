"""`ImageDataGenerator`, from arrays, folders and tables."""

import numpy as np
import pytest
from PIL import Image

from funclab import Input, Sequential, layers
from funclab.errors import ArgumentError, DataError
from funclab.keras2.image import ImageDataGenerator, apply_affine_transform
from tests.keras2.changed_images import CASES, RECORD, batches


@pytest.fixture
def folder(tmp_path):
    """Eight files of two classes, each in a colour of its own."""
    for name, shade in (("cats", 10), ("dogs", 200)):
        (tmp_path / name).mkdir()
        for i in range(4):
            pixels = np.full((6, 8, 3), shade + i, "uint8")
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.png")
    return tmp_path


def test_images_change_as_in_keras():
    wanted = np.load(RECORD)

    for name, case in CASES.items():
        made = batches(ImageDataGenerator(**case))

        np.testing.assert_allclose(made, wanted[name], atol=2e-3, rtol=1e-4, err_msg=name)


def test_brightness_multiplies_pixels_by_a_factor():
    image = np.full((2, 2, 3), 100.0, "float32")

    (made,) = ImageDataGenerator(brightness_range=(0.5, 0.5)).flow(image[None])[0]

    np.testing.assert_allclose(made, 50, atol=1)


def test_folders_are_classes_and_a_split_keeps_both(folder):
    generator = ImageDataGenerator(rescale=1 / 255, validation_split=0.25)
    settings = {"target_size": (3, 4), "class_mode": "binary", "batch_size": 3, "shuffle": False}

    train = generator.flow_from_directory(folder, subset="training", **settings)
    rest = generator.flow_from_directory(folder, subset="validation", **settings)

    assert train.class_indices == {"cats": 0, "dogs": 1} and train.num_classes == 2
    assert (train.samples, len(train), rest.filenames) == (6, 2, ["cats/0.png", "dogs/0.png"])
    x, y = next(rest)
    assert x.shape == (2, 3, 4, 3) and y.tolist() == [0, 1]
    np.testing.assert_allclose(x[:, 0, 0, 0] * 255, [10, 200], rtol=1e-5)


@pytest.mark.parametrize(
    ("mode", "shape"),
    [("categorical", (8, 2)), ("sparse", (8,)), ("input", (8, 6, 8, 1)), (None, None)],
)
def test_targets_have_the_form_that_was_asked_for(folder, mode, shape):
    flow = ImageDataGenerator().flow_from_directory(
        folder, (6, 8), color_mode="grayscale", class_mode=mode
    )

    batch = flow[0]

    assert (batch.shape if mode is None else batch[1].shape) == (shape or (8, 6, 8, 1))


def test_a_table_names_files_and_classes(folder):
    pandas = pytest.importorskip("pandas") if False else __import__("pandas")
    table = pandas.DataFrame({"file": ["cats/1.png", "dogs/2.png"], "kind": ["a", "b"]})

    flow = ImageDataGenerator().flow_from_dataframe(
        table, folder, x_col="file", y_col="kind", target_size=(2, 2), shuffle=False
    )

    x, y = flow[0]
    assert x[:, 0, 0, 0].tolist() == [11, 202] and y.tolist() == [[1, 0], [0, 1]]


def test_a_model_learns_from_batches_without_end():
    x = np.repeat([[[[0.0]]], [[[1.0]]]], 8, 0)
    y = np.repeat([0.0, 1.0], 8)
    model = Sequential([Input((1, 1, 1)), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    flow = ImageDataGenerator(horizontal_flip=True).flow(x, y, batch_size=5, seed=1)

    history = model.fit(flow, epochs=2, verbose=0, validation_data=flow, validation_steps=2)
    longer = model.fit(flow, steps_per_epoch=7, epochs=1, verbose=0)

    assert len(flow) == 4 and model.optimizer.iterations.numpy() == 2 * 4 + 7
    assert history.history["loss"][1] > longer.history["loss"][0] > 0


def test_more_inputs_weights_and_files_belong_to_the_images(tmp_path):
    x, other = np.ones((4, 2, 2, 1)), np.arange(4)
    flow = ImageDataGenerator().flow(
        (x, other), other * 2, sample_weight=other * 3, save_to_dir=tmp_path, save_prefix="a"
    )

    (images, numbers), targets, weights = next(flow)

    assert images.shape == (4, 2, 2, 1) and len([*tmp_path.glob("a_*.png")]) == 4
    assert targets.tolist() == (numbers * 2).tolist() and weights.tolist() == (numbers * 3).tolist()


def test_what_is_no_image_is_refused(folder):
    generator = ImageDataGenerator(validation_split=0.5)

    with pytest.raises(DataError, match="images of 4 axes"):
        generator.flow(np.ones((4, 2, 2)))
    with pytest.raises(DataError, match="different number of classes"):
        generator.flow(np.ones((4, 2, 2, 1)), [0, 0, 1, 1], subset="training")
    with pytest.raises(DataError, match="rank 4"):
        generator.fit(np.ones((4, 2)))
    with pytest.raises(DataError, match="three axes"):
        apply_affine_transform(np.ones((4, 2)), theta=3)
    with pytest.raises(DataError, match="There is no directory"):
        generator.flow_from_directory(folder / "nowhere")
    with pytest.raises(ArgumentError, match="have no folder"):
        generator.flow_from_directory(folder, classes=["cows"])
    with pytest.raises(ArgumentError, match="`zoom_range` should be two numbers"):
        ImageDataGenerator(zoom_range=(1, 2, 3))
    with pytest.raises(ArgumentError, match="between 0 and 1"):
        ImageDataGenerator(validation_split=2)
