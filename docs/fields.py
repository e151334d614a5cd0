"""The docstrings of funclab as Sphinx reads them: their fixed lines become fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

FIELDS = ("Shapes", "Weights", "Gradient", "Numerics", "Raises", "Source", "Returns")
ITEM = re.compile(r"^ *(?P<names>\w+(?:, \w+)*)(?: \((?P<type>[^)]*)\))?: (?P<text>\S.*)$")
"""How a named line begins: a field, or one argument or several with what they mean."""
CODE = re.compile(r"(`+[^`]+`+)")


def as_fields(lines: list[str]) -> list[str]:
    """The lines of a docstring as reStructuredText: paragraphs, fields, arguments, the example."""
    text = "\n".join(lines).strip()
    before, mark, example = text.partition("\n>>> ")
    if text.startswith(">>> "):
        before, mark, example = "", ">>> ", text.removeprefix(">>> ")
    paragraphs, named = [], []
    for block in blocks(before):
        item = ITEM.match(block)
        if item and (item["names"] in FIELDS or paragraphs):
            named += list(field(item))
        elif block.startswith("- "):
            paragraphs += [f"- {escaped(block.removeprefix('- '))}", ""]
        else:
            paragraphs += [escaped(block), ""]
    code = [".. code-block:: pycon", "", *(f"    {line}" for line in f">>> {example}".split("\n"))]
    return [*paragraphs, *named, "", *(code if mark else []), ""]


def blocks(text: str) -> Iterator[str]:
    """The paragraphs and named lines of a text, each as one line."""
    for paragraph in re.split(r"\n\s*\n", text):
        block: list[str] = []
        for line in paragraph.split("\n"):
            if block and (begins(line, block) or line.startswith("- ")):
                yield " ".join(block)
                block = []
            block.append(line.strip())
        if any(block):
            yield " ".join(block)


def begins(line: str, block: list[str]) -> bool:
    """Whether a line with a colon begins an item, and is not the middle of a sentence."""
    if line.startswith(" ") or not ITEM.match(line):
        return False
    return ITEM.match(block[0]) is not None or block[-1].endswith((".", ":"))


def field(item: re.Match[str]) -> Iterator[str]:
    """The lines of one field, or of the arguments that share a line."""
    text = escaped(item["text"])
    if item["names"] in FIELDS:
        yield f":{item['names']}: {text}"
        return
    for name in item["names"].split(", "):
        kind = f"{escaped(item['type'])}; " if item["type"] else ""
        yield f":param {escaped(name)}: {kind}{text}"


def escaped(text: str) -> str:
    """Plain text with code in single backticks, as reStructuredText."""
    parts = CODE.split(text)
    return "".join(
        f"``{part.strip('`')}``" if part.startswith("`") else re.sub(r"([\\*_|`])", r"\\\1", part)
        for part in parts
    )
