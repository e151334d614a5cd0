"""Layers."""

from __future__ import annotations

from funclab import registry
from funclab.layers.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from funclab.layers.arguments import floatx, set_floatx
from funclab.layers.attention import AdditiveAttention, Attention
from funclab.layers.base import Layer
from funclab.layers.wrappers import Bidirectional
from funclab.layers.convolution import Conv1D, Conv2D, Convolution1D, Convolution2D
from funclab.layers.core import Dense, EinsumDense, Embedding, Identity, Masking
from funclab.layers.lstm import GRU, SimpleRNN
from funclab.layers.heads import GroupQueryAttention, MultiHeadAttention
from funclab.layers.input import Input, InputLayer
from funclab.layers.merge import Concatenate, Dot, concatenate, dot
from funclab.layers.functions import Lambda
from funclab.layers.lstm import LSTM
from funclab.layers.merge import (
    Add, Average, Maximum, Minimum, Multiply, Subtract, add, average, maximum, minimum, multiply,
    subtract,
)  # fmt: skip
from funclab.layers.normalization import (
    BatchNormalization, GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization,
)  # fmt: skip
from funclab.layers.pooling import (
    AveragePooling1D, AveragePooling2D, AvgPool1D, AvgPool2D, GlobalAveragePooling1D,
    GlobalAveragePooling2D, GlobalAvgPool1D, GlobalAvgPool2D, GlobalMaxPool1D, GlobalMaxPool2D,
    GlobalMaxPooling1D, GlobalMaxPooling2D, MaxPool1D, MaxPool2D, MaxPooling1D, MaxPooling2D,
)  # fmt: skip
from funclab.layers.preprocessing import (
    CategoryEncoding, Discretization, Normalization, Rescaling,
)  # fmt: skip
from funclab.layers.regularization import (
    ActivityRegularization, Dropout, GaussianDropout, GaussianNoise, SpatialDropout1D,
    SpatialDropout2D,
)  # fmt: skip
from funclab.layers.reshaping import (
    Cropping2D, Flatten, Permute, RepeatVector, Reshape, UpSampling2D, ZeroPadding2D,
)  # fmt: skip
from funclab.layers.spec import InputSpec
from funclab.layers.wrappers import TimeDistributed, Wrapper
from funclab.missing import guard


serialize, deserialize = registry.pair("layer")


__all__ = [
    "ELU", "GRU", "LSTM", "Activation", "ActivityRegularization", "Add", "AdditiveAttention",
    "Attention", "Average", "AveragePooling1D", "AveragePooling2D", "AvgPool1D", "AvgPool2D",
    "BatchNormalization", "Bidirectional", "CategoryEncoding", "Concatenate", "Conv1D", "Conv2D",
    "Convolution1D", "Convolution2D", "Cropping2D", "Dense", "Discretization", "Dot", "Dropout",
    "EinsumDense", "Embedding", "Flatten", "GaussianDropout", "GaussianNoise",
    "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAvgPool1D", "GlobalAvgPool2D",
    "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
    "GroupNormalization", "GroupQueryAttention", "Identity", "Input", "InputLayer", "InputSpec",
    "Lambda", "Layer", "LayerNormalization", "LeakyReLU", "Masking", "MaxPool1D", "MaxPool2D",
    "MaxPooling1D", "MaxPooling2D", "Maximum", "Minimum", "MultiHeadAttention", "Multiply",
    "Normalization", "PReLU", "Permute", "RMSNormalization", "ReLU", "RepeatVector", "Rescaling",
    "Reshape", "SimpleRNN", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "Subtract",
    "TimeDistributed", "UnitNormalization", "UpSampling2D", "Wrapper", "ZeroPadding2D", "add",
    "average", "concatenate", "deserialize", "dot", "floatx", "maximum", "minimum", "multiply",
    "serialize", "set_floatx", "subtract",
]  # fmt: skip

guard(__name__)
