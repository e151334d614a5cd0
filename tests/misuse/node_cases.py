"""Questions about the calls of a layer that have no answer, or several."""

from tests.misuse.desk import Misuse

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
