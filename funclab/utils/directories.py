"""Data sets of files in folders: a folder for each class, as Keras reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, DataError
from funclab.graph.shape_math import Array
from funclab.initializers import rng
from funclab.layers.checks import one_of
from funclab.layers.preprocessing.scaling import Resizing
from funclab.utils.data import Dataset
from funclab.utils.images import MODES, load_img

IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
LABEL_MODES = ("int", "binary", "categorical", None)


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: tuple[int, int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """The images in the folders of a directory, one folder for each class, as a `Dataset` of
    batches (images, labels). It has the attributes `class_names` and `file_paths`.

    Shapes: images (batch, height, width, channels) from 0 to 255, float32; labels (batch,), (batch,
        1) for "binary" or (batch, classes) for "categorical".

    directory: the path; files are .bmp, .gif, .jpeg, .jpg or .png, at any depth.
    labels: "inferred" from the folders, a list of numbers in the order of the sorted paths,
        or None.
    label_mode: "int", "binary", "categorical", or None for images without labels.
    class_names: the folders in another order than the alphabet's.
    color_mode: "rgb", "rgba" or "grayscale".
    batch_size: how many images are in a batch; None for single images.
    image_size: the height and width that all images get.
    shuffle: whether each pass has another order; else that of the paths.
    seed: makes order and split repeatable; it is needed for a split of shuffled files.
    validation_split: the fraction of the files that is kept for validation.
    subset: which part of a split this is: "training", "validation" or "both" (two data sets).
    interpolation: how new pixels are filled: see `layers.Resizing`.
    follow_links: whether folders that links lead to are read.
    crop_to_aspect_ratio, pad_to_aspect_ratio: how nothing is distorted: see `layers.Resizing`.
    data_format: "channels_first" for channels before height and width.
    format: "tf"; accepted, and not needed.
    verbose: whether the number of files is printed.
    Raises: DataError without files, or for labels that do not fit; ArgumentError for an odd split.
    """
    one_of("color_mode", color_mode, tuple(MODES))
    resizing = Resizing(
        *image_size,
        interpolation=interpolation,
        crop_to_aspect_ratio=crop_to_aspect_ratio,
        pad_to_aspect_ratio=pad_to_aspect_ratio,
    )

    def read(path: Any) -> Array:
        pixels = np.asarray(load_img(str(path), color_mode), "float32")
        resized = resizing(pixels if pixels.ndim == 3 else pixels[..., None])
        return np.moveaxis(resized, -1, 0) if data_format == "channels_first" else resized

    files = Files(Path(directory), IMAGES, labels, label_mode, class_names, follow_links)
    return files.datasets(read, batch_size, shuffle, seed, validation_split, subset, verbose)


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """The texts in the folders of a directory, one folder for each class, as a `Dataset` of batches
    (texts, labels). It has the attributes `class_names` and `file_paths`.

    Shapes: texts (batch,); labels as for `image_dataset_from_directory`.

    directory: the path; files are .txt, at any depth.
    max_length: how many characters of each text are kept; None for all.
    labels, label_mode, class_names, batch_size, shuffle, seed, validation_split, subset,
        follow_links, format, verbose: as for `image_dataset_from_directory`.
    Raises: DataError without files, or for labels that do not fit; ArgumentError for an odd split.
    """

    def read(path: Any) -> Array:
        return np.asarray(Path(str(path)).read_text("utf-8")[:max_length], object)

    files = Files(Path(directory), (".txt",), labels, label_mode, class_names, follow_links)
    return files.datasets(read, batch_size, shuffle, seed, validation_split, subset, verbose)


class Files:
    """The files of the classes in a directory, sorted by their paths."""

    def __init__(
        self, directory: Path, endings: Sequence[str], labels: Any, label_mode: str | None,
        class_names: Sequence[str] | None, follow_links: bool,
    ) -> None:  # fmt: skip
        one_of("label_mode", label_mode, LABEL_MODES)
        directory = directory_of(directory)
        inferred = isinstance(labels, str)
        folders = sorted(path.name for path in directory.iterdir() if path.is_dir())
        if inferred and class_names and {*class_names} != {*folders}:
            raise DataError(
                f"The `class_names` {[*class_names]} are not the folders in {directory.name!r}.",
                why=f"its folders are {', '.join(folders)}.",
                fix="leave class_names out, or name each folder once.",
            )
        self.class_names = [*(class_names or folders)] if inferred else []
        self.mode = None if labels is None else label_mode
        self.paths: list[str] = []
        numbers: list[int] = []
        for i, folder in enumerate(self.class_names or [""]):
            found = files_in(directory / folder, endings, follow_links)
            self.paths += found
            numbers += [i] * len(found)
        self.labels = numbers if inferred or labels is None else [*labels]
        self._check(directory, endings)

    def _check(self, directory: Path, endings: Sequence[str]) -> None:
        if not self.paths:
            raise DataError(
                f"No files were found in {str(directory)!r}.",
                why=f"only files that end in {', '.join(endings)} are read, in its folders.",
                fix="pass the directory in which each class has a folder; or labels=None.",
            )
        if len(self.labels) != len(self.paths):
            raise DataError(
                f"Expected {len(self.paths)} labels, one for each file. Received: "
                f"{len(self.labels)}.",
                why="they belong to the files in the order of their sorted paths.",
                fix='leave labels out to take those of the folders, labels="inferred".',
            )
        if self.mode == "binary" and len(set(self.labels)) > 2:
            raise DataError(
                f'There are {len(set(self.labels))} classes; label_mode="binary" is for two.',
                why="the labels are 0 and 1.",
                fix='write label_mode="categorical", or "int".',
            )

    def datasets(
        self, read: Callable[[Any], Array], batch_size: int | None, shuffle: bool,
        seed: int | None, split: float | None, subset: str | None, verbose: bool,
    ) -> Any:  # fmt: skip
        """The data set, or those of both parts of a split."""
        _check_split(split, subset, shuffle, seed)
        seed = int(rng().integers(2**31)) if seed is None else seed
        order = np.arange(len(self.paths))
        if shuffle:
            np.random.RandomState(seed).shuffle(order)
        if verbose:
            classes = f" belonging to {len(self.class_names)} classes" if self.class_names else ""
            print(f"Found {len(order)} files{classes}.")
        kept = int((split or 0) * len(order))
        parts = {"training": order[: len(order) - kept], "validation": order[len(order) - kept :]}
        names = ["training", "validation"] if subset == "both" else [subset] if subset else []
        for name in names if verbose else ():
            print(f"Using {len(parts[str(name)])} files for {name}.")
        made = [
            self._dataset(rows, read, batch_size, shuffle and name != "validation", seed)
            for name, rows in ([(name, parts[str(name)]) for name in names] or [("", order)])
        ]
        return made if subset == "both" else made[0]

    def _dataset(
        self, rows: Array, read: Callable[[Any], Array], batch_size: int | None, shuffle: bool,
        seed: int,
    ) -> Dataset:  # fmt: skip
        paths = [self.paths[i] for i in rows]
        labels = self._labels()[rows]
        dataset = Dataset.range(len(paths))
        if shuffle:
            dataset = dataset.shuffle(len(paths), seed=seed)

        def load(i: Any) -> Any:
            return (
                read(paths[int(i)]) if self.mode is None else (read(paths[int(i)]), labels[int(i)])
            )

        dataset = dataset.map(load)
        dataset = dataset if batch_size is None else dataset.batch(batch_size)
        vars(dataset).update(class_names=self.class_names, file_paths=paths)
        return dataset

    def _labels(self) -> Array:
        labels = np.asarray(self.labels, "int32")
        if self.mode == "binary":
            return labels.astype("float32")[:, None]
        count = max(len(self.class_names), labels.max() + 1)
        return np.eye(count, dtype="float32")[labels] if self.mode == "categorical" else labels


def directory_of(path: Any) -> Path:
    """A directory in which files of classes are looked for.

    Raises: DataError if it is not there.
    """
    directory = Path(path)
    if not directory.is_dir():
        raise DataError(
            f"There is no directory {str(directory)!r}.",
            why="the files are looked for in its folders, one for each class.",
            fix="pass the path of the directory that contains these folders.",
        )
    return directory


def files_in(folder: Path, endings: Sequence[str], follow_links: bool) -> list[str]:
    """The files in a folder and those below, sorted within each folder."""
    below = sorted(path for path in folder.iterdir() if path.is_dir())
    here = [path for path in folder.iterdir() if path.suffix.lower() in endings and path.is_file()]
    found = sorted(map(str, here))
    for inner in below:
        if follow_links or not inner.is_symlink():
            found += files_in(inner, endings, follow_links)
    return found


def _check_split(split: float | None, subset: str | None, shuffle: bool, seed: int | None) -> None:
    one_of("subset", subset, ("training", "validation", "both", None))
    if (split is None) != (subset is None) or not 0 < (split or 0.5) < 1:
        raise ArgumentError(
            "`validation_split` and `subset` must be given together, and the split be between 0 "
            f"and 1. Received: validation_split={split}, subset={subset!r}.",
            why="a part of the files is kept for validation.",
            fix='write for example validation_split=0.2, subset="both".',
        )
    if split is not None and shuffle and seed is None and subset != "both":
        raise ArgumentError(
            "If using `validation_split` and shuffling the data, you must provide a `seed`.",
            why="without it, a file may be in both parts.",
            fix="write for example seed=1, in both calls.",
        )
