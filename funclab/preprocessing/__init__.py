"""Where Keras keeps helpers for data; see also funclab.utils and the layers that prepare data."""

from funclab.missing import guard
from funclab.preprocessing import image, sequence
from funclab.utils import timeseries_dataset_from_array

__all__ = ["image", "sequence", "timeseries_dataset_from_array"]

guard(__name__)
