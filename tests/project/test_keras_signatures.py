"""Functions, classes and methods take the arguments of Keras, in its order, with its defaults."""

import json
from fnmatch import fnmatchcase

import pytest

from tests.project.keras_signatures import RECORD, room

KERAS: dict[str, dict[str, dict[str, str]]] = json.loads(RECORD.read_text("utf-8"))

DIFFERENT = {
    "one number stands for every axis": """
        layers.Conv[2-3o]* strides=1 dilation_rate=1
        layers.DepthwiseConv2D strides=1 dilation_rate=1
        layers.SeparableConv*2D strides=1 dilation_rate=1
        layers.A*g*Pool*D pool_size=2
        layers.MaxPool*[2-3]D pool_size=2
        layers.Cropping2D cropping=(0,0)""",
    "what Keras asks for has a default, and what has one may be left out": """
        .Optimizer learning_rate=0.001
        .Variable initializer=None
        layers.Layer.compute_mask mask=None
        .Model.compute_mask mask=None
        metrics.Metric.add_* shape=() initializer='zeros' aggregation=None
        ops.batch_normalization axis=-1
        optimizers.Optimizer learning_rate=0.001
        optimizers.Optimizer.add_variable shape=() aggregation=None
        optimizers.Optimizer.exclude_from_weight_decay var_list=() var_names=()""",
    "the same, written out": """
        .Sequential layers=None trainable=True name=None
        .Operation name=None
        ops.relu negative_slope=0.0 max_value=None threshold=0.0
        layers.dot normalize=False
        layers.ConvLSTM* unroll=False zero_output_for_mask=False
        layers.SimpleRNN zero_output_for_mask=False
        layers.LSTM zero_output_for_mask=False implementation=2
        layers.GRU zero_output_for_mask=False implementation=2
        losses.circle gamma=80.0
        metrics.*Crossentropy label_smoothing=0.0""",
    "among the keywords of every layer": """
        layers.*Pool*D name=absent
        layers.Discretization name=absent dtype=absent
        layers.HashedCrossing name=absent dtype=absent
        layers.*Lookup name=absent
        layers.TextVectorization name=absent
        layers.Pipeline name=absent
        layers.AutoContrast data_format=None
        layers.Solarization data_format=None
        layers.MaxNumBoundingBoxes bounding_box_format=None data_format=None
        layers.ReversibleEmbedding weights=None lora_rank=None lora_alpha=None
        layers.ReversibleEmbedding quantization_config=None
        layers.SpatialDropout* name=absent dtype=absent""",
    "Keras' record is of JAX, where a step has a state; these are those of its other backends": """
        .Model.*_step state=absent""",
    "more than Keras takes": """
        .Model.fit background=False live=None run='' evaluate_each_epoch=False snapshots=False
        .Model.fit cluster=None
        .Model.evaluate cluster=None
        .Model.predict cluster=None
        .Model.summary as_frame=False
        .Model.compile_from_config custom_objects=None
        .Variable value=None regularizer=None constraint=None
        layers.AdditiveAttention seed=None
        layers.Layer.from_config custom_objects=None
        ops.amax initial=None
        ops.amin initial=None
        ops.conv bias=None""",
    "as in Keras 2": """
        .Model.load_weights by_name=False
        layers.*Embedding input_length=None activity_regularizer=None
        layers.LeakyReLU alpha=None""",
    "another name, for what is meant": """
        *.serialize data= *=absent
        losses.deserialize config= name=absent
        .Model.compute_mask previous_mask=absent
        layers.Layer.compute_mask previous_mask=absent
        *.compute_output_shape input_shape=
        .Model.export format='onnx'
        .Variable name='variable'""",
    "images are cropped and padded by the layer Resizing": """
        ops.image.resize crop_to_aspect_ratio=absent pad_to_aspect_ratio=absent
        ops.image.resize fill_mode=absent fill_value=absent""",
    "refused where it is used, with the reason": """
        layers.Conv[1-3o]* lora_rank=None lora_alpha=None quantization_config=None""",
    "without a meaning here": """
        *Input* ragged=absent
        *InputSpec allow_last_axis_squeeze=absent name=absent
        .KerasTensor sparse=absent ragged=absent record_history=absent
        .Variable autocast=absent aggregation=absent synchronization=absent layout=absent
        .Model.export verbose=absent input_signature=absent
        .Model.save_weights max_shard_size=absent
        optimizers.Optimizer.from_config custom_objects=absent
        ops.multi_hot num_classes=
        utils.plot_model *=absent
        utils.split_dataset preferred_backend=absent
        *.timeseries_dataset_from_array format=absent""",
    "taken as keywords, in the order of Keras 2 too": """
        .Model.compile run_eagerly=absent steps_per_execution=absent
        .Model.compile jit_compile=absent auto_scale_loss=absent
        *.add_weight *=absent
        *.add_variable *=absent
        layers.Random[BC]* data_format=None name=absent""",
}
"""For each reason, where an argument has another default here than in Keras, or is absent."""
IN_ANOTHER_ORDER = (".Variable",)

LINES = [line.split() for text in DIFFERENT.values() for line in text.split("\n") if line.strip()]


def decided(name: str, argument: str) -> set[str]:
    """What an argument of a function may be in funclab instead."""
    parts = [part for pattern, *parts in LINES if fnmatchcase(name, pattern) for part in parts]
    pairs = [part.split("=", 1) for part in parts]
    return {default for wanted, default in pairs if fnmatchcase(argument, wanted)}


@pytest.mark.parametrize("name", KERAS, ids=lambda room: room or "funclab")
def test_arguments_and_defaults_are_those_of_keras(name):
    own = room("funclab", name)

    wrong = [
        f"{name}.{one}: {argument} is {here!r} here, {there!r} in Keras"
        for one in own.keys() & KERAS[name].keys()
        for argument in own[one].keys() | KERAS[name][one].keys()
        if (here := own[one].get(argument, "absent").replace(" ", ""))
        != (there := KERAS[name][one].get(argument, "absent").replace(" ", ""))
        and here not in decided(f"{name}.{one}", argument)
    ]

    assert not wrong, "\n".join([f"Change these, or list them in {__file__}:", *sorted(wrong)])


@pytest.mark.parametrize("name", KERAS, ids=lambda room: room or "funclab")
def test_arguments_come_in_the_order_of_keras(name):
    own = room("funclab", name)

    both = [(own[one], KERAS[name][one], one) for one in own.keys() & KERAS[name].keys()]
    mixed = [
        one
        for here, there, one in both
        if [argument for argument in here if argument in there]
        != [argument for argument in there if argument in here]
    ]

    strays = [one for one in mixed if f"{name}.{one}" not in IN_ANOTHER_ORDER]
    assert strays == [], f"reorder these, or give a reason in IN_ANOTHER_ORDER of {__file__}"
