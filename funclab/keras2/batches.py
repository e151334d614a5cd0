"""Batches of changed images, from arrays and from files, for `ImageDataGenerator`."""

# ruff: noqa: NPY002  (programs of Keras 2 seed the global generator of NumPy)

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, DataError
from funclab.graph.shape_math import Array
from funclab.layers.checks import one_of
from funclab.utils import PyDataset, array_to_img, img_to_array, load_img
from funclab.utils.directories import directory_of, files_in

ENDINGS = (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff")
MODES = ("categorical", "binary", "sparse", "input", "raw", None)


class Batches(PyDataset):
    """Batches of images, changed by a generator: by number, or one after the other without end.

    n: how many images there are. batch_size: how many are in a batch. shuffle: whether each pass
    has another order. seed: makes order and changes repeatable.
    """

    endless = True
    """`fit` may ask for more batches than there are in a pass."""

    def __init__(
        self, generator: Any, n: int, batch_size: int, shuffle: bool = True,
        seed: int | None = None, save_to_dir: Any = None, save_prefix: str = "",
        save_format: str = "png",
    ) -> None:  # fmt: skip
        super().__init__()
        self.generator, self.n, self.batch_size = generator, n, batch_size
        self.shuffle, self.seed = shuffle, seed
        self.saved = save_to_dir, save_prefix, save_format
        self.order: Any = None
        self.batch_index = self.total_batches_seen = 0

    def __len__(self) -> int:
        return math.ceil(self.n / self.batch_size)

    def reset(self) -> None:
        """Let the next batch be the first one."""
        self.batch_index = 0

    def on_epoch_end(self) -> None:
        self._reorder()

    def _reorder(self) -> Any:
        self.order = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)
        return self.order

    def _count(self) -> None:
        """One more batch; with a seed, its random numbers follow from its number."""
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)
        self.total_batches_seen += 1

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < len(self):
            raise ArgumentError(
                f"There is no batch {index}: these are {len(self)} batches.",
                why="they are numbered from 0.",
                fix="iterate with next(batches), which has no end.",
            )
        self._count()
        order = self._reorder() if self.order is None else self.order
        return self._batch(order[self.batch_size * index :][: self.batch_size])

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        self._count()
        if self.batch_index == 0:
            self._reorder()
        rows = self.order[self.batch_size * self.batch_index :][: self.batch_size]
        self.batch_index = (self.batch_index + 1) % max(len(self), 1)
        return self._batch(rows)

    next = __next__

    def _batch(self, rows: Any) -> Any:
        changed = [self._changed(self.image(i)) for i in rows]
        folder, prefix, form = self.saved
        for i, image in zip(rows, changed) if folder else ():
            name = f"{prefix}_{i}_{np.random.randint(10**4)}.{form}"
            array_to_img(image, self.generator.data_format).save(Path(folder, name))
        return self.with_targets(np.stack(changed), rows)

    def _changed(self, image: Array) -> Array:
        numbers = self.generator.get_random_transform(image.shape)
        return self.generator.standardize(self.generator.apply_transform(image, numbers))

    def image(self, i: int) -> Array:
        """An image as it is."""
        raise NotImplementedError

    def with_targets(self, images: Array, rows: Array) -> Any:
        """A batch of images with what belongs to them."""
        raise NotImplementedError


class ArrayBatches(Batches):
    """Batches of the images of an array."""

    def __init__(
        self, generator: Any, x: Any, y: Any, batch_size: int, shuffle: bool = True,
        sample_weight: Any = None, seed: int | None = None, save_to_dir: Any = None,
        save_prefix: str = "", save_format: str = "png", ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> None:  # fmt: skip
        images, *more = x if isinstance(x, (tuple, list)) and np.ndim(x[0]) > 3 else [x]
        more = more[0] if more and isinstance(more[0], list) else more
        parts: list[Any] = [
            np.asarray(images),
            *(None if p is None else np.asarray(p) for p in (y, sample_weight)),
        ]
        parts += map(np.asarray, more)
        one_of("subset", subset, ("training", "validation", None))
        if parts[0].ndim != 4 or any(p is not None and len(p) != len(parts[0]) for p in parts):
            shapes = [p.shape for p in parts if p is not None]
            raise DataError(
                f"flow() takes images of 4 axes, and as many targets. Received shapes: {shapes}.",
                why="images have the axes (n, height, width, channels).",
                fix="x[..., None] adds an axis of one channel to images without one.",
            )
        if subset is not None:
            cut = int(len(parts[0]) * generator.validation_split)
            self._check(parts[1], cut, ignore_class_split)
            part = slice(None, cut) if subset == "validation" else slice(cut, None)
            parts = [None if p is None else p[part] for p in parts]
        self.x, self.y, self.sample_weight, *self.others = parts
        self.x = self.x.astype(generator.dtype)
        saved = save_to_dir, save_prefix, save_format
        super().__init__(generator, len(self.x), batch_size, shuffle, seed, *saved)

    def _check(self, y: Any, cut: int, ignored: bool) -> None:
        if y is None or ignored or np.array_equal(np.unique(y[:cut]), np.unique(y[cut:])):
            return
        raise DataError(
            "Training and validation subsets have different number of classes after the split.",
            why="the first rows are for validation; data that are sorted by class have other ones.",
            fix="shuffle images and targets together before, or write ignore_class_split=True.",
        )

    def image(self, i: int) -> Array:
        return self.x[i]

    def with_targets(self, images: Array, rows: Array) -> Any:
        x = [images, *(part[rows] for part in self.others)] if self.others else images
        if self.y is None:
            return x
        weight = () if self.sample_weight is None else (self.sample_weight[rows],)
        return (x, self.y[rows], *weight)


class FileBatches(Batches):
    """Batches of the images of files.

    samples: how many there are. class_indices: the number of each class. classes: those of the
    files. filepaths, filenames: the files.
    """

    def __init__(
        self, generator: Any, paths: Sequence[str], labels: Any, target_size: tuple[int, int],
        color_mode: str = "rgb", classes: Any = None, class_mode: str | None = "categorical",
        batch_size: int = 32, shuffle: bool = True, seed: int | None = None,
        save_to_dir: Any = None, save_prefix: str = "", save_format: str = "png",
        subset: str | None = None, interpolation: str = "nearest", keep_aspect_ratio: bool = False,
        **_: Any,
    ) -> None:  # fmt: skip
        one_of("class_mode", class_mode, MODES)
        one_of("color_mode", color_mode, ("rgb", "rgba", "grayscale"))
        one_of("subset", subset, ("training", "validation", None))
        self.color_mode, self.class_mode, self.target_size = color_mode, class_mode, target_size
        self.settings = {"interpolation": interpolation, "keep_aspect_ratio": keep_aspect_ratio}
        self.class_indices: dict[Any, int] = {}
        labels = None if labels is None else np.asarray(labels)
        if labels is not None and class_mode != "raw":
            known = [*(classes or sorted(set(labels.tolist())))]
            self.class_indices = {name: i for i, name in enumerate(known)}
            kept = [i for i, name in enumerate(labels.tolist()) if name in self.class_indices]
            paths, labels = [paths[i] for i in kept], labels[kept]
            labels = np.array([self.class_indices[name] for name in labels.tolist()], "int32")
        rows = self._part(len(paths), labels, subset, generator.validation_split)
        self.filepaths = [paths[i] for i in rows]
        self.classes = None if labels is None else labels[rows]
        self.samples = len(rows)
        channels = {"rgb": 3, "rgba": 4, "grayscale": 1}[color_mode]
        first = generator.data_format == "channels_first"
        self.image_shape = (channels, *target_size) if first else (*target_size, channels)
        saved = save_to_dir, save_prefix, save_format
        super().__init__(generator, len(rows), batch_size, shuffle, seed, *saved)
        about = f" belonging to {self.num_classes} classes" if self.class_indices else ""
        print(f"Found {self.samples} images{about}.")

    @property
    def num_classes(self) -> int:
        return len(self.class_indices)

    @property
    def filenames(self) -> list[str]:
        return self.filepaths

    @property
    def labels(self) -> Any:
        return self.classes

    def _part(self, count: int, labels: Any, subset: str | None, split: float) -> list[int]:
        """The numbers of the files of a subset: a part of all."""
        if subset is None:
            return [*range(count)]
        cut = int(split * count)
        return [*range(cut)] if subset == "validation" else [*range(cut, count)]

    def image(self, i: int) -> Array:
        size = self.target_size
        image = load_img(self.filepaths[i], self.color_mode, size, **self.settings)
        return img_to_array(image, self.generator.data_format)

    def with_targets(self, images: Array, rows: Array) -> Any:
        if self.class_mode == "input":
            return images, images.copy()
        if self.class_mode is None or self.classes is None:
            return images
        labels = self.classes[rows]
        if self.class_mode == "categorical":
            labels = np.eye(max(self.num_classes, 1), dtype=images.dtype)[labels]
        return images, labels if self.class_mode == "raw" else labels.astype(images.dtype)


class FolderBatches(FileBatches):
    """Batches of the images in the folders of a directory."""

    def __init__(
        self, generator: Any, directory: Any, target_size: tuple[int, int],
        color_mode: str = "rgb", classes: Any = None, class_mode: str | None = "categorical",
        *more: Any, follow_links: bool = False, **settings: Any,
    ) -> None:  # fmt: skip
        self.directory = directory_of(directory)
        folders = sorted(path.name for path in self.directory.iterdir() if path.is_dir())
        chosen = [*(classes or folders)]
        if missing := set(chosen) - set(folders):
            raise ArgumentError(
                f"The `classes` {sorted(missing)} have no folder in {self.directory.name!r}.",
                why=f"its folders are {', '.join(folders)}.",
                fix="leave classes out, or name folders that are there.",
            )
        found = [
            (name, p)
            for name in chosen
            for p in files_in(self.directory / name, ENDINGS, follow_links)
        ]
        labels, paths = [name for name, _ in found], [path for _, path in found]
        super().__init__(
            generator, paths, labels, target_size, color_mode, chosen, class_mode, *more, **settings
        )

    @property
    def filenames(self) -> list[str]:
        return [str(Path(path).relative_to(self.directory)) for path in self.filepaths]

    def _part(self, count: int, labels: Any, subset: str | None, split: float) -> list[int]:
        """The numbers of the files of a subset: a part of each class."""
        if subset is None:
            return [*range(count)]
        chosen: list[int] = []
        for number in range(self.num_classes):
            of_class = [*map(int, np.flatnonzero(labels == number))]
            cut = int(split * len(of_class))
            chosen += of_class[:cut] if subset == "validation" else of_class[cut:]
        return chosen
