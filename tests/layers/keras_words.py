"""What a real Keras does with words: cases that are run with its layers and with ours.

To record again, with a Python that has keras and tensorflow:

    KERAS_BACKEND=tensorflow python -m tests.layers.keras_words
"""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np

RECORD = Path(__file__).with_name("keras_words.json")

WORDS = np.array([["a", "b", "zz"], ["c", "c", "yy"], ["a", "", "[UNK]"]])
IDS = np.array([[1, 5, 100], [7, 7, -3], [1, 0, 42]])
TEXTS = np.array(
    [
        "The quick, brown FOX; jumped!",
        "over the LAZY dog. The end",
        "",
        "Éa\u00a0b naïve café",
        "don't [stop] me now~ 3.5%  x\ty\nz",
    ]
)
LONG = np.array([["x" * n for n in (3, 7, 12, 20)], ["yz" * n for n in (20, 33, 50, 70)]])
MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")

Case = tuple[str, dict[str, Any], Any, Any]
"""A class, its settings, what it adapts to (None: nothing), and what it is called on."""

CASES: dict[str, Case] = {}


def case(kind: str, call: Any, adapt: Any = None, **settings: Any) -> None:
    told = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    CASES[f"{len(CASES)} {kind}({told})"] = kind, settings, adapt, call


for mode, oov, mask in itertools.product(MODES, (1, 3), (None, "", "b")):
    case("StringLookup", WORDS, WORDS, num_oov_indices=oov, mask_token=mask, output_mode=mode)
for mode in MODES:
    weights = {"idf_weights": [0.1, 0.2, 0.3]} if mode == "tf_idf" else {}
    given = {"vocabulary": ["a", "c", "yy"], "output_mode": mode, **weights}
    case("StringLookup", WORDS, max_tokens=6, pad_to_max_tokens=mode != "int", **given)
    case("StringLookup", WORDS[:, :1], **given)
    case("StringLookup", WORDS, WORDS, max_tokens=4, output_mode=mode)
    case("IntegerLookup", IDS, IDS, output_mode=mode, num_oov_indices=2)
    case("IntegerLookup", IDS, IDS, output_mode=mode, mask_token=0)
    case("TextVectorization", TEXTS, TEXTS, output_mode=mode)
    case("TextVectorization", TEXTS, TEXTS, output_mode=mode, ngrams=2, max_tokens=12)
    case("TextVectorization", TEXTS, **{**given, "vocabulary": ["the", "fox", "end"]})
for salt in (None, 3, [4, 5]):
    case("StringLookup", LONG, vocabulary=["a"], num_oov_indices=1000, salt=salt)
    method = {"oov_method": "farmhash", "num_oov_indices": 7}
    case("IntegerLookup", IDS, vocabulary=[1], salt=salt, **method)
    for mode in MODES[:4]:
        case("Hashing", LONG, num_bins=11, salt=salt, output_mode=mode)
        case("Hashing", IDS, num_bins=5, mask_value=7, salt=salt, output_mode=mode)
for mode in ("int", "one_hot"):
    case("HashedCrossing", [LONG[0], np.array([7, -1, 0, 3])], num_bins=9, output_mode=mode)
    case("HashedCrossing", [LONG[:, :1], LONG[:, 1:2]], num_bins=9, output_mode=mode)
for mask, oov in itertools.product((None, ""), (0, 1, 2)):
    settings = {"mask_token": mask, "num_oov_indices": oov, "invert": True}
    case("StringLookup", IDS, vocabulary=["a", "b"], **settings)
for standardize, split in itertools.product(
    ("lower_and_strip_punctuation", "lower", "strip_punctuation", None),
    ("whitespace", "character", None),
):
    settings = {"standardize": standardize, "split": split}
    case("TextVectorization", TEXTS[:, None], TEXTS, output_sequence_length=5, **settings)
case("TextVectorization", TEXTS, TEXTS, ngrams=(1, 3), output_sequence_length=20)
case("TextVectorization", WORDS, vocabulary=["a", "c"], split=None, output_mode="count")
case("StringLookup", IDS, vocabulary=["a"], oov_token="?", invert=True)
case("IntegerLookup", IDS, vocabulary=[5, 7], oov_token=-9, invert=True)
case("IntegerLookup", IDS, IDS, max_tokens=9, output_mode="count", pad_to_max_tokens=True)
idf = {"idf_weights": [0.5, 0.2], "output_mode": "tf_idf"}
case("IntegerLookup", IDS, vocabulary=[1, 7], **idf)
case("HashedCrossing", [LONG[0], np.array([7, -1, 0, 3])], num_bins=5)
padded = {"max_tokens": 20, "pad_to_max_tokens": True}
case("TextVectorization", TEXTS, TEXTS, output_mode="count", **padded)


def observed(name: str, layers: Any) -> tuple[list[str], list[int], list[Any]]:
    """A layer's vocabulary, an output shape, and its outputs: numbers or words."""
    kind, settings, adapt, call = CASES[name]
    layer = getattr(layers, kind)(**settings)
    if adapt is not None:
        layer.adapt(adapt)
    words = layer.get_vocabulary() if hasattr(layer, "get_vocabulary") else []
    made = layer(call)
    made = np.asarray(made.to_tensor() if hasattr(made, "to_tensor") else made)
    flat = [
        item.decode() if isinstance(item, bytes) else item for item in made.reshape(-1).tolist()
    ]
    return [str(word) for word in words], list(made.shape), flat


if __name__ == "__main__":
    import keras

    seen = {name: observed(name, keras.layers) for name in CASES}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in seen.items())
    RECORD.write_text("{\n" + lines + "\n}\n")
