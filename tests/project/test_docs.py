"""What the project's documents say stays true."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from funclab import (
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    registry,
    regularizers,
)
from funclab.optimizers import schedules
from tests.project.source import ROOT, Source, sources, tracked

# The lines of a docstring after its summary, in the order in which a reader meets them.
LABELS = ["Shapes", "Weights", "Gradient", "Numerics", "Raises", "Source"]
ROOMS = (layers, optimizers, schedules, initializers, regularizers, constraints, losses, metrics)
# Places that exist on one machine only.
PRIVATE = re.compile(r"/(?:root|work|home/(?!jovyan))/|/tmp/(?!\w*\$)")


def documents() -> list[Path]:
    return sorted(ROOT.glob("*.md"))


def docstrings(source: Source) -> Iterator[tuple[int, str]]:
    return ((line, node.value) for line, node in source.docstrings.items())


def labels_of(docstring: str) -> list[str]:
    found = re.findall(rf"^\s*({'|'.join(LABELS)}):", docstring, flags=re.MULTILINE)
    return found + (["doctest"] if ">>>" in docstring else [])


def public_definitions(source: Source) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_every_link_to_a_file_leads_somewhere():
    links = [
        (document, target)
        for document in documents()
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
        if "://" not in target
    ]

    assert not [(d.name, target) for d, target in links if not (d.parent / target).exists()]


def test_every_make_target_that_a_document_names_exists():
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))

    named = {
        target
        for document in documents()
        for target in re.findall(r"(?:^|`)make ([a-z]+)", document.read_text(), flags=re.MULTILINE)
    }

    assert {"lab", "test"} <= named <= made


def test_the_lines_of_every_docstring_come_in_the_agreed_order():
    order = [*LABELS, "doctest"]
    mixed = [
        f"{source.name}:{line} {labels}"
        for source in sources()
        for line, text in docstrings(source)
        if (labels := labels_of(text)) != sorted(labels, key=order.index)
    ]

    assert not mixed, "\n".join(mixed)


def test_every_public_class_says_what_it_is():
    silent = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources()
        for node in public_definitions(source)
        if isinstance(node, ast.ClassDef) and ast.get_docstring(node) is None
    ]

    assert not silent, "\n".join(silent)


def test_every_public_class_documents_every_parameter_of_its_constructor():
    kinds = ("layer", "optimizer", "schedule", "initializer", "regularizer", "constraint")
    classes = {
        cls
        for kind in (*kinds, "loss", "metric")
        for cls in registry.registered(kind).values()
        if isinstance(cls, type) and cls.__module__.startswith("funclab.")
    }

    missing = [
        f"{cls.__name__}: {name}"
        for cls in {*classes, layers.Layer, optimizers.Optimizer}
        if cls.__init__ is not object.__init__
        for name in list(inspect.signature(cls.__init__).parameters)[1:]
        if not re.search(rf"^ +{name}( \(.+\))?: (?!;|\.$)", cls.__doc__ or "", flags=re.MULTILINE)
    ]

    assert len(classes) > 100
    assert not missing, missing


def test_no_file_names_a_place_on_somebodys_machine():
    texts = [ROOT / name for name in tracked() if not name.endswith((".png", ".npz"))]
    named = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in texts
        if path.is_file() and path != Path(__file__)
        if (found := PRIVATE.search(path.read_text(encoding="utf-8", errors="ignore")))
    ]

    assert not named, "\n".join(named)


def test_every_registered_class_of_funclab_has_an_example_that_runs_as_a_doctest():
    kinds = ("layer", "optimizer", "schedule", "initializer", "regularizer", "constraint")
    classes = {
        cls
        for kind in (*kinds, "loss", "metric")
        for cls in registry.registered(kind).values()
        if isinstance(cls, type) and cls.__module__.startswith("funclab.")
    }
    public = [cls for cls in classes if any(cls.__name__ in vars(room) for room in ROOMS)]

    assert len(public) > 200
    assert sorted(cls.__name__ for cls in public if ">>>" not in (cls.__doc__ or "")) == []


def test_the_doctests_of_one_file_run_alone():
    """Pytest then asks funclab for names that it lacks while rooms are imported."""
    file = ROOT / "funclab" / "layers" / "activation.py"
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)]

    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT)

    assert " passed" in done.stdout
    assert done.returncode == 0, done.stdout
