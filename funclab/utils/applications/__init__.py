"""Well-known networks for images, to read and to train: each family is one page of calls.

There are no trained weights to download. `weights` is None, for new weights, or the path of a file
of weights that Keras or funclab wrote.
"""

from funclab.errors.missing_names import guard
from funclab.utils.applications import (
    convnext,
    densenet,
    efficientnet,
    imagenet_utils,
    inception_v3,
    mobilenet,
    mobilenet_v2,
    mobilenet_v3,
    resnet,
    resnet50,
    vgg16,
    vgg19,
    xception,
)
from funclab.utils.applications.convnext import (
    ConvNeXtBase, ConvNeXtLarge, ConvNeXtSmall, ConvNeXtTiny, ConvNeXtXLarge,
)  # fmt: skip
from funclab.utils.applications.densenet import DenseNet121, DenseNet169, DenseNet201
from funclab.utils.applications.efficientnet import (
    EfficientNetB0, EfficientNetB1, EfficientNetB2, EfficientNetB3, EfficientNetB4, EfficientNetB5,
    EfficientNetB6, EfficientNetB7,
)  # fmt: skip
from funclab.utils.applications.inception_v3 import InceptionV3
from funclab.utils.applications.mobilenet import MobileNet
from funclab.utils.applications.mobilenet_v2 import MobileNetV2
from funclab.utils.applications.mobilenet_v3 import MobileNetV3Large, MobileNetV3Small
from funclab.utils.applications.resnet import ResNet50, ResNet101, ResNet152
from funclab.utils.applications.vgg import VGG16, VGG19
from funclab.utils.applications.xception import Xception

__all__ = [
    "VGG16", "VGG19", "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny",
    "ConvNeXtXLarge", "DenseNet121", "DenseNet169", "DenseNet201", "EfficientNetB0",
    "EfficientNetB1", "EfficientNetB2", "EfficientNetB3", "EfficientNetB4", "EfficientNetB5",
    "EfficientNetB6", "EfficientNetB7", "InceptionV3", "MobileNet", "MobileNetV2",
    "MobileNetV3Large", "MobileNetV3Small", "ResNet50", "ResNet101", "ResNet152", "Xception",
    "convnext", "densenet", "efficientnet", "imagenet_utils", "inception_v3", "mobilenet",
    "mobilenet_v2", "mobilenet_v3", "resnet", "resnet50", "vgg16", "vgg19", "xception",
]  # fmt: skip

guard(__name__)
