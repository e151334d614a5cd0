"""VGG19 under the name that its module has in Keras."""

from funclab.applications.vgg import VGG19, preprocess_input

__all__ = ["VGG19", "preprocess_input"]
