"""Shape rules of layers, each read off the layer's own settings."""

from __future__ import annotations

from funclab.shape_math import Shape, axis_index
from funclab.view.shapes.rules.numbers import (
    Axes,
    Axis,
    CallShapes,
    Derivation,
    batch,
    computed,
    for_layers,
    product,
    setting,
    show,
    single,
    total,
)


@for_layers("InputLayer")
def input_layer(call: CallShapes) -> Derivation:
    whole = call.layer.batch_shape
    first = [batch(whole[0])] if whole else []
    rest = [setting(f"shape[{i}]", length) for i, length in enumerate(whole[1:])]
    words = "The shape that Input(shape=...) declares; the batch axis is added in front."
    return words, [[*first, *rest]]


STAYS = {
    "Activation": "The activation acts on each element by itself; the shape stays.",
    "ReLU": "Each element below the threshold is cut off; the shape stays.",
    "LeakyReLU": "Each element below 0 is made smaller; the shape stays.",
    "ELU": "Each element below 0 is bent; the shape stays.",
    "PReLU": "Each element below 0 is multiplied by a learned number; the shape stays.",
    "Softmax": "The elements along an axis become shares of 1; the shape stays.",
    "Dropout": "In training some elements become 0; the shape stays.",
    "SpatialDropout1D": "In training some features become 0 at all steps; the shape stays.",
    "SpatialDropout2D": "In training some maps become 0 as a whole; the shape stays.",
    "GaussianNoise": "In training noise is added to each element; the shape stays.",
    "GaussianDropout": "In training each element is multiplied by noise; the shape stays.",
    "ActivityRegularization": "Nothing changes but the loss, to which a penalty is added.",
    "Masking": "Steps that hold only the mask value are marked, not taken out; the shape stays.",
    "Identity": "The input comes out as it went in.",
    "BatchNormalization": "Each channel is brought to one scale; the shape stays.",
}


@for_layers(*STAYS)
def stays(call: CallShapes) -> Derivation:
    known = (STAYS.get(base.__name__) for base in type(call.layer).__mro__)
    return next(filter(None, known)), [call.all_same()]


@for_layers("Dense")
def dense(call: CallShapes) -> Derivation:
    units = call.layer.units
    change = f"The last axis becomes units: {show(call.x[-1])} → {units}"
    rest = "." if len(call.x) == 2 else "; the others stay, nothing is flattened."
    return change + rest, [[*call.all_same()[:-1], setting("units", units)]]


@for_layers("Embedding")
def embedding(call: CallShapes) -> Derivation:
    width = call.layer.output_dim
    return (
        f"Each whole number becomes a vector of output_dim = {width} numbers, on a new last axis.",
        [[*call.all_same(), setting("output_dim", width)]],
    )


@for_layers("Flatten")
def flatten(call: CallShapes) -> Derivation:
    return "All elements of a sample are laid in one row: the lengths are multiplied.", [
        [call.same(0), computed(product(call.x[1:]))]
    ]


@for_layers("Reshape")
def reshape(call: CallShapes) -> Derivation:
    target = call.layer.target_shape
    return "Each sample keeps its elements, in the same order, under another shape.", [
        [call.same(0), *reshaped(call.x[1:], target, "target_shape")]
    ]


def reshaped(lengths: Shape, target: Shape, name: str, first: int = 0) -> Axes:
    """The axes of `target`, which is `name` from place `first` on: a missing length is the rest."""
    missing = (-1, None)
    others = product(one for one in target if one not in missing)
    rest = computed(product(lengths) // others)
    return [
        Axis(f"the rest: {rest.text}", rest.length)
        if length in missing
        else setting(f"{name}[{i}]", length)
        for i, length in enumerate(target, first)
    ]


@for_layers("Permute")
def permute(call: CallShapes) -> Derivation:
    axes = [call.same(axis) for axis in (0, *call.layer.dims)]
    return f"The axes change places, in the order {call.layer.dims}; the batch stays first.", [axes]


@for_layers("RepeatVector")
def repeat_vector(call: CallShapes) -> Derivation:
    n = call.layer.n
    return f"The vector is written {n} times, as the steps of a sequence.", [
        [call.same(0), setting("n", n), call.same(1)]
    ]


MERGES = {
    "Add": "added",
    "Subtract": "subtracted",
    "Multiply": "multiplied",
    "Average": "averaged",
    "Maximum": "compared, the largest kept",
    "Minimum": "compared, the smallest kept",
}


@for_layers(*MERGES)
def merge(call: CallShapes) -> Derivation:
    verb = next(
        MERGES[base.__name__] for base in type(call.layer).__mro__ if base.__name__ in MERGES
    )
    rank = max(map(len, call.inputs))
    axes = [stretched(call, _places(call, rank, axis)) for axis in range(rank)]
    if len(set(call.inputs)) == 1:
        return f"Equal shapes are {verb} element by element: the same shape stays.", [axes]
    return f"The inputs are {verb} element by element; lengths of 1 are stretched to fit.", [axes]


def _places(call: CallShapes, rank: int, axis: int) -> list[tuple[int, int]]:
    """Which axis of which input meets `axis` of the output: new ones follow the batch."""
    found = []
    for i, shape in enumerate(call.inputs):
        place = axis if axis == 0 else axis - (rank - len(shape))
        if place > 0 or axis == 0:
            found.append((i, place))
    return found


def stretched(call: CallShapes, places: list[tuple[int, int]]) -> Axis:
    """The longest of the axes that meet; the others are equally long or 1."""

    def rank(place: tuple[int, int]) -> int:
        length = call.inputs[place[0]][place[1]]
        return 0 if length == 1 else 1 if length is None else 2

    given, axis = max(places, key=rank)
    return call.same(axis, given)


@for_layers("Concatenate")
def concatenate(call: CallShapes) -> Derivation:
    return joined(call, call.layer.axis)


def joined(call: CallShapes, axis: int) -> Derivation:
    """Inputs laid end to end along one axis."""
    at = axis_index(axis, len(call.x))
    along = total(shape[at] for shape in call.inputs)
    laid = computed(along)
    if call.is_batch(at):
        laid = Axis(f"{along.text} samples", along.value, batch=True)
    axes = [
        laid if i == at else stretched(call, [(k, i) for k in _each(call)])
        for i in range(len(call.x))
    ]
    return (
        f"The inputs are laid end to end along axis {axis}, where lengths are added; the other "
        "lengths must be equal.",
        [axes],
    )


def _each(call: CallShapes) -> range:
    return range(len(call.inputs))


@for_layers("Dot")
def dot(call: CallShapes) -> Derivation:
    x, y = call.inputs
    pair = call.layer.axes
    first, second = (pair, pair) if isinstance(pair, int) else pair
    i, j = axis_index(first, len(x)), axis_index(second, len(y))
    left = [call.same(axis, 0) for axis in range(1, len(x)) if axis != i]
    right = [call.same(axis, 1) for axis in range(1, len(y)) if axis != j]
    rest = [*left, *right] or [single("as nothing else is left")]
    return (
        f"Products are summed over axis {i} of the first and axis {j} of the second input "
        f"({show(x[i])} numbers each); the other axes stay, one after the other.",
        [[call.same(0, 0), *rest]],
    )


@for_layers("LSTM", "GRU", "SimpleRNN")
def recurrent(call: CallShapes) -> Derivation:
    width = setting("units", call.layer.units)
    return _read_words(call), _read_axes(call, [width], [width] * call.layer.state_count)


@for_layers("Bidirectional")
def bidirectional(call: CallShapes) -> Derivation:
    layer = call.layer
    half = setting("units", layer.layer.units)
    widths = {"concat": [computed(product((2, half.length)))], None: [half, half]}
    how = {
        "concat": "laid end to end",
        "sum": "added",
        "mul": "multiplied",
        "ave": "averaged",
        None: "given side by side",
    }
    words = f"The sequence is read forward and backward, and both are {how[layer.merge_mode]}. "
    states = [half] * (2 * layer.layer.state_count)
    return words + _read_words(call), _read_axes(call, widths.get(layer.merge_mode, [half]), states)


def _read_words(call: CallShapes) -> str:
    layer = call.layer
    steps = "all steps" if call.x[1] is None else f"all {call.x[1]} steps"
    if layer.return_sequences:
        words = f"The outputs of {steps} are kept: return_sequences=True"
    else:
        words = f"Of {steps} only the last step's output is kept: return_sequences=False"
    return words + ("; its states come with it." if layer.return_state else ".")


def _read_axes(call: CallShapes, widths: Axes, states: Axes) -> list[Axes]:
    time = [call.same(1)] if call.layer.return_sequences else []
    outputs = [[call.same(0), *time, width] for width in widths]
    if call.layer.return_state:
        outputs += [[call.same(0), width] for width in states]
    return outputs
