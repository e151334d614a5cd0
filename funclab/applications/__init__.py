"""Well-known networks for images, to read and to train: each family is one page of calls.

There are no trained weights to download. `weights` is None, for new weights, or the path of a file
of weights that Keras or funclab wrote.
"""

from funclab.applications import (
    densenet,
    imagenet_utils,
    mobilenet_v2,
    resnet,
    resnet50,
    vgg16,
    vgg19,
)
from funclab.applications.densenet import DenseNet121, DenseNet169, DenseNet201
from funclab.applications.mobilenet_v2 import MobileNetV2
from funclab.applications.resnet import ResNet50, ResNet101, ResNet152
from funclab.applications.vgg import VGG16, VGG19
from funclab.errors.missing_names import guard


__all__ = [
    "VGG16", "VGG19", "DenseNet121", "DenseNet169", "DenseNet201", "MobileNetV2", "ResNet50",
    "ResNet101", "ResNet152", "densenet", "imagenet_utils", "mobilenet_v2", "resnet", "resnet50",
    "vgg16", "vgg19",
]  # fmt: skip

guard(__name__)
