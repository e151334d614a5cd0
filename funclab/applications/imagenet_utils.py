"""Pixels as networks for ImageNet expect them, under the name that the module has in Keras."""

from funclab.errors.missing_names import guard
from funclab.keras2.imagenet import preprocess_input

__all__ = ["preprocess_input"]

guard(__name__)
