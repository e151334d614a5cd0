"""Images changed by `ImageDataGenerator`, in funclab and in Keras.

`python -m tests.keras2.changed_images` records them with a real Keras.
"""

from pathlib import Path

import numpy as np

RECORD = Path(__file__).with_suffix(".npz")
ALL = {
    "rotation_range": 40, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 20,
    "zoom_range": 0.3, "horizontal_flip": True, "vertical_flip": True,
}  # fmt: skip
CASES = {
    "height": {"height_shift_range": [2]},
    "width": {"width_shift_range": 0.3},
    "pixels": {"width_shift_range": 3.0},
    "shear": {"shear_range": 30},
    "zoom": {"zoom_range": [0.5, 0.8]},
    "all": ALL | {"rescale": 1 / 255},
    "first": ALL | {"data_format": "channels_first"},
    "constant": ALL | {"fill_mode": "constant", "cval": 7.0},
    "reflect": ALL | {"fill_mode": "reflect"},
    "wrap": ALL | {"fill_mode": "wrap"},
    "nearest pixel": {"rotation_range": 40, "interpolation_order": 0},
    "channels": {"channel_shift_range": 40.0},
    "sample": {"samplewise_center": True, "samplewise_std_normalization": True},
    "feature": {"featurewise_center": True, "featurewise_std_normalization": True},
    "whitened": {"zca_whitening": True, "zca_epsilon": 1e-3},
}


def images():
    """Images that are not square, (5, 5, 7, 2)."""
    return (np.random.RandomState(0).rand(5, 5, 7, 3) * 255).astype("float32")


def batches(generator):
    """What a generator makes: three batches one after another, the first by number, an image."""
    x = images()
    if generator.data_format == "channels_first":
        x = x.transpose(0, 3, 1, 2)
    if generator.featurewise_center:
        generator.fit(x)
    flow = generator.flow(x, np.arange(5), batch_size=3, seed=3)
    made = [next(flow) for _ in range(3)] + [flow[0]]
    arrays = [part for batch in made for part in batch]
    return np.concatenate(
        [np.ravel(part) for part in (*arrays, generator.random_transform(x[0], 5))]
    )


def record():
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    made = {name: batches(ImageDataGenerator(**case)) for name, case in CASES.items()}
    np.savez_compressed(RECORD, **{name: np.float32(array) for name, array in made.items()})


if __name__ == "__main__":
    record()
