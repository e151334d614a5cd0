"""ResNet50 under the name that its module has in Keras."""

from funclab.applications.resnet import ResNet50, preprocess_input

__all__ = ["ResNet50", "preprocess_input"]
