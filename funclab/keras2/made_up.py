"""Made-up data in place of downloads and missing files, for `will_it_run(path, run=True)`.

Shapes, dtypes and ranges are those of the real data; the numbers mean nothing.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from funclab import datasets, models, utils
from funclab.graph.shape_math import Array
from funclab.keras2 import batches, image
from funclab.utils import preprocessing
from funclab.utils.applications import frame

ROWS = 64
EPOCHS = 2
STEPS = 3
"""Batches of an epoch."""
WORDS = ["the", "a", "of", "and", "in", "was", "for", "but", "this", "film", "good", "bad", "very"]
IMAGES = {
    "mnist": (60000, (28, 28), 10),
    "fashion_mnist": (60000, (28, 28), 10),
    "cifar10": (50000, (32, 32, 3), 10),
    "cifar100": (50000, (32, 32, 3), 100),
}
"""Of each data set: how many images for training, their shape, and how many classes; for testing,
there are 10000."""
TABLES = {"boston_housing": (404, 102, 13), "california_housing": (16512, 4128, 8)}
TEXTS = {"imdb": (25000, 25000, 2), "reuters": (8982, 2246, 46)}
VOCABULARY, SEED = 20000, 0
COLUMNS = 12
"""Of a missing table, at least."""


def take_place(source: str, folder: Path) -> None:
    """From now on, in this process, data that are not there are made up.

    source: the program, whose column names a missing table gets. folder: where files are made.
    """
    for sets, make in ((IMAGES, _images), (TABLES, _table), (TEXTS, _texts)):
        for name, about in sets.items():
            getattr(datasets, name).load_data = functools.partial(make, *about)
    for name in TEXTS:
        words = {f"word{i}": i for i in range(1, VOCABULARY)}
        getattr(datasets, name).get_word_index = lambda *_, words=words, **__: words
    utils.get_file = functools.partial(_file, folder)
    utils.load_img = _or_made(utils.load_img, _image_file)
    readers: tuple[Any, ...] = batches, image, preprocessing.image
    for module in readers:
        module.load_img = utils.load_img
    utils.image_dataset_from_directory = _or_made(utils.image_dataset_from_directory, _image_folder)
    utils.text_dataset_from_directory = _or_made(utils.text_dataset_from_directory, _text_folder)
    batches.directory_of = lambda path: (
        _image_folder(path) if not Path(path).is_dir() else Path(path)
    )
    for name in ("image_dataset_from_directory", "text_dataset_from_directory"):
        setattr(preprocessing, name, getattr(utils, name))
    frame.Plan.__init__ = _untrained(frame.Plan.__init__)
    models.Model.fit = _short(models.Model.fit)
    models.Model.evaluate = _few(models.Model.evaluate)
    if importlib.util.find_spec("pandas") and "pandas" in source:
        pandas: Any = importlib.import_module("pandas")
        pandas.read_csv = _or_frame(pandas.read_csv, columns_in(source))


def _random() -> np.random.RandomState:
    return np.random.RandomState(SEED)


def _images(count: int, shape: Any, classes: int, *_: Any, **__: Any) -> Any:
    def part(n: int) -> tuple[Array, Array]:
        y = np.arange(n) % classes
        x = np.frombuffer(_random().bytes(n * int(np.prod(shape))), "uint8").reshape(n, *shape)
        return x.copy(), y.astype("uint8") if len(shape) < 3 else y.astype("uint8")[:, None]

    return part(count), part(10000)


def _table(count: int, test: int, columns: int, *_: Any, **__: Any) -> Any:
    def part(n: int) -> tuple[Array, Array]:
        return _random().rand(n, columns) * 10, _random().rand(n) * 50

    return part(count), part(test)


def _texts(
    count: int, test: int, classes: int, *_: Any, num_words: int | None = None, **__: Any
) -> Any:
    def part(n: int) -> tuple[Array, Array]:
        random = _random()
        rows = np.empty(n, object)
        most = min(num_words or VOCABULARY, VOCABULARY)
        rows[:] = [random.randint(1, most, 5 + i % 60).tolist() for i in range(n)]
        return rows, np.arange(n) % classes

    return part(count), part(test)


def text(lines: int = 200) -> str:
    """Sentences without meaning."""
    random = _random()
    return "\n".join(" ".join(random.choice(WORDS, 8)) + "." for _ in range(lines)) + "\n"


def _file(folder: Path, fname: Any = None, origin: Any = None, *_: Any, **settings: Any) -> str:
    name = Path(str(fname or origin or "file")).name
    target = folder / name
    if settings.get("extract") or settings.get("untar") or not target.suffix:
        target.mkdir(parents=True, exist_ok=True)
    elif target.suffix.lower() in (".png", ".jpg", ".jpeg"):
        _image_file(target)
    else:
        target.write_text(text(), "utf-8")
    return str(target)


def _image_file(path: Any) -> Path:
    """An image in the place of a missing one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    utils.save_img(path, _random().randint(0, 256, (64, 64, 3)))
    return path


def _image_folder(path: Any) -> Path:
    """A directory of two classes of images, in the place of a missing one."""
    for name in ("a", "b"):
        for i in range(ROWS // 4):
            _image_file(Path(path, name, f"{i}.png"))
    return Path(path)


def _text_folder(path: Any) -> Path:
    """A directory of two classes of texts, in the place of a missing one."""
    for name in ("a", "b"):
        Path(path, name).mkdir(parents=True, exist_ok=True)
        for i in range(ROWS // 4):
            Path(path, name, f"{i}.txt").write_text(text(3), "utf-8")
    return Path(path)


def _or_made(read: Callable[..., Any], make: Callable[[Any], Any]) -> Callable[..., Any]:
    """A function that reads a path; what is not there, or is empty, is made first."""

    @functools.wraps(read)
    def found(path: Any, *args: Any, **kwargs: Any) -> Any:
        there = hasattr(path, "read") or Path(path).is_file()
        if not there and not any(inner.is_file() for inner in Path(path).rglob("*")):
            path = make(_inside(path))
        return read(path, *args, **kwargs)

    return found


def _inside(path: Any) -> Path:
    """A path in the working folder, which is made for this run: nothing is written elsewhere."""
    return Path(*(part for part in Path(path).parts if part not in ("/", "..", "~")))


def columns_in(source: str) -> list[str]:
    """The texts with which a program asks for columns: x["name"], x.drop(columns=["name"]) and
    lists of these."""
    asked: list[Any] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript):
            asked.append(node.slice)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("drop", "pop"):
            asked += [*node.args, *(key.value for key in node.keywords)]
    leaves = [leaf for node in asked for leaf in getattr(node, "elts", [node])]
    texts = [leaf.value for leaf in leaves if isinstance(leaf, ast.Constant)]
    return [*dict.fromkeys(text for text in texts if isinstance(text, str))]


def _or_frame(read: Callable[..., Any], columns: list[str]) -> Callable[..., Any]:
    """`pandas.read_csv`; a missing table gets columns of numbers, with the names in the program."""

    @functools.wraps(read)
    def read_csv(path: Any, *args: Any, **settings: Any) -> Any:
        if hasattr(path, "read") or Path(str(path)).is_file():
            return read(path, *args, **settings)
        pandas = importlib.import_module("pandas")
        more = [f"column_{i}" for i in range(max(COLUMNS - len(columns), 0))]
        names = list(settings.get("names") or [*more, *columns])
        numbers = _random().randint(0, 2, (2 * ROWS, len(names))).astype("float64")
        return pandas.DataFrame(numbers, columns=names)

    return read_csv


def _untrained(make: Callable[..., None]) -> Callable[..., None]:
    """A network with new weights in place of trained ones."""

    @functools.wraps(make)
    def untrained(self: Any, include_top: bool, weights: Any, *args: Any, **settings: Any) -> None:
        make(self, include_top, None, *args, **settings)

    return untrained


def _short(fit: Callable[..., Any]) -> Callable[..., Any]:
    """`fit` for a few epochs of a few batches."""

    @functools.wraps(fit)
    def short_fit(self: Any, *args: Any, **settings: Any) -> Any:
        given = inspect.signature(fit).bind(self, *args, **settings)
        given.apply_defaults()
        asked = given.arguments
        asked["epochs"] = min(asked["epochs"], asked["initial_epoch"] + EPOCHS)
        for name in ("steps_per_epoch", "validation_steps"):
            if name == "steps_per_epoch" or asked["validation_data"] is not None:
                asked[name] = min(asked[name] or STEPS, STEPS)
        return fit(*given.args, **given.kwargs)

    return short_fit


def _few(evaluate: Callable[..., Any]) -> Callable[..., Any]:
    """`evaluate` with a few batches."""

    @functools.wraps(evaluate)
    def of_few(self: Any, *args: Any, **settings: Any) -> Any:
        return evaluate(self, *args, **{**settings, "steps": settings.get("steps") or STEPS})

    return of_few
