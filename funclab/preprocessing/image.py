"""Images as arrays."""

from funclab.missing import guard
from funclab.utils import img_to_array

__all__ = ["img_to_array"]

guard(__name__)
