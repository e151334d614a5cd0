"""Where Keras keeps helpers for data; see also funclab.utils and the layers that prepare data."""

from funclab.errors.missing_names import guard
from funclab.utils.preprocessing import image, sequence
from funclab.utils import (
    image_dataset_from_directory, text_dataset_from_directory, timeseries_dataset_from_array,
)  # fmt: skip

__all__ = [
    "image", "image_dataset_from_directory", "sequence", "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]  # fmt: skip

guard(__name__, name="funclab.preprocessing")
