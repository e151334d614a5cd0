"""The public names of Keras 3.15.1, room by room: funclab has each, or a reason why not is given.

`keras_names.json` was recorded from Keras. If you add a name, remove it from MISSING: a reason for
a name that exists also fails. `python -m tests.project.test_keras_names` prints what is missing,
and why.
"""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

NAMES: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("keras_names.json").read_text("utf-8")
)
DOCUMENTED: dict[str, str] = json.loads(
    Path(__file__).with_name("keras_documented.json").read_text("utf-8")
)
"""What became of the example in Keras' documentation of each name: `tools/interop/examples.py`."""

LATER = "not built yet"
FILES_OF_IMAGES = "reads folders of media files, which needs libraries beside NumPy"
OTHER_LIBRARY = "wraps the layers, or writes the files, of another framework"
ONE_DTYPE = "there is no half or mixed precision: a CPU gains nothing by it"
ONE_DEVICE = "there is one device, the CPU"
INTERNALS = "an inner part of Keras, without meaning for another engine"
NO_COMPLEX = "the engine computes with real numbers"
NO_TRACING = "there is no tracing: the engine runs plans of ops, whose gradients are their own"
DRAWN_HERE = "funclab draws models itself, without the dot language: funclab.plot_model"
NO_FILTER = "errors of funclab are short already; there is nothing to filter"

ROOMS_WITHOUT: dict[str, str] = {}
"""Rooms that funclab lacks completely."""

MISSING: dict[str, dict[str, str]] = {
    "": {
        LATER: "remat RematScope distillation",
        ONE_DTYPE: "DTypePolicy FloatDTypePolicy Quantizer dtype_policies mixed_precision "
        "quantizers",
        ONE_DEVICE: "device distribution",
        INTERNALS: "Function StatelessScope SymbolicScope name_scope legacy src export",
        OTHER_LIBRARY: "visualization",
    },
    "applications": {
        LATER: "EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 "
        "EfficientNetV2L EfficientNetV2M EfficientNetV2S InceptionResNetV2 NASNetLarge "
        "NASNetMobile ResNet101V2 ResNet152V2 ResNet50V2 efficientnet_v2 inception_resnet_v2 "
        "nasnet resnet_v2",
    },
    "callbacks": {
        OTHER_LIBRARY: "OrbaxCheckpoint",
    },
    "config": {
        INTERNALS: "disable_flash_attention enable_flash_attention is_flash_attention_enabled "
        "is_nnx_enabled set_backend",
        NO_FILTER: "disable_traceback_filtering enable_traceback_filtering "
        "is_traceback_filtering_enabled",
    },
    "initializers": {
        NO_COMPLEX: "STFT STFTInitializer stft",
    },
    "layers": {
        NO_COMPLEX: "MelSpectrogram STFTSpectrogram",
        OTHER_LIBRARY: "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper",
    },
    "ops": {
        NO_COMPLEX: "angle conj conjugate eig fft fft2 ifft2 imag irfft isreal istft polar real "
        "rfft stft view_as_complex view_as_real",
        NO_TRACING: "jvp vectorize view lu_factor",
    },
    "optimizers": {
        LATER: "MultiOptimizer OptimizerMap ScheduleFreeAdamW",
        ONE_DTYPE: "LossScaleOptimizer",
        INTERNALS: "legacy",
    },
    "saving": {
        LATER: "KerasFileEditor",
    },
    "utils": {
        FILES_OF_IMAGES: "audio_dataset_from_directory bounding_boxes",
        DRAWN_HERE: "model_to_dot",
        INTERNALS: "legacy",
    },
}
"""For each room, why names of Keras are not there."""


def reasons(room: str) -> dict[str, str]:
    """The reason for each name that a room lacks."""
    if room in ROOMS_WITHOUT:
        return dict.fromkeys(NAMES[room], ROOMS_WITHOUT[room])
    return {name: why for why, names in MISSING.get(room, {}).items() for name in names.split()}


def documented(name: str) -> str:
    """What became of a documented example, in short: "runs", "refused" and so on."""
    said = DOCUMENTED[name].partition(": ")[0]
    return {"no example": "none", "decided": "differs"}.get(said, said)


def absent(room: str) -> Iterator[str]:
    """The names of Keras that a room does not have."""
    if room in ROOMS_WITHOUT:
        yield from NAMES[room]
        return
    module = importlib.import_module(f"funclab.{room}".rstrip("."))
    for name in NAMES[room]:
        try:
            getattr(module, name)
        except AttributeError:
            yield name


@pytest.mark.parametrize("room", NAMES, ids=lambda room: room or "funclab")
def test_each_name_of_keras_is_there_or_has_a_reason(room):
    missing = set(absent(room))

    without_reason, there_after_all = missing - set(reasons(room)), set(reasons(room)) - missing

    assert not without_reason, f"build them, or give a reason in MISSING of {__file__}"
    assert not there_after_all, f"they are built: take them out of MISSING of {__file__}"


def test_a_room_that_is_there_is_not_called_missing():
    found = [room for room in ROOMS_WITHOUT if importlib.util.find_spec(f"funclab.{room}")]

    assert not found, "take them out of ROOMS_WITHOUT, tests/project/test_keras_names.py"


if __name__ == "__main__":
    for place in NAMES:
        for missing_name in absent(place):
            print(f"{place or 'funclab'}.{missing_name}: {reasons(place).get(missing_name)}")
