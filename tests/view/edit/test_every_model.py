"""Every model of the gallery, of the layers' examples and of the lessons, read and built again."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

import funclab
from funclab import Model, registry
from funclab.errors import FunclabError
from funclab.models import Functional, clone_model
from funclab.teach import catch_up, same_graph
from funclab.view.edit.building import Build, keep_weights
from funclab.view.edit.draft import Draft
from funclab.view.edit.reading import read_code
from tests.layers.examples import EXAMPLES
from tests.view import gallery, models
from tests.view.edit.test_draft import assert_same_predictions

LONG = bool(os.environ.get("SOAK"))
MADE = {
    name: make
    for name, make in vars(models).items()
    if callable(make) and getattr(make, "__module__", "") == models.__name__ and name != "chain"
}


def of_the_gallery() -> Iterator[tuple[str, Model]]:
    for name in gallery.MODELS:
        yield name, gallery.built(name)
    for name, make in MADE.items():
        registry.reset_names()
        yield name, make()


def of_the_layers() -> Iterator[tuple[str, Model]]:
    first = {example.name: example for example in reversed(EXAMPLES)}
    for example in EXAMPLES if LONG else first.values():
        registry.reset_names()
        inputs = example.tensors()
        yield str(example), Model(inputs, example.call(example.layer(), inputs))


def of_the_lessons(lesson: int) -> Iterator[tuple[str, Model]]:
    names: dict = {}
    catch_up(lesson, names=names)
    for name, model in names.items():
        if isinstance(model, Functional):
            yield f"{lesson} {name}", model


KINDS = {"gallery": of_the_gallery, "layers": of_the_layers}
if LONG:  # the lessons train
    KINDS |= {f"lesson {i}": lambda i=i: of_the_lessons(i) for i in range(1, 15)}


@pytest.mark.soak("models read and built again")
@pytest.mark.parametrize("kind", KINDS)
def test_every_model_is_built_again_with_the_same_predictions(kind, trial):
    for name, model in KINDS[kind]():
        with trial(name):
            nodes = [len(layer.inbound_nodes) for layer in model.graph.operations]
            draft, operations = Draft.of(model)
            build = Build(draft)
            kept, new = keep_weights(
                build.operations, operations, {key: own.name for key, own in draft.layers.items()}
            )

            # Calls of its layers in other models count in their numbers.
            configs = [model.get_config(), clone_model(model).get_config()]
            assert build.model.get_config() in configs
            assert not new and len(kept) == len(model.weights)
            assert_same_predictions(model, build.model)
            assert nodes == [len(layer.inbound_nodes) for layer in model.graph.operations]


NOT_READ = {
    *("Lambda", "TextVectorization", "IntegerLookup", "StringLookup", "Hashing", "HashedCrossing"),
    *("11 forecast", "11 stuck"),
}
"""What holds a function, or may open a file; of the lessons, models with functions of their own."""


@pytest.mark.soak("models read from their code")
@pytest.mark.parametrize("kind", KINDS)
def test_the_code_of_every_model_comes_back_as_the_same_graph(kind, trial):
    refused = set()
    for name, model in KINDS[kind]():
        draft, _ = Draft.of(model)
        try:
            back = read_code(str(funclab.to_code(model, names=False)), draft)
        except FunclabError as error:
            assert error.what.endswith("is not read here.")
            refused.add(name.partition("(")[0])
            continue
        with trial(name):
            verdict = same_graph(Build(back).model, model)
            assert verdict, verdict.reasons
    assert refused <= NOT_READ
