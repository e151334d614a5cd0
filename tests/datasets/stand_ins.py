"""Small files in exactly the formats of the classic data sets, with made-up contents."""

import gzip
import io
import json
import pickle
import tarfile
from pathlib import Path

import numpy as np

WORDS = {"the": 1, "and": 2, "film": 3}


def write_all(folder: Path) -> None:
    """Every file that `classics.DOWNLOADS` names, under the last part of its address."""
    random = np.random.RandomState(0)
    np.savez(
        folder / "mnist.npz",
        x_train=images(random, 6, 28, 28), y_train=images(random, 6) % 10,
        x_test=images(random, 2, 28, 28), y_test=images(random, 2) % 10,
    )  # fmt: skip
    for part, count in (("train", 6), ("t10k", 2)):
        pixels = images(random, count, 28, 28).tobytes()
        write_gzip(folder / f"{part}-images-idx3-ubyte.gz", bytes(16) + pixels)
        write_gzip(folder / f"{part}-labels-idx1-ubyte.gz", bytes(8) + bytes(range(count)))
    np.savez(
        folder / "imdb.npz",
        x_train=texts(random, 9), y_train=np.arange(9) % 2,
        x_test=texts(random, 5), y_test=np.arange(5) % 2,
    )  # fmt: skip
    np.savez(folder / "reuters.npz", x=texts(random, 20), y=np.arange(20) % 46)
    for name in ("imdb", "reuters"):
        (folder / f"{name}_word_index.json").write_text(json.dumps(WORDS))
    np.savez(folder / "boston_housing.npz", x=random.rand(21, 13), y=random.rand(21))
    large = random.rand(700, 8).astype("float32")
    np.savez(folder / "california_housing.npz", x=large, y=large[:, 0] * 1e5)
    fine = {f"data_batch_{i}": batch(random, "labels") for i in range(1, 6)}
    fine["test_batch"] = batch(random, "labels", count=2)
    write_tar(folder / "cifar-10-python.tar.gz", "cifar-10-batches-py", fine)
    both = {part: batch(random, "fine_labels", "coarse_labels") for part in ("train", "test")}
    write_tar(folder / "cifar-100-python.tar.gz", "cifar-100-python", both)


def images(random: np.random.RandomState, *shape: int) -> np.ndarray:
    return random.randint(0, 256, shape).astype("uint8")


def texts(random: np.random.RandomState, count: int) -> np.ndarray:
    """An array of lists of word numbers, of unequal lengths."""
    lists = [random.randint(1, 50, random.randint(3, 12)).tolist() for _ in range(count - 1)]
    return np.array([*lists, [1, 2]], dtype=object)


def batch(random: np.random.RandomState, *labels: str, count: int = 3) -> bytes:
    contents: dict[bytes, object] = {b"data": images(random, count, 3072)}
    for name in labels:
        contents[name.encode()] = random.randint(0, 10, count).tolist()
    return pickle.dumps(contents, protocol=4)


def write_gzip(path: Path, contents: bytes) -> None:
    with gzip.open(path, "wb") as file:
        file.write(contents)


def write_tar(path: Path, inside: str, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, contents in members.items():
            member = tarfile.TarInfo(f"{inside}/{name}")
            member.size = len(contents)
            archive.addfile(member, io.BytesIO(contents))
