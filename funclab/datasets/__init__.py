"""Data sets: small ones that come with funclab, real and generated, and Keras' classic ones, which
are downloaded once."""

from funclab.datasets import (
    adding, bikes, books, boston_housing, california_housing, cifar10, cifar100, copying, digits,
    fashion_mnist, headlines, imdb, mnist, penguins, reuters, shapes, spots,
)  # fmt: skip
from funclab.errors.missing_names import guard

__all__ = [
    "adding", "bikes", "books", "boston_housing", "california_housing", "cifar10", "cifar100",
    "copying", "digits", "fashion_mnist", "headlines", "imdb", "mnist", "penguins", "reuters",
    "shapes", "spots",
]  # fmt: skip

guard(__name__)
