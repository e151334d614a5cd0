"""VGG16 under the name that its module has in Keras."""

from funclab.applications.vgg import VGG16, preprocess_input

__all__ = ["VGG16", "preprocess_input"]
