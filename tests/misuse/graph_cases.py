"""Wrong uses of the graph: tensors and models that do not fit, questions without an answer."""

import numpy as np

from funclab import Input, Model, Sequential, ops
from funclab.graph.node import Node
from funclab.layers import Concatenate, Dense
from tests.misuse.desk import Desk, Misuse

INNER = "hidden"


def inner_tensor(desk: Desk) -> Model:
    """The model from a photo to a layer inside the nested reader, as it can be had."""
    features = Model(desk.reader.input, desk.reader.get_layer(INNER).output)
    return Model(desk.left, features(desk.left))


GRAPH = [
    Misuse(
        "a tensor in the parentheses that make the layer",
        lambda desk: Dense(desk.left),
        ["Dense was made with a tensor as its argument", "write Dense(units)(x)", "left"],
        lambda desk: Dense(3)(desk.left),
        (ValueError, TypeError),
    ),
    Misuse(
        "tensors in the parentheses that make a merging layer",
        lambda desk: Concatenate([desk.left, desk.right]),
        [
            "Concatenate was made with a tensor as its argument",
            "write Concatenate()([a, b])",
            "left",
            "right",
        ],
        lambda desk: Concatenate()([desk.left, desk.right]),
        (ValueError, TypeError),
    ),
    Misuse(
        "a Sequential of one layer without square brackets",
        lambda desk: Sequential(desk.spare),
        ["Sequential takes a list of layers", "square brackets", "spare"],
        lambda desk: Sequential([desk.spare]),
        (TypeError,),
    ),
    Misuse(
        "a model without one of the inputs it needs",
        lambda desk: Model(desk.left, desk.same),
        [
            "Graph disconnected: cannot obtain value for tensor",
            "not connected to `inputs`",
            "right",
            "left",
        ],
        lambda desk: Model([desk.left, desk.right], desk.same),
        (RuntimeError, ValueError),
    ),
    Misuse(
        "a model with its outputs first",
        lambda desk: Model(desk.same, [desk.left, desk.right]),
        ["Graph disconnected", "swap them: Model takes the inputs first", "is made from left"],
        lambda desk: Model([desk.left, desk.right], desk.same),
        (RuntimeError, ValueError),
    ),
    Misuse(
        "a list of inputs, and two outputs without square brackets",
        lambda desk: Model([desk.left, desk.right], desk.same, desk.word),
        [
            "Model was given 3 arguments: left[0:0], right[0:0], same[0:0], word[0:0]",
            "several outputs are one argument",
            "write Model(inputs=[left, right], outputs=[same, word])",
        ],
        lambda desk: Model([desk.left, desk.right], [desk.same, desk.word]),
        (TypeError, ValueError),
    ),
    Misuse(
        "a second Input that looks like the first",
        lambda desk: Model([desk.left, Input(shape=(4,), name="other")], desk.same),
        ["Graph disconnected", "has the same shape", "right", "other"],
        lambda desk: Model([desk.left, desk.right], desk.same),
        (RuntimeError, ValueError),
    ),
    Misuse(
        "a second Input of the same name",
        lambda desk: Model([desk.left, Input(shape=(4,), name="right")], desk.same),
        ["Graph disconnected", "another Input called right, made before the one", "never the same"],
        lambda desk: Model([desk.left, desk.right], desk.same),
        (RuntimeError, ValueError),
    ),
    Misuse(
        "what a layer knows, asked of the tensor that its call returned",
        lambda desk: desk.a.input,  # type: ignore[attr-defined]
        ["'Tensor' object has no attribute 'input'", "encoder[0:0]", "belongs to layers"],
        lambda desk: desk.spare(desk.left) is not None and desk.spare.input,
        (AttributeError,),
    ),
    Misuse(
        "a sum for each sample, and a layer that needs an axis of features",
        lambda desk: desk.spare(ops.sum(Input((4,), name="gaps"), axis=1)),
        ["expected min_ndim=2, found ndim=1", "let sum keep the axis", "keepdims=True", "spare"],
        lambda desk: desk.spare(ops.sum(Input((4,), name="gaps"), axis=1, keepdims=True)),
        (ValueError,),
    ),
    Misuse(
        "a tensor from inside a nested model",
        lambda desk: Model(desk.left, [desk.read, desk.hidden]),
        ["Graph disconnected", "is an input inside reader", "Model(reader.input, ", "pixels"],
        inner_tensor,
        (RuntimeError, ValueError),
    ),
    Misuse(
        "two layers of one name in a model",
        lambda desk: Model(desk.left, desk.q),
        ['The name "q" is used 2 times in the model. All layer names should be unique.'],
        lambda desk: Model(desk.left, Dense(2, name="q2")(Dense(2, name="q1")(desk.left))),
        (RuntimeError, ValueError),
    ),
    Misuse(
        "two layers of one name in a Sequential",
        lambda desk: desk.stack.add(Dense(3, name="first")),
        ["should have unique names", "first", "stack"],
        lambda desk: desk.stack.add(Dense(3, name="second")),
    ),
    Misuse(
        "one input listed twice",
        lambda desk: Model([desk.left, desk.left], desk.a),
        ["The list of inputs passed to the model is redundant.", "left"],
        lambda desk: Model([desk.left], desk.a),
    ),
    Misuse(
        "a layer where the output tensor belongs",
        lambda desk: Model(desk.left, desk.encoder),
        [
            "Output tensors to a Model must be Keras tensors",
            "all `outputs` values must be KerasTensors",
            "encoder",
        ],
        lambda desk: Model(desk.left, desk.a),
        (TypeError, ValueError),
    ),
    Misuse(
        "an array where the input tensor belongs",
        lambda desk: Model(desk.x, desk.a),
        [
            "Input tensors to a Model must be Keras tensors",
            "all `inputs` values must be KerasTensors",
            "ndarray",
            "(6, 4)",
        ],
        lambda desk: Model(desk.left, desk.a),
        (TypeError, ValueError),
    ),
    Misuse(
        "a model without inputs",
        lambda desk: Model([], desk.same),
        ["`inputs` argument cannot be empty"],
        lambda desk: Model([desk.left, desk.right], desk.same),
    ),
    Misuse(
        "a model without outputs",
        lambda desk: Model(desk.left, []),
        ["`outputs` argument cannot be empty"],
        lambda desk: Model(desk.left, [desk.a]),
    ),
    Misuse(
        "a layer called on a layer",
        lambda desk: desk.encoder(desk.spare),
        [
            "was called with an input that isn't a symbolic tensor",
            "Only input tensors may be passed as positional arguments",
            "encoder",
            "spare",
        ],
        lambda desk: desk.encoder(Dense(4)(desk.left)),
    ),
    Misuse(
        "a layer called on nothing",
        lambda desk: desk.encoder(None),
        ["is not optional, but None was passed", "encoder"],
        lambda desk: desk.encoder(desk.right),
    ),
    Misuse(
        "a NumPy function of a tensor",
        lambda desk: np.exp(desk.left),
        ["symbolic tensor", "funclab.ops.exp", "left", "(None, 4)"],
        lambda desk: ops.exp(desk.left),
        (TypeError,),
    ),
    Misuse(
        "a tensor turned into an array",
        lambda desk: np.asarray(desk.left),
        ["symbolic tensor", "model.predict", "left", "(None, 4)"],
        lambda desk: desk.draft.predict(desk.x, verbose=0),
        (TypeError,),
    ),
    Misuse(
        "a decision on a tensor",
        lambda desk: 1 if desk.positive else 2,
        ["symbolic tensor", "`if`", "funclab.ops.where", "greater"],
        lambda desk: ops.where(desk.left > 0, 1.0, 2.0),
        (TypeError,),
    ),
    Misuse(
        "a loop over a tensor",
        lambda desk: list(desk.left),
        ["symbolic tensor", "slices such as", "left", "(None, 4)"],
        lambda desk: [desk.left[:, i] for i in range(4)],
        (TypeError,),
    ),
    Misuse(
        "a model of two inputs called on one",
        lambda desk: desk.twins(desk.left),
        ["twins expects 2 inputs, but it received 1 input tensors.", "left", "right"],
        lambda desk: desk.twins([desk.left, desk.right]),
    ),
    Misuse(
        "a model called on a tensor of another shape",
        lambda desk: desk.reader(desk.long),
        ["expected shape=(None, 4), found shape=(None, 7)", "pixels", "reader"],
        lambda desk: desk.reader(desk.left),
    ),
    Misuse(
        "a node made by hand of something that is not a tensor",
        lambda desk: Node(desk.encoder, (desk.left,), outputs=[3]),
        ["operation outputs must be tensors.", "encoder"],
        lambda desk: desk.encoder(desk.left),
    ),
    Misuse(
        "a layer asked for by a name that no layer has",
        lambda desk: desk.reader.get_layer("conv"),
        ["No such layer: conv", "reader", "hidden", "digit"],
        lambda desk: desk.reader.get_layer("hidden"),
    ),
    Misuse(
        "a layer asked for by a place that is not there",
        lambda desk: desk.reader.get_layer(index=5),
        [
            "Was asked to retrieve layer at index 5 but model only has 3 layers",
            "reader",
            "hidden",
            "use an index from 0 to 2",
        ],
        lambda desk: desk.reader.get_layer(index=2),
    ),
    Misuse(
        "a layer asked for without name or place",
        lambda desk: desk.reader.get_layer(),
        ["Provide either a layer name or layer index", 'get_layer("digit") or get_layer(index=0)'],
        lambda desk: desk.reader.get_layer("digit"),
    ),
    Misuse(
        "setting the layers of a model",
        lambda desk: setattr(desk.reader, "layers", []),
        ["`Model.layers` attribute is reserved", "reader"],
        lambda desk: setattr(desk.reader, "blocks", []),
        (AttributeError,),
    ),
    Misuse(
        "setting the layers of a Sequential",
        lambda desk: setattr(desk.stack, "layers", []),
        ["Use `add()` and `pop()`", "stack"],
        lambda desk: desk.stack.pop(),
        (AttributeError,),
    ),
    Misuse(
        "a function added to a Sequential",
        lambda desk: desk.stack.add(len),
        ["Only instances of `keras.Layer` can be added", "len", "stack"],
        lambda desk: desk.stack.add(Dense(2)),
        (TypeError, ValueError),
    ),
    Misuse(
        "a second Input in a Sequential",
        lambda desk: desk.stack.add(desk.left),
        ["has already been configured to use input shape", "stack", "(None, 4)"],
        lambda desk: desk.stack.add(Dense(2)),
    ),
]


NODES = [
    Misuse(
        "an output without saying of which call",
        lambda desk: desk.encoder.get_output_at(),
        [
            "get_output_at() missing 1 required positional argument: 'node_index'",
            "encoder.get_output_at(1)",
        ],
        lambda desk: desk.encoder.get_output_at(1),
        (TypeError,),
    ),
    Misuse(
        "the length of a model",
        lambda desk: len(desk.reader),
        ["object of type 'Functional' has no len()", "len(reader.layers)"],
        lambda desk: len(desk.reader.layers),
        (TypeError,),
    ),
    Misuse(
        "the length of a layer",
        lambda desk: len(desk.encoder),
        ["has no len()", "encoder.count_params()"],
        lambda desk: desk.encoder.count_params(),
        (TypeError,),
    ),
    Misuse(
        "the output of a layer called twice",
        lambda desk: desk.encoder.output,
        [
            'Layer encoder has multiple inbound nodes, hence the notion of "layer output" is '
            "ill-defined. Use `get_output_at(node_index)` instead.",
            "encoder.get_output_at(0)",
        ],
        lambda desk: desk.encoder.get_output_at(1),
        (AttributeError,),
    ),
    Misuse(
        "the input of a layer called twice",
        lambda desk: desk.encoder.input,
        [
            'the notion of "layer input" is ill-defined. Use `get_input_at(node_index)` instead.',
            "encoder",
        ],
        lambda desk: desk.encoder.get_input_at(1),
        (AttributeError,),
    ),
    Misuse(
        "the output mask of a layer called twice",
        lambda desk: desk.encoder.output_mask,
        ["has multiple inbound nodes", "get_output_mask_at(node_index)", "encoder"],
        lambda desk: desk.encoder.get_output_mask_at(0),
        (AttributeError,),
    ),
    Misuse(
        "the input shape of a layer called on two shapes",
        lambda desk: desk.stretched.input_shape,
        [
            "has multiple inbound nodes, with different input shapes",
            "get_input_shape_at(",
            "stretched",
            "(None, 4)",
            "(None, 5, 4)",
        ],
        lambda desk: desk.stretched.get_input_shape_at(1),
        (AttributeError,),
    ),
    Misuse(
        "the output shape of a layer called on two shapes",
        lambda desk: desk.stretched.output_shape,
        [
            "has multiple inbound nodes, with different output shapes",
            "get_output_shape_at(",
            "stretched",
            "(None, 2)",
            "(None, 5, 2)",
        ],
        lambda desk: desk.stretched.get_output_shape_at(1),
        (AttributeError,),
    ),
    Misuse(
        "the output of a layer never called",
        lambda desk: desk.spare.output,
        ["has no inbound nodes", "has never been called and thus has no defined output", "spare"],
        lambda desk: desk.spare(desk.left),
        (AttributeError,),
    ),
    Misuse(
        "the input of a layer never called",
        lambda desk: desk.spare.input,
        ["is not connected, no input to return", "has never been called", "spare"],
        lambda desk: (desk.spare(desk.left), desk.spare.input),
        (AttributeError,),
    ),
    Misuse(
        "the input shape of a layer never called",
        lambda desk: desk.spare.input_shape,
        ["never been called and thus has no defined input shape", "spare"],
        lambda desk: (desk.spare(desk.left), desk.spare.input_shape),
        (AttributeError,),
    ),
    Misuse(
        "a node of a layer never called",
        lambda desk: desk.spare.get_output_at(0),
        ["has never been called and thus has no defined output", "spare"],
        lambda desk: (desk.spare(desk.left), desk.spare.get_output_at(0)),
        (RuntimeError, AttributeError),
    ),
    Misuse(
        "a node index that is too large",
        lambda desk: desk.encoder.get_output_at(5),
        ["Asked to get output at node 5, but the layer has only 2 inbound nodes.", "encoder"],
        lambda desk: desk.encoder.get_output_at(1),
    ),
]
