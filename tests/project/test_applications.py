"""The networks are those of Keras, call by call; recorded graphs say what Keras builds."""

import json
from pathlib import Path

import numpy as np
import pytest

from funclab import Input, applications, layers, utils
from funclab.errors import FunclabError

GRAPHS = Path(__file__).parents[1] / "view" / "blocks" / "graphs"
RECORDED = (
    *("VGG16", "ResNet50", "DenseNet121", "MobileNetV2", "InceptionV3", "Xception"),
    *("EfficientNetB0", "ConvNeXtTiny", "MobileNet", "MobileNetV3Small", "MobileNetV3Large"),
)
COUNTS = {  # of weights, as the table of keras.io/api/applications has them, in millions
    "VGG19": 143.7,
    "ResNet101": 44.7,
    "ResNet152": 60.4,
    "DenseNet169": 14.3,
    "DenseNet201": 20.2,
    "EfficientNetB3": 12.3,
    "ConvNeXtSmall": 50.2,
}
SMALL = {"weights": None, "include_top": False, "input_shape": (32, 32, 3)}


def plain(settings, layer):
    """The settings of a layer, as a record has them."""
    config = json.loads(json.dumps(getattr(layer, "get_config", dict)()))
    return {name: config.get(name) for name in settings}


@pytest.mark.parametrize("name", RECORDED)
def test_each_call_is_that_of_keras(name):
    utils.clear_session()  # automatic names start from the beginning
    model = getattr(applications, name)(weights=None)
    calls = json.loads((GRAPHS / f"{name}.json").read_text())["calls"]
    nodes = {node.operation.name: node for node in model.nodes if not node.is_input}
    names = [call[0] for call in calls]

    assert len(model.nodes) == len(calls)
    for layer_name, kind, settings, shape, reads, weights in calls[1:]:
        node = nodes[layer_name]
        layer = node.operation
        assert type(getattr(layer, "op", layer)).__name__ == kind
        assert plain(settings, layer) == settings
        assert list(node.output_shapes[0][1:]) == shape
        assert getattr(layer, "count_params", lambda: 0)() == weights
        sources = [x.node.operation.name for x in node.input_tensors]
        assert [s for s in sources if s in nodes] == [names[i] for i in reads if i]


@pytest.mark.parametrize(("name", "millions"), COUNTS.items())
def test_larger_networks_have_as_many_weights(name, millions):
    model = getattr(applications, name)(weights=None)

    assert model.count_params() / 1e6 == pytest.approx(millions, abs=0.05)


def test_without_its_top_a_network_gives_feature_maps_or_one_number_of_each():
    shapes = [
        applications.MobileNetV2(**SMALL, pooling=pooling).output_shape
        for pooling in (None, "avg", "max")
    ]

    assert shapes == [(None, 1, 1, 1280), (None, 1280), (None, 1280)]


def test_a_network_may_begin_with_a_tensor_of_another_model():
    image = Input((40, 40, 3))
    model = applications.MobileNetV2(
        weights=None, include_top=False, input_tensor=layers.Rescaling(1 / 255)(image)
    )

    assert model.input is image
    assert model.predict(np.zeros((1, 40, 40, 3)), verbose=0).shape == (1, 2, 2, 1280)


def test_weights_come_from_a_file(tmp_path):
    first = applications.MobileNetV2(**SMALL, alpha=0.35)
    first.save_weights(tmp_path / "w.weights.h5")

    second = applications.MobileNetV2(
        **{**SMALL, "weights": str(tmp_path / "w.weights.h5")}, alpha=0.35
    )

    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_pixels_are_prepared_as_each_family_expects_them():
    white = np.full((1, 1, 3), 255.0)

    assert applications.mobilenet_v2.preprocess_input(white).tolist() == [[[1, 1, 1]]]
    blue_first = 255 - np.array([103.939, 116.779, 123.68])
    np.testing.assert_allclose(applications.vgg16.preprocess_input(white)[0, 0], blue_first, 1e-6)
    np.testing.assert_allclose(applications.resnet.preprocess_input(white)[0, 0], blue_first, 1e-6)
    expected = (1 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225]
    np.testing.assert_allclose(applications.densenet.preprocess_input(white)[0, 0], expected, 1e-6)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "would be a download"),
        ({"weights": None, "input_shape": (16, 16, 3)}, "at least 32x32"),
        ({"weights": None, "pooling": "sum"}, "pooling"),
    ],
)
def test_what_cannot_be_is_refused(settings, told):
    with pytest.raises(FunclabError, match=told):
        applications.VGG16(**settings)
