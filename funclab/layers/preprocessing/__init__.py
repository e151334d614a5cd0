"""Layers that prepare data: numbers, words, images."""

from funclab.registry.parameters import MEANINGS

PROBABILITY = "how probable it is at most that an image is changed; or two numbers"
NEAR = '"bilinear" for a mean of four pixels, "nearest" for one of them'
OUTSIDE = 'the number outside of an image, for fill_mode="constant"'

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
    "AugMix.interpolation": NEAR,
    "RandAugment.interpolation": NEAR,
    "RandomPerspective.interpolation": NEAR,
    "RandomElasticTransform.interpolation": NEAR,
    "RandomElasticTransform.fill_mode": 'what is outside of an image: "reflect", "wrap", '
    '"constant", "nearest" or "mirror"',
    "RandomElasticTransform.fill_value": OUTSIDE,
    **{
        f"{name}.{argument}": meaning
        for name in ("RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear")
        for argument, meaning in {
            "fill_mode": 'what is outside of an image: "reflect", "wrap", "constant" or "nearest"',
            "fill_value": OUTSIDE,
            "interpolation": NEAR,
        }.items()
    },
    "RandomShear.x_factor": "how far each row is shifted against the one above it at most, as a "
    "fraction of a pixel, either way; or two numbers",
    "RandomShear.y_factor": "the same for columns",
    "RandomPerspective.factor": PROBABILITY,
    "RandomPerspective.scale": "how far corners move: by up to half of it, of their row and column",
    "RandomPerspective.fill_value": "the number outside of an image",
    "RandomElasticTransform.factor": PROBABILITY,
    "RandomElasticTransform.scale": "how strongly images are bent at most; or two numbers",
    "RandomHue.factor": "by what part of half a turn hues are turned at most; or two numbers",
    "RandomSaturation.factor": "the least and the largest f of f / (1 - f), by which saturation is "
    "multiplied: 0.5 changes nothing; one number stands for both directions",
    "RandomGrayscale.factor": "how probable it is that an image becomes gray",
    "RandomColorDegeneration.factor": "how much of its colours an image loses at most, either way; "
    "or two numbers",
    "RandomSharpness.factor": "how sharp images become at most: 0 smooth, 0.5 as they are; or two "
    "numbers",
    "RandomPosterization.factor": "how many of 8 bits are kept, from 1 up to one less; or two "
    "numbers, of which the second is never drawn",
    "RandomInvert.factor": PROBABILITY,
    "addition_factor": "what is added at most, as a fraction of the range; or two numbers",
    "threshold_factor": "above what brightness pixels become negatives at most, as a fraction of "
    "the range; or two numbers",
    "RandomGaussianBlur.factor": PROBABILITY,
    "RandomGaussianBlur.kernel_size": "the window around a pixel: an odd number, or two, (along a "
    "row, along a column)",
    "RandomGaussianBlur.sigma": "the width of the bell curve at most, in pixels; or two numbers",
    "bins": "how many shades are told apart",
    "clip_limit": "how often a shade may be at most, as a multiple of its usual frequency; the "
    "rest is spread over all shades; 0 for any",
    "tile_grid_size": "how many tiles there are down and across",
    "RandomErasing.factor": PROBABILITY,
    "RandomErasing.scale": "the area of the rectangle, as a fraction of the image: from a number "
    "up to another",
    "MaxNumBoundingBoxes.max_number": "how many boxes each image has afterwards",
    "MaxNumBoundingBoxes.fill_value": "the coordinates and the label of a box that is filled in",
    "MaxNumBoundingBoxes.bounding_box_format": "what the four numbers of a box mean, such as "
    '"xyxy": left, top, right and bottom; they are not changed',
    "RandomErasing.fill_value": "the colour in the rectangle: one number, or three; None for noise",
    "CutMix.factor": "the parameter of the beta distribution of areas, at most; or two numbers",
    "MixUp.alpha": "the parameter of the beta distribution of weights: small for images that stay "
    "almost as they are",
    "brightness_factor": "as `factor` of RandomBrightness; None to leave brightness alone",
    "contrast_factor": "as `factor` of RandomContrast; None to leave contrast alone",
    "saturation_factor": "as `factor` of RandomSaturation; None to leave saturation alone",
    "hue_factor": "as `factor` of RandomHue; None to leave hues alone",
    "num_ops": "how many changes are made",
    "RandAugment.factor": "the `factor` of all changes: how strong they are",
    "AugMix.factor": "the `factor` of all changes: how strong they are",
    "num_chains": "how many chains are mixed",
    "chain_depth": "how many changes there are in a chain at most",
    "AugMix.alpha": "the parameter of the distributions of weights",
    "all_ops": "whether brightness, contrast, colour and sharpness are changed, too",
    "Pipeline.layers": "the layers, in order",
    "num_tokens": "how many numbers there are: they go from 0 to num_tokens - 1",
}


from funclab.layers.preprocessing.base import (  # noqa: E402 - it reads what stands above
    CategoryEncoding, Discretization, Normalization, Rescaling,
)  # fmt: skip

__all__ = ["CategoryEncoding", "Discretization", "Normalization", "Rescaling"]
