"""Made-up data in place of downloads and missing files, for `will_it_run(path, run=True)`.

Shapes, dtypes and ranges are those of the real data; there are few of them, and they mean nothing.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from funclab import datasets, models, preprocessing, utils
from funclab.graph.shape_math import Array
from funclab.keras2 import batches, image
from funclab.training.data.streams import is_stream

ROWS = 64
EPOCHS = 2
STEPS = 3
"""Of an epoch, where batches come one by one."""
WORDS = ["the", "a", "of", "and", "in", "was", "for", "but", "this", "film", "good", "bad", "very"]
IMAGES = {"mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3)}
IMAGES["cifar100"] = IMAGES["cifar10"]
TABLES = {"boston_housing": 13, "california_housing": 8}
SEED = 0


def take_place(source: str, folder: Path) -> None:
    """From now on, in this process, data that are not there are made up.

    source: the program, whose column names a missing table gets. folder: where files are made.
    """
    for name, shape in IMAGES.items():
        column = shape[2:]  # labels of colour images are a column
        _module(name).load_data = functools.partial(_images, shape, bool(column), name)
    for name, count in TABLES.items():
        _module(name).load_data = functools.partial(_table, count)
    for name, classes in (("imdb", 2), ("reuters", 46)):
        module = _module(name)
        module.load_data = functools.partial(_texts, classes)
        module.get_word_index = lambda *_, **__: {word: i for i, word in enumerate(WORDS, 1)}
    utils.get_file = functools.partial(_file, folder)
    utils.load_img = _or_made(utils.load_img, _image_file)
    for module in (batches, image, preprocessing.image):
        module.load_img = utils.load_img
    utils.image_dataset_from_directory = _or_made(utils.image_dataset_from_directory, _image_folder)
    utils.text_dataset_from_directory = _or_made(utils.text_dataset_from_directory, _text_folder)
    batches.directory_of = lambda path: (
        _image_folder(path) if not Path(path).is_dir() else Path(path)
    )
    for name in ("image_dataset_from_directory", "text_dataset_from_directory"):
        setattr(preprocessing, name, getattr(utils, name))
    models.Model.fit = _short(models.Model.fit)
    if importlib.util.find_spec("pandas") and "pandas" in source:
        pandas = importlib.import_module("pandas")
        pandas.read_csv = _or_frame(pandas.read_csv, columns_in(source))


def _module(name: str) -> Any:
    return getattr(datasets, name)


def _random() -> np.random.RandomState:
    return np.random.RandomState(SEED)


def _images(shape: Any, column: bool, name: str, *_: Any, **__: Any) -> Any:
    count = 100 if name == "cifar100" else 10

    def part(n: int) -> tuple[Array, Array]:
        y = np.arange(n, dtype="uint8") % count
        return _random().randint(0, 256, (n, *shape)).astype("uint8"), y[:, None] if column else y

    return part(2 * ROWS), part(ROWS)


def _table(count: int, *_: Any, **__: Any) -> Any:
    def part(n: int) -> tuple[Array, Array]:
        return _random().rand(n, count) * 10, _random().rand(n) * 50

    return part(2 * ROWS), part(ROWS)


def _texts(
    classes: int, *_: Any, num_words: int | None = None, maxlen: Any = None, **__: Any
) -> Any:
    most = min(num_words or 5000, 5000)

    def part(n: int) -> tuple[Array, Array]:
        random = _random()
        lengths = random.randint(5, min(maxlen or 60, 60), n)
        rows = np.empty(n, object)
        rows[:] = [random.randint(1, most, length).tolist() for length in lengths]
        return rows, np.arange(n) % classes

    return part(2 * ROWS), part(ROWS)


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
        if not hasattr(path, "read") and not (Path(path).is_file() or _has_files(Path(path))):
            path = make(_inside(path))
        return read(path, *args, **kwargs)

    return found


def _has_files(path: Path) -> bool:
    return path.is_dir() and any(inner.is_file() for inner in path.rglob("*"))


def _inside(path: Any) -> Path:
    """A path in the working folder, which is made for this run: nothing is written elsewhere."""
    return Path(*(part for part in Path(path).parts if part not in ("/", "..", "~")))


def columns_in(source: str) -> list[str]:
    """The texts with which a program asks for columns: x["name"], and lists of these."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        keys = node.slice if isinstance(node, ast.Subscript) else None
        parts = keys.elts if isinstance(keys, (ast.List, ast.Tuple)) else [keys]
        found += [
            x.value for x in parts if isinstance(x, ast.Constant) and isinstance(x.value, str)
        ]
    return [*dict.fromkeys(found)]


def _or_frame(read: Callable[..., Any], columns: list[str]) -> Callable[..., Any]:
    """`pandas.read_csv`; a missing table gets columns of numbers, with the names in the program."""

    @functools.wraps(read)
    def read_csv(path: Any, *args: Any, **settings: Any) -> Any:
        if hasattr(path, "read") or Path(str(path)).is_file():
            return read(path, *args, **settings)
        pandas = importlib.import_module("pandas")
        names = list(settings.get("names") or columns or [f"column_{i}" for i in range(9)])
        numbers = _random().randint(0, 2, (2 * ROWS, len(names))).astype("float64")
        return pandas.DataFrame(numbers, columns=names)

    return read_csv


def _short(fit: Callable[..., Any]) -> Callable[..., Any]:
    """`fit` for a few epochs of a few batches."""

    @functools.wraps(fit)
    def short_fit(self: Any, x: Any = None, *args: Any, **settings: Any) -> Any:
        if not args or len(args) < 3:
            begin = settings.get("initial_epoch", 0)
            settings["epochs"] = begin + min(settings.get("epochs", 1) - begin, EPOCHS)
        if is_stream(x) and len(args) < 2:
            settings["steps_per_epoch"] = min(settings.get("steps_per_epoch") or STEPS, STEPS)
        if is_stream(settings.get("validation_data")):
            settings["validation_steps"] = min(settings.get("validation_steps") or STEPS, STEPS)
        return fit(self, x, *args, **settings)

    return short_fit
