"""Small data sets that come with funclab, real ones and made ones: nothing is fetched."""

from funclab.datasets import bikes, digits, headlines, penguins, spots
from funclab.missing import guard

__all__ = ["bikes", "digits", "headlines", "penguins", "spots"]

guard(__name__)
