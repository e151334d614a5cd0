"""A page of every layer: `python -m tools.pictures.catalogue build/catalogue`.

Each with its docstring, a small picture of one call, and the shape rule of that call in words and
in numbers.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from funclab import Model, layers, registry
from funclab.registry import reset_names
from funclab.view import diagram
from funclab.view.code.layers import Layers
from funclab.view.code.text import flat
from funclab.view.shapes.steps import shape_steps
from tests.layers.examples import EXAMPLES

FIELDS = ("Shapes", "Weights", "Gradient", "Numerics", "Raises", "Source")
ITEM = r"\w+(?: \([^)]*\))?: "
"""How a named line begins, and that of an argument."""
PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>funclab: every layer</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }}
section {{ border-top: 1px solid #9aa5b1; margin-top: 2rem; }}
nav ul {{ columns: 12rem; padding-left: 1rem; }}
pre, code {{ font-size: .9rem; }} pre {{ overflow-x: auto; }}
dt {{ font-weight: 600; }} dd {{ margin: 0 0 .3rem 1.5rem; }}
svg {{ max-width: 100%; height: auto; }}
</style>
<h1>Every layer</h1>
<nav aria-label="Layers"><ul>
{links}
</ul></nav>
<main>
{sections}
</main>
</html>
"""


def every_layer() -> dict[str, type]:
    """The layers of funclab by name, in the order of their files; no aliases."""
    known = {cls.__name__: cls for _, cls in registry.registered("layer").items()}
    named = {name: cls for name, cls in known.items() if getattr(layers, name, None) is cls}
    return dict(sorted(named.items(), key=lambda item: (item[1].__module__, item[0])))


def parts(docstring: str) -> Iterator[tuple[str, str]]:
    """The lines of a docstring: ("", summary), then each named line and each argument, and last
    ("example", its doctest)."""
    text, mark, example = docstring.partition("\n>>> ")
    summary, _, rest = text.partition("\n\n")
    yield "", " ".join(summary.split())
    for block in re.split(rf"\n(?={ITEM})|\n\n", rest.strip()):
        name, _, value = block.partition(": ")
        is_item = re.match(ITEM, block) is not None
        yield (name, " ".join(value.split())) if is_item else ("", " ".join(block.split()))
    if mark:
        yield "example", mark.strip() + " " + example.strip()


def section(name: str, cls: type) -> str:
    """One layer: its docstring, the picture of a call and its shape rule."""
    said = list(parts(inspect.getdoc(cls) or ""))
    texts = [f"<p>{_text(text)}</p>" for part, text in said if not part and text]
    facts = [(part, text) for part, text in said if part and part != "example"]
    named = [(part, text) for part, text in facts if part in FIELDS]
    arguments = [(part, text) for part, text in facts if part not in FIELDS]
    example = [f"<pre>{escape(text)}</pre>" for part, text in said if part == "example"]
    body = [*texts, _list(named), "<h3>Arguments</h3>", _list(arguments), *example, *_call(name)]
    return f'<section id="{name}"><h2>{name}</h2>\n' + "\n".join(body) + "</section>"


def _list(facts: list[tuple[str, str]]) -> str:
    lines = [f"<dt>{escape(part)}</dt><dd>{_text(text)}</dd>" for part, text in facts]
    return f"<dl>{''.join(lines)}</dl>"


def _text(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _call(name: str) -> Iterator[str]:
    """A call of the first example of this layer: its picture, and where its shape comes from."""
    example = next((example for example in EXAMPLES if example.name == name), None)
    if example is None:  # the layer of an input, which nothing is called on
        return
    reset_names()
    tensors = example.tensors()
    layer = example.layer()
    code = flat(Layers(set(), set(), False).source(layer)).removeprefix("layers.")
    outputs = example.call(layer, tensors)
    model = Model(tensors, outputs, name=f"a_{registry.to_snake_case(name)}")
    step: Any = shape_steps(model).steps[-1]
    yield f"<h3>One call</h3><p><code>{escape(code)}</code></p>"
    yield diagram(model).svg
    yield f"<p>{escape(step.words)}</p>"
    yield _list([(f"{made.name} {made.shape}", made.text) for made in step.outputs])
    yield f"<p>{escape(step.weights)}</p>"


def page() -> str:
    known = every_layer()
    links = []
    for module, family in groupby(known, key=lambda name: known[name].__module__):
        title = module.rpartition(".")[2].replace("_", " ")
        inside = " ".join(f'<a href="#{name}">{name}</a>' for name in family)
        links.append(f"<li><b>{title}</b><br>{inside}</li>")
    sections = [section(name, cls) for name, cls in known.items()]
    return PAGE.format(links="\n".join(links), sections="\n".join(sections))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(page(), encoding="utf-8")
    print(f"{len(every_layer())} layers: {folder / 'index.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
