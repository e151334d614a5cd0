"""Images as arrays."""

from funclab.errors.missing_names import guard
from funclab.utils import array_to_img, img_to_array, load_img, save_img

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img"]

guard(__name__, name="funclab.preprocessing.image")
