"""VGG19 under the name that its module has in Keras."""

from funclab.utils.applications.vgg import VGG19, preprocess_input

__all__ = ["VGG19", "preprocess_input"]
