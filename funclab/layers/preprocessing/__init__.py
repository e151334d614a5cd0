"""Layers that prepare data: numbers, words, images."""

from funclab.registry.parameters import MEANINGS

MEANINGS |= {
    "ZeroPadding1D.padding": "steps of zeros: an int, or a pair (before, after)",
    "ZeroPadding2D.padding": "rows and columns of zeros: an int, (height, width), or two pairs",
    "ZeroPadding3D.padding": "planes, rows and columns of zeros: an int, three, or three pairs",
    "cropping": "rows and columns to remove: an int, (height, width), or two pairs",
    "Cropping1D.cropping": "steps to remove: an int, or a pair (before, after)",
    "Cropping3D.cropping": "planes, rows and columns to remove: an int, three, or three pairs",
    "size": "how many times as long each axis becomes: an int, or one for each axis",
    "UpSampling1D.size": "how often each step is repeated",
    "interpolation": 'how new pixels are filled: "nearest" (repeated), "bilinear", "bicubic", '
    '"lanczos3" or "lanczos5"',
    "height": "how many rows of pixels the images get",
    "width": "how many columns of pixels the images get",
    "Resizing.interpolation": 'how new pixels are filled: "bilinear", "nearest", "bicubic", '
    '"lanczos3" or "lanczos5"',
    "crop_to_aspect_ratio": "whether images are cropped first, so that nothing is distorted",
    "pad_to_aspect_ratio": "whether images are padded first, so that nothing is distorted",
    "fill_mode": 'how images are padded: "constant", with fill_value',
    "fill_value": "the number with which images are padded",
    "antialias": "whether every pixel counts when images become smaller",
    "Rescaling.scale": "the factor: a number, or one for each channel",
    "offset": "what is added: a number, or one for each channel",
    "Normalization.axis": "the axis, or axes, whose positions each have their own mean and "
    "variance; None for one of all numbers",
    "Normalization.mean": "the mean, or one for each position; None to learn it by `adapt`",
    "variance": "the variance, or one for each position; None to learn it by `adapt`",
    "Normalization.invert": "whether normalized numbers are turned back into the original ones",
    "bin_boundaries": "where one bin ends and the next begins; None to learn it by `adapt`",
    "num_bins": "how many bins `adapt` makes, equally full",
    "Discretization.epsilon": "how exact `adapt` is: a summary keeps about 1 / epsilon numbers",
    "max_tokens": "the largest size of the vocabulary, including the words for the mask and for "
    "unknown words; None for any size",
    "num_oov_indices": "how many numbers are shared by the words that are not in the vocabulary",
    "mask_token": "the word for padding, which has the number 0; None for no such word",
    "oov_token": "the word that unknown words become with `invert`",
    "vocabulary": "the words in order, or a path to a file with one per line; None to learn them",
    "vocabulary_dtype": "the dtype of the words",
    "idf_weights": 'the weight of each word, for output_mode="tf_idf"',
    "invert": "whether numbers become words",
    "pad_to_max_tokens": "whether vectors have max_tokens elements even if there are fewer words",
    "encoding": "the encoding of bytes as text",
    "salt": "one or two whole numbers as the key of the hash; None for the usual one",
    "oov_method": '"floormod" or "farmhash": how unknown words are spread over their numbers',
    "standardize": 'how text is changed first: "lower_and_strip_punctuation", "lower", '
    '"strip_punctuation", a function, or None',
    "split": 'where text is split into words: "whitespace", "character", a function, or None',
    "ngrams": "how many words in a row count as one: all up to a number, or a tuple of numbers",
    "output_sequence_length": "the length of each row of numbers, truncated or padded; None for "
    "that of the longest",
    "output_mode": '"int" for numbers, "one_hot" for a vector for each number, "multi_hot" or '
    '"count" for one vector of each sample',
    "RandomFlip.mode": '"horizontal" (left and right), "vertical", or "horizontal_and_vertical"',
    "RandomRotation.factor": "the largest angle as a fraction of a full turn, either way; or two",
    "RandomTranslation.height_factor": "how far down at most, as a fraction of the height, either "
    "way; or two numbers",
    "RandomTranslation.width_factor": "how far to the right at most, as a fraction of the width, "
    "either way; or two numbers",
    "RandomZoom.height_factor": "how much more is in sight at most, as a fraction of the height, "
    "either way; or two numbers",
    "RandomZoom.width_factor": "the same for the width; None for the same factor as the height",
    "RandomBrightness.factor": "how much is added at most, as a fraction of the range of values, "
    "either way; or two numbers",
    "RandomContrast.factor": "how much contrast is lost and gained at most; or two numbers",
    "value_range": "the lowest and the highest value of a pixel",
    **{
        f"{name}.{argument}": meaning
        for name in ("RandomRotation", "RandomTranslation", "RandomZoom")
        for argument, meaning in {
            "fill_mode": 'what is outside of an image: "reflect", "wrap", "constant" or "nearest"',
            "fill_value": 'the number outside of an image, for fill_mode="constant"',
            "interpolation": '"bilinear" for a mean of four pixels, "nearest" for one of them',
        }.items()
    },
    "num_tokens": "how many numbers there are: they go from 0 to num_tokens - 1",
}


from funclab.layers.preprocessing.base import (  # noqa: E402 - it reads what stands above
    CategoryEncoding,
    Discretization,
    Normalization,
    Rescaling,
)  # fmt: skip

__all__ = ["CategoryEncoding", "Discretization", "Normalization", "Rescaling"]
