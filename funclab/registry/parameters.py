"""The meanings of constructor parameters, written once and added to each class's docstring, and the
kind of value that each parameter takes."""

from __future__ import annotations

import functools
import inspect
from typing import Any, TypeVar

from funclab.errors import ArgumentError, suggest

Callee = TypeVar("Callee")

WEIGHTS = {
    "kernel": "the kernel", "bias": "the bias", "recurrent": "the recurrent kernel",
    "depthwise": "the depthwise kernel", "pointwise": "the pointwise kernel",
    "embeddings": "the table", "alpha": "alpha", "beta": "beta", "gamma": "gamma",
    "moving_mean": "the moving mean", "moving_variance": "the moving variance",
}  # fmt: skip
ROLES = {
    "initializer": "how {} is initialized: the name of an initializer, or an object",
    "regularizer": "a penalty on {}, added to the loss: a name or an object",
    "constraint": "a rule that {} satisfies after every training step: a name or an object",
}
MEANINGS = {
    f"{weight}_{role}": meaning.format(name)
    for weight, name in WEIGHTS.items()
    for role, meaning in ROLES.items()
} | {
    # Layers.
    "units": "the number of outputs for each sample or step",
    "filters": "how many filters slide over the input: the channels of the output",
    "activation": "the activation of the output: a name, a function, or None for linear",
    "Activation.activation": "the activation: a name or a function",
    "recurrent_activation": "the activation of the gates: a name or a function",
    "use_bias": "whether a bias is added",
    "unit_forget_bias": "whether the bias of the forget gate starts at 1",
    "reset_after": "whether the reset gate acts after the recurrent product",
    "trainable": "whether training changes the layer's weights",
    "autocast": "whether float inputs are cast to `dtype`",
    "Layer.kwargs": "input_shape, input_dim, batch_size ...: the input's shape, as in Keras 2",
    "activity_regularizer": "a penalty on the output, added to the loss: a name or an object",
    "kernel_size": "the size of the window: a whole number, or one for each axis",
    "pool_size": "the size of the window: a whole number, or one for each axis",
    "strides": "how far the window moves: a whole number, or one for each axis",
    "Pooling.strides": "how far the window moves, as pool_size is written; None for pool_size",
    "dilation_rate": "the distance between the elements that a window sees",
    "groups": "into how many groups the channels are divided, each with its own filters",
    "GroupNormalization.groups": "into how many groups the channels are divided; -1 for one each",
    "output_size": "how many windows there are along each axis: a whole number, or one for each",
    "depth_multiplier": "how many filters each channel has",
    "output_padding": "how many positions are added to the shortest possible output; None "
    "for the usual length",
    "padding": '"valid" (windows inside the input only) or "same" (zeros around it)',
    "Conv1D.padding": '"valid" (windows inside the input only), "same" (zeros around it) or '
    '"causal" (zeros before it)',
    "ZeroPadding1D.padding": "steps of zeros: an int, or a pair (before, after)",
    "ZeroPadding2D.padding": "rows and columns of zeros: an int, (height, width), or two pairs",
    "ZeroPadding3D.padding": "planes, rows and columns of zeros: an int, three, or three pairs",
    "cropping": "rows and columns to remove: an int, (height, width), or two pairs",
    "Cropping1D.cropping": "steps to remove: an int, or a pair (before, after)",
    "Cropping3D.cropping": "planes, rows and columns to remove: an int, three, or three pairs",
    "data_format": 'where channels are: "channels_last" or "channels_first"; None for the default',
    "keepdims": "whether reduced axes are kept, with length 1",
    "size": "how many times as long each axis becomes: an int, or one for each axis",
    "UpSampling1D.size": "how often each step is repeated",
    "interpolation": 'how new pixels are filled: "nearest" (repeated), "bilinear", "bicubic", '
    '"lanczos3" or "lanczos5"',
    "target_shape": "the new shape of a sample; one length may be -1",
    "dims": "the new order of a sample's axes, counted from 1",
    "n": "how often the vector is repeated",
    "input_dim": "how many rows the table has: the largest id plus 1",
    "output_dim": "the length of each vector",
    "mask_zero": "whether id 0 is padding that later layers skip",
    "input_length": "the length of the sequences, as in Keras 2",
    "mask_value": "the number that marks a step to skip",
    "weights": "arrays that the weights start from",
    "axes": "the axis to sum along, or one for each input",
    "normalize": "whether vectors are divided by their norm first, so that results are cosines",
    "axis": "the axis of the classes or components",
    "Softmax.axis": "the axis, or axes, along which the results sum to 1",
    "Concatenate.axis": "the axis along which the inputs are joined end to end",
    "BatchNormalization.axis": "the axis of the channels",
    "GroupNormalization.axis": "the axis of the channels",
    **dict.fromkeys(
        [f"{name}Normalization.axis" for name in ("Layer", "RMS", "Unit")],
        "the axis, or axes, along which the numbers are normalized",
    ),
    "MaxNorm.axis": "the axis, or axes, along which a vector of weights lies",
    "UnitNorm.axis": "the axis, or axes, along which a vector of weights lies",
    "MinMaxNorm.axis": "the axis, or axes, along which a vector of weights lies",
    "momentum": "how much of the last step the next one keeps, from 0 to 1",
    "BatchNormalization.momentum": "how much of the moving statistics each batch keeps",
    "epsilon": "a small number that keeps a division finite",
    "renorm": "whether to correct batches towards earlier statistics (batch renormalization)",
    "renorm_clipping": "limits of that correction: a dict with rmin, rmax and dmax; None for none",
    "renorm_momentum": "how much of the statistics for that correction each batch keeps",
    "center": "whether beta is added",
    "scale": "whether the result is multiplied by gamma",
    "synchronized": "accepted for compatibility; there is only one device",
    # Layers that prepare data.
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
    "ragged": "not supported: leave it out",
    "output_mode": '"int" for numbers, "one_hot" for a vector for each number, "multi_hot" or '
    '"count" for one vector of each sample',
    "num_tokens": "how many numbers there are: they go from 0 to num_tokens - 1",
    "rate": "the fraction of elements to drop, in [0, 1)",
    "MinMaxNorm.rate": "how far the norm moves at each step, from 0 to 1",
    "noise_shape": "the shape of the draw: 1 where elements share one draw, None for x's length",
    "stddev": "the standard deviation",
    "seed": "the seed of the random numbers; None for a new one each time",
    "l1": "the factor of the sum of absolute values",
    "l2": "the factor of the sum of squares",
    "max_value": "the largest value allowed; None for no limit",
    "negative_slope": "the slope below the threshold",
    "threshold": "the limit above which predictions count as positive",
    "ReLU.threshold": "where the ramp begins",
    "alpha": "the factor for negative inputs",
    "LeakyReLU.alpha": "the name of negative_slope in Keras 2",
    "CosineDecay.alpha": "the last rate, as a fraction of the first",
    "shared_axes": "the axes, counted from 1, along which alpha is shared",
    "dropout": "the fraction of input features to drop, in [0, 1)",
    "recurrent_dropout": "the fraction of the state to drop, in [0, 1)",
    "return_sequences": "whether the outputs of all steps are returned, not only the last",
    "return_state": "whether the last states follow the output",
    "go_backwards": "whether the sequence is read from its end",
    "stateful": "whether a batch continues from the final states of the previous batch",
    "unroll": "accepted for compatibility; needs a known length",
    "use_cudnn": "accepted for compatibility; it has no effect",
    "implementation": "accepted for compatibility; it has no effect",
    "zero_output_for_mask": "whether masked steps are 0, instead of repeating the previous step",
    "layer": "the inner layer",
    "cell": "the computation of one step: a cell, or a list of cells to be stacked",
    "cells": "the cells, from the one that reads the input to the last",
    "merge_mode": 'how the two outputs are joined: "concat", "sum", "mul", "ave", or None for both',
    "backward_layer": "the layer that reads backwards; None for a copy of `layer`",
    "function": "a function of a tensor, made of funclab.ops or Python's operators",
    "power_iterations": "how many steps find the norm of the kernel",
    "num_heads": "how many heads there are, each with its own kernels",
    "num_query_heads": "how many heads the query has",
    "num_key_value_heads": "how many heads key and value have; they divide those of the query",
    "key_dim": "the size of each head's query and key vectors",
    "head_dim": "the size of each head's vectors",
    "value_dim": "the size of each head's value vectors; None for key_dim",
    "attention_axes": "the axes of positions; None for all but the batch and the features",
    "sliding_window": "the distance below which a position can be seen; None for any distance",
    "flash_attention": "not supported: leave it out",
    "use_gate": "whether the heads' outputs are multiplied by a sigmoid of the query",
    "MultiHeadAttention.output_shape": "the lengths of the features of the output; None for those "
    "of the query",
    "use_scale": "whether scores are multiplied by a learned scale",
    "score_mode": '"dot" for products of query and key, "concat" for sums of tanh(query + key)',
    **dict.fromkeys(
        [f"{name}Attention.dropout" for name in ("", "Additive", "MultiHead", "GroupQuery")],
        "the fraction of attention weights to drop in training, in [0, 1)",
    ),
    "equation": 'a formula such as "abc,cd->abd": the input, the kernel, and the output',
    "EinsumDense.output_shape": "the lengths of the output's axes after the batch; None for those "
    "of the input",
    "bias_axes": 'letters of the output, such as "d": the axes that have a bias; None for no bias',
    "gptq_unpacked_column_size": "not supported: leave it out",
    "output_shape": "the shape of the output, as in Keras; it is inferred anyway",
    "Lambda.mask": "the mask of the output, or a function of (inputs, mask)",
    "arguments": "more keyword arguments for the function",
    "inputs": "the tensors at which the graph begins: one, a list, or a dict by name",
    "outputs": "the tensors that the model returns: one, a list, or a dict by name",
    "layers": "the layers, in order",
    "args": "inputs, outputs and name, in this order; none in a subclass with `call`",
    "Model.kwargs": "the same by name, and trainable and dtype as for Layer",
    "shape": "the shape of one sample, without the batch axis",
    "batch_size": "the length of the batch axis; None for any",
    "batch_shape": "the whole shape, including the batch axis, instead of `shape`",
    "sparse": "accepted for compatibility; arrays are always dense",
    "input_tensor": "a tensor whose shape and dtype are used",
    "tensor": "a tensor whose shape and dtype are used",
    "optional": "whether the input may be omitted",
    "lora_rank": "not supported: leave it out",
    "lora_alpha": "not supported: leave it out",
    "quantization_config": "not supported: leave it out",
    "kwargs": "other arguments of Layer, such as name, trainable and dtype",
    # Initializers, regularizers and constraints.
    "value": "the number, or an array in the shape of the weight",
    "gain": "the factor of the result",
    "minval": "the smallest number",
    "maxval": "the largest number",
    "mean": "the mean",
    "input_axes": "the axes that count the inputs; None for all but the last",
    "output_axes": "the axes that count the outputs; None for the last, and those of a window",
    "VarianceScaling.scale": "the variance, times the number of connections",
    "VarianceScaling.mode": 'which connections count: "fan_in", "fan_out" or "fan_avg"',
    "OrthogonalRegularizer.mode": 'which vectors are compared: "rows" or "columns"',
    "distribution": '"truncated_normal", "untruncated_normal" or "uniform"',
    "factor": "the factor of the penalty",
    "min_value": "the smallest allowed norm of a vector",
    "MaxNorm.max_value": "the largest allowed norm of a vector",
    "MinMaxNorm.max_value": "the largest allowed norm of a vector",
    # Optimizers and their schedules.
    "learning_rate": "the size of the steps: a number or a schedule",
    "nesterov": "whether the step looks ahead",
    "rho": "how much of the averages each step keeps",
    "centered": "whether the squared average gradient is subtracted",
    "initial_accumulator_value": "the initial sum of squares",
    "beta_1": "how much of the average gradient each step keeps",
    "beta_2": "how much of the average square each step keeps",
    "amsgrad": "whether the average square never decreases",
    "weight_decay": "the fraction of every weight, times the rate, that each step subtracts",
    "clipnorm": "the largest norm of a weight array's gradient; None for no limit",
    "global_clipnorm": "the largest norm of the gradient of all weights; None for no limit",
    "clipvalue": "the largest number in a gradient; None for no limit",
    "use_ema": "whether a moving average of the weights replaces them at the end",
    "ema_momentum": "how much of the moving average each step keeps",
    "ema_overwrite_frequency": "after how many steps the average becomes the weights; None for "
    "the end of fit only",
    "loss_scale_factor": "the factor of the scaled loss, by which `apply` divides the gradients",
    "gradient_accumulation_steps": "how many batches are combined into one step; None for one",
    "Optimizer.kwargs": "lr and decay, the names in Keras 2 of the learning rate and its decay",
    "learning_rate_power": "the power of the sum of squared gradients by which the rate falls",
    "l1_regularization_strength": "the factor of the sum of absolute weights",
    "l2_regularization_strength": "the factor of the sum of squared weights",
    "l2_shrinkage_regularization_strength": "the same, as a part of the gradient",
    "Ftrl.beta": "a number; beta / (2 * learning_rate) is added to the factor of squared weights",
    "beta_2_decay": "how fast the averages become longer: each step keeps 1 - t^beta_2_decay",
    "epsilon_1": "a small number added to squared gradients",
    "epsilon_2": "the least size of weights",
    "clip_threshold": "the largest step, in units of the weights",
    "relative_step": "whether the rate is at most 1 / sqrt(t)",
    "adam_beta_1": "beta_1 of AdamW",
    "adam_beta_2": "beta_2 of AdamW",
    "adam_weight_decay": "weight_decay of AdamW",
    "adam_lr_ratio": "the rate of AdamW, as a multiple",
    "exclude_layers": "patterns of the paths of weights that AdamW trains",
    "exclude_embeddings": "whether AdamW trains embeddings",
    "muon_a": "the factor of x in a step towards orthogonality",
    "muon_b": "the factor of x x^T x",
    "muon_c": "the factor of x x^T x x^T x",
    "ns_steps": "how many steps towards orthogonality are taken",
    "rms_rate": "the step's size, divided by the root of the longer side; None for no rescaling",
    "end_learning_rate": "the rate at the end",
    "power": "the exponent of the rule; 1 for a straight line",
    "cycle": "whether the rate rises again after decay_steps",
    "first_decay_steps": "how many steps the first decay takes",
    "t_mul": "the factor by which each decay is longer than the previous one",
    "m_mul": "the factor of the initial rate of each decay, relative to the previous one",
    "CosineDecayRestarts.alpha": "the last rate, as a fraction of the first",
    "initial_learning_rate": "the rate at step 0",
    "decay_steps": "the number of steps in which the rate decays once in full",
    "decay_rate": "the factor of the rule",
    "staircase": "whether the rate falls in steps",
    "boundaries": "the steps after which the rate changes",
    "values": "the rates, one more than boundaries",
    "warmup_target": "the rate that the warm-up reaches; None for no warm-up",
    "warmup_steps": "how many steps the warm-up takes",
    # Losses and metrics.
    "reduction": '"sum_over_batch_size" (the mean of all losses), "mean_with_sample_weight", "sum" '
    'or "none"',
    "name": "its name in logs, files and pictures; None for one made from the class",
    "dtype": "the dtype to compute in; None for the default",
    "Layer.dtype": '"float32" or "float64", the dtype to compute in; None for floatx()',
    "Input.dtype": "the dtype of the data; None for floatx()",
    "InputLayer.dtype": "the dtype of the data; None for floatx()",
    "delta": "the error beyond which the loss is linear",
    "from_logits": "whether predictions are logits, before a softmax or sigmoid",
    "label_smoothing": "the fraction, in [0, 1], by which targets are moved towards the mean",
    "apply_class_balancing": "whether `alpha` weights class 1 against class 0",
    "gamma": "how much less well-predicted elements count; 0 for equal weights",
    "BinaryFocalCrossentropy.alpha": "the weight of class 1, in [0, 1]; class 0 has 1 - alpha",
    "CategoricalFocalCrossentropy.alpha": "the weight of all classes, or one for each",
    "q": "between 0, the crossentropy, and 1, the absolute error",
    "Tversky.alpha": "the weight of false negatives",
    "Tversky.beta": "the weight of false positives",
    "Dice.axis": "the axes that are summed; None for all, and one loss for the batch",
    "Tversky.axis": "the axes that are summed; None for all, and one loss for the batch",
    "Circle.gamma": "the scale of the exponents",
    "margin": "how far distances should stay from 0 and 1",
    "remove_diagonal": "whether pairs of a sample with itself are excluded",
    "ignore_class": "the class number whose samples do not count",
    "k": "how many of the likeliest classes may include the right one",
    "fn": "a function of (y_true, y_pred)",
    "settings": "more keyword arguments for `fn`",
    "thresholds": "a number, or several, above which a prediction is positive; None for 0.5",
    "num_thresholds": "how many points of the curve are computed",
    "curve": '"ROC", "PR" or "PRGAIN"',
    "summation_method": 'how high the curve is between two points: "interpolation" (the middle), '
    '"minoring" (the lower one) or "majoring" (the higher one)',
    "AUC.thresholds": "the points of the curve, instead of `num_thresholds`",
    "multi_label": "whether each label, along the last axis, has its own curve",
    "num_labels": "how many labels there are; None for those of the first batch",
    "label_weights": "a weight for each label",
    "top_k": "how many of the likeliest classes of a sample are predicted positive; None for all "
    "above the threshold",
    "class_id": "the only class that counts; None for all",
    "from_sorted_ids": "whether predictions are class numbers, the likeliest first",
    **{
        f"{wanted}At{limited.title()}.{limited}": f"the {limited} to reach, in [0, 1]"
        for wanted, limited in (
            ("Sensitivity", "specificity"),
            ("Specificity", "sensitivity"),
            ("Precision", "recall"),
            ("Recall", "precision"),
        )
    },
    "num_classes": "how many classes there are",
    "target_class_ids": "the classes whose mean is taken",
    "IoU.ignore_class": "the class number of targets that do not count",
    "sparse_y_true": "whether targets are class numbers rather than one-hot vectors",
    "sparse_y_pred": "whether predictions are class numbers rather than scores of each class",
    "average": 'None, "micro", "macro" or "weighted": how the scores of classes are combined',
    "beta": "how many times as important recall is as precision",
    "FBetaScore.threshold": "the score above which a class is predicted; None for the largest only",
    "class_aggregation": 'None, "uniform_average" or "variance_weighted_average"',
    "num_regressors": "how many inputs the model has, for the adjusted score; 0 for the plain one",
}


def signed(function: Any, signature: inspect.Signature, name: str) -> Any:
    """A function that shows this signature and name to readers and to `inspect`."""
    function.__signature__ = signature
    function.__qualname__, function.__name__ = name, name.rpartition(".")[2]
    return function


def own_fields(cls: type) -> dict[str, Any]:
    """The fields that a class itself declares, and their types."""
    kinds = inspect.get_annotations(cls)
    return {name: kind for name, kind in kinds.items() if "ClassVar" not in str(kind)}


KINDS: dict[str, tuple[Any, str, str]] = {
    "float": (lambda value: suggest.is_number(value) and value == value, "a number", "0.1"),
    "int": (suggest.is_whole, "a whole number", "2"),
    "str": (lambda value: isinstance(value, str), "text", '"encoder"'),
    "bool": (suggest.is_switch, "True or False", "True"),
}
"""For a type in a signature: a check of a value, the type's name in words, and an example."""


def check_kind(owner: str, name: str, value: Any, kind: str, default: Any = None) -> None:
    """Refuse text, NaN or None instead of a number, and so on; `kind` is as in a signature. The
    default, if it fits, is the example of what to write.

    Raises: ArgumentError.
    """
    kind, _, optional = str(kind).partition(" | ")
    if kind not in KINDS or (kind == "str" and name != "name"):
        return
    if value is None and (optional or name == "name"):
        return
    fits, wanted, example = KINDS[kind]
    if not fits(value):
        example = repr(default) if default and fits(default) else example
        raise wrong_value(owner, name, value, wanted + " or None" * bool(optional), example)


def wrong_value(owner: str, name: str, value: Any, wanted: str, example: str) -> ArgumentError:
    """The error for an argument with another kind of value than `wanted`."""
    return ArgumentError(
        f"Invalid value for argument `{name}` of {owner}: expected {wanted}. "
        f"Received: {name}={value!r}.",
        why=f"`{name}` is {meaning((owner,), name) or wanted}.",
        fix=f"write {owner}([a, b, ...]), with square brackets around the layers."
        if wanted.startswith("True or") and callable(value)
        else f"write {name}=True or {name}=False."
        if wanted.startswith("True or")
        else suggest.number(name, value, example),
    )


def guarded(target: Callee) -> Callee:
    """Make a function, or the constructor of a funclab class, refuse arguments that it does not
    take or cannot use."""
    if not isinstance(target, type):
        return _guarded(target)
    constructor = vars(target).get("__init__")
    if constructor is not None and target.__module__.startswith("funclab."):
        type.__setattr__(target, "__init__", _guarded(constructor))
    return target


def _guarded(function: Any) -> Any:
    signature = inspect.signature(function)
    names = list(signature.parameters)
    expected = {
        name: (parameter.annotation, parameter.default)
        for name, parameter in signature.parameters.items()
    }

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        owner = type(args[0]).__name__ if names[:1] == ["self"] else function.__name__
        for name, value in (*zip(names, args), *kwargs.items()):
            check_kind(owner, name, value, *expected.get(name, ("Any",)))
        try:
            return function(*args, **kwargs)
        except TypeError:
            check_bound(signature, owner, args, kwargs)  # raises if this was the cause
            raise

    return checked


def check_bound(
    signature: inspect.Signature, owner: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Refuse arguments that are missing, unknown, too many, or passed twice.

    Raises: ArgumentError.
    """
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        names = [name for name in signature.parameters if name not in ("self", "kwargs")]
        unknown = [name for name in kwargs if name not in names]
        raise ArgumentError(
            f"{owner}(): {error}.",
            why=f"{owner} takes {', '.join(names) or 'no arguments'}.",
            fix=suggest.keyword(unknown[0], names)
            if unknown
            else "pass each argument once, by its name.",
        ) from None


def described(target: Callee) -> Callee:
    """Add the meaning of each parameter to the docstring of a class or a function."""
    constructor: Any = target.__init__ if isinstance(target, type) else target
    if constructor is not object.__init__ and target.__doc__:
        text = _Docstring(target.__doc__, constructor)
        target.__doc__ = text if isinstance(target, type) else text.__get__(None, target)  # type: ignore[assignment]
    return target


class _Docstring:
    """The docstring of a class; the lines of its parameters are written when it is first read."""

    def __init__(self, written: str, constructor: Any) -> None:
        self.written, self.constructor = written, constructor

    def __get__(self, instance: Any, owner: Any) -> str:
        every = inspect.signature(self.constructor).parameters.values()
        parameters = [parameter for parameter in every if parameter.name != "self"]
        text, mark, doctest = self.written.partition("    >>> ")
        owners = (getattr(owner, "__name__", ""), self.constructor.__qualname__.partition(".")[0])
        lines = [_line(owners, parameter) for parameter in parameters]
        owner.__doc__ = "\n".join([text.rstrip(), "", *lines, *["", mark + doctest] * bool(mark)])
        return owner.__doc__


def _line(owners: tuple[str, ...], parameter: inspect.Parameter) -> str:
    name, kind = parameter.name, str(parameter.annotation)
    typed = "" if "Any" in kind or "_empty" in kind or kind == "Thresholds" else f" ({kind})"
    default = "" if parameter.default is parameter.empty else f"; default {parameter.default!r}"
    line = f"{name}{typed}: {meaning(owners, name)}{default}."
    import textwrap  # only here, because docstrings are rarely read

    return textwrap.fill(line, 96, initial_indent="    ", subsequent_indent="        ")


def meaning(owners: tuple[str, ...], name: str) -> str:
    """The meaning of a parameter of a class, or of a base class; "" if there is none."""
    keys = [*(f"{owner}.{name}" for owner in owners), name]
    return next((MEANINGS[key] for key in keys if key in MEANINGS), "")
