"""The config of every class is that of Keras, whatever argument is changed, and makes it again."""

import contextlib
import json
import re
from inspect import isfunction
from typing import Any

import pytest

import funclab
from funclab.errors import FunclabError
from tests.project.keras_signatures import room
from tests.saving.record_configs import RECORD, ROOMS, classes, needed, observed
from tests.saving.test_keras_files import differences

KERAS: dict[str, Any] = json.loads(RECORD.read_text("utf-8"))
OWN = dict(classes("funclab"))
KINDS = sorted(OWN.keys() - {"losses.LossFunctionWrapper"})
BOTH = sorted(OWN.keys() & KERAS.keys())
WRONG: tuple[Any, ...] = ("nonsense", -7, [0.5])

DECIDED = {
    "a renormalized batch without limits": "BatchNormalization.renorm/renorm_clipping",
    "there is one device": "BatchNormalization.synchronized",
    "the layer that reads backwards is made from the other": "Bidirectional/backward_layer",
    "arrays to begin with are checked where they fit or not": "Bidirectional.weights "
    "Embedding.weights",
    "not built": "CategoryEncoding.sparse CategoryEncoding/sparse Dense.lora_rank Dense.lora_alpha "
    "Dense.quantization_config EinsumDense.lora_rank EinsumDense.lora_alpha "
    "EinsumDense.quantization_config EinsumDense.gptq_unpacked_column_size Embedding.lora_rank "
    "Embedding.lora_alpha Embedding.quantization_config GroupQueryAttention.flash_attention "
    "MultiHeadAttention.flash_attention Resizing.fill_mode",
    "nothing is said of what is as usual": "ELU/alpha AugMix/alpha MixUp/alpha "
    "Discretization/trainable "
    "LayerNormalization/rms_scaling",
    "what mirrors nothing is refused": "RandomFlip.mode",
    "Keras draws a seed where none is given": "RandomCrop/seed RandomCrop.height/seed "
    "RandomCrop.width/seed RandomCrop.data_format/seed RandomCrop.name/seed",
    "Keras forgets it": "Pipeline/dtype Pipeline/trainable RandomGrayscale.seed/seed "
    "SimpleRNN.activity_regularizer/activity_regularizer SimpleRNN.seed/seed "
    "CosineSimilarity/axis CosineSimilarity.axis/axis Huber/delta Huber.delta/delta "
    "SparseCategoricalCrossentropy/axis SparseCategoricalCrossentropy.axis/axis "
    "SparseTopKCategoricalAccuracy/from_sorted_ids "
    "MaxNumBoundingBoxes/fill_value MaxNumBoundingBoxes.fill_value",
}
"""Where a config may be another than that of Keras: a class, `.` a changed argument, `/` a key."""


def places(own: Any, keras: Any, path: str) -> list[str]:
    """Where two configs, or the changes in them, are not the same."""
    if isinstance(own, str) or isinstance(keras, str):  # refused, by name of the error
        return [] if isinstance(own, str) and isinstance(keras, str) else [path]
    keys = (own.keys() | keras.keys()) - {"name"}
    return [
        f"{path}/{key}"
        for key in sorted(keys)
        if differences({"it": own.get(key)}, {"it": keras.get(key)})
    ]


@pytest.mark.parametrize("name", BOTH)
def test_a_config_is_that_of_keras_whatever_argument_is_changed(name):
    config, changed = observed("funclab", name, OWN[name])

    keras, keras_changed = KERAS[name]
    kind = name.rpartition(".")[2]
    wrong = places(config, keras, kind)
    for argument, there in keras_changed.items():
        here = changed.get(argument, "the argument is unknown")
        wrong += places(here, there, f"{kind}.{argument}")
    strays = set(wrong) - set(" ".join(DECIDED.values()).split())
    assert strays == set(), f"as in Keras, or decided in {__file__}; to record: record_configs.py"


ARGUMENTS = {name: room("funclab", name) for name in ROOMS}


class Maker:
    """Makes a class with what it needs at least, and with other settings."""

    def __init__(self, name: str) -> None:
        place, _, kind = name.rpartition(".")
        self.cls, self.arguments = OWN[name], ARGUMENTS[place].get(kind, {})
        self.start = needed("funclab", name, self.arguments)

    def __call__(self, **settings: Any) -> Any:
        both = {**self.start, **settings}
        return self.cls(**{key: it() if isfunction(it) else it for key, it in both.items()})


@pytest.mark.parametrize("name", KINDS)
def test_a_config_makes_the_same_again(name):
    thing = Maker(name)()

    again = type(thing).from_config(json.loads(json.dumps(thing.get_config())))

    assert again.get_config() == thing.get_config()
    assert type(again).__name__ in repr(again) or getattr(again, "name", "") in repr(again)


def test_arrays_in_a_config_of_keras_are_read():
    def kept(value: Any) -> Any:
        return {"class_name": "__numpy__", "config": {"value": value, "dtype": "float32"}}

    config = {"axis": -1, "mean": kept([1.0, 2.0]), "variance": kept([4.0, 16.0])}
    layer = funclab.layers.Normalization.from_config(config)

    assert layer([[3.0, 6.0]]).tolist() == [[1.0, 1.0]]


NAMED_BY_VALUE = ("alpha", "vocabulary")
BOUND_TO_OTHERS = {
    *("PiecewiseConstantDecay.values", "Discretization.bin_boundaries", "AUC.num_labels"),
    *("IntegerLookup.vocabulary", "IntegerLookup.max_tokens", "Ftrl.learning_rate_power"),
    *(f"Conv{rank}DTranspose.output_padding" for rank in (1, 2, 3)),
}
"""Arguments whose right value is bound to another argument, or of a kind of its own."""


def proposed(fix: str, argument: str) -> Any:
    """The value that a fix says to write for an argument; ... where it says none."""
    _, found, text = fix.rpartition(f"{argument}=")
    rooms = {room: getattr(funclab, room) for room in ("constraints", "initializers")}
    for end in range(len(text) * bool(found), 0, -1):
        with contextlib.suppress(Exception):
            if text[:end].rstrip()[-1] not in ".,;":
                return eval(text[:end], {"regularizers": funclab.regularizers, **rooms})
    return ...


@pytest.mark.parametrize("name", KINDS)
def test_a_setting_that_is_refused_is_named_and_what_the_fix_says_to_write_works(name):
    make = Maker(name)

    for argument in make.arguments:
        for wrong in WRONG:
            try:
                make(**{argument: wrong})
            except Exception as error:
                assert isinstance(error, FunclabError), f"{argument}={wrong!r}: {error!r}"
                kind = argument.rpartition("_")[2]
                named = re.search(rf"\b({argument}|{kind})\b", str(error))
                named = named or (argument in NAMED_BY_VALUE and repr(wrong) in error.what)
                assert named, f"{argument}: {error}"
                value = proposed(error.fix, argument)
                if value is not ... and f"{make.cls.__name__}.{argument}" not in BOUND_TO_OTHERS:
                    make(**{argument: value})
