"""What a real Keras makes of images whose changes are given: cases for its layers and for ours.

To record again, with a Python that has keras and jax:

    KERAS_BACKEND=jax python -m tests.layers.keras_images
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

RECORD = Path(__file__).with_name("keras_images.npz")
rng = np.random.RandomState(7)
IMAGES = rng.uniform(0, 255, (3, 6, 7, 3)).astype("float32")
PHOTOS = (IMAGES[..., ::-1] + np.arange(7)[:, None] * 9)[:, :, ::2] / 6
NOISE = rng.standard_normal((3, 6, 7, 2)).astype("float32")
LABELS = np.eye(4, dtype="float32")[[2, 0, 3]]
FIRST = {"data_format": "channels_first"}
ONES = {"value_range": (0, 1)}
SOME = np.array([True, False, True])[:, None, None, None]
PARTNER = np.array([2, 0, 1])

CORNERS = {"bounding_box_format": "xyxy"}
BOXED = {
    "2 of 3 boxes": {"max_number": 2, **CORNERS},
    "5 boxes": {"max_number": 5, "fill_value": 7, **CORNERS},
    "4 boxes": {"max_number": 4, **CORNERS, **FIRST},
}
"""Settings of MaxNumBoundingBoxes."""

Case = tuple[str, dict[str, Any], dict[str, Any]]
"""A class, its settings, and what is drawn for each image, by the names that funclab has."""

CASES: dict[str, Case] = {}


def case(kind: str, settings: dict[str, Any], **drawn: Any) -> None:
    CASES[f"{len(CASES)} {kind}({settings})"] = kind, settings, drawn


def each(*numbers: float) -> Any:
    return np.array(numbers, "float32").reshape(3, 1, 1, 1)


def with_boxes() -> dict[str, Any]:
    """Three images, each with three boxes."""
    boxes = np.arange(36).reshape(3, 3, 4) % 7
    labels = np.arange(9).reshape(3, 3) % 4
    return {"images": IMAGES.copy(), "bounding_boxes": {"boxes": boxes, "labels": labels}}


def images_of(settings: dict[str, Any]) -> Any:
    """The images of a case, in its range and with its data format."""
    low, high = settings.get("value_range", (0, 255))
    images = PHOTOS if settings.get("tile_grid_size") else IMAGES
    scaled = (images / 255 * (high - low) + low).astype("float32")
    return np.moveaxis(scaled, -1, 1) if settings.get("data_format") else scaled


for settings in ({"factor": 0.3}, {"factor": 0.5, **ONES}, {"factor": 0.1, **FIRST}):
    case("RandomHue", settings, turn=each(0.1, -0.2, 0.4))
for settings in ({"factor": 0.3}, {"factor": 0.4, **ONES}, {"factor": 0.2, **FIRST}):
    case("RandomSaturation", settings, times=each(0.0, 0.4, 1.7))
    case("RandomColorDegeneration", settings, share=each(0.0, 0.4, -0.3))
    case("RandomSharpness", settings, sharpness=each(0.0, 0.7, 1.8))
for settings in ({}, {"factor": 0.2}, {"factor": 0.3, **FIRST}):
    case("RandomGrayscale", settings, chosen=SOME)
for settings in ({"factor": 5}, {"factor": 6, **ONES}, {"factor": (2, 4), **FIRST}):
    case("RandomPosterization", settings, bits=each(1, 3, 7))
for settings in ({}, {"factor": 0.3, **ONES}, {"factor": 0.2, **FIRST}):
    case("RandomInvert", settings, chosen=SOME)
for settings in ({}, {"threshold_factor": 0.4, **ONES}, {"addition_factor": 0.4, **FIRST}):
    case("Solarization", settings, added=each(0, 40, 150), threshold=each(0, 128, 30))
for settings in (
    {},
    {"factor": 0.4, "kernel_size": 5, "sigma": 0.4, **ONES},
    {"kernel_size": (3, 5), **FIRST},
):
    case("RandomGaussianBlur", settings, chosen=SOME, sigma=np.array([0.8, 0.4], "float32"))
for settings in (
    {"x_factor": 0.2},
    {"y_factor": 0.3, "interpolation": "nearest", "fill_mode": "constant", "fill_value": 9.0},
    {"x_factor": 0.1, "y_factor": 0.1, "fill_mode": "wrap", **FIRST},
):
    shear = np.array([[0.13, 0.37, -0.21], [0.31, 0.0, -0.11]], "float32")
    case("RandomShear", settings, shear_x=shear[0], shear_y=shear[1])
for settings in (
    {},
    {"factor": 0.3, "scale": 0.5, "fill_value": 7.0},
    {"interpolation": "nearest", **FIRST},
):
    corners = rng.uniform(-0.3, 0.3, (3, 4, 2)).astype("float32")
    case("RandomPerspective", settings, chosen=SOME, corners=corners)
for settings in (
    {},
    {"factor": 0.4, "scale": 0.7, "fill_mode": "constant", "fill_value": 0.5, **ONES},
    {"interpolation": "nearest", **FIRST},
):
    strength = np.float32(settings.get("scale", 1.0))
    case("RandomElasticTransform", settings, chosen=SOME, strength=strength, noise=NOISE)
BOX = {"top": each(0, 1.2, 3), "bottom": each(2, 5, 5.5)}
BOX |= {"left": each(1, 2, 3.1), "right": each(7, 4.2, 4)}
for settings in (
    {"fill_value": 9.0},
    {"fill_value": [3.0, 700.0, 90.0], "factor": 0.4, "scale": (0.1, 0.2)},
    {"fill_value": 0.4, **ONES, **FIRST},
):
    case("RandomErasing", settings, chosen=SOME, **BOX)
for settings in ({}, {"factor": 0.4}, {"factor": 0.2, **FIRST}):
    area = (BOX["bottom"] - BOX["top"]) * (BOX["right"] - BOX["left"]) / 42
    case("CutMix", settings, partner=PARTNER, **BOX, weight=1 - area)
for settings in ({}, {"alpha": 0.4}, {"alpha": 0.3, **FIRST}):
    case("MixUp", settings, partner=PARTNER, weight=each(0.1, 0.6, 0.9))
for settings in ({}, {"value_range": (-1, 1)}, ONES):
    case("AutoContrast", settings)
for settings in ({}, {"bins": 16, **ONES}, FIRST):
    case("Equalization", settings)
for settings in (
    {"tile_grid_size": (2, 2)},
    {"tile_grid_size": (3, 2), "clip_limit": 20.0, **ONES},
    {"tile_grid_size": (1, 4), "clip_limit": 40.0, **FIRST},
):
    case("ContrastLimitedAdaptiveHistogramEqualization", settings)
for settings in (
    {"brightness_factor": (0.2, 0.2), "hue_factor": (0, 0)},
    {"contrast_factor": (0, 0), "saturation_factor": (0.3, 0.3)},
    {"saturation_factor": (0.6, 0.6), **ONES},
):
    case("RandomColorJitter", settings)
SOLAR = {"added": each(0, 40, 150), "threshold": each(0, 128, 30)}
POSTER = {"bits": each(1, 3, 7)}
SHEAR = {"shear_x": shear[0], "shear_y": shear[1]}
USED = {"solarization": SOLAR, "posterization": POSTER, "shear": SHEAR}
USED |= {"auto_contrast": {}, "equalization": {}}
for settings, chosen in (
    ({}, (8, 9)),
    ({"num_ops": 3, "factor": 0.4, **ONES}, (7, 9, 0)),
    ({"num_ops": 1, "interpolation": "nearest", **FIRST}, (0,)),
):
    case("RandAugment", settings, chosen=np.array(chosen), parts=USED)
for settings, chosen in (
    ({}, [[8, 11, 0], [7, 9, 11], [11, 11, 11]]),
    ({"num_chains": 1, "chain_depth": 2, "factor": 0.2, "alpha": 0.5, **ONES}, [[10, 8]]),
    ({"num_chains": 1, "all_ops": False, "interpolation": "nearest", **FIRST}, [[0, 4, 7]]),
):
    weights = np.array([0.5, 0.3, 0.2] if len(chosen) > 1 else [1.0], "float32")
    drawn = {"weights": weights, "kept": np.float32(0.3), "chosen": np.array(chosen)}
    case("AugMix", settings, **drawn, parts=[[USED] * len(chain) for chain in chosen])

ALL = (
    *("shear", "translation", "rotation", "brightness", "color_degeneration", "contrast"),
    *("sharpness", "posterization", "solarization", "auto_contrast", "equalization"),
)
FEW = ("shear", "translation", "rotation", *ALL[-4:])


def in_keras(name: str) -> str:
    """The attribute of Keras' layer that holds a part."""
    whole = name.startswith(("solar", "auto", "equal"))
    return name if whole else f"random_{name}"


def corner_points(layer: Any, images: Any, corners: Any) -> Any:
    right, bottom = images.shape[layer.width_axis] - 1, images.shape[layer.height_axis] - 1
    start = np.array([[0, 0], [right, 0], [0, bottom], [right, bottom]], "float32")
    return {"start_points": np.repeat(start[None], 3, 0), "end_points": start + start * corners}


def masks(layer: Any, images: Any, drawn: Any) -> Any:
    edges = [drawn[name].ravel() for name in ("left", "right", "top", "bottom")]
    made = layer._generate_batch_mask(images.shape, edges)
    return made[0] if isinstance(made, tuple) else made


def for_keras(kind: str, layer: Any, images: Any, drawn: Any) -> Any:
    """What was drawn, in the form that Keras' layer has it."""
    flat = {name: x.ravel() for name, x in drawn.items() if hasattr(x, "ravel")}
    match kind:
        case "RandomHue":
            return {"factor": flat["turn"]}
        case "RandomSaturation":
            return {"factor": flat["times"]}
        case "RandomColorDegeneration":
            return {"factor": drawn["share"]}
        case "RandomSharpness":
            return {"factor": flat["sharpness"] / 2}
        case "RandomGrayscale":
            return drawn["chosen"]
        case "RandomPosterization":
            return {"shift_factor": (8 - flat["bits"]).astype("uint8")}
        case "RandomInvert":
            return {"apply_inversion": flat["chosen"]}
        case "Solarization":
            return {"additions": drawn["added"], "thresholds": drawn["threshold"]}
        case "RandomGaussianBlur":
            return {"should_apply_blur": flat["chosen"], "blur_factor": drawn["sigma"]}
        case "RandomShear":
            factor = np.stack([drawn["shear_x"], drawn["shear_y"]], 1)
            return {"shear_factor": factor, "input_shape": images.shape}
        case "RandomPerspective":
            points = corner_points(layer, images, drawn["corners"])
            return {"apply_perspective": flat["chosen"], **points}
        case "RandomElasticTransform":
            strength = drawn["strength"]
            return {"apply_transform": flat["chosen"], "distortion_factor": strength, "seed": 1}
        case "RandomErasing":
            colour = np.array(list(np.atleast_1d(layer.fill_value)), "float32")
            fill = np.clip(np.zeros_like(images) + colour, *layer.value_range)
            where = {"batch_masks": masks(layer, images, drawn), "fill_value": fill}
            return {"apply_erasing": flat["chosen"], **where}
        case "CutMix":
            weight = {"mix_weight": drawn["weight"], "permutation_order": drawn["partner"]}
            return {"batch_masks": masks(layer, images, drawn), **weight}
        case "MixUp":
            return {"mix_weight": flat["weight"], "permutation_order": drawn["partner"]}
        case "RandAugment":
            return {"layer_idxes": drawn["chosen"], "transforms": policy(layer, images, ALL)}
        case "AugMix":
            return mix(layer, images, drawn)
    return None


def policy(layer: Any, images: Any, names: Any) -> Any:
    """What each part of a policy draws; those that no case uses draw for themselves."""
    made = {}
    for name in names:
        part = getattr(layer, in_keras(name))
        drawn = USED.get(name)
        kind = type(part).__name__
        own = drawn is None
        transformation = (
            part.get_random_transformation(images) if own else for_keras(kind, part, images, drawn)
        )
        made[in_keras(name)] = transformation
    return made


def mix(layer: Any, images: Any, drawn: Any) -> Any:
    names = ALL if layer.all_ops else FEW
    every = policy(layer, images, names)
    chains = [
        [
            {"layer_name": key, "transformation": every[key]}
            for number in chain
            if number < len(names) and (key := in_keras(names[number]))
        ]
        for chain in drawn["chosen"]
    ]
    kept = {"chain_mixing_weights": drawn["weights"], "weight_sample": drawn["kept"]}
    return {"chain_transforms": chains, **kept}


def record() -> None:
    import jax
    import keras

    made = {"versions": np.array([f"keras {keras.__version__}", f"jax {jax.__version__}"])}
    noises = iter([])
    real = jax.random.normal

    def normal(key: Any, shape: Any = (), dtype: Any = float) -> Any:
        """The noise of elastic transforms, which cannot be given to Keras otherwise."""
        given = next(noises, None)
        return real(key, shape, dtype) if given is None else jax.numpy.asarray(given)

    jax.random.normal = normal
    for name, (kind, settings, drawn) in CASES.items():
        layer = getattr(keras.layers, kind)(**settings)
        images = images_of(settings)
        given = for_keras(kind, layer, images, drawn)
        if kind == "RandomElasticTransform":
            noises = iter([drawn["noise"][..., 0], drawn["noise"][..., 1]])
        made[name] = np.asarray(layer.transform_images(jax.numpy.asarray(images), given))
        if kind in ("CutMix", "MixUp"):
            made[f"{name} labels"] = np.asarray(layer.transform_labels(LABELS, given))
        print(name, made[name].shape, flush=True)
    for name, settings in BOXED.items():
        layer = keras.layers.MaxNumBoundingBoxes(**settings)
        boxes = layer(with_boxes())["bounding_boxes"]
        made |= {f"{name}: {part}": np.asarray(boxes[part]) for part in ("boxes", "labels")}
    np.savez_compressed(RECORD, **made)


if __name__ == "__main__":
    record()
