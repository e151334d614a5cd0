"""Shape rules of layers, each derived from the layer's settings, and of ops that do the same."""

from __future__ import annotations

from typing import Any

from funclab.graph import structure
from funclab.graph.shape_math import Shape, axis_index
from funclab.view.shapes.rules.numbers import (
    Axes,
    Axis,
    CallShapes,
    Derivation,
    batch,
    computed,
    for_layers,
    for_ops,
    product,
    setting,
    show,
    single,
    total,
)


@for_layers("InputLayer")
def input_layer(call: CallShapes) -> Derivation:
    whole = call.layer.batch_shape
    rest = [setting(f"shape[{i}]", length) for i, length in enumerate(whole[1:])]
    words = "The shape that Input(shape=...) declares; the batch axis is added in front."
    return words, [[*map(batch, whole[:1]), *rest]]


STAYS = {
    "Activation": "The activation acts on each element by itself; the shape stays.",
    "ReLU": "Each element x {relu}; the shape stays.",
    "LeakyReLU": "Each element x below 0 becomes {layer.negative_slope:g} × x; the shape stays.",
    "ELU": "Each element x below 0 becomes {layer.alpha:g} × (e^x - 1); the shape stays.",
    "PReLU": "Each element below 0 is multiplied by a learned number; the shape stays.",
    "Softmax": "The elements along {axes} become shares of 1; the shape stays.",
    "Dropout": "In training some elements become 0; the shape stays.",
    "AlphaDropout": "In training some elements become selu's lowest value; the shape stays.",
    "SpatialDropout1D": "In training some features become 0 at all steps; the shape stays.",
    "SpatialDropout2D": "In training some maps become 0 as a whole; the shape stays.",
    "SpatialDropout3D": "In training some channels become 0 as a whole; the shape stays.",
    "GaussianNoise": "In training noise is added to each element; the shape stays.",
    "GaussianDropout": "In training each element is multiplied by noise; the shape stays.",
    "ActivityRegularization": "Nothing changes but the loss, to which a penalty is added.",
    "Masking": "Steps that hold only the mask value are marked, not taken out; the shape stays.",
    "Identity": "The input comes out as it went in.",
    "Rescaling": "Each element is multiplied by a number, and another added; the shape stays.",
    "Normalization": "Each element {scaled}; the shape stays.",
    "BatchNormalization": "Each channel is brought to one scale; the shape stays.",
    "LayerNormalization": "The elements along {axes} are brought to mean 0 and variance 1; the "
    "shape stays.",
    "GroupNormalization": "Each group of channels is brought to one scale; the shape stays.",
    "RMSNormalization": "The elements along {axes} are brought to a mean square of 1; the shape "
    "stays.",
    "UnitNormalization": "The elements along {axes} are brought to length 1; the shape stays.",
}
TOGETHER = ("softmax", "log_softmax", "sparsemax")
"""The activations that do not act on each element by itself."""
MERGES = {
    "Add": "added",
    "Subtract": "subtracted",
    "Multiply": "multiplied",
    "Average": "averaged",
    "Maximum": "compared, the largest kept",
    "Minimum": "compared, the smallest kept",
}


@for_layers(*STAYS)
def stays(call: CallShapes) -> Derivation:
    layer, words = call.layer, _class_words(call, STAYS)
    if getattr(getattr(layer, "activation", None), "__name__", "") in TOGETHER:
        words = "The activation acts on the elements along the last axis; the shape stays."
    scaled = "has the mean subtracted and is divided by the standard deviation"
    if getattr(layer, "invert", False):
        scaled = "is multiplied by the standard deviation and has the mean added"
    told = {"layer": layer, "axes": _axes(layer), "relu": _relu(layer), "scaled": scaled}
    return words.format(**told), [call.all_same()]


def _class_words(call: CallShapes, table: dict[str, str]) -> str:
    """The words in a table for the class of a layer, or for the nearest one above it."""
    return next(table[cls.__name__] for cls in type(call.layer).__mro__ if cls.__name__ in table)


def _axes(layer: Any) -> str:
    """The axes of a layer in words."""
    axes = structure.flatten(getattr(layer, "axis", None))
    return f"ax{'i' if len(axes) == 1 else 'e'}s {' and '.join(map(str, axes))}"


def _relu(layer: Any) -> str:
    """What a ReLU layer does with an element x."""
    slope, most, low = (
        getattr(layer, name, 0) for name in ("negative_slope", "max_value", "threshold")
    )
    less = f"x - {low:g}" if low else "x"
    words = f"below {low or 0:g} becomes {f'{slope:g} × ({less})' if slope else 0}"
    return f"{words}, and above {most:g} becomes {most:g}" if most else words


@for_layers(*MERGES)
def merge(call: CallShapes) -> Derivation:
    verb = _class_words(call, MERGES)
    axes = overlaid(call, batch_first=True)
    if len(set(call.inputs)) == 1:
        return f"Equal shapes are {verb} element by element: the same shape stays.", [axes]
    return f"The inputs are {verb} element by element; lengths of 1 are stretched to fit.", [axes]


def overlaid(call: CallShapes, batch_first: bool = False) -> Axes:
    """The inputs broadcast, aligned at the last axis; with `batch_first`, axis 0 meets axis 0, and
    the axes that an input lacks come after it."""
    rank = max(map(len, call.inputs))
    axes = []
    for axis in range(rank):
        own = [(i, axis - rank + len(shape)) for i, shape in enumerate(call.inputs)]
        if batch_first:
            own = [(i, place if axis else 0) for i, place in own if place > 0 or not axis]
        axes.append(stretched(call, [(i, place) for i, place in own if place >= 0]))
    return axes


def stretched(call: CallShapes, meeting: list[tuple[int, int]]) -> Axis:
    """The longest of the axes that meet; the others have the same length or 1."""
    order = {1: 0, None: 1}
    index, axis = max(meeting, key=lambda pair: order.get(call.inputs[pair[0]][pair[1]], 2))
    return call.same(axis, index)


@for_layers("Dense")
def dense(call: CallShapes) -> Derivation:
    units = call.layer.units
    change = f"The last axis becomes units: {show(call.x[-1])} → {units}"
    rest = "." if len(call.x) == 2 else "; the others stay, nothing is flattened."
    return change + rest, [[*call.all_same()[:-1], setting("units", units)]]


@for_layers("EinsumDense")
def einsum_dense(call: CallShapes) -> Derivation:
    layer = call.layer
    x, kernel, output = layer.formula.letters(len(call.x))
    weights = dict(zip(kernel, layer.kernel.shape, strict=True))
    axes = [
        call.same(x.index(letter))
        if letter in x
        else setting(f"kernel.shape[{kernel.index(letter)}]", weights[letter])
        for letter in output
    ]
    words = f"Axes with the same letter correspond: {layer.equation}, for the input and the kernel"
    return f"{words}; letters not after the arrow are summed over.", [axes]


@for_layers("Attention", "AdditiveAttention")
def attention(call: CallShapes) -> Derivation:
    query, value = call.all_same(0), call.all_same(1)
    words = (
        "Each position of the query gets a mean of the values, weighted by its scores: as many "
        "positions as the query, as many features as the value."
    )
    return words, _with_scores(call, [*query[:-1], value[-1]], [*query[:-1], value[-2]])


@for_layers("MultiHeadAttention", "GroupQueryAttention")
def head_attention(call: CallShapes) -> Derivation:
    layer, rank = call.layer, len(call.x)
    heads = "num_heads" if hasattr(layer, "num_heads") else "num_query_heads"
    query, value = call.all_same(0), call.all_same(1)
    seen = sorted(axis % rank for axis in layer.attention_axes or range(1, rank - 1))
    free = [axis for axis in range(rank - 1) if axis not in seen]
    lengths = getattr(layer, "output_lengths_given", None) or ()
    several = len(lengths) > 1
    shape = [
        setting(f"output_shape[{i}]" if several else "output_shape", n)
        for i, n in enumerate(lengths)
    ]
    count = getattr(layer, heads)
    scores = [
        *(query[axis] for axis in free),
        setting(heads, count),
        *(side[axis] for side in (query, value) for axis in seen),
    ]
    words = (
        f"{count} {'heads give' if count > 1 else 'head gives'} each position of the query a mean "
        "of the values, weighted by its scores; a kernel joins the heads: the positions of the "
        "query stay, with "
    )
    words += "output_shape features." if shape else "as many features as it had."
    return words, _with_scores(call, [*query[:-1], *(shape or query[-1:])], scores)


def _with_scores(call: CallShapes, output: Axes, scores: Axes) -> list[Axes]:
    return [output, scores] if len(call.outputs) > 1 else [output]


@for_layers("Embedding")
def embedding(call: CallShapes) -> Derivation:
    width = call.layer.output_dim
    words = (
        f"Each whole number becomes a vector of output_dim = {width} numbers, on a new last axis."
    )
    return words, [[*call.all_same(), setting("output_dim", width)]]


@for_layers("Hashing", "HashedCrossing", "IntegerLookup", "StringLookup")
@for_layers("Discretization", "CategoryEncoding")
def encoded(call: CallShapes) -> Derivation:
    layer, axes = call.layer, call.all_same()
    if layer.output_mode == "int":
        what = "its token again" if getattr(layer, "invert", False) else "a whole number"
        return f"Each element becomes {what}; the shape stays.", [axes]
    depth = setting("depth", layer.depth)
    if layer.output_mode == "one_hot":
        words = f"Each element becomes a vector of {layer.depth} numbers, one of them 1"
        if len(axes) > 1 and call.x[-1] == 1:
            return f"{words}, in the place of the last axis.", [[*axes[:-1], depth]]
        return f"{words}, on a new last axis.", [[*axes, depth]]
    what = "which occur" if layer.output_mode == "multi_hot" else "how often each occurs"
    what += ", times its idf weight" * (layer.output_mode == "tf_idf")
    del axes[min(1, len(axes) - 1)]
    words = f"The elements along an axis become one vector of {layer.depth} numbers: {what}."
    return words, [[*axes, depth]]


@for_layers("TextVectorization")
def text_vectorization(call: CallShapes) -> Derivation:
    layer, first = call.layer, call.all_same()[:1]
    words = "Each text is cut into words"
    if layer.output_mode == "int":
        if layer.split is None and layer.ngrams is None:
            words, first = "Each text is one word", call.all_same()[:-1]
        length = layer.output_sequence_length
        if length is None:
            rest = [Axis("n words, not known yet", None)]
            rest = call.all_same()[-1:] if layer.split is None else rest
            return f"{words}, and each word becomes its number.", [[*first, *rest]]
        words += f", and the numbers of the first {length} words are kept, padded with 0"
        return f"{words}.", [[*first, setting("output_sequence_length", length)]]
    what = f"one vector has a number for each of the {layer.depth} known words"
    return f"{words}, and {what}.", [[*first, setting("depth", layer.depth)]]


@for_layers("Flatten")
def flatten(call: CallShapes) -> Derivation:
    words = "All elements of a sample are laid in one row: the lengths are multiplied."
    return words, [[call.same(0), computed(product(call.x[1:]))]]


@for_layers("Reshape")
@for_ops("ReshapeSamples")
def reshape_samples(call: CallShapes) -> Derivation:
    name = "target_shape" if hasattr(call.layer, "target_shape") else "target"
    words = "Each sample keeps its elements, in the same order, under another shape."
    return words, [[call.same(0), *reshaped(call.x[1:], getattr(call.layer, name), name)]]


def reshaped(lengths: Shape, target: Shape, name: str, first: int = 0) -> Axes:
    """The axes of `target`, which is `name` from index `first` on: a length of -1 is the rest."""
    missing = (-1, None)
    others = product(length for length in target if length not in missing)
    rest = computed(product(lengths) // others)
    return [
        Axis(f"the rest: {rest.text}", rest.length)
        if length in missing
        else setting(f"{name}[{i}]", length)
        for i, length in enumerate(target, first)
    ]


@for_layers("Permute")
@for_ops("Transpose")
def transposed(call: CallShapes) -> Derivation:
    layer = call.layer
    order = (0, *layer.dims) if hasattr(layer, "dims") else layer.order(len(call.x))
    return f"The axes change places, in the order {order}.", [[call.same(axis) for axis in order]]


@for_layers("RepeatVector")
def repeat_vector(call: CallShapes) -> Derivation:
    n = call.layer.n
    words = f"The vector is written {n} times, as the steps of a sequence."
    return words, [[call.same(0), setting("n", n), call.same(1)]]


@for_layers("Concatenate")
@for_ops("Concatenate")
def concatenated(call: CallShapes) -> Derivation:
    joined = axis_index(call.layer.axis, len(call.x))
    length = total(shape[joined] for shape in call.inputs)
    indices = range(len(call.inputs))
    axes = [stretched(call, [(i, axis) for i in indices]) for axis in range(len(call.x))]
    axes[joined] = computed(length)
    if call.is_batch(joined):
        axes[joined] = Axis(f"{length.text} samples", length.value, batch=True)
    words = (
        f"The inputs are laid end to end along axis {call.layer.axis}, where lengths are added; "
        "the other lengths must be equal."
    )
    return words, [axes]


@for_layers("Dot")
def dot(call: CallShapes) -> Derivation:
    x, y = call.inputs
    pair = call.layer.axes
    first, second = (pair, pair) if isinstance(pair, int) else pair
    i, j = axis_index(first, len(x)), axis_index(second, len(y))
    left = [call.same(axis, 0) for axis in range(1, len(x)) if axis != i]
    right = [call.same(axis, 1) for axis in range(1, len(y)) if axis != j]
    rest = [*left, *right] or [single("as nothing else is left")]
    words = (
        f"Products are summed over axis {i} of the first and axis {j} of the second input "
        f"({show(x[i])} numbers each); the other axes stay, one after the other."
    )
    return words, [[call.same(0, 0), *rest]]


@for_layers("RNN", "LSTM", "GRU", "SimpleRNN")
def recurrent(call: CallShapes) -> Derivation:
    return _sequence_words(call), _sequence_axes(call, [_width(call.layer)], _states(call.layer))


@for_layers("SimpleRNNCell", "GRUCell", "LSTMCell", "StackedRNNCells")
def cell(call: CallShapes) -> Derivation:
    rows = [[call.same(0), width] for width in (_width(call.layer), *_states(call.layer))]
    return "One step: the output, then the new states, each as wide as the cell says.", rows


def _width(layer: Any) -> Axis:
    """The width of a recurrent layer's output."""
    has_units = hasattr(layer, "units")
    return setting("units" if has_units else "output_size", layer.output_size)


def _states(layer: Any) -> Axes:
    sizes = layer.state_size
    if hasattr(layer, "units"):
        return [setting("units", layer.units) for _ in structure.flatten(sizes)]
    return [
        setting(f"state_size[{path.replace('.', '][')}]", width)
        for path, width in zip(structure.paths(sizes), structure.flatten(sizes), strict=True)
    ]


@for_layers("Bidirectional")
def bidirectional(call: CallShapes) -> Derivation:
    layer = call.layer
    half = _width(layer.layer)
    both, widths = {
        "concat": ("laid end to end", [computed(product((2, half.length)))]),
        "sum": ("added", [half]),
        "mul": ("multiplied", [half]),
        "ave": ("averaged", [half]),
        None: ("returned separately", [half, half]),
    }[layer.merge_mode]
    words = f"The sequence is read forward and backward, and both are {both}. "
    states = _states(layer.layer) * 2
    return words + _sequence_words(call), _sequence_axes(call, widths, states)


def _sequence_words(call: CallShapes) -> str:
    layer = call.layer
    steps = "all steps" if call.x[1] is None else f"all {call.x[1]} steps"
    if layer.return_sequences:
        words = f"The outputs of {steps} are kept: return_sequences=True"
    else:
        words = f"Of {steps} only the last step's output is kept: return_sequences=False"
    return words + ("; its states come with it." if layer.return_state else ".")


def _sequence_axes(call: CallShapes, widths: Axes, states: Axes) -> list[Axes]:
    time = [call.same(1)] if call.layer.return_sequences else []
    outputs = [[call.same(0), *time, width] for width in widths]
    more = states if call.layer.return_state else []
    return [*outputs, *([call.same(0), width] for width in more)]
