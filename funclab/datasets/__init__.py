"""Data sets: small ones that come with funclab, real and made, and the classic ones of Keras,
which are downloaded once."""

from funclab.datasets import (
    bikes, boston_housing, california_housing, cifar10, cifar100, digits, fashion_mnist, headlines,
    imdb, mnist, penguins, reuters, spots,
)  # fmt: skip
from funclab.missing import guard

__all__ = [
    "bikes", "boston_housing", "california_housing", "cifar10", "cifar100", "digits",
    "fashion_mnist", "headlines", "imdb", "mnist", "penguins", "reuters", "spots",
]  # fmt: skip

guard(__name__)
