"""Images as arrays."""

from funclab.errors.missing_names import guard
from funclab.utils import img_to_array

__all__ = ["img_to_array"]

guard(__name__, name="funclab.preprocessing.image")
