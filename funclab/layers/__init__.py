"""Layers."""

from funclab import registry
from funclab.layers.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from funclab.layers.arguments import floatx, set_floatx
from funclab.layers.attention import AdditiveAttention, Attention
from funclab.layers.base import Layer
from funclab.layers.wrappers import SpectralNormalization, Bidirectional, TimeDistributed, Wrapper
from funclab.layers.convolution import (
    Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose, Convolution1D,
    Convolution1DTranspose, Convolution2D, Convolution2DTranspose, Convolution3D,
    Convolution3DTranspose,
)  # fmt: skip
from funclab.layers.recurrent.conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from funclab.layers.recurrent.cells import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from funclab.layers.core import (
    Dense, EinsumDense, Embedding, Identity, Masking, ReversibleEmbedding,
)  # fmt: skip
from funclab.layers.recurrent.lstm import GRU, SimpleRNN, LSTM
from funclab.layers.heads import GroupQueryAttention, MultiHeadAttention
from funclab.layers.input import Input, InputLayer
from funclab.layers.merge import (
    Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract, add, average, concatenate,
    dot, maximum, minimum, multiply, subtract,
)  # fmt: skip
from funclab.layers.functions import Lambda
from funclab.layers.recurrent.layers import RNN
from funclab.layers.normalization import (
    BatchNormalization, GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization,
)  # fmt: skip
from funclab.layers.pooling import (
    AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D, AveragePooling1D,
    AveragePooling2D, AveragePooling3D, AvgPool1D, AvgPool2D, AvgPool3D, GlobalAveragePooling1D,
    GlobalAveragePooling2D, GlobalAveragePooling3D, GlobalAvgPool1D, GlobalAvgPool2D,
    GlobalAvgPool3D, GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D, GlobalMaxPooling1D,
    GlobalMaxPooling2D, GlobalMaxPooling3D, MaxPool1D, MaxPool2D, MaxPool3D, MaxPooling1D,
    MaxPooling2D, MaxPooling3D,
)  # fmt: skip
from funclab.layers.preprocessing.augmenting import RandomCrop, RandomFlip
from funclab.layers.preprocessing.base import (
    CategoryEncoding, Discretization, Normalization, Rescaling,
)  # fmt: skip
from funclab.layers.preprocessing.boxes import MaxNumBoundingBoxes
from funclab.layers.preprocessing.equalizing import (
    AutoContrast, ContrastLimitedAdaptiveHistogramEqualization, Equalization,
)  # fmt: skip
from funclab.layers.preprocessing.lookup import IntegerLookup, StringLookup
from funclab.layers.preprocessing.buckets import HashedCrossing, Hashing
from funclab.layers.preprocessing.mixing import CutMix, MixUp, RandomErasing
from funclab.layers.preprocessing.moving import (
    RandomElasticTransform, RandomPerspective, RandomRotation, RandomShear, RandomTranslation,
    RandomZoom,
)  # fmt: skip
from funclab.layers.preprocessing.policies import AugMix, Pipeline, RandAugment, RandomColorJitter
from funclab.layers.preprocessing.toning import (
    RandomBrightness, RandomColorDegeneration, RandomContrast, RandomGaussianBlur, RandomGrayscale,
    RandomHue, RandomInvert, RandomPosterization, RandomSaturation, RandomSharpness, Solarization,
)  # fmt: skip
from funclab.layers.regularization import (
    ActivityRegularization, AlphaDropout, Dropout, GaussianDropout, GaussianNoise, SpatialDropout1D,
    SpatialDropout2D, SpatialDropout3D,
)  # fmt: skip
from funclab.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
from funclab.layers.preprocessing.resizing import (
    Cropping1D, Cropping2D, Cropping3D, UpSampling1D, UpSampling2D, UpSampling3D, ZeroPadding1D,
    ZeroPadding2D, ZeroPadding3D,
)  # fmt: skip
from funclab.layers.separable import (
    DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D, SeparableConvolution1D,
    SeparableConvolution2D,
)  # fmt: skip
from funclab.layers.spec import InputSpec
from funclab.layers.preprocessing.scaling import CenterCrop, Resizing
from funclab.layers.preprocessing.text import TextVectorization
from funclab.errors.missing_names import guard


serialize, deserialize = registry.pair("layer")


__all__ = [
    "ELU", "GRU", "LSTM", "RNN", "Activation", "ActivityRegularization", "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D", "Add", "AdditiveAttention", "AlphaDropout",
    "Attention", "AugMix", "AutoContrast", "Average", "AveragePooling1D", "AveragePooling2D",
    "AveragePooling3D", "AvgPool1D", "AvgPool2D", "AvgPool3D", "BatchNormalization",
    "Bidirectional", "CategoryEncoding", "CenterCrop", "Concatenate",
    "ContrastLimitedAdaptiveHistogramEqualization", "Conv1D", "Conv1DTranspose", "Conv2D",
    "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D",
    "Convolution1D", "Convolution1DTranspose", "Convolution2D", "Convolution2DTranspose",
    "Convolution3D", "Convolution3DTranspose", "Cropping1D", "Cropping2D", "Cropping3D", "CutMix",
    "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Discretization", "Dot", "Dropout",
    "EinsumDense", "Embedding", "Equalization", "Flatten", "GRUCell", "GaussianDropout",
    "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D",
    "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalAvgPool3D", "GlobalMaxPool1D", "GlobalMaxPool2D",
    "GlobalMaxPool3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D",
    "GroupNormalization", "GroupQueryAttention", "HashedCrossing", "Hashing", "Identity", "Input",
    "InputLayer", "InputSpec", "IntegerLookup", "LSTMCell", "Lambda", "Layer", "LayerNormalization",
    "LeakyReLU", "Masking", "MaxNumBoundingBoxes", "MaxPool1D", "MaxPool2D", "MaxPool3D",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "Minimum", "MixUp",
    "MultiHeadAttention", "Multiply",
    "Normalization", "PReLU", "Permute", "Pipeline", "RMSNormalization", "RandAugment",
    "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast",
    "RandomCrop", "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur",
    "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization",
    "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation",
    "RandomZoom", "ReLU", "RepeatVector", "Rescaling", "Reshape", "Resizing", "ReversibleEmbedding",
    "SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", "SeparableConvolution2D",
    "SimpleRNN", "SimpleRNNCell", "Softmax", "Solarization", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D", "SpectralNormalization", "StackedRNNCells", "StringLookup", "Subtract",
    "TextVectorization", "TimeDistributed", "UnitNormalization", "UpSampling1D", "UpSampling2D",
    "UpSampling3D", "Wrapper", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "add", "average",
    "concatenate", "deserialize", "dot", "floatx", "maximum", "minimum", "multiply", "serialize",
    "set_floatx", "subtract",
]  # fmt: skip

guard(__name__)
