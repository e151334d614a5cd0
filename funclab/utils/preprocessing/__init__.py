"""Where Keras keeps helpers for data; see also funclab.utils and the layers that prepare data."""

from funclab.errors.missing_names import guard
from funclab.utils.preprocessing import image
from funclab.utils.preprocessing import sequence
from funclab.utils import timeseries_dataset_from_array

__all__ = ["image", "sequence", "timeseries_dataset_from_array"]

guard(__name__, name="funclab.preprocessing")
