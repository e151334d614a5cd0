"""The models that must be readable on one screen: each to explore, with its code."""

from __future__ import annotations

import re
from html import escape

from docs.stored import apart, raw
from funclab.view.code.source import to_code
from funclab.view.explorer.view import explore
from tests.view.gallery import built

INTRODUCTION = """\
# Gallery

What `model` shows as the last line of a cell, alive. Type is never scaled down: what does not fit
says less in each place, runs in columns, or draws repeated blocks once. Click a box, or press `?`
for the keys.
"""
SHOWN = {
    "mlp": ("A digit reader", "One line of layers, as in the first lesson."),
    "siamese": ("Siamese: two texts, one reader", "Both are read by one layer, called twice."),
    "inception": ("Inception: towers", "Four ways to look at an image, joined."),
    "headline": ("Two inputs, two outputs", "A text and some numbers; one answer comes early."),
    "vqa": ("A question about two images", "One inner model sees both images."),
    "resnet": ("ResNet: residual blocks", "The same number of blocks in each of three stages."),
    "unet": ("U-Net", "Down and up again, with a skip at each resolution."),
    "transformer_4": ("Transformer encoder", "Four equal blocks of attention, drawn once."),
    "mobilenet": ("MobileNetV2", "197 calls: inverted residual blocks, each a box that opens."),
    "chain_60": ("Sixty equal layers", "What a long line looks like."),
}
"""The models by the names that people use, and one sentence about each."""


def pages() -> dict[str, str]:
    """The page of all models, and the files of their views; names of a fresh session in each."""
    sections = {name: section(name) for name in SHOWN}
    names = " · ".join(f"[{title}](#{anchor(title)})" for title, _ in SHOWN.values())
    page = "\n".join([INTRODUCTION, names, "", *(text for text, _ in sections.values())])
    return {"index.md": page} | {
        path: file for _, files in sections.values() for path, file in files.items()
    }


def anchor(title: str) -> str:
    """What Sphinx calls the place of a heading."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def section(name: str) -> tuple[str, dict[str, str]]:
    title, sentence = SHOWN[name]
    model = built(name)
    code = f'<pre tabindex="0">{escape(to_code(model))}</pre>'
    folded = f"<details><summary>Its code</summary>{code}</details>"
    place, files = apart(f"gallery-{name}", explore(model))
    return f"## {title}\n\n{sentence}\n\n{raw(place)}\n\n{raw(folded)}\n", files
